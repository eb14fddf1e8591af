/* common/cards.c -- see cards.h */
#include "common/cards.h"

#include <string.h>

#include "common/barcode.h"

static bool read_number(const char *text, size_t len, int64_t *out)
{
    char digits[CARDS_DIGITS_MAX + 1];
    if (len == 0 || len > CARDS_DIGITS_MAX || strspn(text, "0123456789") < len) return false;
    memcpy(digits, text, len);
    digits[len] = '\0';
    return str_to_i64(digits, 0, INT64_MAX, out);
}

static const char *write_number(int64_t n, int digits, char out[CARDS_DIGITS_MAX + 1])
{
    bm_assert(n >= 0 && digits >= 0 && digits <= CARDS_DIGITS_MAX);
    out[digits] = '\0';
    for (; digits > 0; n /= 10) out[--digits] = (char)('0' + n % 10);
    return out;
}

const char *cards_text(const struct card_range *range, int64_t n, char out[CARDS_DIGITS_MAX + 1])
{
    return write_number(n, range->digits, out);
}

/* The last digit of a number that begins with `head`. */
static int64_t check_digit(const struct card_range *range, int64_t head)
{
    char digits[CARDS_DIGITS_MAX + 1];
    return barcode_luhn_digit(write_number(head, range->digits - 1, digits)) - '0';
}

enum bm_rc cards_parse(const char *text, struct card_range *out)
{
    const char *dash = strchr(text, '-');
    size_t len = dash ? (size_t)(dash - text) : 0;
    *out = (struct card_range){ 0 };
    if (len > CARDS_DIGITS_MAX) return err_set(BM_ELIMIT, "a card number of a range has at most %d digits", CARDS_DIGITS_MAX);
    if (!dash || strlen(dash + 1) != len || !read_number(text, len, &out->first) || !read_number(dash + 1, len, &out->last) ||
        out->first > out->last)
        return err_set(BM_EINPUT, "a range of card numbers is FIRST-LAST, both of as many digits: 20990001000-20990001999");
    if (out->last - out->first >= CARDS_COUNT_MAX)
        return err_set(BM_ELIMIT, "a range has at most %d card numbers", CARDS_COUNT_MAX);
    out->digits = (int)len;
    char first[CARDS_DIGITS_MAX + 1], last[CARDS_DIGITS_MAX + 1];
    out->has_luhn = out->first < out->last && barcode_luhn_ok(cards_text(out, out->first, first)) &&
                    barcode_luhn_ok(cards_text(out, out->last, last));
    return BM_OK;
}

bool cards_overlap(const struct card_range *a, const struct card_range *b)
{
    return a->digits == b->digits && a->first <= b->last && b->first <= a->last;
}

int64_t cards_count(const struct card_range *range)
{
    if (!range->has_luhn) return range->last - range->first + 1;
    return range->last / 10 - range->first / 10 + 1; /* one of each ten; both ends are such numbers */
}

int64_t cards_from(const struct card_range *range, int64_t n)
{
    if (n < range->first) n = range->first;
    if (range->has_luhn) {
        int64_t head = n / 10, at = head * 10 + check_digit(range, head);
        if (at < n) head++, at = head * 10 + check_digit(range, head);
        n = at;
    }
    return n <= range->last ? n : -1;
}

/* Number of a used card; -1 = it is none that the range would give. */
static int64_t number_of(const struct card_range *range, const char *card)
{
    int64_t n;
    if (!read_number(card, strlen(card), &n)) return -1;
    return cards_from(range, n) == n ? n : -1;
}

enum bm_rc cards_next_free(struct db *db, const char *text, char card[CARDS_DIGITS_MAX + 1], int64_t *left)
{
    struct card_range range;
    struct stmt *s;
    char first[CARDS_DIGITS_MAX + 1], last[CARDS_DIGITS_MAX + 1];
    enum bm_rc rc = cards_parse(text, &range);
    if (rc) return rc;
    int64_t next = cards_from(&range, range.first);
    *left = cards_count(&range);
    rc = db_get(db, SQL_CARDS_USED, &s, "first", 's', cards_text(&range, range.first, first), "last", 's',
                cards_text(&range, range.last, last), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) { /* in rising order */
        int64_t used = number_of(&range, stmt_text(s, 0));
        if (used < 0) continue;
        --*left;
        if (used == next) next = cards_from(&range, used + 1);
    }
    if (rc != BM_ENOTFOUND) return rc;
    if (next < 0) return err_set(BM_EREFUSED, "no card number is left in this desk's range %s; give --card CARD, and ask the branch for a new range (branch device set DEVICE --cards FIRST-LAST)", text);
    cards_text(&range, next, card);
    return BM_OK;
}
