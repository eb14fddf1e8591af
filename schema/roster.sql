-- Finding patrons: by words of their names, by stop, by group; statements on circulation.sql, has no tables. Each way in is
-- counted first, up to so many, and the narrowest is taken; it and the rest then filter row by row (common/roster.c).

-- name: ROSTER_COUNT_WORD
SELECT count(*) FROM (SELECT 1 FROM patron_word WHERE word >= :from AND word < :to LIMIT :most)

-- name: ROSTER_COUNT_STOP
SELECT count(*) FROM (SELECT 1 FROM patron WHERE stop = :stop LIMIT :most)

-- name: ROSTER_COUNT_CLASS
SELECT count(*) FROM (SELECT 1 FROM patron WHERE class = :class COLLATE NOCASE LIMIT :most)

-- name: ROSTER_BY_WORD
SELECT p.card, p.account, p.name, p.category, p.stop, p.class, p.barred, p.expires_s, w.word
FROM patron_word w CROSS JOIN patron p ON p.card = w.card
WHERE w.word >= :from AND w.word < :to AND p.dead = 0
AND (:stop IS NULL OR p.stop = :stop) AND (:class IS NULL OR p.class = :class COLLATE NOCASE) ORDER BY w.word, w.card

-- name: ROSTER_BY_STOP
SELECT card, account, name, category, stop, class, barred, expires_s, NULL FROM patron
WHERE stop = :stop AND dead = 0 AND (:class IS NULL OR class = :class COLLATE NOCASE) ORDER BY name, card

-- name: ROSTER_BY_CLASS
SELECT card, account, name, category, stop, class, barred, expires_s, NULL FROM patron
WHERE class = :class COLLATE NOCASE AND dead = 0 AND (:stop IS NULL OR stop = :stop) ORDER BY name, card

-- name: ROSTER_STOP_USED
SELECT stop FROM patron WHERE stop = :stop LIMIT 1

-- name: ROSTER_CLASSES
SELECT min(class), count(*), CASE WHEN min(stop) = max(stop) AND count(stop) = count(*) THEN min(stop) END
FROM patron WHERE class IS NOT NULL AND dead = 0 AND (:stop IS NULL OR stop = :stop)
GROUP BY class COLLATE NOCASE ORDER BY class COLLATE NOCASE LIMIT :count
