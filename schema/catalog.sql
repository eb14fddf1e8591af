-- Looking things up for people: search, copies, shelves, one item whole. Reads the tables of circulation.sql; has none.

-- name: CATALOG_SEARCH
SELECT t.key, t.name, t.author, t.callno, t.itype FROM title_text JOIN title t ON t.num = title_text.rowid
WHERE title_text MATCH :match ORDER BY title_text.rowid LIMIT :count

-- name: CATALOG_TITLE
SELECT key, name, author, callno, itype FROM title WHERE key = :key

-- name: CATALOG_BY_ISBN
SELECT t.key, t.name, t.author, t.callno, t.itype FROM title_isbn b JOIN title t ON t.key = b.key
WHERE b.isbn = :isbn ORDER BY t.num LIMIT :count

-- name: CATALOG_BY_BARCODE
SELECT t.key, t.name, t.author, t.callno, t.itype FROM item i JOIN title t ON t.key = i.title WHERE i.barcode = :barcode

-- name: CATALOG_COUNT
SELECT count(*), coalesce(sum(place = :place AND loan IS NULL AND cond IN ('ok', 'damaged', 'mend')), 0),
  coalesce(sum(loan IS NOT NULL), 0)
FROM item WHERE title = :title AND cond <> 'withdrawn'

-- name: CATALOG_COPIES
SELECT i.barcode, coalesce(i.callno, t.callno), i.place, i.cond, l.due_s,
  h.state = 'captured' AND h.by_item = i.barcode
FROM item i LEFT JOIN title t ON t.key = i.title LEFT JOIN loan l ON l.id = i.loan LEFT JOIN hold h ON h.id = i.aside
WHERE i.title = :title ORDER BY i.barcode LIMIT :count

-- name: CATALOG_SHELF
SELECT i.barcode, coalesce(i.callno, t.callno), t.name, t.author, i.cond, h.state = 'captured' AND h.by_item = i.barcode, l.due_s
FROM item i LEFT JOIN title t ON t.key = i.title LEFT JOIN hold h ON h.id = i.aside LEFT JOIN loan l ON l.id = i.loan
WHERE i.place = :place AND (:all OR (i.loan IS NULL AND i.cond <> 'lost')) AND i.cond <> 'withdrawn'
AND (:from IS NULL OR i.shelf >= :from) AND (:to IS NULL OR i.shelf <= :to OR substr(i.shelf, 1, length(:to)) = :to)
ORDER BY i.shelf, i.barcode LIMIT :count

-- name: CATALOG_ITEM
SELECT i.barcode, i.title, t.name, t.author, coalesce(i.itype, t.itype), coalesce(i.callno, t.callno), i.loc, i.branch,
  i.place, i.cond, i.price_cents, l.id, l.card, p.name, l.out_ms, l.due_s, l.renewals,
  h.id, h.card, q.name, h.pickup, h.state = 'captured' AND h.by_item = i.barcode, i.last_t, i.last_op
FROM item i LEFT JOIN title t ON t.key = i.title
LEFT JOIN loan l ON l.id = i.loan LEFT JOIN patron p ON p.card = l.card
LEFT JOIN hold h ON h.id = i.aside LEFT JOIN patron q ON q.card = h.card
WHERE i.barcode = :barcode

-- name: CATALOG_LOANS
SELECT l.id, l.item, l.out_ms, l.due_s, l.renewals, t.name, t.author FROM loan l
LEFT JOIN item i ON i.barcode = l.item LEFT JOIN title t ON t.key = i.title
WHERE l.end_ms IS NULL AND l.card IN (SELECT card FROM patron WHERE account = :account) ORDER BY l.due_s, l.id

-- name: CATALOG_HOLDS_OF_ACCOUNT
SELECT h.id, h.card, p.name, h.title, t.name, t.author, h.item, h.pickup, h.state, h.by_item FROM hold h
LEFT JOIN title t ON t.key = h.title LEFT JOIN patron p ON p.card = h.card
WHERE h.card IN (SELECT card FROM patron WHERE account = :account) AND h.state IN ('waiting', 'captured')
ORDER BY h.key_t, h.id LIMIT :count

-- name: CATALOG_HOLDS_OF_TITLE
SELECT h.id, h.card, p.name, h.title, t.name, t.author, h.item, h.pickup, h.state, h.by_item FROM hold h
LEFT JOIN title t ON t.key = h.title LEFT JOIN patron p ON p.card = h.card
WHERE h.title = :title AND h.state IN ('waiting', 'captured')
ORDER BY h.key_t, h.id LIMIT :count

-- name: CATALOG_HOLDS
SELECT h.id, h.card, p.name, h.title, t.name, t.author, h.item, h.pickup, h.state, h.by_item FROM hold h
LEFT JOIN title t ON t.key = h.title LEFT JOIN patron p ON p.card = h.card
WHERE h.state IN ('waiting', 'captured')
ORDER BY t.name, h.title, h.key_t, h.id LIMIT :count

-- name: CATALOG_ABOARD
SELECT i.barcode, t.name, t.author, coalesce(i.callno, t.callno), i.cond FROM item i LEFT JOIN title t ON t.key = i.title
WHERE i.place = :place AND i.loan IS NULL AND (i.cond = 'ok' OR i.aside IS NOT NULL) ORDER BY i.shelf, i.barcode LIMIT :count
