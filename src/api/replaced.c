/* SPDX-License-Identifier: Apache-2.0 */
#include "api/replaced.h"

#include "api/inforce.h"
#include "core/macro.h"
#include "core/output.h"

/* Whose macros they are. */
struct subject {
    const struct model *m;
    const struct board *b;
    const struct sight *sight;
    uint32_t idx;
};

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

/* The check's host, or its service; MODEL_NONE: it is a host. */
static uint32_t check_for(const struct subject *of, bool service)
{
    const struct model_check *c = model_check(of->m, of->idx);

    if (service)
        return c->kind == MODEL_SERVICE ? of->idx : MODEL_NONE;
    return c->kind == MODEL_SERVICE ? c->host : of->idx;
}

static void add_text(const struct subject *of, uint32_t idx, enum value value, struct buf *out)
{
    struct board_check b;
    struct board_text text;
    struct buf room = BUF_INIT;

    board_read_check_text(of->b, idx, &b, &text, &room);
    if (value == M_LONG)
        output_one_line(text.long_output, out);
    else if (value == M_COMMAND)
        buf_add_str(out, inforce_command(of->m, idx, text.over));
    else
        buf_add_str(out, value == M_OUTPUT ? text.output : text.perfdata);
    buf_release(&room);
}

static void add_value(const struct subject *of, uint32_t idx, enum value value, struct buf *out)
{
    const struct model *m = of->m;
    const struct model_check *c = model_check(m, idx);

    switch (value) {
    case M_NAME: buf_add_str(out, model_str(m, c->name)); break;
    case M_DISPLAY: buf_add_str(out, model_str(m, c->display_name)); break;
    case M_ALIAS: buf_add_str(out, model_str(m, c->alias)); break;
    case M_ADDRESS: buf_add_str(out, model_str(m, c->address)); break;
    default: add_text(of, idx, value, out); break;
    }
}

/* $_HOSTNAME$ and $_SERVICENAME$ of custom variables. */
static bool add_variable(const struct subject *of, struct str name, struct buf *out)
{
    bool service = str_starts(name, STR("_SERVICE"));
    size_t prefix = service ? 8 : 5;
    uint32_t idx = check_for(of, service);
    const struct model_var *v;
    struct buf room = BUF_INIT;
    struct board_check b;
    struct board_text text;

    if ((!service && !str_starts(name, STR("_HOST"))) || idx == MODEL_NONE)
        return false;
    v = model_find_var(of->m, model_check(of->m, idx)->first_var, model_check(of->m, idx)->n_vars,
                       str_sub(name, prefix, name.n));
    if (v && sight_sees(of->sight, idx)) {
        board_read_check_text(of->b, idx, &b, &text, &room);
        buf_add_str(out, inforce_var(of->m, v, text.over));
        buf_release(&room);
    }
    return v;
}

static bool add_macro(const struct subject *of, struct str name, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
        uint32_t idx;

        if (!str_eq_c(name, macros[i].name))
            continue;
        idx = check_for(of, macros[i].service);
        if (idx != MODEL_NONE && (macros[i].value == M_NAME || sight_sees(of->sight, idx)))
            add_value(of, idx, macros[i].value, out);
        return idx != MODEL_NONE;
    }
    return add_variable(of, name, out);
}

static void replace(const struct subject *of, struct str text, bool url, struct buf *out)
{
    struct buf value = BUF_INIT;
    ptrdiff_t begin, end;
    size_t head = out->len;

    while ((begin = str_find_char(text, '$')) >= 0) {
        struct str rest = str_sub(text, (size_t)begin + 1, text.n);

        buf_add_str(out, str_sub(text, 0, (size_t)begin));
        end = str_find_char(rest, '$');
        buf_clear(&value);
        if (end >= 0 && add_macro(of, str_sub(rest, 0, (size_t)end), &value)) {
            if (url && out->len > head)
                macro_put_url(buf_str(&value), out);
            else
                buf_add_str(out, buf_str(&value));
            text = str_sub(rest, (size_t)end + 1, rest.n);
            continue;
        }
        buf_add_char(out, '$'); /* what follows may begin another one */
        text = rest;
    }
    buf_add_str(out, text);
    buf_release(&value);
}

void replaced_text(const struct model *m, const struct board *b, const struct sight *sight, uint32_t idx,
                   struct str text, struct buf *out)
{
    replace(&(struct subject){m, b, sight, idx}, text, false, out);
}

void replaced_url(const struct model *m, const struct board *b, const struct sight *sight, uint32_t idx,
                  struct str text, struct buf *out)
{
    replace(&(struct subject){m, b, sight, idx}, text, true, out);
}
