-- Where the van was (gps.db, on the laptop only, never sent whole): all points, in chunks, and the stop machine's state.

CREATE TABLE gps_chunk(       -- up to 600 points, written again every 10 s until it is full
  day      INTEGER NOT NULL,  -- of its points: days since 1970-01-01 UTC
  seq      INTEGER NOT NULL CHECK(seq >= 1),
  t0_ms    INTEGER NOT NULL,  -- first and last point, UTC
  t1_ms    INTEGER NOT NULL CHECK(t1_ms >= t0_ms),
  n        INTEGER NOT NULL CHECK(n BETWEEN 1 AND 600),
  travel_m INTEGER NOT NULL CHECK(travel_m >= 0), -- metres driven in it
  codec    INTEGER NOT NULL,  -- 1: see mobile/track.c
  blob     BLOB NOT NULL CHECK(length(blob) <= 65536),
  crc      INTEGER NOT NULL,  -- CRC-32 of the columns before compression
  PRIMARY KEY(day, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX gps_chunk_time ON gps_chunk(t1_ms);

CREATE TABLE gps_state(       -- what has to outlive a restart, each as its room's own text
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK(length(body) <= 65536)
) STRICT, WITHOUT ROWID;

-- name: GPS_CHUNK_PUT
INSERT INTO gps_chunk(day, seq, t0_ms, t1_ms, n, travel_m, codec, blob, crc)
VALUES(:day, :seq, :t0_ms, :t1_ms, :n, :travel_m, :codec, :blob, :crc)
ON CONFLICT(day, seq) DO UPDATE SET t1_ms = excluded.t1_ms, n = excluded.n, travel_m = excluded.travel_m,
  codec = excluded.codec, blob = excluded.blob, crc = excluded.crc

-- name: GPS_CHUNK_LAST
SELECT coalesce(max(seq), 0) FROM gps_chunk WHERE day = :day

-- name: GPS_CHUNK_READ
SELECT n, codec, blob, crc, day, seq FROM gps_chunk WHERE t1_ms >= :from_ms AND t0_ms < :to_ms ORDER BY t0_ms, day, seq

-- name: GPS_TRAVEL
SELECT coalesce(sum(travel_m), 0) FROM gps_chunk WHERE t0_ms >= :from_ms AND t0_ms < :to_ms

-- name: GPS_STATE_PUT
INSERT INTO gps_state(name, body) VALUES(:name, :body) ON CONFLICT(name) DO UPDATE SET body = excluded.body

-- name: GPS_STATE_GET
SELECT body FROM gps_state WHERE name = :name
