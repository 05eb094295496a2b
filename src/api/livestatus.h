/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Livestatus: the text query language of Nagios's, Naemon's and Checkmk's status socket, as NagVis, Thruk, Nagstamon and Checkmk speak it. Answered by gate from the board and the public
 * snapshot; a request that changes something ("COMMAND [ts] ...") is handed back for the engine. What is not a column is an error 400 that says which table has which columns
 * (GET columns), never an empty value.
 * Supported: GET of the tables in livestatus_tables; Columns, ColumnHeaders, Filter (= != ~ !~ =~ !=~ ~~ !~~ < > <= >=, on lists membership and emptiness), And, Or, Negate,
 * Stats (counts, sum, avg, min, max, std, suminv, avginv), StatsAnd, StatsOr, StatsNegate, Sort, Limit, Offset, OutputFormat (csv, json, wrapped_json, python, python3), ResponseHeader fixed16, KeepAlive, Separators,
 * AuthUser (a user of Vigie: what he may see; else a contact: what it is told of), Localtime, Timelimit. The tables log and statehist are answered from what was gathered before (livestatus_log.h, livestatus_statehist.h); who waits
 * (Wait*) is asked of by livestatus_wait.h.
 */
#include "base/buf.h"
#include "core/board.h"
#include "core/model.h"
#include "core/sight.h"

/*
 * What AuthUser may see, where it is a user of Vigie (livestatus_who.h): by right, NULL everything. Hosts, services, and what they refer to go by resources, the log by events, the table of commands
 * by commands. Of a service whose host is out of sight the host's name is told, and nothing else of it.
 */
struct livestatus_eyes {
    bool user; /* else AuthUser, if there is one, is the name of a contact */
    const struct sight *resources, *events, *commands;
};

struct livestatus_world {
    const struct model *m;
    const struct board *b;
    const char *version;
    int64_t pid;
    struct wall now;
    const struct livestatus_log *log; /* gathered for a request that wants it (livestatus_log.h), else NULL */
    const struct livestatus_statehist *statehist;  /* the same (livestatus_statehist.h) */
    uint64_t connections, requests, open, waiting; /* since the start; now */
    struct ls_notes *notes;                        /* livestatus_answer's own */
    struct ls_objects *objects;                    /* the same */
    struct livestatus_eyes eyes;
    /* Has this request had its time? It is asked now and then while rows are looked at; NULL: there is no hurry. */
    bool (*too_long)(void *user);
    int64_t (*elapsed_us)(
        void *
            user); /* since the request came, by the clock on the wall, for Timelimit; NULL: no time at all */
    void *user;
};

struct livestatus_reply {
    bool keep; /* the connection is kept: the client asked for it, or gave a command */
    /* "[ts] NAME;args" to be sent to the engine; empty: none. Borrowed from the request */
    struct str command;
};

/* An error that the request has no part in ("502": ask again), in the form it asks for. True: the connection is kept, as it wishes. */
bool livestatus_refuse(struct str request, int code, const char *text, struct buf *out);
/* Its Timelimit; -1: it has none. */
int64_t livestatus_limit_us(struct str request, struct wall now);
/* Its AuthUser, borrowed from it; false: it has none, and nothing of it is restricted. */
bool livestatus_user(struct str request, struct wall now, struct str *name);
/* What of the past may be in its answer (db/scope.h): with AuthUser what that user may see, or that contact is told of. Appended. */
void livestatus_scope(struct str request, struct wall now, const struct livestatus_eyes *eyes,
                      struct buf *out);
/*
 * An answer of many rows, written a few at a time so that others are answered in between. The request is borrowed until the end, and so are snapshot and board: with a new configuration the run is
 * abandoned. livestatus_begin may take as long as too_long allows.
 */
struct livestatus_run;
struct livestatus_run *livestatus_begin(const struct livestatus_world *w, struct str request);
bool livestatus_more(struct livestatus_run *r, size_t rows); /* true: it is whole */
/* Both end it. The first appends the answer, even if it is not whole. */
void livestatus_finish(struct livestatus_run *r, struct buf *out, struct livestatus_reply *reply);
void livestatus_abandon(struct livestatus_run *r);
/* Answers one request (all its lines, up to its empty line). Appends to out. */
void livestatus_answer(const struct livestatus_world *w, struct str request, struct buf *out,
                       struct livestatus_reply *reply);
