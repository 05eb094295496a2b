/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_seq.h"

#include "base/err.h"
#include "base/tlv.h"

#include <string.h>

#define WINDOW  7u /* classes that the tree holds; its 8th leaf is the escape */
#define CLASSES 65u
#define TREE    8u
#define HALF    32768u

static uint64_t zigzag(uint64_t v)
{
    return v << 1 ^ (0 - (v >> 63));
}

static uint64_t unzigzag(uint64_t v)
{
    return v >> 1 ^ (0 - (v & 1));
}

static unsigned class_of(uint64_t u)
{
    return u ? 64 - (unsigned)__builtin_clzll(u) : 0;
}

/* ---- what a number is made of ---- */

/* How many numbers stand in the head. */
static size_t given(enum series_seq_rule rule)
{
    static const size_t table[] = {
        [SERIES_SEQ_VALUE] = 0, [SERIES_SEQ_DELTA] = 1, [SERIES_SEQ_RISE] = 1, [SERIES_SEQ_BEND] = 2};

    return table[rule];
}

static inline uint64_t fold(const struct series_seq_plan *p, const int64_t *x, size_t i)
{
    uint64_t v = (uint64_t)x[i], before;

    if (p->rule == SERIES_SEQ_VALUE)
        return v - p->base;
    before = (uint64_t)x[i - 1];
    if (p->rule == SERIES_SEQ_DELTA)
        return zigzag(v - before);
    if (p->rule == SERIES_SEQ_RISE)
        return v - before - p->base;
    return zigzag(v - before - (before - (uint64_t)x[i - 2]));
}

static inline uint64_t unfold(const struct series_seq_plan *p, const int64_t *x, size_t i, uint64_t u)
{
    uint64_t before;

    if (p->rule == SERIES_SEQ_VALUE)
        return u + p->base;
    before = (uint64_t)x[i - 1];
    if (p->rule == SERIES_SEQ_DELTA)
        return unzigzag(u) + before;
    if (p->rule == SERIES_SEQ_RISE)
        return u + p->base + before;
    return unzigzag(u) + before + (before - (uint64_t)x[i - 2]);
}

/* ---- the plan ---- */

/* 256 * log2(v), v at least 1; right to 3/256. */
static uint64_t log2_256(uint64_t v)
{
    unsigned n = 63 - (unsigned)__builtin_clzll(v);
    uint64_t m = (n >= 8 ? v >> (n - 8) : v << (8 - n)) & 255;

    return n * 256u + m + (m * (256 - m) * 88 >> 16);
}

/* Bits, times 256, of numbers whose classes are counted. */
static uint64_t cost_of(const uint32_t *count, size_t n)
{
    uint64_t cost = n ? n * log2_256(n) : 0;

    for (unsigned c = 0; c < CLASSES; c++) {
        if (!count[c])
            continue;
        cost -= MIN(cost, count[c] * log2_256(count[c]));
        if (c > 1)
            cost += (uint64_t)count[c] * (c - 1) * 256;
    }
    return cost;
}

/* The window with most numbers in it. */
static unsigned best_low(const uint32_t *count)
{
    uint64_t best = 0, in = 0;
    unsigned low = 1;

    for (unsigned c = 1; c < CLASSES; c++) {
        in += count[c];
        in -= c > WINDOW ? count[c - WINDOW] : 0;
        if (c >= WINDOW && in > best) {
            best = in;
            low = c - WINDOW + 1;
        }
    }
    return low;
}

static void count_classes(const struct series_seq_plan *p, const int64_t *x, size_t n, uint32_t *count)
{
    memset(count, 0, CLASSES * sizeof(count[0]));
    for (size_t i = given(p->rule); i < n; i++)
        count[class_of(fold(p, x, i))]++;
}

/* The least number, and the least rise: what VALUE and RISE take as 0. */
static void find_bases(const int64_t *x, size_t n, struct series_seq_plan *all)
{
    int64_t least = x[0], rise = n > 1 ? (int64_t)((uint64_t)x[1] - (uint64_t)x[0]) : 0;

    for (size_t i = 1; i < n; i++) {
        int64_t d = (int64_t)((uint64_t)x[i] - (uint64_t)x[i - 1]);

        least = MIN(least, x[i]);
        rise = MIN(rise, d);
    }
    for (unsigned r = 0; r < SERIES_SEQ_RULES; r++)
        all[r] = (struct series_seq_plan){.rule = (enum series_seq_rule)r};
    all[SERIES_SEQ_VALUE].base = (uint64_t)least;
    all[SERIES_SEQ_RISE].base = (uint64_t)rise;
}

static unsigned varint_bits(uint64_t v)
{
    return 8 * (MAX(class_of(v), 1) + 6) / 7;
}

static uint64_t head_cost(const struct series_seq_plan *p, const int64_t *x, size_t n)
{
    uint64_t bits = 0;

    if (given(p->rule) >= 1)
        bits += varint_bits(zigzag((uint64_t)x[0]));
    if (p->rule == SERIES_SEQ_VALUE || p->rule == SERIES_SEQ_RISE)
        bits += varint_bits(zigzag(p->base));
    if (p->rule == SERIES_SEQ_BEND && n > 1)
        bits += varint_bits(zigzag((uint64_t)x[1] - (uint64_t)x[0]));
    return bits * 256;
}

void series_seq_plan(struct series_seq_plan *p, const int64_t *x, size_t n)
{
    struct series_seq_plan all[SERIES_SEQ_RULES];
    uint32_t count[CLASSES];
    uint64_t best = UINT64_MAX;

    BUG_ON(!n);
    find_bases(x, n, all);
    for (unsigned r = 0; r < SERIES_SEQ_RULES; r++) {
        struct series_seq_plan *one = &all[r];
        size_t first = given(one->rule);
        uint64_t cost;

        count_classes(one, x, n, count);
        one->low = n <= first || count[0] == n - first ? SERIES_SEQ_FLAT : best_low(count);
        cost = head_cost(one, x, n) + (one->low == SERIES_SEQ_FLAT ? 0 : cost_of(count, n - first));
        if (cost >= best)
            continue;
        best = cost;
        *p = *one;
    }
}

void series_seq_head_put(struct buf *to, const struct series_seq_plan *p, const int64_t *x, size_t n)
{
    buf_add_char(to, (char)(unsigned char)((unsigned)p->rule | p->low << 2));
    if (given(p->rule) >= 1)
        tlv_put_varint(to, zigzag((uint64_t)x[0]));
    if (p->rule == SERIES_SEQ_VALUE || p->rule == SERIES_SEQ_RISE)
        tlv_put_varint(to, zigzag(p->base));
    if (p->rule == SERIES_SEQ_BEND)
        tlv_put_varint(to, n > 1 ? zigzag((uint64_t)x[1] - (uint64_t)x[0]) : 0);
}

int series_seq_head_get(struct str *rest, struct series_seq_plan *p, int64_t *x, size_t n)
{
    uint64_t v;
    unsigned first;

    if (!rest->n || !n)
        return E_FORMAT;
    first = (unsigned char)rest->p[0];
    *rest = str_sub(*rest, 1, SIZE_MAX);
    p->rule = (enum series_seq_rule)(first & 3);
    p->low = first >> 2;
    p->base = 0;
    if (p->low != SERIES_SEQ_FLAT && (p->low < 1 || p->low + WINDOW > CLASSES))
        return E_FORMAT;
    if (given(p->rule) >= 1) {
        if (!tlv_get_varint(rest, &v))
            return E_FORMAT;
        x[0] = (int64_t)unzigzag(v);
    }
    if (p->rule == SERIES_SEQ_DELTA)
        return 0;
    if (!tlv_get_varint(rest, &v))
        return E_FORMAT;
    if (p->rule != SERIES_SEQ_BEND)
        p->base = unzigzag(v);
    else if (n > 1)
        x[1] = (int64_t)(unzigzag(v) + (uint64_t)x[0]);
    return 0;
}

/* ---- probabilities ---- */

/* Of a 0, in 65536ths; seen: how many decisions it is made of. */
struct node {
    uint16_t zero, seen;
};

struct model {
    struct node nought[2];
    struct node tree[TREE];
    struct node escape[64];
    struct node top[WINDOW][4];
};

static void model_init(struct model *m)
{
    struct node *n = (struct node *)m;

    for (size_t i = 0; i < sizeof(*m) / sizeof(*n); i++)
        n[i] = (struct node){.zero = HALF};
}

/* 65536 / (seen + 2): divided once, by the compiler. */
#define R1(n) (uint16_t)(65536u / ((n) + 2u))
#define R8(n) R1(n), R1(n + 1), R1(n + 2), R1(n + 3), R1(n + 4), R1(n + 5), R1(n + 6), R1(n + 7)
static const uint16_t rate[SERIES_SEQ_MEMORY] = {
    R8(0u),  R8(8u),  R8(16u), R8(24u),  R8(32u),  R8(40u),  R8(48u),  R8(56u),  R8(64u),  R8(72u),
    R8(80u), R8(88u), R8(96u), R8(104u), R8(112u), R8(120u), R8(128u), R8(136u), R8(144u), R8(152u)};

/* The probability stays within 1..65535: it moves by less than its distance from either end. */
static inline void learn(struct node *n, unsigned bit)
{
    uint32_t by = rate[n->seen];

    if (bit)
        n->zero = (uint16_t)(n->zero - (n->zero * by >> 16));
    else
        n->zero = (uint16_t)(n->zero + ((65536u - n->zero) * by >> 16));
    n->seen = (uint16_t)(n->seen + (n->seen < SERIES_SEQ_MEMORY - 1));
}

/* ---- writing ---- */

void series_seq_writer_init(struct series_seq_writer *w)
{
    buf_init(&w->coded);
    buf_init(&w->plain);
    series_seq_writer_clear(w);
}

void series_seq_writer_clear(struct series_seq_writer *w)
{
    buf_clear(&w->coded);
    buf_clear(&w->plain);
    w->low = 0;
    w->range = UINT64_MAX;
    w->waiting = 0;
    w->waits = 0;
}

void series_seq_writer_release(struct series_seq_writer *w)
{
    buf_release(&w->coded);
    buf_release(&w->plain);
}

/* The sum ran over: one more in the bytes that are out already. */
static void carry(struct buf *b)
{
    for (size_t i = b->len; i-- > 0 && ++b->data[i] == 0;)
        ;
}

static void add_be32(struct buf *b, uint32_t v)
{
    char bytes[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};

    buf_add(b, bytes, sizeof(bytes));
}

static inline void decide(struct series_seq_writer *w, struct node *n, unsigned bit)
{
    uint64_t bound = (w->range >> 16) * n->zero;

    if (bit) {
        w->low += bound;
        if (w->low < bound)
            carry(&w->coded);
        w->range -= bound;
    } else {
        w->range = bound;
    }
    learn(n, bit);
    if (w->range < (uint64_t)1 << 32) {
        add_be32(&w->coded, (uint32_t)(w->low >> 32));
        w->low <<= 32;
        w->range <<= 32;
    }
}

/* n of at most 32. */
static void plain_put(struct series_seq_writer *w, uint64_t bits, unsigned n)
{
    w->waiting |= bits << w->waits;
    w->waits += n;
    if (w->waits < 32)
        return;
    buf_add_le32(&w->plain, (uint32_t)w->waiting);
    w->waiting >>= 32;
    w->waits -= 32;
}

static void plain_long(struct series_seq_writer *w, uint64_t u, unsigned n)
{
    uint64_t bits = n < 64 ? u & (((uint64_t)1 << n) - 1) : u;

    if (n > 32) {
        plain_put(w, bits & UINT32_MAX, 32);
        bits >>= 32;
        n -= 32;
    }
    if (n)
        plain_put(w, bits, n);
}

static void put_tree(struct series_seq_writer *w, struct node *tree, unsigned symbol, unsigned depth)
{
    unsigned at = 1;

    for (unsigned i = depth; i-- > 0;) {
        unsigned bit = symbol >> i & 1;

        decide(w, &tree[at], bit);
        at = at << 1 | bit;
    }
}

static void put_number(struct series_seq_writer *w, struct model *m, unsigned low, uint64_t u)
{
    unsigned c = class_of(u), symbol = c - low; /* below low: wraps, and escapes */

    if (symbol >= WINDOW) {
        put_tree(w, m->tree, WINDOW, 3);
        put_tree(w, m->escape, c - 1, 6);
        plain_long(w, u, c - 1);
        return;
    }
    put_tree(w, m->tree, symbol, 3);
    if (c >= 3) {
        put_tree(w, m->top[symbol], (unsigned)(u >> (c - 3)) & 3, 2);
        plain_long(w, u, c - 3);
    } else if (c == 2) {
        decide(w, &m->top[symbol][1], (unsigned)u & 1);
    }
}

void series_seq_put(struct series_seq_writer *w, const struct series_seq_plan *p, const int64_t *x, size_t n)
{
    struct model m;
    unsigned before = 0;

    if (p->low == SERIES_SEQ_FLAT)
        return;
    model_init(&m);
    for (size_t i = given(p->rule); i < n; i++) {
        uint64_t u = fold(p, x, i);
        unsigned some = u != 0;

        decide(w, &m.nought[before], some);
        before = some;
        if (some)
            put_number(w, &m, p->low, u);
    }
}

/* The shortest bytes that lie in the range; the reader takes zeros behind them. */
static void flush(struct series_seq_writer *w)
{
    for (unsigned n = 0; n <= 8; n++) {
        uint64_t mask = n < 8 ? UINT64_MAX >> (8 * n) : 0;
        uint64_t v = (w->low + mask) & ~mask;

        if (n == 0)
            v = 0; /* only what wrapped, or nothing at all, is 0 */
        if (v - w->low >= w->range)
            continue;
        if (v < w->low)
            carry(&w->coded);
        for (unsigned i = 0; i < n; i++)
            buf_add_char(&w->coded, (char)(v >> (56 - 8 * i)));
        break;
    }
    while (w->coded.len && w->coded.data[w->coded.len - 1] == 0)
        buf_truncate(&w->coded, w->coded.len - 1);
}

void series_seq_end(struct series_seq_writer *w, struct buf *to)
{
    flush(w);
    for (; w->waits; w->waits -= MIN(w->waits, 8), w->waiting >>= 8)
        buf_add_char(&w->plain, (char)w->waiting);
    tlv_put_varint(to, w->coded.len);
    buf_add_str(to, buf_str(&w->coded));
    buf_add_str(to, buf_str(&w->plain));
}

/* ---- reading ---- */

/* The next 32 bits; behind the end zeros. */
static inline uint64_t coded_next(struct series_seq_reader *r)
{
    uint64_t v = 0;

    if (r->coded_end - r->coded >= 4) {
        v = (uint64_t)r->coded[0] << 24 | (uint64_t)r->coded[1] << 16 | (uint64_t)r->coded[2] << 8 |
            r->coded[3];
        r->coded += 4;
        return v;
    }
    for (unsigned i = 0; i < 4; i++)
        v = v << 8 | (r->coded < r->coded_end ? *r->coded++ : 0);
    return v;
}

int series_seq_reader_init(struct series_seq_reader *r, struct str bytes)
{
    uint64_t n;

    if (!tlv_get_varint(&bytes, &n) || n > bytes.n)
        return E_FORMAT;
    r->coded = (const unsigned char *)bytes.p;
    r->coded_end = r->plain = r->coded + n;
    r->plain_end = r->coded + bytes.n;
    r->range = UINT64_MAX;
    r->code = coded_next(r) << 32;
    r->code |= coded_next(r);
    r->at = 0;
    r->bad = false;
    return 0;
}

static inline unsigned decided(struct series_seq_reader *r, struct node *n)
{
    uint64_t bound = (r->range >> 16) * n->zero;
    unsigned bit = r->code >= bound;

    if (bit) {
        r->code -= bound;
        r->range -= bound;
    } else {
        r->range = bound;
    }
    learn(n, bit);
    if (r->range < (uint64_t)1 << 32) {
        r->code = r->code << 32 | coded_next(r);
        r->range <<= 32;
    }
    return bit;
}

static uint64_t plain_near_end(struct series_seq_reader *r, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < n; i++, r->at++) {
        const unsigned char *p = r->plain + r->at / 8;

        if (p >= r->plain_end) {
            r->bad = true;
            return v;
        }
        v |= (uint64_t)(*p >> r->at % 8 & 1) << i;
    }
    return v;
}

/* n of at most 63. */
static inline uint64_t plain_get(struct series_seq_reader *r, unsigned n)
{
    const unsigned char *p = r->plain + r->at / 8;
    uint64_t v;

    if (n > 56 || r->plain_end - p < 8)
        return plain_near_end(r, n);
    memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    v = v >> r->at % 8 & (((uint64_t)1 << n) - 1);
    r->at += n;
    return v;
}

static uint64_t get_escaped(struct series_seq_reader *r, struct model *m)
{
    unsigned at = 1;

    for (unsigned i = 0; i < 6; i++)
        at = at << 1 | decided(r, &m->escape[at]);
    return (uint64_t)1 << (at - 64) | plain_get(r, at - 64);
}

static inline uint64_t get_number(struct series_seq_reader *r, struct model *m, unsigned low)
{
    unsigned at = 1, c, symbol, top = 1;

    at = at << 1 | decided(r, &m->tree[at]);
    at = at << 1 | decided(r, &m->tree[at]);
    at = at << 1 | decided(r, &m->tree[at]);
    symbol = at - TREE;
    if (symbol == WINDOW)
        return get_escaped(r, m);
    c = low + symbol;
    if (c == 1)
        return 1;
    top = top << 1 | decided(r, &m->top[symbol][top]);
    if (c == 2)
        return top;
    top = top << 1 | decided(r, &m->top[symbol][top]);
    return (uint64_t)top << (c - 3) | plain_get(r, c - 3);
}

void series_seq_get(struct series_seq_reader *r, const struct series_seq_plan *p, int64_t *x, size_t n)
{
    struct series_seq_reader mine; /* so that it can live in registers */
    struct model m;
    unsigned before = 0;

    if (p->low == SERIES_SEQ_FLAT) {
        for (size_t i = given(p->rule); i < n; i++)
            x[i] = (int64_t)unfold(p, x, i, 0);
        return;
    }
    mine = *r;
    model_init(&m);
    for (size_t i = given(p->rule); i < n; i++) {
        uint64_t u = 0;

        before = decided(&mine, &m.nought[before]);
        if (before)
            u = get_number(&mine, &m, p->low);
        x[i] = (int64_t)unfold(p, x, i, u);
    }
    *r = mine;
}

bool series_seq_whole(const struct series_seq_reader *r)
{
    return !r->bad && r->coded == r->coded_end && r->plain + (r->at + 7) / 8 == r->plain_end;
}
