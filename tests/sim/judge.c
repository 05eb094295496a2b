/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "base/tlv.h"
#include "core/notify.h"
#include "core/why.h"
#include "core/world_in.h"

#include <stdio.h>
#include <string.h>

void judge_init(struct judge *j)
{
    memset(j, 0, sizeof(*j));
    rules_init(&j->rules);
}

void judge_release(struct judge *j)
{
    rules_release(&j->rules);
    VEC_RELEASE(&j->commands);
    VEC_RELEASE(&j->debts.list);
    VEC_RELEASE(&j->downtimes);
}

void judge_copy_debts(struct judge_debts *to, const struct judge_debts *from)
{
    VEC_CLEAR(&to->list);
    for (size_t i = 0; i < from->list.n; i++)
        *VEC_ADD(&to->list) = from->list.at[i];
}

static void fail(struct judge *j, const char *invariant, const struct lab *lab, uint32_t check,
                 const char *what)
{
    struct str host = model_host_name(lab->model, check), service = model_description(lab->model, check);

    if (j->broken)
        return;
    j->broken = invariant;
    snprintf(j->what, sizeof(j->what), STR_FMT "%s" STR_FMT ": %s", STR_ARG(host), service.n ? ";" : "",
             STR_ARG(service), what);
}

/* ---- what came in ---- */

/* A command that is refused is an input all the same; one that is done has its event behind it. */
static bool is_done(struct str behind)
{
    struct record_frame f;
    struct record_event e;

    while (record_next(&behind, &f) == 1 && f.kind != RECORD_COMMAND && f.kind != RECORD_COMMAND_END)
        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
            e.kind == RECORD_EVENT_COMMAND)
            return true;
    return false;
}

/* ---- commands in parts ---- */

static struct judge_command *command_of(struct judge *j, uint64_t id)
{
    for (size_t i = 0; i < j->commands.n; i++)
        if (j->commands.at[i].id == id)
            return &j->commands.at[i];
    return NULL;
}

static void take_command(struct judge *j, const struct record_command *r)
{
    struct judge_command *c = command_of(j, r->id);

    if (!c)
        c = VEC_ADD(&j->commands);
    *c = (struct judge_command){.id = r->id};
    str_copy(c->text, sizeof(c->text), r->text);
}

static void cancel_one(struct judge *j, uint64_t id)
{
    for (size_t i = 0; i < j->downtimes.n; i++)
        if (j->downtimes.at[i].id == id)
            rules_cancel_like(&j->rules, &j->downtimes.at[i]);
}

static void take_part(struct judge *j, const struct record_command_part *r)
{
    struct judge_command *c = command_of(j, r->id);
    struct str objects = r->objects;
    uint64_t object;

    while (c && objects.n && tlv_get_varint(&objects, &object)) {
        if (strstr(c->text, " DEL_DOWNTIME_"))
            cancel_one(j, object);
        else
            rules_part(&j->rules, str_of(c->text), object, &c->trigger);
    }
}

/* Behind the step, of which the inputs name them. */
static void take_downtimes(struct judge *j, struct str records)
{
    struct record_frame f;

    while (record_next(&records, &f) == 1) {
        struct record_downtime d;
        size_t i = 0;

        if (f.kind != RECORD_DOWNTIME || record_get(f.kind, f.payload, &d) < 0)
            continue;
        d.author = d.text = STR_NULL;
        while (i < j->downtimes.n && j->downtimes.at[i].id != d.id)
            i++;
        if (i == j->downtimes.n)
            VEC_ADD(&j->downtimes);
        j->downtimes.at[i] = d;
    }
}

static void take_input(struct judge *j, const struct record_frame *f, struct str behind)
{
    struct record_result result;
    struct record_command command;
    struct record_command_part part;

    if (f->kind == RECORD_RESULT && record_get(f->kind, f->payload, &result) == 0)
        rules_result(&j->rules, &result);
    else if (f->kind == RECORD_COMMAND_PART && record_get(f->kind, f->payload, &part) == 0)
        take_part(j, &part);
    else if (f->kind != RECORD_COMMAND || record_get(f->kind, f->payload, &command) < 0)
        return;
    else if (command.id)
        take_command(j, &command);
    else if (is_done(behind))
        rules_command(&j->rules, command.text);
}

static bool is_input(unsigned kind)
{
    return kind == RECORD_RESULT || kind == RECORD_COMMAND || kind == RECORD_COMMAND_PART ||
           kind == RECORD_TELLING_PART;
}

/* What was begun and ended behind an input, up to the next one: of much that is due the world does a part with each step, and says by its record which. */
static void time_passes(struct judge *j, struct str behind)
{
    VEC(struct rules_done) done = {0};
    struct record_frame f;

    while (record_next(&behind, &f) == 1 && !is_input(f.kind)) {
        struct record_downtime d;
        struct record_downtime_del del;

        if (f.kind == RECORD_DOWNTIME && record_get(f.kind, f.payload, &d) == 0 && d.in_effect)
            *VEC_ADD(&done) = (struct rules_done){d.id, false};
        if (f.kind == RECORD_DOWNTIME_DEL && record_get(f.kind, f.payload, &del) == 0)
            *VEC_ADD(&done) = (struct rules_done){del.id, true};
    }
    if (done.n)
        rules_end(&j->rules, done.at, done.n);
    VEC_RELEASE(&done);
}

/* Commands that waited are several inputs of one step: each finds done what was due with the one before. */
static void take_inputs(struct judge *j, const struct lab *lab, struct str records, bool step)
{
    bool all = lab->w->next_wall != INT64_MIN; /* else the rest comes with the next step */
    struct record_frame f;

    if (step)
        time_passes(j, records);
    while (record_next(&records, &f) == 1) {
        take_input(j, &f, records);
        if (step && is_input(f.kind))
            time_passes(j, records);
    }
    if (step && all)
        rules_end(&j->rules, NULL, 0);
}

/* ---- states ---- */

struct field {
    const char *name;
    int64_t is, wanted;
};

static void compare_state(struct judge *j, const struct lab *lab, uint32_t i, const struct rules_check *c)
{
    const struct state *s = world_state(lab->w, i);
    const struct field fields[] = {
        {"state", s->state, c->state},
        {"hard", s->hard, c->hard},
        {"attempt", s->attempt, c->attempt},
        {"max attempts", s->max_attempts, c->max},
        {"last hard state", s->last_hard_state, c->hard_state},
        {"checked", s->checked, c->checked},
        {"flapping", s->flapping, c->flapping},
        {"change in percent", s->flap_percent, c->percent},
        {"acknowledgement", s->ack_type, c->ack},
        {"downtime depth", s->downtime_depth, rules_depth(&j->rules, c->oid)},
        {"notification number", s->notification_number, c->number},
        {"notifications", (s->switches & MODEL_CHECK_NOTIFY) != 0, !c->muted},
    };
    char text[100];

    for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
        if (fields[k].is == fields[k].wanted)
            continue;
        snprintf(text, sizeof(text), "%s is %lld, by the rules %lld", fields[k].name, (long long)fields[k].is,
                 (long long)fields[k].wanted);
        fail(j, "rules", lab, i, text);
    }
}

static void compare_why(struct judge *j, const struct lab *lab, uint32_t i, const struct rules_check *c)
{
    unsigned is = world_state(lab->w, i)->why_notify.code;
    char text[100];

    if (!c->why) {
        if (c->hard_changed)
            fail(j, "why", lab, i, "a hard change that nobody decided about");
        return;
    }
    if (is == c->why)
        return;
    snprintf(text, sizeof(text), "the reason is %u, by the rules %u", is, c->why);
    fail(j, "why", lab, i, text);
}

/* ---- what is started ---- */

/* What is forced, or lost and made again, is that by the word of the world; but somebody must have asked for it. */
static bool is_forced(const struct lab *lab, uint32_t i, const struct rules_check *c)
{
    unsigned ran = world_state(lab->w, i)->ran.code;

    return (c->forced && (ran == WHY_RAN_FORCED || ran == WHY_RAN_AGAIN)) || ran == WHY_RAN_STALE;
}

static void compare_starts(struct judge *j, const struct lab *lab)
{
    size_t n;
    const struct world_effect *e = world_effects(lab->w, &n);

    for (size_t i = 0; i < n; i++)
        if (e[i].kind == WORLD_RUN && e[i].run_kind == WORLD_RUN_CHECK &&
            rules_rests(&j->rules, e[i].check) &&
            !is_forced(lab, e[i].check, rules_at(&j->rules, e[i].check)))
            fail(j, "rests", lab, e[i].check, "it was started, and by the rules what it depends by fails");
}

/* ---- who is told ---- */

static struct rules_told *find_told(struct judge *j, uint64_t oid, uint64_t type, uint32_t contact)
{
    struct rules_told *done = NULL;

    for (size_t i = 0; i < j->rules.told.n; i++) {
        struct rules_told *t = &j->rules.told.at[i];

        if (t->oid == oid && t->type == type && t->contact == contact)
            return t;
    }
    for (size_t i = 0; i < j->debts.list.n; i++) {
        struct rules_told *t = &j->debts.list.at[i].told;

        if (t->oid != oid || t->type != type || t->contact != contact)
            continue;
        if (!t->event || !t->intent) /* the same may be told twice, one behind the other */
            return t;
        done = t;
    }
    return done;
}

/* A notification that is told in parts from the next step on: it is owed from here. */
static void take_telling(struct judge *j, const struct record_telling *r)
{
    size_t n = 0;

    for (size_t i = 0; i < j->rules.told.n; i++) {
        struct rules_told *t = &j->rules.told.at[i];

        if (r->oid && t->oid == r->oid && t->type == r->type)
            *VEC_ADD(&j->debts.list) = (struct judge_owed){r->id, *t};
        else
            j->rules.told.at[n++] = *t;
    }
    j->rules.told.n = n;
}

static void unwanted(struct judge *j, const struct lab *lab, uint64_t oid, uint64_t type, struct str contact)
{
    uint32_t i = 0;
    char text[160];

    while (i + 1 < lab->model->n_check && world_oid(lab->w, i) != oid)
        i++;
    snprintf(text, sizeof(text), STR_FMT " was told of a %s, by the rules not", STR_ARG(contact),
             notify_type_name((enum notify_type)MIN(type, (uint64_t)NOTIFY_CUSTOM)));
    fail(j, "told", lab, i, text);
}

static void take_tellings(struct judge *j, struct str records)
{
    struct record_frame f;

    while (record_next(&records, &f) == 1) {
        struct record_telling r;

        if (f.kind == RECORD_TELLING && record_get(f.kind, f.payload, &r) == 0)
            take_telling(j, &r);
    }
}

static void take_outputs(struct judge *j, const struct lab *lab, struct str records)
{
    struct record_frame f;

    while (record_next(&records, &f) == 1) {
        struct record_event event;
        struct record_notify_intent intent;
        struct rules_told *t;

        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &event) == 0 &&
            event.kind == RECORD_EVENT_NOTIFICATION) {
            t = find_told(j, event.oid, event.type, model_find_contact(lab->model, event.contact));
            if (!t)
                unwanted(j, lab, event.oid, event.type, event.contact);
            else
                t->event = true;
            j->notifications++;
        } else if (f.kind == RECORD_NOTIFY_INTENT && record_get(f.kind, f.payload, &intent) == 0) {
            t = find_told(j, intent.oid, intent.type, model_find_contact(lab->model, intent.contact));
            if (!t)
                unwanted(j, lab, intent.oid, intent.type, intent.contact);
            else
                t->intent = true;
        }
    }
}

static void must_be_told(struct judge *j, const struct lab *lab, const struct rules_told *t)
{
    const struct rules_check *c = rules_find(&j->rules, t->oid);
    char text[160];

    if (t->event && t->intent)
        return;
    snprintf(text, sizeof(text), STR_FMT " must be told of a %s; event %d, intent %d",
             STR_ARG(model_str(lab->model, model_contact(lab->model, t->contact)->name)),
             notify_type_name((enum notify_type)t->type), t->event, t->intent);
    fail(j, "told", lab, c ? c->idx : 0, text);
}

static void end_debts(struct judge *j, const struct lab *lab, uint64_t telling)
{
    size_t n = 0;

    for (size_t i = 0; i < j->debts.list.n; i++)
        if (j->debts.list.at[i].telling == telling)
            must_be_told(j, lab, &j->debts.list.at[i].told);
        else
            j->debts.list.at[n++] = j->debts.list.at[i];
    j->debts.list.n = n;
}

static void compare_told(struct judge *j, const struct lab *lab, struct str records)
{
    struct record_frame f;

    for (size_t i = 0; i < j->rules.told.n; i++)
        must_be_told(j, lab, &j->rules.told.at[i]);
    while (record_next(&records, &f) == 1) {
        struct record_telling_part r;

        if (f.kind == RECORD_TELLING_PART && record_get(f.kind, f.payload, &r) == 0 && r.last)
            end_debts(j, lab, r.id);
    }
}

/* ---- a step ---- */

static void begin_step(struct judge *j, const struct lab *lab)
{
    if (j->models != lab->models)
        rules_configure(&j->rules, lab->model, lab->oids);
    j->models = lab->models;
    if (j->lives != lab->generation)
        rules_new_life(&j->rules);
    j->lives = lab->generation;
    rules_begin(&j->rules, lab_now(lab));
}

void judge_follow(struct judge *j, const struct lab *lab)
{
    begin_step(j, lab);
    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        struct rules_check *c = rules_at(&j->rules, i);
        const struct state *s = world_state(lab->w, i);

        c->state = s->state;
        c->hard = s->hard;
        c->hard_state = s->last_hard_state;
    }
}

void judge_watch(struct judge *j, struct lab *lab, bool step)
{
    uint64_t first, n;
    struct str records = world_records(lab->w, &first, &n);

    begin_step(j, lab);
    if (j->broken)
        return;
    take_inputs(j, lab, records, step);
    for (uint32_t i = 0; i < lab->model->n_check; i++)
        compare_state(j, lab, i, rules_at(&j->rules, i)); /* first: of another state others are told */
    compare_starts(j, lab);
    take_tellings(j, records);
    take_outputs(j, lab, records);
    take_downtimes(j, records);
    compare_told(j, lab, records);
    for (uint32_t i = 0; i < lab->model->n_check; i++)
        compare_why(j, lab, i, rules_at(&j->rules, i));
}
