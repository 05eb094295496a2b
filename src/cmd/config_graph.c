/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config graph: parents and dependencies in the DOT language of Graphviz (graphviz.org/doc/info/lang.html). */
#include "cmd/config.h"

#include "cmd/cmd.h"
#include "core/model_build.h"

/* A quoted string of DOT: only the quote needs a backslash, and a backslash is kept from being an escape of labels. */
static void quote(struct buf *out, struct str host, struct str service)
{
    const struct str parts[] = {host, service};

    buf_add_char(out, '"');
    for (size_t k = 0; k < 2; k++) {
        if (k && service.n)
            buf_add_char(out, ';');
        for (size_t i = 0; i < parts[k].n; i++) {
            if (parts[k].p[i] == '"' || parts[k].p[i] == '\\')
                buf_add_char(out, '\\');
            buf_add_char(out, parts[k].p[i]);
        }
    }
    buf_add_char(out, '"');
}

static void node(struct buf *out, const struct model *m, uint32_t check)
{
    quote(out, model_host_name(m, check), model_description(m, check));
}

static void edge(struct buf *out, const struct model *m, uint32_t from, uint32_t to)
{
    buf_add_c(out, "  ");
    node(out, m, from);
    buf_add_c(out, " -> ");
    node(out, m, to);
}

static void parents(struct buf *out, const struct model *m, uint32_t check)
{
    const struct model_check *k = model_check(m, check);

    for (uint32_t i = 0; i < k->parents.n; i++) {
        edge(out, m, model_item(m, k->parents, i), check);
        buf_add_c(out, ";\n");
    }
}

static void dependency(struct buf *out, const struct model *m, const struct model_dep *d)
{
    bool execution = d->said & MODEL_DEP_EXECUTE && d->execute_on,
         notification = d->said & MODEL_DEP_NOTIFY && d->notify_on;

    edge(out, m, d->master, d->check);
    buf_printf(out, " [style=dashed, label=\"%s%s%s\"];\n", execution ? "execution" : "",
               execution && notification ? ", " : "", notification ? "notification" : "");
}

int config_graph(const struct config_options *o, char **words, size_t n)
{
    struct buf out = BUF_INIT;
    struct loaded l;
    struct model m;

    if (!config_load(o, n ? words[0] : NULL, &l))
        return CMD_USAGE;
    model_build_view(conf_tables(l.c), &m);
    buf_add_c(&out, "// parent -> child; dashed: master -> dependent. Draw it: vigie config graph | dot "
                    "-Tsvg > graph.svg\n"
                    "digraph vigie {\n  rankdir=LR;\n  node [shape=box];\n");
    for (uint32_t i = 0; i < m.n_hosts; i++) {
        buf_add_c(&out, "  ");
        node(&out, &m, i);
        buf_add_c(&out, ";\n");
    }
    for (uint32_t i = 0; i < m.n_check; i++)
        parents(&out, &m, i);
    for (uint32_t i = 0; i < m.n_dep; i++)
        dependency(&out, &m, &m.dep[i]);
    buf_add_c(&out, "}\n");
    load_release(&l);
    return config_print(&out, CMD_OK);
}
