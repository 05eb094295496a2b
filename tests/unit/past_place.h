/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A history of a test's own, and questions to it. For files that have included cmocka and stdio. */
#include "base/log.h"
#include "db/objects.h"
#include "db/past.h"
#include "temp_dir.h"
#include "wire/json_read.h"

static const int64_t begin_s = 1767268800;

struct place {
    char dir[128], path[160], names[160];
};

static void place_make(struct place *p)
{
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
    snprintf(p->names, sizeof(p->names), "%s/o.db", p->dir);
}

static void open_new(struct history *h, const struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    if (history_open(h, p->path, (struct wall){begin_s * TIME_S}, &moved, &err) < 0)
        fail_msg("%s", err.text);
}

static void gather(void *user, struct str json)
{
    buf_add_str(user, json);
}

/* Asks with arguments in one line, '|' between them. The answer as one value; free it. */
static struct json_value *ask(struct history *h, struct sql *names, const char *stmt, const char *line)
{
    struct str rest = str_of(line), args[16];
    struct past_names known = {.version = 0};
    struct history_args q = {.stmt = str_of(stmt), .at = args, .names = &known};
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    struct json_value *v;
    int r;

    while (rest.p)
        args[q.n++] = str_cut(&rest, '|');
    assert_int_equal(names ? past_names_refresh(&known, names, &err) : 0, 0);
    r = history_query(h, &q, gather, &out, &err);
    rest = buf_str(&out);
    v = r < 0 ? NULL : json_read(&rest, &err);
    assert_true(r < 0 || (v && !rest.n));
    past_names_release(&known);
    buf_release(&out);
    return v;
}
