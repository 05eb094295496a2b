/* SPDX-License-Identifier: Apache-2.0 */
#include "core/labels.h"

#include <string.h>

static bool is_label_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (i && c >= '0' && c <= '9')))
            return false;
    }
    return s.n > 0 && !str_starts(s, STR("__"));
}

/* In its place in the order of names; false when it is there already. */
static bool insert(struct labels *l, struct labels_one x)
{
    size_t i = 0;

    while (i < l->n && str_cmp(l->at[i].name, x.name) < 0)
        i++;
    if (i < l->n && str_eq(l->at[i].name, x.name))
        return false;
    memmove(&l->at[i + 1], &l->at[i], (l->n - i) * sizeof(x));
    l->at[i] = x;
    l->n++;
    return true;
}

int labels_init(struct labels *l, struct str extra, struct err *err)
{
    *l = (struct labels){.n = 0};
    insert(l, (struct labels_one){STR("__name__"), STR(LABELS_METRIC), LABELS_FIXED});
    insert(l, (struct labels_one){STR("host"), STR_NULL, LABELS_HOST});
    insert(l, (struct labels_one){STR("service"), STR_NULL, LABELS_SERVICE});
    insert(l, (struct labels_one){STR("label"), STR_NULL, LABELS_LABEL});
    insert(l, (struct labels_one){STR("unit"), STR_NULL, LABELS_UNIT});
    while (extra.n) {
        struct str value = str_cut(&extra, ','), name = str_trim(str_cut(&value, '='));

        value = str_trim(value);
        if (!is_label_name(name) || !value.n)
            return err_set(
                err, E_INVAL,
                "write NAME=VALUE, several by comma; a name has letters, digits and _, begins with "
                "no digit and no __");
        if (l->n == LABELS_MAX)
            return err_set(err, E_INVAL, "write at most %u labels", LABELS_MAX - LABELS_PARTS - 1);
        if (!insert(l, (struct labels_one){name, value, LABELS_FIXED}))
            return err_set(err, E_INVAL,
                           "the label " STR_FMT
                           " is there already; host, service, label and unit are Vigie's "
                           "own",
                           STR_ARG(name));
    }
    return 0;
}
