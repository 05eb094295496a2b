/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plugin says, on its way to another store. The first line: labels of the configuration, or how far a target is; the rest: the output of a result, whose object is called so, too. Each measurement
 * is one line of Influx', without a control character; the body of a remote write is read back by its lengths to its last byte, and has as many samples.
 */
#include "db/outgoing.h"

#include "base/tlv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes a field with a length off: its number. */
static unsigned take(struct str *rest, struct str *value)
{
    unsigned tag = (unsigned char)rest->p[0];
    uint64_t n;

    *rest = str_sub(*rest, 1, SIZE_MAX);
    BUG_ON((tag & 7) != 2 || !tlv_get_varint(rest, &n) || n > rest->n);
    *value = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n, SIZE_MAX);
    return tag >> 3;
}

static void look_at_label(struct str label)
{
    struct str name, value;

    BUG_ON(take(&label, &name) != 1 || !name.n);
    BUG_ON(take(&label, &value) != 2 || !value.n || label.n);
}

static size_t count_samples(struct str body)
{
    struct str series, part;
    size_t n = 0;

    while (body.n) {
        BUG_ON(take(&body, &series) != 1);
        while (series.n) {
            unsigned field = take(&series, &part);

            BUG_ON(field != 1 && field != 2);
            n += field == 2;
            if (field == 1)
                look_at_label(part);
            else
                BUG_ON(part.n < 11 || part.p[0] != 9 || part.p[9] != 16);
        }
    }
    return n;
}

static void look_at_lines(struct str text, size_t wanted)
{
    for (; text.n; wanted--) {
        struct str line = str_cut(&text, '\n');

        BUG_ON(!wanted || !str_starts(line, STR("vigie_perfdata,")) || !str_contains(line, STR(" value=")));
        for (size_t i = 0; i < line.n; i++)
            BUG_ON((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f);
    }
    BUG_ON(wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size), first = str_cut(&rest, '\n'), name = rest;
    struct record_result r = {.oid = 1, .how = RECORD_HOW_EXIT, .started = TIME_S, .output = rest};
    struct buf b = BUF_INIT;
    struct labels l;
    struct outgoing o;
    uint64_t done, marked;

    outgoing_place(first, &done, &marked);
    if (labels_init(&l, first, &(struct err)ERR_INIT) < 0)
        labels_init(&l, STR("site=x"), &(struct err)ERR_INIT);
    name = str_cut(&name, '\0'); /* no name of a configuration has one */
    outgoing_init(&o);
    outgoing_add(&o, name.n ? name : STR("h"), STR("s"), &r);
    r.started += 1;
    outgoing_add(&o, name.n ? name : STR("h"), STR("s"), &r);
    outgoing_sort(&o);
    outgoing_remote(&o, 0, o.v.n, &l, &b);
    BUG_ON(count_samples(buf_str(&b)) != o.v.n);
    buf_clear(&b);
    outgoing_influx(&o, 0, o.v.n, &l, &b);
    look_at_lines(buf_str(&b), o.v.n);
    buf_release(&b);
    outgoing_release(&o);
    return 0;
}
