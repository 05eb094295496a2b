/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading a configuration: from the bytes of files to the snapshot. Pure: the caller hands in files and folders by callback, gets diagnostics and two blocks of
 * bytes back.
 *   conf_load    reads the main file and all it names, resolves templates, groups and references; never stops at the first mistake: all are listed
 *   conf_build   writes the snapshot (core/model.h) and the secret segment (core/secret.h); only after conf_ok
 * Order of the work, one file each: conf_main (main file), conf_parse (object files), conf_resolve (templates), conf_expand (groups, wildcards, services on
 * groups), conf_time (periods), conf_build* (snapshot), conf_line (command lines), conf_zone.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

struct conf;
typedef void conf_entry_f(void *arg, struct str name, bool is_dir);

/* What core may not do itself. All paths are absolute or relative to the working folder of the caller. */
struct conf_io {
    void *ctx;
    /* Appends the file's bytes. *distrust: empty, or why a shell command defined in this file must not run (writable by others ...). */
    int (*read_file)(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err);
    int (*list_dir)(void *ctx, const char *path, conf_entry_f *each, void *arg, struct err *err);
    /* What tells a folder from every other, by whatever name it is reached; false: cannot tell. May be NULL. */
    bool (*folder_id)(void *ctx, const char *path, uint64_t id[2]);
    /* Is this an executable file? 0, E_NOENT, E_PERM (there, not executable), E_AGAIN (cannot tell). May be NULL. */
    int (*program)(void *ctx, const char *path);
    /* TZif bytes of a zone; "" is the machine's own. May be NULL: UTC. */
    int (*zone)(void *ctx, const char *name, struct buf *out);
    /* Is there a user of that name or number? 0, E_NOENT, E_AGAIN (cannot tell). May be NULL. */
    int (*user)(void *ctx, const char *name);
};

struct conf_request {
    const char *main_path;
    const char *zone;       /* TZ of the environment, or NULL */
    const struct str *sets; /* "name=value", as of --set */
    size_t n_sets;
    bool native; /* not a Nagios main file */
};

/*
 * There are two ways to judge. A Nagios main file is judged as Nagios does: what Nagios accepts is accepted, with a warning where it is surely a mistake. In a native one
 * (conf_request.native) such a mistake is an error.
 */
enum conf_severity {
    CONF_WARNING,
    CONF_ERROR,
    CONF_MISTAKE /* where it is said, never of a finding: becomes one of the above */
};
struct conf_diag {
    enum conf_severity severity;
    uint32_t file, line, column; /* file index; UINT32_MAX: none. line, column 0: none */
    char *text;                  /* what is wrong; what to write instead */
};

struct conf_counts {
    uint32_t hosts, services, host_groups, service_groups, contacts, contact_groups, commands, periods;
    uint32_t dependencies, escalations, files, warnings, errors;
};

struct conf *conf_load(const struct conf_io *io, const struct conf_request *rq);
void conf_free(struct conf *c);
bool conf_ok(const struct conf *c); /* no error: conf_build may be called */
void conf_build(struct conf *c, struct buf *public_out, struct buf *secret_out);

bool conf_is_native(const struct conf *c);           /* how it was judged */
struct conf_counts conf_count(const struct conf *c); /* checks and lines are counted after conf_build */
size_t conf_n_diags(const struct conf *c);
const struct conf_diag *conf_diag_at(const struct conf *c, size_t i); /* in order of file and line */
/* "file:line:column: error: text" */
void conf_diag_text(const struct conf *c, const struct conf_diag *d, struct buf *out);
const char *conf_file_path(const struct conf *c, uint32_t file);

/* What is read and not acted on: one entry a directive. */
struct conf_notice {
    const char *object, *directive, *doc;
    uint32_t file, line, count;
};
size_t conf_n_notices(const struct conf *c);
const struct conf_notice *conf_notice_at(const struct conf *c, size_t i);
/* A command that runs with a secret among its words, where every user of the machine can read it while it runs (ps). */
struct conf_exposed {
    struct str command, macro; /* "$USER3$", "$_HOSTSNMP_COMMUNITY$" */
    uint32_t rank;             /* of the command */
    uint32_t uses;             /* how many checks, contacts and handlers run it so */
};
size_t conf_n_exposed(const struct conf *c);
const struct conf_exposed *conf_exposed_at(const struct conf *c, size_t i);
/* Where a command's line stands. */
void conf_command_place(const struct conf *c, uint32_t rank, uint32_t *file, uint32_t *line);
/* The tables as they were built, also when there are errors: for the precache file and for tests. Borrowed. */
struct model_build;
const struct model_build *conf_tables(const struct conf *c);
