/* SPDX-License-Identifier: Apache-2.0 */
/* Who a uid is, for people who read a comment or the log. */
#include "role/local_int.h"

#include "os/file.h"

#include <stdio.h>
#include <stdlib.h>

#define PASSWD     "/etc/passwd"
#define BYTES_MAX  (4u * 1024 * 1024)
#define PEOPLE_MAX 10000u

/* A name becomes a field of a command: it may not bring a separator. */
static bool is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-' || c == '@'))
            return false;
    }
    return name.n > 0 && name.n < sizeof(((struct person *)0)->name);
}

static int by_uid(const void *a, const void *b)
{
    uint32_t x = ((const struct person *)a)->uid, y = ((const struct person *)b)->uid;

    return x < y ? -1 : x > y;
}

void local_who_read(struct local *self)
{
    struct buf text = BUF_INIT;
    struct str rest;

    if (file_read(PASSWD, BYTES_MAX, &text, NULL) < 0) { /* then they are numbers */
        buf_release(&text);
        return;
    }
    rest = buf_str(&text);
    while (rest.p && self->people.n < PEOPLE_MAX) {
        struct str line = str_cut(&rest, '\n'), name = str_cut(&line, ':'), number;
        uint64_t uid;

        str_cut(&line, ':'); /* the password is elsewhere */
        number = str_cut(&line, ':');
        if (is_plain(name) && str_to_u64(number, &uid) && uid < UINT32_MAX) {
            struct person *x = VEC_ADD(&self->people);

            x->uid = (uint32_t)uid;
            str_copy(x->name, sizeof(x->name), name);
        }
    }
    if (self->people.n)
        qsort(self->people.at, self->people.n, sizeof(*self->people.at), by_uid);
    buf_release(&text);
}

struct str local_who(const struct local *self, int64_t uid, char out[LOCAL_WHO])
{
    const struct person want = {.uid = (uint32_t)uid};
    const struct person *found = uid >= 0 && uid < UINT32_MAX && self->people.n
                                     ? bsearch(&want, self->people.at, self->people.n, sizeof(want), by_uid)
                                     : NULL;

    if (found)
        snprintf(out, LOCAL_WHO, "%s", found->name);
    else
        snprintf(out, LOCAL_WHO, "uid:%lld", (long long)uid);
    return str_of(out);
}
