/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "cmd/import_map.h"
#include "core/output.h"
#include "db/rrd_name.h"
#include "db/rrd_pnp.h"
#include "os/disk.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XML_MAX     (4u * 1024 * 1024)
#define ENTRIES_MAX 4000000u /* of one folder */

/* ---- folders ---- */

typedef VEC(char *) names;

static void add_name(void *user, const char *name)
{
    names *n = user;

    if (n->n < ENTRIES_MAX)
        *VEC_ADD(n) = str_dup(str_of(name));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void release_names(names *n)
{
    for (size_t i = 0; i < n->n; i++)
        mem_free(n->at[i]);
    VEC_RELEASE(n);
}

static int list(const char *dir, names *out, struct err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

    if (fd < 0)
        return err_sys(err, errno, "cannot open the folder %s", dir);
    r = disk_list(fd, add_name, out);
    close(fd);
    if (r < 0)
        return err_set(err, r, "cannot read the folder %s", dir);
    if (out->n)
        qsort(out->at, out->n, sizeof(out->at[0]), by_name);
    return 0;
}

/* ---- sources ---- */

void import_find_release(import_sources *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct import_source *x = &s->at[i];

        for (size_t k = 0; k < x->label.n; k++) {
            mem_free(x->label.at[k].ds);
            mem_free(x->label.at[k].label);
            mem_free(x->label.at[k].unit);
        }
        VEC_RELEASE(&x->label);
        buf_release(&x->rejects);
        mem_free(x->path);
        mem_free(x->why);
    }
    VEC_RELEASE(s);
}

static void reject(struct import_source *s, const char *fmt, ...) PRINTF(2, 3);
static void reject(struct import_source *s, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    mem_free(s->why);
    s->why = str_dup(buf_str(&b));
    buf_release(&b);
}

static struct import_source *add_source(import_sources *out, const char *dir, const char *name)
{
    struct import_source *s = VEC_ADD(out);
    struct buf b = BUF_INIT;
    struct stat st;

    buf_printf(&b, "%s/%s", dir, name);
    s->path = buf_take(&b, NULL);
    if (stat(s->path, &st) < 0) {
        reject(s, "%s", errno == ENOENT ? "there is no such file" : "it cannot be looked at");
        return s;
    }
    if (!S_ISREG(st.st_mode)) {
        reject(s, "it is %s, no file", S_ISDIR(st.st_mode) ? "a folder" : "a pipe, socket or device");
        return s;
    }
    s->size = (uint64_t)st.st_size;
    s->changed_us = st.st_mtim.tv_sec * TIME_S + st.st_mtim.tv_nsec / 1000;
    s->uid = st.st_uid;
    s->gid = st.st_gid;
    if (strpbrk(s->path, "\n\r"))
        reject(s, "a path with a line break");
    return s;
}

/* As Vigie reads it of a plugin: what comes next must be of the same series. */
static char *clean(const char *text)
{
    struct buf b = BUF_INIT;

    output_clean(str_of(text), &b);
    return buf_take(&b, NULL);
}

static void add_label(struct import_source *s, const char *ds, const char *label, const char *unit)
{
    *VEC_ADD(&s->label) = (struct import_label){str_dup(str_of(ds)), clean(label), unit ? clean(unit) : NULL};
}

/* The table of labels is asked for the label as it is said. */
static void graph_labels(const struct import_map *map, const char *label, struct import_source *s)
{
    char *said = clean(label);

    import_map_graph(map, said, s, add_label);
    mem_free(said);
}

static bool is_rrd(const char *name)
{
    return str_ends(str_of(name), STR(".rrd"));
}

static void reject_object(struct import_source *s, const struct import_objects *o, const char *host,
                          const char *service)
{
    bool there = import_objects_find(o, host, "") || import_objects_find_clean(o, host, "");

    if (service[0] && !there)
        reject(s, "host '%s' is not configured, nor its service '%s'", host, service);
    else if (service[0])
        reject(s, "service '%s' of host '%s' is not configured", service, host);
    else
        reject(s, "host '%s' is not configured", host);
}

/* ---- PNP4Nagios ---- */

static uint64_t pnp_object(const struct import_objects *o, const struct rrd_pnp *p, const char *host,
                           const char *base)
{
    bool is_host = strcmp(base, "_HOST_") == 0;
    uint64_t oid = 0;

    if (p->host[0] && (is_host || p->service[0]))
        oid = import_objects_find(o, p->host, is_host ? "" : p->service);
    if (!oid && p->file_host[0] && (is_host || p->file_service[0]))
        oid = import_objects_find(o, p->file_host, is_host ? "" : p->file_service);
    return oid ? oid : import_objects_find_clean(o, host, is_host ? "" : base);
}

static struct import_source *pnp_source(import_sources *out, size_t from, const char *dir, const char *file)
{
    for (size_t i = from; i < out->n; i++)
        if (strcmp(strrchr(out->at[i].path, '/') + 1, file) == 0)
            return &out->at[i];
    return add_source(out, dir, file);
}

/* One .xml and the files that it names. */
static void pnp_xml(const struct import_objects *o, import_sources *out, size_t from, const char *dir,
                    const char *host, const char *name)
{
    struct buf text = BUF_INIT, base = BUF_INIT, own = BUF_INIT;
    struct rrd_pnp p = {.host = NULL};
    struct err err = ERR_INIT;
    char path[4800];
    int r;

    buf_add(&base, name, strlen(name) - 4);
    buf_printf(&own, "%.*s.rrd", (int)base.len, base.data);
    buf_add_char(&base, '\0');
    buf_add_char(&own, '\0');
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    r = file_read(path, XML_MAX, &text, &err);
    if (r == 0)
        r = rrd_pnp_read(&p, buf_str(&text), &err);
    if (r < 0 || !p.source.n) {
        struct import_source *s = pnp_source(out, from, dir, own.data);

        if (!s->why)
            reject(s, "%s beside it: %s", name, r < 0 ? err.text : "no data source is named");
    }
    for (size_t i = 0; i < p.source.n && r == 0; i++) {
        const struct rrd_pnp_source *x = &p.source.at[i];
        struct import_source *s = pnp_source(out, from, dir, x->file[0] ? x->file : own.data);

        s->oid = pnp_object(o, &p, host, base.data);
        if (!s->oid && !s->why)
            reject_object(s, o, p.host[0] ? p.host : host,
                          strcmp(base.data, "_HOST_") == 0 ? ""
                          : p.service[0]                   ? p.service
                                                           : base.data);
        add_label(s, x->ds, x->label, x->unit);
    }
    rrd_pnp_release(&p);
    buf_release(&text);
    buf_release(&base);
    buf_release(&own);
}

static int pnp_host(const struct import_objects *o, import_sources *out, const char *dir, const char *host,
                    struct err *err)
{
    names n = {.n = 0};
    size_t from = out->n;
    int r = list(dir, &n, err);

    for (size_t i = 0; i < n.n && r == 0; i++)
        if (str_ends(str_of(n.at[i]), STR(".xml")) && strlen(n.at[i]) > 4)
            pnp_xml(o, out, from, dir, host, n.at[i]);
    for (size_t i = 0; i < n.n && r == 0; i++) {
        struct import_source *s;

        if (!is_rrd(n.at[i]))
            continue;
        s = pnp_source(out, from, dir, n.at[i]);
        if (!s->label.n && !s->why)
            reject(s, "no .xml beside it says what it holds");
    }
    release_names(&n);
    return r;
}

/* ---- Nagiosgraph ---- */

/* HOST is a host's own. */
static uint64_t graph_object(const struct import_objects *o, const char *host, const char *service)
{
    uint64_t oid = import_objects_find(o, host, service);

    return !oid && strcmp(service, "HOST") == 0 ? import_objects_find(o, host, "") : oid;
}

/* SERVICE___LABEL.rrd: of all ways to cut it the first whose service is configured. */
static void graph_file(const struct import_objects *o, const struct import_map *map, import_sources *out,
                       const char *dir, const char *host, const char *name)
{
    struct import_source *s = add_source(out, dir, name);
    char service[RRD_TEXT], label[RRD_TEXT];
    unsigned nth = 0;

    for (; !s->oid && rrd_name_cut(str_of(name), nth, service, label); nth++)
        s->oid = graph_object(o, host, service);
    if (s->why)
        return;
    if (!nth)
        reject(s, "its name is not SERVICE___LABEL.rrd with %%XX for special bytes");
    else if (!s->oid && rrd_name_cut(str_of(name), 0, service, label))
        reject_object(s, o, host, service);
    else
        graph_labels(map, label, s);
}

struct graph_way {
    uint64_t oid; /* 0: none was found */
    char host[RRD_TEXT], service[RRD_TEXT], label[RRD_TEXT];
};

/* The ways to cut HOST_SERVICE_LABEL.rrd whose host and service are configured; the first two are noted. with_row: only those whose label has a row in the table. */
static size_t graph_ways(const struct import_objects *o, const struct import_map *map, const char *name,
                         bool with_row, struct graph_way found[2])
{
    struct rrd_name_ways ways;
    struct graph_way way;
    size_t n = 0;

    rrd_name_ways_begin(&ways, str_of(name));
    while (rrd_name_ways_next(&ways, way.host, way.service, way.label)) {
        way.oid = graph_object(o, way.host, way.service);
        if (!way.oid || (with_row && !import_map_has_graph(map, way.label)))
            continue;
        if (n < 2)
            found[n] = way;
        n++;
    }
    return n;
}

/* As Nagiosgraph named them of old (dbseparator other than subdir): all in one folder. Where more than one way to read the name fits, nobody can know, and it is not guessed. */
static void graph_flat(const struct import_objects *o, const struct import_map *map, import_sources *out,
                       const char *dir, const char *name)
{
    struct import_source *s = add_source(out, dir, name);
    struct graph_way way[2];
    size_t n;

    if (s->why)
        return;
    n = graph_ways(o, map, name, true, way);
    if (!n)
        n = graph_ways(o, map, name, false, way);
    if (!n)
        reject(s, "it stands in no folder of a host, and its name is not HOST_SERVICE_LABEL.rrd of a "
                  "service that is configured, with %%XX for special bytes");
    else if (n > 1)
        reject(s,
               "it may be of service '%s' of host '%s' or of '%s' of '%s': move it to the folder of its "
               "host, as SERVICE___LABEL.rrd",
               way[0].service, way[0].host, way[1].service, way[1].host);
    if (n != 1)
        return;
    s->oid = way[0].oid;
    graph_labels(map, way[0].label, s);
}

static int graph_host(const struct import_objects *o, const struct import_map *map, import_sources *out,
                      const char *dir, const char *escaped, struct err *err)
{
    char host[RRD_TEXT];
    names n = {.n = 0};
    int r = list(dir, &n, err);

    if (!rrd_name_unescape(str_of(escaped), host))
        str_copy(host, sizeof(host), str_of(escaped));
    for (size_t i = 0; i < n.n && r == 0; i++)
        if (is_rrd(n.at[i]))
            graph_file(o, map, out, dir, host, n.at[i]);
    release_names(&n);
    return r;
}

/* ---- Centreon ---- */

static void centreon_file(const struct import_objects *o, const struct import_map *map, import_sources *out,
                          const char *dir, const char *name)
{
    struct import_source *s = add_source(out, dir, name);
    struct str number = str_sub(str_of(name), 0, strlen(name) - 4);
    struct import_map_metric m;
    char *id = str_dup(number);

    if (!import_map_metric(map, id, &m)) {
        reject(s, "no row of metrics with metric_id %s", id);
    } else if (!m.host) {
        reject(s, "no row of index_data with id %s", m.index);
    } else {
        s->oid = import_objects_find(o, m.host, m.service);
        if (!s->oid)
            reject_object(s, o, m.host, m.service);
        add_label(s, "", m.label, m.unit);
    }
    mem_free(id);
}

static int centreon_folder(const struct import_objects *o, const struct import_map *map, import_sources *out,
                           const char *dir, struct err *err)
{
    names n = {.n = 0};
    int r = list(dir, &n, err);

    for (size_t i = 0; i < n.n && r == 0; i++)
        if (is_rrd(n.at[i]))
            centreon_file(o, map, out, dir, n.at[i]);
    release_names(&n);
    return r;
}

/* ---- */

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int find_hosts(enum import_format format, const char *dir, const struct import_map *map,
                      const struct import_objects *o, import_sources *out, struct err *err)
{
    names hosts = {.n = 0};
    char path[4500];
    int r = list(dir, &hosts, err);

    for (size_t i = 0; i < hosts.n && r == 0; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, hosts.at[i]);
        if (is_rrd(hosts.at[i]) && !is_folder(path) && format == IMPORT_NAGIOSGRAPH)
            graph_flat(o, map, out, dir, hosts.at[i]);
        else if (is_rrd(hosts.at[i]) && !is_folder(path))
            reject(add_source(out, dir, hosts.at[i]), "it stands in no folder of a host");
        if (!is_folder(path))
            continue;
        r = format == IMPORT_PNP4NAGIOS ? pnp_host(o, out, path, hosts.at[i], err)
                                        : graph_host(o, map, out, path, hosts.at[i], err);
    }
    release_names(&hosts);
    return r;
}

int import_find(enum import_format format, const char *dir, const struct opt_list *maps,
                const struct import_objects *objects, import_sources *out, struct err *err)
{
    struct import_map map;
    char path[4200];
    int r = import_map_read(&map, format, maps, err);

    snprintf(path, sizeof(path), "%s/metrics", dir);
    if (r == 0 && format == IMPORT_CENTREON)
        r = centreon_folder(objects, &map, out, is_folder(path) ? path : dir, err);
    else if (r == 0)
        r = find_hosts(format, dir, &map, objects, out, err);
    import_map_release(&map);
    return r;
}
