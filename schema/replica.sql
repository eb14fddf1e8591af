-- What a laptop's replica file knows about itself (I2); beside the tables of circulation.sql.

CREATE TABLE state(
  one      INTEGER PRIMARY KEY CHECK(one = 1),
  server   TEXT NOT NULL,     -- id of the branch it came from
  rev      INTEGER NOT NULL,  -- feed cursor: revision and its tag
  tag      INTEGER NOT NULL,
  mark_seq INTEGER NOT NULL,  -- last own entry that the branch's rows contain
  mark_ep  TEXT NOT NULL,
  ep       TEXT NOT NULL,     -- own entries applied here: up to this one
  seq      INTEGER NOT NULL,
  hash     BLOB NOT NULL
) STRICT;

-- name: STATE_GET
SELECT server, rev, tag, mark_seq, mark_ep, ep, seq, hash FROM state WHERE one = 1

-- name: STATE_PUT
INSERT INTO state(one, server, rev, tag, mark_seq, mark_ep, ep, seq, hash)
VALUES(1, :server, :rev, :tag, :mark_seq, :mark_ep, :ep, :seq, :hash)
ON CONFLICT(one) DO UPDATE SET server = excluded.server, rev = excluded.rev, tag = excluded.tag,
  mark_seq = excluded.mark_seq, mark_ep = excluded.mark_ep, ep = excluded.ep, seq = excluded.seq, hash = excluded.hash

-- name: STATE_APPLIED
UPDATE state SET ep = :ep, seq = :seq, hash = :hash WHERE one = 1
