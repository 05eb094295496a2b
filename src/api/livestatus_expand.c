/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_expand.h"

#include "api/inforce.h"
#include "core/output.h"

enum value { M_NAME, M_DISPLAY, M_ALIAS, M_ADDRESS, M_COMMAND, M_OUTPUT, M_LONG, M_PERF };

static const struct {
    const char *name;
    bool service;
    enum value value;
} macros[] = {
    {"HOSTNAME", false, M_NAME},
    {"HOSTDISPLAYNAME", false, M_DISPLAY},
    {"HOSTALIAS", false, M_ALIAS},
    {"HOSTADDRESS", false, M_ADDRESS},
    {"HOSTCHECKCOMMAND", false, M_COMMAND},
    {"HOSTOUTPUT", false, M_OUTPUT},
    {"LONGHOSTOUTPUT", false, M_LONG},
    {"HOSTPERFDATA", false, M_PERF},
    {"SERVICEDESC", true, M_NAME},
    {"SERVICEDISPLAYNAME", true, M_DISPLAY},
    {"SERVICECHECKCOMMAND", true, M_COMMAND},
    {"SERVICEOUTPUT", true, M_OUTPUT},
    {"LONGSERVICEOUTPUT", true, M_LONG},
    {"SERVICEPERFDATA", true, M_PERF},
};

/* The host of a row, or the row's service; MODEL_NONE: it is of a host. */
static uint32_t check_for(const struct ls_row *row, bool service)
{
    const struct model_check *c = model_check(row->w->m, row->idx);

    if (service)
        return c->kind == MODEL_SERVICE ? row->idx : MODEL_NONE;
    return c->kind == MODEL_SERVICE ? c->host : row->idx;
}

static void add_text(const struct ls_row *row, uint32_t idx, enum value value, struct buf *out)
{
    struct board_check b;
    struct board_text text;
    struct buf room = BUF_INIT;

    board_read_check_text(row->w->b, idx, &b, &text, &room);
    if (value == M_LONG)
        output_one_line(text.long_output, out);
    else if (value == M_COMMAND)
        buf_add_str(out, inforce_command(row->w->m, idx, text.over));
    else
        buf_add_str(out, value == M_OUTPUT ? text.output : text.perfdata);
    buf_release(&room);
}

static void add_value(const struct ls_row *row, uint32_t idx, enum value value, struct buf *out)
{
    const struct model *m = row->w->m;
    const struct model_check *c = model_check(m, idx);

    switch (value) {
    case M_NAME: buf_add_str(out, model_str(m, c->name)); break;
    case M_DISPLAY: buf_add_str(out, model_str(m, c->display_name)); break;
    case M_ALIAS: buf_add_str(out, model_str(m, c->alias)); break;
    case M_ADDRESS: buf_add_str(out, model_str(m, c->address)); break;
    default: add_text(row, idx, value, out); break;
    }
}

/* $_HOSTNAME$ and $_SERVICENAME$ of custom variables. */
static bool add_variable(const struct ls_row *row, struct str name, struct buf *out)
{
    bool service = str_starts(name, STR("_SERVICE"));
    size_t prefix = service ? 8 : 5;
    uint32_t idx = check_for(row, service);
    const struct model_var *v;
    struct buf room = BUF_INIT;
    struct board_check b;
    struct board_text text;

    if ((!service && !str_starts(name, STR("_HOST"))) || idx == MODEL_NONE)
        return false;
    v = model_find_var(row->w->m, model_check(row->w->m, idx)->first_var, model_check(row->w->m, idx)->n_vars,
                       str_sub(name, prefix, name.n));
    if (v) {
        board_read_check_text(row->w->b, idx, &b, &text, &room);
        buf_add_str(out, inforce_var(row->w->m, v, text.over));
        buf_release(&room);
    }
    return v;
}

static bool add_macro(const struct ls_row *row, struct str name, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
        uint32_t idx;

        if (!str_eq_c(name, macros[i].name))
            continue;
        idx = check_for(row, macros[i].service);
        if (idx != MODEL_NONE)
            add_value(row, idx, macros[i].value, out);
        return idx != MODEL_NONE;
    }
    return add_variable(row, name, out);
}

void livestatus_expand(struct ls_row *row, struct str text, struct buf *out)
{
    ptrdiff_t begin, end;

    while ((begin = str_find_char(text, '$')) >= 0) {
        struct str rest = str_sub(text, (size_t)begin + 1, text.n);

        buf_add_str(out, str_sub(text, 0, (size_t)begin));
        end = str_find_char(rest, '$');
        if (end >= 0 && add_macro(row, str_sub(rest, 0, (size_t)end), out)) {
            text = str_sub(rest, (size_t)end + 1, rest.n);
            continue;
        }
        buf_add_char(out, '$'); /* what follows may begin another one */
        text = rest;
    }
    buf_add_str(out, text);
}
