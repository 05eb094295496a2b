/* SPDX-License-Identifier: Apache-2.0 */
#include "api/stream.h"

#include "api/api_reply.h"
#include "api/jobs.h"
#include "api/list.h"
#include "api/names.h"
#include "base/limits.h"
#include "os/rand.h"

#include <string.h>

#define PART_MAX (128u * 1024) /* of one message */

struct view {
    struct arena arena; /* the texts of v */
    struct str key;
    struct list_view v;
    uint64_t *bits; /* which checks match, as the clients know it */
    uint32_t matched, streams;
    struct list_counts counts; /* over all in its sight */
    bool counts_changed;
    struct mono resynced;
    bool owes_resync;
    struct buf out; /* the events of this round */
};

struct stream {
    enum api_source source;
    uint64_t id;
    struct view *view; /* NULL: it is over, and that is still to be said */
    struct api_who who;
    struct mono sent;
    bool owes_resync; /* a round did not fit into the link */
    uint64_t jobs;    /* jobs_changes up to which it has been told */
};

struct api_streams {
    VEC(struct stream) stream;
    VEC(struct view *) views;
    uint64_t seen;            /* change number of the board up to which all views have been told */
    uint64_t nonce;           /* begins anew with each board: ids of another one mean nothing */
    struct mono round, alive; /* alive: when auth was last asked about the sessions */
    uint64_t asked;           /* the serial of that question; 0: none is on its way */
    VEC(uint32_t) changed;
    VEC(size_t)
    row; /* by place in changed, for who sees its host and for who does not: begin of its text + 1, 0 not rendered yet */
    struct buf text;
};

struct api_streams *stream_set_new(void)
{
    struct api_streams *s = mem_zalloc(sizeof(*s));

    buf_init(&s->text);
    return s;
}

static void view_free(struct api_streams *s, struct view *w)
{
    for (size_t i = 0; i < s->views.n; i++) {
        if (s->views.at[i] == w)
            VEC_SWAP_REMOVE(&s->views, i);
    }
    arena_release(&w->arena);
    buf_release(&w->out);
    mem_free(w->bits);
    mem_free(w);
}

static void leave_view(struct api_streams *s, struct stream *x)
{
    struct view *w = x->view;

    x->view = NULL;
    if (w && --w->streams == 0)
        view_free(s, w);
}

/* The last one takes its place. */
static void stream_drop(struct api_streams *s, size_t i)
{
    leave_view(s, &s->stream.at[i]);
    VEC_SWAP_REMOVE(&s->stream, i);
}

void stream_set_free(struct api_streams *s)
{
    while (s->stream.n)
        stream_drop(s, s->stream.n - 1);
    VEC_RELEASE(&s->stream);
    VEC_RELEASE(&s->views);
    VEC_RELEASE(&s->changed);
    VEC_RELEASE(&s->row);
    buf_release(&s->text);
    mem_free(s);
}

size_t stream_count(const struct api_streams *s)
{
    return s->stream.n;
}

/* ---- views ---- */

static bool bit(const struct view *w, uint32_t idx)
{
    return w->bits[idx / 64] >> (idx % 64) & 1;
}

static void set_bit(struct view *w, uint32_t idx, bool on)
{
    if (bit(w, idx) == on)
        return;
    w->bits[idx / 64] ^= (uint64_t)1 << (idx % 64);
    w->matched += on ? 1 : (uint32_t)-1;
}

static struct view *view_new(struct api *a, const struct list_view *v, struct str key)
{
    struct view *w = mem_zalloc(sizeof(*w));

    w->key = arena_str(&w->arena, key);
    w->v = *v;
    if (v->service.p)
        w->v.service = arena_str(&w->arena, v->service);
    w->v.groups = group_keep(&v->groups, &w->arena);
    w->v.labels = label_keep(&a->model, &v->labels, &w->arena);
    w->v.find = find_keep(a, v->find, &w->arena);
    w->bits = mem_calloc(a->model.n_check / 64 + 1, sizeof(*w->bits));
    w->resynced = (struct mono){INT64_MIN / 2};
    buf_init(&w->out);
    for (uint32_t i = 0; i < a->model.n_check; i++)
        set_bit(w, i, list_matches(a, &w->v, i));
    list_count(a, v->sight, &w->counts);
    *VEC_ADD(&a->streams->views) = w;
    return w;
}

static struct view *view_of(struct api *a, const struct list_view *v)
{
    struct buf key = BUF_INIT;
    struct view *w = NULL;

    list_key(v, &key);
    for (size_t i = 0; i < a->streams->views.n && !w; i++) {
        if (str_eq(a->streams->views.at[i]->key, buf_str(&key)))
            w = a->streams->views.at[i];
    }
    if (!w)
        w = view_new(a, v, buf_str(&key));
    buf_release(&key);
    return w;
}

/* ---- events ---- */

static void put_id(const struct api_streams *s, struct buf *out)
{
    buf_printf(out, "id: %llx-%llu\n", (unsigned long long)s->nonce, (unsigned long long)s->seen);
}

static void put_counts(const struct api_streams *s, const struct view *w, struct buf *out)
{
    struct list_counts k = w->counts;
    struct json j;

    k.matched = w->matched;
    put_id(s, out);
    buf_add_c(out, "event: counts\ndata: ");
    json_init(&j, out);
    json_map(&j);
    list_counts_members(&k, &j);
    json_map_end(&j);
    buf_add_c(out, "\n\n");
}

static void put_resync(const struct api_streams *s, struct buf *out)
{
    put_id(s, out);
    buf_add_c(out, "event: resync\ndata: {}\n\n");
}

/* The row's event, rendered once a round for all who see its host, and once for the others. */
static struct str row_event(struct api *a, const struct sight *sight, size_t changed, struct buf *scratch)
{
    struct api_streams *s = a->streams;
    uint32_t idx = s->changed.at[changed];
    size_t place = 2 * changed + sight_sees(sight, model_check(&a->model, idx)->host),
           from = s->row.at[place];
    const char *end;
    struct json j;

    if (!from) {
        from = s->text.len + 1;
        s->row.at[place] = from;
        buf_add_c(&s->text, "event: row\ndata: ");
        json_init(&j, &s->text);
        row_write(a, sight, idx, &j, scratch);
        buf_add_c(&s->text, "\n\n");
    }
    end = strstr(s->text.data + from - 1, "\n\n");
    return str_make(s->text.data + from - 1, (size_t)(end + 2 - (s->text.data + from - 1)));
}

static void put_gone(const struct api *a, uint32_t idx, struct buf *out)
{
    struct buf id = BUF_INIT;

    names_id(a, idx, row_in_place(a, idx)->oid, &id);
    buf_printf(out, "event: gone\ndata: {\"id\":\"%s\"}\n\n", id.data);
    buf_release(&id);
}

/* ---- a round ---- */

static void collect(struct api *a)
{
    struct api_streams *s = a->streams;
    uint64_t since = s->seen;

    s->seen = board_change(
        &a->board); /* read first: what changes during the pass is told twice rather than never */
    VEC_CLEAR(&s->changed);
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        if (__atomic_load_n(&row_in_place(a, i)->change, __ATOMIC_RELAXED) > since)
            *VEC_ADD(&s->changed) = i;
    }
    VEC_CLEAR(&s->row);
    VEC_RESERVE(&s->row, 2 * s->changed.n);
    s->row.n = 2 * s->changed.n;
    if (s->row.n)
        memset(s->row.at, 0, s->row.n * sizeof(*s->row.at));
    buf_clear(&s->text);
}

/* The counts of each sight, once for all views that share it. */
static void count_views(struct api *a)
{
    struct api_streams *s = a->streams;

    for (size_t i = 0; i < s->views.n; i++) {
        struct view *w = s->views.at[i];
        struct list_counts counts;
        size_t same = 0;

        while (s->views.at[same]->v.sight != w->v.sight)
            same++;
        if (same < i)
            counts = s->views.at[same]->counts;
        else
            list_count(a, w->v.sight, &counts);
        w->counts_changed = memcmp(&counts, &w->counts, sizeof(counts)) != 0;
        w->counts = counts;
    }
}

static void view_round(struct api *a, struct view *w, struct mono now, bool changed)
{
    struct api_streams *s = a->streams;
    struct buf scratch = BUF_INIT;
    uint32_t before = w->matched;
    unsigned rows = 0;

    buf_clear(&w->out);
    find_at(w->v.find, api_wall(a));
    for (size_t i = 0; i < s->changed.n; i++) {
        uint32_t idx = s->changed.at[i];
        bool was = bit(w, idx), is = list_matches(a, &w->v, idx);

        set_bit(w, idx, is);
        if ((!was && !is) || ++rows > STREAM_ROWS_MAX)
            continue;
        buf_add_str(&w->out, row_event(a, w->v.sight, i, &scratch));
        if (!is)
            put_gone(a, idx, &w->out);
    }
    if (rows > STREAM_ROWS_MAX) {
        buf_clear(&w->out);
        w->owes_resync = true;
    }
    if (w->owes_resync && now.us - w->resynced.us >= STREAM_RESYNC_US) {
        put_resync(s, &w->out);
        w->resynced = now;
        w->owes_resync = false;
    }
    if ((changed && w->counts_changed) || before != w->matched)
        put_counts(s, w, &w->out);
    else if (w->out.len)
        put_id(s, &w->out);
    buf_release(&scratch);
}

static int send(struct api *a, const struct stream *x, struct str text)
{
    int rc = 0;

    while (text.n && rc >= 0) {
        struct str part = str_sub(text, 0, PART_MAX);

        rc = a->ports->data(a->user, x->source, x->id, part, false);
        text = str_sub(text, part.n, text.n);
    }
    return rc;
}

static void stream_round(struct api *a, struct stream *x, struct mono now)
{
    struct buf b = BUF_INIT;

    if (x->owes_resync) {
        put_resync(a->streams, &b);
        put_counts(a->streams, x->view, &b);
    } else {
        buf_add_str(&b, buf_str(&x->view->out));
    }
    if (x->jobs != jobs_changes(a)) {
        jobs_events(a, &x->who, x->jobs, &b);
        x->jobs = jobs_changes(a);
    }
    if (!b.len && now.us - x->sent.us >= STREAM_BEAT_US)
        buf_add_c(&b, ":\n\n");
    if (b.len) {
        x->owes_resync = send(a, x, buf_str(&b)) < 0;
        x->sent = now;
    }
    buf_release(&b);
}

/* Nothing more comes. While the way there is full the client is still to be told so, or it would wait for ever. */
static void end_stream(struct api *a, size_t i)
{
    struct stream *x = &a->streams->stream.at[i];

    leave_view(a->streams, x);
    if (a->ports->data(a->user, x->source, x->id, STR_NULL, true) != E_LIMIT)
        stream_drop(a->streams, i);
}

static void end_expired(struct api *a)
{
    struct api_streams *s = a->streams;
    int64_t now = api_wall(a).us;

    for (size_t i = s->stream.n; i-- > 0;) {
        const struct stream *x = &s->stream.at[i];

        if (!x->view || (x->who.expires && x->who.expires <= now))
            end_stream(a, i);
    }
}

/* The sessions of all streams, by the hash that auth keeps of them, each 64 hexadecimal digits. */
static void ask_alive(struct api *a, struct mono now)
{
    struct api_streams *s = a->streams;
    struct buf keys = BUF_INIT;
    struct str list;

    if (s->asked || now.us - s->alive.us < STREAM_ALIVE_US)
        return;
    for (size_t i = 0; i < s->stream.n; i++) {
        const struct stream *x = &s->stream.at[i];
        char hex[HASH_SHA256_HEX];

        if (!x->view || x->who.by != API_BY_SESSION)
            continue;
        hash_hex(x->who.key, HASH_SHA256_BYTES, hex);
        buf_add_c(&keys, hex);
    }
    list = buf_str(&keys);
    s->alive = now;
    if (keys.len && a->ports->auth(a->user, a->serials + 1, "sessions_over", &list, 1) >= 0)
        s->asked = ++a->serials;
    buf_release(&keys);
}

bool stream_judged(struct api *a, uint64_t serial, const struct api_answer *x)
{
    struct str rest = x->values[API_AUTH_LIST];
    unsigned char key[HASH_SHA256_BYTES];

    if (!a->streams->asked || a->streams->asked != serial)
        return false;
    a->streams->asked = 0;
    for (; x->ok && rest.n >= 64 && hash_hex_read(str_sub(rest, 0, 64), key);
         rest = str_sub(rest, 64, rest.n)) {
        who_cache_drop(a->cache, key);
        stream_session_ended(a, key);
    }
    return true;
}

void stream_auth_lost(struct api *a)
{
    a->streams->asked = 0;
}

void stream_tick(struct api *a)
{
    struct api_streams *s = a->streams;
    struct mono now = a->ports->mono(a->user);
    bool changed;

    if (!s->stream.n || !a->ready || now.us - s->round.us < STREAM_ROUND_US ||
        a->ports->queued(a->user, API_BY_WEB) > STREAM_QUEUED_MAX)
        return;
    s->round = now;
    end_expired(a);
    ask_alive(a, now);
    changed = board_change(&a->board) != s->seen;
    if (changed) {
        collect(a);
        count_views(a);
    } else {
        VEC_CLEAR(&s->changed);
    }
    for (size_t i = 0; i < s->views.n; i++)
        view_round(a, s->views.at[i], now, changed);
    for (size_t i = 0; i < s->stream.n; i++)
        if (s->stream.at[i].view)
            stream_round(a, &s->stream.at[i], now);
}

/* ---- begin and end of a stream ---- */

/* Is this the id of the newest event? Then nothing was missed; otherwise the list must be read again. */
static bool is_current(const struct api_streams *s, struct str id)
{
    struct buf b = BUF_INIT;
    bool same;

    put_id(s, &b);
    same = str_eq(str_trim(str_sub(buf_str(&b), 4, b.len)), id);
    buf_release(&b);
    return same;
}

void stream_open(struct api *a, struct api_request *q)
{
    struct api_streams *s = a->streams;
    struct buf first = BUF_INIT;
    struct stream x = {.source = q->source,
                       .id = q->id,
                       .who = q->who,
                       .sent = a->ports->mono(a->user),
                       .jobs = jobs_changes(a)};
    struct list_view v;

    if (api_not_ready(a, q) || !list_parse(a, q, &v))
        return;
    if (s->stream.n >= LIMIT_STREAMS) {
        api_header(q, "Retry-After: 10");
        buf_add_u64(&first, LIMIT_STREAMS);
        api_fail_with(a, q, 503, NULL, PROBLEM_TOO_MANY_STREAMS, buf_str(&first), STR_NULL);
        buf_release(&first);
        return;
    }
    if (!s->stream.n) { /* nobody was listening: what happened meanwhile is nobody's news */
        s->seen = board_change(&a->board);
        s->alive = a->ports->mono(a->user);
    }
    x.view = view_of(a, &v);
    x.view->streams++;
    buf_add_c(&first, "retry: 2000\n\n");
    if (q->last_event_id.n && !is_current(s, q->last_event_id))
        put_resync(s, &first);
    put_counts(s, x.view, &first);
    api_header(q, "X-Accel-Buffering: no");
    api_reply_begin(a, q, 200, STR("text/event-stream"), buf_str(&first));
    if (q->broken) {
        leave_view(s, &x);
    } else {
        *VEC_ADD(&s->stream) = x;
        q->answered = true; /* what follows goes by the stream */
    }
    buf_release(&first);
}

void stream_gone(struct api *a, enum api_source source, uint64_t id)
{
    struct api_streams *s = a->streams;

    for (size_t i = 0; i < s->stream.n; i++) {
        if (s->stream.at[i].source == source && s->stream.at[i].id == id) {
            stream_drop(s, i);
            return;
        }
    }
}

void stream_source_lost(struct api *a, enum api_source source)
{
    struct api_streams *s = a->streams;

    for (size_t i = s->stream.n; i-- > 0;) {
        if (s->stream.at[i].source == source)
            stream_drop(s, i);
    }
}

void stream_session_ended(struct api *a, const unsigned char key[HASH_SHA256_BYTES])
{
    for (size_t i = a->streams->stream.n; i-- > 0;) {
        if (memcmp(a->streams->stream.at[i].who.key, key, HASH_SHA256_BYTES) == 0)
            end_stream(a, i);
    }
}

void stream_name_ended(struct api *a, struct str name)
{
    for (size_t i = a->streams->stream.n; i-- > 0;) {
        const struct api_who *w = &a->streams->stream.at[i].who;

        if (str_ieq(str_of(w->name), name) || (w->viewer[0] && str_ieq(str_of(w->viewer), name)))
            end_stream(a, i);
    }
}

void stream_all_ended(struct api *a)
{
    for (size_t i = a->streams->stream.n; i-- > 0;)
        end_stream(a, i);
}

void stream_mark(struct api *a)
{
    for (size_t i = 0; i < a->streams->stream.n; i++)
        who_mark(&a->streams->stream.at[i].who, a->sights);
    for (size_t i = 0; i < a->streams->views.n; i++)
        sights_mark(a->sights, a->streams->views.at[i]->v.sight);
}

void stream_world(struct api *a)
{
    struct api_streams *s = a->streams;
    struct buf b = BUF_INIT;

    rand_bytes(&s->nonce, sizeof(s->nonce));
    put_resync(s, &b);
    for (size_t i = s->stream.n; i-- > 0;) {
        if (s->stream.at[i].view)
            send(a, &s->stream.at[i], buf_str(&b));
        end_stream(a, i);
    }
    buf_release(&b);
}

/* ---- what the answers look like ---- */

const struct shape stream_shape = {"Stream", .media = "text/event-stream"};
