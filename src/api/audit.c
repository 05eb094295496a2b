/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit.h"

#include "api/api_ask.h"
#include "api/api_int.h"
#include "api/api_reply.h"
#include "api/audit_body.h"
#include "api/names.h"
#include "api/route.h"
#include "base/log.h"

#include <string.h>

/* What says yes twice: auth's answer, until its entry is on disk. */
struct late {
    struct api_answer answer;
    struct str value[API_AUTH_VALUES];
    api_resume_f *again, *undo;
};

/* ---- whom it is about ---- */

static struct str check_name(struct api *a, struct api_request *q, uint32_t idx)
{
    struct str host = model_host_name(&a->model, idx), copy;
    struct buf b = BUF_INIT;

    buf_add_str(&b, host);
    if (idx >= a->model.n_hosts) {
        buf_add_char(&b, ';');
        buf_add_str(&b, model_str(&a->model, model_check(&a->model, idx)->name));
    }
    copy = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return copy;
}

/* The check with that downtime or comment; MODEL_NONE: there is none. */
static uint32_t check_with(const struct api *a, bool downtime, uint64_t id)
{
    uint32_t high = downtime ? board_downtimes_high(&a->board) : board_comments_high(&a->board);
    struct buf text = BUF_INIT;
    uint32_t found = MODEL_NONE;
    struct board_note note;

    for (uint32_t i = 0; i < high && found == MODEL_NONE; i++) {
        struct board_downtime d;
        struct board_comment c;

        if (downtime && board_read_downtime(&a->board, i, &d, &note, &text) && d.id == id)
            found = d.idx;
        else if (!downtime && board_read_comment(&a->board, i, &c, &note, &text) && c.id == id)
            found = c.idx;
    }
    buf_release(&text);
    return found;
}

/* Names in place of numbers, as far as they are known now. */
static struct str object_of(struct api *a, struct api_request *q, struct str param)
{
    bool downtime = str_contains(str_of(q->route->path), STR("/downtimes/{")),
         comment = str_contains(str_of(q->route->path), STR("/comments/{"));
    uint32_t idx = MODEL_NONE;
    uint64_t id;

    if (a->ready && (downtime || comment) && str_to_u64(param, &id))
        idx = check_with(a, downtime, id);
    else if (a->ready && str_contains(str_of(q->route->path), STR("/resources/{")))
        idx = names_find(a, param);
    return idx < (a->ready ? a->model.n_check : 0) ? check_name(a, q, idx) : param;
}

static struct audit_entry entry_of(struct api *a, struct api_request *q, enum audit_kind kind)
{
    static const char *const by[] = {"nobody", "session", "token", "local"};
    struct str *object = arena_alloc(&q->arena, API_PARAMS_MAX * sizeof(*object));
    struct audit_entry e = {.kind = kind,
                            .who = str_of(q->who.name),
                            .by = str_of(by[q->who.by]),
                            .from = q->source == API_BY_LOCAL ? STR("this machine") : q->peer,
                            .method = q->method,
                            .route = str_of(q->route->path),
                            .path = q->path,
                            .right = str_of(right_word(q->route->right)),
                            .object = object};

    if (q->who.role[0])
        e.role = str_of(q->who.role);
    for (size_t i = 0; i < API_PARAMS_MAX && q->param[i].n; i++)
        object[e.n_object++] = object_of(a, q, q->param[i]);
    if (q->body.n)
        e.body = audit_body(&q->arena, q->route, q->body);
    else if (q->query.n && q->route->query)
        e.body = audit_body_query(q);
    return e;
}

/* ---- before ---- */

/* What may not be done without an entry: it changes who may do what, or lets somebody in. */
static bool must(const struct api_route *r)
{
    const struct right_row *row = right_row(r->right);

    return !r->lets_go && (row ? row->privileged : true);
}

/* True, and answered, when it may not go on. */
static bool refused(struct api *a, struct api_request *q, struct str why)
{
    if (!must(q->route)) {
        a->audit.without++;
        q->unaudited = true;
        return false;
    }
    a->audit.refused++;
    api_header(q, "Retry-After: 5");
    api_fail_with(a, q, 503, NULL, PROBLEM_NOT_AUDITED, why, STR_NULL);
    return true;
}

static void recorded(struct api *a, struct api_request *q, const struct api_answer *x)
{
    q->audited = x->ok ? x->number : 0;
    if (x->ok || !refused(a, q, x->error))
        q->route->run(a, q);
}

void audit_before(struct api *a, struct api_request *q)
{
    const struct api_route *r = q->route;
    struct audit_entry e;

    if (!r->audited) {
        r->run(a, q);
        return;
    }
    if (r->late) { /* no password is tried in vain */
        if (!a->audit.why[0] || !refused(a, q, str_of(a->audit.why)))
            r->run(a, q);
        return;
    }
    if (r->right == RIGHT_OPEN && !audit_pace_take(&a->audit.pace, q->peer, api_wall(a))) {
        a->audit.paced++;
        api_header(q, "Retry-After: 60");
        api_fail(a, q, 429, NULL, PROBLEM_SIGN_IN_CROWD);
        return;
    }
    e = entry_of(a, q, AUDIT_ASKED);
    api_ask_audit(a, q, &e, recorded);
}

static void late_recorded(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct late *l = q->state;

    q->audited = x->ok ? x->number : 0;
    if (!x->ok && must(q->route) && l->undo)
        l->undo(a, q, &l->answer);
    if (x->ok || !refused(a, q, x->error))
        l->again(a, q, &l->answer);
}

bool audit_first(struct api *a, struct api_request *q, const struct api_answer *x, api_resume_f *again,
                 api_resume_f *undo)
{
    struct late *l;
    struct audit_entry e;

    if (q->audited || q->unaudited)
        return true;
    l = arena_alloc(&q->arena, sizeof(*l));
    *l = (struct late){.answer = *x, .again = again, .undo = undo};
    for (size_t i = 0; i < x->n_values && i < API_AUTH_VALUES; i++)
        l->value[i] = x->values[i].p ? arena_str(&q->arena, x->values[i]) : STR_NULL;
    l->answer.values = l->value;
    q->state = l;
    e = entry_of(a, q, AUDIT_ASKED);
    if (!e.who.n && x->n_values > API_AUTH_USER)
        e.who = x->values[API_AUTH_USER];
    api_ask_audit(a, q, &e, late_recorded);
    return false;
}

/* ---- behind ---- */

static bool is_refusal(const struct api_request *q)
{
    const struct right_row *row = q->route ? right_row(q->route->right) : NULL;

    return (q->status == 401 || q->status == 403 || q->status == 429) && q->route &&
           (q->route->audited || (row && row->privileged));
}

void audit_end(struct api *a, const struct api_request *from)
{
    struct api_request *q = (struct api_request *)from; /* its arena is filled, it is on its way out */
    struct audit_entry e;

    if (q->audited) {
        e = (struct audit_entry){
            .kind = AUDIT_DONE, .of = q->audited, .status = q->answered ? (uint64_t)q->status : 0};
        a->ports->audit(a->user, 0, &e);
        return;
    }
    if (q->unaudited || !is_refusal(q))
        return;
    if (!audit_pace_take(&a->audit.pace, q->source == API_BY_LOCAL ? STR("this machine") : q->peer,
                         api_wall(a))) {
        a->audit.paced++;
        return;
    }
    e = entry_of(a, q, AUDIT_REFUSED);
    e.status = (uint64_t)q->status;
    a->ports->audit(a->user, 0, &e);
}

void audit_tick(struct api *a)
{
    struct audit_pace_source s;
    struct wall since;

    while (audit_pace_over(&a->audit.pace, api_wall(a), &s, &since)) {
        struct audit_entry e = {.kind = AUDIT_MANY,
                                .from = s.from[0] ? str_of(s.from) : STR("others"),
                                .count = s.more,
                                .since = since};

        a->ports->audit(a->user, 0, &e);
    }
}

void audit_answered(struct api *a, uint64_t serial, uint64_t number, struct str why)
{
    struct api_answer x = {.kind = API_FROM_AUDIT, .ok = number != 0, .error = why, .number = number};
    const struct api_request *q = api_find(a, serial);

    if (number && (!q || !q->resume || q->waits_for != API_FROM_AUDIT)) {
        /* who asked has gone, or the time was over: it is not done */
        struct audit_entry e = {.kind = AUDIT_DONE, .of = number, .status = 499};

        a->ports->audit(a->user, 0, &e);
        return;
    }
    api_answered(a, serial, &x);
}
