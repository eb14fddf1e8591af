-- An act's whole life, found by its slip code (statements only): on the laptop from its journal, at the branch with what
-- became of it.

-- name: TRACE_BY_HASH
SELECT dev, ep, seq, row FROM entry WHERE hash >= :from AND hash <= :to ORDER BY hash LIMIT :count

-- name: TRACE_ABOARD
SELECT hash, body, outcome FROM entry WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = :row

-- name: TRACE_VOIDS_ABOARD
SELECT dev, ep, seq, row, hash, body FROM entry WHERE dev = :dev AND row = 0 AND seq > :seq
AND instr(body, '"op":"void"') > 0 AND instr(body, :target) > 0 ORDER BY seq LIMIT 1

-- name: TRACE_ENTRY
SELECT e.hash, e.body, e.outcome, r.t_ms, r.unc_ms, coalesce(r.received_ms, x.received_ms), r.card, r.dark, i.attempts
FROM entry e LEFT JOIN reading r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq AND r.row = e.row
LEFT JOIN received x ON x.dev = e.dev AND x.ep = e.ep AND x.seq = e.seq
LEFT JOIN intake i ON i.dev = e.dev AND i.ep = e.ep AND i.seq = e.seq
WHERE e.dev = :dev AND e.ep = :ep AND e.seq = :seq AND e.row = :row

-- name: TRACE_NAMING
-- Acts that name it: voids, captures and cancels of a hold, payments and waivers on what was charged for it.
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE (r.ref = :id OR (r.ref > :id || '/' AND r.ref < :id || '0'))
AND r.op IN ('void', 'capture_hold', 'cancel_hold', 'pay', 'waive') ORDER BY r.t_ms, r.dev, r.ep, r.seq LIMIT :count

-- name: TRACE_ACT
SELECT r.dev, r.ep, r.seq, r.row, r.t_ms, r.card, r.dark, e.body, e.hash FROM reading r
JOIN entry e ON e.dev = r.dev AND e.ep = r.ep AND e.seq = r.seq AND e.row = r.row
WHERE r.dev = :dev AND r.ep = :ep AND r.seq = :seq AND r.row = :row

-- name: TRACE_LOAN
SELECT how, due_s, end_ms, end_id, promise FROM loan WHERE id = :id

-- name: TRACE_EXCEPTIONS
SELECT x.code, x.other, x.status, s.id, s.how, s.t_ms FROM exception_now x
LEFT JOIN settlement s ON s.code = x.code AND s.about = x.entry AND s.other = x.other
AND s.id = (SELECT n.id FROM settlement n WHERE n.code = x.code AND n.about = x.entry AND n.other = x.other ORDER BY n.t_ms DESC, n.id DESC LIMIT 1)
WHERE x.entry = :id ORDER BY x.code, x.other
