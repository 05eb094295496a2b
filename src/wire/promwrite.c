/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/promwrite.h"

#include <string.h>

/* Tag bytes: field number and wire type (0 a number, 1 eight bytes, 2 a length and so many bytes). */
enum {
    REQUEST_SERIES = 1 << 3 | 2,
    SERIES_LABEL = 1 << 3 | 2,
    SERIES_SAMPLE = 2 << 3 | 2,
    LABEL_NAME = 1 << 3 | 2,
    LABEL_VALUE = 2 << 3 | 2,
    SAMPLE_VALUE = 1 << 3 | 1,
    SAMPLE_TIME = 2 << 3 | 0,
};

static size_t number_size(uint64_t v)
{
    size_t n = 1;

    for (; v >= 0x80; v >>= 7)
        n++;
    return n;
}

static void put_number(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_add_char(b, (char)(v | 0x80));
    buf_add_char(b, (char)v);
}

static void put_text(struct buf *b, int tag, struct str s)
{
    buf_add_char(b, (char)tag);
    put_number(b, s.n);
    buf_add_str(b, s);
}

static size_t text_size(size_t n)
{
    return 1 + number_size(n) + n;
}

static size_t label_size(const struct promwrite_label *l)
{
    return text_size(l->name.n) + text_size(l->value.n);
}

static size_t sample_size(const struct promwrite_sample *s)
{
    return 1 + 8 + 1 + number_size((uint64_t)s->ms);
}

static void put_label(struct buf *b, const struct promwrite_label *l)
{
    buf_add_char(b, SERIES_LABEL);
    put_number(b, label_size(l));
    put_text(b, LABEL_NAME, l->name);
    put_text(b, LABEL_VALUE, l->value);
}

static void put_sample(struct buf *b, const struct promwrite_sample *s)
{
    uint64_t bits;

    memcpy(&bits, &s->value, sizeof(bits));
    buf_add_char(b, SERIES_SAMPLE);
    put_number(b, sample_size(s));
    buf_add_char(b, SAMPLE_VALUE);
    buf_add_le64(b, bits);
    buf_add_char(b, SAMPLE_TIME);
    put_number(b, (uint64_t)s->ms);
}

void promwrite_series(struct buf *b, const struct promwrite_label *label, size_t n_labels,
                      const struct promwrite_sample *sample, size_t n_samples)
{
    size_t size = 0;

    for (size_t i = 0; i < n_labels; i++)
        if (label[i].value.n)
            size += text_size(label_size(&label[i]));
    for (size_t i = 0; i < n_samples; i++)
        size += text_size(sample_size(&sample[i]));
    buf_add_char(b, REQUEST_SERIES);
    put_number(b, size);
    for (size_t i = 0; i < n_labels; i++)
        if (label[i].value.n)
            put_label(b, &label[i]);
    for (size_t i = 0; i < n_samples; i++)
        put_sample(b, &sample[i]);
}
