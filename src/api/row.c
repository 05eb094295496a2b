/* SPDX-License-Identifier: Apache-2.0 */
#include "api/row.h"

#include "api/label.h"
#include "api/names.h"

const char *const row_state_words[ROW_STATES + 1] = {"ok",      "up",          "pending",  "unknown",
                                                     "warning", "unreachable", "critical", "down"};

const char *row_state_word(enum row_state s)
{
    BUG_ON((unsigned)s >= ROW_STATES);
    return row_state_words[s];
}

bool row_state_parse(struct str word, enum row_state *out)
{
    for (size_t i = 0; i < ROW_STATES; i++) {
        if (str_eq_c(word, row_state_words[i])) {
            *out = (enum row_state)i;
            return true;
        }
    }
    return false;
}

enum row_state row_state_of(bool host, uint32_t flags, unsigned state)
{
    static const enum row_state of_host[] = {ROW_UP, ROW_DOWN, ROW_UNREACHABLE, ROW_UNREACHABLE};
    static const enum row_state of_service[] = {ROW_OK, ROW_WARNING, ROW_CRITICAL, ROW_UNKNOWN};

    if (!(flags & BOARD_CHECKED))
        return ROW_PENDING;
    return host ? of_host[state & 3] : of_service[state & 3];
}

const struct board_check *row_in_place(const struct api *a, uint32_t idx)
{
    return (const struct board_check *)(const void *)((const char *)a->board.h + a->board.h->off_checks) +
           idx;
}

struct str row_output_in_place(const struct api *a, uint32_t idx)
{
    const struct board_check *c = row_in_place(a, idx);
    const struct board_header *h = a->board.h;
    uint64_t off = __atomic_load_n(&c->text_off, __ATOMIC_RELAXED);
    uint32_t len = __atomic_load_n(&c->output_len, __ATOMIC_RELAXED);

    if (off > h->arena_size || len > h->arena_size - off)
        return STR_NULL;
    return str_make((const char *)h + h->off_arena + off, len);
}

uint32_t row_host_downtime(const struct api *a, uint32_t idx)
{
    if (idx < a->model.n_hosts)
        return 0;
    return __atomic_load_n(&row_in_place(a, names_host(a->names, idx))->downtime_depth, __ATOMIC_RELAXED);
}

struct row_brief row_brief(const struct api *a, uint32_t idx)
{
    const struct board_check *c = row_in_place(a, idx);
    uint32_t flags = __atomic_load_n(&c->flags, __ATOMIC_RELAXED);
    unsigned state = __atomic_load_n(&c->state, __ATOMIC_RELAXED);
    uint32_t depth = __atomic_load_n(&c->downtime_depth, __ATOMIC_RELAXED);
    struct row_brief b = {.state = row_state_of(idx < a->model.n_hosts, flags, state)};

    b.problem = b.state > ROW_PENDING;
    b.handled = (flags & BOARD_ACKNOWLEDGED) || depth > 0 || row_host_downtime(a, idx) > 0;
    return b;
}

static void names(const struct api *a, const struct sight *sight, uint32_t idx, struct json *j)
{
    const struct model *m = &a->model;
    const struct model_check *c = model_check(m, idx), *host = model_check(m, c->host);

    json_key_c(j, "kind", c->kind == MODEL_HOST ? "host" : "service");
    json_key_str(j, "host", model_str(m, host->name));
    json_key_str(j, "host_display",
                 model_str(m, sight_sees(sight, c->host) ? host->display_name : host->name));
    if (c->kind == MODEL_SERVICE) {
        json_key_str(j, "service", model_str(m, c->name));
        json_key_str(j, "service_display", model_str(m, c->display_name));
    }
}

/* Meant to be so: its configuration has no active checks, and results that are sent in are accepted. */
static bool answers_only(const struct api *a, uint32_t idx, const struct board_check *c)
{
    return !(model_check(&a->model, idx)->flags & MODEL_CHECK_ACTIVE) && !(c->flags & BOARD_ACTIVE_ENABLED) &&
           (c->flags & BOARD_PASSIVE_ENABLED);
}

void row_members(const struct api *a, const struct sight *sight, uint32_t idx, const struct board_check *c,
                 const struct board_text *t, struct json *j)
{
    struct buf id = BUF_INIT;

    names_id(a, idx, c->oid, &id);
    json_key_str(j, "id", buf_str(&id));
    buf_release(&id);
    names(a, sight, idx, j);
    json_key_c(j, "state", row_state_word(row_state_of(idx < a->model.n_hosts, c->flags, c->state)));
    json_key_bool(j, "hard", c->state_hard);
    json_key_u64(j, "attempt", c->attempt);
    json_key_u64(j, "max_attempts", c->max_attempts);
    json_key_time(j, "since", (struct wall){c->last_state_change});
    json_key_time(j, "last_check", (struct wall){c->last_check});
    json_key_time(j, "next_check", (struct wall){c->next_check});
    json_key_str(j, "output", t->output);
    json_key_bool(j, "acknowledged", c->flags & BOARD_ACKNOWLEDGED);
    json_key_bool(j, "in_downtime", c->downtime_depth > 0);
    json_key_bool(j, "host_in_downtime", row_host_downtime(a, idx) > 0);
    json_key_bool(j, "flapping", c->flags & BOARD_FLAPPING);
    json_key_bool(j, "notifications_enabled", c->flags & BOARD_NOTIFY_ENABLED);
    json_key_bool(j, "checks_enabled", c->flags & BOARD_ACTIVE_ENABLED);
    json_key_bool(j, "passive", answers_only(a, idx, c));
    json_key_bool(j, "running", c->flags & BOARD_RUNNING);
    json_key_bool(j, "stale", c->flags & BOARD_STALE);
    label_severity_member(&a->model, idx, j);
}

void row_write(const struct api *a, const struct sight *sight, uint32_t idx, struct json *j,
               struct buf *scratch)
{
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, idx, &c, &t, scratch);
    json_map(j);
    row_members(a, sight, idx, &c, &t, j);
    json_map_end(j);
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"id", SHAPE_TEXT, 0, "names it in paths; goes with it through renames", .like = "\"281474976710657\""},
    {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds},
    {"host", SHAPE_TEXT, 0, "the host's name", .like = "\"web-1\""},
    {"host_display", SHAPE_TEXT, 0, "display_name of the host"},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, "the service's description; only of a service"},
    {"service_display", SHAPE_TEXT, SHAPE_MAYBE, "display_name of the service"},
    {"state", SHAPE_WORD, 0, NULL, .words = row_state_words},
    {"hard", SHAPE_BOOL, 0, "whether the state is hard: it was found as often as max_attempts asks"},
    {"attempt", SHAPE_INT, 0, NULL},
    {"max_attempts", SHAPE_INT, 0, NULL},
    {"since", SHAPE_TIME, SHAPE_NULL, "when the state began"},
    {"last_check", SHAPE_TIME, SHAPE_NULL, NULL},
    {"next_check", SHAPE_TIME, SHAPE_NULL, NULL},
    {"output", SHAPE_TEXT, 0, "the first line of what the check said", .like = "\"HTTP OK: 200 in 0.041 s\""},
    {"acknowledged", SHAPE_BOOL, 0, NULL},
    {"in_downtime", SHAPE_BOOL, 0, NULL},
    {"host_in_downtime", SHAPE_BOOL, 0, "of a service: its host is"},
    {"flapping", SHAPE_BOOL, 0, NULL},
    {"notifications_enabled", SHAPE_BOOL, 0, NULL},
    {"checks_enabled", SHAPE_BOOL, 0, NULL},
    {"passive", SHAPE_BOOL, 0, "meant to take results that are sent in, and to run no check"},
    {"running", SHAPE_BOOL, 0, "a check of it runs now"},
    {"stale", SHAPE_BOOL, 0, "its results do not come as they should"},
    {"severity", SHAPE_OBJECT, SHAPE_MAYBE, "how much it matters (Centreon)", .of = &label_severity_shape},
    {NULL},
};
const struct shape row_shape = {"Row", fields};
