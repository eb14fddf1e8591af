-- The state that acts lead to: titles, copies, patrons, loans, holds, rules, stops. Both sides have these tables;
-- at the branch they are a projection of the entries (I5), on the laptop the branch's rows plus what is pending (I2).
-- Ids are those of entries, "dev.ep.seq". *_t, *_ms: UTC milliseconds; *_s: UTC seconds; *_cents: money.
-- CHECK(x = 'a' OR x = 'b' OR ...), not IN (...): for three words or more SQLite fills a table at each row written.

CREATE TABLE title(
  num    INTEGER PRIMARY KEY,  -- order of popularity: a prefix search may stop early
  key    TEXT NOT NULL UNIQUE,
  name   TEXT NOT NULL,
  author TEXT NOT NULL DEFAULT '',
  isbn   TEXT NOT NULL DEFAULT '', -- ISBN-13s, space between
  itype  TEXT,
  callno TEXT,
  detail TEXT NOT NULL DEFAULT '', -- subjects, series, publisher, summary: searched, not shown in lists
  src_t  INTEGER NOT NULL,     -- when, and by which entry, it was catalogued: the newest stands
  src    TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE title_text USING fts5(name, author, detail, content='title', content_rowid='num',
  tokenize="unicode61 remove_diacritics 2", prefix='2 3');
-- kept by TITLE_TEXT_OUT before and TITLE_TEXT_IN after a title changes: no triggers, for with trusted_schema off (db.c)
-- SQLite lets none touch a virtual table
CREATE TABLE title_isbn(isbn TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(isbn, key)) STRICT, WITHOUT ROWID;
CREATE INDEX title_isbn_key ON title_isbn(key);

CREATE TABLE item(
  barcode   TEXT PRIMARY KEY,
  title     TEXT,              -- NULL: not known, a stub (I6)
  place     TEXT,              -- desk that had it in hand last
  cond      TEXT NOT NULL DEFAULT 'ok'
    CHECK(cond = 'ok' OR cond = 'damaged' OR cond = 'mend' OR cond = 'missing' OR cond = 'lost' OR cond = 'withdrawn'),
  loan      TEXT,              -- its open loan (I8)
  aside     TEXT,              -- hold whose slip is in it
  lost_mark TEXT, lost_loan TEXT,
  last_t    INTEGER, last_unc INTEGER, last_id TEXT, last_op TEXT,
  itype TEXT, callno TEXT, loc TEXT, branch TEXT, price_cents INTEGER, -- as catalogued
  shelf     TEXT,              -- shelving order, from callno
  info_t    INTEGER, info_id TEXT -- the entry that catalogued it
) STRICT, WITHOUT ROWID;
CREATE INDEX item_title ON item(title);
CREATE INDEX item_shelf ON item(place, shelf);

CREATE TABLE patron(
  card      TEXT PRIMARY KEY,
  account   TEXT NOT NULL,     -- first card of the person
  name      TEXT, category TEXT, branch TEXT, stop TEXT,
  expires_s INTEGER,           -- last moment of the card
  barred    INTEGER NOT NULL DEFAULT 0 CHECK(barred IN (0, 1)),
  dead      INTEGER NOT NULL DEFAULT 0 CHECK(dead IN (0, 1)), -- card was replaced
  since_id  TEXT,              -- entry that brought the card into use; NULL: unknown card
  born      INTEGER,           -- year of birth (I12: the date is sealed, or only at the branch's import)
  guarantor TEXT,              -- card of who answers for the debts
  class     TEXT               -- group: a class, a deposit collection
) STRICT, WITHOUT ROWID;
CREATE INDEX patron_account ON patron(account);
CREATE INDEX patron_guarantor ON patron(guarantor) WHERE guarantor IS NOT NULL;
CREATE INDEX patron_stop ON patron(stop, name);
CREATE INDEX patron_class ON patron(class COLLATE NOCASE, dead, stop) WHERE class IS NOT NULL;
-- The words a name is found by (common/words.h), kept by triggers so that no code path can forget one.
CREATE TABLE patron_word(word TEXT NOT NULL, card TEXT NOT NULL, PRIMARY KEY(word, card)) STRICT, WITHOUT ROWID;
CREATE TRIGGER patron_word_in AFTER INSERT ON patron WHEN NEW.name IS NOT NULL BEGIN
  INSERT INTO patron_word(word, card) SELECT value, NEW.card FROM json_each(bm_words(NEW.name));
END;
CREATE TRIGGER patron_word_out AFTER DELETE ON patron WHEN OLD.name IS NOT NULL BEGIN
  DELETE FROM patron_word WHERE card = OLD.card AND word IN (SELECT value FROM json_each(bm_words(OLD.name)));
END;
CREATE TRIGGER patron_word_change AFTER UPDATE OF name ON patron WHEN OLD.name IS NOT NEW.name BEGIN
  DELETE FROM patron_word WHERE card = OLD.card AND word IN (SELECT value FROM json_each(bm_words(coalesce(OLD.name, ''))));
  INSERT INTO patron_word(word, card) SELECT value, NEW.card FROM json_each(bm_words(coalesce(NEW.name, '')));
END;

CREATE TABLE loan(
  id      TEXT PRIMARY KEY,    -- its checkout
  item    TEXT NOT NULL, card TEXT NOT NULL,
  key_t   INTEGER NOT NULL, out_ms INTEGER NOT NULL,
  due_s   INTEGER NOT NULL,    -- I9
  promise TEXT NOT NULL,       -- entry that last told a date
  rate_cents INTEGER NOT NULL, grace_days INTEGER NOT NULL, max_cents INTEGER, price_cents INTEGER NOT NULL,
  keep_cents INTEGER NOT NULL, cal TEXT,
  end_ms  INTEGER, end_t INTEGER, end_id TEXT,
  how     TEXT NOT NULL CHECK(how = 'open' OR how = 'checkin' OR how = 'implied' OR how = 'claimed' OR how = 'written off'),
  renewals INTEGER NOT NULL, lost_ms INTEGER, claimed_ms INTEGER,
  limit_n INTEGER,             -- loans allowed by the rule its desk used; NULL: none, or overridden
  CHECK((end_ms IS NULL) = (how = 'open'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX loan_open ON loan(item) WHERE end_ms IS NULL; -- I8
CREATE INDEX loan_item ON loan(item);
CREATE INDEX loan_card ON loan(card, end_ms, key_t);

CREATE TABLE hold(
  id     TEXT PRIMARY KEY,     -- its place_hold
  card   TEXT NOT NULL, title TEXT NOT NULL, item TEXT, pickup TEXT,
  key_t  INTEGER NOT NULL,
  state  TEXT NOT NULL CHECK(state = 'waiting' OR state = 'captured' OR state = 'fulfilled' OR state = 'cancelled'),
  by_item TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_title ON hold(title, key_t); -- and id: in the order of the queue
CREATE INDEX hold_card ON hold(card);

CREATE TABLE charge(           -- what a patron owes and why; series: "t id cents" lines, the amount from each moment on
  about TEXT NOT NULL, kind TEXT NOT NULL CHECK(kind = 'overdue' OR kind = 'lost' OR kind = 'damage' OR kind = 'manual'),
  card TEXT NOT NULL, item TEXT, series TEXT NOT NULL, -- item NULL: manual, no part of an item's history
  amount_cents INTEGER NOT NULL DEFAULT 0, waived_cents INTEGER NOT NULL DEFAULT 0, -- what became of it (TIMELINE 5):
  paid_cents INTEGER NOT NULL DEFAULT 0,                                            -- owed = amount - waived - paid
  PRIMARY KEY(about, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX charge_item ON charge(item);
CREATE INDEX charge_card ON charge(card);
CREATE TABLE balance(          -- what an account owes in all; below 0: credit
  account TEXT PRIMARY KEY, cents INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE exception(
  code TEXT NOT NULL, entry TEXT NOT NULL, other TEXT NOT NULL DEFAULT '',
  node TEXT,                   -- '?' + item or title it belongs to; NULL: patrons, journal
  status TEXT NOT NULL CHECK(status = 'open' OR status = 'overtaken' OR status = 'settled'),
  pending INTEGER NOT NULL DEFAULT 0, -- the next scan of the item closes it
  PRIMARY KEY(code, entry, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX exception_node ON exception(node);
CREATE INDEX exception_entry ON exception(entry);
CREATE INDEX exception_other ON exception(other, code);

CREATE TABLE rule(n INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
CREATE TABLE closed_day(
  branch TEXT NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '',
  since_t INTEGER NOT NULL DEFAULT 0, until_t INTEGER, -- known here from this moment on; until another calendar came
  PRIMARY KEY(branch, first_day, last_day, since_t)
) STRICT, WITHOUT ROWID;
CREATE TABLE stop(
  key TEXT PRIMARY KEY,        -- mobile/community/stop, with #2 ... where a name repeats elsewhere
  mobile TEXT NOT NULL, community TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL DEFAULT '',
  lat_e6 INTEGER NOT NULL, lon_e6 INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE suspension(       -- days on which a stop's or a whole route's visits do not take place
  id TEXT PRIMARY KEY,         -- its suspend entry
  stop TEXT, route TEXT, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, why TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX suspension_first ON suspension(first_day, last_day, id);
CREATE TABLE staff(            -- who may log in, as the newest staff entry about each says
  id   TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL CHECK(role = 'viewer' OR role = 'staff' OR role = 'admin'),
  verifier TEXT NOT NULL,      -- Argon2id text of the phrase: laptops check logins offline; shown nowhere
  src_t INTEGER NOT NULL, src TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE plan(n INTEGER PRIMARY KEY, stop TEXT NOT NULL, mobile TEXT NOT NULL, line TEXT NOT NULL) STRICT; -- timetable rows
CREATE INDEX plan_stop ON plan(stop);

CREATE TABLE visit(
  id TEXT PRIMARY KEY,         -- its open_visit
  dev TEXT NOT NULL, opened INTEGER NOT NULL, stop TEXT, name TEXT, src TEXT NOT NULL,
  arr_s INTEGER NOT NULL, dep_s INTEGER, parr_s INTEGER, pdep_s INTEGER, lat_e6 INTEGER, lon_e6 INTEGER,
  dist_m INTEGER, points INTEGER, closed_seq INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_arr ON visit(arr_s);
CREATE INDEX visit_open ON visit(dev, arr_s) WHERE dep_s IS NULL; -- each act asks: one of thousands is open, or none
CREATE TABLE tally(
  id TEXT PRIMARY KEY, visit INTEGER, kind TEXT NOT NULL, count INTEGER NOT NULL, at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- name: TITLE_PUT
INSERT INTO title(key, name, author, isbn, itype, callno, detail, src_t, src)
VALUES(:key, :name, :author, :isbn, :itype, :callno, :detail, :src_t, :src)
ON CONFLICT(key) DO UPDATE SET name = excluded.name, author = excluded.author, isbn = excluded.isbn,
  itype = excluded.itype, callno = excluded.callno, detail = excluded.detail,
  src_t = excluded.src_t, src = excluded.src

-- name: TITLE_TEXT_OUT
INSERT INTO title_text(title_text, rowid, name, author, detail)
SELECT 'delete', num, name, author, detail FROM title WHERE key = :key

-- name: TITLE_TEXT_IN
INSERT INTO title_text(rowid, name, author, detail) SELECT num, name, author, detail FROM title WHERE key = :key

-- name: TITLE_DELETE
DELETE FROM title WHERE key = :key

-- name: TITLE_GET
SELECT num, name, author, isbn, itype, callno, detail FROM title WHERE key = :key

-- name: TITLE_SRC
SELECT src_t, src FROM title WHERE key = :key

-- name: ISBN_CLEAR
DELETE FROM title_isbn WHERE key = :key

-- name: ISBN_ADD
INSERT INTO title_isbn(isbn, key) VALUES(:isbn, :key) ON CONFLICT DO NOTHING

-- name: ITEM_GET
SELECT barcode, title, place, cond, loan, aside, lost_mark, lost_loan, last_t, last_unc, last_id, last_op
FROM item WHERE barcode = :barcode

-- name: ITEMS_OF_TITLE
SELECT barcode, title, place, cond, loan, aside, lost_mark, lost_loan, last_t, last_unc, last_id, last_op
FROM item WHERE title = :title ORDER BY barcode

-- name: ITEMS_ALL
SELECT barcode, title, place, cond, loan, aside, lost_mark, lost_loan, last_t, last_unc, last_id, last_op
FROM item ORDER BY barcode

-- name: ITEM_PUT
INSERT INTO item(barcode, title, place, cond, loan, aside, lost_mark, lost_loan, last_t, last_unc, last_id, last_op)
VALUES(:barcode, :title, :place, :cond, :loan, :aside, :lost_mark, :lost_loan, :last_t, :last_unc, :last_id, :last_op)
ON CONFLICT(barcode) DO UPDATE SET title = excluded.title, place = excluded.place, cond = excluded.cond,
  loan = excluded.loan, aside = excluded.aside, lost_mark = excluded.lost_mark, lost_loan = excluded.lost_loan,
  last_t = excluded.last_t, last_unc = excluded.last_unc, last_id = excluded.last_id, last_op = excluded.last_op

-- name: ITEM_STATE
UPDATE item SET cond = :cond, loan = :loan, aside = :aside, lost_mark = :lost_mark, lost_loan = :lost_loan,
  last_t = :last_t, last_unc = :last_unc, last_id = :last_id, last_op = :last_op
WHERE barcode = :barcode AND title IS :title AND place IS :place

-- name: ITEM_DELETE
DELETE FROM item WHERE barcode = :barcode

-- name: ITEM_INFO_GET
SELECT itype, callno, loc, branch, price_cents, shelf, info_t, info_id FROM item WHERE barcode = :barcode

-- name: ITEM_RULED_BY
-- What rules go by: a copy's own type, else its title's (a catalogue may say it of titles alone). And how it is called.
SELECT coalesce(i.itype, t.itype), i.callno, i.price_cents, t.name, t.author FROM item i LEFT JOIN title t ON t.key = i.title WHERE i.barcode = :barcode

-- name: ITEM_INFO_SET
UPDATE item SET itype = :itype, callno = :callno, loc = :loc, branch = :branch, price_cents = :price, shelf = :shelf,
  info_t = :info_t, info_id = :info_id WHERE barcode = :barcode

-- name: LOAN_GET
SELECT id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents,
  end_ms, end_t, end_id, how, renewals, lost_ms, claimed_ms, limit_n, cal FROM loan WHERE id = :id

-- name: LOANS_OF_ITEM
SELECT id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents,
  end_ms, end_t, end_id, how, renewals, lost_ms, claimed_ms, limit_n, cal FROM loan WHERE item = :item ORDER BY key_t, id

-- name: LOANS_ALL
SELECT id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents,
  end_ms, end_t, end_id, how, renewals, lost_ms, claimed_ms, limit_n, cal FROM loan ORDER BY id

-- name: LOAN_ADD
INSERT INTO loan(key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents, end_ms, end_t, end_id,
  how, renewals, lost_ms, claimed_ms, limit_n, cal, card, id, item)
VALUES(:key_t, :out_ms, :due_s, :promise, :rate, :grace, :max, :price, :keep, :end_ms, :end_t, :end_id,
  :how, :renewals, :lost_ms, :claimed_ms, :limit, :cal, :card, :id, :item) ON CONFLICT(id) DO NOTHING

-- name: LOAN_STATE
UPDATE loan SET key_t = :key_t, out_ms = :out_ms, due_s = :due_s, promise = :promise, rate_cents = :rate, grace_days = :grace,
  max_cents = :max, price_cents = :price, keep_cents = :keep, end_ms = :end_ms, end_t = :end_t, end_id = :end_id, how = :how,
  renewals = :renewals, lost_ms = :lost_ms, claimed_ms = :claimed_ms, limit_n = :limit, cal = :cal, card = :card
WHERE id = :id AND item = :item

-- name: LOAN_DELETE
DELETE FROM loan WHERE id = :id

-- name: LOANS_OPEN_COUNT
SELECT count(*) FROM patron p JOIN loan l ON l.card = p.card WHERE p.account = :account AND l.end_ms IS NULL

-- name: HOLD_GET
SELECT id, card, title, item, pickup, key_t, state, by_item FROM hold WHERE id = :id

-- name: HOLDS_OF_TITLE
SELECT id, card, title, item, pickup, key_t, state, by_item FROM hold WHERE title = :title ORDER BY key_t, id

-- name: HOLDS_LIVE_OF_TITLE
SELECT id, card, title, item, pickup, key_t, state, by_item FROM hold
WHERE title = :title AND state IN ('waiting', 'captured') ORDER BY key_t, id

-- name: HOLDS_OF_ACCOUNT_ON
SELECT count(*) FROM hold WHERE title = :title AND state IN ('waiting', 'captured')
AND card IN (SELECT card FROM patron WHERE account = :account)

-- name: PLACE_NAMED
SELECT key FROM stop WHERE key = :place UNION ALL SELECT mobile FROM stop WHERE mobile = :place COLLATE NOCASE
UNION ALL SELECT place FROM item WHERE place = :place LIMIT 1

-- name: HOLDS_ALL
SELECT id, card, title, item, pickup, key_t, state, by_item FROM hold ORDER BY id

-- name: HOLD_PUT
INSERT INTO hold(id, card, title, item, pickup, key_t, state, by_item)
VALUES(:id, :card, :title, :item, :pickup, :key_t, :state, :by_item)
ON CONFLICT(id) DO UPDATE SET card = excluded.card, title = excluded.title, item = excluded.item,
  pickup = excluded.pickup, key_t = excluded.key_t, state = excluded.state, by_item = excluded.by_item

-- name: HOLD_DELETE
DELETE FROM hold WHERE id = :id

-- name: CHARGES_OF_ITEM
SELECT about, kind, card, item, series FROM charge WHERE item = :item ORDER BY about, kind

-- name: CHARGES_ALL
SELECT about, kind, card, item, series FROM charge WHERE item IS NOT NULL ORDER BY about, kind

-- name: CHARGE_PUT
INSERT INTO charge(about, kind, card, item, series) VALUES(:about, :kind, :card, :item, :series)
ON CONFLICT(about, kind) DO UPDATE SET card = excluded.card, item = excluded.item, series = excluded.series

-- name: CHARGE_MONEY
SELECT amount_cents, waived_cents, paid_cents, card FROM charge WHERE about = :about AND kind = :kind

-- name: CHARGE_MONEY_SET
UPDATE charge SET amount_cents = :amount, waived_cents = :waived, paid_cents = :paid
WHERE about = :about AND kind = :kind AND (amount_cents, waived_cents, paid_cents) IS NOT (:amount, :waived, :paid)

-- name: BALANCE_GET
SELECT cents FROM balance WHERE account = :account

-- name: BALANCE_SET
INSERT INTO balance(account, cents) VALUES(:account, :cents) ON CONFLICT(account) DO UPDATE SET cents = excluded.cents
WHERE cents <> excluded.cents

-- name: BALANCE_CLEAR
DELETE FROM balance WHERE account = :account

-- name: CHARGE_DELETE
DELETE FROM charge WHERE about = :about AND kind = :kind

-- name: EXCEPTIONS_PENDING
SELECT code, entry, other, node, status, pending FROM exception WHERE node = :node AND pending = 1

-- name: EXCEPTIONS_OF_NODE
SELECT code, entry, other, node, status, pending FROM exception WHERE node = :node ORDER BY code, entry, other

-- name: EXCEPTIONS_OF_FOLD
SELECT code, entry, other, node, status, pending FROM exception WHERE node IS NOT NULL ORDER BY code, entry, other

-- name: EXCEPTION_PUT
INSERT INTO exception(code, entry, other, node, status, pending) VALUES(:code, :entry, :other, :node, :status, :pending)
ON CONFLICT(code, entry, other) DO UPDATE SET node = excluded.node, status = excluded.status, pending = excluded.pending

-- name: EXCEPTION_DELETE
DELETE FROM exception WHERE code = :code AND entry = :entry AND other = :other

-- name: PATRON_GET
SELECT card, account, name, category, branch, stop, expires_s, barred, dead, since_id, born, guarantor, class
FROM patron WHERE card = :card

-- name: PATRON_THERE -- somebody's: no stub of a card that was used before anybody knew it
SELECT 1 FROM patron WHERE card = :card AND (since_id IS NOT NULL OR account <> card)

-- name: PATRON_PUT
INSERT INTO patron(card, account, name, category, branch, stop, expires_s, barred, dead, since_id, born, guarantor, class)
VALUES(:card, :account, :name, :category, :branch, :stop, :expires_s, :barred, :dead, :since_id, :born, :guarantor, :class)
ON CONFLICT(card) DO UPDATE SET account = excluded.account, name = excluded.name, category = excluded.category,
  branch = excluded.branch, stop = excluded.stop, expires_s = excluded.expires_s, barred = excluded.barred,
  dead = excluded.dead, since_id = excluded.since_id, born = excluded.born, guarantor = excluded.guarantor,
  class = excluded.class

-- name: CATEGORY_THERE -- among the patrons, or in a rule's second column
SELECT 1 WHERE EXISTS (SELECT 1 FROM rule WHERE instr(line, ',' || :category || ',') > 0 OR instr(line, ',"' || :category || '",') > 0)
OR EXISTS (SELECT 1 FROM patron WHERE category = :category)

-- name: PATRON_DELETE
DELETE FROM patron WHERE card = :card

-- name: PATRON_NEWER_CARD
SELECT card FROM patron WHERE account = :account AND dead = 0 ORDER BY card LIMIT 1

-- name: RULES_ALL
SELECT line, n FROM rule ORDER BY n

-- name: RULES_CLEAR
DELETE FROM rule

-- name: RULE_ADD
INSERT INTO rule(n, line) VALUES(:n, :line)

-- name: CLOSED_CLEAR
UPDATE closed_day SET until_t = :t WHERE until_t IS NULL

-- name: CLOSED_KEEP
UPDATE closed_day SET until_t = NULL, reason = :reason
WHERE branch = :branch AND first_day = :first_day AND last_day = :last_day AND until_t = :t

-- name: CLOSED_ADD
INSERT INTO closed_day(branch, first_day, last_day, reason, since_t)
SELECT :branch, :first_day, :last_day, :reason, coalesce(:t, 0) WHERE NOT EXISTS (SELECT 1 FROM closed_day
  WHERE branch = :branch AND first_day = :first_day AND last_day = :last_day AND until_t IS NULL)

-- name: CLOSED_DECLARED
SELECT first_day, last_day FROM closed_day
WHERE (branch = :branch OR branch = '*' OR branch = '') AND last_day >= :from_day AND first_day <= :to_day
AND since_t <= :told_t AND (until_t IS NULL OR until_t > :told_t) ORDER BY first_day

-- name: STOPS_ALL
SELECT key, mobile, community, name, type, lat_e6, lon_e6 FROM stop ORDER BY key

-- name: STOP_GET
SELECT key, mobile, community, name, type, lat_e6, lon_e6 FROM stop WHERE key = :key

-- name: STOPS_CLEAR
DELETE FROM stop

-- name: STOP_ADD
INSERT INTO stop(key, mobile, community, name, type, lat_e6, lon_e6)
VALUES(:key, :mobile, :community, :name, :type, :lat_e6, :lon_e6) ON CONFLICT DO NOTHING

-- name: PLANS_ALL
SELECT n, stop, mobile, line FROM plan ORDER BY n

-- name: PLANS_OF_STOP
SELECT n, stop, mobile, line FROM plan WHERE stop = :stop ORDER BY n

-- name: PLANS_CLEAR
DELETE FROM plan

-- name: PLAN_ADD
INSERT INTO plan(n, stop, mobile, line) VALUES(:n, :stop, :mobile, :line)

-- name: VISIT_PUT
INSERT INTO visit(id, dev, opened, stop, name, src, arr_s, dep_s, parr_s, pdep_s, lat_e6, lon_e6, dist_m, points, closed_seq)
VALUES(:id, :dev, :opened, :stop, :name, :src, :arr_s, :dep_s, :parr_s, :pdep_s, :lat, :lon, :dist, :points, :closed_seq)
ON CONFLICT(id) DO UPDATE SET stop = excluded.stop, name = excluded.name, src = excluded.src, arr_s = excluded.arr_s,
  dep_s = excluded.dep_s, parr_s = excluded.parr_s, pdep_s = excluded.pdep_s, lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6,
  dist_m = excluded.dist_m, points = excluded.points, closed_seq = excluded.closed_seq

-- name: VISIT_CLOSE
UPDATE visit SET dep_s = :dep_s, dist_m = :dist, points = :points, closed_seq = :closed_seq
WHERE dev = :dev AND opened = :opened AND (closed_seq IS NULL OR closed_seq <= :closed_seq)

-- name: VISIT_REOPEN
UPDATE visit SET dep_s = NULL, dist_m = NULL, points = NULL, closed_seq = NULL WHERE dev = :dev AND opened = :opened

-- name: VISIT_DELETE
DELETE FROM visit WHERE id = :id

-- name: VISIT_OPEN_OF_DEV
SELECT id, opened, stop, name, arr_s, parr_s, pdep_s FROM visit WHERE dev = :dev AND dep_s IS NULL ORDER BY arr_s DESC LIMIT 1

-- name: TALLY_PUT
INSERT INTO tally(id, visit, kind, count, at_ms) VALUES(:id, :visit, :kind, :count, :at_ms) ON CONFLICT DO NOTHING

-- name: TALLY_DELETE
DELETE FROM tally WHERE id = :id

-- name: LOANS_OPEN_OF_TYPE
SELECT count(*) FROM patron p JOIN loan l ON l.card = p.card JOIN item i ON i.barcode = l.item
LEFT JOIN title t ON t.key = i.title
WHERE p.account = :account AND l.end_ms IS NULL AND coalesce(i.itype, t.itype) = :itype

-- name: LOANS_OVERDUE_COUNT
SELECT count(*) FROM patron p JOIN loan l ON l.card = p.card
WHERE p.account = :account AND l.end_ms IS NULL AND l.due_s < :now_s

-- name: BALANCE_OF_ACCOUNT
SELECT cents FROM balance WHERE account = :account

-- name: BALANCE_GUARANTEED
SELECT coalesce(sum(b.cents), 0) FROM balance b
WHERE b.cents > 0 AND b.account <> :account AND b.account IN (
  SELECT p.account FROM patron p WHERE p.guarantor IN (SELECT card FROM patron WHERE account = :account))

-- name: CLOSED_OF_BRANCH
SELECT first_day, last_day FROM closed_day
WHERE (branch = :branch OR branch = '*' OR branch = '') AND last_day >= :from_day AND first_day <= :to_day AND until_t IS NULL ORDER BY first_day

-- name: HOLD_OF_ITEM_TITLE
SELECT h.id, h.card, h.pickup FROM hold h JOIN item i ON i.title = h.title
WHERE i.barcode = :barcode AND h.state = 'waiting' AND (h.item IS NULL OR h.item = i.barcode) ORDER BY h.key_t, h.id LIMIT 1

-- name: CHARGES_OF_ACCOUNT
SELECT about, kind, card, item, series, amount_cents, waived_cents, paid_cents FROM charge
WHERE card = :account OR card IN (SELECT card FROM patron WHERE account = :account) ORDER BY about, kind LIMIT :count

-- name: CHARGE_GET
SELECT about, kind, card, item, series, amount_cents, waived_cents, paid_cents FROM charge WHERE about = :about AND kind = :kind

-- name: CHARGES_OF_DEV
SELECT about, kind FROM charge
WHERE about >= :from AND about < :to AND about LIKE :pattern AND kind = :kind ORDER BY about LIMIT 2
