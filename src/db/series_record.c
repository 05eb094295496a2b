/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_record.h"

#include "base/hash.h"
#include "base/tlv.h"

#include <stdio.h>
#include <string.h>

static uint64_t get_le(const char *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = n; i-- > 0;)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

/* ---- classes and names ---- */

static const struct {
    char name[8];
    int64_t partition, bucket;
} classes[SERIES_CLASSES] = {
    [SERIES_RAW] = {"raw", TIME_DAY, 0},
    [SERIES_5M] = {"5m", 8 * TIME_DAY, 5 * TIME_MIN},
    [SERIES_1H] = {"1h", 64 * TIME_DAY, TIME_H},
    [SERIES_1D] = {"1d", 1024 * TIME_DAY, TIME_DAY},
};
static const char endings[SERIES_FORMS][8] = {
    [SERIES_LOG] = ".vsl", [SERIES_PART] = ".vsp", [SERIES_WHOLE] = ".vsw", [SERIES_HEAD] = ".vsh"};

int64_t series_partition_us(enum series_class class)
{
    return classes[class].partition;
}

int64_t series_bucket_us(enum series_class class)
{
    return classes[class].bucket;
}

int64_t series_start_of(enum series_class class, int64_t us)
{
    int64_t long_us = classes[class].partition, into = us % long_us;

    return us - into - (into < 0 ? long_us : 0);
}

const char *series_class_name(enum series_class class)
{
    return classes[class].name;
}

void series_name_put(char *out, const struct series_header *h)
{
    struct time_civil c = time_utc((struct wall){h->start_us});

    if (h->form == SERIES_HEAD)
        snprintf(out, SERIES_NAME, "head-%08u%s", h->generation, endings[h->form]);
    else
        snprintf(out, SERIES_NAME, "%s-%04d%02d%02d-%04u%s", classes[h->class].name, c.year, c.month, c.day,
                 h->generation, endings[h->form]);
}

static bool digits(struct str s, uint64_t *v)
{
    return s.n > 0 && s.n <= 10 && s.p[0] >= '0' && s.p[0] <= '9' && str_to_u64(s, v);
}

/* The name is right if writing what was read gives it again. */
bool series_name_get(const char *name, struct series_header *h)
{
    struct str rest = str_of(name), what = str_cut(&rest, '-'), day;
    char again[SERIES_NAME];
    uint64_t generation, date = 0;
    unsigned class = 0, form = 0;

    *h = (struct series_header){.start_us = 0};
    if (rest.n < 4)
        return false;
    while (form < SERIES_FORMS && !str_ends(rest, str_of(endings[form])))
        form++;
    rest.n -= 4;
    if (form == SERIES_FORMS)
        return false;
    if (form != SERIES_HEAD) {
        while (class < SERIES_CLASSES && !str_eq_c(what, classes[class].name))
            class ++;
        day = str_cut(&rest, '-');
        if (class == SERIES_CLASSES || day.n != 8 || !digits(day, &date))
            return false;
        h->start_us =
            time_days_from_civil((int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100)) * TIME_DAY;
    }
    if (!digits(rest, &generation) || generation > UINT32_MAX)
        return false;
    h->class = (enum series_class) class;
    h->form = (enum series_form)form;
    h->generation = (uint32_t)generation;
    series_name_put(again, h);
    return strcmp(again, name) == 0 &&
           (form == SERIES_HEAD || series_start_of(h->class, h->start_us) == h->start_us);
}

/* ---- header ---- */

void series_header_put(struct buf *b, const struct series_header *h)
{
    size_t from = b->len;

    buf_add(b, SERIES_MAGIC, 8);
    buf_add_le32(b, SERIES_VERSION);
    buf_add_char(b, (char)h->class);
    buf_add_char(b, (char)h->form);
    buf_add_le16(b, 0);
    buf_add_le64(b, (uint64_t)h->start_us);
    buf_add_le32(b, h->generation);
    buf_add_le32(b, h->site);
    buf_add_le64(b, h->nonce);
    buf_add_le32(b, 0);
    buf_add_le32(b, hash_crc32c(0, b->data + from, SERIES_HEADER - 4));
}

int series_header_get(struct str s, struct series_header *h, struct err *err)
{
    uint64_t version;

    if (s.n < SERIES_HEADER || memcmp(s.p, SERIES_MAGIC, 8) != 0)
        return err_set(err, E_FORMAT, "this is no file of the series store");
    version = get_le(s.p + 8, 4);
    if (hash_crc32c(0, s.p, SERIES_HEADER - 4) != get_le(s.p + SERIES_HEADER - 4, 4))
        return err_set(err, E_FORMAT, "the header is damaged");
    if (version > SERIES_VERSION)
        return err_set(err, E_INVAL,
                       "it was written by a newer Vigie (format %u, this one reads up to %u): start that "
                       "version again, or restore a backup made by this one; nothing was changed",
                       (unsigned)version, SERIES_VERSION);
    if ((unsigned char)s.p[12] >= SERIES_CLASSES || (unsigned char)s.p[13] >= SERIES_FORMS)
        return err_set(err, E_FORMAT, "the header is damaged");
    *h = (struct series_header){.class = (enum series_class)s.p[12],
                                .form = (enum series_form)s.p[13],
                                .start_us = (int64_t)get_le(s.p + 16, 8),
                                .generation = (uint32_t)get_le(s.p + 24, 4),
                                .site = (uint32_t)get_le(s.p + 28, 4),
                                .nonce = get_le(s.p + 32, 8)};
    return 0;
}

/* ---- records ---- */

static uint32_t checksum(uint64_t nonce, const char *p, size_t n)
{
    char seed[8];

    for (unsigned i = 0; i < 8; i++)
        seed[i] = (char)(nonce >> (8 * i));
    return hash_crc32c(hash_crc32c(0, seed, sizeof(seed)), p, n);
}

size_t series_record_put(struct buf *b, uint64_t nonce, enum series_kind kind, struct str head,
                         struct str body)
{
    size_t from = b->len;
    uint32_t sum;

    BUG_ON(head.n + body.n > SERIES_BODY_MAX);
    buf_add_le32(b, 0);
    tlv_put_varint(b, (uint64_t)(head.n + body.n) << 3 | kind);
    buf_add_str(b, head);
    buf_add_str(b, body);
    sum = checksum(nonce, b->data + from + 4, b->len - from - 4);
    for (unsigned i = 0; i < 4; i++)
        b->data[from + i] = (char)(sum >> (8 * i));
    return b->len - from;
}

int series_record_get(struct str bytes, uint64_t nonce, struct series_record *r, size_t *size)
{
    struct str rest = str_sub(bytes, 4, SIZE_MAX);
    uint64_t v;

    *size = 0;
    if (!bytes.n)
        return 0;
    if (!tlv_get_varint(&rest, &v))
        return bytes.n < 4 + TLV_VARINT_MAX ? E_AGAIN : E_FORMAT;
    if (v >> 3 > SERIES_BODY_MAX || !(v & 7))
        return E_FORMAT;
    *size = bytes.n - rest.n + (size_t)(v >> 3);
    if (rest.n < v >> 3)
        return E_AGAIN;
    if (checksum(nonce, bytes.p + 4, *size - 4) != get_le(bytes.p, 4))
        return E_FORMAT;
    *r =
        (struct series_record){.kind = (enum series_kind)(v & 7), .body = str_sub(rest, 0, (size_t)(v >> 3))};
    return 1;
}

/* ---- keys ---- */

void series_key_put(struct buf *b, const struct series_key *k)
{
    BUG_ON(k->label.n > SERIES_LABEL_MAX);
    tlv_put_varint(b, k->oid);
    buf_add_char(b, (char)k->unit);
    tlv_put_varint(b, k->label.n);
    buf_add_str(b, k->label);
}

bool series_key_get(struct str *rest, struct series_key *k)
{
    uint64_t n;

    if (!tlv_get_varint(rest, &k->oid) || !rest->n)
        return false;
    k->unit = (uint8_t)rest->p[0];
    *rest = str_sub(*rest, 1, SIZE_MAX);
    if (!tlv_get_varint(rest, &n) || n > SERIES_LABEL_MAX || n > rest->n)
        return false;
    k->label = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n, SIZE_MAX);
    return true;
}

bool series_key_eq(const struct series_key *a, const struct series_key *b)
{
    return a->oid == b->oid && a->unit == b->unit && str_eq(a->label, b->label);
}

uint32_t series_key_hash(const struct series_key *k)
{
    char unit = (char)k->unit;

    return hash_crc32c(hash_crc32c(0, &unit, 1), k->label.p, k->label.n);
}

int series_key_cmp(const struct series_key *a, const struct series_key *b)
{
    uint32_t ha, hb;

    if (a->oid != b->oid)
        return a->oid < b->oid ? -1 : 1;
    ha = series_key_hash(a);
    hb = series_key_hash(b);
    if (ha != hb)
        return ha < hb ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return str_cmp(a->label, b->label);
}

bool series_chunk_head_get(struct str body, struct series_chunk_head *c)
{
    if (!tlv_get_varint(&body, &c->number) || !tlv_get_varint(&body, &c->back))
        return false;
    c->chunk = body;
    return true;
}

/* ---- the index of a whole file ---- */

void series_page_put(struct buf *body, const struct series_place *p, size_t n)
{
    uint64_t oid = 0;

    tlv_put_varint(body, p[0].at);
    tlv_put_varint(body, n);
    for (size_t i = 0; i < n; i++) {
        tlv_put_varint(body, p[i].oid - oid);
        buf_add_le32(body, p[i].hash);
        tlv_put_varint(body, p[i].bytes);
        oid = p[i].oid;
    }
}

int series_page_each(struct str body, uint64_t oid, bool (*each)(void *user, const struct series_place *p),
                     void *user)
{
    struct series_place p = {.oid = 0};
    uint64_t n, more;

    if (!tlv_get_varint(&body, &p.at) || !tlv_get_varint(&body, &n))
        return E_FORMAT;
    for (; n; n--, p.at += p.bytes) {
        if (!tlv_get_varint(&body, &more) || body.n < 4)
            return E_FORMAT;
        p.oid += more;
        p.hash = (uint32_t)get_le(body.p, 4);
        body = str_sub(body, 4, SIZE_MAX);
        if (!tlv_get_varint(&body, &p.bytes))
            return E_FORMAT;
        if ((!oid || p.oid == oid) && !each(user, &p))
            return 0;
    }
    return body.n ? E_FORMAT : 0;
}

int series_top_find(struct str body, uint64_t oid, uint64_t *at, uint64_t *bytes)
{
    uint64_t place, n, first = 0, more, size;

    *bytes = 0;
    if (!tlv_get_varint(&body, &place) || !tlv_get_varint(&body, &n))
        return E_FORMAT;
    for (; n; n--, place += size) {
        if (!tlv_get_varint(&body, &more) || !tlv_get_varint(&body, &size))
            return E_FORMAT;
        first += more;
        if (first > oid)
            break;
        /* Of the pages that begin below the oid only the last one can hold it; all that begin with it do, and stand behind it. */
        if (first < oid || !*bytes) {
            *at = place;
            *bytes = size;
        } else {
            *bytes += size;
        }
    }
    return 0;
}

void series_end_put(struct buf *b, uint64_t nonce, const struct series_end *e)
{
    struct buf body = BUF_INIT;

    buf_add_le64(&body, e->top);
    buf_add_le32(&body, e->top_bytes);
    buf_add_le32(&body, e->series);
    buf_add_le64(&body, e->samples);
    BUG_ON(series_record_put(b, nonce, SERIES_R_END, buf_str(&body), STR_NULL) != SERIES_END);
    buf_release(&body);
}

int series_end_get(struct str bytes, uint64_t nonce, struct series_end *e)
{
    struct series_record r;
    size_t size;

    if (series_record_get(bytes, nonce, &r, &size) != 1 || r.kind != SERIES_R_END || r.body.n != 24)
        return E_FORMAT;
    *e = (struct series_end){.top = get_le(r.body.p, 8),
                             .top_bytes = (uint32_t)get_le(r.body.p + 8, 4),
                             .series = (uint32_t)get_le(r.body.p + 12, 4),
                             .samples = get_le(r.body.p + 16, 8)};
    return 0;
}
