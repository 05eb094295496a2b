/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"
#include "role/auth_int.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MAX_US  (30 * TIME_S)
#define FORGET_US    (15 * TIME_MIN) /* a failure that old counts no more */
#define FAILURES_MAX 4096u
#define KNOWN_MAX    1024u

enum kind { PAIR, SOURCE, ACCOUNT, KINDS };
static const unsigned free_tries[KINDS] = {3, 10, 20};

/* Whoever has one address of IPv6 has all of its network of 64 bits: that is the source. */
static struct str network_of(struct str source, char out[48])
{
    struct address a;

    if (!address_parse(source, &a) || !a.v6 || address_is_loopback(&a))
        return str_sub(source, 0, 46);
    snprintf(out, 48, "%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", a.byte[0], a.byte[1], a.byte[2], a.byte[3],
             a.byte[4], a.byte[5], a.byte[6], a.byte[7]);
    return str_of(out);
}

static void key_of(char *out, enum kind kind, struct str account, struct str source)
{
    char network[48];
    struct str name = str_sub(account, 0, AUTH_NAME_MAX), from = network_of(source, network);

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

/* Where it stands; known.n: it is not there. */
static size_t find_known(const struct auth_store *s, const char *key)
{
    size_t i = 0;

    while (i < s->known.n && strcmp(s->known.at[i].key, key) != 0)
        i++;
    return i;
}

static bool is_known(const struct auth_store *s, struct str account, struct str source)
{
    char key[AUTH_KEY_MAX];

    key_of(key, PAIR, account, source);
    return find_known(s, key) < s->known.n;
}

void auth_know(struct auth_store *s, struct str account, struct str source)
{
    struct auth_known x = {.key = ""};
    size_t i;

    key_of(x.key, PAIR, account, source);
    i = find_known(s, x.key);
    if (i < s->known.n && i + 1 == s->known.n)
        return;
    s->sessions_changed = true; /* they stand in that file */
    if (i == s->known.n && i == KNOWN_MAX)
        i = 0;
    if (i < s->known.n) {
        memmove(s->known.at + i, s->known.at + i + 1, (s->known.n - i - 1) * sizeof(*s->known.at));
        s->known.n--;
    }
    *VEC_ADD(&s->known) = x;
}

void auth_unknow(struct auth_store *s, const char *account)
{
    for (size_t i = s->known.n; i-- > 0;) {
        const char *name = strchr(s->known.at[i].key, ' ');

        if (!name || !str_ieq(str_of(name + 1), str_of(account)))
            continue;
        memmove(s->known.at + i, s->known.at + i + 1, (s->known.n - i - 1) * sizeof(*s->known.at));
        s->known.n--;
        s->sessions_changed = true;
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

/* What the account failed from there is forgotten, and of the source no more than that: who knows one password gets no new tries at those of others by it. */
void auth_succeeded(struct auth_store *s, struct str account, struct str source)
{
    char pair[AUTH_KEY_MAX], from[AUTH_KEY_MAX];
    struct auth_failure *p, *f;

    key_of(pair, PAIR, account, source);
    key_of(from, SOURCE, account, source);
    p = find(s, pair);
    f = find(s, from);
    if (p && f) {
        f->count -= MIN(f->count, p->count);
        if (f->count < free_tries[SOURCE])
            f->until = (struct mono){0};
    }
    if (p)
        VEC_SWAP_REMOVE(&s->failures, (size_t)(p - s->failures.at));
    auth_know(s, account, source);
}
