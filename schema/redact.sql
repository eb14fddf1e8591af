-- Cutting the link from what came back to who had it (I12): statements of sync/redact*.c and sync/husk.c; no tables.

-- name: REDACT_NODES -- parts of groups with an act of somebody before the cut
SELECT DISTINCT node FROM reading
WHERE t_ms < :cut AND node IS NOT NULL AND card IS NOT NULL AND substr(card, 1, 1) <> '~' ORDER BY node

-- name: REDACT_DARK -- acts of a node that take no part, and are older
SELECT dev, ep, seq, row, t_ms FROM reading
WHERE node = :node AND dark IS NOT NULL AND t_ms < :cut AND card IS NOT NULL AND substr(card, 1, 1) <> '~'

-- name: REDACT_OPEN -- what staff may still have to look at
SELECT entry FROM exception_now WHERE status = 'open' UNION SELECT other FROM exception_now WHERE status = 'open' AND other <> ''

-- name: REDACT_AFTER -- what took an entry back, or settled an exception about it
SELECT dev || '.' || ep || '.' || seq, t_ms FROM reading WHERE ref = :id AND op = 'void'
UNION ALL SELECT id, t_ms FROM settlement WHERE about = :id

-- name: REDACT_CHARGES
SELECT kind, card, amount_cents - waived_cents - paid_cents FROM charge WHERE about = :about

-- name: REDACT_MOVES -- money on charges of an entry; last column: was it taken back when the books of its time were closed?
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.op, r.card, r.ref, r.dark IS NOT NULL, r.dark IS NOT NULL AND EXISTS (
  SELECT 1 FROM reading v WHERE v.ref = r.dev || '.' || r.ep || '.' || r.seq AND v.op = 'void' AND v.cut_ms > r.t_ms)
FROM reading r WHERE r.ref >= :from AND r.ref < :to AND r.op IN ('pay', 'waive') ORDER BY r.t_ms, r.dev, r.ep, r.seq, r.row

-- name: REDACT_ENTRY
SELECT hash, body FROM entry WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: REDACT_ENTRY_SET
UPDATE entry SET body = :body, husk = :husk WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: REDACT_SEAL_SET
UPDATE entry SET husk = :husk WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = 0

-- name: REDACT_READING_SET
UPDATE reading SET card = coalesce(:card, card), written = NULL WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: REDACT_LEDGER_SET
UPDATE ledger SET card = :card WHERE line = :line

-- name: REDACT_ANSWERS -- what the desk said names patrons also where the entry does not: at a return
UPDATE request SET answer = '' WHERE answer <> '' AND EXISTS (
  SELECT 1 FROM reading r WHERE r.dev = request.dev AND r.ep = request.ep AND r.seq = request.seq AND r.row = 0 AND r.t_ms < :cut)

-- name: REDACT_ASIDE -- what could not be taken in holds whole batches
UPDATE aside SET body = x'' WHERE received_ms < :cut AND length(body) > 0 RETURNING n

-- name: REDACT_ASIDE_COUNT
SELECT count(*) FROM aside WHERE received_ms < :cut AND length(body) > 0

-- Revisions name accounts beside copies, in the order of what happened. Every laptop that may still come has synced since the
-- horizon, so that its cursor is at the last one of before the cut, or later.

-- name: REDACT_REVISION_AT
INSERT INTO revision_at(at_ms, rev) SELECT :now_ms, coalesce(max(rev), 0) FROM revision WHERE true
ON CONFLICT(at_ms) DO UPDATE SET rev = excluded.rev

-- name: REDACT_REVISIONS
DELETE FROM revision WHERE rev < (SELECT max(rev) FROM revision_at WHERE at_ms < :cut)

-- name: REDACT_REVISIONS_AT
DELETE FROM revision_at WHERE at_ms < (SELECT max(at_ms) FROM revision_at WHERE at_ms < :cut)

-- What a cut must leave as it is. Of what is over: all but who.

-- name: REDACT_KEEPS_ITEMS
SELECT * FROM item

-- name: REDACT_KEEPS_OPEN_LOANS
SELECT * FROM loan WHERE end_ms IS NULL

-- name: REDACT_KEEPS_LOANS
SELECT id, item, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents, cal, end_ms, end_t,
  end_id, how, renewals, lost_ms, claimed_ms, limit_n FROM loan

-- name: REDACT_KEEPS_LIVE_HOLDS
SELECT * FROM hold WHERE state IN ('waiting', 'captured')

-- name: REDACT_KEEPS_HOLDS
SELECT id, title, item, pickup, key_t, state, by_item FROM hold

-- name: REDACT_KEEPS_CHARGES
SELECT about, kind, item, series, amount_cents, waived_cents, paid_cents FROM charge

-- name: REDACT_KEEPS_BALANCES
SELECT account, cents FROM balance

-- name: REDACT_KEEPS_EXCEPTIONS
SELECT code, entry, other, node FROM exception_now WHERE status = 'open'

-- name: REDACT_KEEPS_PAYMENTS
SELECT id, cents FROM payment

-- name: HUSKS
SELECT e.dev, e.ep, e.seq, e.row, e.hash, e.body, e.husk, r.op, r.t_ms FROM entry e
LEFT JOIN reading r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq AND r.row = e.row
WHERE e.husk IS NOT NULL ORDER BY e.dev, e.ep, e.seq, e.row
