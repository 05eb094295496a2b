/* SPDX-License-Identifier: Apache-2.0 */
/* enable_environment_macros: every macro as NAGIOS_NAME, an empty one where it means nothing, as Nagios has it. */
#include "core/expand.h"

#include "base/limits.h"
#include "core/world_in.h"

#define ARGS_MAX 32u

/* NAGIOS__HOSTNAME=value of each custom variable; none for an empty one. */
static void add_vars(struct world *w, const struct expand_of *of, enum macro_id id, uint32_t first,
                     uint32_t n, struct buf *b)
{
    const char *prefix = id == MACRO_ID_HOST_VAR      ? "_HOST"
                         : id == MACRO_ID_SERVICE_VAR ? "_SERVICE"
                                                      : "_CONTACT";
    struct buf word = BUF_INIT;

    for (uint32_t i = 0; i < n; i++) {
        struct str name = model_str(w->m, model_var(w->m, first + i)->name);
        size_t from;

        buf_clear(&word);
        buf_printf(&word, "NAGIOS_%s" STR_FMT "=", prefix, STR_ARG(name));
        from = word.len;
        expand_value(w, id, name, of, &word);
        if (word.len > from)
            record_pack_word(b, buf_str(&word));
    }
    buf_release(&word);
}

static void add_all_vars(struct world *w, const struct expand_of *of, struct buf *b)
{
    struct macro_scope_of scope = expand_scope(w, of);

    if (scope.host != MODEL_NONE)
        add_vars(w, of, MACRO_ID_HOST_VAR, model_check(w->m, scope.host)->first_var,
                 model_check(w->m, scope.host)->n_vars, b);
    if (scope.service != MODEL_NONE)
        add_vars(w, of, MACRO_ID_SERVICE_VAR, model_check(w->m, scope.service)->first_var,
                 model_check(w->m, scope.service)->n_vars, b);
    if (scope.contact != MODEL_NONE)
        add_vars(w, of, MACRO_ID_CONTACT_VAR, model_contact(w->m, scope.contact)->first_var,
                 model_contact(w->m, scope.contact)->n_vars, b);
}

/* What use_large_installation_tweaks leaves out: what takes long to count, or is too long. */
static bool is_large(enum macro_id id)
{
    return (id >= MACRO_ID_TOTALHOSTSUP && id <= MACRO_ID_TOTALSERVICEPROBLEMSUNHANDLED) ||
           id == MACRO_ID_HOSTGROUPMEMBERS || id == MACRO_ID_HOSTGROUPMEMBERADDRESSES ||
           id == MACRO_ID_SERVICEGROUPMEMBERS;
}

static bool is_address(enum macro_id id)
{
    return id >= MACRO_ID_CONTACTADDRESS1 && id <= MACRO_ID_CONTACTADDRESS6;
}

static void add_args(struct world *w, const struct expand_of *of, struct buf *b)
{
    struct buf word = BUF_INIT;

    for (unsigned n = 1; n <= ARGS_MAX; n++) {
        buf_clear(&word);
        buf_printf(&word, "NAGIOS_ARG%u=", n);
        expand_arg(w, n, of, &word);
        record_pack_word(b, buf_str(&word));
    }
    buf_release(&word);
}

void expand_environment(struct world *w, const struct expand_of *of, struct buf *b)
{
    struct buf word = BUF_INIT;

    for (enum macro_id id = 0; id < MACRO_ID_COUNT; id++) {
        size_t from;

        if ((w->m->globals->use_large_installation_tweaks && is_large(id)) ||
            (is_address(id) && of->contact == MODEL_NONE))
            continue;
        buf_clear(&word);
        buf_printf(&word, "NAGIOS_%s=", macro_info(id)->name);
        from = word.len;
        expand_value(w, id, STR_NULL, of, &word);
        if (word.len >= LIMIT_OUTPUT_LONG)
            buf_truncate(&word, from);
        record_pack_word(b, buf_str(&word));
    }
    buf_release(&word);
    add_args(w, of, b);
    add_all_vars(w, of, b);
}
