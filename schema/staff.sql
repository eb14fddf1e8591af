-- Staff accounts: statements on table staff of circulation.sql; has no tables. None but STAFF_VERIFIER reads the verifier.

-- name: STAFF_PUT
INSERT INTO staff(id, name, role, verifier, src_t, src) VALUES(:id, :name, :role, :verifier, :src_t, :src)
ON CONFLICT(id) DO UPDATE SET name = excluded.name, role = excluded.role, verifier = excluded.verifier,
  src_t = excluded.src_t, src = excluded.src

-- name: STAFF_DELETE
DELETE FROM staff WHERE id = :id

-- name: STAFF_GET
SELECT id, name, role FROM staff WHERE id = :id

-- name: STAFF_VERIFIER
SELECT verifier FROM staff WHERE id = :id

-- name: STAFF_LIST
SELECT id, name, role, src_t FROM staff ORDER BY id

-- name: STAFF_COUNT
SELECT count(*) FROM staff

-- name: STAFF_ADMINS_BESIDE
SELECT count(*) FROM staff WHERE role = 'admin' AND id <> :id
