-- Card numbers that are in use, whoever brought them into use: statements on the tables of circulation.sql; has none.

-- name: CARDS_USED
SELECT card FROM patron WHERE card >= :first AND card <= :last AND length(card) = length(:first)
UNION SELECT card FROM loan WHERE end_ms IS NULL AND card >= :first AND card <= :last AND length(card) = length(:first)
UNION SELECT card FROM hold WHERE card >= :first AND card <= :last AND length(card) = length(:first)
ORDER BY 1
