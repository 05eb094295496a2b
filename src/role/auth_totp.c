/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: codes by time (RFC 6238 with SHA-1, as all authenticators have it) and recovery codes. */
#include "role/auth_int.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define STEP_US        (30 * TIME_S)
#define DIGITS         6u
#define RECOVERY_BYTES 10u /* 80 bits: a fast hash of them is enough */
#define ENROL_US       (15 * TIME_MIN)

/* ---- SHA-1 (FIPS 180-4), HMAC (RFC 2104), the truncation of RFC 4226 ---- */

#define SHA1_BYTES 20u
#define SHA1_BLOCK 64u

static uint32_t turn(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}

static void sha1_block(uint32_t h[5], const unsigned char *p)
{
    static const uint32_t add[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[80], v[5];

    for (unsigned i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (unsigned i = 16; i < 80; i++)
        w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(v, h, sizeof(v));
    for (unsigned i = 0; i < 80; i++) {
        uint32_t f = i < 20              ? (v[1] & v[2]) | (~v[1] & v[3])
                     : i < 40 || i >= 60 ? v[1] ^ v[2] ^ v[3]
                                         : (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
        uint32_t t = turn(v[0], 5) + f + v[4] + add[i / 20] + w[i];

        memmove(v + 1, v, 4 * sizeof(*v));
        v[2] = turn(v[2], 30);
        v[0] = t;
    }
    for (unsigned i = 0; i < 5; i++)
        h[i] += v[i];
    mem_wipe(w, sizeof(w));
}

/* Of at most two blocks together: what HMAC of a step needs. */
static void sha1(const unsigned char pad[SHA1_BLOCK], const unsigned char *p, size_t n,
                 unsigned char out[SHA1_BYTES])
{
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    unsigned char last[SHA1_BLOCK] = {0};
    uint64_t bits = (SHA1_BLOCK + n) * 8;

    BUG_ON(n > SHA1_BLOCK - 9);
    sha1_block(h, pad);
    memcpy(last, p, n);
    last[n] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[SHA1_BLOCK - 1 - i] = (unsigned char)(bits >> 8 * i);
    sha1_block(h, last);
    for (unsigned i = 0; i < SHA1_BYTES; i++)
        out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

uint32_t auth_totp_number(const unsigned char *key, size_t n, uint64_t step)
{
    unsigned char in[SHA1_BLOCK], out[SHA1_BLOCK], hash[SHA1_BYTES], count[8];
    const unsigned char *at;

    BUG_ON(n > SHA1_BLOCK);
    memset(in, 0x36, sizeof(in));
    memset(out, 0x5c, sizeof(out));
    for (size_t i = 0; i < n; i++) {
        in[i] ^= key[i];
        out[i] ^= key[i];
    }
    for (unsigned i = 0; i < 8; i++)
        count[7 - i] = (unsigned char)(step >> 8 * i);
    sha1(in, count, sizeof(count), hash);
    sha1(out, hash, sizeof(hash), hash);
    mem_wipe(in, sizeof(in));
    mem_wipe(out, sizeof(out));
    at = hash + (hash[SHA1_BYTES - 1] & 15);
    return (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- base32 (RFC 4648, without padding) ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void auth_base32(const unsigned char *p, size_t n, char *out)
{
    unsigned bits = 0, have = 0;

    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8 | p[i]) & 0xffff;
        for (have += 8; have >= 5; have -= 5)
            *out++ = letters[bits >> (have - 5) & 31];
    }
    if (have)
        *out++ = letters[bits << (5 - have) & 31];
    *out = '\0';
}

bool auth_base32_read(struct str s, unsigned char *out, size_t n)
{
    unsigned bits = 0, have = 0;
    size_t done = 0;

    if (s.n != (n * 8 + 4) / 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        const char *at = memchr(letters, s.p[i], 32);

        if (!at)
            return false;
        bits = (bits << 5 | (unsigned)(at - letters)) & 0xffff;
        have += 5;
        if (have >= 8 && done < n) {
            have -= 8;
            out[done++] = (unsigned char)(bits >> have);
        }
    }
    return done == n;
}

/* ---- codes ---- */

/* The letters and digits of what was typed, as capitals: blanks and dashes are how people write them. */
static size_t typed(struct str code, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];

        if (c == ' ' || c == '-')
            continue;
        if (n + 1 == size)
            return 0;
        out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[n] = '\0';
    return n;
}

/* The step of which it is the code; -1: of none that is near and later than `after`. */
static int64_t step_of(const unsigned char key[AUTH_TOTP_KEY], const char *code, struct auth_now now,
                       int64_t after)
{
    int64_t at = now.wall.us / STEP_US, found = -1;

    for (int64_t step = at - 1; step <= at + 1; step++) {
        char want[DIGITS + 1];

        snprintf(want, sizeof(want), "%06u",
                 (unsigned)(auth_totp_number(key, AUTH_TOTP_KEY, (uint64_t)step) % 1000000));
        if (step > after && sodium_memcmp(want, code, DIGITS) == 0)
            found = step;
    }
    return found;
}

static bool take_recovery(struct auth_totp *t, const char *code)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_sha256(code, strlen(code), hash);
    for (unsigned i = 0; i < t->n_recovery; i++) {
        if (!auth_same_hash(t->recovery[i], hash))
            continue;
        memmove(t->recovery[i], t->recovery[--t->n_recovery], sizeof(hash));
        return true;
    }
    return false;
}

bool auth_totp_take(struct auth_store *s, struct auth_user *u, struct auth_now now, struct str code)
{
    char text[AUTH_RECOVERY_TEXT];
    size_t n = typed(code, text, sizeof(text));
    int64_t step;

    if (n == DIGITS) {
        step = step_of(u->totp.key, text, now, u->totp.step);
        if (step < 0)
            return false;
        u->totp.step = step;
    } else if (n != RECOVERY_BYTES * 8 / 5 || !take_recovery(&u->totp, text)) {
        return false;
    }
    s->users_changed = true; /* each is taken once, also after a crash */
    return true;
}

static void new_recovery(struct auth_store *s, struct auth_totp *t, struct auth_result *r)
{
    t->n_recovery = AUTH_RECOVERY;
    for (unsigned i = 0; i < AUTH_RECOVERY; i++) {
        unsigned char raw[RECOVERY_BYTES];
        char text[RECOVERY_BYTES * 8 / 5 + 1], *out = r->recovery[i];

        s->random(raw, sizeof(raw));
        auth_base32(raw, sizeof(raw), text);
        hash_sha256(text, strlen(text), t->recovery[i]);
        for (unsigned k = 0; text[k]; k++) {
            if (k && k % 4 == 0)
                *out++ = '-';
            *out++ = text[k] >= 'A' && text[k] <= 'Z' ? (char)(text[k] - 'A' + 'a') : text[k];
        }
        *out = '\0';
        mem_wipe(raw, sizeof(raw));
        mem_wipe(text, sizeof(text));
    }
    r->n_recovery = AUTH_RECOVERY;
}

/* ---- what people do ---- */

static struct auth_user *user(struct auth_store *s, struct str name, struct auth_result *r)
{
    struct auth_user *u = auth_find_user(s, name);

    if (!u)
        auth_fail(r, AUTH_NONE, "user", PROBLEM_USER_UNKNOWN);
    return u;
}

void auth_totp_enrol(struct auth_store *s, struct auth_now now, struct str name, struct str password,
                     struct auth_result *r)
{
    struct auth_user *u = user(s, name, r);

    if (!u)
        return;
    if (u->totp.on) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_TOTP_ON);
        return;
    }
    if (!auth_confirm(s, now, u, password, "password", r))
        return;
    s->random(u->totp.next, sizeof(u->totp.next));
    u->totp.next_until = (struct mono){now.mono.us + ENROL_US};
    auth_base32(u->totp.next, sizeof(u->totp.next), r->secret);
    str_copy(r->user, sizeof(r->user), str_of(u->name));
}

void auth_totp_confirm(struct auth_store *s, struct auth_now now, struct str name, struct str code,
                       struct str source, struct auth_result *r)
{
    struct auth_user *u = user(s, name, r);
    char text[AUTH_RECOVERY_TEXT];
    int64_t step;

    if (!u)
        return;
    if (u->totp.on || now.mono.us >= u->totp.next_until.us) {
        auth_fail(r, AUTH_CONFLICT, NULL, u->totp.on ? PROBLEM_TOTP_ON : PROBLEM_TOTP_BEGIN);
        return;
    }
    r->wait_us = auth_wait(s, now.mono, str_of(u->name), str_of(u->name));
    if (r->wait_us > 0) {
        auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
        return;
    }
    step = typed(code, text, sizeof(text)) == DIGITS ? step_of(u->totp.next, text, now, -1) : -1;
    if (step < 0) {
        auth_failed(s, now.mono, str_of(u->name), str_of(u->name));
        auth_fail(r, AUTH_INVALID, "code", PROBLEM_TOTP_WRONG);
        return;
    }
    memcpy(u->totp.key, u->totp.next, sizeof(u->totp.key));
    mem_wipe(u->totp.next, sizeof(u->totp.next));
    u->totp.next_until = (struct mono){0};
    u->totp.step = step;
    u->totp.on = true;
    new_recovery(s, &u->totp, r);
    s->users_changed = true;
    auth_drop_sessions(s, u->name);
    auth_open_session(s, now, u, source, r);
}

/* Password and code of who has a session; NULL: it failed. */
static struct auth_user *prove(struct auth_store *s, struct auth_now now, struct str name,
                               struct str password, struct str code, struct auth_result *r)
{
    struct auth_user *u = user(s, name, r);

    if (!u)
        return NULL;
    if (!u->totp.on) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_TOTP_OFF);
        return NULL;
    }
    if (!auth_confirm(s, now, u, password, "password", r))
        return NULL;
    if (auth_totp_take(s, u, now, code))
        return u;
    auth_failed(s, now.mono, str_of(u->name), str_of(u->name));
    auth_fail(r, AUTH_INVALID, "code", PROBLEM_TOTP_WRONG);
    return NULL;
}

void auth_totp_off(struct auth_store *s, struct auth_now now, struct str name, struct str password,
                   struct str code, struct auth_result *r)
{
    struct auth_result has = {.code = AUTH_OK};
    struct auth_user *u;

    auth_user_grants(s, name, &has);
    if (has.totp_required) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_TOTP_REQUIRED);
        return;
    }
    u = prove(s, now, name, password, code, r);
    if (u)
        mem_wipe(&u->totp, sizeof(u->totp));
}

void auth_totp_recovery(struct auth_store *s, struct auth_now now, struct str name, struct str password,
                        struct str code, struct auth_result *r)
{
    struct auth_user *u = prove(s, now, name, password, code, r);

    if (u)
        new_recovery(s, &u->totp, r);
}
