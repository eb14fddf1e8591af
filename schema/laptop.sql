-- What the laptop's own commands ask of the tables of circulation.sql and journal.sql; has none of its own.

-- name: VISIT_LAST_OF_DEV
SELECT opened, stop, name, src, arr_s, dep_s, parr_s, pdep_s, lat_e6, lon_e6 FROM visit WHERE dev = :dev
ORDER BY dep_s IS NULL DESC, arr_s DESC, opened DESC LIMIT 1

-- name: VISIT_IN_THE_WAY
SELECT stop, name, arr_s, dep_s FROM visit WHERE dev = :dev AND opened <> :opened AND arr_s < :to_s AND dep_s > :from_s
AND arr_s >= :since_s ORDER BY arr_s LIMIT 1

-- name: ENTRY_UNANSWERED_FIRST
SELECT coalesce(min(seq), 0) FROM entry WHERE dev = :dev AND row = 0 AND outcome IS NULL

-- name: ENTRY_OUTCOMES_FROM
SELECT ep, seq, hash, body, outcome FROM entry WHERE dev = :dev AND row = 0 AND seq >= :first
AND outcome IS NOT NULL AND outcome NOT LIKE 'applied%' AND outcome NOT LIKE 'stored%' ORDER BY seq

-- name: ENTRY_QUARANTINED_UPTO
SELECT ep, seq, hash, body FROM entry WHERE dev = :dev AND row = 0 AND seq <= :upto AND outcome LIKE 'quarantined%' ORDER BY seq

-- name: ENTRY_ACTS_ABOVE
SELECT count(*) FROM entry WHERE dev = :dev AND ep = :ep AND row = 0 AND seq > :after
AND instr(body, '"op":"clock"') = 0 AND instr(body, '"op":"epoch"') = 0 AND instr(body, '"op":"view"') = 0
AND instr(body, '"op":"open_visit"') = 0 AND instr(body, '"op":"close_visit"') = 0 AND instr(body, '"op":"track"') = 0

-- name: FORGET_LIST
SELECT ep, seq, body, outcome IS NOT NULL AND outcome NOT LIKE 'quarantined%' FROM entry
WHERE dev = :dev AND row = 0 AND seq > :after AND seq <= :mark ORDER BY seq, ep LIMIT :count

-- name: FORGET_SET
UPDATE entry SET body = :body, husk = :husk WHERE dev = :dev AND ep = :ep AND seq = :seq AND row = 0

-- name: FORGET_ANSWERS -- what the desk said names patrons also where the entry does not: at a return
UPDATE request SET answer = '' WHERE dev = :dev AND seq > :after AND seq <= :upto AND answer <> ''

-- name: FORGET_YOUNGER
SELECT min(seq) FROM entry WHERE dev = :dev AND row = 0 AND husk IS NOT NULL AND seq > :upto
