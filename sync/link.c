/* sync/link.c -- see link.h */
#include "sync/link.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/env.h"

enum { HOST_MAX = 256, PIN_HASH_CHARS = 44 };

/* X.509 verdicts of OpenSSL, as CURLINFO_SSL_VERIFYRESULT gives them. */
enum { CERT_UNSAID = 1, CERT_NOT_YET_VALID = 9, CERT_EXPIRED = 10 };

struct link {
    CURL *curl;
    struct link_options options; /* numbers filled in; its texts are not kept but in curl */
    char base[LINK_URL_MAX];     /* without a slash at the end */
    char host[HOST_MAX];         /* for messages */
    char curl_text[CURL_ERROR_SIZE];
    bool head_seen;          /* the reply has begun */
    bool head_ended;         /* its headers came to their end */
    bool dropped;            /* a made failure threw the reply away */
    bool has_spoken;         /* an exchange went well before: the host is right */
    enum bm_rc rc;           /* what a callback of ours ran into */
    struct buf *reply;       /* of a post; else NULL */
    struct link_file *file;  /* of a get; else NULL */
    bool file_begun;         /* the status has been looked at, size_bytes is where to write */
};

/* --- where to --------------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static bool has_part(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static enum bm_rc judge_url(struct link *link, CURLU *u, const char *scheme, const char *host)
{
    if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD) ||
        has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT))
        return err_set(BM_EUSAGE, "the branch's address must not hold a user, '?' or '#'");
    if (!str_copy(link->host, sizeof link->host, host))
        return err_set(BM_EUSAGE, "the host name of the branch's address is too long");
    if (strcmp(scheme, "https") == 0) return BM_OK;
    if (strcmp(scheme, "http") != 0)
        return err_set(BM_EUSAGE, "the branch's address must begin with https://");
    if (is_loopback(host)) return BM_OK;
    return err_set(BM_EUSAGE, "plain http:// would show patrons' data to everybody on the way "
                   "to %s; use https://", host);
}

static enum bm_rc take_url(struct link *link, const char *url)
{
    char *scheme = NULL, *host = NULL, *whole = NULL;
    enum bm_rc rc = BM_ENOMEM;
    CURLU *u = curl_url();
    if (!u) return err_set(BM_ENOMEM, "out of memory (address)");
    CURLUcode e = curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    if (!e) e = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
    if (!e) e = curl_url_get(u, CURLUPART_HOST, &host, 0);
    if (!e) e = curl_url_get(u, CURLUPART_URL, &whole, 0);
    if (e) rc = err_set(BM_EUSAGE, "the branch's address is not of the form https://host:port");
    else rc = judge_url(link, u, scheme, host);
    if (!rc && !str_copy(link->base, sizeof link->base, whole))
        rc = err_set(BM_EUSAGE, "the branch's address is too long");
    for (size_t n = strlen(link->base); n && link->base[n - 1] == '/'; n--)
        link->base[n - 1] = '\0';
    curl_free(scheme);
    curl_free(host);
    curl_free(whole);
    curl_url_cleanup(u);
    return rc;
}

/* --- what came back ---------------------------------------------------------------------- */

const char *link_reply_header(struct link *link, const char *name)
{
    struct curl_header *h;
    bm_assert(link && name);
    return curl_easy_header(link->curl, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value
                                                                                  : NULL;
}

static int reply_status(const struct link *link)
{
    long status = 0;
    curl_easy_getinfo(link->curl, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

/* With the first line of the reply the request is known to have been sent in full. */
static size_t on_header(char *data, size_t one, size_t len, void *ctx)
{
    struct link *link = ctx;
    (void)one;
    link->head_ended = len <= 2 && data[0] != 'H'; /* the empty line */
    if (link->head_seen) return len;
    link->head_seen = true;
    if (env_tick("link.sent") == BM_OK) return len;
    link->dropped = true;
    return len + 1; /* anything but len stops the transfer */
}

static enum bm_rc file_fault(void)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return err_set(BM_EFULL, "no room for the download; free some space and try again");
    return err_set(BM_EIO, "cannot write the download: %s", strerror(errno));
}

/* Decide by the status where the body goes, before its first byte is written. */
static enum bm_rc begin_file(struct link *link)
{
    struct link_file *f = link->file;
    curl_off_t coming = -1;
    link->file_begun = true;
    f->status = reply_status(link);
    if (f->status == 200) {
        if (ftruncate(f->fd, 0) != 0) return file_fault();
        f->size_bytes = 0;
    } else if (f->status == 206) {
        const char *range = link_reply_header(link, "Content-Range");
        if (!range || strncasecmp(range, "bytes ", 6) != 0 ||
            strtoll(range + 6, NULL, 10) != f->offset_bytes || range[6] == '-')
            return err_set(BM_EINPUT, "%s sent another part of the file than was asked for; "
                           "fetch it from the start", link->host);
        if (ftruncate(f->fd, f->offset_bytes) != 0) return file_fault();
    } else {
        return BM_OK;
    }
    curl_easy_getinfo(link->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &coming);
    if (coming > f->bytes_max - f->size_bytes)
        return err_set(BM_ELIMIT, "the file is larger than the %" PRId64 " bytes allowed",
                       f->bytes_max);
    return BM_OK;
}

static enum bm_rc write_file(struct link *link, const char *data, size_t len)
{
    struct link_file *f = link->file;
    enum bm_rc rc = link->file_begun ? BM_OK : begin_file(link);
    if (rc || (f->status != 200 && f->status != 206)) return rc; /* an error page: let go */
    if ((int64_t)len > f->bytes_max - f->size_bytes)
        return err_set(BM_ELIMIT, "the file is larger than the %" PRId64 " bytes allowed",
                       f->bytes_max);
    while (len) {
        ssize_t n = pwrite(f->fd, data, len, f->size_bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return file_fault();
        f->size_bytes += n;
        data += n;
        len -= (size_t)n;
    }
    return BM_OK;
}

static size_t on_body(char *data, size_t one, size_t len, void *ctx)
{
    struct link *link = ctx;
    (void)one;
    if (link->reply) {
        buf_put(link->reply, data, len);
        link->rc = buf_rc(link->reply);
        if (link->rc == BM_ELIMIT)
            err_set(BM_ELIMIT, "the reply of %s is larger than allowed", link->host);
    } else {
        link->rc = write_file(link, data, len);
    }
    return link->rc ? len + 1 : len;
}

static int on_progress(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    struct link *link = ctx;
    int64_t before = link->file ? link->file->offset_bytes : 0;
    int64_t total = down_total + up_total;
    if (!link->options.progress) return 0;
    return !link->options.progress(link->options.progress_ctx, before + down + up,
                                   total ? before + total : 0);
}

/* --- what went wrong --------------------------------------------------------------------- */

static enum bm_rc trust_fault(const struct link *link)
{
    long verdict = 0;
    curl_easy_getinfo(link->curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (verdict == CERT_EXPIRED || verdict == CERT_NOT_YET_VALID)
        return err_set(BM_ENET, "the certificate of %s is %s; look at this machine's date, "
                       "then renew the certificate at the branch", link->host,
                       verdict == CERT_EXPIRED ? "expired" : "not valid yet");
    if (verdict > CERT_UNSAID)
        return err_set(BM_ENET, "the certificate of %s is not trusted: it is not signed by the "
                                "branch's CA; compare the CA file, or somebody is in between",
                       link->host);
    return err_set(BM_ENET, "the certificate is not for the host name %s; use the name that "
                   "the certificate was made for", link->host);
}

static enum bm_rc connect_fault(const struct link *link)
{
    long os_errno = 0;
    curl_easy_getinfo(link->curl, CURLINFO_OS_ERRNO, &os_errno);
    if (os_errno == ECONNREFUSED)
        return err_set(BM_ENET, "%s refused the connection; is the branch's server running, "
                       "and is the port right?", link->host);
    return err_set(BM_ENET, "cannot connect to %s (%s); look at the network", link->host,
                   os_errno ? strerror((int)os_errno) : "no answer");
}

static enum bm_rc time_fault(const struct link *link)
{
    curl_off_t connected_us = 0;
    curl_easy_getinfo(link->curl, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (!connected_us)
        return err_set(BM_ENET, "connecting to %s timed out after %u s; look at the network",
                       link->host, link->options.connect_s_max);
    return err_set(BM_ENET, "the exchange with %s timed out; try again where the signal is "
                   "better", link->host);
}

static enum bm_rc cut_fault(const struct link *link)
{
    return err_set(BM_ENET, "the connection to %s was cut in the middle; try again, nothing is "
                            "lost or done twice", link->host);
}

static enum bm_rc fault_of(const struct link *link, CURLcode e)
{
    if (link->dropped) return cut_fault(link);
    if (link->rc) return link->rc; /* said already */
    /* A kept connection that breaks is tried once more by curl; what the second try says misleads. */
    if (link->has_spoken && (e == CURLE_COULDNT_CONNECT || e == CURLE_SSL_CONNECT_ERROR))
        return cut_fault(link);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum" /* a hundred codes, few of which say more */
    switch (e) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_set(BM_ENET, "cannot find %s: the name is not known here; look at the "
                       "network, then at the spelling", link->host);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return err_set(BM_ENET, "cannot find the proxy; look at the variable https_proxy");
    case CURLE_COULDNT_CONNECT: return connect_fault(link);
    case CURLE_OPERATION_TIMEDOUT: return time_fault(link);
    case CURLE_PEER_FAILED_VERIFICATION: return trust_fault(link);
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return err_set(BM_ENET, "the key of %s is not the one pinned; ask the branch whether "
                       "it was changed, or somebody is in between", link->host);
    case CURLE_SSL_CACERT_BADFILE:
        return err_set(BM_ENET, "the CA file holds no certificate; fetch it again");
    case CURLE_SSL_CONNECT_ERROR:
        return err_set(BM_ENET, "no TLS 1.3 with %s (%s); is it the branch's port?", link->host,
                       link->curl_text);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return cut_fault(link);
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(BM_ENET, "stopped before the exchange with %s was done", link->host);
    case CURLE_OUT_OF_MEMORY: return err_set(BM_ENOMEM, "out of memory (link)");
    default:
        return err_set(BM_ENET, "no sensible answer from %s (%s); is it the branch's address?",
                       link->host,
                       link->curl_text[0] ? link->curl_text : curl_easy_strerror(e));
    }
#pragma GCC diagnostic pop
}

/* curl takes the end of the connection for the end of the headers, and of a body without a
 * length: a cut there would look like success. */
static bool is_whole(struct link *link)
{
    int status = reply_status(link);
    if (!link->head_ended) return false;
    if (status < 200 || status > 299 || status == 204) return true;
    return link_reply_header(link, "Content-Length") ||
           link_reply_header(link, "Transfer-Encoding");
}

/* --- a request ---------------------------------------------------------------------------- */

static bool add_header(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (longer) *list = longer;
    return longer != NULL;
}

static enum bm_rc make_headers(struct curl_slist **list, const char *content_type,
                               const char *const *headers)
{
    char text[LINK_PATH_MAX];
    bool ok = add_header(list, "Expect:"); /* no round trip before a body */
    if (content_type) {
        snprintf(text, sizeof text, "Content-Type: %s", content_type);
        ok = ok && add_header(list, text);
    }
    for (size_t i = 0; headers && headers[i]; i++) {
        if (i == LINK_HEADERS_MAX || strpbrk(headers[i], "\r\n") || !strchr(headers[i], ':'))
            return err_set(BM_EUSAGE, "a request header that cannot be sent");
        ok = ok && add_header(list, headers[i]);
    }
    return ok ? BM_OK : err_set(BM_ENOMEM, "out of memory (headers)");
}

/* curl's own default of a setting is never relied on where it matters: say all that decides. */
static enum bm_rc perform(struct link *link, const char *path, const char *content_type,
                          const char *const *headers, unsigned total_s)
{
    struct curl_slist *list = NULL;
    char url[LINK_URL_MAX + LINK_PATH_MAX];
    link->head_seen = link->head_ended = link->dropped = false;
    link->rc = BM_OK;
    link->curl_text[0] = '\0';
    if (path[0] != '/' || strlen(path) >= LINK_PATH_MAX || strpbrk(path, " \r\n#"))
        return err_set(BM_EUSAGE, "a request path that cannot be sent");
    snprintf(url, sizeof url, "%s%s", link->base, path);
    enum bm_rc rc = make_headers(&list, content_type, headers);
    if (rc) goto done;
    if (curl_easy_setopt(link->curl, CURLOPT_URL, url) ||
        curl_easy_setopt(link->curl, CURLOPT_HTTPHEADER, list) ||
        curl_easy_setopt(link->curl, CURLOPT_TIMEOUT, (long)total_s)) {
        rc = err_set(BM_ENOMEM, "out of memory (request)");
        goto done;
    }
    CURLcode e = curl_easy_perform(link->curl);
    if (e) rc = fault_of(link, e);
    else if (!is_whole(link)) rc = cut_fault(link);
    else if (env_tick("link.reply")) rc = cut_fault(link);
    else link->has_spoken = true;
done:
    curl_easy_setopt(link->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(list);
    return rc;
}

enum bm_rc link_post(struct link *link, const char *path, const char *content_type,
                     const char *const *headers, const void *body, size_t len,
                     struct buf *reply, int *status)
{
    bm_assert(link && path && reply && status && (body || !len));
    *status = 0;
    size_t max = reply->max;
    if (!max) reply->max = LINK_REPLY_MAX;
    buf_clear(reply);
    link->reply = reply;
    curl_easy_setopt(link->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(link->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(link->curl, CURLOPT_POSTFIELDS, len ? body : "");
    enum bm_rc rc = perform(link, path, content_type, headers, link->options.post_s_max);
    curl_easy_setopt(link->curl, CURLOPT_POSTFIELDS, NULL);
    link->reply = NULL;
    if (!rc) *status = reply_status(link);
    else buf_clear(reply);
    reply->max = max;
    return rc;
}

enum bm_rc link_get_to_file(struct link *link, const char *path, const char *const *headers,
                            struct link_file *file)
{
    char range[32];
    bm_assert(link && path && file && file->fd >= 0);
    bm_assert(file->offset_bytes >= 0 && file->bytes_max >= file->offset_bytes);
    file->status = 0;
    file->size_bytes = file->offset_bytes;
    link->file = file;
    link->file_begun = false;
    snprintf(range, sizeof range, "%" PRId64 "-", file->offset_bytes);
    curl_easy_setopt(link->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(link->curl, CURLOPT_RANGE, file->offset_bytes ? range : NULL);
    enum bm_rc rc = perform(link, path, NULL, headers, link->options.get_s_max);
    if (!rc && !link->file_begun) rc = begin_file(link); /* a body of no bytes */
    curl_easy_setopt(link->curl, CURLOPT_RANGE, NULL);
    link->file = NULL;
    return rc;
}

/* --- opening ------------------------------------------------------------------------------ */

static CURLcode start_result = CURLE_FAILED_INIT; /* written once, by start_curl */

static void start_curl(void)
{
    start_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* curl takes whatever does not look like a hash for a file's name: so look first. */
static bool is_pin(const char *pin)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (strncmp(pin, "sha256//", 8) != 0) return false;
    pin += 8;
    return strlen(pin) == PIN_HASH_CHARS && strspn(pin, digits) == PIN_HASH_CHARS - 1 &&
           pin[PIN_HASH_CHARS - 1] == '=';
}

/* ret: false if curl refuses a setting, which must then not be gone on without */
static bool set_trust(struct link *link, const struct link_options *o)
{
    CURL *c = link->curl;
    bool by_pin_alone = o->pinned && !o->ca_file; /* the key itself is the trust */
    bool ok = !curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
    ok = ok && !curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    ok = ok && !curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, by_pin_alone ? 0L : 1L);
    if (o->pinned) ok = ok && !curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, o->pinned);
    if (o->ca_file) {
        ok = ok && !curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file);
        ok = ok && !curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* this CA and no other */
    }
    bool plain = strncmp(link->base, "http:", 5) == 0;
    ok = ok && !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    ok = ok && !curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    if (is_loopback(link->host)) ok = ok && !curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    return ok;
}

static bool set_manners(struct link *link)
{
    CURL *c = link->curl;
    const struct link_options *o = &link->options;
    bool ok = !curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    ok = ok && !curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's */
    ok = ok && !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    ok = ok && !curl_easy_setopt(c, CURLOPT_USERAGENT, "bookmobile");
    ok = ok && !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)o->connect_s_max);
    ok = ok && !curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)LINK_STALL_BYTES);
    ok = ok && !curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)o->stall_s_max);
    ok = ok && !curl_easy_setopt(c, CURLOPT_ERRORBUFFER, link->curl_text);
    ok = ok && !curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    ok = ok && !curl_easy_setopt(c, CURLOPT_HEADERDATA, link);
    ok = ok && !curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    ok = ok && !curl_easy_setopt(c, CURLOPT_WRITEDATA, link);
    ok = ok && !curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    ok = ok && !curl_easy_setopt(c, CURLOPT_XFERINFODATA, link);
    return ok && !curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
}

static void take_numbers(struct link *link, const struct link_options *from)
{
    struct link_options *o = &link->options;
    *o = *from;
    o->url = o->ca_file = o->pinned = NULL; /* the caller's; may go */
    if (!o->connect_s_max) o->connect_s_max = LINK_CONNECT_S_MAX;
    if (!o->stall_s_max) o->stall_s_max = LINK_STALL_S_MAX;
    if (!o->post_s_max) o->post_s_max = LINK_POST_S_MAX;
    if (!o->get_s_max) o->get_s_max = LINK_GET_S_MAX;
}

enum bm_rc link_open(const struct link_options *options, struct link **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bm_assert(options && options->url && out);
    *out = NULL;
    pthread_once(&once, start_curl);
    if (start_result) return err_set(BM_EINTERNAL, "libcurl does not start; reinstall it");
    if (options->pinned && !is_pin(options->pinned))
        return err_set(BM_EUSAGE, "a pinned key is sha256// and 44 characters of base64");
    if (options->ca_file && access(options->ca_file, R_OK) != 0)
        return err_set(BM_ENOTFOUND, "cannot read the CA file %s: %s; fetch it from the branch",
                       options->ca_file, strerror(errno));
    struct link *link = calloc(1, sizeof *link);
    if (!link) return err_set(BM_ENOMEM, "out of memory (link)");
    take_numbers(link, options);

    enum bm_rc rc = take_url(link, options->url);
    if (rc) goto done;
    link->curl = curl_easy_init();
    if (!link->curl || !set_trust(link, options) || !set_manners(link))
        rc = err_set(BM_EINTERNAL, "libcurl lacks a setting this program needs");
done:
    if (rc) link_close(link);
    else *out = link;
    return rc;
}

void link_close(struct link *link)
{
    if (!link) return;
    curl_easy_cleanup(link->curl);
    free(link);
}
