/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A store of users for tests, with a cheap argon2id, under a clock of our own. */
#include "role/auth_int.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define GOOD "correct zebra lamp forty"

static struct auth_now clock_at; /* the test's clock */
static unsigned char next_byte;

static inline void counting(void *p, size_t n)
{
    memset(p, ++next_byte, n);
}

static inline void forward(int64_t us)
{
    clock_at.wall.us += us;
    clock_at.mono.us += us;
}

static inline struct auth_store *store_new(void)
{
    struct auth_store *s = mem_zalloc(sizeof(*s));

    assert_true(sodium_init() >= 0);
    auth_store_init(s, counting);
    s->ops = crypto_pwhash_OPSLIMIT_MIN;
    s->mem = crypto_pwhash_MEMLIMIT_MIN;
    clock_at = (struct auth_now){{1700000000 * TIME_S}, {5 * TIME_S}};
    return s;
}

static inline void store_free(struct auth_store *s)
{
    auth_store_release(s);
    mem_free(s);
}

/* The rights of an administrator. */
static inline struct str all(void)
{
    static char text[2048];
    struct buf b = BUF_INIT;

    auth_rights_write(~UINT64_C(0), &b);
    snprintf(text, sizeof(text), "%s", b.data);
    buf_release(&b);
    return str_of(text);
}

static inline struct auth_result add(struct auth_store *s, const char *name, const char *role)
{
    const struct auth_user_want w = {.role = str_of(role), .scope = STR("null"), .names = STR("[]")};
    struct auth_result r = {.code = AUTH_OK};

    auth_user_create(s, clock_at, str_of(name), STR(GOOD), &w, all(), &r);
    return r;
}

static inline struct auth_result login(struct auth_store *s, const char *name, const char *password,
                                       const char *source)
{
    struct auth_result r = {.code = AUTH_OK};

    auth_login(s, clock_at, str_of(name), str_of(password), STR(""), str_of(source), &r);
    return r;
}

static inline struct auth_result check(struct auth_store *s, const char *secret)
{
    struct auth_result r = {.code = AUTH_OK};

    auth_session_check(s, clock_at, str_of(secret), &r);
    return r;
}

static inline void make_token(struct auth_store *s, struct str name, struct str role, int64_t lasts,
                              struct auth_result *r)
{
    const struct auth_user_want w = {.role = role, .scope = STR("null"), .names = STR("")};

    auth_token_create(s, clock_at, name, &w, lasts, STR("ann"), all(), r);
}
