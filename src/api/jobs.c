/* SPDX-License-Identifier: Apache-2.0 */
#include "api/jobs.h"

#include "api/api_ask.h"
#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/names.h"
#include "api/people.h"
#include "api/shape.h"
#include "core/source.h"
#include "wire/http_text.h"

#include <stdio.h>
#include <string.h>

#define STEPS      1000u /* of one job in one go: of those that cannot be done, for which nothing is sent */
#define ITEMS_KEPT 1000000u /* of jobs that are over, for taking them back */

enum job_state { JOB_RUNS, JOB_DONE, JOB_CANCELLED };
static const char *const state_words[] = {"running", "done", "cancelled"};

struct job_told { /* one for which it could not be done */
    uint64_t oid;
    enum problem problem;
    char *why; /* owned; NULL: the problem says all */
};

struct job {
    uint64_t number;
    char id[48], who[API_NAME_MAX + 1];
    enum api_by by;            /* what kind of name that is: programs may be called like people */
    bool doubtful, narrowed;   /* auth is to be asked what they may do; what it said counts */
    uint64_t asked;            /* the serial of that question; 0: none is on its way */
    const struct sight *sight; /* with narrowed: of which checks the action's right is had; pinned */
    enum job_state state;
    uint64_t source;
    const struct action *action;
    struct arena arena; /* of v */
    struct body_value *v;
    struct job_item *items;
    size_t n, next, done, failed, flying;
    VEC(struct job_told) told;
    struct wall began, ended;
    uint64_t waits;   /* serial of the request that is answered when it is over; 0: none */
    bool kept;        /* it can be looked at */
    uint64_t changed; /* jobs->changes then */
    char *unwritten;  /* owned; NULL: all is on disk */
};

struct flight {
    struct job *job;
    size_t item;
    uint64_t serial;
};

struct api_jobs {
    VEC(struct job *) all; /* by number */
    VEC(struct flight) flights;
    struct sights *sights; /* of the api */
    uint64_t last, changes;
    int64_t life; /* when the first one of this gate began */
};

struct api_jobs *jobs_new(struct sights *sights)
{
    struct api_jobs *jobs = mem_zalloc(sizeof(*jobs));

    jobs->sights = sights;
    return jobs;
}

static void job_free(struct api_jobs *jobs, struct job *j)
{
    sights_unpin(jobs->sights, j->sight);
    for (size_t i = 0; i < j->told.n; i++)
        mem_free(j->told.at[i].why);
    VEC_RELEASE(&j->told);
    mem_free(j->unwritten);
    mem_free(j->items);
    arena_release(&j->arena);
    mem_free(j);
}

void jobs_free(struct api_jobs *jobs)
{
    for (size_t i = 0; i < jobs->all.n; i++)
        job_free(jobs, jobs->all.at[i]);
    VEC_RELEASE(&jobs->all);
    VEC_RELEASE(&jobs->flights);
    mem_free(jobs);
}

static void forget(struct api_jobs *jobs, size_t i)
{
    job_free(jobs, jobs->all.at[i]);
    memmove(&jobs->all.at[i], &jobs->all.at[i + 1], (jobs->all.n - i - 1) * sizeof(*jobs->all.at));
    jobs->all.n--;
}

/* The oldest that are over leave; and of those that stay, what they were done to. */
static void tidy(struct api_jobs *jobs)
{
    size_t over = 0, items = 0;

    for (size_t i = jobs->all.n; i-- > 0;) {
        struct job *j = jobs->all.at[i];

        if (j->state == JOB_RUNS || j->flying)
            continue;
        if (!j->kept || ++over > JOBS_KEPT) {
            forget(jobs, i);
            continue;
        }
        items += j->items ? j->n : 0;
        if (items > ITEMS_KEPT) {
            mem_free(j->items);
            j->items = NULL;
        }
    }
}

static void changed(struct api *a, struct job *j)
{
    j->changed = ++a->jobs->changes;
}

/* ---- in words ---- */

static void write_told(struct api *a, const struct api_request *q, struct json *j, const struct job_told *t)
{
    struct buf id = BUF_INIT, b = BUF_INIT;
    uint32_t idx;

    buf_add_u64(&id, t->oid);
    idx = names_find_seen(a, q->sight, buf_str(&id));
    json_map(j);
    json_key_str(j, "resource", buf_str(&id));
    if (idx != MODEL_NONE) {
        json_key_str(j, "host", model_host_name(&a->model, idx));
        json_key_str(j, "service", model_description(&a->model, idx));
    }
    problem_word(&b, t->problem);
    json_key_str(j, "code", buf_str(&b));
    buf_clear(&b);
    problem_render(&b, t->problem, api_reads_french(q), (const struct str[PROBLEM_ARGS]){str_of(t->why)});
    json_key_str(j, "detail", buf_str(&b));
    json_map_end(j);
    buf_release(&id);
    buf_release(&b);
}

static void write_undo(struct json *j, const struct job *job, const struct api_request *q)
{
    json_key(j, "undo");
    if (!job->action->undo || !job->done || !job->items || job->state == JOB_RUNS) {
        json_none(j);
        return;
    }
    json_map(j);
    action_undo(j, job->action, job->v);
    if (job->kept || !q)
        json_key_c(j, "job", job->id);
    else {
        json_key(j, "resources");
        json_list(j);
        for (size_t i = 0; i < job->n; i++) {
            if (!job->items[i].failed)
                json_id(j, job->items[i].oid);
        }
        json_list_end(j);
    }
    json_map_end(j);
}

static void write_brief(struct json *j, const struct job *job)
{
    if (job->kept)
        json_key_c(j, "id", job->id);
    json_key_c(j, "action", job->action->word);
    json_key_c(j, "state", state_words[job->state]);
    json_key_u64(j, "total", job->n);
    json_key_u64(j, "done", job->done);
    json_key_u64(j, "failed", job->failed);
}

static void write_members(struct api *a, const struct api_request *q, struct json *j, const struct job *job)
{
    write_brief(j, job);
    json_key_c(j, "by", job->who);
    json_key_time(j, "started", job->began);
    json_key_time(j, "ended", job->ended);
    json_key(j, "unwritten");
    if (job->unwritten)
        json_c(j, job->unwritten);
    else
        json_none(j);
    json_key(j, "problems");
    json_list(j);
    for (size_t i = 0; i < job->told.n; i++)
        write_told(a, q, j, &job->told.at[i]);
    json_list_end(j);
    write_undo(j, job, q);
}

static void answer(struct api *a, struct api_request *q, int status, const struct job *job)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    write_members(a, q, &j, job);
    json_map_end(&j);
    api_reply_json(a, q, status, &out);
    buf_release(&out);
}

/* It could be done for none: that is no success. */
static void answer_none(struct api *a, struct api_request *q, const struct job *job)
{
    static const struct str none[PROBLEM_ARGS];
    struct buf out = BUF_INIT, detail = BUF_INIT;
    struct json j;

    problem_render(&detail, PROBLEM_NONE_DONE, api_reads_french(q), none);
    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "type", "about:blank");
    json_key_c(&j, "title", http_text_reason(422));
    json_key_i64(&j, "status", 422);
    json_key_c(&j, "code", "none_done");
    json_key_str(&j, "detail", buf_str(&detail));
    json_key_u64(&j, "accepted", 0);
    json_key_u64(&j, "refused", job->failed);
    json_key(&j, "problems");
    json_list(&j);
    for (size_t i = 0; i < job->told.n; i++)
        write_told(a, q, &j, &job->told.at[i]);
    json_list_end(&j);
    json_map_end(&j);
    api_reply_as(a, q, 422, STR("application/problem+json"), buf_str(&out));
    buf_release(&out);
    buf_release(&detail);
}

static void answer_over(struct api *a, struct api_request *q, const struct job *j)
{
    if (j->unwritten)
        api_fail_with(a, q, 503, NULL, PROBLEM_NOT_STORED, str_of(j->unwritten), STR_NULL);
    else if (j->failed && !j->done)
        answer_none(a, q, j);
    else
        answer(a, q, 200, j);
}

/* ---- doing it ---- */

static void tell(struct job *j, size_t item, enum problem p, struct str why)
{
    j->failed++;
    j->items[item].failed = true;
    if (j->told.n < JOBS_TOLD)
        *VEC_ADD(&j->told) = (struct job_told){j->items[item].oid, p, why.n ? str_dup(why) : NULL};
}

static void record(struct api *a, const struct job *j, const char *what)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "[%lld] _VIGIE_AUDIT;%s;%s %s %zu/%zu;", (long long)time_wall_s(api_wall(a)), what,
               j->id, j->action->word, j->done, j->n);
    a->ports->engine(a->user, 0, str_of(j->who), WORLD_SOURCE_GATE, buf_str(&text));
    buf_release(&text);
}

static void over(struct api *a, struct job *j)
{
    struct api_request *q = j->waits ? api_find(a, j->waits) : NULL;

    if (j->state == JOB_RUNS)
        j->state = JOB_DONE;
    j->ended = api_wall(a);
    j->waits = 0;
    if (j->kept)
        record(a, j, j->state == JOB_DONE ? "job done" : "job cancelled");
    changed(a, j);
    if (!q)
        return;
    q->resume = NULL;
    answer_over(a, q, j);
    api_after(a, q);
}

/* The command of the next one is on its way. False: it cannot go now. */
static bool step(struct api *a, struct job *j)
{
    struct action_on on = {.action = j->action, .entry = j->items[j->next].entry, .who = j->who, .v = j->v};
    enum problem p = PROBLEM_NO_CHECK;
    struct buf b = BUF_INIT;
    uint64_t serial = a->serials + 1;
    int rc = 0;

    buf_add_u64(&b, j->items[j->next].oid);
    on.idx = names_find(a, buf_str(&b));
    buf_clear(&b);
    if (on.idx != MODEL_NONE && j->narrowed && !sight_sees(j->sight, on.idx))
        p = PROBLEM_RIGHT_GONE;
    else if (on.idx != MODEL_NONE)
        p = j->action->line(a, &on, &b);
    if (p)
        tell(j, j->next, p, STR_NULL);
    else
        rc = a->ports->engine(a->user, serial, str_of(j->who), j->source, buf_str(&b));
    buf_release(&b);
    if (rc < 0)
        return false;
    if (!p) {
        a->serials = serial;
        *VEC_ADD(&a->jobs->flights) = (struct flight){j, j->next, serial};
        j->flying++;
    }
    j->next++;
    return true;
}

/* ---- what may be done, when that has changed ---- */

static void ask_again(struct api *a, struct job *j)
{
    const struct str name = str_of(j->who);
    uint64_t serial = a->serials + 1;

    if (j->asked ||
        a->ports->auth(a->user, serial, j->by == API_BY_TOKEN ? "token_grants" : "grants", &name, 1) < 0)
        return; /* the next tick tries again */
    a->serials = j->asked = serial;
}

void jobs_judge(struct api *a, struct str name)
{
    for (size_t i = 0; i < a->jobs->all.n; i++) {
        struct job *j = a->jobs->all.at[i];

        if (j->ended.us || j->by == API_BY_UID || (name.p && !str_ieq(str_of(j->who), name)))
            continue;
        j->doubtful = true;
        j->asked = 0; /* what an older question brings may be what was before */
        ask_again(a, j);
    }
}

static void go_on(struct api *a, struct job *j);

/* Who is no more, or must have a second factor and has none, may do nothing. */
bool jobs_judged(struct api *a, uint64_t serial, const struct api_answer *x)
{
    for (size_t i = 0; i < a->jobs->all.n; i++) {
        struct job *j = a->jobs->all.at[i];
        struct api_who w = {.by = j->by};

        if (j->asked != serial)
            continue;
        j->asked = 0;
        if (!x->ok && !str_eq_c(x->values[API_AUTH_CODE], "invalid")) /* it could not say: once more */
            return true;
        if (x->ok && !str_eq_c(x->values[API_AUTH_TOTP], "required"))
            api_who_said(a, &w, x);
        sights_unpin(a->sights, j->sight);
        j->sight = who_sight(&w, right_bit(j->action->right), a->sights);
        sights_pin(a->sights, j->sight);
        j->narrowed = true;
        j->doubtful = false;
        go_on(a, j);
        return true;
    }
    return false;
}

/* ---- step by step ---- */

static void go_on(struct api *a, struct job *j)
{
    if (j->doubtful && j->state == JOB_RUNS) {
        ask_again(a, j);
        return;
    }
    for (unsigned i = 0; i < STEPS; i++) {
        if (!a->ready || j->state != JOB_RUNS || j->next == j->n || j->flying >= JOBS_WINDOW || !step(a, j))
            break;
    }
    if (!j->flying && !j->ended.us && (j->state != JOB_RUNS || j->next == j->n))
        over(a, j);
}

static void landed(struct api *a, const struct flight *f, const struct api_answer *x)
{
    struct job *j = f->job;

    j->flying--;
    if (!x)
        tell(j, f->item, PROBLEM_PART_RESTARTED, STR_NULL);
    else if (!x->ok)
        tell(j, f->item, PROBLEM_ENGINE_REFUSES, x->error);
    else
        j->done++;
    if (x && x->ok && x->error.n && !j->unwritten)
        j->unwritten = str_dup(x->error);
    changed(a, j);
}

bool jobs_answered(struct api *a, uint64_t serial, const struct api_answer *x)
{
    struct api_jobs *jobs = a->jobs;

    for (size_t i = 0; i < jobs->flights.n; i++) {
        struct flight f = jobs->flights.at[i];

        if (f.serial != serial)
            continue;
        VEC_SWAP_REMOVE(&jobs->flights, i);
        landed(a, &f, x);
        go_on(a, f.job);
        return true;
    }
    return false;
}

/* Of what was on its way nobody knows. The others wait for the next engine. */
void jobs_engine_lost(struct api *a)
{
    struct api_jobs *jobs = a->jobs;

    for (size_t i = 0; i < jobs->flights.n; i++)
        landed(a, &jobs->flights.at[i], NULL);
    VEC_CLEAR(&jobs->flights);
}

void jobs_auth_lost(struct api *a)
{
    for (size_t i = 0; i < a->jobs->all.n; i++)
        a->jobs->all.at[i]->asked = 0; /* the next tick asks again */
}

void jobs_tick(struct api *a)
{
    for (size_t i = 0; i < a->jobs->all.n; i++) {
        if (!a->jobs->all.at[i]->ended.us)
            go_on(a, a->jobs->all.at[i]);
    }
    tidy(a->jobs);
}

static size_t count_running(const struct api_jobs *jobs)
{
    size_t n = 0;

    for (size_t i = 0; i < jobs->all.n; i++)
        n += !jobs->all.at[i]->ended.us;
    return n;
}

static struct body_value *keep_values(struct job *j, const struct action *x, const struct body_value *v)
{
    size_t n = 0;

    while (x->fields[n].name)
        n++;
    j->v = arena_alloc(&j->arena, (n + 1) * sizeof(*j->v));
    for (size_t i = 0; i < n; i++) {
        j->v[i] = v[i];
        j->v[i].text = v[i].text.p ? arena_str(&j->arena, v[i].text) : STR_NULL;
    }
    return j->v;
}

struct job *jobs_begin(struct api *a, struct api_request *q, const struct action *x,
                       const struct body_value *v, struct job_item *items, size_t n)
{
    struct api_jobs *jobs = a->jobs;
    struct job *j;

    if (count_running(jobs) >= JOBS_RUNNING) {
        mem_free(items);
        api_header(q, "Retry-After: 5");
        api_fail(a, q, 429, NULL, PROBLEM_JOBS_MANY);
        return NULL;
    }
    j = mem_zalloc(sizeof(*j));
    j->number = ++jobs->last;
    if (!jobs->life)
        jobs->life = api_wall(a).us;
    snprintf(j->id, sizeof(j->id), "%lld-%llu", (long long)jobs->life, (unsigned long long)j->number);
    str_copy(j->who, sizeof(j->who), str_of(q->who.name));
    j->by = q->who.by;
    j->source = q->source == API_BY_LOCAL ? WORLD_SOURCE_CTL : WORLD_SOURCE_API;
    j->action = x;
    keep_values(j, x, v);
    j->items = items;
    j->n = n;
    j->began = api_wall(a);
    *VEC_ADD(&jobs->all) = j;
    return j;
}

/* Nobody answers it: over() does. */
static void waits_on(struct api *a UNUSED, struct api_request *q UNUSED, const struct api_answer *x UNUSED)
{
}

void jobs_wait(struct api *a, struct api_request *q, struct job *j)
{
    go_on(a, j);
    if (j->ended.us) {
        answer_over(a, q, j);
        return;
    }
    j->waits = q->serial;
    q->resume = waits_on;
    q->waits_for = API_FROM_JOB;
}

void jobs_accept(struct api *a, struct api_request *q, struct job *j)
{
    char line[80];

    j->kept = true;
    record(a, j, "job begun");
    changed(a, j);
    snprintf(line, sizeof(line), "Location: /api/v1/jobs/%s", j->id);
    api_header(q, line);
    answer(a, q, 202, j);
    go_on(a, j);
}

/* ---- looking at them ---- */

static bool is_of(const struct job *j, const struct api_who *w)
{
    return j->by == w->by && strcmp(j->who, w->name) == 0;
}

/* A job is of no host in particular, so the right to those of others is one for everything. */
static bool may(const struct api_request *q, enum right of_others)
{
    return people_rights(q) & right_bit(of_others);
}

/* The number of another life of the gate: whoever began it hears that it is lost, not that there never was one. */
static bool is_lost(const struct api_jobs *jobs, struct str id)
{
    struct str number = id, life = str_cut(&number, '-');
    uint64_t v;

    return number.p && str_to_u64(number, &v) && str_to_u64(life, &v) && v > TIME_DAY &&
           (int64_t)v != jobs->life;
}

static struct job *find(struct api *a, struct api_request *q, struct str id, enum right of_others)
{
    for (size_t i = 0; i < a->jobs->all.n; i++) {
        struct job *j = a->jobs->all.at[i];

        if (j->kept && str_eq_c(id, j->id) && (is_of(j, &q->who) || may(q, of_others)))
            return j;
    }
    if (is_lost(a->jobs, id))
        api_fail(a, q, 410, "id", PROBLEM_JOB_LOST);
    else
        api_fail(a, q, 404, "id", PROBLEM_NO_ENTRY);
    return NULL;
}

void jobs_show(struct api *a, struct api_request *q)
{
    const struct job *j = find(a, q, q->param[0], RIGHT_JOBS_READ);

    if (j)
        answer(a, q, 200, j);
}

void jobs_cancel(struct api *a, struct api_request *q)
{
    struct job *j = find(a, q, q->param[0], RIGHT_JOBS_CANCEL);

    if (!j)
        return;
    if (j->state == JOB_RUNS) {
        j->state = JOB_CANCELLED;
        changed(a, j);
        go_on(a, j);
    }
    answer(a, q, 200, j);
}

void jobs_list(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "jobs");
    json_list(&j);
    for (size_t i = a->jobs->all.n; i-- > 0;) {
        const struct job *one = a->jobs->all.at[i];

        if (!one->kept || (!is_of(one, &q->who) && !may(q, RIGHT_JOBS_READ)))
            continue;
        json_map(&j);
        write_brief(&j, one);
        json_key_c(&j, "by", one->who);
        json_key_time(&j, "started", one->began);
        json_key_time(&j, "ended", one->ended);
        json_map_end(&j);
    }
    json_list_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

const struct job_item *jobs_items(struct api *a, struct api_request *q, struct str id, size_t *n)
{
    const struct job *j = find(a, q, id, RIGHT_JOBS_CANCEL);

    if (j && (j->state == JOB_RUNS || j->flying))
        api_fail(a, q, 409, "job", PROBLEM_JOB_RUNS);
    else if (j && !j->items)
        api_fail(a, q, 410, "job", PROBLEM_JOB_OLD);
    if (!j || q->answered)
        return NULL;
    *n = j->n;
    return j->items;
}

uint64_t jobs_changes(const struct api *a)
{
    return a->jobs->changes;
}

void jobs_events(struct api *a, const struct api_who *who, uint64_t since, struct buf *out)
{
    struct json j;

    for (size_t i = 0; i < a->jobs->all.n; i++) {
        const struct job *one = a->jobs->all.at[i];

        if (!one->kept || one->changed <= since || !is_of(one, who))
            continue;
        buf_add_c(out, "event: job\ndata: ");
        json_init(&j, out);
        json_map(&j);
        write_brief(&j, one);
        write_undo(&j, one, NULL);
        json_map_end(&j);
        buf_add_c(out, "\n\n");
    }
}

static const char *const shape_states[] = {"running", "done", "cancelled", NULL};
#define BRIEF                                                                                                \
    {"id", SHAPE_TEXT, SHAPE_MAYBE, "of one that can be looked at"}, {"action", SHAPE_TEXT, 0, NULL},        \
        {"state", SHAPE_WORD, 0, NULL, .words = shape_states},                                               \
        {"total", SHAPE_INT, 0, "hosts and services, or downtimes, or comments"},                            \
        {"done", SHAPE_INT, 0, NULL}, {"failed", SHAPE_INT, 0, NULL}, {"by", SHAPE_TEXT, 0, "who began it"}, \
        {"started", SHAPE_TIME, SHAPE_NULL, NULL},                                                           \
    {                                                                                                        \
        "ended", SHAPE_TIME, SHAPE_NULL, NULL                                                                \
    }
static const struct shape_field brief_fields[] = {BRIEF, {NULL}};
static const struct shape brief_shape = {"JobBrief", brief_fields};
static const struct shape_field fields[] = {
    BRIEF,
    {"unwritten", SHAPE_TEXT, SHAPE_NULL, "why what was done cannot be written to disk now"},
    {"problems", SHAPE_OBJECT, SHAPE_LIST, "for which it could not be done, the first 100",
     .of = &shape_trouble},
    {"undo", SHAPE_OBJECT, SHAPE_NULL, "the body for POST /api/v1/actions that takes it back",
     .of = &action_undo_shape},
    {NULL},
};
const struct shape jobs_shape = {"Job", fields};
static const struct shape_field list_fields[] = {
    {"jobs", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &brief_shape},
    {NULL},
};
const struct shape jobs_list_shape = {"Jobs", list_fields};
