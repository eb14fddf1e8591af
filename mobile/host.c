/* mobile/host.c -- see host.h */
#include "mobile/host.h"

#include "mobile/road.h"

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
    deskcmd_fresh(*desk);
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
    if (h->held) deskcmd_fresh(&h->l.desk); /* its texts were the command's */
    else laptop_close(&h->l);
}

static enum bm_rc host_seal(void *owner, const char *json, const char *name, const char *birth,
                            struct desk_person *out, struct arena *a)
{
    const struct laptop *l = &((struct host *)owner)->l;
    return deskcmd_seal(l->box_key, l->who_key, json, name, birth, out, a);
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
