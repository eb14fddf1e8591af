/* mobile/host.c -- see host.h */
#include "mobile/host.h"

#include <string.h>

#include "common/person.h"
#include "mobile/road.h"

/* Nothing of the act before may be left. */
static void forget_act(struct desk *d)
{
    d->staff = d->request = d->source = d->why = NULL;
    d->when_ms = ENTRY_NONE;
    d->override = false;
    d->set_due_s = 0;
}

/* What a sync by another process may have changed beside the replica, which every act looks at itself. */
static enum bm_rc refresh(struct laptop *l, struct arena *a)
{
    const char *cards;
    enum bm_rc rc = meta_get(l->db, "cards", a, &cards);
    if (rc == BM_ENOTFOUND) rc = BM_OK, cards = NULL;
    if (rc) return rc;
    if (cards && !*cards) cards = NULL;
    return str_eq(cards, l->cards) ? BM_OK : laptop_cards(l);
}

static enum bm_rc host_open(void *owner, struct cli *cli, struct desk **desk)
{
    struct host *h = owner;
    enum bm_rc rc = h->held ? refresh(&h->l, &cli->arena) : road_open(cli, &h->l);
    if (rc) return rc;
    *desk = &h->l.desk;
    forget_act(*desk);
    (*desk)->staff = cli->staff;
    (*desk)->request = cli->request;
    return BM_OK;
}

static enum bm_rc host_view(void *owner, struct db **out)
{
    struct host *h = owner;
    enum bm_rc rc = laptop_current(&h->l);
    *out = h->l.replica;
    return rc;
}

static void host_close(void *owner)
{
    struct host *h = owner;
    if (h->held) forget_act(&h->l.desk); /* its texts were the command's */
    else laptop_close(&h->l);
}

static enum bm_rc host_seal(void *owner, const char *json, const char *name, const char *birth,
                            struct desk_person *out, struct arena *a)
{
    struct host *h = owner;
    struct buf box;
    char who[PERSON_WHO_MAX];
    buf_init(&box, ENTRY_TEXT_MAX);
    enum bm_rc rc = seal_box(h->l.box_key, json, strlen(json), &box);
    if (rc == BM_ELIMIT) rc = err_set(BM_EUSAGE, "address, phone and mail together are too long");
    if (!rc) out->sealed = arena_strdup(a, buf_str(&box));
    if (!rc && person_who(h->l.who_key, name, birth, who)) out->who = arena_strdup(a, who);
    buf_free(&box);
    return rc ? rc : out->sealed ? BM_OK : BM_ENOMEM;
}

void host_init(struct host *host, struct deskcmd *desk)
{
    *host = (struct host){ 0 };
    *desk = (struct deskcmd){ .open = host_open, .view = host_view, .close = host_close,
                              .seal_person = host_seal, .owner = host };
}

enum bm_rc host_hold(struct host *host, const char *dir)
{
    enum bm_rc rc = laptop_open(dir, &host->l);
    host->held = rc == BM_OK;
    return rc;
}

void host_release(struct host *host)
{
    if (host->held) laptop_close(&host->l);
    host->held = false;
}
