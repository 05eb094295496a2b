/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parts of role export: export.c (frame, messages, turns), export_read.c (the journal), export_name.c (what objects are called), export_send.c (requests and what comes of them),
 * export_place.c (how far it is, on disk). docs/decisions/0022-export.md says why it is so.
 *
 * A target is one store elsewhere. Each reads the journal for itself, from where it stands:
 *   reading  records become measurements (db/outgoing.h), until there are enough or no more
 *   busy     these are on their way, in one or more requests one after the other; nothing is read meanwhile
 * and says how far it is to the disk when the other side has taken them. So the journal is the queue, whatever happens to this process.
 */
#include "base/ere.h"
#include "base/hash.h"
#include "base/map.h"
#include "core/labels.h"
#include "core/model.h"
#include "core/oids.h"
#include "db/journal_read.h"
#include "db/outgoing.h"
#include "probe/resolve.h"
#include "role/curl_loop.h"
#include "role/role.h"
#include "role/secrets.h"

#define EXPORT_BATCH     2000u        /* measurements in one, about; a result is never parted */
#define EXPORT_LINGER_US (1 * TIME_S) /* from what came to the request: more may come */

enum export_kind { EXPORT_REMOTE_WRITE, EXPORT_INFLUX, EXPORT_TARGETS };

struct export_piece {
    size_t from, to; /* of the measurements under way */
    bool falls;      /* with the one that is asked about before it: if that is refused these are, unasked */
};

struct export_count {
    uint64_t sent;        /* measurements that were taken */
    uint64_t refused;     /* ... that the other side will not have */
    uint64_t sent_before; /* ... that it will not have, and may have had before */
    uint64_t nameless;    /* results of objects that nobody knows the name of */
    uint64_t missed;      /* records that left the journal before they were read */
    uint64_t failures;    /* requests that came to nothing */
};

struct export_target {
    struct export *e;
    enum export_kind kind;
    const char *name; /* for people, of its file, and in metrics */
    char *url;        /* NULL: this target is not wanted */
    struct curl_slist *headers;
    char *user, *password;
    /* Where it stands. */
    bool placed;     /* known */
    uint64_t done;   /* all up to this number is there; on disk, but for what brought nothing */
    uint64_t marked; /* what was ever sent: at most up to here */
    uint64_t read;   /* records up to this number are in the batch, or there */
    bool list_read;  /* list is of some use */
    struct journal_list list;
    struct journal_stand stand; /* in the journal, behind the record with number read */
    unsigned tries_read;        /* of a place that cannot be read */
    struct outgoing batch;
    struct wall first;       /* of the oldest record in it */
    struct mono behind_from; /* since when there is something that was not read; 0: there is nothing */
    /* Under way. */
    bool busy;
    bool more;                       /* the batch is full: another one is ready behind it */
    bool maybe;                      /* the other side may have had them already */
    VEC(struct export_piece) pieces; /* the last one is sent next */
    unsigned refused_in_row;         /* requests; since something was taken, over batches */
    size_t fallen_in_row;            /* measurements that were refused by that */
    size_t held;                     /* refused measurements of this batch */
    char held_why[400];              /* the last of them */
    bool proven;                     /* the other side has taken something, or was given its hour */
    struct mono stranger_since;      /* 0: it has not refused everything */
    struct buf body, pressed;
    CURL *easy;
    bool in_multi;
    struct curl_slist *place; /* "host:port:address" */
    struct mono place_until;  /* then its name is looked up again */
    uint64_t ticket;          /* a name is being resolved */
    unsigned tries;           /* in a row that came to nothing */
    char error[CURL_ERROR_SIZE];
    char answer[200]; /* the begin of what the server said */
    struct loop_timer timer;
    struct export_count count, told; /* told: to gate, when nothing was waiting and all was well */
    char why[400];                   /* the last try came to nothing: this; empty: it is well */
    uint64_t refused_told;           /* of count.refused, and when */
    struct mono refused_said;
    bool place_failed; /* the file could not be written, which was said */
};

struct export_object {
    bool known, wanted, asked;
    char *host, *service;
};

struct export
{
    struct role *role;
    struct curl_loop curl;
    struct resolve *resolve;
    struct secrets secrets;
    struct journal_dir dir;
    struct journal_io io;
    int export_fd;
    struct labels labels;
    struct ere only, except;
    bool has_only, has_except;
    unsigned char given[HASH_SHA256_BYTES]; /* sum of the options it was begun with */
    char ca[128]; /* which file of vigie_export_ca it has read; empty: there was none */
    bool leaving; /* they are others now: it ends, to be begun with those */
    bool ended;
    uint64_t stored; /* all up to this number is on disk */
    bool stored_known;
    struct model model;
    uint64_t model_generation, oids_generation;
    struct oids oids;
    struct map names; /* oid -> index */
    VEC(struct export_object) object;
    struct export_target target[EXPORT_TARGETS];
    struct loop_timer tell;
    struct buf frame;
};

/* export.c */
void export_turn_in(struct export_target *t, int64_t in_us); /* the next turn, not before */
void export_leave(struct export *e);                         /* ends the role once no request is under way */

/* export_read.c: fills the batch. */
enum export_got { EXPORT_FULL, EXPORT_END, EXPORT_TIME, EXPORT_NAME, EXPORT_IO };
enum export_got export_read(struct export_target *t);
void export_read_release(struct export_target *t);

/* export_name.c: NULL: the store was asked, NAME_IS brings a turn. */
const struct export_object *export_name(struct export *e, uint64_t oid);
void export_name_is(struct export *e, const struct msg_name_is *m);
void export_name_ask_again(struct export *e); /* the store is a new one */
void export_name_clear(struct export *e);     /* another configuration */

/* export_send.c */
void export_send_begin(struct export_target *t); /* the batch, which is not empty */
void export_send_again(struct export_target *t);
void export_send_done(void *user, CURL *easy, CURLcode code); /* for curl_loop */
void export_send_release(struct export_target *t);
void export_send_ended(struct export_target *t); /* export.c: all of it is there */

/* export_place.c: STATE/export/NAME, in the form of outgoing_place. */
void export_place_read(struct export_target *t, uint64_t stored, uint64_t oldest);
void export_place_write(struct export_target *t);
