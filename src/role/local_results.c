/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result files: the parent opened one, and it is read here, where nothing can be opened. Each result goes to the engine under its number in the file; the engine's answer says that it is on
 * disk, and when all are the parent takes the file away and gives the next one. What was killed in between does no harm: the file is given, or its results are sent, once more, and the engine
 * knows which of them it had.
 */
#include "role/local_int.h"

#include "base/limits.h"
#include "core/handed.h"
#include "core/record.h"
#include "core/resultfile.h"
#include "os/clock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define WINDOW       64u          /* results on their way to the engine */
#define ASK_AGAIN_US (2 * TIME_S) /* an engine that is still loading gives no answer */

static void go_on(struct role *r);

/* From its begin, whatever a local before us had read of it. */
static bool read_file(struct local_results *x, int fd)
{
    char piece[16 * 1024];
    ssize_t n = 1;

    while (n > 0 && x->text.len <= RESULTFILE_BYTES) {
        n = pread(fd, piece, sizeof(piece), (off_t)x->text.len);
        if (n > 0)
            buf_add(&x->text, piece, (size_t)n);
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    return n == 0;
}

static void begin(struct local_results *x)
{
    resultfile_release(&x->reader);
    resultfile_init(&x->reader, buf_str(&x->text));
    x->sent = 0;
    x->ended = false;
}

static void over(struct role *r, bool old)
{
    struct local *self = r->self;
    struct local_results *x = &self->results;
    struct buf b = BUF_INIT;

    loop_timer_cancel(&x->again);
    msg_must(msg_put_handed_read(&b, &(struct msg_handed_read){.file = str_of(x->file), .old = old}));
    x->file[0] = '\0';
    role_send_parent(r, &b, -1);
    buf_release(&b);
}

static int send_one(struct local_results *x, struct peer *engine, const struct resultfile_one *one,
                    struct str refused)
{
    struct buf b = BUF_INIT;
    int r = msg_put_handed(&b, &(struct msg_handed){.id = HANDED_ID_OF(x->files) | (x->sent + 1),
                                                    .file = str_of(x->file),
                                                    .line = one->line,
                                                    .host = one->host,
                                                    .service = one->service,
                                                    .passive = !one->active,
                                                    .how = one->timed_out ? RECORD_HOW_TIMEOUT
                                                           : one->unclean ? RECORD_HOW_SIGNAL
                                                                          : RECORD_HOW_EXIT,
                                                    .code = one->code,
                                                    .started_us = one->started_us,
                                                    .lasted_us = one->lasted_us,
                                                    .latency_us = one->latency_us,
                                                    .output = str_sub(one->output, 0, LIMIT_OUTPUT_TOTAL),
                                                    .refused = refused});

    if (r == 0)
        r = role_send(engine, &b, -1);
    buf_release(&b);
    return r;
}

/* Reads the next result and sends it. False: there is none, or the engine takes no more now. */
static bool next(struct local_results *x, struct peer *engine)
{
    struct resultfile before = x->reader;
    struct resultfile_one one;
    struct err err = ERR_INIT;
    int r = resultfile_next(&x->reader, &one, &err);

    x->ended = r == 0;
    if (r == 0)
        return false;
    if (r < 0)
        one.host = one.service = one.output = STR_NULL;
    if (x->sent + 1 > x->had && send_one(x, engine, &one, r < 0 ? str_of(err.text) : STR_NULL) < 0) {
        x->reader.rest = before.rest; /* the same one again */
        x->reader.line = before.line;
        return false;
    }
    x->sent++;
    return true;
}

static void ask_again(void *user)
{
    struct role *r = user;
    struct local_results *x = &((struct local *)r->self)->results;

    if (x->mark == x->had)
        begin(x);
    go_on(r);
}

static void go_on(struct role *r)
{
    struct local *self = r->self;
    struct local_results *x = &self->results;
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);

    while (x->file[0] && engine && x->sent < x->had + WINDOW && next(x, engine))
        ;
    if (!x->file[0])
        return;
    if (x->ended && x->sent <= x->had) {
        over(r, false);
        return;
    }
    x->mark = x->had;
    loop_timer_set(r->loop, &x->again, (struct mono){loop_now(r->loop).us + ASK_AGAIN_US}, ask_again, r);
}

/* What its head says is read before any of its results is sent: an old file is none at all. */
static bool is_old(struct local_results *x, int64_t most_s)
{
    struct resultfile_one one;
    struct err err = ERR_INIT;
    int64_t written_s;

    resultfile_next(&x->reader, &one, &err);
    written_s = x->reader.written_s;
    begin(x);
    return most_s && written_s && written_s < time_wall_s(clock_wall()) - most_s;
}

void local_results_file(struct role *r, struct str file, int fd)
{
    struct str age = str_cut(&file, ' ');
    struct local *self = r->self;
    struct local_results *x = &self->results;
    int64_t most_s = 0;
    bool whole;

    str_to_i64(age, &most_s);
    buf_clear(&x->text);
    str_copy(x->file, sizeof(x->file), file);
    x->files++;
    x->had = 0;
    whole = read_file(x, fd);
    close(fd);
    if (!whole) /* the parent looked at its size: it grew, or cannot be read */
        buf_clear(&x->text);
    begin(x);
    if (is_old(x, most_s))
        over(r, true);
    else
        go_on(r);
}

void local_results_engine(struct role *r)
{
    struct local_results *x = &((struct local *)r->self)->results;

    if (!x->file[0])
        return;
    begin(x);
    go_on(r);
}

void local_results_had(struct role *r, uint64_t id)
{
    struct local_results *x = &((struct local *)r->self)->results;

    if (!x->file[0] || id - HANDED_NUMBER(id) != HANDED_ID_OF(x->files))
        return;
    x->had = MAX(x->had, MIN(HANDED_NUMBER(id), x->sent));
    go_on(r);
}

void local_results_end(struct role *r)
{
    struct local_results *x = &((struct local *)r->self)->results;

    loop_timer_cancel(&x->again);
    resultfile_release(&x->reader);
    buf_release(&x->text);
}
