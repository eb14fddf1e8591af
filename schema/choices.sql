-- What forms offer to choose from: statements on the tables of circulation.sql; has none.

-- name: CHOICE_STOPS
SELECT key, mobile, community, name FROM stop WHERE :mobile IS NULL OR mobile = :mobile ORDER BY community, name, key LIMIT :count

-- name: CHOICE_CATEGORIES
SELECT DISTINCT category FROM patron WHERE category <> '' AND dead = 0 ORDER BY category LIMIT :count
