/* SPDX-License-Identifier: Apache-2.0 */
#include "role/reader_look.h"

#include "base/log.h"
#include "os/clock.h"
#include "role/role.h"
#include "wire/link.h"

#include <stdio.h>
#include <sys/stat.h>

#define SOON_US  (5 * TIME_S) /* what begins at the start has the machine for itself first */
#define TURN_US  (5 * TIME_MS)
#define PART     20     /* of the time */
#define AGAIN_US TIME_S /* when the file is another one now or locked, or gate is not there */

static const struct sql_schema *const schemas[DAMAGE_DATABASES] = {
    [DAMAGE_HISTORY] = &schema_history,
    [DAMAGE_OBJECTS] = &schema_objects,
    [DAMAGE_STATES] = &schema_state,
    [DAMAGE_BOUNDS] = &schema_bounds,
};

static void on_look(void *user);

static void plan(struct reader_look *l, int64_t in_us)
{
    loop_timer_set(l->role->loop, &l->timer, (struct mono){clock_mono().us + in_us}, on_look, l);
}

static const char *path_of(const struct reader_look *l, char *out, size_t n)
{
    snprintf(out, n, "%s/%s.db", l->folder, schemas[l->kind]->name);
    return out;
}

static uint64_t inode_now(const struct reader_look *l)
{
    char path[sizeof(l->folder) + 32];
    struct stat st;

    return stat(path_of(l, path, sizeof(path)), &st) == 0 ? st.st_ino : 0;
}

static void close_one(struct reader_look *l)
{
    sql_walk_end(&l->walk);
    sql_close(&l->sql);
}

static int open_one(struct reader_look *l)
{
    char path[sizeof(l->folder) + 32];
    struct err err = ERR_INIT;
    int r;

    l->inode = inode_now(l);
    r = sql_open(&l->sql, path_of(l, path, sizeof(path)), SQL_READ, schemas[l->kind], &err);
    return r == 0 ? sql_walk_begin(&l->walk, &l->sql) : r;
}

static bool tell(struct reader_look *l)
{
    struct peer *gate = role_peer(l->role, ROLE_GATE, 0);
    int r = -1;

    if (gate) {
        msg_must(msg_put_damaged(&l->frame, &(struct msg_damaged){.kind = l->kind, .inode = l->inode}));
        r = role_send(gate, &l->frame, -1);
        buf_clear(&l->frame);
    }
    return r == 0;
}

/* It is over with one of them: what there was to say is said. In how long the next. */
static int64_t next(struct reader_look *l, int r)
{
    close_one(l);
    if (inode_now(l) != l->inode || r == E_BUSY || (r == E_FORMAT && !tell(l)))
        return AGAIN_US; /* the same once more */
    if (r < 0 && r != E_FORMAT)
        log_debug("%s.db was not looked through: %d", schemas[l->kind]->name, r);
    l->kind = (l->kind + 1) % DAMAGE_DATABASES;
    return l->kind ? TURN_US * PART : TIME_DAY;
}

static void on_look(void *user)
{
    struct reader_look *l = user;
    struct mono began = clock_mono();
    int r = l->sql.db ? 0 : open_one(l);

    if (r == 0)
        r = sql_walk_turn(&l->walk, TURN_US);
    plan(l, r == 1 ? PART * (clock_mono().us - began.us) : next(l, r));
}

void reader_look_begin(struct reader_look *l, struct role *r, struct str folder)
{
    l->role = r;
    str_copy(l->folder, sizeof(l->folder), folder);
    buf_init(&l->frame);
    if (r->instance == 0)
        plan(l, SOON_US);
}

void reader_look_release(struct reader_look *l)
{
    loop_timer_cancel(&l->timer);
    close_one(l);
    buf_release(&l->frame);
}
