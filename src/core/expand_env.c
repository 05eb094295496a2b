/* SPDX-License-Identifier: Apache-2.0 */
/* enable_environment_macros: every macro as NAGIOS_NAME, an empty one where it means nothing, as Nagios has it. */
#include "core/expand.h"

#include "base/limits.h"
#include "core/nlog.h"
#include "core/world_in.h"

#define ARGS_MAX         32u
#define ENVIRONMENT_MOST (64u * 1024) /* of all macros together: with the command they go into one message */
#define NAMES_MOST       1000u        /* in a list of names: the members of a group, a host's children */
#define SMALL            1024u        /* goes before what is larger */
#define WORD_HEAD        5u           /* of a packed word, at most */

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

/* ---- as much of it as there is room for ---- */

struct room {
    struct buf *out, large; /* large: packed words that come behind all others */
    size_t end;             /* of out */
    bool cut;
};

static bool put(struct room *r, struct str word)
{
    if (r->out->len + word.n + WORD_HEAD > r->end) {
        r->cut = true;
        return false;
    }
    record_pack_word(r->out, word);
    return true;
}

/* Of those that are large, the smallest first; one that has no room is empty. */
static void put_large(struct room *r)
{
    for (size_t most = SMALL * 2; most <= ENVIRONMENT_MOST; most *= 2) {
        struct str rest = buf_str(&r->large), word;

        while (record_next_word(&rest, &word) > 0)
            if (word.n <= most && word.n > most / 2 && !put(r, word))
                put(r, str_sub(word, 0, (size_t)str_find_char(word, '=') + 1));
    }
}

static void put_all(struct room *r, struct str packed)
{
    struct str word;

    while (record_next_word(&packed, &word) > 0)
        if (word.n > ENVIRONMENT_MOST)
            r->cut = true;
        else if (word.n > SMALL)
            record_pack_word(&r->large, word);
        else
            put(r, word);
    put_large(r);
}

static uint32_t members_of(const struct world *w, const struct model_group *all, struct model_list groups)
{
    return groups.n ? all[model_item(w->m, groups, groups.n - 1)].members.n : 0;
}

/* How many names the value of a macro is, if it is a list of them. */
static uint32_t names_in(const struct world *w, enum macro_id id, const struct macro_scope_of *of)
{
    const struct model *m = w->m;
    const struct model_check *host = of->host == MODEL_NONE ? NULL : model_check(m, of->host);
    const struct model_check *service = of->service == MODEL_NONE ? NULL : model_check(m, of->service);
    const struct model_contact *contact = of->contact == MODEL_NONE ? NULL : model_contact(m, of->contact);

    switch (id) {
    case MACRO_ID_HOSTPARENTS: return host ? host->parents.n : 0;
    case MACRO_ID_HOSTCHILDREN: return host ? host->children.n : 0;
    case MACRO_ID_HOSTGROUPNAMES: return host ? host->groups.n : 0;
    case MACRO_ID_SERVICEGROUPNAMES: return service ? service->groups.n : 0;
    case MACRO_ID_CONTACTGROUPNAMES: return contact ? contact->groups.n : 0;
    case MACRO_ID_HOSTGROUPMEMBERS:
    case MACRO_ID_HOSTGROUPMEMBERADDRESSES: return host ? members_of(w, m->host_group, host->groups) : 0;
    case MACRO_ID_SERVICEGROUPMEMBERS: return service ? members_of(w, m->service_group, service->groups) : 0;
    case MACRO_ID_CONTACTGROUPMEMBERS: return contact ? members_of(w, m->contact_group, contact->groups) : 0;
    default: return 0;
    }
}

static void add_macros(struct world *w, const struct expand_of *of, struct room *r, struct buf *b)
{
    struct macro_scope_of scope = expand_scope(w, of);
    struct buf word = BUF_INIT;

    for (enum macro_id id = 0; id < MACRO_ID_COUNT; id++) {
        size_t from;

        if ((w->m->globals->use_large_installation_tweaks && is_large(id)) ||
            (is_address(id) && of->contact == MODEL_NONE))
            continue;
        buf_clear(&word);
        buf_printf(&word, "NAGIOS_%s=", macro_info(id)->name);
        from = word.len;
        if (names_in(w, id, &scope) > NAMES_MOST) /* nobody puts them together for each command */
            r->cut = true;
        else
            expand_value(w, id, STR_NULL, of, &word);
        if (word.len >= LIMIT_OUTPUT_LONG) {
            buf_truncate(&word, from);
            r->cut = true;
        }
        record_pack_word(b, buf_str(&word));
    }
    buf_release(&word);
}

void expand_environment(struct world *w, const struct expand_of *of, size_t room, struct buf *b)
{
    struct room r = {.out = b, .large = BUF_INIT, .end = b->len + MIN(room, ENVIRONMENT_MOST)};
    struct buf all = BUF_INIT;

    add_macros(w, of, &r, &all);
    add_args(w, of, &all);
    add_all_vars(w, of, &all);
    put_all(&r, buf_str(&all));
    buf_release(&all);
    buf_release(&r.large);
    if (r.cut && !w->environment_cut)
        nlog_text(w,
                  "Warning: Not all macros go into the environment of commands: a value, all of them "
                  "together, or a list of more than %u names is too large. use_large_installation_tweaks "
                  "leaves out the large ones.",
                  NAMES_MOST);
    w->environment_cut |= r.cut;
}
