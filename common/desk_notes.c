/* common/desk_notes.c -- see desk.h. What is counted and noted on a day: no item, no patron. */
#include "common/desk.h"

#include <string.h>

#include "common/desk_act.h"

enum { METRES_MAX = 2000000000 };

enum bm_rc desk_tally(struct desk *d, struct arena *a, const char *kind, int64_t count, struct desk_answer *out)
{
    static const char *const known[] = { "visitors", "reference", "programme" };
    struct act act;
    bool sound = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) sound |= str_eq(kind, known[i]);
    if (!sound || count < -10000 || count > 10000 || count == 0)
        return err_set(BM_EUSAGE, "count visitors, reference or programme, by 1 to 10000");
    enum bm_rc rc = act_begin(&act, d, a, OP_TALLY, ASKED(kind, act_number(a, count)), out);
    if (rc) goto done;
    act.e.kind = kind;
    act.e.count = count;
    out->word = "counted";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_note(struct desk *d, struct arena *a, const char *text, struct desk_answer *out)
{
    struct act act;
    size_t len = strlen(text);
    if (strspn(text, " \t\r\n") == len) return err_set(BM_EUSAGE, "a note needs some words");
    if (len > ENTRY_TEXT_MAX) return err_set(BM_EUSAGE, "a note of no more than %d bytes", ENTRY_TEXT_MAX);
    enum bm_rc rc = act_begin(&act, d, a, OP_NOTE, text, out);
    if (rc) goto done;
    act.e.why = text;
    out->word = "noted";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_odometer(struct desk *d, struct arena *a, int64_t metres, struct desk_answer *out)
{
    struct act act;
    if (metres < 0 || metres > METRES_MAX) return err_set(BM_EUSAGE, "the odometer shows 0 to %d km", METRES_MAX / 1000);
    enum bm_rc rc = act_begin(&act, d, a, OP_ODOMETER, ASKED(act_number(a, metres)), out);
    if (rc) goto done;
    act.e.dist_m = metres;
    act.e.why = d->why;
    out->word = "noted";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_cost(struct desk *d, struct arena *a, const char *kind, int64_t cents, struct desk_answer *out)
{
    static const char *const known[] = { "fuel", "repair", "service", "insurance", "tax", "parking", "other" };
    struct act act;
    bool sound = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) sound |= str_eq(kind, known[i]);
    if (!sound) return err_set(BM_EUSAGE, "a cost is fuel, repair, service, insurance, tax, parking or other");
    enum bm_rc rc = act_begin(&act, d, a, OP_COST, ASKED(kind, act_number(a, cents)), out);
    if (rc) goto done;
    act.e.kind = kind;
    act.e.amount_cents = cents;
    act.e.why = d->why;
    out->amount_cents = cents;
    out->word = "noted";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}
