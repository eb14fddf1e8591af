/* tests/unit/test_deskcmd_acts.c -- acts on a command line: lists from a file with a summary, amounts and dates as typed,
 * alerts on the screen. The commands themselves run in tests/e2e/test_acts.sh. */
#include "common/deskcmd.h"
#include "tests/unit/desk_site.h"

static char *out, *err;

static enum bm_rc host_open(void *owner, struct cli *cli, struct desk **desk)
{
    (void)cli;
    *desk = ((struct site *)owner)->d;
    return BM_OK;
}

static enum bm_rc host_view(void *owner, struct db **db)
{
    *db = site_view(owner);
    return BM_OK;
}

static void host_close(void *owner)
{
    (void)owner;
}

static int run_with(struct site *s, const char *input, const char *const *args)
{
    static const struct cli_command *const tables[] = { DESKCMD_TABLES, deskcmd_branch_commands, NULL };
    static const struct cli_program program = { .name = "desk", .version = "0", .brief = "a desk", .about = "A desk.", .data_env = "DESK_TEST_DATA", .tables = tables };
    struct deskcmd host = { .open = host_open, .view = host_view, .close = host_close, .owner = s };
    char *argv[32] = { NULL };
    int argc = 0;
    size_t out_len, err_len;
    static const char *const always[] = { "desk", "--data", "/nowhere" };
    for (int i = 0; i < 3; i++) argv[argc++] = strdup(always[i]);
    for (int i = 0; args[i]; i++) argv[argc++] = strdup(args[i]);
    free(out);
    free(err);
    FILE *in = fmemopen((void *)(uintptr_t)input, strlen(input), "r");
    FILE *to = open_memstream(&out, &out_len), *to_err = open_memstream(&err, &err_len);
    assert_true(in && to && to_err);
    int status = cli_main_with(&program, &host, argc, argv, in, to, to_err);
    fclose(in);
    fclose(to);
    fclose(to_err);
    for (int i = 0; i < argc; i++) free(argv[i]);
    site_pass(s, 60000);
    return status;
}

#define RUN(...) run_with(s, " ", (const char *const[]){ __VA_ARGS__, NULL })
#define RUN_IN(input, ...) run_with(s, input, (const char *const[]){ __VA_ARGS__, NULL })

static void expect(int got, int status, const char *text)
{
    if (got != status || (!strstr(out, text) && !strstr(err, text)))
        fail_msg("status %d; out `%s`; err `%s`; wanted %d and `%s`", got, out, err, status, text);
}

static void also(const char *text)
{
    if (!strstr(out, text)) fail_msg("`%s` lacks `%s`", out, text);
}

static void test_what_is_scanned_twice_is_done_once(void **state)
{
    struct site *s = *state;
    expect(RUN("checkout", "A1", "501", " 501", "502"), 0, "SCANNED TWICE   501");
    assert_int_equal(at_site(s, "SELECT sum(renewals) FROM loan"), 0);
    expect(RUN_IN("501\n501\n502\n501\n", "checkin", "--from", "-"), 0, "SUMMARY  2 done, 0 refused, 0 not done, 2 scanned twice\n");
    expect(RUN("checkin", "501", "501", "--json"), 0, "{\"done\":false,\"word\":\"scanned twice\",\"about\":\"501\"}");
    char many[6 * 500 + 8] = "", *at = many;
    for (int i = 0; i < 250; i++) at += snprintf(at, 8, "%d\n", 1000 + i);
    for (int i = 0; i < 250; i++) at += snprintf(at, 8, "%d\n", 1000 + i);
    expect(RUN_IN(many, "checkin", "--from", "-"), 0, "SUMMARY  250 done, 0 refused, 0 not done, 250 scanned twice\n");
}

static void test_a_card_is_no_item(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    expect(RUN("checkin", "B1"), 1, "B1 is a patron's card, no item");
    expect(RUN("checkout", "A1", "B1"), 1, "B1 is a patron's card, no item");
    expect(RUN("checkout", "A1", "B1", "--override", "--why", "x"), 1, "B1 is a patron's card, no item");
    assert_int_equal(site_entries(s), before);
}

static void test_times_that_cannot_be_are_refused(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    expect(RUN("checkin", "501", "--returned", "2126-10-05"), 2, "--returned takes a time");
    expect(RUN("checkin", "501", "--returned", "2126-10-05T09:00"), 2, "that lies in the future; nothing was written");
    expect(RUN("checkin", "501", "--returned", "2016-10-05T09:00"), 2, "that is more than 365 days ago; nothing was written");
    expect(RUN("checkout", "A1", "501", "--when", "2126-10-05T09:00"), 2, "2126-10-05 09:00: that lies in the future");
    expect(RUN("checkout", "A1", "501", "--when", "2016-10-05T09:00"), 2, "2016-10-05 09:00: that is more than 365 days ago");
    expect(RUN("patron", "update", "A1", "--barred", "yes", "--when", "2016-10-05T09:00"), 2, "365 days ago");
    assert_int_equal(site_entries(s), before);
}

/* What is typed wrong is wrong usage, whichever command it is typed at. */
static void test_a_bad_value_is_wrong_usage(void **state)
{
    struct site *s = *state;
    char longest[5000];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    int64_t before = site_entries(s);
    expect(RUN("void", "xyz"), 2, "xyz is not the id of an entry");
    expect(RUN("hold", "cancel", "xyz"), 2, "xyz is not the id of a hold");
    expect(RUN("search", longest), 2, "no more than");
    expect(RUN("search", "\xFF"), 2, "UTF-8");
    expect(RUN("item", "show", "\x01"), 2, "barcode");
    expect(RUN("patron", "show", "\x01"), 2, "barcode");
    expect(RUN("patron", "find", longest), 2, "no more than");
    expect(RUN("note", longest), 2, "no more than");
    expect(RUN("item", "add", "909", "--name", longest), 2, "longer than");
    expect(RUN("patron", "add", "--card", "N1", "--name", longest), 2, "longer than");
    expect(RUN("patron", "add", "--card", "N1", "--name", "N", "--guarantor", "N1"), 2, "nobody answers for himself");
    expect(RUN("pay", "A1", "1.00", "--for", "xyz"), 2, "not the name of a charge");
    expect(RUN("checkout", "A1", "501", "--due", "2020-01-01", "--override", "--why", "x"), 2, "lies in the past");
    assert_int_equal(site_entries(s), before);
}

static void test_people_as_typed(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
#define ADD(...) RUN("patron", "add", "--card", "N1", __VA_ARGS__)
    expect(ADD("--name", "Cat", "--birth", "2126-05-31"), 2, "--birth lies in the future");
    expect(ADD("--name", "Cat", "--birth", "1212-05-31"), 2, "--birth is more than 130 years ago");
    expect(ADD("--name", "Cat", "--birth", "2012-02-30"), 2, "--birth takes a date");
    expect(ADD("--name", ""), 2, "a patron needs a name");
    expect(RUN("patron", "update", "A1", "--name", ""), 2, "the name is empty: give it, or leave it out");
    expect(RUN("patron", "update", "A1", "--category", ""), 2, "the category is empty");
    expect(ADD("--name", "Cat\nNew"), 2, "the name holds a control character");
    expect(RUN("patron", "update", "A1", "--name", "Cat\xC2\x85New"), 2, "the name holds a control character");
    expect(ADD("--name", "Cat", "--stop", "the moon"), 1, "no stop is called the moon here; see the stops:");
    expect(RUN("patron", "update", "A1", "--stop", "the moon"), 1, "no stop is called the moon here");
    expect(RUN("patron", "add", "--card", "501", "--name", "Cat"), 1, "501 is the barcode of an item; use another card number");
    expect(RUN("item", "add", "B1", "--title", "t1"), 1, "B1 is a patron's card, no item");
    assert_int_equal(site_entries(s), before);
    expect(ADD("--name", "C\xC3\xA1t", "--category", "ADLUT"), 0, "note: No rule and no patron has this category");
    expect(RUN("patron", "add", "--card", "N2", "--name", "Dan", "--category", "ADLUT"), 0, "REGISTERED");
    assert_null(strstr(out, "note:"));
    expect(RUN("patron", "update", "A1", "--category", "CHLID"), 0, "note: No rule and no patron has this category");
    if (s->w) expect(RUN("patron", "update", "A1", "--stop", "eastmere/green"), 0, "UPDATED");
    if (s->w) assert_string_equal(text_at_site(s, "SELECT stop FROM patron WHERE card = 'A1'"), "VAN1/Eastmere/Green");
#undef ADD
}

static void test_list_is_told_act_by_act_and_summed_up(void **state)
{
    struct site *s = *state;
    expect(RUN_IN("501\n\n777\n\x01\n502\n", "checkout", "A1", "--from", "-"), 2, "SUMMARY  2 done, 1 refused, 1 not done\n");
    also("LENT  The Tiger");
    also("REFUSED  777");
    also("\n  777 \xE2\x80\x94 No such item here.");
    expect(RUN_IN("501\n502\n", "checkin", "--from", "-"), 0, "SUMMARY  2 done, 0 refused, 0 not done\n");
    expect(RUN_IN("", "checkin", "--from", "-"), 0, "SUMMARY  0 done");
    expect(RUN_IN("501\n777\n", "checkout", "A1", "--from", "-", "--json"), 1,
           "],\"summary\":{\"done\":1,\"refused\":1,\"failed\":0}}");
    assert_memory_equal(out, "{\"acts\":[{", 10);
    expect(RUN("checkout", "A1", "--from", "/nowhere/list"), 1, "/nowhere/list: No such file");
    expect(RUN("checkout", "A1"), 2, "needs CARD ITEM");
}

static void test_list_ends_at_five_hundred(void **state)
{
    struct site *s = *state;
    struct buf many = { 0 };
    int64_t before = site_entries(s);
    for (int i = 0; i < DESKCMD_FROM_MAX + 3; i++) buf_printf(&many, "%d\n", 1000 + i);
    expect(RUN_IN(buf_str(&many), "checkin", "--from", "-", "--request", "list"), 3, "more than 500 lines");
    assert_int_equal(site_entries(s), before + DESKCMD_FROM_MAX);
    /* asked again: each of them was done */
    expect(RUN_IN(buf_str(&many), "checkin", "--from", "-", "--request", "list"), 3, "(done before)");
    assert_int_equal(site_entries(s), before + DESKCMD_FROM_MAX);
    buf_free(&many);
}

static void test_amounts_and_dates_as_typed(void **state)
{
    struct site *s = *state;
    static const char *const bad[] = { "2.5", "2,50", "-1", "0", "1e2", "10000.01", "two" };
    int64_t before = site_entries(s);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bad[i][0] != '-') expect(RUN("charge", "A1", bad[i], "--why", "x"), 2, "write it as 2.50");
    expect(RUN("charge", "A1", "2.50"), 2, "charge needs --why");
    expect(RUN("due", "501", "--to", "31.1.2027", "--why", "x"), 2, "--to takes a date");
    expect(RUN("due", "501", "--to", "2027-01-31"), 2, "needs --to DATE, and --why");
    expect(RUN("checkout", "A1", "501", "--due", "2026-12-24"), 2, "--due needs --override");
    expect(RUN("item", "damaged", "501", "502", "--charge", "1.00", "--patron", "A1"), 2, "one item at a time");
    expect(RUN("item", "damaged", "501", "--patron", "A1"), 2, "goes with --charge");
    expect(RUN("item", "add", "801"), 2, "needs --title KEY, or --name");
    expect(RUN("item", "add", "801", "--title", "t1", "--author", "X"), 2, "the title's");
    expect(RUN("odometer", "12.34"), 2, "no reading");
    expect(RUN("tally", "visitors", "10001"), 2, "not a number from");
    assert_int_equal(site_entries(s), before);
    expect(RUN("odometer", "48213.4"), 0, "NOTED");
    wrote(s, "\"dist\":48213400");
    expect(RUN("checkout", "A1", "501", "--due", "2026-12-24", "--override", "--why", "a class"), 0, "due Thu 24 Dec 2026");
}

static void test_alerts_are_loud_and_charges_are_listed(void **state)
{
    struct site *s = *state;
    assert_int_equal(RUN("checkout", "A1", "501", "502"), 0);
    site_pass(s, 24 * DAY_MS);
    expect(RUN("checkin", "501"), 0, "  ALERT  Overdue; charged for being late: 0.30\n");
    expect(RUN("item", "lost", "502"), 0, "  ALERT  Charged for the loss: 20.00\n");
    expect(RUN("patron", "show", "A1"), 0, "OWES 20.30");
    expect(RUN("pay", "A1", "0.50"), 0, "PAID  Ann \xE2\x80\x94 0.50   [");
    also("/overdue\n");
    also("  owes 19.80\n");
    expect(RUN("patron", "show", "A1", "--json"), 0, "\"amount_cents\":2000,\"waived_cents\":0,\"paid_cents\":20,\"owed_cents\":1980}],\"balance_cents\":1980}");
    expect(RUN("checkin", "502", "--json"), 0, "\"alert\":true,\"cents\":200}");
}

/* Each act takes the time and source of a paper list, who did it, and a request. */
static void test_every_act_takes_when_source_staff_and_request(void **state)
{
    static const char *const acts[][8] = {
        { "checkout", "A1", "501" }, { "renew", "501" }, { "checkin", "501" }, { "item", "damaged", "501" },
        { "item", "ok", "501" }, { "item", "mend", "501" }, { "item", "missing", "502" }, { "item", "found", "502" },
        { "item", "withdrawn", "502" }, { "item", "move", "501", "--to", "depot" }, { "item", "use", "501" },
        { "item", "add", "801", "--name", "X" }, { "item", "recat", "801", "--title", "t1" }, { "checkout", "B1", "801" },
        { "due", "801", "--to", "2027-03-01", "--why", "x" }, { "item", "claimed", "801" }, { "item", "lost", "801" },
        { "hold", "place", "B1", "t1" }, { "charge", "A1", "5.00", "--why", "x" }, { "pay", "A1", "4.00" },
        { "pay", "A1", "2.00", "--credit" }, { "refund", "A1", "0.50", "--why", "x" }, { "patron", "replace", "B1", "B2", "--why", "x" },
        { "patron", "merge", "B2", "A1" }, { "patron", "bar", "B2" }, { "patron", "unbar", "B2" },
        { "patron", "update", "A1", "--category", "CHILD" },
        { "note", "words" }, { "odometer", "100" }, { "cost", "fuel", "1.00" }, { "tally", "visitors", "3" },
    };
    struct site *s = *state;
    site_pass(s, DAY_MS);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const char *args[20], *request = arena_printf(&s->a, "r%zu", i);
        size_t n = 0;
        for (; n < 8 && acts[i][n]; n++) args[n] = acts[i][n];
        const char *const rest[] = { "--when", "2026-10-06T08:00", "--source", "list", "--staff", "ann", "--request", request, NULL };
        for (size_t k = 0; k < sizeof rest / sizeof *rest; k++) args[n++] = rest[k];
        int64_t before = site_entries(s);
        if (run_with(s, " ", args) != 0) fail_msg("%s %s: `%s` `%s`", args[0], args[1], out, err);
        assert_true(site_entries(s) > before);
        wrote(s, "\"staff\":\"ann\"");
        wrote(s, ",\"source\":\"list\"");
        wrote(s, ",\"when\":179");
        int64_t after = site_entries(s);
        if (run_with(s, " ", args) != 0 || !strstr(out, "(done before)")) fail_msg("%s %s again: `%s` `%s`", args[0], args[1], out, err);
        assert_int_equal(site_entries(s), after);
    }
}

static int close_and_free(void **state)
{
    free(out);
    free(err);
    out = err = NULL;
    return end_site(state);
}

#define LISTED(test) { #test " (laptop)", test, begin_laptop, close_and_free, NULL }, { #test " (branch)", test, begin_branch, close_and_free, NULL }

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_what_is_scanned_twice_is_done_once),
        LISTED(test_a_card_is_no_item),
        LISTED(test_people_as_typed),
        LISTED(test_a_bad_value_is_wrong_usage),
        LISTED(test_times_that_cannot_be_are_refused),
        LISTED(test_list_is_told_act_by_act_and_summed_up),
        LISTED(test_list_ends_at_five_hundred),
        LISTED(test_amounts_and_dates_as_typed),
        LISTED(test_alerts_are_loud_and_charges_are_listed),
        { "test_every_act_takes_when_source_staff_and_request", test_every_act_takes_when_source_staff_and_request, begin_branch, close_and_free, NULL },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
