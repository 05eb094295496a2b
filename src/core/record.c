/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include "base/err.h"
#include "base/tlv.h"

#include <string.h>

enum field_type { FIELD_U64, FIELD_I64, FIELD_STR };

struct field {
    uint16_t offset;
    uint8_t tag, type;
};
struct kind {
    const char *name;
    const struct field *fields;
    size_t n, size;
};

/* clang-format off */
#define RECORD(NAME, name, number) static const struct field fields_##name[] = {
#define F_U64(name, field_, tag_) {offsetof(struct record_##name, field_), tag_, FIELD_U64},
#define F_I64(name, field_, tag_) {offsetof(struct record_##name, field_), tag_, FIELD_I64},
#define F_STR(name, field_, tag_) {offsetof(struct record_##name, field_), tag_, FIELD_STR},
#define END(name) };
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
#undef END

#define RECORD(NAME, name_, number) [number] = {#NAME, fields_##name_, ARRAY_LEN(fields_##name_), sizeof(struct record_##name_)},
#define F_U64(name, field, tag)
#define F_I64(name, field, tag)
#define F_STR(name, field, tag)
#define END(name)
static const struct kind kinds[] = {
#include "core/record.def"
};
/* clang-format on */

static const struct kind *kind_of(unsigned long kind)
{
    return kind < ARRAY_LEN(kinds) && kinds[kind].name ? &kinds[kind] : NULL;
}

size_t record_size(enum record_kind kind)
{
    const struct kind *k = kind_of(kind);

    return k ? k->size : 0;
}

bool record_restores(enum record_kind kind)
{
    switch (kind) {
    case RECORD_RESULT:
    case RECORD_EVENT:
    case RECORD_COMMAND:
    case RECORD_CLOCK:
    case RECORD_SKIP:
    case RECORD_SNAPSHOT:
    case RECORD_AUDIT_HEAD:
    case RECORD_CHECKPOINT_END: return false;
    default: return true;
    }
}

const char *record_name(enum record_kind kind)
{
    const struct kind *k = kind_of(kind);

    return k ? k->name : "?";
}

static void put_field(struct buf *b, const struct field *f, const char *at)
{
    uint64_t u;
    int64_t i;
    struct str s;

    switch ((enum field_type)f->type) {
    case FIELD_U64:
        memcpy(&u, at, sizeof(u));
        if (u)
            tlv_put_u64(b, f->tag, u);
        break;
    case FIELD_I64:
        memcpy(&i, at, sizeof(i));
        if (i)
            tlv_put_i64(b, f->tag, i);
        break;
    case FIELD_STR:
        memcpy(&s, at, sizeof(s));
        if (s.n)
            tlv_put_str(b, f->tag, s);
        break;
    }
}

static void put_payload(struct buf *b, const struct kind *k, const void *record)
{
    for (size_t i = 0; i < k->n; i++)
        put_field(b, &k->fields[i], (const char *)record + k->fields[i].offset);
}

#define LENGTH_MOSTLY 2
void record_put(struct buf *batch, enum record_kind kind, struct wall at, const void *record)
{
    const struct kind *k = kind_of(kind);
    unsigned char length[TLV_VARINT_MAX];
    size_t begin, n, size;

    BUG_ON(!k);
    tlv_put_varint(batch, (uint64_t)kind);
    tlv_put_varint(batch, (uint64_t)at.us);
    /* The length stands before what has it, and is nearly always of two bytes: so the payload is made in its place, and rarely moved. */
    begin = batch->len;
    buf_add(batch, "\0\0", LENGTH_MOSTLY);
    put_payload(batch, k, record);
    n = batch->len - begin - LENGTH_MOSTLY;
    size = tlv_varint(length, n);
    if (size != LENGTH_MOSTLY) {
        buf_reserve(batch, size);
        memmove(batch->data + begin + size, batch->data + begin + LENGTH_MOSTLY, n);
        batch->len = begin + size + n;
        batch->data[batch->len] = '\0';
    }
    memcpy(batch->data + begin, length, size);
}

int record_next(struct str *rest, struct record_frame *f)
{
    uint64_t kind, at, n;

    if (!rest->n)
        return 0;
    if (!tlv_get_varint(rest, &kind) || !tlv_get_varint(rest, &at) || !tlv_get_varint(rest, &n))
        return E_FORMAT;
    if (!kind_of(kind) || n > rest->n)
        return E_FORMAT;
    f->kind = (enum record_kind)kind;
    f->at = (struct wall){(int64_t)at};
    f->payload = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n - n);
    return 1;
}

struct str record_take(struct str *rest, size_t most, uint64_t *n)
{
    struct str all = *rest, next = *rest;
    struct record_frame f;

    for (*n = 0; next.n; ++*n) {
        BUG_ON(record_next(&next, &f) != 1);
        if (*n && all.n - next.n > most)
            break;
        *rest = next;
    }
    return str_sub(all, 0, all.n - rest->n);
}

static int get_field(const struct field *f, const struct tlv_field *t, char *at)
{
    int64_t i;

    if ((f->type == FIELD_STR) != (t->kind == TLV_BYTES))
        return E_FORMAT;
    if (f->type == FIELD_U64) {
        memcpy(at, &t->u64, sizeof(t->u64));
    } else if (f->type == FIELD_I64) {
        i = tlv_i64(t);
        memcpy(at, &i, sizeof(i));
    } else {
        memcpy(at, &t->bytes, sizeof(t->bytes));
    }
    return 0;
}

static const struct field *field_of(const struct kind *k, unsigned tag)
{
    /* Tags are given in rising order without holes, so the first guess is right; the search is for a table
     * that has holes. */
    if (tag >= 1 && tag <= k->n && k->fields[tag - 1].tag == tag)
        return &k->fields[tag - 1];
    for (size_t i = 0; i < k->n; i++)
        if (k->fields[i].tag == tag)
            return &k->fields[i];
    return NULL;
}

int record_get(enum record_kind kind, struct str payload, void *out)
{
    const struct kind *k = kind_of(kind);
    uint64_t seen[2] = {0, 0};
    struct tlv_field t;
    int r;

    if (!k)
        return E_FORMAT;
    memset(out, 0, k->size);
    while ((r = tlv_next(&payload, &t)) > 0) {
        const struct field *f = field_of(k, t.tag);

        if (!f || (seen[t.tag >> 6] >> (t.tag & 63) & 1))
            return E_FORMAT;
        seen[t.tag >> 6] |= (uint64_t)1 << (t.tag & 63);
        r = get_field(f, &t, (char *)out + f->offset);
        if (r < 0)
            return r;
    }
    return r;
}

void record_pack_word(struct buf *b, struct str word)
{
    tlv_put_varint(b, word.n);
    buf_add_str(b, word);
}

int record_next_word(struct str *rest, struct str *word)
{
    uint64_t n;

    if (!rest->n)
        return 0;
    if (!tlv_get_varint(rest, &n) || n > rest->n)
        return E_FORMAT;
    *word = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n - n);
    return 1;
}
