/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A configuration that stands in memory: the main file is /main.cfg, it names /o.cfg. For unit tests and fuzz targets of core/conf. */
#include "core/conf.h"
#include "core/macro.h"
#include "core/model.h"
#include "core/secret.h"

#include <string.h>

struct fake {
    struct str main, objects, resource;
    const char *distrust; /* of the object file; NULL: trusted */
};

static inline int fake_read(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    const struct fake *f = ctx;

    distrust[0] = '\0';
    if (strcmp(path, "/main.cfg") == 0)
        buf_add_str(out, f->main);
    else if (strcmp(path, "/o.cfg") == 0)
        buf_add_str(out, f->objects);
    else if (strcmp(path, "/r.cfg") == 0)
        buf_add_str(out, f->resource);
    else
        return err_set(err, E_NOENT, "cannot open %s: there is no such file", path);
    if (f->distrust)
        str_copy(distrust, 128, str_of(f->distrust));
    return 0;
}

static inline int fake_list(void *ctx UNUSED, const char *path, conf_entry_f *each, void *arg,
                            struct err *err)
{
    if (strcmp(path, "/loop") != 0 && !strstr(path, "/loop/"))
        return err_set(err, E_NOENT, "cannot read the folder %s", path);
    each(arg, STR("again"), true);
    return 0;
}

static inline int fake_program(void *ctx UNUSED, const char *path)
{
    return strncmp(path, "/usr/lib/", 9) == 0 || strncmp(path, "/bin/", 5) == 0 ? 0
           : strstr(path, "/noexec")                                            ? E_PERM
                                                                                : E_NOENT;
}

static inline int fake_user(void *ctx UNUSED, const char *name)
{
    return strcmp(name, "nosuchuser") == 0 ? E_NOENT : 0;
}

static inline struct conf *fake_load(struct fake *f)
{
    const struct conf_io io = {f, fake_read, fake_list, NULL, fake_program, NULL, fake_user};
    const struct conf_request rq = {.main_path = "/main.cfg", .zone = "CET-1CEST,M3.5.0,M10.5.0/3"};

    if (!f->main.p)
        f->main = STR("cfg_file=o.cfg\nresource_file=r.cfg\n");
    return conf_load(&io, &rq);
}

/* The snapshot of an accepted configuration, opened; give it back with fake_close. */
struct fake_model {
    struct buf public, secret;
    struct model m;
    struct secret s;
};
static inline bool fake_open(struct conf *c, struct fake_model *out)
{
    struct err err = ERR_INIT;

    buf_init(&out->public);
    buf_init(&out->secret);
    if (!conf_ok(c))
        return false;
    conf_build(c, &out->public, &out->secret);
    return model_open(&out->m, out->public.data, out->public.len, &err) == 0 &&
           model_intact(out->public.data, out->public.len) &&
           secret_open(&out->s, out->secret.data, out->secret.len, &err) == 0;
}
static inline void fake_close(struct fake_model *f)
{
    buf_release(&f->public);
    buf_release(&f->secret);
}
