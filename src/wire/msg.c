/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/msg.h"

#include "base/err.h"
#include "base/tlv.h"

#include <string.h>

#define REQ true
#define OPT false
#define FIELD_INFO(M, tag_, kind_, name_, need_)                                                             \
    {tag_, MSG_KIND_##kind_, #name_, need_, offsetof(struct msg_##M, name_)},

/* One array of fields a message, closed by an empty entry (a message may have none). */
#define MSG(name, NAME, number, version, from, to, text)                                                     \
    static const struct msg_field_info fields_##name[] = {FIELDS_##name(FIELD_INFO, name){0}};
MSG_TABLE(MSG)
#undef MSG
#undef REQ
#undef OPT

/* The names that the table uses for senders and receivers. */
enum {
#define X(id, name) id = ROLE_BIT(id),
    ROLES(X)
#undef X
        ANY = ROLE_BIT_ANY,
};

static const struct msg_info infos[] = {
#define MSG(name, NAME, number, version, from, to, text)                                                     \
    {MSG_##NAME,                                                                                             \
     version,                                                                                                \
     #NAME,                                                                                                  \
     from,                                                                                                   \
     to,                                                                                                     \
     text,                                                                                                   \
     fields_##name,                                                                                          \
     ARRAY_LEN(fields_##name) - 1,                                                                           \
     sizeof(struct msg_##name)},
    MSG_TABLE(MSG)
#undef MSG
};

size_t msg_count(void)
{
    return ARRAY_LEN(infos);
}

const struct msg_info *msg_info_at(size_t i)
{
    BUG_ON(i >= ARRAY_LEN(infos));
    return &infos[i];
}

enum { /* places in infos */
#define MSG(name, NAME, number, version, from, to, text) AT_##NAME,
       MSG_TABLE(MSG)
#undef MSG
};

/* Two messages of one number do not compile. */
const struct msg_info *msg_info(enum msg_type type)
{
    switch (type) {
#define MSG(name, NAME, number, version, from, to, text)                                                     \
    case MSG_##NAME: return &infos[AT_##NAME];
        MSG_TABLE(MSG)
#undef MSG
    }
    return NULL;
}

/* ---- coding ---- */

static void put_field(struct buf *b, const struct msg_field_info *f, const void *at)
{
    const struct msg_strv *v = at;
    uint64_t u;
    int64_t i;
    struct str s;

    switch (f->kind) {
    case MSG_KIND_U64:
        memcpy(&u, at, sizeof(u));
        if (u || f->required)
            tlv_put_u64(b, f->tag, u);
        return;
    case MSG_KIND_I64:
        memcpy(&i, at, sizeof(i));
        if (i || f->required)
            tlv_put_i64(b, f->tag, i);
        return;
    case MSG_KIND_STR:
        memcpy(&s, at, sizeof(s));
        if (s.n || f->required)
            tlv_put_str(b, f->tag, s);
        return;
    case MSG_KIND_STRV:
        for (size_t k = 0; k < v->n; k++)
            tlv_put_str(b, f->tag, v->at[k]);
        return;
    }
}

static size_t count_words(const struct msg_info *info, const char *body)
{
    size_t n = 0;

    for (size_t i = 0; i < info->n_fields; i++) {
        if (info->field[i].kind == MSG_KIND_STRV)
            n += ((const struct msg_strv *)(const void *)(body + info->field[i].offset))->n;
    }
    return n;
}

static int put_body(struct buf *b, enum msg_type type, const void *m)
{
    const struct msg_info *info = msg_info(type);
    size_t from = b->len, len;

    BUG_ON(!info);
    if (count_words(info, m) > MSG_STRV_MAX)
        return E_LIMIT;
    buf_add_le16(b, (uint16_t)type);
    buf_add_char(b, (char)info->version);
    buf_add_char(b, 0);
    buf_add_le32(b, 0);
    for (size_t i = 0; i < info->n_fields; i++)
        put_field(b, &info->field[i], (const char *)m + info->field[i].offset);
    len = b->len - from - MSG_HEADER;
    if (len + MSG_HEADER > LIMIT_MESSAGE) {
        buf_truncate(b, from);
        return E_LIMIT;
    }
    for (unsigned k = 0; k < 4; k++)
        b->data[from + 4 + k] = (char)(len >> (8 * k));
    return 0;
}

#define MSG(name, NAME, number, version, from, to, text)                                                     \
    int msg_put_##name(struct buf *b, const struct msg_##name *m)                                            \
    {                                                                                                        \
        return put_body(b, MSG_##NAME, m);                                                                   \
    }
MSG_TABLE(MSG)
#undef MSG

int msg_put(struct buf *b, const struct msg *m)
{
    return put_body(b, m->type, &m->u);
}

/* ---- decoding ---- */

static uint32_t le(const char *p, unsigned bytes)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint32_t)(unsigned char)p[i] << (8 * i);
    return v;
}

int64_t msg_frame_len(struct str data)
{
    uint32_t len;

    if (data.n < MSG_HEADER)
        return 0;
    len = le(data.p + 4, 4);
    if (len > LIMIT_MESSAGE - MSG_HEADER || data.p[3])
        return E_FORMAT;
    return (int64_t)len + MSG_HEADER;
}

static int take_field(struct msg *m, const struct msg_field_info *info, const struct tlv_field *f, bool first)
{
    char *at = (char *)&m->u + info->offset;
    struct msg_strv *v = (struct msg_strv *)(void *)at;
    int64_t i = tlv_i64(f);

    if ((info->kind == MSG_KIND_U64 || info->kind == MSG_KIND_I64) != (f->kind == TLV_NUMBER))
        return E_FORMAT;
    if (!first && info->kind != MSG_KIND_STRV)
        return E_FORMAT;
    switch (info->kind) {
    case MSG_KIND_U64: memcpy(at, &f->u64, sizeof(f->u64)); break;
    case MSG_KIND_I64: memcpy(at, &i, sizeof(i)); break;
    case MSG_KIND_STR: memcpy(at, &f->bytes, sizeof(f->bytes)); break;
    case MSG_KIND_STRV:
        if (m->n_words == MSG_STRV_MAX)
            return E_FORMAT;
        if (first)
            v->at = &m->words[m->n_words];
        m->words[m->n_words++] = f->bytes;
        v->n++;
        break;
    }
    return 0;
}

int msg_decode(struct str frame, struct msg *m)
{
    const struct msg_info *info;
    struct tlv_field f;
    struct str rest;
    size_t at = 0; /* the field that may come next */
    bool seen = false;
    int r;

    if (msg_frame_len(frame) != (int64_t)frame.n || !frame.n)
        return E_FORMAT;
    m->type = (enum msg_type)le(frame.p, 2);
    info = msg_info(m->type);
    if (!info || (uint8_t)frame.p[2] != info->version)
        return E_FORMAT;
    memset(&m->u, 0, sizeof(m->u));
    m->n_words = 0;
    rest = str_sub(frame, MSG_HEADER, frame.n);
    while ((r = tlv_next(&rest, &f)) == 1) {
        for (; at < info->n_fields && info->field[at].tag < f.tag; at++, seen = false) {
            if (info->field[at].required && !seen)
                return E_FORMAT;
        }
        if (at == info->n_fields || info->field[at].tag != f.tag)
            return E_FORMAT;
        if (take_field(m, &info->field[at], &f, !seen) < 0)
            return E_FORMAT;
        seen = true;
    }
    for (; r == 0 && at < info->n_fields; at++, seen = false) {
        if (info->field[at].required && !seen)
            return E_FORMAT;
    }
    return r;
}

size_t msg_carries_fds(const struct msg *m)
{
    switch (m->type) {
    case MSG_PEER:
    case MSG_FDPASS:
    case MSG_BOARD:
    case MSG_OIDS: return 1;
    case MSG_SNAPSHOT: return (size_t)(m->u.snapshot.public_len > 0) + (m->u.snapshot.secret_len > 0);
    default: return 0;
    }
}
