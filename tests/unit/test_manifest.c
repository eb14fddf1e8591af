/* tests/unit/test_manifest.c -- what goes into the van, what is in it; holds for its stops; suspended calls on the road. */
#include "mobile/manifest.h"

#include "common/worklist.h"
#include "tests/van.h"

/* --- a van with some stock ----------------------------------------------------------------------------- */

static void sql(struct world *w, const char *text)
{
    must(laptop_current(&w->l));
    must(db_exec(w->l.replica, text));
}

/* 301, 302 aboard; 303 aboard and damaged; 304 at MAIN; 305 lent from the van; 306 set aside for Norby, 307 for Oldham,
 * 308 with a slip for nobody; 309 missing, once aboard. Today is a Monday: Eastmere and Norby. */
static int begin_stock(void **state)
{
    if (begin(state)) return -1;
    struct world *w = *state;
    sql(w, "DELETE FROM item;"
           "INSERT INTO title(num, key, name, author, callno, src_t, src) VALUES(1, 't1', 'Dune', 'Herbert', 'FIC HER', 1, 'b');"
           "INSERT INTO patron(card, account, name, since_id) VALUES('P1', 'P1', 'Ann', 'b'), ('P2', 'P2', 'Bob', 'b');"
           "INSERT INTO hold(id, card, title, pickup, key_t, state, by_item) VALUES"
           " ('branch.00000000000000aa.10', 'P1', 't1', 'VAN1/Norby/Church', 5, 'captured', '306'),"
           " ('branch.00000000000000aa.11', 'P1', 't1', 'VAN1/Oldham/Pump', 6, 'captured', '307'),"
           " ('branch.00000000000000aa.12', 'P1', 't1', 'VAN1/Oldham/Pump', 7, 'captured', '399');"
           "INSERT INTO item(barcode, title, place, cond, aside, shelf) VALUES"
           " ('302', 't1', 'van1', 'ok', NULL, 'A'), ('301', 't1', 'van1', 'ok', NULL, 'B'), ('303', 't1', 'van1', 'damaged', NULL, 'C'),"
           " ('304', 't1', 'MAIN', 'ok', NULL, 'D'), ('305', 't1', 'van1', 'ok', NULL, 'E'),"
           " ('306', 't1', 'van1', 'ok', 'branch.00000000000000aa.10', 'F'), ('307', 't1', 'van1', 'ok', 'branch.00000000000000aa.11', 'G'),"
           " ('308', 't1', 'MAIN', 'ok', 'branch.00000000000000aa.12', 'H'), ('309', 't1', 'van1', 'missing', NULL, 'I');");
    struct desk_answer answer;
    w->l.desk.override = true, w->l.desk.why = "test"; /* no rules here: what of it */
    must(desk_checkout(&w->l.desk, &w->arena, "P2", "305", &answer));
    assert_true(answer.done);
    w->l.desk.override = false, w->l.desk.why = NULL;
    return 0;
}

static enum bm_rc read_bytes(struct world *w, const char *bytes, size_t len, struct manifest *m)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    enum bm_rc rc = manifest_read(f, &w->arena, m);
    fclose(f);
    return rc;
}

static void read_text(struct world *w, const char *text, struct manifest *m)
{
    must(read_bytes(w, text, strlen(text), m));
}

static const struct manifest_copy *copy_of(const struct manifest_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->copies[i].item, item) == 0) return &list->copies[i];
    fail_msg("%s is not in the list", item);
    return NULL;
}

static const char *items_of(struct world *w, const struct manifest_copy *copies, const size_t *which, size_t count)
{
    struct buf out;
    buf_init(&out, 0);
    for (size_t i = 0; i < count; i++) buf_printf(&out, "%s%s", i ? " " : "", copies[which ? which[i] : i].item);
    const char *text = arena_strdup(&w->arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static const char *place_of(struct world *w, const char *item)
{
    struct stmt *s;
    must(laptop_current(&w->l));
    must(db_get(w->l.replica, SQL_ITEM_GET, &s, "barcode", 's', item, NULL));
    must(stmt_next(s));
    const char *place = stmt_copy(s, 2, &w->arena);
    stmt_done(s);
    return place ? place : "";
}

/* --- reading -------------------------------------------------------------------------------------------- */

static void test_manifest_takes_what_scanners_send_and_names_the_rest_by_line(void **state)
{
    struct world *w = *state;
    struct manifest m;
    static const char text[] = "\xEF\xBB\xBF" "301\r\n\n  302  \n*303*\n301\nx\x01y\n\xFF\n30\0" "9\n304";
    must(read_bytes(w, text, sizeof text - 1, &m));
    assert_string_equal(items_of(w, m.scanned.copies, NULL, m.scanned.count), "301 302 303 304");
    assert_int_equal(m.scanned.copies[2].line, 4);
    assert_int_equal(m.again_count, 1);
    assert_int_equal(m.bad_count, 3);
    assert_int_equal(m.bad[0].line, 6);
    assert_int_equal(m.bad[1].line, 7);
    assert_int_equal(m.bad[2].line, 8);
    char big[1000];
    memset(big, '7', sizeof big);
    memcpy(big + 900, "\n305\n", 6);
    read_text(w, big, &m);
    assert_int_equal(m.bad_count, 1);
    assert_string_equal(items_of(w, m.scanned.copies, NULL, m.scanned.count), "305");
    read_text(w, "", &m);
    assert_int_equal(m.scanned.count, 0);
}

static void test_manifest_of_too_many_lines_is_not_begun(void **state)
{
    struct world *w = *state;
    struct manifest m;
    struct buf text;
    buf_init(&text, 0);
    for (int i = 0; i < MANIFEST_LINES_MAX; i++) buf_printf(&text, "%d\n", 1000 + i);
    read_text(w, buf_str(&text), &m);
    assert_int_equal(m.scanned.count, MANIFEST_LINES_MAX);
    buf_puts(&text, "\n");
    assert_int_equal(read_bytes(w, text.data, text.len, &m), BM_ELIMIT);
    buf_free(&text);
}

/* --- checking -------------------------------------------------------------------------------------------- */

static void test_manifest_check_tells_missing_and_unexpected_and_changes_nothing(void **state)
{
    struct world *w = *state;
    struct manifest m;
    const char *before = ops(w);
    read_text(w, "301\n306\n303\n304\n305\n309\n888\n9780306406157\n", &m);
    must(manifest_check(&w->l, &w->arena, &m));
    assert_string_equal(items_of(w, m.scanned.copies, m.present, m.present_count), "301 306");
    assert_string_equal(items_of(w, m.missing.copies, NULL, m.missing.count), "302 307");
    assert_string_equal(items_of(w, m.scanned.copies, m.surprise, m.surprise_count), "303 304 305 309 888 9780306406157");
    assert_string_equal(m.missing.copies[0].name, "Dune");
    assert_string_equal(m.missing.copies[0].callno, "FIC HER");
    assert_int_equal(copy_of(&m.scanned, "303")->alerts, ALERT_COND);
    assert_int_equal(copy_of(&m.scanned, "304")->alerts, ALERT_ELSEWHERE);
    assert_int_equal(copy_of(&m.scanned, "305")->alerts, ALERT_ON_LOAN);
    assert_int_equal(copy_of(&m.scanned, "309")->alerts, ALERT_COND);
    assert_int_equal(copy_of(&m.scanned, "888")->alerts, ALERT_UNKNOWN);
    assert_non_null(strstr(manifest_alert_text(&w->arena, copy_of(&m.scanned, "9780306406157")), "ISBN"));
    assert_string_equal(ops(w), before);
}

static void test_manifest_check_records_surprises_once_and_marks_the_missing_when_told(void **state)
{
    struct world *w = *state;
    struct manifest m;
    read_text(w, "301\n306\n303\n304\n305\n309\n888\n", &m);
    must(manifest_check(&w->l, &w->arena, &m));
    must(manifest_record(&w->l, &w->arena, &m, true));
    assert_string_equal(ops(w), "checkout move_item move_item move_item mark_item mark_item");
    assert_string_equal(place_of(w, "304"), "van1");
    assert_int_equal(in_replica(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 0);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM item WHERE cond = 'missing' AND barcode IN ('302', '307')"), 2);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM item WHERE cond = 'ok' AND barcode = '309'"), 1);
    read_text(w, "301\n306\n303\n304\n305\n309\n888\n", &m);
    must(manifest_check(&w->l, &w->arena, &m));
    assert_string_equal(items_of(w, m.scanned.copies, m.surprise, m.surprise_count), "303 888"); /* nothing new about these */
    assert_int_equal(m.missing.count, 0);
    must(manifest_record(&w->l, &w->arena, &m, true));
    assert_string_equal(ops(w), "checkout move_item move_item move_item mark_item mark_item");
}

/* --- loading, unloading ------------------------------------------------------------------------------------ */

static void test_manifest_load_moves_each_copy_and_says_which_need_a_look(void **state)
{
    struct world *w = *state;
    struct manifest m;
    int64_t monday = zone_day(w->t_ms);
    w->l.desk.request = "load-1";
    read_text(w, "301\n304\n305\n306\n307\n308\n303\n888\n", &m);
    must(manifest_move(&w->l, &w->arena, &m, "van1", monday));
    assert_string_equal(ops(w), "checkout move_item move_item move_item move_item move_item move_item move_item");
    assert_int_equal(copy_of(&m.scanned, "301")->alerts, 0);
    assert_int_equal(copy_of(&m.scanned, "304")->alerts, 0);
    assert_int_equal(copy_of(&m.scanned, "305")->alerts, ALERT_ON_LOAN);
    assert_int_equal(copy_of(&m.scanned, "306")->alerts, 0); /* Norby is on Monday's route */
    assert_int_equal(copy_of(&m.scanned, "307")->alerts, ALERT_ASIDE);
    assert_int_equal(copy_of(&m.scanned, "308")->alerts, ALERT_SLIP);
    assert_int_equal(copy_of(&m.scanned, "303")->alerts, ALERT_COND);
    assert_int_equal(copy_of(&m.scanned, "888")->alerts, ALERT_UNKNOWN);
    assert_null(copy_of(&m.scanned, "888")->entry);
    assert_string_equal(place_of(w, "304"), "van1");
    read_text(w, "301\n304\n", &m); /* the same request again: nothing is written twice */
    must(manifest_move(&w->l, &w->arena, &m, "van1", monday));
    assert_non_null(copy_of(&m.scanned, "301")->entry);
    assert_string_equal(ops(w), "checkout move_item move_item move_item move_item move_item move_item move_item");
    w->l.desk.request = NULL;
    read_text(w, "307\n", &m); /* loaded for Tuesday it is in the right van */
    must(manifest_move(&w->l, &w->arena, &m, "van1", monday + 1));
    assert_int_equal(copy_of(&m.scanned, "307")->alerts, 0);
}

static void test_manifest_unload_moves_to_the_branch_and_warns_of_what_waits_for_a_stop(void **state)
{
    struct world *w = *state;
    struct manifest m;
    read_text(w, "301\n306\n", &m);
    must(manifest_move(&w->l, &w->arena, &m, "MAIN", zone_day(w->t_ms)));
    assert_string_equal(place_of(w, "301"), "MAIN");
    assert_int_equal(copy_of(&m.scanned, "301")->alerts, 0);
    assert_int_equal(copy_of(&m.scanned, "306")->alerts, ALERT_ASIDE);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM item WHERE barcode = '306' AND aside IS NOT NULL"), 1);
    sql(w, "UPDATE hold SET pickup = 'MAIN' WHERE by_item = '307'");
    read_text(w, "307\n", &m); /* there it is to be collected */
    must(manifest_move(&w->l, &w->arena, &m, "MAIN", zone_day(w->t_ms)));
    assert_int_equal(copy_of(&m.scanned, "307")->alerts, 0);
}

static void test_manifest_of_more_copies_than_one_batch_is_written_whole(void **state)
{
    struct world *w = *state;
    struct manifest m;
    struct buf text;
    enum { MANY = 2 * MANIFEST_BATCH + 7 };
    buf_init(&text, 0);
    for (int i = 0; i < MANY; i++) {
        char insert[128];
        snprintf(insert, sizeof insert, "INSERT INTO item(barcode, place) VALUES('7%05d', 'MAIN')", i);
        sql(w, insert);
        buf_printf(&text, "7%05d\n", i);
    }
    read_text(w, buf_str(&text), &m);
    must(manifest_move(&w->l, &w->arena, &m, "van1", zone_day(w->t_ms)));
    assert_int_equal(in_replica(w, "SELECT count(*) FROM item WHERE place = 'van1' AND barcode LIKE '7_____'"), MANY);
    buf_free(&text);
}

static void test_manifest_survives_every_failure(void **state)
{
    struct world *w = *state;
    struct manifest m;
    const char *before = ops(w);
#ifndef NDEBUG
    for (int at = 1; at <= 3; at++) { /* the tick counts on from one try to the next */
        char tick[32];
        snprintf(tick, sizeof tick, "journal.append:%d", at * (at + 1) / 2);
        read_text(w, "301\n304\n305\n", &m);
        setenv("BOOKMOBILE_FAIL", tick, 1);
        assert_int_equal(manifest_move(&w->l, &w->arena, &m, "MAIN", zone_day(w->t_ms)), BM_EIO);
        unsetenv("BOOKMOBILE_FAIL");
        assert_string_equal(ops(w), before);
        assert_string_equal(place_of(w, "301"), "van1");
    }
#endif
    (void)before;
    read_text(w, "301\n304\n305\n", &m);
    must(manifest_move(&w->l, &w->arena, &m, "MAIN", zone_day(w->t_ms)));
    assert_string_equal(ops(w), "checkout move_item move_item move_item");
    assert_string_equal(place_of(w, "301"), "MAIN");
}

/* --- holds for the van's stops ---------------------------------------------------------------------------- */

static struct worklist_ask van_asks(struct world *w)
{
    return (struct worklist_ask){ .own_place = "van1", .mobile = w->l.mobile, .now_s = w->t_ms / 1000 };
}

static void test_worklist_ready_names_the_next_visit_that_takes_place(void **state)
{
    struct world *w = *state;
    struct worklist list;
    struct worklist_ask ask = van_asks(w);
    int64_t monday = zone_day(w->t_ms);
    must(worklist_ready(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.lines[0].item, "306");
    assert_int_equal(list.lines[0].arr_s, zone_at_s(monday, 660));
    assert_true(list.lines[0].at_pickup);
    assert_string_equal(list.lines[1].item, "307");
    assert_int_equal(list.lines[1].arr_s, zone_at_s(monday + 1, 540));
    sql(w, "INSERT INTO suspension(id, route, first_day, last_day) VALUES('s', 'VAN1', 0, 0)");
    char update[128];
    snprintf(update, sizeof update, "UPDATE suspension SET first_day = %lld, last_day = %lld", (long long)monday, (long long)monday);
    sql(w, update);
    must(worklist_ready(w->l.replica, &ask, &w->arena, &list));
    assert_string_equal(list.lines[0].item, "307"); /* Tuesday comes first now */
    assert_int_equal(list.lines[1].arr_s, zone_at_s(monday + 7, 660));
    ask.stop = "VAN1/Oldham/Pump";
    must(worklist_ready(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 1);
}

/* to_pull of the model: in the order of asking, each copy once, at its pickup before elsewhere. */
static void test_worklist_pull_gives_each_copy_once_and_those_at_the_pickup_first(void **state)
{
    struct world *w = *state;
    struct worklist list;
    struct worklist_ask ask = van_asks(w);
    sql(w, "INSERT INTO hold(id, card, title, item, pickup, key_t, state) VALUES"
           " ('van1.00000000000000aa.9', 'P1', 't1', NULL, 'MAIN', 20, 'waiting'),"
           " ('van1.00000000000000aa.10', 'P1', 't1', NULL, 'VAN1/Norby/Church', 20, 'waiting'),"
           " ('van1.00000000000000aa.11', 'P1', 't1', '302', 'VAN1/Norby/Church', 30, 'waiting'),"
           " ('van1.00000000000000aa.12', 'P1', 't1', NULL, 'VAN1/Oldham/Pump', 40, 'waiting'),"
           " ('van1.00000000000000aa.13', 'P1', 't9', NULL, 'VAN1/Oldham/Pump', 1, 'waiting')");
    must(worklist_pull(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 3); /* free: 301, 302, 304; not t9, of which there is none; nothing is left for the fourth */
    assert_string_equal(list.lines[0].hold, "van1.00000000000000aa.9"); /* seq 9 before seq 10 of the same moment */
    assert_string_equal(list.lines[0].item, "304");
    assert_string_equal(list.lines[1].item, "301");
    assert_true(list.lines[1].at_pickup);
    assert_string_equal(list.lines[2].item, "302");
    ask.place = "van1";
    must(worklist_pull(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 2); /* 304 is not aboard, yet it is given away */
    assert_string_equal(list.lines[0].item, "301");
}

static void test_worklist_clear_lists_slips_for_nobody(void **state)
{
    struct world *w = *state;
    struct worklist list;
    struct worklist_ask ask = van_asks(w);
    sql(w, "UPDATE item SET aside = 'gone.00000000000000aa.1' WHERE barcode = '301'");
    must(worklist_clear(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.lines[0].item, "308");
    assert_int_equal(list.lines[0].why, WORK_OTHER_COPY);
    assert_string_equal(list.lines[1].item, "301");
    assert_int_equal(list.lines[1].why, WORK_OVER);
    ask.place = "van1";
    must(worklist_clear(w->l.replica, &ask, &w->arena, &list));
    assert_int_equal(list.count, 1);
}

/* --- the road ------------------------------------------------------------------------------------------------ */

static void test_itinerary_leaves_suspended_calls_out_today_and_ahead(void **state)
{
    struct world *w = *state;
    struct itinerary it = { 0 };
    struct itinerary_call next;
    char insert[160];
    int64_t monday = zone_day(w->t_ms);
    snprintf(insert, sizeof insert, "INSERT INTO suspension(id, stop, first_day, last_day) VALUES('s', 'VAN1/Eastmere/Green', %lld, %lld)",
             (long long)monday, (long long)monday + 7);
    sql(w, insert);
    must(itinerary_load(&it, &w->l, w->t_ms));
    assert_int_equal(it.call_count, 1);
    assert_string_equal(it.keys[0], "VAN1/Norby/Church");
    assert_int_equal(it.count, 3); /* Eastmere is known all the same, should the van go there */
    itinerary_free(&it);
    must(itinerary_next(&w->l, &w->arena, w->t_ms / 1000, &next));
    assert_string_equal(next.stop, "VAN1/Norby/Church");
    must(itinerary_next(&w->l, &w->arena, zone_at_s(monday + 14, 0), &next));
    assert_string_equal(next.stop, "VAN1/Eastmere/Green");
    sql(w, "UPDATE suspension SET stop = NULL, route = 'van1'");
    must(itinerary_next(&w->l, &w->arena, w->t_ms / 1000, &next));
    assert_int_equal(next.arr_s, zone_at_s(monday + 8, 540)); /* Oldham, the Tuesday after */
}

static int64_t lent_until(struct world *w, const char *item)
{
    struct desk_answer answer;
    rulebook_fit(&w->l.book, 0); /* in life a calendar comes with a new generation */
    must(desk_checkout(&w->l.desk, &w->arena, "P2", item, &answer));
    assert_true(answer.done);
    return zone_day(answer.due_s * 1000);
}

static void test_due_date_is_a_visit_that_takes_place_neither_suspended_nor_closed_at_home(void **state)
{
    struct world *w = *state;
    int64_t monday = zone_day(w->t_ms);
    char insert[200];
    sql(w, "INSERT INTO rule(n, line) VALUES(1, ',,,\"next_visit(1,60)\",,,,keep,0,0,,,,0,');"
           "UPDATE patron SET stop = 'VAN1/Norby/Church' WHERE card = 'P2'");
    assert_int_equal(lent_until(w, "301"), monday + 7);
    snprintf(insert, sizeof insert, "INSERT INTO suspension(id, route, first_day, last_day) VALUES('s', 'VAN1/A', %lld, %lld)",
             (long long)monday + 7, (long long)monday + 7);
    sql(w, insert);
    assert_int_equal(lent_until(w, "302"), monday + 14);
    snprintf(insert, sizeof insert, "INSERT INTO closed_day(branch, first_day, last_day) VALUES('MAIN', %lld, %lld)",
             (long long)monday + 14, (long long)monday + 14);
    sql(w, insert);
    assert_int_equal(lent_until(w, "304"), monday + 21);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin_stock, end)
    const struct CMUnitTest tests[] = {
        T(test_manifest_takes_what_scanners_send_and_names_the_rest_by_line),
        T(test_manifest_of_too_many_lines_is_not_begun),
        T(test_manifest_check_tells_missing_and_unexpected_and_changes_nothing),
        T(test_manifest_check_records_surprises_once_and_marks_the_missing_when_told),
        T(test_manifest_load_moves_each_copy_and_says_which_need_a_look),
        T(test_manifest_unload_moves_to_the_branch_and_warns_of_what_waits_for_a_stop),
        T(test_manifest_of_more_copies_than_one_batch_is_written_whole),
        T(test_manifest_survives_every_failure),
        T(test_worklist_ready_names_the_next_visit_that_takes_place),
        T(test_worklist_pull_gives_each_copy_once_and_those_at_the_pickup_first),
        T(test_worklist_clear_lists_slips_for_nobody),
        T(test_due_date_is_a_visit_that_takes_place_neither_suspended_nor_closed_at_home),
        T(test_itinerary_leaves_suspended_calls_out_today_and_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
