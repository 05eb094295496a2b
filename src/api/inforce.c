/* SPDX-License-Identifier: Apache-2.0 */
#include "api/inforce.h"

#include "core/record.h"

uint32_t inforce_period(const struct model *m, uint32_t over, uint32_t configured)
{
    return over && over - 1 < m->n_period ? over - 1 : configured;
}

uint32_t inforce_check_period(const struct model *m, uint32_t idx, const struct board_check *c)
{
    return inforce_period(m, c->over_check_period, model_check(m, idx)->check_period);
}

uint32_t inforce_notify_period(const struct model *m, uint32_t idx, const struct board_check *c)
{
    return inforce_period(m, c->over_notify_period, model_check(m, idx)->notification_period);
}

int64_t inforce_first_delay(const struct model *m, uint32_t idx, const struct board_check *c)
{
    return c->over_first_delay > 0 ? c->over_first_delay - 1
                                   : model_check(m, idx)->first_notification_delay_us;
}

/* Word n of the two commands; empty: none was set. */
static struct str word(struct str over, unsigned n)
{
    struct str w = STR_NULL;

    for (unsigned i = 0; i <= n; i++)
        if (record_next_word(&over, &w) <= 0)
            return STR_NULL;
    return w;
}

struct str inforce_command(const struct model *m, uint32_t idx, struct str over)
{
    struct str set = word(over, 0);

    return set.n ? set : model_str(m, model_check(m, idx)->check_text);
}

struct str inforce_handler(const struct model *m, uint32_t idx, struct str over)
{
    struct str set = word(over, 1);

    return set.n ? set : model_str(m, model_check(m, idx)->handler_text);
}

struct str inforce_var(const struct model *m, const struct model_var *v, struct str over)
{
    struct str name, value;

    if (v->secret)
        return STR("****");
    if (record_next_word(&over, &name) > 0 && record_next_word(&over, &value) > 0)
        while (record_next_word(&over, &name) > 0 && record_next_word(&over, &value) > 0)
            if (str_ieq(name, model_str(m, v->name)))
                return value;
    return model_str(m, v->value);
}
