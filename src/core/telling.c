/* SPDX-License-Identifier: Apache-2.0 */
#include "core/telling.h"

#include "base/limits.h"
#include "core/message.h"
#include "core/nlog.h"
#include "core/retain.h"
#include "core/tell.h"
#include "core/world_in.h"

#define AT_ONCE 100u /* intents that are no parts */
#define IN_TURN_MOST                                                                                         \
    4096u /* commands that wait in runners: the next part waits, too, so that no intent is given up for want of room */
#define NAMES_CHUNK (48u * 1024)  /* of names in one record */
#define ONE_MESSAGE (128u * 1024) /* what surely is one message to the store */

struct telling_name {
    uint32_t off, n; /* in names */
    bool told;
};

struct telling {
    uint64_t id, oid;
    uint32_t check;
    enum notify_type type;
    uint32_t number;
    bool escalated;
    struct wall at;
    char *author, *comment; /* owned */
    struct buf names;       /* of all, by comma: $NOTIFICATIONRECIPIENTS$ */
    VEC(struct telling_name) to;
    size_t rest, left;      /* of to: all from here on were told; how many were not */
    size_t found;           /* a guess: the next name that is looked for is the one before */
    struct buf state, host; /* payloads of STATE: its check, and the host of a service, at that time */
    uint32_t depth[2];      /* their downtimes that were in effect */
};

static struct telling_queue *queue(struct world *w)
{
    return &w->tellings;
}

/* ---- one contact ---- */

static void told(struct world *w, const struct expand_of *of, struct str command)
{
    const struct state *s = expand_state(w, of, of->check);

    nlog_notification(w, of, command);
    world_event(w, RECORD_EVENT_NOTIFICATION, of->check,
                &(struct record_event){.state = s->state,
                                       .hard = s->hard,
                                       .attempt = of->number,
                                       .type = of->type,
                                       .contact = model_str(w->m, model_contact(w->m, of->contact)->name),
                                       .command = command,
                                       .text = state_output(s),
                                       .author = of->author,
                                       .long_text = of->comment});
    w->prog.notifications++;
}

static void by_command(struct world *w, const struct expand_of *of, uint32_t line)
{
    const struct model_line *l = model_line(w->m, line);
    struct buf words = BUF_INIT, env = BUF_INIT;

    if (!w->opt.rehearses && !expand_notice(w, line, of, &words, &env))
        nlog_text(w, "Warning: The notification command '" STR_FMT "' is longer than the system allows; cut.",
                  STR_ARG(model_str(w->m, l->text)));
    told(w, of, model_str(w->m, model_command(w->m, l->command)->name));
    tell_add(
        w, &(struct record_notify_intent){.oid = w->st[of->check].oid,
                                          .type = of->type,
                                          .contact = model_str(w->m, model_contact(w->m, of->contact)->name),
                                          .command = model_str(w->m, l->text),
                                          .words = buf_str(&words),
                                          .env = buf_str(&env),
                                          .timeout_us = w->m->globals->notification_timeout_us,
                                          .cmd = l->privileged ? 2 : 1});
    buf_release(&words);
    buf_release(&env);
}

static void by_channel(struct world *w, const struct expand_of *of, const char *channel, uint32_t target)
{
    struct message msg = {BUF_INIT, BUF_INIT, BUF_INIT};

    if (!w->opt.rehearses)
        message_make(w, of, &msg);
    told(w, of, str_of(channel));
    tell_add(
        w, &(struct record_notify_intent){.oid = w->st[of->check].oid,
                                          .type = of->type,
                                          .contact = model_str(w->m, model_contact(w->m, of->contact)->name),
                                          .channel = str_of(channel),
                                          .target = model_str(w->m, target),
                                          .subject = buf_str(&msg.subject),
                                          .body = buf_str(&msg.body),
                                          .json = buf_str(&msg.json)});
    message_release(&msg);
}

void telling_contact(struct world *w, struct expand_of *of, uint32_t contact)
{
    const struct model_contact *c = model_contact(w->m, contact);
    bool host = world_kind(w, of->check) == MODEL_HOST;
    struct model_list lines = host ? c->host_lines : c->service_lines;

    of->contact = contact;
    for (uint32_t i = lines.n; i-- > 0;)
        by_command(w, of, model_item(w->m, lines, i));
    if (c->mail)
        by_channel(w, of, "mail", c->mail);
    if (c->webhook)
        by_channel(w, of, "webhook", c->webhook);
    if (host)
        w->contact[contact].last_host = w->now.wall.us;
    else
        w->contact[contact].last_service = w->now.wall.us;
    world_touch_contact(w, contact);
}

void telling_recipients(struct str names, struct buf *out)
{
    struct str name;

    while (record_next_word(&names, &name) > 0) {
        if (out->len)
            buf_add_char(out, ',');
        buf_add_str(out, name);
    }
}

/* ---- those that wait ---- */

static struct str name_of(const struct telling *t, size_t i)
{
    return str_sub(buf_str(&t->names), t->to.at[i].off, t->to.at[i].n);
}

static void add_names(struct telling *t, struct str names)
{
    struct str name;

    while (record_next_word(&names, &name) > 0) {
        if (t->to.n)
            buf_add_char(&t->names, ',');
        *VEC_ADD(&t->to) = (struct telling_name){(uint32_t)t->names.len, (uint32_t)name.n, false};
        buf_add_str(&t->names, name);
        t->left++;
    }
    t->rest = t->to.n;
}

/* They come in their order, the last one first, but for those whom a reload takes away. */
static struct telling_name *find_name(struct telling *t, struct str name)
{
    for (size_t n = 0; n < t->to.n; n++) {
        size_t i = (t->found + t->to.n - 1 - n) % t->to.n;

        if (!str_eq(name_of(t, i), name))
            continue;
        t->found = i;
        return &t->to.at[i];
    }
    return NULL;
}

static void mark_told(struct telling *t, struct telling_name *n)
{
    t->left -= !n->told;
    n->told = true;
    while (t->rest && t->to.at[t->rest - 1].told)
        t->rest--;
}

static size_t bytes_of(const struct telling *t)
{
    return t->names.cap + t->to.cap * sizeof(*t->to.at) + t->state.cap + t->host.cap;
}

/* Their numbers rise; a checkpoint has a later one first if it came while it was made. */
static struct telling *add(struct world *w, struct telling *made)
{
    struct telling_queue *q = queue(w);
    struct telling *t = mem_alloc(sizeof(*t));
    size_t i = q->all.n;

    *t = *made;
    VEC_ADD(&q->all);
    for (; i > 0 && q->all.at[i - 1]->id > t->id; i--)
        q->all.at[i] = q->all.at[i - 1];
    q->all.at[i] = t;
    return t;
}

static void release(struct telling *t)
{
    mem_free(t->author);
    mem_free(t->comment);
    buf_release(&t->names);
    VEC_RELEASE(&t->to);
    buf_release(&t->state);
    buf_release(&t->host);
    mem_free(t);
}

static void drop(struct world *w, struct telling *t)
{
    struct telling_queue *q = queue(w);
    size_t i = 0;

    while (q->all.at[i] != t)
        i++;
    q->bytes -= bytes_of(t);
    release(t);
    q->all.n--;
    memmove(q->all.at + i, q->all.at + i + 1, (q->all.n - i) * sizeof(*q->all.at));
}

void telling_release(struct world *w)
{
    for (size_t i = 0; i < queue(w)->all.n; i++)
        release(queue(w)->all.at[i]);
    VEC_RELEASE(&queue(w)->all);
    VEC_RELEASE(&queue(w)->expected);
}

static struct telling *by_id(struct world *w, uint64_t id)
{
    for (size_t i = 0; i < queue(w)->all.n; i++)
        if (queue(w)->all.at[i]->id == id)
            return queue(w)->all.at[i];
    return NULL;
}

/* ---- parts ---- */

struct part {
    struct telling *t;
    struct expand_of of;
    struct expand_then then;
    struct state check, host;
    struct buf names; /* of those told */
    size_t before;    /* bytes of records */
};

static void begin_part(struct world *w, struct telling *t, struct part *p)
{
    *p = (struct part){.t = t, .names = BUF_INIT, .before = w->records.len};
    retain_thaw(w, t->check, buf_str(&t->state), t->depth[0], &p->check);
    if (world_host(w, t->check) != t->check)
        retain_thaw(w, world_host(w, t->check), buf_str(&t->host), t->depth[1], &p->host);
    p->then = (struct expand_then){t->at, &p->check, &p->host};
    p->of = (struct expand_of){.check = t->check,
                               .then = &p->then,
                               .notification = true,
                               .type = t->type,
                               .number = t->number,
                               .escalated = t->escalated,
                               .id = t->id,
                               .author = str_of(t->author),
                               .comment = str_of(t->comment),
                               .recipients = buf_str(&t->names)};
}

static void tell_one(struct world *w, struct part *p, struct telling_name *n)
{
    struct str name = str_sub(buf_str(&p->t->names), n->off, n->n);
    uint32_t contact = model_find_contact(w->m, name);

    record_pack_word(&p->names, name);
    mark_told(p->t, n);
    if (contact != MODEL_NONE)
        telling_contact(w, &p->of, contact);
    else
        tell_undelivered(w, p->t->check, &(struct record_notify_intent){.type = p->t->type, .contact = name},
                         STR("the contact is no longer configured"));
}

/* Packed names from the front, as many as one record takes. */
static struct str take_names(struct str *names)
{
    struct str all = *names, name;

    while (all.n - names->n < NAMES_CHUNK && record_next_word(names, &name) > 0)
        ;
    return str_sub(all, 0, all.n - names->n);
}

static void record_part(struct world *w, const struct telling *t, struct str names)
{
    do {
        struct str some = take_names(&names);

        world_record(
            w, RECORD_TELLING_PART,
            &(struct record_telling_part){
                .id = t->id, .oid = t->oid, .type = t->type, .names = some, .last = !t->left && !names.n});
    } while (names.n);
}

/* The record of a part stands before what it did, as every input does. Behind it where the step may be more than one message by now: rather twice than never. */
static void end_part(struct world *w, struct part *p, bool recorded)
{
    size_t end = w->records.len;

    if (recorded && p->names.len) {
        record_part(w, p->t, buf_str(&p->names));
        if (end + p->names.len < ONE_MESSAGE)
            world_move_before(w, p->before, end);
    }
    state_release(&p->check);
    state_release(&p->host);
    buf_release(&p->names);
    if (!p->t->left)
        drop(w, p->t);
}

static void tell_rest(struct world *w, struct telling *t)
{
    struct part p;

    begin_part(w, t, &p);
    while (t->left)
        tell_one(w, &p, &t->to.at[t->rest - 1]);
    end_part(w, &p, true);
}

bool telling_wants(const struct world *w)
{
    return w->tellings.all.n && !w->stopping && !w->opt.rehearses && w->in_turn[0] < IN_TURN_MOST;
}

bool telling_waits(const struct world *w, uint64_t oid)
{
    for (size_t i = 0; i < w->tellings.all.n; i++)
        if (w->tellings.all.at[i]->oid == oid)
            return true;
    return false;
}

bool telling_step(struct world *w)
{
    uint32_t most = w->opt.tell_part ? w->opt.tell_part : UINT32_MAX;
    struct telling *t;
    struct part p;

    if (!telling_wants(w))
        return false;
    t = queue(w)->all.at[0];
    begin_part(w, t, &p);
    for (uint32_t n = 0; t->left && n < most && !(n && world_spent(w)); n++)
        tell_one(w, &p, &t->to.at[t->rest - 1]);
    end_part(w, &p, true);
    return true;
}

/* ---- the beginning ---- */

static bool is_expected(struct world *w, const struct expand_of *of)
{
    struct telling_queue *q = queue(w);

    for (size_t i = 0; i < q->expected.n; i++) {
        struct telling_expected *e = &q->expected.at[i];

        if (e->oid != w->st[of->check].oid || e->type != (uint64_t)of->type || (e->id && e->id != of->id))
            continue;
        q->expected.n--;
        memmove(e, e + 1, (q->expected.n - i) * sizeof(*e));
        return true;
    }
    return false;
}

static struct telling *of_check(struct world *w, uint32_t check)
{
    for (size_t i = 0; i < queue(w)->all.n; i++)
        if (queue(w)->all.at[i]->check == check)
            return queue(w)->all.at[i];
    return NULL;
}

bool telling_in_parts(struct world *w, const struct expand_of *of, size_t intents)
{
    size_t most = w->opt.tell_part ? w->opt.tell_part : AT_ONCE;
    struct telling *t;

    if (w->opt.rehearses)
        return is_expected(w, of);
    if (intents <= most && !of_check(w, of->check))
        return false;
    if (queue(w)->all.n < LIMIT_TELLINGS && queue(w)->bytes < LIMIT_TELLINGS_BYTES)
        return true;
    while ((t = of_check(w, of->check)))
        tell_rest(w, t);
    return false;
}

/* Into the record, or for out != NULL into a checkpoint. */
static void put(struct world *w, struct wall at, struct buf *out, const struct record_telling *r)
{
    if (out)
        record_put(out, RECORD_TELLING, at, r);
    else
        world_record(w, RECORD_TELLING, r);
}

static void put_names(struct world *w, const struct telling *t, struct wall at, struct buf *out)
{
    struct record_telling r = {.id = t->id};
    struct buf names = BUF_INIT;

    for (size_t i = 0; i < t->to.n;) {
        buf_clear(&names);
        for (r.first = i; i < t->to.n && names.len < NAMES_CHUNK; i++)
            record_pack_word(&names, name_of(t, i));
        r.names = buf_str(&names);
        put(w, at, out, &r);
    }
    buf_release(&names);
}

static void put_all(struct world *w, const struct telling *t, struct wall at, struct buf *out)
{
    put(w, at, out,
        &(struct record_telling){.id = t->id,
                                 .oid = t->oid,
                                 .type = t->type,
                                 .number = t->number,
                                 .escalated = t->escalated,
                                 .decided = t->at.us,
                                 .author = str_of(t->author),
                                 .comment = str_of(t->comment),
                                 .depth = t->depth[0],
                                 .host_depth = t->depth[1],
                                 .state = buf_str(&t->state)});
    if (t->host.len)
        put(w, at, out, &(struct record_telling){.id = t->id, .host = buf_str(&t->host)});
    put_names(w, t, at, out);
}

void telling_begin(struct world *w, const struct expand_of *of, struct str names)
{
    uint32_t host = world_host(w, of->check);
    struct telling *t =
        add(w, &(struct telling){.id = of->id,
                                 .oid = w->st[of->check].oid,
                                 .check = of->check,
                                 .type = of->type,
                                 .number = of->number,
                                 .escalated = of->escalated,
                                 .at = w->now.wall,
                                 .author = str_dup(of->author),
                                 .comment = str_dup(of->comment),
                                 .depth = {w->st[of->check].downtime_depth, w->st[host].downtime_depth}});

    add_names(t, names);
    retain_freeze(w, of->check, &t->state);
    if (host != of->check)
        retain_freeze(w, host, &t->host);
    queue(w)->bytes += bytes_of(t);
    put_all(w, t, w->now.wall, NULL);
    w->program_dirty = true;
}

/* ---- from the record, at a start ---- */

static struct telling *restored(struct world *w, const struct record_telling *r)
{
    struct telling *t = by_id(w, r->id);

    if (t || !r->oid)
        return t;
    return add(w, &(struct telling){.id = r->id,
                                    .oid = r->oid,
                                    .check = MODEL_NONE,
                                    .type = (enum notify_type)MIN(r->type, (uint64_t)NOTIFY_CUSTOM),
                                    .number = (uint32_t)r->number,
                                    .escalated = r->escalated != 0,
                                    .at = {r->decided},
                                    .author = str_dup(r->author),
                                    .comment = str_dup(r->comment),
                                    .depth = {(uint32_t)r->depth, (uint32_t)r->host_depth}});
}

void telling_restore(struct world *w, const struct record_telling *r)
{
    struct telling *t = restored(w, r);

    if (!t)
        return;
    queue(w)->bytes -= bytes_of(t);
    if (!t->state.len)
        buf_add_str(&t->state, r->state);
    if (!t->host.len)
        buf_add_str(&t->host, r->host);
    if (r->first == t->to.n)
        add_names(t, r->names);
    queue(w)->bytes += bytes_of(t);
    w->next_notification = MAX(w->next_notification, r->id);
}

void telling_restore_part(struct world *w, const struct record_telling_part *r)
{
    struct telling *t = by_id(w, r->id);
    struct str names = r->names, name;

    while (t && record_next_word(&names, &name) > 0) {
        struct telling_name *n = find_name(t, name);

        if (n)
            mark_told(t, n);
    }
    if (t && r->last)
        drop(w, t);
}

/* What it is about is no longer configured. */
static void give_up(struct world *w, struct telling *t)
{
    if (t->left)
        nlog_text(w,
                  "Warning: A notification was not delivered to %zu contacts: what it is about is no longer "
                  "configured",
                  t->left);
    t->left = 0;
    record_part(w, t, STR_NULL);
    drop(w, t);
}

void telling_after_load(struct world *w)
{
    for (size_t i = queue(w)->all.n; i-- > 0;) {
        struct telling *t = queue(w)->all.at[i];

        if (!oids_find(&w->oids, t->oid, &t->check) || !t->left)
            give_up(w, t);
    }
}

static void put_told(const struct telling *t, struct wall at, struct buf *out)
{
    struct buf names = BUF_INIT;

    for (size_t i = 0; i < t->to.n;) {
        buf_clear(&names);
        for (; i < t->to.n && names.len < NAMES_CHUNK; i++)
            if (t->to.at[i].told)
                record_pack_word(&names, name_of(t, i));
        if (names.len)
            record_put(out, RECORD_TELLING_PART, at,
                       &(struct record_telling_part){
                           .id = t->id, .oid = t->oid, .type = t->type, .names = buf_str(&names)});
    }
    buf_release(&names);
}

bool telling_put_all(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    size_t i = 0;

    while (i < w->tellings.all.n && w->tellings.all.at[i]->id < *next)
        i++;
    for (; i < w->tellings.all.n && out->len < most; i++) {
        const struct telling *t = w->tellings.all.at[i];

        *next = t->id + 1;
        put_all(NULL, t, at, out);
        put_told(t, at, out);
    }
    return i == w->tellings.all.n;
}

/* ---- a reload ---- */

static void tell_gone(struct world *w, struct telling *t, const struct model *next)
{
    struct part p;

    begin_part(w, t, &p);
    for (size_t i = t->rest; i-- > 0;)
        if (!t->to.at[i].told && model_find_contact(next, name_of(t, i)) == MODEL_NONE)
            tell_one(w, &p, &t->to.at[i]);
    end_part(w, &p, true);
}

void telling_before_carry(struct world *w, const struct model *next, const uint32_t *to)
{
    for (size_t i = queue(w)->all.n; i-- > 0;) {
        struct telling *t = queue(w)->all.at[i];

        if (to[t->check] == MODEL_NONE)
            tell_rest(w, t);
        else
            tell_gone(w, t, next);
    }
}

void telling_carry(struct world *w, const uint32_t *to)
{
    for (size_t i = 0; i < queue(w)->all.n; i++)
        queue(w)->all.at[i]->check = to[queue(w)->all.at[i]->check];
}

/* ---- from the record, once more ---- */

void telling_expect(struct world *w, const struct record_telling *r, bool same)
{
    if (r->oid)
        *VEC_ADD(&queue(w)->expected) = (struct telling_expected){r->oid, r->type, same ? r->id : 0};
}

void telling_expect_none(struct world *w)
{
    VEC_CLEAR(&queue(w)->expected);
}

/* Those whom the journal names; with the last part all whom another configuration has besides. */
void telling_part_again(struct world *w, const struct record_telling_part *r)
{
    struct str names = r->names, name;
    struct telling *t = NULL;
    struct part p;

    for (size_t i = 0; i < queue(w)->all.n && !t; i++)
        if (queue(w)->all.at[i]->oid == r->oid && queue(w)->all.at[i]->type == r->type)
            t = queue(w)->all.at[i];
    if (!t)
        return;
    begin_part(w, t, &p);
    while (record_next_word(&names, &name) > 0) {
        struct telling_name *n = find_name(t, name);

        if (n && !n->told)
            tell_one(w, &p, n);
    }
    while (r->last && t->left)
        tell_one(w, &p, &t->to.at[t->rest - 1]);
    end_part(w, &p, false);
}
