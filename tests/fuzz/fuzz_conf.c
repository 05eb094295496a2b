/* SPDX-License-Identifier: Apache-2.0 */
/* A main file and an object file of any bytes: reading ends, every diagnostic has a place in range, and what is accepted makes a snapshot that opens. A byte 0x02
 * parts the main file from the object file; without one, all is the object file. */
#include "../unit/fake_conf.h"

#include "core/conf_diff.h"
#include "core/conf_origin.h"
#include "core/precache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct teller {
    struct conf *c;
    enum conf_type type;
};

/* Every value of every object has parts in range. */
static void origin(void *user, struct str name, struct str service, uint32_t file UNUSED,
                   uint32_t line UNUSED)
{
    struct teller *t = user;
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    struct str near;

    if (conf_origin_is_relation(t->type))
        BUG_ON(!conf_origin_about(t->c, t->type, name, service, 0, &g));
    else
        BUG_ON(!conf_origin_of(t->c, t->type, name, service, &g, &near));
    for (size_t i = 0; i < g.rows.n; i++) {
        BUG_ON(g.rows.at[i].source == CONF_ORIGIN_FILE && !g.rows.at[i].n_parts);
        BUG_ON(g.rows.at[i].first_part + g.rows.at[i].n_parts > g.parts.n);
    }
    conf_origin_release(&g);
}

static void look_at_origins(struct conf *c)
{
    struct conf_diff d;

    for (int type = 0; type < CONF_TYPE_COUNT; type++)
        conf_origin_names(c, (enum conf_type)type, origin, &(struct teller){c, (enum conf_type)type});
    if (!conf_ok(c))
        return;
    conf_diff_make(c, c, &d);
    BUG_ON(d.objects.n);
    conf_diff_release(&d);
}

static void look(struct conf *c)
{
    struct buf b = BUF_INIT;
    struct fake_model m;

    for (size_t i = 0; i < conf_n_diags(c); i++)
        conf_diag_text(c, conf_diag_at(c, i), &b);
    for (size_t i = 0; i < conf_n_notices(c); i++)
        BUG_ON(!conf_notice_at(c, i)->count);
    buf_clear(&b);
    if (conf_ok(c)) {
        BUG_ON(!fake_open(c, &m));
        precache_write(conf_tables(c), &b);
        for (uint32_t i = 0; i < m.m.n_line; i++)
            macro_show_line(&m.m, i, &b);
        fake_close(&m);
    }
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = str_make((const char *)data, size), rest = all, first = str_cut(&rest, '\x02');
    struct fake f = {.resource = STR("$USER1$=/usr/lib/plugins\n$USER5$=hush hush\n")};
    struct conf *c;

    if (rest.p) {
        f.main = first;
        f.objects = rest;
    } else {
        f.objects = all;
    }
    c = fake_load(&f);
    look(c);
    look_at_origins(c);
    conf_free(c);
    return 0;
}
