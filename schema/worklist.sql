-- What staff have to do about holds, read off the state: statements on the tables of circulation.sql; has none.

-- name: WORK_WAITING
SELECT h.id, h.card, h.title, h.item, h.pickup, h.key_t, t.name, t.author, s.mobile FROM hold h
LEFT JOIN title t ON t.key = h.title LEFT JOIN stop s ON s.key = h.pickup WHERE h.state = 'waiting'

-- name: WORK_FREE
SELECT i.title, i.barcode, i.place, coalesce(i.callno, t.callno) FROM item i LEFT JOIN title t ON t.key = i.title
WHERE i.title IN (SELECT title FROM hold WHERE state = 'waiting') AND i.loan IS NULL AND i.aside IS NULL AND i.cond = 'ok'
ORDER BY i.title, i.barcode

-- name: WORK_READY
SELECT h.id, h.card, h.title, h.pickup, t.name, t.author, i.barcode, i.place, coalesce(i.callno, t.callno), s.mobile
FROM hold h JOIN item i ON i.barcode = h.by_item AND i.aside = h.id
LEFT JOIN title t ON t.key = h.title LEFT JOIN stop s ON s.key = h.pickup WHERE h.state = 'captured'
ORDER BY h.pickup, i.shelf, i.barcode

-- name: WORK_CLEAR
SELECT i.barcode, i.place, i.title, t.name, t.author, coalesce(i.callno, t.callno), i.aside, h.state
FROM item i LEFT JOIN title t ON t.key = i.title LEFT JOIN hold h ON h.id = i.aside
WHERE i.aside IS NOT NULL AND NOT coalesce(h.state = 'captured' AND h.by_item = i.barcode, 0)
ORDER BY i.place, i.shelf, i.barcode
