/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import_map.h"

#include "db/csv_scan.h"
#include "db/rrd_name.h"
#include "os/file.h"

#include <string.h>

#define FILE_MAX ((size_t)1 << 30)

/* A row of a table: its texts are at m->text.at[row .. row + TEXTS). */
enum { TEXTS = 3 };

static const char *keep(struct import_map *m, struct str s)
{
    return *VEC_ADD(&m->text) = str_dup(s);
}

static const char *text_at(const struct import_map *m, uint64_t row, unsigned i)
{
    return m->text.at[row + i];
}

/* Databases write NULL where there is nothing. */
static struct str field(const struct csv_scan *c, int column)
{
    struct str s = column < 0 ? STR_NULL : str_trim(csv_scan_field(c, column));

    return str_eq_c(s, "NULL") ? STR_NULL : s;
}

static struct str plain(struct str s, char *out)
{
    return rrd_name_hashes(s, out) ? str_of(out) : STR_NULL;
}

/* ---- the tables ---- */

struct table {
    struct map *to;
    const char *key[2], *text[TEXTS];
    bool hashes; /* texts are written with #S# and #BS# */
};

static bool is_same(const struct import_map *m, size_t a, size_t b)
{
    for (unsigned i = 0; i < TEXTS; i++)
        if (strcmp(m->text.at[a + i], m->text.at[b + i]) != 0)
            return false;
    return true;
}

static int two_rows(const struct table *t, const struct csv_scan *c, const int *key, struct err *err)
{
    struct str first = field(c, key[0]), second = field(c, key[1]);

    if (!t->key[1])
        return err_set(err, E_FORMAT,
                       "line %u: another row with %s " STR_FMT " says something different: leave one in",
                       c->line, t->key[0], STR_ARG(first));
    return err_set(err, E_FORMAT,
                   "line %u: another row with %s " STR_FMT " and %s " STR_FMT
                   " says something different: leave one in",
                   c->line, t->key[0], STR_ARG(first), t->key[1], STR_ARG(second));
}

static int take_rows(struct import_map *m, const struct table *t, struct csv_scan *c, struct err *err)
{
    int key[2], text[TEXTS], r;

    for (unsigned i = 0; i < 2; i++)
        key[i] = t->key[i] ? csv_scan_column(c, t->key[i]) : -1;
    for (unsigned i = 0; i < TEXTS; i++)
        text[i] = t->text[i] ? csv_scan_column(c, t->text[i]) : -1;
    while ((r = csv_scan_next(c, err)) == 1) {
        struct buf b = BUF_INIT;
        char room[RRD_TEXT];
        bool has_been;
        uint64_t was;

        buf_add_str(&b, field(c, key[0]));
        if (t->key[1]) {
            buf_add_char(&b, '\0');
            buf_add_str(&b, field(c, key[1]));
        }
        has_been = map_get(t->to, buf_str(&b), &was);
        map_put(t->to, buf_str(&b), m->text.n);
        for (unsigned i = 0; i < TEXTS; i++) {
            struct str s = field(c, text[i]);

            keep(m, t->hashes ? plain(s, room) : s);
        }
        if (has_been && !is_same(m, (size_t)was, m->text.n - TEXTS))
            r = two_rows(t, c, key, err);
        buf_release(&b);
        if (r < 0)
            return r;
    }
    return r;
}

static bool has(const struct csv_scan *c, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (names[i] && csv_scan_column(c, names[i]) < 0)
            return false;
    return true;
}

static int take_table(struct import_map *m, enum import_format format, struct csv_scan *c, struct err *err)
{
    const struct table tables[] = {
        {&m->metric, {"metric_id"}, {"index_id", "metric_name", "unit_name"}, true},
        {&m->index, {"id"}, {"host_name", "service_description"}, true},
        {&m->graph, {"db", "ds"}, {"label", "unit"}, false},
    };

    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if ((format == IMPORT_NAGIOSGRAPH) == (tables[i].to == &m->graph) && has(c, tables[i].key, 2) &&
            has(c, tables[i].text, 2))
            return take_rows(m, &tables[i], c, err);
    return err_set(
        err, E_FORMAT,
        format == IMPORT_CENTREON
            ? "its first line must name the columns id, host_name, service_description (of index_data) or "
              "metric_id, index_id, metric_name, unit_name (of metrics)"
            : "its first line must name the columns db, ds, label, unit");
}

static int read_file(struct import_map *m, enum import_format format, const char *name, struct err *err)
{
    struct buf text = BUF_INIT;
    struct csv_scan c;
    int r = file_read(name, FILE_MAX, &text, err);

    if (r == 0) {
        r = csv_scan_begin(&c, buf_str(&text), err);
        if (r == 0)
            r = take_table(m, format, &c, err);
        csv_scan_release(&c);
        if (r < 0)
            err_prefix(err, "%s: ", name);
    }
    buf_release(&text);
    return r;
}

int import_map_read(struct import_map *m, enum import_format format, const struct opt_list *files,
                    struct err *err)
{
    int r = 0;

    *m = (struct import_map){.metric = MAP_INIT};
    if (format == IMPORT_PNP4NAGIOS && files->n)
        return err_set(err, E_INVAL,
                       "--map is not for pnp4nagios: the .xml beside each file says what it holds");
    for (size_t i = 0; i < files->n && r == 0; i++)
        r = read_file(m, format, files->at[i], err);
    if (r == 0 && format == IMPORT_CENTREON && (!m->metric.n_entry || !m->index.n_entry))
        return err_set(err, E_INVAL,
                       "centreon needs its tables index_data and metrics as CSV files, each by --map: no row "
                       "of %s was given",
                       m->metric.n_entry ? "index_data" : "metrics");
    return r;
}

void import_map_release(struct import_map *m)
{
    for (size_t i = 0; i < m->text.n; i++)
        mem_free(m->text.at[i]);
    VEC_RELEASE(&m->text);
    map_release(&m->metric);
    map_release(&m->index);
    map_release(&m->graph);
}

bool import_map_metric(const struct import_map *m, const char *id, struct import_map_metric *out)
{
    uint64_t row, index;

    if (!map_get(&m->metric, str_of(id), &row))
        return false;
    *out = (struct import_map_metric){
        .index = text_at(m, row, 0), .label = text_at(m, row, 1), .unit = text_at(m, row, 2)};
    if (map_get(&m->index, str_of(out->index), &index)) {
        out->host = text_at(m, index, 0);
        out->service = text_at(m, index, 1);
    }
    return true;
}

bool import_map_has_graph(const struct import_map *m, const char *db)
{
    struct str key;
    uint64_t row;

    for (size_t i = 0; i < m->graph.n_entry; i++)
        if (map_at(&m->graph, i, &key, &row) && str_eq_c(str_cut(&key, '\0'), db))
            return true;
    return false;
}

void import_map_graph(const struct import_map *m, const char *db, struct import_source *s,
                      void (*add)(struct import_source *s, const char *ds, const char *label,
                                  const char *unit))
{
    for (size_t i = 0; i < m->graph.n_entry; i++) {
        struct str key, its;
        uint64_t row;

        if (!map_at(&m->graph, i, &key, &row))
            continue;
        its = str_cut(&key, '\0');
        if (str_eq_c(its, db)) {
            char *ds = str_dup(key);

            add(s, ds, text_at(m, row, 0), text_at(m, row, 1));
            mem_free(ds);
        }
    }
    if (!s->label.n)
        add(s, "", db, NULL);
}
