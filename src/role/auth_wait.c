/* SPDX-License-Identifier: Apache-2.0 */
#include "role/auth_int.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MAX_US  (30 * TIME_S)
#define FORGET_US    (15 * TIME_MIN) /* a failure that old counts no more */
#define FAILURES_MAX 4096u
#define KNOWN_MAX    1024u

enum kind { PAIR, SOURCE, ACCOUNT, KINDS };
static const unsigned free_tries[KINDS] = {3, 10, 20};

static void key_of(char *out, enum kind kind, struct str account, struct str source)
{
    struct str name = str_sub(account, 0, AUTH_NAME_MAX), from = str_sub(source, 0, 46);

    if (kind == PAIR)
        snprintf(out, AUTH_KEY_MAX, "p:" STR_FMT " " STR_FMT, STR_ARG(from), STR_ARG(name));
    else
        snprintf(out, AUTH_KEY_MAX, "%c:" STR_FMT, kind == SOURCE ? 's' : 'u',
                 STR_ARG(kind == SOURCE ? from : name));
    for (char *p = out; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
}

static bool is_known(const struct auth_store *s, struct str account, struct str source)
{
    char key[AUTH_KEY_MAX];

    key_of(key, PAIR, account, source);
    for (size_t i = 0; i < s->known.n; i++) {
        if (strcmp(s->known.at[i].key, key) == 0)
            return true;
    }
    return false;
}

static void remember(struct auth_store *s, struct str account, struct str source)
{
    if (is_known(s, account, source))
        return;
    if (s->known.n == KNOWN_MAX) {
        memmove(s->known.at, s->known.at + 1, (KNOWN_MAX - 1) * sizeof(*s->known.at));
        s->known.n--;
    }
    key_of(VEC_ADD(&s->known)->key, PAIR, account, source);
}

static struct auth_failure *find(const struct auth_store *s, const char *key)
{
    for (size_t i = 0; i < s->failures.n; i++) {
        if (strcmp(s->failures.at[i].key, key) == 0)
            return &s->failures.at[i];
    }
    return NULL;
}

int64_t auth_wait(const struct auth_store *s, struct mono now, struct str account, struct str source)
{
    int64_t wait = 0;

    for (enum kind k = PAIR; k < KINDS; k++) {
        char key[AUTH_KEY_MAX];
        const struct auth_failure *f;

        if (k == ACCOUNT && is_known(s, account, source))
            continue;
        key_of(key, k, account, source);
        f = find(s, key);
        if (f)
            wait = MAX(wait, f->until.us - now.us);
    }
    return wait;
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

static void fail_one(struct auth_store *s, struct mono now, const char *key, unsigned free)
{
    struct auth_failure *f = slot(s, key);
    int64_t wait = TIME_S;

    if (f->count && now.us - f->last.us > FORGET_US)
        f->count = 0;
    f->count++;
    f->last = now;
    if (f->count < free)
        return;
    for (unsigned i = free; i < f->count && wait < WAIT_MAX_US; i++)
        wait *= 2;
    f->until = (struct mono){now.us + MIN(wait, (int64_t)WAIT_MAX_US)};
}

void auth_failed(struct auth_store *s, struct mono now, struct str account, struct str source)
{
    for (enum kind k = PAIR; k < KINDS; k++) {
        char key[AUTH_KEY_MAX];

        key_of(key, k, account, source);
        fail_one(s, now, key, free_tries[k]);
    }
}

void auth_succeeded(struct auth_store *s, struct str account, struct str source)
{
    for (enum kind k = PAIR; k <= SOURCE; k++) {
        char key[AUTH_KEY_MAX];
        struct auth_failure *f;

        key_of(key, k, account, source);
        f = find(s, key);
        if (f)
            VEC_SWAP_REMOVE(&s->failures, (size_t)(f - s->failures.at));
    }
    remember(s, account, source);
}
