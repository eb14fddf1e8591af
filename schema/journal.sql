-- What people did. The same tables on the laptop (journal.db, its own line only) and at the branch (all lines).

CREATE TABLE meta(            -- single facts about this data directory
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch(           -- one boot of one journal file (I3); epochs of a device form a tree
  dev        TEXT NOT NULL,
  ep         TEXT NOT NULL CHECK(length(ep) = 16),
  parent     TEXT,            -- epoch it goes on from; NULL = the device's first
  parent_seq INTEGER NOT NULL,
  first_seq  INTEGER NOT NULL,
  head_seq   INTEGER NOT NULL,
  head_hash  BLOB NOT NULL CHECK(length(head_hash) = 32),
  head_t     INTEGER NOT NULL, -- CLOCK_BOOTTIME of the last entry, ms
  PRIMARY KEY(dev, ep)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry(           -- I1, I3: bytes as written, never changed
  dev     TEXT NOT NULL,
  ep      TEXT NOT NULL,
  seq     INTEGER NOT NULL CHECK(seq >= 1),
  row     INTEGER NOT NULL DEFAULT 0 CHECK(row >= 0), -- 0 = the entry; n = what an observe brought
  hash    BLOB,               -- chain up to here; NULL for observed rows
  body    TEXT NOT NULL,
  outcome TEXT,               -- the branch's first word on it; NULL = not known yet
  husk    BLOB,               -- I12: the person was cut out of the body; NULL = bytes as written. At the branch, its seal on
                              -- what is left: `hash` is of the bytes as they were
  PRIMARY KEY(dev, ep, seq, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE request(         -- I1: asked again, it gets the same answer
  req    TEXT PRIMARY KEY,
  dev    TEXT NOT NULL, ep TEXT NOT NULL, seq INTEGER NOT NULL, -- the (first) entry that it led to
  answer TEXT NOT NULL        -- what the desk said, JSON; '' = forgotten (I12), but done
) STRICT, WITHOUT ROWID;

CREATE TABLE clock(           -- what `clock` entries say: UTC = t + off
  dev  TEXT NOT NULL,
  ep   TEXT NOT NULL,
  seq  INTEGER NOT NULL,
  t    INTEGER NOT NULL,      -- CLOCK_BOOTTIME, ms
  off  INTEGER NOT NULL,      -- ms
  unc  INTEGER NOT NULL,      -- half-width of the doubt, ms
  src  TEXT NOT NULL CHECK(src = 'gps' OR src = 'sync' OR src = 'wall'),
  PRIMARY KEY(dev, ep, seq)
) STRICT, WITHOUT ROWID;

-- name: META_GET
SELECT value FROM meta WHERE key = :key

-- name: META_SET
INSERT INTO meta(key, value) VALUES(:key, :value) ON CONFLICT(key) DO UPDATE SET value = excluded.value

-- name: EPOCH_ADD
INSERT INTO epoch(dev, ep, parent, parent_seq, first_seq, head_seq, head_hash, head_t)
VALUES(:dev, :ep, :parent, :parent_seq, :first_seq, :head_seq, :head_hash, :head_t)

-- name: EPOCH_GET
SELECT parent, parent_seq, first_seq, head_seq, head_hash, head_t FROM epoch WHERE dev = :dev AND ep = :ep

-- name: EPOCH_LIST
SELECT ep, parent, parent_seq, first_seq, head_seq, head_hash FROM epoch WHERE dev = :dev ORDER BY first_seq, ep

-- name: EPOCH_COUNT
SELECT count(*) FROM epoch WHERE dev = :dev

-- name: EPOCH_HEAD
UPDATE epoch SET head_seq = :seq, head_hash = :hash, head_t = :t WHERE dev = :dev AND ep = :ep

-- name: ENTRY_ADD
INSERT INTO entry(dev, ep, seq, row, hash, body) VALUES(:dev, :ep, :seq, :row, :hash, :body)

-- name: ENTRY_GET
SELECT hash, body, outcome FROM entry WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: ENTRY_RANGE
SELECT seq, hash, body, outcome, husk FROM entry
WHERE dev = :dev AND ep = :ep AND row = 0 AND seq >= :first AND seq <= :last ORDER BY seq

-- name: ENTRY_CHAIN
SELECT seq, hash, body, husk FROM entry WHERE dev = :dev AND ep = :ep AND row = 0 ORDER BY seq

-- name: ENTRY_ROWS
SELECT row, body FROM entry WHERE dev = :dev AND ep = :ep AND seq = :seq AND row > 0 ORDER BY row

-- name: REQUEST_GET
SELECT dev, ep, seq, answer FROM request WHERE req = :req

-- name: REQUEST_ADD
INSERT INTO request(req, dev, ep, seq, answer) VALUES(:req, :dev, :ep, :seq, :answer)

-- name: ENTRY_OUTCOME
UPDATE entry SET outcome = :outcome WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = 0

-- name: ENTRY_UNANSWER
UPDATE entry SET outcome = NULL WHERE dev = :dev AND ep = :ep AND row = 0 AND seq >= :from AND outcome IS NOT NULL

-- name: ENTRY_VOIDS_OF
SELECT 1 FROM entry WHERE dev = :dev AND row = 0 AND seq > :seq
AND instr(body, '"op":"void"') > 0 AND instr(body, :target) > 0 LIMIT 1

-- name: ENTRY_COUNT
SELECT count(*) FROM entry WHERE dev = :dev AND row = 0

-- name: ENTRY_UNANSWERED
SELECT count(*) FROM entry WHERE dev = :dev AND row = 0 AND outcome IS NULL

-- name: ENTRY_LATEST
SELECT ep, seq, hash, body, outcome FROM entry WHERE dev = :dev AND row = 0 ORDER BY seq DESC LIMIT :count

-- name: CLOCK_ADD
INSERT INTO clock(dev, ep, seq, t, off, unc, src) VALUES(:dev, :ep, :seq, :t, :off, :unc, :src) ON CONFLICT DO NOTHING

-- name: CLOCK_LIST
SELECT t, off, unc, src FROM clock WHERE dev = :dev AND ep = :ep ORDER BY t

-- name: ENTRY_AFTER
SELECT ep, seq, hash, body FROM entry WHERE dev = :dev AND row = 0 AND seq > :after ORDER BY seq

-- name: ENTRY_ABOVE
SELECT count(*) FROM entry WHERE dev = :dev AND row = 0 AND seq > :after

-- name: ENTRY_FIRST_UNANSWERED
SELECT min(seq) FROM entry WHERE dev = :dev AND ep = :ep AND row = 0 AND outcome IS NULL

-- name: ENTRY_UNSENT_ALL -- what the branch has not heard of; third column: done by people, not the machine's own bookkeeping, as the op tells, a
-- member near the beginning of every body
SELECT ep, seq, instr(substr(body, 1, 160), '"op":"epoch"') + instr(substr(body, 1, 160), '"op":"clock"') + instr(substr(body, 1, 160), '"op":"view"')
  + instr(substr(body, 1, 160), '"op":"track"') = 0, body
FROM entry WHERE dev = :dev AND row = 0 AND outcome IS NULL ORDER BY seq

-- name: ENTRY_UNSENT_AFTER -- the same, of one epoch, written since
SELECT ep, seq, instr(substr(body, 1, 160), '"op":"epoch"') + instr(substr(body, 1, 160), '"op":"clock"') + instr(substr(body, 1, 160), '"op":"view"')
  + instr(substr(body, 1, 160), '"op":"track"') = 0, body
FROM entry WHERE dev = :dev AND ep = :ep AND seq > :after AND row = 0 AND outcome IS NULL ORDER BY seq

-- name: ENTRY_UNSENT_STILL
SELECT 1 FROM entry WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = 0 AND outcome IS NULL
