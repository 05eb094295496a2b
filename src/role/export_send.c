/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch on its way. It goes as one request; what the other side says of it decides:
 *   2xx                      it is there
 *   the content is wrong     (400, 413, 422 and other 4xx) it is halved by time, and each half goes by itself, the older first: so one measurement that the other side will not have (too old,
 *                            out of its order) costs itself only. When many in a row were refused, one is asked about for all that are older. Who refuses all and has taken nothing yet is given an hour
 *   all else                 (no answer, 429, 5xx, and what has to do with the address or with rights: 3xx, 401, 403, 404 ...) it is tried again, later and later, for as long as it takes
 */
#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/rand.h"
#include "role/export_int.h"
#include "wire/press.h"

#include <stdio.h>
#include <string.h>

#define TRY_TIME_MS    30000L
#define PAUSE_US       (1 * TIME_S) /* before another try: twice as long each time, up to */
#define PAUSE_MOST_US  (60 * TIME_S)
#define RETRY_AFTER_US (10 * TIME_MIN) /* more is not waited, whatever the server says */
#define PLACE_US       (5 * TIME_MIN)  /* then, or after a failure, its name is looked up again */
#define REFUSED_SAY_US (10 * TIME_MIN) /* between two lines about what is refused */
#define REFUSED_IN_ROW 256u
#define STEP_PART      8u /* of what fell in a row, so much is the next step */
#define STEP_MOST      64u
#define STRANGER_US    TIME_H /* so long everything waits when all is refused and nothing was taken yet */
#define WHY_SHOWN      300
#define DOUBLINGS      10u

static struct mono now(const struct export_target *t)
{
    return loop_now(t->e->role->loop);
}

/* ---- what comes of a request ---- */

static void send_next(struct export_target *t);

static int64_t pause_us(const struct export_target *t, int64_t retry_after_us)
{
    int64_t pause = MIN(PAUSE_US << MIN(t->tries - 1, DOUBLINGS), PAUSE_MOST_US);
    uint16_t r;

    rand_bytes(&r, sizeof(r)); /* many Vigies are not to come back at one moment */
    pause = pause / 2 + pause / 2 * r / UINT16_MAX;
    return MAX(pause, MIN(retry_after_us, RETRY_AFTER_US));
}

static void try_later(struct export_target *t, int64_t retry_after_us, const char *why)
{
    int64_t pause;

    t->tries++;
    t->count.failures++;
    t->place_until.us = 0;
    pause = pause_us(t, retry_after_us);
    if (!t->why[0])
        log_warn("measurements do not reach %s, and wait in the journal: %s", t->name, why);
    str_copy(t->why, sizeof(t->why), str_of(why));
    export_turn_in(t, pause);
}

static void say_refused(struct export_target *t, const char *why)
{
    if (t->refused_said.us && now(t).us - t->refused_said.us < REFUSED_SAY_US)
        return;
    log_warn("%s refuses measurements, %llu since this was said last: %s", t->name,
             (unsigned long long)(t->count.refused + t->count.sent_before - t->refused_told), why);
    t->refused_told = t->count.refused + t->count.sent_before;
    t->refused_said = now(t);
}

/* What was refused of the batch that ends now. */
static void settle(struct export_target *t)
{
    if (t->maybe)
        t->count.sent_before += t->held; /* most likely it is there */
    else
        t->count.refused += t->held;
    if (t->held && !t->maybe)
        say_refused(t, t->held_why);
    t->held = 0;
}

/* A server that has taken nothing yet, and refuses all, may be the wrong one: not before an hour is anything given up to that. */
static bool is_stranger(struct export_target *t)
{
    if (t->proven || t->maybe || t->held < t->batch.v.n || !t->held)
        return false;
    if (!t->stranger_since.us)
        t->stranger_since = now(t);
    if (now(t).us - t->stranger_since.us < STRANGER_US)
        return true;
    t->proven = true;
    return false;
}

/* The one under way. */
static struct export_piece take_piece(struct export_target *t)
{
    struct export_piece p = VEC_LAST(&t->pieces);

    t->pieces.n--;
    return p;
}

static void add_piece(struct export_target *t, size_t from, size_t to, bool falls)
{
    if (from < to)
        *VEC_ADD(&t->pieces) = (struct export_piece){from, to, falls};
}

static void hold(struct export_target *t, const char *why)
{
    t->held++;
    t->fallen_in_row++;
    str_copy(t->held_why, sizeof(t->held_why), str_of(why));
    if (t->pieces.n && VEC_LAST(&t->pieces).falls) {
        struct export_piece older = take_piece(t);

        t->held += older.to - older.from;
        t->fallen_in_row += older.to - older.from;
    }
}

/*
 * Many in a row were refused: mostly they are too old, and how many more are is not known. To ask about each would take a request each; to give up all because one of them is refused would lose what is young
 * enough. So one goes alone: refused, those before it are as well; taken, they are asked about as usual. The last that is the first of its series overtakes none of its own, which a store may not take afterwards.
 * Where there are few series that is a short step, and a piece would cost a request or two for each: then the step is a share of what fell already, and so much at most is overtaken.
 */
static void look_ahead(struct export_target *t, struct export_piece p)
{
    size_t one = outgoing_last_first(&t->batch, p.from, p.to);

    one = MIN(MAX(one, p.from + MIN(t->fallen_in_row / STEP_PART, STEP_MOST)), p.to - 1);
    add_piece(t, one + 1, p.to, false);
    add_piece(t, p.from, one, true);
    add_piece(t, one, one + 1, false);
}

static void refused(struct export_target *t, const char *why)
{
    struct export_piece p = take_piece(t);
    size_t middle = p.from + (p.to - p.from) / 2;

    t->refused_in_row++;
    if (p.to - p.from == 1) {
        hold(t, why);
    } else if (t->refused_in_row > REFUSED_IN_ROW) {
        look_ahead(t, p);
    } else {
        add_piece(t, middle, p.to, false);
        add_piece(t, p.from, middle, false);
    }
    send_next(t);
}

static void taken(struct export_target *t)
{
    struct export_piece p = take_piece(t);

    t->count.sent += p.to - p.from;
    t->refused_in_row = 0;
    t->fallen_in_row = 0;
    if (t->pieces.n)
        VEC_LAST(&t->pieces).falls = false;
    t->proven = true;
    if (t->why[0])
        log_notice("measurements reach %s again; what waited follows", t->name);
    t->why[0] = '\0';
    t->tries = 0;
    send_next(t);
}

/* Wrong is what is sent, not where it goes to or who sends it. */
static bool is_of_content(long status)
{
    static const int others[] = {401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 426, 429, 451};

    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (status == others[i])
            return false;
    return status >= 400 && status < 500;
}

/* The request came to nothing, and the other side may have taken what was in it: it was cut off, or somebody answered for another. */
static bool may_have_it(CURL *easy, CURLcode code, long status)
{
    curl_off_t sent = 0;

    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return code == CURLE_OK ? status == 500 || status == 502 || status == 504 : sent > 0;
}

/* What the server said, as one line that is fit to be shown. */
static void clean(char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            text[i] = ' ';
    while (n && text[n - 1] == ' ')
        text[--n] = '\0';
}

/* Prometheus' words for what is too late; no other server is known to have a cure for it. */
static const char *advice(const struct export_target *t)
{
    static const char *const late[] = {"out of bounds", "too old sample", "out of order sample"};

    for (size_t i = 0; i < ARRAY_LEN(late); i++)
        if (t->kind == EXPORT_REMOTE_WRITE && strstr(t->answer, late[i]))
            return " (Prometheus takes what is late within its storage.tsdb.out_of_order_time_window)";
    return "";
}

void export_send_done(void *user, CURL *easy, CURLcode code)
{
    struct export_target *t = NULL;
    curl_off_t after = 0;
    char why[sizeof(t->why)];
    long status = 0;

    (void)user;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after);
    curl_multi_remove_handle(t->e->curl.multi, easy);
    t->in_multi = false;
    if (t->e->leaving)
        export_leave(t->e);
    clean(t->answer);
    if (code == CURLE_OK && status >= 200 && status < 300) {
        taken(t);
        return;
    }
    if (code == CURLE_OK)
        snprintf(why, sizeof(why), "it answered %ld%s%s%s", status, t->answer[0] ? ": " : "", t->answer,
                 advice(t));
    else
        snprintf(why, sizeof(why), "%s", t->error[0] ? t->error : curl_easy_strerror(code));
    if (code == CURLE_OK && is_of_content(status)) {
        refused(t, why);
        return;
    }
    t->maybe = t->maybe || may_have_it(easy, code, status);
    try_later(t, (int64_t)after * TIME_S, why);
}

/* ---- a request ---- */

static size_t on_answer(char *p, size_t size, size_t n, void *user)
{
    struct export_target *t = user;
    size_t had = strlen(t->answer);

    str_copy(t->answer + had, sizeof(t->answer) - had, str_make(p, size * n));
    return size * n;
}

static void encode(struct export_target *t)
{
    struct export_piece p = VEC_LAST(&t->pieces);

    buf_clear(&t->body);
    buf_clear(&t->pressed);
    if (t->kind == EXPORT_REMOTE_WRITE) {
        outgoing_remote(&t->batch, p.from, p.to, &t->e->labels, &t->body);
        press_snappy(buf_str(&t->body), &t->pressed);
    } else {
        outgoing_influx(&t->batch, p.from, p.to, &t->e->labels, &t->body);
        press_gzip(buf_str(&t->body), &t->pressed);
    }
}

static void start_transfer(struct export_target *t)
{
    CURL *easy = t->easy;

    t->error[0] = t->answer[0] = '\0';
    curl_easy_reset(easy); /* its connection stays */
    curl_loop_common(&t->e->curl, easy, t->error, TRY_TIME_MS);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_URL, t->url);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, t->place);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    if (t->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, t->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, t->password);
    }
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->pressed.data);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)t->pressed.len);
    curl_multi_add_handle(t->e->curl.multi, easy);
    t->in_multi = true;
}

static void on_resolved(void *user, const union resolve_addr *addr, const char *error)
{
    struct export_target *t = user;
    char host[256], text[64], entry[400];
    unsigned port;

    t->ticket = 0;
    if (t->e->leaving)
        return;
    if (!addr) {
        snprintf(entry, sizeof(entry), "its name cannot be resolved: %s", error);
        try_later(t, 0, entry);
        return;
    }
    BUG_ON(!curl_loop_place(t->url, host, &port));
    resolve_text(addr, text);
    snprintf(entry, sizeof(entry), "%s:%u:%s", host, port, text);
    curl_slist_free_all(t->place);
    t->place = curl_slist_append(NULL, entry);
    t->place_until.us = now(t).us + PLACE_US;
    start_transfer(t);
}

void export_send_again(struct export_target *t)
{
    char host[256];
    unsigned port;

    if (t->ticket || t->in_multi || t->e->leaving)
        return;
    if (!curl_loop_place(t->url, host, &port)) {
        try_later(t, PAUSE_MOST_US, "its address is no URL with a host in it");
        return;
    }
    if (host[0] == '[' || now(t).us < t->place_until.us)
        start_transfer(t);
    else
        t->ticket = resolve_name(t->e->resolve, host, on_resolved, t);
}

static void all_again(struct export_target *t)
{
    t->held = 0; /* what fell in a row goes on over batches */
    VEC_CLEAR(&t->pieces);
    add_piece(t, 0, t->batch.v.n, false);
}

static void send_next(struct export_target *t)
{
    if (!t->pieces.n && is_stranger(t)) {
        char why[sizeof(t->why)];

        snprintf(why, sizeof(why), "it refuses everything, is the address right? %.*s", WHY_SHOWN,
                 t->held_why);
        t->refused_in_row = 0;
        t->fallen_in_row = 0;
        all_again(t);
        encode(t);
        try_later(t, 0, why);
        return;
    }
    if (!t->pieces.n) {
        settle(t);
        t->busy = false;
        t->maybe = false;
        export_send_ended(t);
        return;
    }
    encode(t);
    export_send_again(t);
}

void export_send_begin(struct export_target *t)
{
    outgoing_sort(&t->batch);
    t->busy = true;
    t->maybe = t->done < t->marked;
    if (!t->maybe) {
        t->marked = t->read;
        export_place_write(t);
    }
    all_again(t);
    send_next(t);
}

void export_send_release(struct export_target *t)
{
    loop_timer_cancel(&t->timer);
    if (t->ticket)
        resolve_cancel(t->e->resolve, t->ticket);
    if (t->in_multi)
        curl_multi_remove_handle(t->e->curl.multi, t->easy);
    if (t->easy)
        curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->place);
    curl_slist_free_all(t->headers);
    buf_release(&t->body);
    buf_release(&t->pressed);
    VEC_RELEASE(&t->pieces);
    mem_free(t->url);
    mem_free(t->user);
    mem_free(t->password);
}
