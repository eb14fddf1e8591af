-- What only the branch has: how each entry is read, standing over time, devices, feed revisions.

CREATE TABLE reading(          -- an entry or observed row, as the folds see it
  dev TEXT NOT NULL, ep TEXT NOT NULL, seq INTEGER NOT NULL, row INTEGER NOT NULL,
  op       TEXT NOT NULL,
  t_ms     INTEGER NOT NULL,  -- true time (TIMELINE 1)
  unc_ms   INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  boot_ms  INTEGER,           -- CLOCK_BOOTTIME as written; NULL: dated otherwise (observed rows, acts with `when`)
  node     TEXT,              -- '?' + item, or title for hold acts; NULL: no part in the item folds
  title    TEXT,              -- title it ties the node to
  card     TEXT,              -- as meant: staff may have settled that it is another person's (TIMELINE 6)
  written  TEXT,              -- as its desk had it, where that differs
  ref      TEXT,              -- hold named; void's target; "who:" person hash; "card:" other card; origin
  dark     TEXT CHECK(dark IN ('void', 'horizon')), -- why it takes no part; NULL = it does
  cut_ms   INTEGER,           -- the horizon when it became readable: of before that, it takes no part; NULL = there was none
  PRIMARY KEY(dev, ep, seq, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_hash ON entry(hash) WHERE hash IS NOT NULL; -- slip codes: the first digits of it. (A laptop looks through
-- its own line: 0.1 s for 200,000 entries; each act would write a page more before it is told.)
CREATE INDEX reading_node ON reading(node, t_ms) WHERE node IS NOT NULL;
CREATE INDEX reading_title ON reading(title) WHERE title IS NOT NULL;
CREATE INDEX reading_card ON reading(card) WHERE card IS NOT NULL;
CREATE INDEX reading_written ON reading(written) WHERE written IS NOT NULL;
CREATE INDEX reading_ref ON reading(ref) WHERE ref IS NOT NULL;
CREATE INDEX reading_time ON reading(t_ms);

CREATE TABLE standing(         -- a card's standing from a moment on
  card TEXT NOT NULL, t_ms INTEGER NOT NULL, id TEXT NOT NULL,
  account TEXT NOT NULL, barred INTEGER NOT NULL, dead INTEGER NOT NULL, expires_s INTEGER,
  PRIMARY KEY(card, t_ms, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement(       -- staff's word on an exception, named by its key
  id TEXT PRIMARY KEY, t_ms INTEGER NOT NULL, cut_ms INTEGER, -- its settle entry, and the horizon it came under
  code TEXT NOT NULL, about TEXT NOT NULL, other TEXT NOT NULL,
  how TEXT NOT NULL, was TEXT, card TEXT, upto_cents INTEGER,
  dev TEXT, ep TEXT, seq INTEGER, row INTEGER -- `about`, where it is an entry
) STRICT, WITHOUT ROWID;
CREATE INDEX settlement_of ON settlement(about, code, other);
CREATE INDEX settlement_split ON settlement(dev, was) WHERE how = 'other_person';

-- Every exception; also of what was settled and is no more, while the entry it was about still stands.
CREATE VIEW exception_all AS
SELECT code, entry, other, node, status FROM exception
UNION ALL SELECT 'settled_moot', s.id, '', NULL, 'open' FROM settlement s
WHERE s.how = 'accept' AND s.code <> 'settled_moot'
AND EXISTS (SELECT 1 FROM reading r WHERE r.dev = s.dev AND r.ep = s.ep AND r.seq = s.seq AND r.row = s.row AND r.dark IS NOT 'void'
  AND substr(coalesce(r.card, ''), 1, 1) <> '~') -- nobody's: settled and forgotten (I12)
AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.code = s.code AND x.entry = s.about AND x.other = s.other);
-- The same as staff see them: a settlement covers a key, not a number; credit is settled up to an amount.
CREATE VIEW exception_now AS
SELECT x.code, x.entry, x.other, x.node, CASE WHEN EXISTS (
  SELECT 1 FROM settlement s WHERE s.code = x.code AND s.about = x.entry AND s.other = x.other
  AND (x.code <> 'credit' OR coalesce((SELECT -cents FROM balance WHERE account = x.entry), 0) <= s.upto_cents)
) THEN 'settled' ELSE x.status END AS status FROM exception_all x;

CREATE TABLE payment(          -- money that came (or, below 0, was paid back), as its entry says
  id TEXT PRIMARY KEY, card TEXT NOT NULL, cents INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_card ON payment(card);
CREATE TABLE ledger(           -- I7: rows are added, never changed; a line's rows sum up to what it is now
  n INTEGER PRIMARY KEY, line TEXT NOT NULL, card TEXT NOT NULL, cents INTEGER NOT NULL,
  cause TEXT NOT NULL          -- entry that led to the row
) STRICT;
CREATE INDEX ledger_line ON ledger(line);

CREATE TABLE device(
  dev TEXT PRIMARY KEY, public_key TEXT, name TEXT NOT NULL DEFAULT '', practice INTEGER NOT NULL DEFAULT 0,
  code_hash TEXT, code_until_s INTEGER, enrolled_ms INTEGER, revoked_ms INTEGER, last_sync_ms INTEGER,
  cards TEXT                  -- range of card numbers that it registers with, "FIRST-LAST"; NULL: none
) STRICT, WITHOUT ROWID;

CREATE TABLE told(             -- heads that a laptop's hello named and that were further on than what was here then
  dev TEXT NOT NULL, ep TEXT NOT NULL, seq INTEGER NOT NULL, parent_seq INTEGER NOT NULL,
  PRIMARY KEY(dev, ep)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_outcome ON entry(dev, outcome) WHERE row = 0 AND outcome IS NOT NULL;

CREATE TABLE aside(            -- what came and could not be taken in as what it claimed to be; kept for staff
  n INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL, dev TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL
) STRICT;

CREATE TABLE intake(           -- entries stored and not yet applied (I4); attempts counted before the attempt
  dev TEXT NOT NULL, ep TEXT NOT NULL, seq INTEGER NOT NULL, attempts INTEGER NOT NULL,
  PRIMARY KEY(dev, ep, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE received(         -- when the branch stored an entry of another device
  dev TEXT NOT NULL, ep TEXT NOT NULL, seq INTEGER NOT NULL, received_ms INTEGER NOT NULL,
  PRIMARY KEY(dev, ep, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE revision(         -- every change of a row that laptops hold, in commit order
  rev INTEGER PRIMARY KEY AUTOINCREMENT, tag INTEGER NOT NULL, tbl TEXT NOT NULL, key TEXT NOT NULL
) STRICT;

CREATE TABLE revision_at(      -- how far they were when links were cut: those from before the cut may go (I12)
  at_ms INTEGER PRIMARY KEY, rev INTEGER NOT NULL
) STRICT;

-- name: HORIZON
SELECT cast(value AS INTEGER) FROM meta WHERE key = 'horizon'

-- name: HORIZON_HOLE -- the longest time since the horizon in which nothing came in
SELECT at_ms, at_ms - lag(at_ms) OVER (ORDER BY at_ms) AS gap FROM (
  SELECT received_ms AS at_ms FROM reading
  WHERE received_ms BETWEEN coalesce((SELECT cast(value AS INTEGER) FROM meta WHERE key = 'horizon'), 1) AND :now_ms
  UNION ALL SELECT cast(value AS INTEGER) FROM meta WHERE key = 'horizon' AND cast(value AS INTEGER) < :now_ms UNION ALL SELECT :now_ms)
ORDER BY gap DESC LIMIT 1

-- name: HORIZON_LAPTOPS
SELECT dev, enrolled_ms, last_sync_ms FROM device WHERE enrolled_ms IS NOT NULL AND revoked_ms IS NULL ORDER BY dev

-- name: HORIZON_UNREAD
SELECT u.dev, u.quarantined, coalesce((SELECT r.t_ms FROM reading r
    WHERE r.dev = u.dev AND r.ep = u.ep AND r.seq < u.seq AND r.row = 0 AND r.boot_ms IS NOT NULL ORDER BY r.seq DESC LIMIT 1),
  (SELECT d.enrolled_ms FROM device d WHERE d.dev = u.dev))
FROM (SELECT e.dev, e.ep, e.outcome IS NOT NULL AS quarantined, min(e.seq) AS seq FROM entry e
  WHERE e.row = 0 AND (e.outcome LIKE 'quarantined%' OR EXISTS (
    SELECT 1 FROM intake i WHERE i.dev = e.dev AND i.ep = e.ep AND i.seq = e.seq))
  GROUP BY e.dev, e.ep, e.outcome IS NOT NULL) AS u ORDER BY u.dev, u.ep

-- name: READING_PUT
INSERT INTO reading(dev, ep, seq, row, op, t_ms, unc_ms, received_ms, boot_ms, node, title, card, written, ref, dark, cut_ms)
VALUES(:dev, :ep, :seq, :row, :op, :t_ms, :unc_ms, :received_ms, :boot_ms, :node, :title, :card, :written, :ref, :dark, :cut_ms)

-- name: READING_GET
SELECT op, t_ms, cut_ms, node, card, ref, dark FROM reading
WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: READING_OF_EPOCH
SELECT seq, t_ms, unc_ms, received_ms, boot_ms, op, node, card, ref FROM reading
WHERE dev = :dev AND ep = :ep AND row = 0 AND boot_ms IS NOT NULL ORDER BY seq

-- name: READING_TIME
UPDATE reading SET t_ms = :t_ms, unc_ms = :unc_ms WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: READING_LAST_T
SELECT t_ms FROM reading WHERE dev = :dev AND ep = :ep AND seq < :seq AND row = 0 AND boot_ms IS NOT NULL
ORDER BY seq DESC LIMIT 1

-- name: READING_DARK
UPDATE reading SET dark = :dark WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: READING_CLOSES
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, e.body FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.dev = :dev AND r.ref = :ref AND r.op = 'close_visit' AND r.dark IS NULL ORDER BY r.seq

-- name: READINGS_OF_NODE
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.unc_ms, e.body, r.card, r.cut_ms FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.node = :node AND r.dark IS NULL

-- name: READING_LAST_OF_NODE
SELECT dev, ep, seq, row, t_ms FROM reading WHERE node = :node AND dark IS NULL
ORDER BY t_ms DESC, dev DESC, ep DESC, seq DESC, row DESC LIMIT 1

-- name: READINGS_ALL
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.unc_ms, r.node, r.op, e.body, r.card, r.cut_ms FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.dark IS NULL ORDER BY r.t_ms, r.dev, r.ep, r.seq, r.row

-- name: READING_TITLES_OF_NODE
SELECT DISTINCT title FROM reading WHERE node = :node AND title IS NOT NULL AND dark IS NULL

-- name: READING_NODES_OF_TITLE
SELECT DISTINCT node FROM reading WHERE title = :title AND node IS NOT NULL AND dark IS NULL

-- name: READING_TITLE_HELD
SELECT 1 FROM reading WHERE node = :title AND op = 'place_hold' AND dark IS NULL LIMIT 1

-- name: READING_NAMED
SELECT 1 FROM reading WHERE ref = :ref AND op IN ('capture_hold', 'cancel_hold') AND dark IS NULL LIMIT 1

-- name: READING_FIRST_NAMED
SELECT min(t_ms) FROM reading WHERE ref = :ref AND op IN ('capture_hold', 'cancel_hold') AND dark IS NULL AND t_ms >= :cut_ms

-- name: READING_VOIDS_OF
SELECT dev, ep, seq, cut_ms FROM reading WHERE ref = :ref AND op = 'void'

-- name: READING_PEOPLE_OF_CARD
SELECT r.dev, r.ep, r.seq, r.row, 
  CASE WHEN r.op = 'register_patron' AND r.cut_ms > r.t_ms THEN r.cut_ms ELSE r.t_ms END, e.body FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.card = :card AND r.dark IS NULL AND r.op IN ('register_patron', 'update_patron', 'replace_card', 'merge_patron')

-- name: READING_PEOPLE_NAMING
SELECT card FROM reading WHERE ref = :ref AND dark IS NULL AND op IN ('replace_card', 'merge_patron')

-- name: READING_CARDS_NAMED
SELECT substr(ref, 6) FROM reading WHERE card = :card AND dark IS NULL AND op IN ('replace_card', 'merge_patron')

-- name: READING_NODES_OF_CARD
SELECT DISTINCT node FROM reading WHERE card = :card AND node IS NOT NULL AND dark IS NULL AND t_ms >= :from_t

-- name: READING_USES_OF_CARD
SELECT dev, ep, seq, row FROM reading WHERE card = :card AND dark IS NULL AND op <> 'register_patron'

-- name: READING_USES_OF_ITEM
SELECT dev, ep, seq, row FROM reading WHERE node = :node AND dark IS NULL

-- name: READING_ITEM_KNOWN
SELECT 1 FROM reading WHERE node = :node AND op IN ('add_item', 'recat') AND dark IS NULL LIMIT 1

-- name: READING_CARD_KNOWN
SELECT 1 FROM patron WHERE card = :card AND since_id IS NOT NULL

-- name: READING_SAME_PERSON
SELECT dev, ep, seq, row, CASE WHEN cut_ms > t_ms THEN cut_ms ELSE t_ms END AS since, card FROM reading WHERE ref = :who AND op = 'register_patron' AND dark IS NULL
AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.code = 'card_clash' AND x.entry = reading.dev || '.' || reading.ep || '.' ||
  reading.seq || CASE WHEN reading.row > 0 THEN '.' || reading.row ELSE '' END)
ORDER BY since, dev, ep, seq, row

-- name: READING_NEWEST_OBSERVE
SELECT r.dev, r.ep, r.seq, r.t_ms FROM reading r JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.op = 'observe' AND r.ref = :origin AND r.dark IS NULL
ORDER BY r.t_ms DESC, r.dev DESC, r.ep DESC, r.seq DESC LIMIT 1

-- name: READING_NEWEST_STAFF
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, e.body FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.ref = :ref AND r.op = 'staff' AND r.dark IS NULL
ORDER BY r.t_ms DESC, r.dev DESC, r.ep DESC, r.seq DESC LIMIT 1

-- name: READING_OF_DEV_CARD
SELECT dev, ep, seq, row, t_ms, card, op, node, ref FROM reading
WHERE dev = :dev AND row = 0 AND (written = :card OR (card = :card AND written IS NULL))

-- name: READING_CARD
UPDATE reading SET card = :card, written = :written WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: SETTLEMENT_SPLITS
SELECT id, about, card, t_ms, cut_ms FROM settlement WHERE how = 'other_person' AND dev = :dev AND was = :was

-- name: SETTLEMENT_SPLIT_CARDS
SELECT DISTINCT was FROM settlement WHERE how = 'other_person' AND dev = :dev

-- name: SETTLEMENT_GET
SELECT code, about, other, how, was, card, dev FROM settlement WHERE id = :id

-- name: SETTLEMENT_PUT
INSERT INTO settlement(id, t_ms, cut_ms, code, about, other, how, was, card, upto_cents, dev, ep, seq, row)
VALUES(:id, :t_ms, :cut_ms, :code, :about, :other, :how, :was, :card, :upto, :dev, :ep, :seq, :row)

-- name: SETTLEMENT_TIME
UPDATE settlement SET t_ms = :t_ms WHERE id = :id

-- name: SETTLEMENT_DELETE
DELETE FROM settlement WHERE id = :id

-- name: EXCEPTIONS_NOW_OF_ENTRY
SELECT code, other, status FROM exception_now WHERE entry = :entry ORDER BY code, other

-- name: MONEY_MOVES
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.op, r.card, e.body FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.ref = :ref AND r.op IN ('pay', 'waive') AND r.dark IS NULL

-- name: MONEY_MANUAL
SELECT r.t_ms, r.card, e.body FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.dev = :dev AND r.ep = :ep AND r.seq = :seq AND r.row = :row AND r.op = 'charge' AND r.dark IS NULL

-- name: MONEY_CHARGES_OF_CARD
SELECT about || '/' || kind FROM charge WHERE card = :card
UNION SELECT ref FROM reading WHERE card = :card AND op = 'pay' AND ref IS NOT NULL AND dark IS NULL

-- name: MONEY_SERIES
SELECT series, card, item FROM charge WHERE about = :about AND kind = :kind

-- name: MONEY_BALANCE
WITH mine(card) AS (SELECT card FROM patron WHERE account = :account
  UNION SELECT :account WHERE NOT EXISTS (SELECT 1 FROM patron WHERE card = :account AND account <> :account))
SELECT (SELECT coalesce(sum(amount_cents - waived_cents), 0) FROM charge WHERE card IN (SELECT card FROM mine))
  - (SELECT coalesce(sum(cents), 0) FROM payment WHERE card IN (SELECT card FROM mine))

-- name: PAYMENT_PUT
INSERT INTO payment(id, card, cents) VALUES(:id, :card, :cents)
ON CONFLICT(id) DO UPDATE SET card = excluded.card, cents = excluded.cents

-- name: PAYMENT_GET
SELECT cents FROM payment WHERE id = :id

-- name: PAYMENT_DELETE
DELETE FROM payment WHERE id = :id

-- name: LEDGER_OF_LINE
SELECT card, sum(cents) FROM ledger WHERE line = :line GROUP BY card HAVING sum(cents) <> 0

-- name: LEDGER_ADD
INSERT INTO ledger(line, card, cents, cause) VALUES(:line, :card, :cents, :cause)

-- name: LIMITED_LOANS
SELECT id, key_t, limit_n, card FROM loan WHERE card IN (SELECT card FROM patron WHERE account = :account UNION SELECT :account)
AND limit_n IS NOT NULL AND key_t >= :from_t AND key_t <= :to_t

-- name: LOANS_OUT_AT
SELECT id, key_t, end_t, end_id, card FROM loan
WHERE card IN (SELECT card FROM patron WHERE account = :account UNION SELECT :account)
AND key_t <= :t AND (end_ms IS NULL OR end_t >= :t)

-- name: STANDING_AT
SELECT account, barred, dead, expires_s, t_ms, id FROM standing WHERE card = :card AND t_ms <= :t_ms ORDER BY t_ms DESC, id DESC

-- name: STANDING_CLEAR
DELETE FROM standing WHERE card = :card

-- name: STANDING_ADD
INSERT INTO standing(card, t_ms, id, account, barred, dead, expires_s)
VALUES(:card, :t_ms, :id, :account, :barred, :dead, :expires_s)

-- name: STANDING_LIST
SELECT t_ms, id, account, barred, dead, expires_s FROM standing WHERE card = :card ORDER BY t_ms, id

-- name: DEVICE_ADD
INSERT INTO device(dev, name, practice, code_hash, code_until_s) VALUES(:dev, :name, :practice, :code_hash, :until_s)
ON CONFLICT(dev) DO UPDATE SET code_hash = excluded.code_hash, code_until_s = excluded.code_until_s

-- name: DEVICE_BY_CODE
SELECT dev, code_until_s, practice FROM device WHERE code_hash = :code_hash

-- name: DEVICE_ENROL
UPDATE device SET public_key = :public_key, enrolled_ms = :now_ms, code_hash = NULL, code_until_s = NULL WHERE dev = :dev

-- name: DEVICE_GET
SELECT public_key, name, practice, enrolled_ms, revoked_ms, last_sync_ms FROM device WHERE dev = :dev

-- name: DEVICE_LIST
SELECT dev, name, practice, enrolled_ms, revoked_ms, last_sync_ms,
  (SELECT count(*) FROM received r WHERE r.dev = device.dev), cards FROM device ORDER BY dev

-- name: TOLD_PUT
INSERT INTO told(dev, ep, seq, parent_seq) VALUES(:dev, :ep, :seq, :parent_seq)
ON CONFLICT(dev, ep) DO UPDATE SET seq = excluded.seq, parent_seq = excluded.parent_seq

-- name: RECKON_LINES
-- Of all epochs that are here or were told of: how many entries they have; and how many of those have still to come.
SELECT sum(head - parent), sum(max(coalesce(told - here, 0), 0)) FROM (
  SELECT max(seq) AS head, max(parent_seq) AS parent, max(CASE WHEN told THEN seq END) AS told,
    coalesce(max(CASE WHEN NOT told THEN seq END), max(parent_seq)) AS here
  FROM (SELECT ep, head_seq AS seq, parent_seq, 0 AS told FROM epoch WHERE dev = :dev
    UNION ALL SELECT ep, seq, parent_seq, 1 FROM told WHERE dev = :dev) GROUP BY ep)

-- name: RECKON_HOME
SELECT (SELECT count(*) FROM received WHERE dev = :dev), (SELECT count(*) FROM intake WHERE dev = :dev)

-- name: RECKON_FATES
SELECT outcome, count(*) FROM entry WHERE dev = :dev AND row = 0 AND outcome IS NOT NULL GROUP BY outcome

-- name: DEVICE_CARDS
SELECT dev, cards FROM device WHERE cards IS NOT NULL AND (:dev IS NULL OR dev = :dev) ORDER BY dev

-- name: DEVICE_SET_CARDS
UPDATE device SET cards = :cards WHERE dev = :dev

-- name: DEVICE_SET_NAME
UPDATE device SET name = :name WHERE dev = :dev

-- name: DEVICE_SYNCED
UPDATE device SET last_sync_ms = :now_ms WHERE dev = :dev

-- name: ASIDE_ADD
INSERT INTO aside(received_ms, dev, reason, body) SELECT :received_ms, :dev, :reason, :body
WHERE (SELECT count(*) FROM aside WHERE dev = :dev) < :most

-- name: INTAKE_ADD
INSERT INTO intake(dev, ep, seq, attempts) VALUES(:dev, :ep, :seq, 1)

-- name: INTAKE_TRY
UPDATE intake SET attempts = attempts + 1 WHERE dev = :dev AND ep = :ep AND seq = :seq

-- name: INTAKE_LIST
SELECT dev, ep, seq, attempts FROM intake ORDER BY dev, ep, seq

-- name: INTAKE_DONE
DELETE FROM intake WHERE dev = :dev AND ep = :ep AND seq = :seq

-- name: REVISION_HEAD
SELECT rev, tag FROM revision ORDER BY rev DESC LIMIT 1

-- name: REVISION_TAG
SELECT tag FROM revision WHERE rev = :rev

-- name: REVISION_PAGE
SELECT max(rev), tbl, key FROM revision WHERE rev > :after AND rev <= :upto GROUP BY tbl, key ORDER BY 1 LIMIT :count

-- name: EXCEPTIONS_CLEAR
DELETE FROM exception WHERE code = :code AND other = :other

-- name: EXCEPTIONS_CLEAR_ENTRY
DELETE FROM exception WHERE entry = :entry AND code = :code

-- name: EXCEPTIONS_LIST
SELECT code, entry, other, node, status FROM exception_now WHERE status = :status ORDER BY entry, code, other

-- name: ENTRY_RECEIVED
INSERT INTO received(dev, ep, seq, received_ms) VALUES(:dev, :ep, :seq, :received_ms)

-- name: ENTRY_RECEIVED_GET
SELECT e.body, r.received_ms FROM entry e JOIN received r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq
WHERE e.dev = :dev AND e.ep = :ep AND e.seq = :seq AND e.row = 0
