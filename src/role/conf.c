/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf: reads the configuration once, says what is wrong with it, hands the snapshot to the parent, ends. A new one is started for each reload, so the memory of reading
 * is given back whole.
 */
#include "role/role.h"

#include "base/log.h"
#include "base/vec.h"
#include "core/model.h"
#include "os/file.h"
#include "os/mem.h"
#include "role/conf_io.h"
#include "wire/link.h"

#include <string.h>
#include <unistd.h>

#define DIAGS_SHOWN 200u /* the rest is for `vigie check` */

struct self {
    char *main_file, *zone;
    VEC(char *) sets;
};

static void birth(struct role *r)
{
    struct self *s = r->self;

    for (size_t i = 0; i < r->start->options.n; i++) {
        struct str option = r->start->options.at[i], value = option, name = str_cut(&value, '=');

        if (str_eq_c(name, "main_file"))
            s->main_file = str_dup(value);
        else if (str_eq_c(name, "tz"))
            s->zone = str_dup(value);
        else
            *VEC_ADD(&s->sets) = str_dup(option);
    }
}

static void say(struct role *r, enum log_level level, struct str text)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_conf_diag(&b, &(struct msg_conf_diag){.level = level, .text = str_sub(text, 0, 4096)}));
    role_send_parent(r, &b, -1);
    buf_release(&b);
}

static void say_diag(struct role *r, const struct conf *c, const struct conf_diag *d)
{
    struct conf_counts n = conf_count(c);
    struct buf text = BUF_INIT, said = BUF_INIT, b = BUF_INIT;

    conf_diag_text(c, d, &text);
    buf_add_utf8(&said, str_of(d->text));
    msg_must(msg_put_conf_diag(
        &b, &(struct msg_conf_diag){.level = d->severity == CONF_ERROR ? LOG_ERROR : LOG_WARN,
                                    .text = str_sub(buf_str(&text), 0, 4096),
                                    .file = str_of(conf_file_path(c, d->file)),
                                    .line = d->line,
                                    .column = d->column,
                                    .said = str_sub(buf_str(&said), 0, 4096),
                                    .errors = n.errors,
                                    .warnings = n.warnings}));
    role_send_parent(r, &b, -1);
    buf_release(&text);
    buf_release(&said);
    buf_release(&b);
}

/* Errors first: where there is much to say, they are what has to be known. */
static void say_diags(struct role *r, const struct conf *c)
{
    static const enum conf_severity order[] = {CONF_ERROR, CONF_WARNING};
    struct conf_counts n = conf_count(c);
    struct buf b = BUF_INIT;
    size_t shown = 0;

    for (size_t k = 0; k < ARRAY_LEN(order); k++) {
        for (size_t i = 0; i < conf_n_diags(c) && shown < DIAGS_SHOWN; i++) {
            const struct conf_diag *d = conf_diag_at(c, i);

            if (d->severity != order[k])
                continue;
            say_diag(r, c, d);
            shown++;
        }
    }
    if (conf_n_diags(c) > DIAGS_SHOWN) {
        buf_clear(&b);
        buf_printf(&b, "%u errors and %u warnings in all; 'vigie check' shows every one", n.errors,
                   n.warnings);
        say(r, LOG_WARN, buf_str(&b));
    }
    buf_release(&b);
}

static void say_notices(struct role *r, const struct conf *c)
{
    struct buf b = BUF_INIT;

    if (!conf_n_notices(c))
        return;
    buf_add_c(&b, "read, but not yet acted on:");
    for (size_t i = 0; i < conf_n_notices(c) && b.len < 3500; i++) {
        const struct conf_notice *n = conf_notice_at(c, i);

        buf_printf(&b, "%s %s %s (%s:%u%s)", i ? "," : "", n->object, n->directive,
                   conf_file_path(c, n->file), n->line, n->count > 1 ? " ..." : "");
    }
    say(r, LOG_NOTICE, buf_str(&b));
    buf_release(&b);
}

/* The bytes are given back as soon as the segment has them. */
static int segment(const char *name, struct buf *bytes)
{
    struct err err = ERR_INIT;
    int fd, r;

    if (mem_segment(name, bytes->len, &fd, &err) < 0)
        log_fatal("no memory for the snapshot: %s", err.text);
    r = file_write_all(fd, bytes->data, bytes->len);
    if (r < 0)
        log_fatal("no memory for the snapshot: %s", strerror(-r));
    mem_wipe(bytes->data, bytes->len);
    buf_release(bytes);
    if (mem_seal(fd, &err) < 0)
        log_fatal("the snapshot cannot be sealed: %s", err.text);
    return fd;
}

/* Takes c. What reading needed is gone before the others begin to need memory for the new configuration beside the old one. */
static void hand_over(struct role *r, struct conf *c)
{
    struct buf pub = BUF_INIT, secret = BUF_INIT, b = BUF_INIT;
    char hash[HASH_SHA256_HEX];
    size_t public_len, secret_len;
    int fds[2];

    conf_build(c, &pub, &secret);
    conf_free(c);
    mem_trim();
    hash_hex(((const struct model_header *)pub.data)->hash, HASH_SHA256_BYTES, hash);
    public_len = pub.len;
    secret_len = secret.len;
    fds[0] = segment("vigie-snapshot", &pub);
    fds[1] = segment("vigie-secret", &secret);
    msg_must(msg_put_snapshot(
        &b, &(struct msg_snapshot){
                .generation = 1, .hash = str_of(hash), .public_len = public_len, .secret_len = secret_len}));
    link_send(r->control, &b, fds, 2);
    close(fds[0]);
    close(fds[1]);
    buf_release(&b);
}

/* All of it happens here, before the sandbox closes: nothing of it comes from a network or a user of Vigie. */
static void open_and_compile(struct role *r)
{
    struct self *s = r->self;
    struct conf_io io = conf_io_files();
    struct conf_request rq = {.main_path = s->main_file, .zone = s->zone};
    VEC(struct str) sets = {0};
    struct conf *c;

    if (!s->main_file)
        log_fatal("no main file was named");
    for (size_t i = 0; i < s->sets.n; i++)
        *VEC_ADD(&sets) = str_of(s->sets.at[i]);
    rq.sets = sets.at;
    rq.n_sets = sets.n;
    rq.native = conf_io_is_native(s->main_file);
    c = conf_load(&io, &rq);
    say_diags(r, c);
    if (conf_ok(c)) {
        say_notices(r, c);
        hand_over(r, c);
    } else {
        conf_free(c);
    }
    VEC_RELEASE(&sets);
}

static void serve(struct role *r)
{
    struct self *s = r->self;

    for (size_t i = 0; i < s->sets.n; i++)
        mem_free(s->sets.at[i]);
    VEC_RELEASE(&s->sets);
    mem_free(s->main_file);
    mem_free(s->zone);
    s->main_file = s->zone = NULL;
    role_done(r);
}

const struct role_ops role_conf = {
    .id = ROLE_CONF,
    .self_size = sizeof(struct self),
    .birth = birth,
    .open = open_and_compile,
    .serve = serve,
};
