/* SPDX-License-Identifier: Apache-2.0 */
#include "role/web_tls.h"

#include "base/address.h"
#include "base/log.h"
#include "os/clock.h"

#include <string.h>

#define OWN_DAYS   365u /* Vigie's own is valid so long, and renewed when two thirds of it are over */
#define DAY_S      INT64_C(86400)
#define WARN_S     (14 * DAY_S) /* one that somebody else makes: its end is said so long before */
#define NAMES_MOST 32u
#define NAME_MOST  253u /* bytes of a host name */

/* ---- Vigie's own ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '-' || c == ':'))
            return false;
    }
    return s.n > 0 && s.n <= NAME_MOST;
}

static void add_name(struct str names[NAMES_MOST], size_t *n, struct str name)
{
    for (size_t i = 0; i < *n; i++)
        if (str_ieq(names[i], name))
            return;
    if (is_name(name) && *n < NAMES_MOST)
        names[(*n)++] = name;
}

/* What stands in the address line of who opens the page. */
static size_t page_names(const struct role *r, struct str names[NAMES_MOST])
{
    struct str hosts = str_of(role_option(r, "vigie_http_host", "")),
               at = str_of(role_option(r, "vigie_http_listen", LISTENING_PAGE_AT));
    struct address a;
    size_t n = 0, colon = at.n;

    while (hosts.p)
        add_name(names, &n, str_trim(str_cut(&hosts, ',')));
    while (colon && at.p[colon - 1] != ':')
        colon--;
    at = str_sub(at, 0, colon ? colon - 1 : 0);
    if (str_starts(at, STR("[")) && str_ends(at, STR("]")))
        at = str_sub(at, 1, at.n - 2);
    if (address_parse(at, &a) && !address_is_any(&a))
        add_name(names, &n, at);
    add_name(names, &n, STR("localhost"));
    add_name(names, &n, STR("127.0.0.1"));
    add_name(names, &n, STR("::1"));
    return n;
}

static bool is_worn(const struct tls_about *about)
{
    int64_t now = clock_wall().us / TIME_S;

    return now < about->since || now - about->since > (about->until - about->since) / 3 * 2;
}

static bool fits(struct str pem, const struct str *names, size_t n)
{
    struct err err = ERR_INIT;
    struct tls_context *c =
        pem.n ? role_tls->context_new(&(struct tls_files){.cert = pem, .key = pem}, &err) : NULL;
    struct tls_about about = {.until = 0};
    bool good = c != NULL;

    if (c)
        role_tls->about(c, &about);
    else if (pem.n)
        log_warn("the page's own certificate in the state folder is damaged (%s): another one is made",
                 err.text);
    good = good && !is_worn(&about);
    for (size_t i = 0; good && i < n; i++)
        good = role_tls->covers(c, names[i]);
    if (c)
        role_tls->context_free(c);
    return good;
}

/* ---- what is in force ---- */

/* pem: to be kept; else empty. */
static void tell(struct web_tls *t, struct str pem)
{
    struct tls_about about;
    struct buf b = BUF_INIT;

    role_tls->about(t->take.context, &about);
    msg_must(msg_put_page_tls(
        &b, &(struct msg_page_tls){
                .print = str_of(about.print), .until = about.until, .own = t->own, .pem = pem}));
    role_send_parent(t->role, &b, -1);
    tls_take_wipe(&b);
    buf_release(&b);
}

static void renew(struct web_tls *t, struct str pem)
{
    size_t closed;

    if (!tls_take_renew(&t->take))
        return;
    tell(t, pem);
    closed = t->http ? http_renew(t->http, t->take.context) : 0;
    if (closed)
        log_warn("the page: the certificates of clients do not count any more for %zu connections, which "
                 "were closed",
                 closed);
}

static void use_own(struct web_tls *t, struct buf *pem)
{
    struct str names[NAMES_MOST];
    size_t n = page_names(t->role, names);
    struct err err = ERR_INIT;
    bool made = false;

    if (!fits(buf_str(pem), names, n)) {
        tls_take_wipe(pem);
        if (role_tls->make(names, n, OWN_DAYS, pem, &err) < 0) {
            log_error("vigie_http_listen: %s", err.text);
            tls_take_wipe(pem);
        }
        made = pem->len > 0;
    }
    t->own = true;
    for (enum listening_file i = 0; i < LISTENING_FILES; i++) {
        if (i != LISTENING_CERT && i != LISTENING_KEY)
            continue;
        buf_clear(&t->take.file[i]);
        buf_add_str(&t->take.file[i], buf_str(pem));
    }
    renew(t, made ? buf_str(pem) : STR_NULL);
    tls_take_wipe(&t->take.file[LISTENING_CERT]);
    tls_take_wipe(pem);
    buf_release(pem);
}

bool web_tls_fd(struct web_tls *t, struct str purpose, int fd)
{
    struct buf pem = BUF_INIT;
    bool last;

    if (str_eq_c(purpose, "web-tls-own")) {
        tls_take_read(&pem, fd, "the page's own certificate");
        use_own(t, &pem);
        return true;
    }
    if (!tls_take_fd(&t->take, "web-tls-", purpose, fd, &last))
        return false;
    if (last) {
        t->own = false;
        renew(t, STR_NULL);
    }
    return true;
}

/* ---- life ---- */

static void look(void *user)
{
    struct web_tls *t = user;
    struct loop *l = t->role->loop;
    struct buf none = BUF_INIT;
    struct tls_about about;
    int64_t left_s;

    role_tls->about(t->take.context, &about);
    left_s = about.until - clock_wall().us / TIME_S;
    if (t->own && is_worn(&about))
        use_own(t, &none);
    else if (left_s < 0)
        log_error("the certificate of the page is over: browsers refuse it; renew it and reload");
    else if (!t->own && left_s < WARN_S)
        log_warn("the certificate of the page ends in %lld days: renew it and reload",
                 (long long)(left_s / DAY_S));
    loop_timer_set(l, &t->daily, (struct mono){loop_now(l).us + DAY_S * TIME_S}, look, t);
}

void web_tls_init(struct web_tls *t, struct role *r)
{
    *t = (struct web_tls){.role = r};
    tls_take_init(&t->take, LISTENING_PAGE);
    t->take.old = strcmp(role_option(r, "vigie_tls_min", "1.3"), "1.2") == 0;
}

void web_tls_serve(struct web_tls *t, struct http_server *http)
{
    t->http = http;
    if (t->take.context)
        look(t);
}

void web_tls_release(struct web_tls *t)
{
    loop_timer_cancel(&t->daily);
    tls_take_release(&t->take);
}
