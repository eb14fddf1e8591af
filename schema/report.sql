-- What reports, imports and verify ask of the branch (statements only).

-- name: REPORT_VISITS_SINCE
SELECT dev, opened, stop, name, src, arr_s, dep_s, parr_s, pdep_s, until_s FROM (
  SELECT v.*, coalesce(v.dep_s, (SELECT min(n.arr_s) FROM visit n WHERE n.dev = v.dev AND n.arr_s > v.arr_s), :now_s) AS until_s FROM visit v) AS told
WHERE arr_s >= :from_s OR until_s >= :from_s ORDER BY dev, arr_s, id

-- name: REPORT_ACTS_BETWEEN
SELECT r.dev, r.t_ms, iif(instr(e.body, ',"again":1') > 0, 'renew', r.op) -- lent again to who has it
FROM reading r LEFT JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = 0
WHERE r.t_ms >= :from_t AND r.t_ms <= :to_t AND r.row = 0 AND r.dark IS NULL AND r.dev <> 'branch'
AND r.op IN ('checkout', 'renew', 'checkin', 'place_hold', 'register_patron') ORDER BY r.dev, r.t_ms, r.seq

-- name: REPORT_TALLIES_BETWEEN
SELECT id, visit, at_ms, count FROM tally WHERE kind = 'visitors' AND at_ms >= :from_t AND at_ms <= :to_t ORDER BY id

-- name: REPORT_LOAN_THERE
SELECT lost_ms FROM loan WHERE item = :item AND card = :card AND out_ms = :out_ms ORDER BY id LIMIT 1

-- name: REPORT_HOLD_THERE
SELECT 1 FROM hold WHERE card = :card AND title = :title AND key_t = :key_t LIMIT 1

-- name: REPORT_LOST_MARKS
SELECT r.dev, r.ep, r.seq, r.row FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.node = :node AND r.op = 'mark_item' AND r.row > 0 AND r.card IS NULL AND r.dark IS NULL
AND e.body LIKE '%"as":"lost"%' ORDER BY r.t_ms, r.dev, r.ep, r.seq, r.row

-- name: REPORT_ENTRIES
SELECT e.dev, e.ep, e.seq, r.op, r.t_ms, e.outcome, e.body FROM entry e
LEFT JOIN reading r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq AND r.row = 0
WHERE e.row = 0 AND (:dev IS NULL OR e.dev = :dev) ORDER BY r.t_ms DESC, e.dev DESC, e.seq DESC LIMIT :count

-- name: REPORT_DAY_CALLS
SELECT v.id, v.dev, nullif(d.name, ''), v.stop, coalesce(s.community || ', ' || s.name, v.name), v.src, v.arr_s, v.dep_s, v.parr_s, v.pdep_s,
  CASE WHEN v.lon_e6 IS NULL THEN s.lat_e6 ELSE coalesce(v.lat_e6, s.lat_e6) END,
  CASE WHEN v.lat_e6 IS NULL THEN s.lon_e6 ELSE coalesce(v.lon_e6, s.lon_e6) END, v.dist_m, v.points
FROM visit v LEFT JOIN device d ON d.dev = v.dev LEFT JOIN stop s ON s.key = v.stop
WHERE v.arr_s >= :from_s AND v.arr_s <= :to_s ORDER BY v.dev, v.arr_s, v.id

-- name: REPORT_DAY_STOP
SELECT community || ', ' || name, lat_e6, lon_e6 FROM stop WHERE key = :stop

-- name: REPORT_OBSERVES
SELECT e.dev, e.ep, e.seq, e.body, e.husk FROM entry e JOIN reading r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq AND r.row = e.row
WHERE r.op = 'observe' ORDER BY e.dev, e.ep, e.seq

-- name: REPORT_DEVICES
SELECT DISTINCT p.dev, d.public_key FROM epoch p LEFT JOIN device d ON d.dev = p.dev ORDER BY p.dev

-- name: REPORT_COUNTS
SELECT (SELECT count(*) FROM title), (SELECT count(*) FROM item), (SELECT count(*) FROM patron WHERE since_id IS NOT NULL),
  (SELECT count(*) FROM loan WHERE end_ms IS NULL), (SELECT count(*) FROM hold WHERE state IN ('waiting', 'captured')),
  (SELECT count(*) FROM exception_now WHERE status = 'open'), (SELECT count(*) FROM intake), (SELECT count(*) FROM aside),
  (SELECT count(*) FROM entry WHERE row = 0 AND outcome LIKE 'quarantined%')

-- name: REPORT_EXCEPTIONS_OPEN
SELECT count(*) FROM exception_now WHERE status = 'open'

-- name: REPORT_LAST_SYNC
SELECT max(last_sync_ms) FROM device

-- name: REPORT_BRANCH_LINE
SELECT count(*) FROM entry WHERE dev = 'branch' AND row = 0

-- name: REPORT_EXCEPTIONS
SELECT code, entry, other, status FROM exception_now ORDER BY code, entry, other

-- name: REPORT_PATRONS
SELECT card, account, name, category, branch, stop, expires_s, barred, dead, since_id, born, guarantor, class
FROM patron ORDER BY card

-- name: REPORT_HOLD_WAITING
SELECT id FROM hold WHERE card = :card AND title = :title AND key_t = :key_t AND state = 'waiting' ORDER BY id LIMIT 1

-- name: REPORT_LOANS
SELECT item, card, out_ms, due_s, renewals FROM loan WHERE end_ms IS NULL ORDER BY item

-- name: AUDIT_ENTRIES
SELECT dev, ep, seq, row, body FROM entry ORDER BY dev, ep, seq, row

-- name: AUDIT_OWN_CLOCK
SELECT dev, ep, seq, t, off, unc, src FROM clock WHERE dev = 'branch'

-- name: AUDIT_APPLIED
SELECT e.body, r.received_ms, r.cut_ms FROM entry e JOIN reading r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq AND r.row = 0
WHERE e.row = 0 ORDER BY e.dev, e.seq, e.ep

-- name: AUDIT_BALANCES
SELECT account, cents FROM balance ORDER BY account

-- name: AUDIT_LEDGER
SELECT line FROM (
  SELECT line, card, sum(cents) AS cents FROM ledger GROUP BY line, card
  UNION ALL SELECT 'amount ' || about || '/' || kind, card, -amount_cents FROM charge
  UNION ALL SELECT 'waived ' || about || '/' || kind, card, waived_cents FROM charge
  UNION ALL SELECT 'pay ' || id, card, cents FROM payment
) GROUP BY line, card HAVING sum(cents) <> 0 LIMIT 1

-- name: STORY_EXCEPTIONS
SELECT code, entry, other, node, status FROM exception_now

-- name: STORY_STOP
SELECT coalesce(s.community || ', ' || s.name, v.stop) FROM visit v LEFT JOIN stop s ON s.key = v.stop
WHERE v.dev = :dev AND v.opened = :opened LIMIT 1

-- name: STORY_NAME
SELECT name FROM patron WHERE card = :card

-- name: STORY_DEVICE
SELECT name FROM device WHERE dev = :dev

-- name: STORY_HOLD
SELECT h.card, t.name, h.state, h.by_item, h.pickup FROM hold h LEFT JOIN title t ON t.key = h.title WHERE h.id = :id

-- name: STORY_CAPTURES
-- A hold's life: who set what aside for it, who cancelled it, who lent what fills it.
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.ref = :ref AND r.op IN ('capture_hold', 'cancel_hold') ORDER BY r.t_ms LIMIT 20

-- name: STORY_ENTRY
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.dev = :dev AND r.ep = :ep AND r.seq = :seq AND r.row = :row

-- name: STORY_NODE
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM (
  SELECT * FROM (SELECT * FROM reading WHERE node = :node AND t_ms <= :t_ms ORDER BY t_ms DESC LIMIT 10)
  UNION ALL SELECT * FROM (SELECT * FROM reading WHERE node = :node AND t_ms > :t_ms ORDER BY t_ms LIMIT 10)
) r JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row

-- name: STORY_PEOPLE
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE (r.card = :card OR r.ref = :ref) AND r.op IN ('register_patron', 'update_patron', 'replace_card', 'merge_patron')
ORDER BY abs(r.t_ms - :t_ms) LIMIT 10

-- name: STORY_MOVES
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.ref = :ref AND r.op IN ('pay', 'waive') ORDER BY r.t_ms LIMIT 20

-- name: STORY_PAYMENTS
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.received_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.card IN (SELECT card FROM patron WHERE account = :account UNION SELECT :account) AND r.op IN ('pay', 'charge')
ORDER BY r.t_ms DESC LIMIT 20

-- name: STORY_ITEM
SELECT t.name, i.place, i.cond, l.card, l.due_s, h.card FROM item i LEFT JOIN title t ON t.key = i.title
LEFT JOIN loan l ON l.id = i.loan LEFT JOIN hold h ON h.id = i.aside AND h.state = 'captured' AND h.by_item = i.barcode
WHERE i.barcode = :item

-- name: STORY_SETTLED
SELECT id, how, t_ms FROM settlement WHERE code = :code AND about = :entry AND other = :other ORDER BY t_ms DESC LIMIT 1
