/* SPDX-License-Identifier: Apache-2.0 */
#include "role/auth_int.h"

#include <stdio.h>
#include <string.h>

#define FREE_TRIES   3
#define WAIT_MAX_US  (30 * TIME_S)
#define FORGET_US    (15 * TIME_MIN) /* a failure that old counts no more */
#define FAILURES_MAX 4096u

static void key_of(char *out, size_t size, char kind, struct str name)
{
    struct str short_name = str_sub(name, 0, AUTH_NAME_MAX);

    snprintf(out, size, "%c:" STR_FMT, kind, STR_ARG(short_name));
    for (char *p = out; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
}

static struct auth_failure *find(const struct auth_store *s, const char *key)
{
    for (size_t i = 0; i < s->failures.n; i++) {
        if (strcmp(s->failures.at[i].key, key) == 0)
            return &s->failures.at[i];
    }
    return NULL;
}

static int64_t wait_of(const struct auth_store *s, struct mono now, char kind, struct str name)
{
    char key[sizeof(((struct auth_failure *)0)->key)];
    const struct auth_failure *f;

    key_of(key, sizeof(key), kind, name);
    f = find(s, key);
    return f ? MAX(f->until.us - now.us, (int64_t)0) : 0;
}

int64_t auth_wait(const struct auth_store *s, struct mono now, struct str account, struct str source)
{
    return MAX(wait_of(s, now, 'u', account), wait_of(s, now, 's', source));
}

/* When the table is full the entry that failed longest ago gives way. */
static struct auth_failure *slot(struct auth_store *s, const char *key)
{
    struct auth_failure *f = find(s, key);

    if (f)
        return f;
    if (s->failures.n < FAILURES_MAX) {
        f = VEC_ADD(&s->failures);
    } else {
        f = &s->failures.at[0];
        for (size_t i = 1; i < s->failures.n; i++) {
            if (s->failures.at[i].last.us < f->last.us)
                f = &s->failures.at[i];
        }
        *f = (struct auth_failure){.count = 0};
    }
    str_copy(f->key, sizeof(f->key), str_of(key));
    return f;
}

static void fail_one(struct auth_store *s, struct mono now, char kind, struct str name)
{
    char key[sizeof(((struct auth_failure *)0)->key)];
    struct auth_failure *f;
    int64_t wait = TIME_S;

    key_of(key, sizeof(key), kind, name);
    f = slot(s, key);
    if (f->count && now.us - f->last.us > FORGET_US)
        f->count = 0;
    f->count++;
    f->last = now;
    if (f->count < FREE_TRIES)
        return;
    for (unsigned i = FREE_TRIES; i < f->count && wait < WAIT_MAX_US; i++)
        wait *= 2;
    f->until = (struct mono){now.us + MIN(wait, (int64_t)WAIT_MAX_US)};
}

void auth_failed(struct auth_store *s, struct mono now, struct str account, struct str source)
{
    fail_one(s, now, 'u', account);
    fail_one(s, now, 's', source);
}

static void forget(struct auth_store *s, char kind, struct str name)
{
    char key[sizeof(((struct auth_failure *)0)->key)];
    struct auth_failure *f;

    key_of(key, sizeof(key), kind, name);
    f = find(s, key);
    if (f)
        VEC_SWAP_REMOVE(&s->failures, (size_t)(f - s->failures.at));
}

void auth_succeeded(struct auth_store *s, struct str account, struct str source)
{
    forget(s, 'u', account);
    forget(s, 's', source);
}
