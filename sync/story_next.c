/* sync/story_next.c -- what staff can do about an exception: commands with everything filled in. See story.h. */
#include <string.h>

#include "sync/story.h"

/* In a command: {item} {card} {entry} {other} (ids), {other_card}, {new_card}, {charge}, {target}, {money}, {id} of the
 * exception. A step of which something is not known is left out. What staff put in themselves is in capitals. */
#define VOID_ENTRY "branch void {entry} --why TEXT"
#define SCAN "branch checkin {item}"
static const struct {
    enum exc_code code;
    const char *command, *what; /* command NULL: nothing to type */
} steps[] = {
    { EXC_LENT_OVER_LOAN, NULL, "Look who has the copy: the later patron, as it stands, or the earlier one?" },
    { EXC_LENT_OVER_LOAN, VOID_ENTRY, "if the later loan was a slip: the earlier one goes on" },
    { EXC_LENT_OVER_LOAN, "branch void {other} --why TEXT", "if the earlier loan was the slip: it never was" },
    { EXC_LENT_OVER_LOAN, "branch charge {other_card} AMOUNT --why TEXT", "if the earlier patron was late and is to pay" },
    { EXC_SEEN_ON_LOAN, VOID_ENTRY, "if the scan was a slip: the loan goes on" },
    { EXC_SEEN_ON_LOAN, "branch charge {other_card} AMOUNT --why TEXT", "if the patron was late and is to pay" },
    { EXC_LENT_WHILE_HELD, "branch holds", "another copy may be free for the patron who waits" },
    { EXC_LENT_WHILE_HELD, VOID_ENTRY, "if the loan was a slip" },
    { EXC_UNFIT_LENT, "branch item ok {item}", "if the copy is fit to be lent" },
    { EXC_WITHDRAWN_SEEN, "branch item ok {item}", "if it stays in the stock; else take it off the shelf" },
    { EXC_RENEW_NO_LOAN, "branch checkout {card} {item} --due DATE --override --why TEXT", "if the patron has it still: lend it with the date told" },
    { EXC_RENEW_OTHER, VOID_ENTRY, "if the renewal was a slip" },
    { EXC_RENEW_LOST, "branch item found {item}", "if the copy is there: the charge goes" },
    { EXC_NO_SUCH_LOAN, "branch item lost {item}", "if the copy is gone: mark it, nobody is charged" },
    { EXC_ON_LOAN, VOID_ENTRY, "if the report was a slip" },
    { EXC_ORDER_DOUBTFUL, VOID_ENTRY, "if one of the two acts was a slip" },
    { EXC_BARCODE_CLASH, "branch item recat {item} --title TITLE", "if the copy is of another title; else give it another label" },
    { EXC_NOTICE_WRONG, "branch patron show {card}", "tell the patron that the notice was wrong" },
    { EXC_UNKNOWN_HOLD, SCAN, "put it back; who waits for it is told then" },
    { EXC_HOLD_TAKEN, SCAN, "scan the copy and put it back on its shelf; that ends this" },
    { EXC_HOLD_CLOSED, SCAN, "scan the copy and put it back on its shelf; that ends this" },
    { EXC_HOLD_OUT_OF_TURN, "branch holds", "a copy for the patron who was first" },
    { EXC_CAPTURE_MOVED, "branch holds", "a copy for the patron who waits again, and tell the patron" },
    { EXC_HOLD_DUPLICATE, "branch hold cancel {entry}", "if one of the two is enough" },
    { EXC_BARRED, "branch patron show {card}", "speak with the patron" },
    { EXC_BARRED, VOID_ENTRY, "if the act was a slip" },
    { EXC_EXPIRED, "branch patron update {card} --expires DATE", "if the card is to go on" },
    { EXC_EXPIRED, VOID_ENTRY, "if the act was a slip" },
    { EXC_CARD_REPLACED, "branch patron show {new_card}", "ask the patron: it is on the account of this card, whoever used the old one" },
    { EXC_CARD_REPLACED, VOID_ENTRY, "if somebody else did: take it back, and lend the copy to that one" },
    { EXC_UNKNOWN_CARD, "branch patron add --card {card} --name NAME --category WORD", "if the patron is known" },
    { EXC_UNKNOWN_CARD, VOID_ENTRY, "if the card was misread: take it back, and do it again with the right one" },
    { EXC_UNKNOWN_ITEM, "branch item add {item} --title TITLE", "if the copy is yours" },
    { EXC_UNKNOWN_ITEM, VOID_ENTRY, "if the barcode was misread: take it back, and do it again with the right one" },
    { EXC_CARD_CLASH, "branch exceptions settle {id} --as other_person --card NEWCARD", "if they are two people: the later one gets NEWCARD" },
    { EXC_MAYBE_SAME_PERSON, "branch patron merge {card} {other_card}", "if they are one person" },
    { EXC_CREDIT, "branch refund {card} {money} --why TEXT", "pay it back; or leave it for what will be charged later (settle it, below)" },
    { EXC_REFUND_REVERSED, "branch waive {charge} AMOUNT --why TEXT", "forgive it; else bill it" },
    { EXC_WAIVE_NOTHING, "branch patron show {card}", "is another charge to be forgiven?" },
    { EXC_PAY_OTHER, "branch patron show {card}", "the money is to this patron's credit" },
    { EXC_VOID_WAITS, NULL, "Nothing: when the act arrives it is taken back at once, and this goes by itself." },
    { EXC_VOID_REFUSED, "branch void {target} --why TEXT", "if it is to be taken back: the branch may" },
    { EXC_BEYOND_HORIZON, NULL, "Do it now, with the present time, if it still matters." },
    { EXC_SETTLED_MOOT, NULL, "Look at what was done when it was settled, and take back what is no longer right." },
};

static const char *value_of(const struct story *s, const char *name, size_t len)
{
    const struct {
        const char *name, *value;
    } values[] = {
        { "item", s->item },         { "card", s->card },         { "entry", s->entry }, { "other", s->other },   { "other_card", s->other_card },
        { "new_card", s->new_card }, { "charge", s->charge },     { "id", s->id },       { "target", s->target }, { "money", s->money },
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strlen(values[i].name) == len && memcmp(values[i].name, name, len) == 0) return values[i].value;
    return NULL;
}

/* The command with its names filled in. ret: NULL = one of them is not known, or no memory */
static const char *fill(const struct story *s, const char *command, struct arena *a)
{
    const char *out = "", *open;
    while ((open = strchr(command, '{')) != NULL) {
        const char *close = strchr(open, '}');
        const char *value = close ? value_of(s, open + 1, (size_t)(close - open) - 1) : NULL;
        if (!value || !*value) return NULL;
        out = arena_printf(a, "%s%.*s%s", out, (int)(open - command), command, value);
        if (!out) return NULL;
        command = close + 1;
    }
    return arena_printf(a, "%s%s", out, command);
}

size_t story_next(const struct story *s, struct arena *a, struct story_step out[STORY_STEPS_MAX])
{
    size_t n = 0;
    if (!str_eq(s->status, "open")) return 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && n + 1 < STORY_STEPS_MAX; i++) {
        if (steps[i].code != s->code) continue;
        const char *command = steps[i].command ? fill(s, steps[i].command, a) : NULL;
        if (steps[i].command && !command) continue;
        out[n++] = (struct story_step){ .command = command, .what = steps[i].what };
    }
    const char *settle = fill(s, "branch exceptions settle {id} --as accept", a);
    out[n++] = (struct story_step){ .command = settle, .what = "it is dealt with, or may stay as it is" };
    return n;
}
