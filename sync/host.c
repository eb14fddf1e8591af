/* sync/host.c -- see host.h */
#include "sync/host.h"

static enum bm_rc host_open(void *owner, struct cli *cli, struct desk **desk)
{
    struct branch_host *h = owner;
    enum bm_rc rc = h->held ? BM_OK : branch_open(cli->data, &h->b);
    if (rc) return rc;
    *desk = &h->b.desk;
    deskcmd_fresh(*desk);
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
    if (h->held) deskcmd_fresh(&h->b.desk); /* its texts were the command's */
    else branch_close(&h->b);
}

static enum bm_rc host_seal(void *owner, const char *json, const char *name, const char *birth,
                            struct desk_person *out, struct arena *a)
{
    const struct branch *b = &((struct branch_host *)owner)->b;
    return deskcmd_seal(b->box.public, b->who_key, json, name, birth, out, a);
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
