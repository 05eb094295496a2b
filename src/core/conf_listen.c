/* SPDX-License-Identifier: Apache-2.0 */
/* Where Vigie would listen: what a start would refuse is said here, at the line that is to be changed. */
#include "core/conf_int.h"
#include "core/listening.h"

static const struct conf_prop *last_of(const struct conf *c, const char *name)
{
    const struct conf_prop *found = NULL;

    for (size_t i = 0; i < c->options.n; i++)
        if (str_eq_c(c->options.at[i].key, name))
            found = &c->options.at[i];
    return found;
}

static struct str value_of(void *user, const char *name)
{
    const struct conf_prop *p = last_of(user, name);

    return p ? p->value : STR_NULL;
}

void conf_check_listeners(struct conf *c)
{
    for (enum listening_which which = 0; which < LISTENING_COUNT; which++) {
        struct conf_place at = {CONF_NONE, 0, 0};
        struct err err = ERR_INIT;
        const struct conf_prop *p;
        const char *setting;
        struct listening l;

        listening_read(&l, which, value_of, c);
        if (listening_check(&l, &setting, &err) == 0)
            continue;
        p = last_of(c, setting);
        if (p)
            at = (struct conf_place){p->file, p->line, p->value_column};
        conf_say(c, CONF_ERROR, at, "%s", err.text);
    }
}
