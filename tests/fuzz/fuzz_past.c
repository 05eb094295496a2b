/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gate that somebody has taken over may ask of the past: questions "NAME\1SCOPE\1ARGUMENT\1ARGUMENT", each ended by \2 ("@0" is the number of the first object), of a small history. It is answered with rows that are JSON, or refused with a
 * sentence; whatever the scope is, what it does not see is in no answer.
 */
#include "../unit/small_model.h"
#include "../unit/temp_dir.h"
#include "base/bug.h"
#include "db/objects.h"
#include "db/past.h"
#include "wire/json_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS_MAX  16
#define ASKED_MAX 16
/* Stands in the texts of what happened to that host alone. */
#define HIDDEN    "zzhidden"

enum { A, HID, A_DISK, OBJECTS };
static const struct small_check checks[] = {{"a", NULL}, {HIDDEN, NULL}, {"a", "disk"}};
static const struct small_told told[] = {{A, "web"}, {A_DISK, "web"}};

struct place {
    char dir[128];
    struct buf snapshot;
    struct model m;
    struct history h;
    struct sql objects;
    struct past_names names;
    uint64_t oid[OBJECTS];
};
static struct place place;

static void over(void)
{
    temp_dir_remove(place.dir);
}

static void events(struct place *p)
{
    uint64_t seq = 0;

    BUG_ON(history_begin(&p->h) != 0);
    BUG_ON(history_watch(&p->h, ++seq, (struct wall){100 * TIME_S}, p->oid, OBJECTS) != 0);
    history_seen(&p->h, (struct wall){100 * TIME_S});
    for (unsigned i = 0; i < 4 * OBJECTS; i++) {
        const struct record_event e = {
            .oid = p->oid[i % OBJECTS],
            .kind = i < 2 * OBJECTS   ? RECORD_EVENT_ALERT
                    : i < 3 * OBJECTS ? RECORD_EVENT_DECISION
                                      : RECORD_EVENT_DOWNTIME_START,
            .state = i % 3,
            .hard = 1,
            .attempt = 1,
            .ref = i,
            .text = i % OBJECTS == HID ? STR(HIDDEN " word") : STR("word"),
        };
        const struct wall at = {(110 + i) * TIME_S};

        BUG_ON(history_add(&p->h, ++seq, at, &e) != 0);
        history_seen(&p->h, at);
    }
    BUG_ON(history_end(&p->h, seq) != 0);
}

static void make(struct place *p)
{
    struct err err = ERR_INIT;
    struct objects o;
    char path[160];
    bool moved;

    temp_dir_make(p->dir, sizeof(p->dir));
    atexit(over);
    small_model_told(checks, OBJECTS, told, ARRAY_LEN(told), &p->snapshot);
    BUG_ON(model_open(&p->m, p->snapshot.data, p->snapshot.len, &err) < 0);
    snprintf(path, sizeof(path), "%s/o.db", p->dir);
    BUG_ON(objects_open(&o, path, 0, (struct wall){1}, &moved, &err) != 0);
    BUG_ON(objects_register(&o, &p->m, (struct wall){1}, p->oid, &err) != 0);
    objects_close(&o);
    BUG_ON(sql_open(&p->objects, path, SQL_READ, &schema_objects, &err) != 0);
    BUG_ON(past_names_refresh(&p->names, &p->objects, &err) != 0);
    snprintf(path, sizeof(path), "%s/h.db", p->dir);
    BUG_ON(history_open(&p->h, path, (struct wall){1}, &moved, &err) != 0);
    events(p);
}

static void piece(void *user, struct str json)
{
    struct str rest = json;
    struct json_value *rows = json_read(&rest, NULL);

    BUG_ON(!rows || rest.n);
    BUG_ON(!*(const bool *)user && memmem(json.p, json.n, HIDDEN, strlen(HIDDEN)));
    json_read_free(rows);
}

static void ask(struct place *p, struct str line)
{
    struct history_args q = {.stmt = str_cut(&line, '\1'), .m = &p->m, .names = &p->names};
    struct str arg[ARGS_MAX];
    char oid[OBJECTS][24];
    struct err err = ERR_INIT;
    bool seen = false;
    int rc;

    for (unsigned i = 0; i < OBJECTS; i++)
        snprintf(oid[i], sizeof(oid[i]), "%" PRIu64, p->oid[i]);
    for (; line.p && q.n < ARGS_MAX; q.n++) {
        arg[q.n] = str_cut(&line, '\1');
        if (arg[q.n].n == 2 && arg[q.n].p[0] == '@' && arg[q.n].p[1] >= '0' && arg[q.n].p[1] < '0' + OBJECTS)
            arg[q.n] = str_of(oid[arg[q.n].p[1] - '0']);
    }
    q.at = arg;
    if (q.n) {
        struct scope s;

        seen =
            scope_parse(&s, arg[0], &p->m, &p->names, NULL) == 0 && scope_sight(&s, p->oid[HID]) != SCOPE_NOT;
        scope_release(&s);
    }
    rc = history_query(&p->h, &q, piece, &seen, &err);
    BUG_ON(rc < 0 && !err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size);

    if (!place.dir[0])
        make(&place);
    for (unsigned i = 0; rest.p && i < ASKED_MAX; i++)
        ask(&place, str_cut(&rest, '\2'));
    return 0;
}
