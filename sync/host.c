/* sync/host.c -- see host.h */
#include "sync/host.h"

#include <string.h>

#include "common/person.h"

/* Nothing of the act before may be left. */
static void forget_act(struct desk *d)
{
    d->staff = d->request = d->source = d->why = NULL;
    d->when_ms = ENTRY_NONE;
    d->override = false;
    d->set_due_s = 0;
}

static enum bm_rc host_open(void *owner, struct cli *cli, struct desk **desk)
{
    struct branch_host *h = owner;
    enum bm_rc rc = h->held ? BM_OK : branch_open(cli->data, &h->b);
    if (rc) return rc;
    *desk = &h->b.desk;
    forget_act(*desk);
    (*desk)->staff = cli->staff;
    (*desk)->request = cli->request;
    return BM_OK;
}

static enum bm_rc host_view(void *owner, struct db **out)
{
    *out = ((struct branch_host *)owner)->b.db;
    return BM_OK;
}

static void host_close(void *owner)
{
    struct branch_host *h = owner;
    if (h->held) forget_act(&h->b.desk); /* its texts were the command's */
    else branch_close(&h->b);
}

static enum bm_rc host_seal(void *owner, const char *json, const char *name, const char *birth,
                            struct desk_person *out, struct arena *a)
{
    struct branch *b = &((struct branch_host *)owner)->b;
    struct buf box;
    char who[PERSON_WHO_MAX];
    buf_init(&box, 2 * ENTRY_TEXT_MAX);
    enum bm_rc rc = seal_box(b->box.public, json, strlen(json), &box);
    if (rc == BM_ELIMIT) rc = err_set(BM_EUSAGE, "address, phone and email are too long together");
    if (!rc) out->sealed = arena_strdup(a, buf_str(&box));
    if (!rc && person_who(b->who_key, name, birth, who)) out->who = arena_strdup(a, who);
    buf_free(&box);
    return rc || out->sealed ? rc : BM_ENOMEM;
}

void branch_host_init(struct branch_host *host, struct deskcmd *desk)
{
    *host = (struct branch_host){ 0 };
    *desk = (struct deskcmd){ .open = host_open, .view = host_view, .close = host_close,
                              .seal_person = host_seal, .owner = host };
}

enum bm_rc branch_host_hold(struct branch_host *host, const char *dir)
{
    enum bm_rc rc = branch_open(dir, &host->b);
    host->held = rc == BM_OK;
    return rc;
}

void branch_host_release(struct branch_host *host)
{
    if (host->held) branch_close(&host->b);
    host->held = false;
}
