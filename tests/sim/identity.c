/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"
#include "sim.h"

struct known { /* of a check before a reload */
    uint64_t oid;
    struct state state;
    struct state_more more;
    uint32_t notes;
};
struct planned { /* a downtime before it */
    uint64_t id, trigger, oid;
    unsigned notes; /* it, and its comment */
    bool on, stays;
};
struct identity {
    struct known *known;
    uint32_t n;
    VEC(struct planned) planned;
};

static uint32_t notes_of(const struct sim *s, uint64_t oid)
{
    struct buf all = BUF_INIT;
    struct str rest;
    struct record_frame f;
    uint32_t n = 0;

    world_export(s->lab.w, lab_now(&s->lab), 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1) {
        struct record_comment comment;
        struct record_downtime downtime;

        n += f.kind == RECORD_COMMENT && record_get(f.kind, f.payload, &comment) == 0 && comment.oid == oid;
        n +=
            f.kind == RECORD_DOWNTIME && record_get(f.kind, f.payload, &downtime) == 0 && downtime.oid == oid;
    }
    buf_release(&all);
    return n;
}

static void know_planned(const struct sim *s, struct identity *before)
{
    struct buf all = BUF_INIT;
    struct str rest;
    struct record_frame f;

    world_export(s->lab.w, lab_now(&s->lab), 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1) {
        struct record_downtime d;

        if (f.kind == RECORD_DOWNTIME && record_get(f.kind, f.payload, &d) == 0)
            *VEC_ADD(&before->planned) = (struct planned){.id = d.id,
                                                          .trigger = d.triggered_by,
                                                          .oid = d.oid,
                                                          .notes = 1 + (d.comment_id != 0),
                                                          .on = d.in_effect != 0};
    }
    buf_release(&all);
}

struct identity *identity_know(const struct sim *s)
{
    struct identity *before = mem_calloc(1, sizeof(*before));
    struct known *all = mem_calloc(s->lab.model->n_check + 1, sizeof(*all));

    before->n = s->lab.model->n_check;
    before->known = all;
    for (uint32_t i = 0; i < before->n; i++) {
        all[i].oid = world_oid(s->lab.w, i);
        all[i].state = *world_state(s->lab.w, i);
        all[i].more = *state_more(&all[i].state);
        all[i].notes = notes_of(s, all[i].oid);
    }
    know_planned(s, before);
    return before;
}

static bool is_there(const struct sim *s, uint64_t oid)
{
    for (uint32_t i = 0; i < s->lab.model->n_check; i++)
        if (world_oid(s->lab.w, i) == oid)
            return true;
    return false;
}

static bool stays(const struct identity *before, uint64_t id)
{
    for (size_t i = 0; i < before->planned.n; i++)
        if (before->planned.at[i].id == id)
            return before->planned.at[i].stays;
    return true; /* it was over before, unused: that took nothing with it */
}

/* A downtime goes with its object, and those that it triggers with it; a trigger stands before what it triggers. */
static void take_out_gone(const struct sim *s, struct identity *before)
{
    for (size_t i = 0; i < before->planned.n; i++) {
        struct planned *d = &before->planned.at[i];

        d->stays = is_there(s, d->oid) && (!d->trigger || stays(before, d->trigger));
        for (uint32_t k = 0; k < before->n && !d->stays; k++) {
            if (before->known[k].oid != d->oid)
                continue;
            before->known[k].notes -= d->notes;
            before->known[k].state.downtime_depth -= d->on;
        }
    }
}

#define STAYS(field)                                                                                         \
    if (was->state.field != is->field)                                                                       \
        sim_fail(s, "identity", "a reload has changed " #field, check, (int64_t)is->field);

static void compare_known(struct sim *s, uint32_t check, const struct known *was)
{
    const struct state *is = world_state(s->lab.w, check);

    /* clang-format off */
    STAYS(state) STAYS(hard) STAYS(checked) STAYS(last_check) STAYS(last_state_change) STAYS(ack_type) STAYS(downtime_depth)
    STAYS(notification_number) STAYS(modified) STAYS(flapping) STAYS(output_n)
        /* clang-format on */
        if (was->more.problem_id != state_more(is)->problem_id ||
            was->more.last_notification != state_more(is)->last_notification)
            sim_fail(s, "identity", "a reload has changed the problem's number or when it was told", check,
                     (int64_t)was->more.problem_id);
    if (was->state.run && is->run != was->state.run) /* one may begin */
        sim_fail(s, "identity", "a reload has ended a run", check, is->run);
    if (notes_of(s, was->oid) != was->notes)
        sim_fail(s, "identity", "a reload has changed the notes", check, was->notes);
}
#undef STAYS

void identity_check(struct sim *s, struct identity *before)
{
    const struct known *known = before->known;

    take_out_gone(s, before);
    for (uint32_t i = 0; i < s->lab.model->n_check; i++) {
        uint64_t oid = world_oid(s->lab.w, i);
        uint32_t k = 0;

        while (k < before->n && known[k].oid != oid)
            k++;
        if (k < before->n)
            compare_known(s, i, &known[k]);
        else if (world_state(s->lab.w, i)->checked || notes_of(s, oid))
            sim_fail(s, "identity", "what is new is not blank", i, 0);
    }
    mem_free(before->known);
    VEC_RELEASE(&before->planned);
    mem_free(before);
}
