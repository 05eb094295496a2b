/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_in.h"

#include "core/notify.h"
#include "core/why.h"

#include <string.h>

void rules_init(struct rules *r)
{
    memset(r, 0, sizeof(*r));
    r->next_downtime = 1;
}

void rules_release(struct rules *r)
{
    if (r->m)
        when_release(&r->when);
    VEC_RELEASE(&r->checks);
    VEC_RELEASE(&r->place);
    VEC_RELEASE(&r->downtimes);
    VEC_RELEASE(&r->told);
}

void rules_copy(struct rules *to, const struct rules *from)
{
    VEC_CLEAR(&to->checks);
    VEC_CLEAR(&to->downtimes);
    for (size_t i = 0; i < from->checks.n; i++)
        *VEC_ADD(&to->checks) = from->checks.at[i];
    for (size_t i = 0; i < from->downtimes.n; i++)
        *VEC_ADD(&to->downtimes) = from->downtimes.at[i];
    to->next_downtime = from->next_downtime;
}

struct rules_check *rules_find(struct rules *r, uint64_t oid)
{
    for (size_t i = 0; i < r->checks.n; i++)
        if (r->checks.at[i].oid == oid)
            return &r->checks.at[i];
    return NULL;
}

struct rules_check *rules_at(struct rules *r, uint32_t idx)
{
    BUG_ON(idx >= r->place.n);
    return &r->checks.at[r->place.at[idx]];
}

const struct model_check *rules_conf(const struct rules *r, const struct rules_check *c)
{
    return model_check(r->m, c->idx);
}

bool rules_is_host(const struct rules *r, const struct rules_check *c)
{
    return rules_conf(r, c)->kind == MODEL_HOST;
}

int64_t rules_elapsed_s(const struct rules *r)
{
    return (r->now.mono.us + r->slewed) / TIME_S;
}

uint32_t rules_bit_of(const struct rules *r, const struct rules_check *c, unsigned state)
{
    static const uint32_t bits[2][4] = {
        {MODEL_ON_OK, MODEL_ON_DOWN, MODEL_ON_UNREACHABLE, MODEL_ON_UNREACHABLE},
        {MODEL_ON_OK, MODEL_ON_WARNING, MODEL_ON_CRITICAL, MODEL_ON_UNKNOWN}};

    return bits[!rules_is_host(r, c)][state];
}

/* ---- configuration ---- */

/* What is new is fine until something else is known; what is known keeps all but what the files say of it. */
static void take_in(struct rules *r, uint32_t idx, uint64_t oid)
{
    const struct model_check *conf = model_check(r->m, idx);
    struct rules_check *c = rules_find(r, oid);

    if (!c) {
        c = VEC_ADD(&r->checks);
        *c = (struct rules_check){.oid = oid, .hard = true, .attempt = 1};
    }
    c->idx = idx;
    if (!c->max_by_command)
        c->max = conf->max_attempts;
    c->attempt = c->hard && c->state != OK ? c->max : MIN(c->attempt, c->max);
    if (!c->muted_by_command)
        c->muted = !(conf->flags & MODEL_CHECK_NOTIFY);
}

static void drop_downtime(struct rules *r, size_t i)
{
    memmove(&r->downtimes.at[i], &r->downtimes.at[i + 1],
            (r->downtimes.n - i - 1) * sizeof(*r->downtimes.at));
    r->downtimes.n--;
}

/* Those that it triggers do as it does. */
static void follow(struct rules *r, uint64_t trigger, enum rules_follows how)
{
    for (size_t i = 0; i < r->downtimes.n; i++)
        if (r->downtimes.at[i].trigger == trigger)
            r->downtimes.at[i].follows = MAX(r->downtimes.at[i].follows, how);
}

static bool is_planned(const struct rules *r, uint64_t id)
{
    for (size_t i = 0; i < r->downtimes.n; i++)
        if (r->downtimes.at[i].id == id)
            return true;
    return false;
}

void rules_new_life(struct rules *r)
{
    for (size_t i = 0; i < r->downtimes.n; i++)
        if (r->downtimes.at[i].trigger && !is_planned(r, r->downtimes.at[i].trigger))
            r->downtimes.at[i].follows = RULES_ORPHAN;
}

void rules_configure(struct rules *r, const struct model *m, const uint64_t *oids)
{
    if (r->m)
        when_release(&r->when);
    r->m = m;
    when_init(&r->when, m);
    for (size_t i = 0; i < r->checks.n; i++)
        r->checks.at[i].idx = MODEL_NONE;
    for (uint32_t i = 0; i < m->n_check; i++)
        take_in(r, i, oids[i]);
    for (size_t i = r->checks.n; i-- > 0;)
        if (r->checks.at[i].idx == MODEL_NONE)
            VEC_SWAP_REMOVE(&r->checks, i);
    VEC_CLEAR(&r->place);
    for (uint32_t i = 0; i < m->n_check; i++)
        *VEC_ADD(&r->place) = (uint32_t)(rules_find(r, oids[i]) - r->checks.at);
    for (size_t i = r->downtimes.n; i-- > 0;)
        if (!rules_find(r, r->downtimes.at[i].oid)) {
            follow(r, r->downtimes.at[i].id, RULES_ORPHAN);
            drop_downtime(r, i);
        }
}

/* ---- downtimes ---- */

unsigned rules_depth(const struct rules *r, uint64_t oid)
{
    unsigned n = 0;

    for (size_t i = 0; i < r->downtimes.n; i++)
        n += r->downtimes.at[i].oid == oid && r->downtimes.at[i].on;
    return n;
}

static void begin_downtime(struct rules *r, size_t i)
{
    struct rules_downtime *d = &r->downtimes.at[i];

    if (!rules_depth(r, d->oid))
        rules_tell(r, rules_find(r, d->oid), NOTIFY_DOWNTIME_START, 0);
    d->on = true;
    d->began = r->now.wall.us;
    follow(r, d->id, RULES_BEGINS);
}

static void end_downtime(struct rules *r, size_t i, bool cancelled)
{
    struct rules_downtime d = r->downtimes.at[i];

    drop_downtime(r, i);
    if (!d.on && !cancelled) /* over, and nothing used it */
        rules_tell(r, rules_find(r, d.oid), NOTIFY_DOWNTIME_END, 0);
    if (d.on && !rules_depth(r, d.oid))
        rules_tell(r, rules_find(r, d.oid), cancelled ? NOTIFY_DOWNTIME_CANCELLED : NOTIFY_DOWNTIME_END, 0);
    if (d.on && !cancelled)
        follow(r, d.id, RULES_ENDS);
}

/* A change to a problem, or to a hard one, begins those that wait for it. */
static void begin_flexible(struct rules *r, const struct rules_check *c)
{
    for (size_t i = 0; i < r->downtimes.n && c->state != OK; i++) {
        const struct rules_downtime *d = &r->downtimes.at[i];

        if (d->oid == c->oid && !d->fixed && !d->on && !d->trigger && d->start <= r->now.wall.us &&
            r->now.wall.us < d->end + TIME_S)
            begin_downtime(r, i);
    }
}

static void add_downtime(struct rules *r, const struct rules_check *c, const int64_t *n, uint64_t trigger)
{
    *VEC_ADD(&r->downtimes) = (struct rules_downtime){.id = r->next_downtime++,
                                                      .oid = c->oid,
                                                      .trigger = trigger,
                                                      .start = n[0] * TIME_S,
                                                      .end = n[1] * TIME_S,
                                                      .fixed = n[2] != 0,
                                                      .lasts = n[4] * TIME_S};
}

/* Each host behind this one once, whichever ways lead to it: one parent's are done before the next one is looked at, the last child first. */
static void propagate_downtime(struct rules *r, struct rules_check *host, const int64_t *n)
{
    uint64_t first = r->next_downtime;
    VEC(uint32_t) todo = {0}, had = {0};

    *VEC_ADD(&todo) = *VEC_ADD(&had) = host->idx;
    while (todo.n) {
        const struct rules_check *at = rules_at(r, todo.at[--todo.n]);
        struct model_list children = rules_conf(r, at)->children;

        add_downtime(r, at, n, at == host ? 0 : first);
        for (uint32_t i = 0; i < children.n; i++) {
            uint32_t child = model_item(r->m, children, i);
            size_t k = 0;

            while (k < had.n && had.at[k] != child)
                k++;
            if (k == had.n)
                *VEC_ADD(&todo) = *VEC_ADD(&had) = child;
        }
    }
    VEC_RELEASE(&todo);
    VEC_RELEASE(&had);
}

static void cancel(struct rules *r, uint64_t id)
{
    for (size_t i = r->downtimes.n; i-- > 0;)
        if (i < r->downtimes.n && r->downtimes.at[i].trigger == id)
            cancel(r, r->downtimes.at[i].id);
    for (size_t i = 0; i < r->downtimes.n; i++)
        if (r->downtimes.at[i].id == id) {
            end_downtime(r, i, true);
            return;
        }
}

static void cancel_of(struct rules *r, const struct rules_check *c)
{
    for (size_t i = r->downtimes.n; i-- > 0;)
        if (i < r->downtimes.n && r->downtimes.at[i].oid == c->oid)
            cancel(r, r->downtimes.at[i].id);
}

/* One that waits for a problem does so to the end of its last second. */
static int64_t over_at(const struct rules_downtime *d)
{
    if (d->on && !d->fixed)
        return d->began + d->lasts;
    return !d->on && !d->fixed && !d->trigger ? d->end + TIME_S : d->end;
}

/* What had begun is over, the rest comes to nothing, and so does what stands behind it. */
static void end_orphan(struct rules *r, size_t i)
{
    struct rules_downtime d = r->downtimes.at[i];

    if (!d.on)
        follow(r, d.id, RULES_ORPHAN);
    end_downtime(r, i, !d.on);
}

static void as_its_trigger(struct rules *r, size_t i)
{
    enum rules_follows how = r->downtimes.at[i].follows;

    r->downtimes.at[i].follows = RULES_FOLLOWS_NOTHING;
    if (how == RULES_ORPHAN) {
        end_orphan(r, i);
        return;
    }
    if (!r->downtimes.at[i].on)
        begin_downtime(r, i);
    if (how == RULES_ENDS)
        end_downtime(r, i, false);
}

static bool is_done(const struct rules_done *done, size_t n, uint64_t id, bool ended)
{
    for (size_t i = 0; i < n; i++)
        if (done[i].id == id && done[i].ended == ended)
            return true;
    return !done;
}

/* One is done. In the order of the ids, but first what follows a trigger. */
static bool end_one(struct rules *r, const struct rules_done *done, size_t n)
{
    int64_t now = r->now.wall.us;

    for (size_t i = 0; i < r->downtimes.n; i++) {
        const struct rules_downtime *d = &r->downtimes.at[i];

        if (!d->follows || !is_done(done, n, d->id, d->follows != RULES_BEGINS))
            continue;
        as_its_trigger(r, i);
        return true;
    }
    for (size_t i = 0; i < r->downtimes.n; i++) {
        const struct rules_downtime *d = &r->downtimes.at[i];
        bool over = now >= over_at(d);

        if ((!over && (d->on || !d->fixed || d->trigger || now < d->start)) || !is_done(done, n, d->id, over))
            continue;
        if (over)
            end_downtime(r, i, false);
        else
            begin_downtime(r, i);
        return true;
    }
    return false;
}

void rules_end(struct rules *r, const struct rules_done *done, size_t n)
{
    while (end_one(r, done, n))
        ;
}

/* ---- results ---- */

static unsigned meaning(struct rules *r, const struct rules_check *c, const struct record_result *in)
{
    bool passive = in->source == RECORD_SOURCE_PASSIVE, host = rules_is_host(r, c);

    if (in->how == RECORD_HOW_LOST) /* nothing was found out */
        return host ? c->state : UNKNOWN;
    if (passive)
        return in->code <= (host ? UNREACHABLE : UNKNOWN) ? (unsigned)in->code : host ? DOWN : UNKNOWN;
    if (in->how == RECORD_HOW_TIMEOUT)
        return host ? DOWN : r->m->globals->service_check_timeout_state;
    if (in->how == RECORD_HOW_SIGNAL)
        return host ? DOWN : UNKNOWN;
    if (in->how == RECORD_HOW_NOT_STARTED)
        return host ? DOWN : CRITICAL;
    if (host)
        return in->code == 0 || (in->code == 1 && !r->m->globals->use_aggressive_host_checking) ? UP : DOWN;
    return in->code <= UNKNOWN ? (unsigned)in->code : CRITICAL;
}

/* A host that does not answer is down if a parent is up, or if it has none; else nobody can know. */
static unsigned down_or_unreachable(struct rules *r, const struct rules_check *c)
{
    struct model_list parents = rules_conf(r, c)->parents;

    for (uint32_t i = 0; i < parents.n; i++)
        if (rules_at(r, model_item(r->m, parents, i))->state == UP)
            return DOWN;
    return parents.n ? UNREACHABLE : DOWN;
}

/* Of the i-th change of 20: young ones weigh more. */
static double weight(unsigned i)
{
    return 0.75 + 0.5 * i / 19;
}

/* True: it has stopped now. */
static bool flap(struct rules *r, struct rules_check *c)
{
    const struct model_globals *g = r->m->globals;
    bool host = rules_is_host(r, c);
    unsigned high = rules_conf(r, c)->high_flap, low = rules_conf(r, c)->low_flap;
    double changes = 0;

    high = high ? high : host ? g->high_host_flap : g->high_service_flap;
    low = low ? low : host ? g->low_host_flap : g->low_service_flap;
    if (!(rules_conf(r, c)->flap_on & rules_bit_of(r, c, c->state)))
        return false;
    if (!host && !c->hard && c->state != OK) /* a service has to be sure of a problem, a host has not */
        return false;
    memmove(c->history, c->history + 1, RULES_STATES - 1);
    c->history[RULES_STATES - 1] = (unsigned char)c->state;
    for (unsigned i = 0; i + 1 < RULES_STATES; i++)
        changes += c->history[i] != c->history[i + 1] ? weight(i) : 0;
    c->percent = (unsigned)(changes * 10000 / 20 + 0.5);
    if (!g->enable_flap_detection || !(rules_conf(r, c)->flags & MODEL_CHECK_FLAP))
        return false;
    if (!c->flapping && c->percent >= high) {
        c->owes_recovery = c->number > 0;
        rules_tell(r, c, NOTIFY_FLAP_START, 0);
        c->flapping = true;
    } else if (c->flapping && c->percent <= low) {
        c->flapping = false;
        rules_tell(r, c, NOTIFY_FLAP_STOP, 0);
        return true;
    }
    return false;
}

static void forget_problem(struct rules_check *c)
{
    c->number = 0;
    c->told_states = 0;
    c->never_again = false;
    c->again = 0;
}

/* From one state to the next. Sure: of a passive host, or of a service whose host is down, one result is proof. */
static void move(struct rules_check *c, unsigned state, bool sure, bool host)
{
    bool was_problem = c->state != OK, was_hard = c->hard;
    unsigned was = c->state;

    c->state = state;
    c->hard_changed = false;
    if (state == OK) {
        /* After another problem that was hard: a service is well again for sure with its last try, or where its host is down. */
        bool after = !host && c->hard_state != OK && (sure || c->attempt + 1 >= c->max);

        c->hard = !was_problem || was_hard || (sure && host) || after;
        c->hard_changed = was_problem && c->hard;
        return;
    }
    if (!was_problem) {
        c->attempt = 1;
        c->hard = sure || c->max <= 1;
    } else if (sure && (host ? !was_hard || state != was : state != c->hard_state)) {
        c->attempt = !host ? c->max : was_hard || state != was ? 1 : MIN(c->attempt + 1, c->max);
        c->hard = true;
    } else if (!was_hard) {
        c->attempt = MIN(c->attempt + 1, c->max);
        c->hard = c->attempt >= c->max;
    } else if (state != was && c->attempt < c->max) {
        c->hard = false; /* it was hard without its tries */
    }
    c->hard_changed = c->hard && (!was_problem || !was_hard || state != was);
}

/* A host's history goes on with the results of its services. */
static void flap_host(struct rules *r, const struct rules_check *service)
{
    struct rules_check *host = rules_at(r, rules_conf(r, service)->host);

    if (!flap(r, host))
        return;
    if (host->owes_recovery && host->state == UP) {
        rules_tell(r, host, NOTIFY_RECOVERY, 0);
        forget_problem(host);
    }
    host->owes_recovery = false;
}

/* A service says nothing new, and its host is down: who was told of the host may have to be told again. */
static void host_again(struct rules *r, const struct rules_check *service, bool changed)
{
    struct rules_check *host = rules_at(r, rules_conf(r, service)->host);

    if (service->state != OK && host->state != UP && (!changed || !r->m->globals->execute_host_checks))
        rules_tell(r, host, NOTIFY_PROBLEM, 0);
}

static void apply(struct rules *r, struct rules_check *c, unsigned state, bool sure)
{
    unsigned was = c->state;
    bool flap_ended;

    if (!c->checked)
        c->hard_since = rules_elapsed_s(r);
    c->checked = true;
    move(c, state, sure, rules_is_host(r, c));
    if (c->hard_changed)
        c->hard_since = rules_elapsed_s(r);
    if (c->hard)
        c->hard_state = c->state;
    if ((c->ack == STATE_ACK_NORMAL && state != was) || state == OK)
        c->ack = 0;
    if (state != was || c->hard_changed) {
        c->never_again = false;
        c->again = 0;
    }
    if (state != was || c->hard_changed)
        begin_flexible(r, c);
    flap_ended = flap(r, c);
    if (!rules_is_host(r, c))
        flap_host(r, c);
    if (state != OK) {
        rules_tell(r, c, NOTIFY_PROBLEM, 0);
    } else if (c->hard_changed || (flap_ended && c->owes_recovery)) {
        rules_tell(r, c, NOTIFY_RECOVERY, 0);
        if (!c->flapping || !c->owes_recovery)
            forget_problem(c);
    }
    if (flap_ended)
        c->owes_recovery = false;
    if (state == OK) {
        c->hard = c->hard || !rules_is_host(r, c); /* a host that was soft is so until its next result */
        c->attempt = 1;
        c->hard_state = OK;
    }
    if (!rules_is_host(r, c))
        host_again(r, c, state != was);
}

void rules_result(struct rules *r, const struct record_result *in)
{
    struct rules_check *c = rules_find(r, in->oid);
    bool passive = in->source == RECORD_SOURCE_PASSIVE, sure;
    unsigned state;

    BUG_ON(!c);
    state = meaning(r, c, in);
    if (rules_is_host(r, c)) {
        if (state != UP && (!passive || (r->m->globals->translate_passive_host_checks && state == DOWN)))
            state = down_or_unreachable(r, c);
        sure = passive && !r->m->globals->passive_host_checks_are_soft;
    } else {
        sure = rules_at(r, rules_conf(r, c)->host)->state != UP;
    }
    apply(r, c, state, sure);
}

/* ---- commands ---- */

static void mute(struct rules_check *c, bool on)
{
    c->muted = on;
    c->muted_by_command = true;
}

static void set_max(struct rules_check *c, unsigned max)
{
    c->max = max;
    c->max_by_command = true;
    if (c->hard && c->state != OK && c->attempt > 1)
        c->attempt = max;
}

static void acknowledge(struct rules *r, struct rules_check *c, const int64_t *n)
{
    c->ack = n[0] == 2 ? STATE_ACK_STICKY : STATE_ACK_NORMAL;
    if (n[1])
        rules_tell(r, c, NOTIFY_ACK, 0);
}

static void each_service(struct rules *r, const struct rules_check *host,
                         void (*each)(struct rules *, struct rules_check *))
{
    for (uint32_t i = 0; i < rules_conf(r, host)->n_services; i++)
        each(r, rules_at(r, rules_conf(r, host)->first_service + i));
}

static void unmute(struct rules *r UNUSED, struct rules_check *c)
{
    mute(c, false);
}

static void force(struct rules *r UNUSED, struct rules_check *c)
{
    c->forced = true;
}

static void cancel_service(struct rules *r, struct rules_check *c)
{
    cancel_of(r, c);
}

/* Commands that say something of what the rules are about; n: the numbers behind the names. */
static void of_check(struct rules *r, struct rules_check *c, struct str name, const int64_t *n)
{
    if (str_starts(name, STR("ACKNOWLEDGE_")))
        acknowledge(r, c, n);
    else if (str_starts(name, STR("REMOVE_")))
        c->ack = 0;
    else if (str_starts(name, STR("CHANGE_MAX_")))
        set_max(c, (unsigned)n[0]);
    else if (str_starts(name, STR("DISABLE_")) && str_contains(name, STR("NOTIFICATIONS")))
        mute(c, true);
    else if (str_eq_c(name, "ENABLE_HOST_SVC_NOTIFICATIONS"))
        each_service(r, c, unmute);
    else if (str_starts(name, STR("ENABLE_")) && str_contains(name, STR("NOTIFICATIONS")))
        mute(c, false);
    else if (str_starts(name, STR("SCHEDULE_FORCED_HOST_SVC_")))
        each_service(r, c, force);
    else if (str_starts(name, STR("SCHEDULE_FORCED_")))
        force(r, c);
    else if (str_starts(name, STR("SCHEDULE_AND_PROPAGATE_TRIGGERED_")))
        propagate_downtime(r, c, n);
    else if (str_starts(name, STR("SCHEDULE_")) && str_contains(name, STR("_DOWNTIME")))
        add_downtime(r, c, n, (uint64_t)n[3]);
    else if (str_starts(name, STR("SEND_CUSTOM_")))
        rules_tell(r, c, NOTIFY_CUSTOM, (uint32_t)n[0] & (NOTIFY_BROADCAST | NOTIFY_FORCED));
    else if (str_eq_c(name, "DEL_DOWNTIME_BY_HOST_NAME")) {
        cancel_of(r, c);
        each_service(r, c, cancel_service);
    }
}

static void read_numbers(struct str text, int64_t n[5])
{
    for (size_t i = 0; i < 5 && text.n; i++)
        if (!str_to_i64(str_cut(&text, ';'), &n[i]))
            break;
}

void rules_part(struct rules *r, struct str text, uint64_t oid, uint64_t *trigger)
{
    struct rules_check *c = rules_find(r, oid);
    int64_t n[5] = {0};
    struct str name;

    str_cut(&text, ']');
    text = str_trim(text);
    name = str_cut(&text, ';');
    if (!c)
        return;
    if (str_contains(name, STR("NOTIFICATIONS")))
        mute(c, str_starts(name, STR("DISABLE_")));
    if (!str_contains(name, STR("_DOWNTIME")))
        return;
    if (rules_is_host(r, c) && r->m && model_find_host(r->m, str_cut(&text, ';')) == c->idx)
        *trigger = 0;
    else if (!rules_is_host(r, c))
        str_cut(&text, ';');
    read_numbers(text, n);
    add_downtime(r, c, n, str_contains(name, STR("_TRIGGERED_")) ? *trigger : 0);
    for (size_t i = 0; i < r->downtimes.n && *trigger && r->downtimes.at[r->downtimes.n - 1].trigger; i++)
        if (r->downtimes.at[i].id == *trigger && r->downtimes.at[i].on)
            begin_downtime(r, r->downtimes.n - 1); /* it began while the others were planned */
    if (!*trigger)
        *trigger = r->next_downtime - 1;
}

void rules_cancel_like(struct rules *r, const struct record_downtime *d)
{
    for (size_t i = 0; i < r->downtimes.n; i++) {
        const struct rules_downtime *k = &r->downtimes.at[i];

        if (k->oid != d->oid || k->start != d->start || k->end != d->end || k->fixed != (d->fixed != 0) ||
            k->on != (d->in_effect != 0) || (k->trigger != 0) != (d->triggered_by != 0))
            continue;
        end_downtime(r, i, true);
        return;
    }
}

/* Few downtimes are cancelled at once, however many hosts a group has. */
static void cancel_all(struct rules *r)
{
    while (r->downtimes.n)
        cancel(r, r->downtimes.at[r->downtimes.n - 1].id);
}

void rules_command(struct rules *r, struct str text)
{
    struct str name, host;
    uint32_t idx;
    int64_t n[5] = {0};

    str_cut(&text, ']');
    text = str_trim(text);
    name = str_cut(&text, ';');
    host = str_cut(&text, ';');
    idx = model_find_host(r->m, host);
    if (str_eq_c(name, "DEL_DOWNTIME_BY_HOSTGROUP_NAME"))
        cancel_all(r); /* the tests' sites have one group, with all */
    if (str_contains(name, STR("_SVC_")) && !str_contains(name, STR("_HOST_SVC_")))
        idx = model_find_service(r->m, host, str_cut(&text, ';'));
    if (idx == MODEL_NONE)
        return;
    read_numbers(text, n);
    of_check(r, rules_at(r, idx), name, n);
}

void rules_begin(struct rules *r, struct world_now now)
{
    int64_t offset = now.wall.us - now.mono.us, gained = offset - r->offset;

    if (!r->began)
        r->slewed = offset % TIME_S;
    else if (gained > -TIME_S && gained < TIME_S)
        r->slewed += gained;
    r->began = true;
    r->offset = offset;
    r->now = now;
    VEC_CLEAR(&r->told);
    for (size_t i = 0; i < r->checks.n; i++) {
        r->checks.at[i].hard_changed = false;
        r->checks.at[i].why = WHY_NONE;
    }
}
