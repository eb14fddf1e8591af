-- When a stop's visits take place: statements on stop, plan, suspension and closed_day of circulation.sql; has no tables.

-- name: SUSPENSION_PUT
INSERT INTO suspension(id, stop, route, first_day, last_day, why) VALUES(:id, :stop, :route, :first_day, :last_day, :why)
ON CONFLICT(id) DO NOTHING

-- name: SUSPENSION_DELETE
DELETE FROM suspension WHERE id = :id

-- name: SUSPENSIONS_FROM
SELECT id, stop, route, first_day, last_day, why FROM suspension
WHERE last_day >= :from_day AND (stop IS NOT NULL OR route IS NOT NULL) ORDER BY first_day, last_day, id LIMIT :count

-- name: SUSPENSION_SAME
SELECT id FROM suspension WHERE stop IS :stop AND route IS :route AND first_day = :first_day AND last_day = :last_day
ORDER BY id LIMIT 1

-- name: LOANS_DUE_BETWEEN
SELECT l.id, l.item, l.card, l.due_s, l.promise, p.stop FROM loan l LEFT JOIN patron p ON p.card = l.card
WHERE l.end_ms IS NULL AND l.due_s >= :from_s AND l.due_s <= :to_s ORDER BY l.due_s, l.item

-- name: VISIT_STOP_OF
SELECT stop FROM visit WHERE dev = :dev AND opened = :opened ORDER BY arr_s DESC LIMIT 1
