/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots kept (db/kept.h) and identities: from what is kept, objects.db can be made again. */
#include "base/log.h"
#include "db/kept.h"
#include "db/sql_aside.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"
#include "os/mem.h"
#include "role/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- identities beside a snapshot ---- */

uint64_t *store_names_of(const struct store *s, struct str hash, size_t *n)
{
    bool current = str_eq_c(hash, s->role->snap.hash) && s->oids.oid;
    char text[SEGMENT_HASH + 1];
    uint64_t *oid;

    str_copy(text, sizeof(text), hash);
    *n = current ? s->model.n_check : kept_count_oids(s->snapshots_fd, text);
    if (!current && !*n)
        return NULL;
    oid = mem_calloc(*n + 1, sizeof(*oid));
    if (current) {
        memcpy(oid, s->oids.oid, 8 * *n);
    } else if (!kept_read_oids(s->snapshots_fd, text, oid, (uint32_t)*n)) {
        mem_free(oid);
        oid = NULL;
    }
    return oid;
}

static int keep_snapshot(const struct store *s, struct err *err)
{
    const struct role_snapshot *snap = &s->role->snap;
    char name[KEPT_NAME];
    int64_t when;

    kept_name(name, snap->hash, "snap");
    if (disk_changed_at(s->snapshots_fd, name, &when) == 0) {
        disk_touch(s->snapshots_fd, name,
                   clock_wall().us); /* in use again: as good as new for store_names_trim */
        return file_sync_dir(s->snapshots_fd) < 0
                   ? err_sys(err, errno, "the folder snapshots cannot be synced")
                   : 0;
    }
    return file_replace_at(s->snapshots_fd, name, snap->base, snap->len, 0600, err);
}

/* ---- restoring objects.db ---- */

static void restore_one(struct store *s, const char *hash)
{
    struct err err = ERR_INIT;
    struct kept k;

    if (kept_read(s->snapshots_fd, hash, &k, &err) < 0)
        return;
    if (objects_lacks(&s->objects, k.oid, k.model.n_check) == 1 &&
        objects_register(&s->objects, &k.model, clock_wall(), k.oid, &err) == 0)
        log_notice("identities of %u objects were restored from the kept configuration %.12s",
                   k.model.n_check, hash);
    kept_release(&k);
}

struct kept_file {
    char hash[SEGMENT_HASH + 1];
    int64_t when;
};
struct kept_list {
    const struct store *s;
    VEC(struct kept_file) v;
    uint64_t greatest; /* identity */
};

static void add_kept(void *user, const char *name)
{
    struct kept_list *l = user;
    struct str n = str_of(name);
    struct kept_file k = {.when = 0};

    if (n.n != SEGMENT_HASH + 5 || !str_ends(n, STR(".snap")) ||
        disk_changed_at(l->s->snapshots_fd, name, &k.when) < 0)
        return;
    memcpy(k.hash, name, SEGMENT_HASH);
    *VEC_ADD(&l->v) = k;
}

/* Oldest first, so that the newest has the last word on what is configured. There are few. */
static void sort_kept(struct kept_list *l)
{
    for (size_t i = 1; i < l->v.n; i++)
        for (size_t k = i; k > 0 && l->v.at[k].when < l->v.at[k - 1].when; k--) {
            struct kept_file swap = l->v.at[k];

            l->v.at[k] = l->v.at[k - 1];
            l->v.at[k - 1] = swap;
        }
}

/* The greatest number of this site beside a snapshot; 0: none. */
static uint64_t greatest_kept(const struct store *s, const char *hash)
{
    uint32_t n = kept_count_oids(s->snapshots_fd, hash);
    uint64_t *oid = mem_calloc((size_t)n + 1, sizeof(*oid)), most = 0;

    if (kept_read_oids(s->snapshots_fd, hash, oid, n))
        for (uint32_t i = 0; i < n; i++)
            if (oid[i] >= OBJECTS_OID(s->site, 0) && oid[i] < OBJECTS_OID(s->site + 1, 0))
                most = MAX(most, oid[i]);
    mem_free(oid);
    return most;
}

/* Numbers that were given and are not in the table: it is new, made anew, or older than the record (restored, or copied without its log). They stay whose they were. */
static void restore_missing(struct store *s)
{
    struct kept_list l = {.s = s};
    uint64_t next = s->objects.next, most = 0;

    disk_list(s->snapshots_fd, add_kept, &l);
    sort_kept(&l);
    for (size_t i = 0; i < l.v.n; i++) {
        uint64_t greatest = greatest_kept(s, l.v.at[i].hash);

        if (greatest >= next || s->names_anew)
            restore_one(s, l.v.at[i].hash);
        most = MAX(most, greatest);
    }
    s->objects.next = MAX(s->objects.next, most + 1);
    VEC_RELEASE(&l.v);
}

static int rescue(struct store *s, const char *path, struct err *err)
{
    char damaged[SQL_ASIDE_PATH];
    uint64_t rows;
    int r;

    if (!sql_aside_newest(path, damaged))
        return 0;
    r = objects_rescue(&s->objects, damaged, clock_wall(), &rows);
    if (r < 0)
        return err_set(err, r, "the identities of objects cannot be taken over: %s",
                       sql_message(&s->objects.sql));
    log_notice("identities of %llu objects were taken over from the damaged %s", (unsigned long long)rows,
               damaged);
    return 0;
}

static int open_objects(struct store *s, struct err *err)
{
    char path[sizeof(s->role->state_dir) + 32];
    bool moved;
    int r;

    snprintf(path, sizeof(path), "%s/db/objects.db", s->role->state_dir);
    r = objects_open(&s->objects, path, s->site, clock_wall(), &moved, err);
    if (r < 0)
        return r;
    s->names_anew = s->objects.next == OBJECTS_OID(s->site, 1); /* new, or lost */
    if (s->names_anew)
        r = rescue(s, path, err);
    if (r < 0)
        objects_close(&s->objects);
    else
        restore_missing(s);
    return r;
}

/* ---- numbers that are taken ---- */

static void add_oids(void *user, const char *name)
{
    struct kept_list *l = user;
    char hash[SEGMENT_HASH + 1];

    if (str_of(name).n != SEGMENT_HASH + 5 || !str_ends(str_of(name), STR(".oids")))
        return;
    str_copy(hash, sizeof(hash), str_of(name));
    l->greatest = MAX(l->greatest, greatest_kept(l->s, hash));
}

static uint64_t greatest_in(struct sql *db, enum sql_id id)
{
    uint64_t oid = 0;

    if (!db->db || sql_start(db, id) < 0)
        return 0;
    if (sql_step(db, id) == 1)
        oid = (uint64_t)sql_i64(db, id, 0);
    sql_end(db, id);
    return oid;
}

/* The table was made anew, and may lack rows: a number that anything else knows was given to an object, and is not given again. */
static void pass_over_known(struct store *s)
{
    struct kept_list l = {.s = s};

    if (!s->names_anew)
        return;
    disk_list(s->snapshots_fd, add_oids, &l);
    l.greatest = MAX(l.greatest, greatest_in(&s->now.db.sql, SQL_STATE_GREATEST));
    l.greatest = MAX(l.greatest, greatest_in(&s->history.sql, SQL_SPAN_GREATEST));
    if (l.greatest >> 48 == s->site)
        s->objects.next = MAX(s->objects.next, l.greatest + 1);
    s->names_anew = false;
}

void store_names_open(struct store *s)
{
    struct err err = ERR_INIT;
    int r = open_objects(s, &err);

    if (r == E_INVAL)
        log_fatal("%s", err.text);
    if (r == E_FORMAT)
        store_names_damaged(s);
    else if (r < 0)
        log_error("%s", err.text);
}

void store_names_damaged(struct store *s)
{
    if (!store_damage_aside(s, DAMAGE_OBJECTS, &s->objects.sql))
        return;
    objects_close(&s->objects);
    s->names_owed = true;
    store_plan_retry(s);
}

/* ---- the snapshot in force ---- */

static void make_oids_fd(struct store *s)
{
    size_t n = MAX(8 * (size_t)s->model.n_check, 8);
    struct err err = ERR_INIT;
    void *base;

    if (s->oids_fd >= 0)
        close(s->oids_fd);
    if (mem_segment("vigie-oids", n, &s->oids_fd, &err) < 0 || mem_map_rw(s->oids_fd, n, &base, &err) < 0)
        log_fatal("no memory for identities: %s", err.text);
    memcpy(base, s->oids.oid, 8 * (size_t)s->model.n_check);
    mem_unmap(base, n);
    if (mem_seal(s->oids_fd, &err) < 0)
        log_fatal("no memory for identities: %s", err.text);
}

/* Writes what belongs to the snapshot in force. Whatever fails is owed, and tried again; with a damaged table once at once, for until then numbers are given blindly. */
static void write_names(struct store *s, bool again)
{
    struct err err = ERR_INIT;
    int r = s->objects.sql.db ? 0 : open_objects(s, &err);

    if (r == 0)
        pass_over_known(s);
    if (r == 0)
        r = objects_register(&s->objects, &s->model, clock_wall(), s->oids.oid, &err);
    if (r == E_FORMAT && again) {
        store_names_damaged(s);
        if (!s->objects.sql.db) {
            write_names(s, false);
            return;
        }
    }
    if (r == 0)
        r = keep_snapshot(s, &err);
    if (r == 0)
        r = kept_write_oids(s->snapshots_fd, s->role->snap.hash, s->oids.oid, s->model.n_check, &err);
    s->names_owed = r < 0;
    if (s->names_owed)
        store_plan_retry(s);
    store_rename_tell(s); /* what was carried out waits no more */
    str_copy(s->names_why, sizeof(s->names_why), str_of(r < 0 ? err.text : ""));
}

/* Without a database identities go on from what memory knows. */
static void give_blindly(struct store *s)
{
    uint64_t next = MAX(s->objects.next, OBJECTS_OID(s->site, 1));

    for (uint32_t i = 0; i < s->model.n_check; i++)
        next = MAX(next, s->oids.oid[i] + 1);
    for (uint32_t i = 0; i < s->model.n_check; i++)
        if (!s->oids.oid[i])
            s->oids.oid[i] = next++;
    s->objects.next = next;
}

/* The table is what says which check is which. Where it cannot be read or written now, that is taken from what stood beside the snapshot, or from the
 * configuration before; what has been given so stands when it can again. */
void store_names_snapshot(struct store *s, const struct role_snapshot *old)
{
    const struct role_snapshot *snap = &s->role->snap;
    struct model before = s->model;
    struct oids was = s->oids;
    struct err err = ERR_INIT;

    if (model_open(&s->model, snap->base, snap->len, &err) < 0)
        log_fatal("the configuration cannot be used: %s", err.text);
    s->oids = (struct oids){.oid = mem_calloc((size_t)s->model.n_check + 1, sizeof(*s->oids.oid))};
    if (s->names_owed && old)
        oids_carry(&before, was.oid, &s->model, s->oids.oid);
    write_names(s, true);
    if (s->names_owed && old)
        oids_carry(&before, was.oid, &s->model, s->oids.oid);
    else if (s->names_owed)
        kept_read_oids(s->snapshots_fd, snap->hash, s->oids.oid, s->model.n_check);
    give_blindly(s);
    oids_renew(&s->oids, s->model.n_check);
    store_current_snapshot(s, &was);
    oids_release(&was);
    make_oids_fd(s);
    mem_trim();
    for (size_t i = 0; i < s->role->n_peers; i++)
        if (s->role->peers[i].up)
            store_names_tell(s, &s->role->peers[i]);
    store_tell_degraded(s);
}

void store_names_retry(struct store *s)
{
    if (s->names_owed)
        write_names(s, true);
}

void store_names_tell(struct store *s, struct peer *p)
{
    if ((p->id != ROLE_ENGINE && p->id != ROLE_GATE && p->id != ROLE_EXPORT) || s->oids_fd < 0)
        return;
    msg_must(msg_put_oids(
        &s->frame, &(struct msg_oids){.generation = s->role->snap.generation, .count = s->model.n_check}));
    role_send(p, &s->frame, s->oids_fd);
    buf_clear(&s->frame);
}

void store_names_ask(struct role *r, struct peer *p, const struct msg *m)
{
    struct store *s = r->self;
    struct msg_name_is is = {.oid = m->u.name.oid};
    struct buf host = BUF_INIT, service = BUF_INIT;

    is.known = s->objects.sql.db && objects_name(&s->objects, is.oid, &host, &service) == 0;
    is.host = buf_str(&host);
    is.service = buf_str(&service);
    msg_must(msg_put_name_is(&s->frame, &is));
    role_send(p, &s->frame, -1);
    buf_clear(&s->frame);
    buf_release(&host);
    buf_release(&service);
}

void store_names_look(const struct store *s)
{
    const struct journal_list *l = &s->journal.list;
    const char *first = NULL;
    size_t missing = 0;
    char name[KEPT_NAME];
    int64_t when;

    for (size_t i = 0; i < l->v.n; i++) {
        const char *hash = l->v.at[i].head.snapshot;

        kept_name(name, hash, "snap");
        if (!hash[0] || strcmp(hash, s->role->snap.hash) == 0 ||
            disk_changed_at(s->snapshots_fd, name, &when) != E_NOENT)
            continue;
        missing++;
        first = first ? first : hash;
    }
    if (missing)
        log_warn("%s/snapshots lacks the configuration of %zu of the %zu segments of the journal (the first: "
                 "%.12s): was the folder copied in part? Only 'vigie replay' of that time needs it; if there "
                 "is a backup, 'vigie restore' brings it back",
                 s->role->state_dir, missing, l->v.n, first);
}

/* Kept as long as the segment that the record is in, whatever the clock says by now. */
void store_names_recorded(struct store *s, const char *hash)
{
    char name[KEPT_NAME];

    kept_name(name, hash, "snap");
    disk_touch(s->snapshots_fd, name, MAX(clock_wall().us, journal_begun(&s->journal).us));
}

void store_names_trim(struct store *s)
{
    struct kept_list l = {.s = s};
    struct wall oldest = journal_oldest(&s->journal);
    char name[KEPT_NAME];

    if (journal_refuses(&s->journal)) /* it may need one of them when it can be read */
        return;
    disk_list(s->snapshots_fd, add_kept, &l);
    for (size_t i = 0; i < l.v.n; i++) {
        const struct kept_file *k = &l.v.at[i];

        if (k->when >= oldest.us || journal_names_snapshot(&s->journal, k->hash) ||
            strcmp(k->hash, s->role->snap.hash) == 0)
            continue;
        kept_name(name, k->hash, "snap");
        disk_unlink(s->snapshots_fd, name);
        kept_name(name, k->hash, "oids");
        disk_unlink(s->snapshots_fd, name);
    }
    VEC_RELEASE(&l.v);
}

void store_names_release(struct store *s)
{
    objects_close(&s->objects);
    oids_release(&s->oids);
    if (s->oids_fd >= 0)
        close(s->oids_fd);
    if (s->snapshots_fd >= 0)
        close(s->snapshots_fd);
}
