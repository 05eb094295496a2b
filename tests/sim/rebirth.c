/* SPDX-License-Identifier: Apache-2.0 */
#include "rebirth.h"

#include "core/record.h"

static void differ(struct rebirth_difference *d, const char *what, uint32_t check)
{
    if (!d->what)
        *d = (struct rebirth_difference){what, check};
}

static struct buf only_state(const struct buf *all)
{
    struct buf out = BUF_INIT;
    struct str rest = buf_str(all);
    struct record_frame f;

    while (record_next(&rest, &f) == 1) {
        struct record_state state;

        if (f.kind == RECORD_STATE && record_get(f.kind, f.payload, &state) == 0) {
            state.next_check = 0; /* a plan, not a state: it is stored with the next result */
            state.forced = 0;
            if (state.hard && state.state)
                state.attempt = state.max_attempts; /* a start takes them as made */
            record_put(&out, f.kind, (struct wall){0}, &state);
        } else if (f.kind != RECORD_PROGRAM && f.kind != RECORD_CHECKPOINT_END) {
            buf_add_str(&out, f.payload);
        }
    }
    return out;
}

#define SAME(field)                                                                                          \
    if (a->field != b->field)                                                                                \
        differ(d, "the records do not give " #field, check);

/* What the records have no place for cannot be seen by comparing records. */
static void compare_state(struct rebirth_difference *d, uint32_t check, const struct state *a,
                          const struct state *b)
{
    /* clang-format off */
    SAME(state) SAME(last_state) SAME(last_hard_state) SAME(hard) SAME(checked) SAME(passive) SAME(ack_type)
    SAME(no_more) SAME(flapping) SAME(flap_recovery) SAME(flap_at) SAME(max_attempts)
    SAME(notification_number) SAME(notified_on) SAME(flap_percent) SAME(switches) SAME(modified)
    SAME(flap_history) SAME(last_check) SAME(last_state_change) SAME(last_hard_change) SAME(last_time_s[0])
    SAME(last_time_s[1]) SAME(last_time_s[2]) SAME(last_time_s[3]) SAME(latency_us) SAME(execution_us)
    SAME(output_n) SAME(long_n) SAME(perf_n)
    /* clang-format on */
}

static void compare_more(struct rebirth_difference *d, uint32_t check, const struct state_more *a,
                         const struct state_more *b)
{
    SAME(event_id)
    SAME(last_event_id)
    SAME(problem_id)
    SAME(last_problem_id)
    SAME(flap_comment)
    SAME(last_notification)
    SAME(next_notification)
    SAME(problem_since)
    SAME(ack_expires)
}
#undef SAME

/* A world made from records, asked for its records. */
static struct buf reborn(struct lab *lab, struct str records, struct rebirth_difference *d)
{
    struct world *w = world_new(&(struct world_options){.epoch = 99, .version = "test"});
    struct buf out = BUF_INIT, state;

    world_set_model(w, lab->model, 1, lab_now(lab));
    if (!world_set_oids(w, 1, lab->oids, lab->model->n_check) || world_load(w, records) < 0)
        differ(d, "the records cannot be read back", 0);
    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        const struct state *a = world_state(lab->w, i), *b = world_state(w, i);

        compare_state(d, i, a, b);
        compare_more(d, i, state_more(a), state_more(b));
        if (world_interval(lab->w, i, false) != world_interval(w, i, false) ||
            world_interval(lab->w, i, true) != world_interval(w, i, true))
            differ(d, "the records do not give the intervals", i);
    }
    world_export(w, lab_now(lab), 0, &out);
    world_free(w);
    state = only_state(&out);
    buf_release(&out);
    return state;
}

struct rebirth_difference rebirth_compare(struct lab *lab)
{
    struct buf now = BUF_INIT, want, from_journal, from_checkpoint;
    struct rebirth_difference d = {NULL, 0};

    world_export(lab->w, lab_now(lab), 0, &now);
    want = only_state(&now);
    from_journal = reborn(lab, buf_str(&lab->journal), &d);
    from_checkpoint = reborn(lab, buf_str(&now), &d);
    if (!str_eq(buf_str(&want), buf_str(&from_journal)))
        differ(&d, "the journal does not give the state of now", 0);
    if (!str_eq(buf_str(&want), buf_str(&from_checkpoint)))
        differ(&d, "a checkpoint does not give the state of now", 0);
    buf_clear(&lab->journal);
    buf_add_str(&lab->journal, buf_str(&now));
    buf_release(&want);
    buf_release(&from_journal);
    buf_release(&from_checkpoint);
    buf_release(&now);
    return d;
}
