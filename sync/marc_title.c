/* sync/marc_title.c -- see marc_title.h */
#include "sync/marc_title.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* --- text --------------------------------------------------------------------------------- */

/* A letter and the accent written after it are one character: MARC-8 and older UTF-8 records
 * come apart, newer ones composed, and a search should not have to know. Rows: accent, letters,
 * what they become. */
static const struct accent {
    uint32_t mark;
    const wchar_t *letters, *composed;
} accents[] = {
    { 0x0300, L"AEIOUaeiouÜüNnĒēŌōWwÂâĂăÊêÔôƠơƯưYy", L"ÀÈÌÒÙàèìòùǛǜǸǹḔḕṐṑẀẁẦầẰằỀềỒồỜờỪừỲỳ" },
    { 0x0301, L"AEIOUYaeiouyCcLlNnRrSsZzÜüGgÅåÆæØøÇçĒēÏïKkMmÕõŌōPpŨũWwÂâĂăÊêÔôƠơƯư",
      L"ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹźǗǘǴǵǺǻǼǽǾǿḈḉḖḗḮḯḰḱḾḿṌṍṒṓṔṕṸṹẂẃẤấẮắẾếỐốỚớỨứ" },
    { 0x0302, L"AEIOUaeiouCcGgHhJjSsWwYyZzẠạẸẹỌọ", L"ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷẐẑẬậỆệỘộ" },
    { 0x0303, L"ANOanoIiUuVvÂâĂăEeÊêÔôƠơƯưYy", L"ÃÑÕãñõĨĩŨũṼṽẪẫẴẵẼẽỄễỖỗỠỡỮữỸỹ" },
    { 0x0304, L"AaEeIiOoUuÜüÄäȦȧÆæǪǫÖöÕõȮȯYyGgḶḷṚṛ", L"ĀāĒēĪīŌōŪūǕǖǞǟǠǡǢǣǬǭȪȫȬȭȰȱȲȳḠḡḸḹṜṝ" },
    { 0x0306, L"AaEeGgIiOoUuȨȩẠạ", L"ĂăĔĕĞğĬĭŎŏŬŭḜḝẶặ" },
    { 0x0307, L"CcEeGgIZzAaOoBbDdFfHhMmNnPpRrSsŚśŠšṢṣTtWwXxYyſ",
      L"ĊċĖėĠġİŻżȦȧȮȯḂḃḊḋḞḟḢḣṀṁṄṅṖṗṘṙṠṡṤṥṦṧṨṩṪṫẆẇẊẋẎẏẛ" },
    { 0x0308, L"AEIOUaeiouyYHhÕõŪūWwXxt", L"ÄËÏÖÜäëïöüÿŸḦḧṎṏṺṻẄẅẌẍẗ" },
    { 0x0309, L"AaÂâĂăEeÊêIiOoÔôƠơUuƯưYy", L"ẢảẨẩẲẳẺẻỂểỈỉỎỏỔổỞởỦủỬửỶỷ" },
    { 0x030A, L"AaUuwy", L"ÅåŮůẘẙ" },
    { 0x030B, L"OoUu", L"ŐőŰű" },
    { 0x030C, L"CcDdEeLlNnRrSsTtZzAaIiOoUuÜüGgKkƷʒjHh",
      L"ČčĎďĚěĽľŇňŘřŠšŤťŽžǍǎǏǐǑǒǓǔǙǚǦǧǨǩǮǯǰȞȟ" },
    { 0x031B, L"OoUu", L"ƠơƯư" },
    { 0x0323, L"BbDdHhKkLlMmNnRrSsTtVvWwZzAaEeIiOoƠơUuƯưYy",
      L"ḄḅḌḍḤḥḲḳḶḷṂṃṆṇṚṛṢṣṬṭṾṿẈẉẒẓẠạẸẹỊịỌọỢợỤụỰựỴỵ" },
    { 0x0326, L"SsTt", L"ȘșȚț" },
    { 0x0327, L"CcGgKkLlNnRrSsTtEeDdHh", L"ÇçĢģĶķĻļŅņŖŗŞşŢţȨȩḐḑḨḩ" },
    { 0x0328, L"AaEeIiUuOo", L"ĄąĘęĮįŲųǪǫ" },
    { 0x0331, L"BbDdKkLlNnRrTtZzh", L"ḆḇḎḏḴḵḺḻṈṉṞṟṮṯẔẕẖ" },
};

static uint32_t compose(uint32_t letter, uint32_t mark)
{
    if (mark < accents[0].mark || !letter) return 0;
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++) {
        if (accents[i].mark != mark) continue;
        const wchar_t *hit = wcschr(accents[i].letters, (wchar_t)letter);
        return hit ? (uint32_t)accents[i].composed[hit - accents[i].letters] : 0;
    }
    return 0;
}

/* One character of sound UTF-8. ret: its length */
static size_t utf8_read(const char *s, uint32_t *out)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) c = c << 6 | (p[i] & 0x3Fu);
    *out = c;
    return len;
}

static size_t utf8_write(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00u >> len & 0xF0u) | c);
    return len;
}

/* Blank: also the control characters, among them MARC's marks round a non-sorting article
 * (U+0098, 9C). */
static bool is_blank(uint32_t c)
{
    return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x2028 || c == 0x2029;
}

/* Text that grows in a fixed array and is cut at a character when it is full. */
struct text {
    char *data; /* max + 1 bytes */
    size_t len, max;
    size_t last;     /* where its last letter begins */
    uint32_t letter; /* that letter, as a base for an accent; 0 = none */
};

static void text_start(struct text *t, char *data, size_t max)
{
    bm_assert(max > 0);
    *t = (struct text){ .data = data, .max = max };
    data[0] = '\0';
}

static bool text_put(struct text *t, uint32_t c)
{
    char utf8[4];
    uint32_t joined = compose(t->letter, c);
    size_t at = joined ? t->last : t->len;
    size_t n = utf8_write(utf8, joined ? joined : c);
    if (at + n > t->max) return false;
    memcpy(t->data + at, utf8, n);
    t->last = at;
    t->len = at + n;
    t->letter = joined ? joined : c;
    t->data[t->len] = '\0';
    return true;
}

/* Add a text: runs of blanks become one, none at its ends; between stands before it unless it
 * is the first. */
static void text_add(struct text *t, const char *between, const char *s)
{
    uint32_t c;
    bool gap = false, first = true;
    size_t whole = t->len; /* where to cut if no more fits */
    for (size_t n; *s; s += n) {
        n = utf8_read(s, &c);
        if (is_blank(c)) {
            gap = true;
            continue;
        }
        bool fits = true;
        for (const char *b = first && t->len ? between : ""; *b; b++)
            fits = fits && text_put(t, (unsigned char)*b);
        if (gap && !first) fits = fits && text_put(t, ' ');
        if (!fits || !text_put(t, c)) break;
        gap = first = false;
        whole = t->len;
    }
    if (*s && whole < t->max) t->max = whole; /* cut: nothing shorter may slip in behind */
    t->len = whole;
    t->data[whole] = '\0';
}

/* Does it end with a full stop that belongs to it: of an initial ("J.") or an ellipsis? */
static bool stop_stays(const struct text *t)
{
    const char *stop = t->data + t->len - 1, *word = stop;
    size_t letters = 0;
    if (t->len >= 2 && stop[-1] == '.') return true;
    for (; word > t->data && word[-1] != ' ' && word[-1] != '.'; word--)
        letters += ((unsigned char)word[-1] & 0xC0) != 0x80;
    unsigned char first = (unsigned char)*word;
    return letters == 1 && ((first | 0x20) >= 'a' || first >= 0x80);
}

/* Take away the punctuation that cataloguing rules put before the next part ("Title :",
 * "Name,"). */
static void text_trim(struct text *t)
{
    static const char isbd[] = " /:;,=";
    while (t->len && strchr(isbd, t->data[t->len - 1])) t->len--;
    if (t->len && t->data[t->len - 1] == '.' && !stop_stays(t)) t->len--;
    while (t->len && strchr(isbd, t->data[t->len - 1])) t->len--;
    t->data[t->len] = '\0';
}

/* What was gathered, in the arena. out: NULL for an empty text. ret: false = out of memory */
static bool text_keep(const struct text *t, struct arena *a, const char **out)
{
    *out = t->len ? arena_strndup(a, t->data, t->len) : NULL;
    return !t->len || *out;
}

/* --- fields ------------------------------------------------------------------------------- */

static const struct marc_field *field_first(const struct marc_record *r, const char *tag)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (strcmp(r->fields[i].tag, tag) == 0) return &r->fields[i];
    return NULL;
}

static const char *sub_first(const struct marc_field *f, char code)
{
    for (size_t i = 0; f && i < f->sub_count; i++)
        if (f->subs[i].code == code) return f->subs[i].text;
    return NULL;
}

/* Add the subfields whose code is among codes, in the record's order. */
static void text_add_subs(struct text *t, const struct marc_field *f, const char *codes,
                          const char *between)
{
    for (size_t i = 0; f && i < f->sub_count; i++)
        if (strchr(codes, f->subs[i].code)) text_add(t, between, f->subs[i].text);
}

/* The subfields as one short text (a barcode, a code). out: NULL = none. ret: false = out of
 * memory */
static bool word_of(const struct marc_field *f, const char *codes, struct arena *a,
                    const char **out)
{
    char data[ENTRY_WORD_MAX + 1];
    struct text t;
    text_start(&t, data, ENTRY_WORD_MAX);
    text_add_subs(&t, f, codes, " ");
    return text_keep(&t, a, out);
}

/* --- items -------------------------------------------------------------------------------- */

bool marc_is_item_tag(enum marc_items preset, const char *tag)
{
    return strcmp(tag, preset == MARC_ITEMS_KOHA952 ? "952" : "852") == 0;
}

enum { PRICE_CENTS_MAX = 100000000 };

int64_t marc_price_cents(const char *text)
{
    const char *p = text + strcspn(text, "0123456789");
    if (memchr(text, '-', (size_t)(p - text))) return ENTRY_NONE;
    size_t len = strspn(p, "0123456789.,");
    while (len && (p[len - 1] == '.' || p[len - 1] == ',')) len--; /* "20.-" */
    /* a point or comma before the last one or two digits is the decimal one; others part
     * thousands */
    size_t decimals = 0;
    if (len > 2 && (p[len - 3] == '.' || p[len - 3] == ',')) decimals = 2;
    else if (len > 1 && (p[len - 2] == '.' || p[len - 2] == ',')) decimals = 1;
    int64_t cents = 0;
    for (size_t i = 0; i < len && cents <= PRICE_CENTS_MAX; i++)
        if (p[i] >= '0' && p[i] <= '9') cents = cents * 10 + (p[i] - '0');
    for (size_t i = decimals; i < 2; i++) cents *= 10;
    return len && cents <= PRICE_CENTS_MAX ? cents : ENTRY_NONE;
}

/* Evergreen's copy statuses, lower case, anything but letters as '_'; and the condition each
 * stands for. */
static const char *const statuses[][2] = {
    { "available", "ok" },      { "checked_out", "ok" },    { "bindery", "mend" },
    { "lost", "lost" },         { "missing", "missing" },   { "in_process", "ok" },
    { "in_transit", "ok" },     { "reshelving", "ok" },     { "on_holds_shelf", "ok" },
    { "on_order", "ok" },       { "ill", "ok" },            { "cataloging", "ok" },
    { "reserves", "ok" },       { "discard_weed", "withdrawn" }, { "damaged", "damaged" },
    { "on_reservation_shelf", "ok" }, { "long_overdue", "lost" }, { "lost_and_paid", "lost" },
    { "canceled_transit", "ok" }, { "withdrawn", "withdrawn" }, { "mending", "mend" }, { "repair", "mend" },
};

/* ret: the condition, or NULL = not the name of a status */
static const char *status_cond(const char *status)
{
    char name[ENTRY_WORD_MAX + 1];
    size_t n = 0;
    for (; status[n] && n < sizeof name - 1; n++) {
        char c = status[n];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        name[n] = c >= 'a' && c <= 'z' ? c : '_';
    }
    name[n] = '\0';
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(statuses[i][0], name) == 0) return statuses[i][1];
    return NULL;
}

/* s is the status; an export made without it has it as public note z, among other notes. */
static bool read_evergreen_status(const struct marc_field *f, struct arena *a,
                                  struct marc_item *it)
{
    if (!word_of(f, "s", a, &it->status)) return false;
    if (!it->status) {
        const char *note = sub_first(f, 'z');
        if (note && status_cond(note) && !word_of(f, "z", a, &it->status)) return false;
    }
    const char *cond = it->status ? status_cond(it->status) : NULL;
    if (cond) it->cond = cond;
    for (size_t i = 0; i < f->sub_count; i++) {
        if (f->subs[i].code != 'x') continue;
        if (strcmp(f->subs[i].text, "unholdable") == 0) it->holdable = false;
        if (strcmp(f->subs[i].text, "noncirculating") == 0 ||
            strcmp(f->subs[i].text, "reference") == 0)
            it->circulating = false;
    }
    return true;
}

/* A Koha flag: absent, "" and "0" are off. */
static int64_t flag_of(const struct marc_field *f, char code)
{
    const char *s = sub_first(f, code);
    int64_t x;
    if (!s || !*s) return 0;
    return str_to_i64(s, INT32_MIN, INT32_MAX, &x) ? x : 1;
}

enum { KOHA_LOST_MISSING = 4 }; /* value of authorised list LOST as Koha installs it */

static void read_koha_status(const struct marc_field *f, struct marc_item *it)
{
    int64_t lost = flag_of(f, '1'), loan = flag_of(f, '7');
    if (flag_of(f, '0')) it->cond = "withdrawn";
    else if (lost) it->cond = lost == KOHA_LOST_MISSING ? "missing" : "lost";
    else if (flag_of(f, '4')) it->cond = "damaged";
    it->circulating = loan == 0;
    it->holdable = loan <= 0; /* below 0: on order, may be asked for */
}

/* The last of a repeated subfield. Evergreen's 852 b: owning library, then the one it
 * circulates from. */
static bool last_word(const struct marc_field *f, char code, struct arena *a, const char **out)
{
    struct marc_subfield one = { 0 };
    for (size_t i = 0; i < f->sub_count; i++)
        if (f->subs[i].code == code) one = f->subs[i];
    struct marc_field only = { .subs = &one, .sub_count = one.text ? 1 : 0 };
    return word_of(&only, (char[]){ code, '\0' }, a, out);
}

/* out: barcode NULL = empty or over-long. ret: false = out of memory */
static bool read_barcode(const struct marc_field *f, struct arena *a, const char **out)
{
    char data[ENTRY_WORD_MAX + 2]; /* one more than allowed, to see what is over-long */
    struct text t;
    const char *p = sub_first(f, 'p');
    *out = NULL;
    text_start(&t, data, sizeof data - 1);
    if (p) text_add(&t, "", p);
    if (t.len > ENTRY_WORD_MAX || t.max < sizeof data - 1) return true;
    return text_keep(&t, a, out);
}

static bool read_item(const struct marc_field *f, enum marc_items preset, struct arena *a,
                      struct marc_item *it)
{
    bool koha = preset == MARC_ITEMS_KOHA952, ok;
    const char *price = sub_first(f, koha ? 'v' : 'y');
    *it = (struct marc_item){ .cond = "ok", .circulating = true, .holdable = true };
    it->price_cents = price ? marc_price_cents(price) : ENTRY_NONE;
    if (!read_barcode(f, a, &it->barcode) || !word_of(f, "c", a, &it->loc)) return false;
    if (koha) {
        ok = word_of(f, "a", a, &it->branch) && word_of(f, "b", a, &it->holding) &&
             word_of(f, "o", a, &it->callno) && word_of(f, "y", a, &it->itype);
        read_koha_status(f, it);
    } else {
        ok = last_word(f, 'b', a, &it->branch) && word_of(f, "kjm", a, &it->callno) &&
             word_of(f, "g", a, &it->itype) && read_evergreen_status(f, a, it);
    }
    if (!it->branch) it->branch = it->holding;
    if (!it->holding) it->holding = it->branch;
    return ok;
}

/* Evergreen writes an 852 also for an electronic resource (call number ##URI##) and for a
 * holding without copies: only one with a barcode is an item. Koha's 952 always is one. */
static bool is_item(const struct marc_field *f, enum marc_items preset)
{
    const char *callno = sub_first(f, 'j');
    if (!marc_is_item_tag(preset, f->tag)) return false;
    if (preset == MARC_ITEMS_KOHA952) return true;
    return sub_first(f, 'p') && !(callno && strcmp(callno, "##URI##") == 0);
}

static enum bm_rc read_items(const struct marc_record *r, enum marc_items preset,
                             struct arena *a, struct marc_title *out)
{
    size_t count = 0;
    for (size_t i = 0; i < r->field_count; i++) count += is_item(&r->fields[i], preset);
    if (count > MARC_ITEMS_MAX) return err_set(BM_ELIMIT, "more than %d items", MARC_ITEMS_MAX);
    struct marc_item *items = count ? ARENA_NEWS(a, struct marc_item, count) : NULL;
    if (count && !items) return BM_ENOMEM;
    for (size_t i = 0; i < r->field_count && items; i++) {
        if (!is_item(&r->fields[i], preset)) continue;
        struct marc_item *it = &items[out->item_count];
        if (!read_item(&r->fields[i], preset, a, it)) return BM_ENOMEM;
        if (it->barcode) out->item_count++;
        else out->bad_item_count++;
    }
    out->items = items;
    return BM_OK;
}

/* --- title -------------------------------------------------------------------------------- */

/* 001, with '_' for what a key may not hold; or the record's number. */
static bool read_key(const struct marc_record *r, int64_t number, struct arena *a,
                     struct marc_title *out)
{
    char data[ENTRY_WORD_MAX + 1];
    struct text t;
    const struct marc_field *f = field_first(r, "001");
    text_start(&t, data, ENTRY_WORD_MAX);
    if (f && f->text) text_add(&t, "", f->text);
    for (char *p = data; *p; p++)
        if (*p == ' ' || *p == '"' || *p == '\\' || *p == ',') *p = '_';
    if (!t.len) t.len = (size_t)snprintf(data, sizeof data, "t%lld", (long long)number);
    return text_keep(&t, a, &out->key);
}

static bool read_name(const struct marc_record *r, struct arena *a, struct marc_title *out)
{
    static const char *const other_tags[] = { "130", "240", "246", "740" };
    char data[MARC_NAME_MAX + 1];
    struct text t;
    text_start(&t, data, MARC_NAME_MAX);
    out->title_field = field_first(r, "245");
    text_add_subs(&t, out->title_field, "anpb", " ");
    for (size_t i = 0; !t.len && i < sizeof other_tags / sizeof *other_tags; i++)
        text_add_subs(&t, field_first(r, other_tags[i]), "anpb", " ");
    text_trim(&t);
    if (!t.len) text_add(&t, "", "[no title]");
    return text_keep(&t, a, &out->name);
}

static bool read_author(const struct marc_record *r, struct arena *a, struct marc_title *out)
{
    static const char *const tags[] = { "100", "110", "111", "700" };
    char data[MARC_AUTHOR_MAX + 1];
    struct text t;
    text_start(&t, data, MARC_AUTHOR_MAX);
    for (size_t i = 0; !t.len && i < sizeof tags / sizeof *tags; i++) {
        const struct marc_field *f = field_first(r, tags[i]);
        const char *name = sub_first(f, 'a');
        if (!name) continue;
        text_add(&t, "", name);
        out->author_field = f;
    }
    text_trim(&t);
    return text_keep(&t, a, &out->author);
}

/* "0-15-204622-X (pbk.) :" -> "015204622X". ret: its length, 0 = not an ISBN or EAN */
static size_t read_isbn(const char *s, char out[14])
{
    size_t n = 0;
    for (; *s == ' '; s++) continue;
    for (; *s; s++) {
        if (*s == '-') continue;
        bool check = n == 9 && (*s == 'X' || *s == 'x');
        if (!check && !(*s >= '0' && *s <= '9')) break;
        if (n == 13) return 0;
        out[n++] = check ? 'X' : *s;
        if (check) break;
    }
    out[n] = '\0';
    return n == 10 || n == 13 ? n : 0;
}

static bool read_isbns(const struct marc_record *r, struct arena *a, struct marc_title *out)
{
    char data[MARC_ISBN_MAX + 1], isbn[14];
    struct text t;
    text_start(&t, data, MARC_ISBN_MAX);
    for (size_t i = 0; i < r->field_count; i++) {
        const struct marc_field *f = &r->fields[i];
        bool ean = strcmp(f->tag, "024") == 0 && f->ind[0] == '3';
        const char *s = ean || strcmp(f->tag, "020") == 0 ? sub_first(f, 'a') : NULL;
        if (!s || !read_isbn(s, isbn)) continue;
        if (t.len + 1 + strlen(isbn) > t.max) break;
        text_add(&t, " ", isbn);
    }
    return text_keep(&t, a, &out->isbn);
}

static bool read_callno(const struct marc_record *r, struct arena *a, struct marc_title *out)
{
    static const char *const from[][2] = {
        { "082", "a" }, { "092", "ab" }, { "050", "ab" }, { "099", "a" }
    };
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        char data[ENTRY_WORD_MAX + 1];
        struct text t;
        text_start(&t, data, ENTRY_WORD_MAX);
        text_add_subs(&t, field_first(r, from[i][0]), from[i][1], " ");
        if (from[i][0][1] != '5') {
            size_t n = 0; /* Dewey: marks where a number may be cut short are no part of it */
            for (size_t k = 0; k < t.len; k++)
                if (data[k] != '/' && data[k] != '\'') data[n++] = data[k];
            t.len = n;
        }
        if (t.len) return text_keep(&t, a, &out->callno);
    }
    return true;
}

/* What kind of thing the leader says it is. src: MARC 21 leader 06, 07 */
static const char *leader_itype(const char *leader)
{
    switch (leader[6]) {
    case 'a':
    case 't':
        return leader[7] == 's' || leader[7] == 'b' || leader[7] == 'i' ? "serial" : "book";
    case 'c':
    case 'd': return "score";
    case 'e':
    case 'f': return "map";
    case 'g': return "video";
    case 'i': return "audiobook";
    case 'j': return "music";
    case 'k': return "picture";
    case 'm': return "software";
    case 'o': return "kit";
    case 'r': return "object";
    default: return NULL;
    }
}

static bool read_itype(const struct marc_record *r, enum marc_items preset, struct arena *a,
                       struct marc_title *out)
{
    if (preset == MARC_ITEMS_KOHA952 && !word_of(field_first(r, "942"), "c", a, &out->itype))
        return false;
    if (!out->itype) out->itype = leader_itype(r->leader);
    return true;
}

/* The rest of what people search by, what matters most first: it may be cut. 880: the same in
 * its own script. */
static bool read_detail(const struct marc_record *r, struct arena *a, struct marc_title *out)
{
    static const char *const parts[][3] = {
        { "260", "bc", " " },     { "264", "bc", " " },     { "490", "av", " " },  { "440", "av", " " },
        { "650", "avxyz", " - " }, { "651", "avxyz", " - " }, { "655", "avxyz", " - " }, { "246", "anpb", " " },
        { "700", "a", " " },      { "710", "ab", " " },     { "880", "abnp", " " }, { "520", "a", " " },
    };
    char data[MARC_DETAIL_MAX + 1], one[MARC_DETAIL_MAX + 1];
    struct text t, part;
    text_start(&t, data, MARC_DETAIL_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (size_t k = 0; k < r->field_count; k++) {
            const struct marc_field *f = &r->fields[k];
            if (strcmp(f->tag, parts[i][0]) != 0 || f == out->author_field) continue;
            text_start(&part, one, MARC_DETAIL_MAX);
            text_add_subs(&part, f, parts[i][1], parts[i][2]);
            text_trim(&part);
            text_add(&t, "; ", one);
        }
    }
    return text_keep(&t, a, &out->detail);
}

static enum bm_rc check_kind(const struct marc_record *r, enum marc_items preset)
{
    size_t fields = 0;
    if (r->leader[6] && strchr("quvwxyz", r->leader[6])) {
        return err_set(BM_EINPUT, "not a title: its leader says %s",
                       r->leader[6] == 'z' ? "authority record"
                                           : "holdings or community record");
    }
    for (size_t i = 0; i < r->field_count; i++)
        fields += !marc_is_item_tag(preset, r->fields[i].tag);
    if (fields > MARC_FIELDS_MAX)
        return err_set(BM_ELIMIT, "more than %d fields", MARC_FIELDS_MAX);
    if (fields == 0) return err_set(BM_EINPUT, "a record without fields");
    return BM_OK;
}

enum bm_rc marc_title_read(const struct marc_record *record, int64_t number,
                           enum marc_items preset, struct arena *a, struct marc_title *out)
{
    bm_assert(record && a && out);
    bm_assert(number > 0);
    *out = (struct marc_title){ .number = number };
    enum bm_rc rc = check_kind(record, preset);
    if (rc) return rc;
    if (!read_key(record, number, a, out) || !read_name(record, a, out) ||
        !read_author(record, a, out) || !read_isbns(record, a, out) ||
        !read_callno(record, a, out) || !read_itype(record, preset, a, out) ||
        !read_detail(record, a, out))
        return BM_ENOMEM;
    return read_items(record, preset, a, out);
}
