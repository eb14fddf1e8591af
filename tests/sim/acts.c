/* tests/sim/acts.c -- see sim.h: what people do, as the screen they stand at and their own carelessness let them. */
#include "common/zone.h"
#include "tests/sim/sim.h"

enum { DAY_S = 86400, ID_LIST_MAX = 64 };

/* What somebody asks a desk for. */
struct ask {
    enum op op;
    int d, book, patron; /* -1 = none */
    int title;           /* of a new item */
    const char *word;    /* as, to, or the id of a hold or entry */
    int64_t when_ms, returned_ms, barred, expires_s;
    int64_t cents;
    bool only_this, force;
};

static struct ask new_ask(enum op op, int d, int book, int patron)
{
    return (struct ask){ .op = op, .d = d, .book = book, .patron = patron, .title = -1, .when_ms = ENTRY_NONE,
                         .returned_ms = ENTRY_NONE, .barred = ENTRY_NONE, .expires_s = ENTRY_NONE };
}

/* --- one request at a desk ----------------------------------------------------------------------------------- */

static enum bm_rc raw(struct sim *w, const struct ask *q, struct desk_answer *out)
{
    struct entry e;
    struct desk *desk = sim_desk(w, q->d);
    entry_init(&e, q->op);
    e.item = q->book < 0 ? NULL : w->books[q->book].barcode;
    if (q->op == OP_PAY || q->op == OP_CHARGE) e.patron = w->cards[q->patron];
    if (q->op == OP_PAY || q->op == OP_WAIVE) e.charge = q->word;
    if (q->book < 0) e.amount_cents = q->cents;
    if (q->op == OP_MARK) e.as = q->word, e.patron = w->cards[q->patron];
    if (q->op == OP_MOVE) e.to = q->word;
    if (q->op == OP_USE) e.place = desk->place;
    if (q->op == OP_ADD_ITEM) e.title = w->titles[q->title];
    return desk_write(desk, &w->arena, &e, out);
}

static enum bm_rc person(struct sim *w, const struct ask *q, struct desk_answer *out)
{
    char who[SIM_NAME_MAX];
    struct desk_person p = { .card = w->cards[q->patron], .expires_s = q->expires_s, .barred = q->barred };
    if (q->op == OP_UPDATE) return desk_update_patron(sim_desk(w, q->d), &w->arena, &p, out);
    snprintf(who, sizeof who, "who%d", w->careful || sim_once_in(w, 2) ? q->patron : SIM_PATRONS); /* some are the same person */
    p.name = "A new patron";
    p.who = arena_strdup(&w->arena, who);
    return desk_register(sim_desk(w, q->d), &w->arena, &p, out);
}

static enum bm_rc call(struct sim *w, const struct ask *q, struct desk_answer *out)
{
    struct desk *desk = sim_desk(w, q->d);
    const char *item = q->book < 0 ? NULL : w->books[q->book].barcode, *card = q->patron < 0 ? NULL : w->cards[q->patron];
    struct arena *a = &w->arena;
    switch ((int)q->op) {
    case OP_CHECKOUT: return desk_checkout(desk, a, card, item, out);
    case OP_CHECKIN: return desk_checkin(desk, a, item, q->returned_ms, out);
    case OP_RENEW: return desk_renew(desk, a, item, out);
    case OP_CAPTURE: return desk_capture_hold(desk, a, item, out);
    case OP_PLACE: return desk_place_hold(desk, a, card, item, q->only_this, NULL, out);
    case OP_CANCEL: return desk_cancel_hold(desk, a, q->word, out);
    case OP_VOID: return desk_void(desk, a, q->word, out);
    case OP_TALLY: return desk_tally(desk, a, "visitors", 3, out);
    case OP_MARK: return q->patron >= 0 ? raw(w, q, out) : desk_mark(desk, a, item, q->word, ENTRY_NONE, NULL, out);
    case OP_REGISTER:
    case OP_UPDATE: return person(w, q, out);
    default: return raw(w, q, out);
    }
}

/* The entry as it stands in the journal, into what is known of the act. */
static void read_entry(struct sim *w, struct sim_act *act)
{
    struct stmt *s;
    struct entry e;
    SIM_NEED(w, db_prepare(sim_desk(w, act->desk)->journal->db,
                           "SELECT body FROM entry WHERE dev || '.' || ep || '.' || seq = ?1 AND row = 0", &s));
    SIM_NEED(w, stmt_bind_text(s, 1, act->id));
    if (stmt_next(s)) sim_fail(w, "I1: %s was acknowledged and is not in the journal", act->id);
    const char *body = stmt_copy(s, 0, &w->arena);
    stmt_free(s);
    SIM_NEED(w, entry_read(body, strlen(body), false, &w->arena, &e));
    act->op = e.op;
    act->again = e.again == 1;
    act->due_s = e.due_s;
    if (e.patron)
        for (int p = 0; p < SIM_PATRONS; p++)
            if (str_eq(e.patron, w->cards[p])) act->patron = p;
    for (const char *at = e.over; at && *at; at += strcspn(at, " "), at += *at == ' ') {
        char name[ENTRY_WORD_MAX + 1];
        enum exc_code code;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " "), at);
        if (!exc_parse(name, &code)) sim_fail(w, "%s overrides '%s', which is no exception", act->id, name);
        act->over[code] = 1;
    }
}

static struct sim_act *note(struct sim *w, const struct ask *q, const struct desk_answer *answer)
{
    if (w->act_count == SIM_ACTS_MAX) sim_fail(w, "too many acts");
    struct sim_act *act = &w->acts[w->act_count++];
    *act = (struct sim_act){ .desk = q->d, .book = q->book, .patron = q->patron, .true_ms = w->now_ms, .barred = q->barred,
                             .expires_s = q->expires_s, .told = q->d ? w->desks[q->d].told : w->arrivals };
    act->returned_ms = q->returned_ms;
    act->cents = q->cents;
    act->title = q->title >= 0 ? q->title : q->book < 0 ? -1 : q->book % SIM_TITLES;
    if (q->when_ms != ENTRY_NONE) act->true_ms = q->when_ms;
    if (q->word) str_copy(act->as, sizeof act->as, q->word);
    str_copy(act->id, sizeof act->id, answer->entry);
    read_entry(w, act);
    if (q->d == 0) act->arrived = ++w->arrivals;
    w->counts->done[w->step]++;
    sim_check_act(w, act, answer);
    return act;
}

/* Asked again, even after the program died, a request gets the same answer and no second entry (I1). */
static void ask_again(struct sim *w, const struct ask *q, const char *entry)
{
    struct desk_answer again;
    const char *request = sim_desk(w, q->d)->request, *why = sim_desk(w, q->d)->why;
    if (q->d && q->when_ms == ENTRY_NONE && sim_once_in(w, 3)) sim_reopen(w, q->d, (enum sim_replica)sim_pick(w, 3));
    struct desk *desk = sim_desk(w, q->d);
    desk->request = request;
    desk->why = why;
    sim_need(w, call(w, q, &again), "asked again");
    if (!again.again || !str_eq(again.entry, entry)) sim_fail(w, "I1: asked again, %s was answered by %s", entry, again.entry ? again.entry : "nothing");
    desk->request = NULL;
    w->counts->asked_again++;
}

static bool is_refusal(enum bm_rc rc)
{
    return rc == BM_ENOTFOUND || rc == BM_EEXISTS || rc == BM_EREFUSED;
}

/* Does the desk do it? ret: what is known of the act; NULL if it was refused and that was respected. *out outlives the step. */
static struct sim_act *act(struct sim *w, const struct ask *q, struct desk_answer *out)
{
    struct desk *desk = sim_desk(w, q->d);
    char request[32];
    bool may_repeat = sim_once_in(w, 10) && q->op != OP_TALLY;
    snprintf(request, sizeof request, "r%lld", (long long)w->act_count);
    desk->request = may_repeat ? arena_strdup(&w->arena, request) : NULL;
    desk->when_ms = q->when_ms;
    desk->source = q->when_ms == ENTRY_NONE ? NULL : "paper";
    enum bm_rc rc = call(w, q, out);
    bool refused = !rc && !out->done;
    if (refused && out->may_override && (q->force || (!w->careful && sim_once_in(w, 2)))) {
        w->counts->overridden++;
        desk->override = true;
        desk->why = "the book is in the hand";
        rc = call(w, q, out);
        desk->override = false;
    }
    desk->when_ms = ENTRY_NONE;
    desk->source = NULL;
    struct sim_act *done = NULL;
    if (!rc && out->done) {
        done = note(w, q, out);
        sim_tell(w, "%s: %s book %d patron %d %s: %s, %s due %lld", w->desks[q->d].name, op_name(done->op), q->book, q->patron,
                 q->word ? q->word : "", out->word ? out->word : "", out->entry, (long long)(out->due_s == ENTRY_NONE ? 0 : out->due_s));
        if (may_repeat && q->when_ms == ENTRY_NONE) ask_again(w, q, out->entry);
    } else if (!rc || is_refusal(rc)) {
        w->counts->refused++;
        sim_tell(w, "%s: %s book %d patron %d refused: %s", w->desks[q->d].name, op_name(q->op), q->book, q->patron,
                 rc ? err_text(rc) : out->reason_count ? out->reasons[0].name : "");
    } else if (rc == BM_EUSAGE && (q->when_ms != ENTRY_NONE || q->returned_ms != ENTRY_NONE) && !w->desks[q->d].fixed) {
        sim_tell(w, "%s: a time lies in the future of a wrong clock", w->desks[q->d].name);
    } else {
        sim_fail(w, "%s: %s book %d patron %d: %s (%s)", w->desks[q->d].name, op_name(q->op), q->book, q->patron, err_text(rc), err_name(rc));
    }
    sim_desk(w, q->d)->request = sim_desk(w, q->d)->why = NULL;
    return done;
}

/* --- sync ------------------------------------------------------------------------------------------------------- */

bool sim_sync(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    struct sync_report said;
    enum bm_rc rc = homecoming_sync(&k->laptop, NULL, NULL, &said);
    if (rc) sim_fail(w, "%s: sync: %s (%s)", k->name, err_text(rc), err_name(rc));
    w->arrivals++;
    for (int64_t i = 0; i < w->act_count; i++)
        if (w->acts[i].desk == d && !w->acts[i].arrived) w->acts[i].arrived = w->arrivals;
    k->told = w->arrivals;
    k->fixed = true;
    k->redated = false;
    w->counts->syncs++;
    w->counts->snapshots += said.snapshot;
    w->counts->feeds += said.rows > 0;
    w->counts->applied += said.applied;
    w->counts->adjusted += said.adjusted;
    w->counts->exceptional += said.exceptions;
    w->counts->quarantined += said.quarantined;
    sim_tell(w, "%s syncs: %lld sent, %lld applied, %lld adjusted, %lld exceptions, %lld rows%s", k->name, (long long)said.pushed,
             (long long)said.applied, (long long)said.adjusted, (long long)said.exceptions, (long long)said.rows,
             said.snapshot ? ", whole copy" : "");
    if (said.quarantined) sim_fail(w, "%s: an entry was quarantined", k->name);
    sim_check_synced(w, d, &said);
    return said.pushed || said.rows || said.snapshot;
}

/* --- books ------------------------------------------------------------------------------------------------------- */

static bool is_down(const struct sim *w, int d)
{
    return w->desks[d].paper_count > 0;
}

static void hand_over(struct sim *w, int book, int patron)
{
    w->books[book].at = ~patron;
    w->books[book].slot = false;
}

static void put_down(struct sim *w, int book, int d)
{
    w->books[book].at = d;
    w->books[book].slot = false;
}

static void on_paper(struct sim *w, int d, bool take, int book, int patron)
{
    struct sim_desk *k = &w->desks[d];
    if (k->paper_count == SIM_PAPER_MAX) return; /* the pad is full */
    k->paper[k->paper_count++] = (struct sim_paper){ .take = take, .book = book, .patron = patron, .true_ms = w->now_ms, .told = k->told };
    if (take) hand_over(w, book, patron);
    else put_down(w, book, d);
    w->counts->done[w->step]++;
    sim_tell(w, "%s, on paper: book %d %s patron %d", k->name, book, take ? "to" : "from", patron);
}

static bool take(struct sim *w, int book, int patron, int64_t when_ms)
{
    struct desk_answer answer;
    struct ask q = new_ask(OP_CHECKOUT, w->books[book].at, book, patron);
    q.when_ms = when_ms;
    struct sim_act *done = act(w, &q, &answer);
    if (!done) return false;
    hand_over(w, book, patron);
    return true;
}

static void shelve(struct sim *w, int d, int book, const struct desk_answer *said)
{
    struct desk_answer answer;
    const struct ask q = new_ask(OP_CAPTURE, d, book, -1);
    if (!said->hold_for || (!w->careful && sim_once_in(w, 3)) || str_eq(said->word, "still set aside")) return;
    sim_pass(w, 2000);
    act(w, &q, &answer);
}

static bool give_back(struct sim *w, int d, int book, int64_t returned_ms)
{
    struct desk_answer answer;
    struct ask q = new_ask(OP_CHECKIN, d, book, -1);
    q.returned_ms = returned_ms;
    if (!act(w, &q, &answer)) return false;
    put_down(w, book, d);
    shelve(w, d, book, &answer);
    return true;
}

static void catch_up(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    size_t n = 0;
    for (bool stuck = false; n < k->paper_count && !stuck; n += !stuck) {
        const struct sim_paper *p = &k->paper[n];
        struct desk_answer answer;
        struct ask q = new_ask(p->take ? OP_CHECKOUT : OP_CHECKIN, d, p->book, p->take ? p->patron : -1);
        q.when_ms = p->true_ms;
        q.force = true;
        sim_pass(w, 2000);
        struct sim_act *done = act(w, &q, &answer);
        stuck = !done;
        if (stuck && k->fixed) sim_fail(w, "%s: what happened on paper was refused", k->name);
        if (done) done->told = p->told; /* it was done by what they knew then */
    }
    k->paper_count -= n;
    memmove(k->paper, k->paper + n, k->paper_count * sizeof *k->paper);
}

/* --- what a desk sees --------------------------------------------------------------------------------------------- */

static int64_t seen(struct sim *w, int d, const char *sql, const char *text)
{
    return sim_ask(w, sim_view(w, d), sql, text);
}

static bool is_catalogued(struct sim *w, int d, int book)
{
    return seen(w, d, "SELECT count(*) FROM item WHERE barcode = ?1 AND title IS NOT NULL", w->books[book].barcode) == 1;
}

static bool is_registered(struct sim *w, int d, int patron)
{
    return seen(w, d, "SELECT count(*) FROM patron WHERE card = ?1 AND since_id IS NOT NULL", w->cards[patron]) == 1;
}

/* Careful staff do not ask for what the desk refuses. */
static bool is_welcome(struct sim *w, int d, int patron)
{
    static const char sql[] = "SELECT barred = 0 AND (expires_s IS NULL OR expires_s * 1000 > CAST(substr(?1, 7) AS INTEGER)) "
                              "FROM patron WHERE card = substr(?1, 1, 5)";
    char both[64];
    snprintf(both, sizeof both, "%s %lld", w->cards[patron], (long long)w->now_ms);
    return seen(w, d, sql, both) == 1;
}

static bool is_aside(struct sim *w, int d, int book)
{
    return seen(w, d, "SELECT count(*) FROM item WHERE barcode = ?1 AND aside IS NOT NULL", w->books[book].barcode) == 1;
}

/* Of whom the screen says that he has it; -1 = nobody. */
static int borrower_seen(struct sim *w, int d, int book)
{
    char both[64];
    for (int p = 0; p < SIM_PATRONS; p++) {
        snprintf(both, sizeof both, "%s %s", w->books[book].barcode, w->cards[p]);
        if (seen(w, d, "SELECT count(*) FROM loan WHERE end_ms IS NULL AND item || ' ' || card = ?1", both)) return p;
    }
    return -1;
}

/* The n-th live hold, by id; text in the step's arena. */
static const char *live_hold(struct sim *w, int d)
{
    struct stmt *s;
    const char *ids[ID_LIST_MAX];
    int count = 0;
    SIM_NEED(w, db_prepare(sim_view(w, d), "SELECT id FROM hold WHERE state IN ('waiting', 'captured') ORDER BY id", &s));
    while (count < ID_LIST_MAX && stmt_next(s) == BM_OK) ids[count++] = stmt_copy(s, 0, &w->arena);
    stmt_free(s);
    return count ? ids[sim_pick(w, count)] : NULL;
}

/* --- steps ---------------------------------------------------------------------------------------------------------- */

/* ret: did anything come of it that `act` does not count itself */
static void do_place(struct sim *w, int d, int book, int patron)
{
    struct desk_answer answer;
    struct ask q = new_ask(OP_PLACE, d, book, patron);
    char both[64];
    q.only_this = sim_once_in(w, 4);
    snprintf(both, sizeof both, "%s %s", w->cards[patron], w->titles[book % SIM_TITLES]);
    bool again = seen(w, d, "SELECT count(*) FROM hold WHERE state IN ('waiting', 'captured') AND card || ' ' || title = ?1", both) > 0;
    if (!w->careful || (!again && borrower_seen(w, d, book) != patron && is_welcome(w, d, patron))) act(w, &q, &answer);
}

static void do_mark(struct sim *w, int d, int book)
{
    static const char *const words[] = { "damaged", "mend", "ok", "ok", "missing", "withdrawn" };
    struct desk_answer answer;
    struct ask q = new_ask(OP_MARK, d, book, -1);
    q.word = words[sim_pick(w, w->careful ? 4 : 6)];
    bool here = w->books[book].at == d;
    if (here != str_eq(q.word, "missing")) act(w, &q, &answer); /* missing: he looked for it, and it is not there */
}

static void do_lost(struct sim *w, int d, int book)
{
    struct desk_answer answer;
    struct ask q = new_ask(OP_MARK, d, book, borrower_seen(w, d, book));
    q.word = "lost";
    if (q.patron >= 0 && (!w->careful || w->books[book].at == ~q.patron)) act(w, &q, &answer);
}

static void do_move(struct sim *w, int d, int book)
{
    struct desk_answer answer;
    int to = sim_pick(w, w->laptops + 1);
    struct ask q = new_ask(OP_MOVE, d, book, -1);
    q.word = sim_desk(w, to)->place;
    if (act(w, &q, &answer)) put_down(w, book, to);
}

static void do_person(struct sim *w, int d, int patron)
{
    struct desk_answer answer;
    struct ask q = new_ask(is_registered(w, d, patron) ? OP_UPDATE : OP_REGISTER, d, -1, patron);
    if (q.op == OP_UPDATE && sim_once_in(w, 2)) q.barred = sim_pick(w, 3) == 0;
    else if (q.op == OP_UPDATE) q.expires_s = zone_day_end_s(zone_day(w->now_ms) + sim_pick(w, 30) - 3);
    act(w, &q, &answer);
}

/* A charge that the screen says is not paid: text of its key, in the step's arena, and what is owed. ret: false = none */
static bool some_charge(struct sim *w, struct ask *q)
{
    static const char sql[] = "SELECT about || '/' || kind, card, amount_cents - waived_cents - paid_cents FROM charge "
                              "WHERE amount_cents - waived_cents - paid_cents > 0 AND kind <> ?1 ORDER BY 1";
    struct stmt *s;
    int n = sim_pick(w, 3);
    SIM_NEED(w, db_prepare(sim_view(w, q->d), sql, &s));
    SIM_NEED(w, stmt_bind_text(s, 1, w->careful ? "lost" : "")); /* who paid for a lost book may get some of it back */
    q->word = NULL;
    while (n-- >= 0 && stmt_next(s) == BM_OK) {
        q->word = stmt_copy(s, 0, &w->arena);
        q->cents = stmt_int(s, 2);
        for (int p = 0; p < SIM_PATRONS; p++)
            if (str_eq(stmt_text(s, 1), w->cards[p])) q->patron = p;
    }
    stmt_free(s);
    return q->word != NULL;
}

static void do_money(struct sim *w, int d, int patron)
{
    struct desk_answer answer;
    struct ask q = new_ask(w->step == STEP_PAY ? OP_PAY : w->step == STEP_WAIVE ? OP_WAIVE : OP_CHARGE, d, -1, patron);
    q.cents = 50;
    if (q.op == OP_CHARGE && !is_registered(w, d, patron)) return;
    if (q.op != OP_CHARGE && !some_charge(w, &q)) return;
    if (q.op != OP_CHARGE && sim_once_in(w, 3)) q.cents = (q.cents + 1) / 2;
    if (q.op == OP_PAY && !w->careful && sim_once_in(w, 6)) q.patron = patron; /* for somebody else */
    if (q.op == OP_PAY && !w->careful && sim_once_in(w, 6)) q.word = NULL;     /* into the account */
    if (q.op == OP_WAIVE) q.patron = -1;
    act(w, &q, &answer);
}

static void do_add(struct sim *w, int d)
{
    struct desk_answer answer;
    int book = SIM_BOOKS - 1;
    struct ask q = new_ask(OP_ADD_ITEM, d, book, -1);
    if (is_catalogued(w, d, book)) return;
    q.title = w->careful || sim_once_in(w, 3) ? book % SIM_TITLES : sim_pick(w, SIM_TITLES);
    act(w, &q, &answer);
}

static void do_slip(struct sim *w, int d, int book, int patron)
{
    struct desk_answer answer;
    static const enum op ops[] = { OP_CHECKOUT, OP_CHECKOUT, OP_CHECKIN, OP_PLACE };
    struct ask q = new_ask(ops[sim_pick(w, 4)], d, book, patron);
    if (q.op == OP_CHECKIN) q.patron = -1;
    if (w->slip_count == SIM_SLIPS_MAX) return;
    struct sim_act *done = act(w, &q, &answer);
    if (!done) return;
    w->slips[w->slip_count].desk = d;
    w->slips[w->slip_count++].act = done - w->acts;
}

/* The oldest slip is taken back: where it was made, or at the branch once it is there. */
static void undo(struct sim *w, bool by_branch)
{
    struct desk_answer answer;
    struct sim_act *slip = &w->acts[w->slips[0].act];
    int d = by_branch && slip->arrived ? 0 : slip->desk;
    struct ask q = new_ask(OP_VOID, d, -1, -1);
    q.word = slip->id;
    if (is_down(w, d)) return;
    if (!act(w, &q, &answer)) sim_fail(w, "%s cannot be taken back", slip->id);
    slip->voided = true;
    memmove(w->slips, w->slips + 1, --w->slip_count * sizeof *w->slips);
}

/* One of the open exceptions. Credit is settled up to an amount: not here. */
static void do_settle(struct sim *w)
{
    static const char sql[] = "SELECT code, entry, other FROM exception_now WHERE status = 'open' AND code <> 'credit' ORDER BY 1, 2, 3";
    struct desk_answer answer;
    struct entry e;
    struct stmt *s;
    struct ask q = new_ask(OP_SETTLE, 0, -1, -1);
    int n = sim_pick(w, 8);
    entry_init(&e, OP_SETTLE);
    SIM_NEED(w, db_prepare(w->branch->db, sql, &s));
    while (n-- >= 0 && stmt_next(s) == BM_OK) {
        e.exc_code = stmt_copy(s, 0, &w->arena);
        e.exc_entry = stmt_copy(s, 1, &w->arena);
        e.exc_other = stmt_text(s, 2)[0] ? stmt_copy(s, 2, &w->arena) : NULL;
    }
    stmt_free(s);
    if (!e.exc_code) return;
    e.how = "accept";
    SIM_NEED(w, desk_write(&w->branch->desk, &w->arena, &e, &answer));
    note(w, &q, &answer);
    sim_tell(w, "MAIN: settles %s %s", e.exc_code, e.exc_entry);
}

static void fix(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    struct journal *j = &k->laptop.journal;
    SIM_NEED(w, journal_begin(j));
    enum bm_rc rc = journal_clock(j, CLOCK_GPS, w->now_ms - env_boottime_ms(&k->laptop.env), 50);
    SIM_NEED(w, db_end(k->laptop.db, rc));
    k->fixed = k->redated = true;
    w->counts->done[w->step]++;
    sim_tell(w, "%s has a fix", k->name);
}

static void reopen(struct sim *w, int d)
{
    if (d && !w->desks[d].redated) sim_check_rebuilt(w, d);
    sim_reopen(w, d, (enum sim_replica)sim_pick(w, 3));
    if (d && !w->desks[d].redated) sim_check_rebuilt(w, d);
    w->counts->done[w->step]++;
    sim_tell(w, "%s: program begins again", w->desks[d].name);
}

/* What is not an act at a desk. ret: false if it is */
static bool do_world(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    switch ((int)w->step) {
    case STEP_CATCH_UP:
        if (is_down(w, d)) catch_up(w, d);
        return true;
    case STEP_UNDO:
        if (w->slip_count) undo(w, sim_once_in(w, 3));
        return true;
    case STEP_SETTLE:
        do_settle(w);
        return true;
    case STEP_FIX:
        if (d) fix(w, d);
        return true;
    case STEP_BOOT:
        if (d && (k->fixed || k->clock_error_ms == 0)) sim_boot(w, d), w->counts->done[w->step]++;
        return true;
    case STEP_REOPEN:
        reopen(w, d);
        return true;
    case STEP_FORGET:
        SIM_NEED(w, db_exec(w->branch->db, "UPDATE revision SET tag = tag + 1"));
        w->counts->done[w->step]++;
        return true;
    case STEP_SYNC:
        if (d) sim_sync(w, d), w->counts->done[w->step]++;
        return true;
    default: return false;
    }
}

/* With a book: `here` = it lies at this desk. */
static void do_book(struct sim *w, int d, int book, int patron)
{
    struct sim_book *b = &w->books[book];
    struct desk_answer answer;
    const struct ask use = new_ask(OP_USE, d, book, -1), renew = new_ask(OP_RENEW, d, book, -1), pull = new_ask(OP_CAPTURE, d, book, -1);
    bool here = b->at == d, out = b->at < 0;
    switch ((int)w->step) {
    case STEP_TAKE:
        if (here) take(w, book, patron, ENTRY_NONE);
        return;
    case STEP_RETURN:
        if (out) give_back(w, d, book, ENTRY_NONE);
        return;
    case STEP_EMPTY:
        if (here && b->slot) give_back(w, d, book, b->slot_ms);
        return;
    case STEP_RENEW: act(w, &renew, &answer); return;
    case STEP_PLACE: do_place(w, d, book, patron); return;
    case STEP_PULL:
        if (here && (!w->careful || !is_aside(w, d, book)) && act(w, &pull, &answer)) put_down(w, book, d);
        return;
    case STEP_MARK: do_mark(w, d, book); return;
    case STEP_LOST: do_lost(w, d, book); return;
    case STEP_MOVE:
        if (here) do_move(w, d, book);
        return;
    case STEP_USE:
        if (here && act(w, &use, &answer)) put_down(w, book, d);
        return;
    default: do_slip(w, d, book, patron); return;
    }
}

static void do_paper(struct sim *w, int d, int book, int patron)
{
    struct sim_book *b = &w->books[book];
    if (d == 0 || !(w->desks[d].fixed || w->desks[d].clock_error_ms == 0)) return;
    if (b->at == d) on_paper(w, d, true, book, patron);
    else if (b->at < 0) on_paper(w, d, false, book, ~b->at);
}

static void do_drop(struct sim *w, int d, int book)
{
    struct sim_book *b = &w->books[book];
    if (b->at >= 0) return;
    sim_tell(w, "book %d through the slot of %s by patron %d", book, w->desks[d].name, ~b->at);
    put_down(w, book, d);
    b->slot = true;
    b->slot_ms = w->now_ms;
    w->counts->done[w->step]++;
}

static void do_act(struct sim *w, int d, int book, int patron)
{
    struct desk_answer answer;
    struct ask tally = new_ask(OP_TALLY, d, -1, -1), cancel = new_ask(OP_CANCEL, d, -1, -1);
    switch ((int)w->step) {
    case STEP_PERSON: do_person(w, d, patron); return;
    case STEP_ADD: do_add(w, d); return;
    case STEP_PAY:
    case STEP_WAIVE:
    case STEP_CHARGE: do_money(w, d, patron); return;
    case STEP_TALLY: act(w, &tally, &answer); return;
    case STEP_CANCEL:
        cancel.word = live_hold(w, d);
        if (cancel.word) act(w, &cancel, &answer);
        return;
    default: do_book(w, d, book, patron); return;
    }
}

static enum sim_step next_step(struct sim *w)
{
    static const struct {
        int weight, careless;
    } steps[] = {
#define SIM_STEP_ROW(code, name, weight, careless) { weight, careless },
        SIM_STEPS(SIM_STEP_ROW)
#undef SIM_STEP_ROW
    };
    int all = 0;
    for (int i = 0; i < STEP_COUNT; i++) all += steps[i].weight;
    for (;;) {
        int at = sim_pick(w, all), i = 0;
        while (at >= steps[i].weight) at -= steps[i++].weight;
        if (!steps[i].careless || !w->careful) return (enum sim_step)i;
    }
}

static void some_time(struct sim *w)
{
    static const int64_t spans_s[] = { 1, 5, 5, 30, 60, 600, 3600, 3600, DAY_S, 4 * DAY_S };
    int64_t span_s = spans_s[sim_pick(w, (int)(sizeof spans_s / sizeof *spans_s))];
    sim_pass(w, span_s * 1000 + sim_pick(w, 1000) + 2000);
}

/* One to which the step can happen, if there is one soon. */
static int some_book(struct sim *w)
{
    for (int tries = 0;; tries++) {
        int book = sim_pick(w, SIM_BOOKS);
        const struct sim_book *b = &w->books[book];
        bool fits = true;
        if (w->step == STEP_TAKE || w->step == STEP_PULL || w->step == STEP_MOVE || w->step == STEP_USE) fits = b->at >= 0;
        if (w->step == STEP_RETURN || w->step == STEP_DROP || w->step == STEP_LOST || w->step == STEP_RENEW) fits = b->at < 0;
        if (w->step == STEP_EMPTY) fits = b->slot;
        if (fits || tries == 6) return book;
    }
}

/* At which desk: the one where the book is, more often than not. */
static int where(struct sim *w, int book)
{
    int at = w->books[book].at;
    return at >= 0 && !sim_once_in(w, 4) ? at : sim_pick(w, w->laptops + 1);
}

void sim_do(struct sim *w)
{
    w->step = next_step(w);
    int book = some_book(w), d = where(w, book);
    int patron = w->step == STEP_PERSON || sim_once_in(w, 6) ? sim_pick(w, SIM_PATRONS) : sim_pick(w, SIM_PATRONS - 2);
    w->counts->steps[w->step]++;
    some_time(w);
    if (do_world(w, d)) return;
    if (w->step == STEP_PAPER || (is_down(w, d) && (w->step == STEP_TAKE || w->step == STEP_RETURN))) {
        do_paper(w, d, book, patron);
    } else if (w->step == STEP_DROP) {
        do_drop(w, d, book);
    } else if (!is_down(w, d)) {
        if (w->careful && d && w->desks[d].told < w->arrivals) sim_sync(w, d);
        if (!w->careful || w->step == STEP_ADD || is_catalogued(w, d, book)) do_act(w, d, book, patron);
        if (w->careful && d) sim_sync(w, d);
    }
    arena_free(&w->arena);
}

void sim_rest(struct sim *w)
{
    for (int d = 1; d <= w->laptops; d++) {
        sim_pass(w, 60000);
        sim_sync(w, d);
        catch_up(w, d);
    }
    while (w->slip_count) {
        sim_pass(w, 5000);
        undo(w, sim_once_in(w, 2));
    }
    arena_free(&w->arena);
}
