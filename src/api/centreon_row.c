/* SPDX-License-Identifier: Apache-2.0 */
#include "api/centreon_row.h"

#include "api/label.h"
#include "api/names.h"

#define SERVER "Vigie" /* Centreon's pollers have names; there is one here */

/* ---- identities ---- */

uint64_t centreon_row_id(struct api *a, uint32_t idx)
{
    uint64_t oid = names_oid(a, idx);

    return oid <= CENTREON_ID_MAX ? oid : 0;
}

uint32_t centreon_row_find(struct api *a, int64_t id)
{
    struct buf b = BUF_INIT;
    uint32_t found = MODEL_NONE;

    if (id > 0) {
        buf_add_i64(&b, id);
        found = names_find(a, buf_str(&b));
    }
    buf_release(&b);
    return found;
}

/* ---- states ---- */

static const struct {
    const char *word;
    unsigned code, pressing;
} statuses[ROW_STATES] = {
    [ROW_OK] = {"OK", 0, 5},
    [ROW_UP] = {"UP", 0, 5},
    [ROW_PENDING] = {"PENDING", 4, 4},
    [ROW_UNKNOWN] = {"UNKNOWN", 3, 3},
    [ROW_WARNING] = {"WARNING", 1, 2},
    [ROW_UNREACHABLE] = {"UNREACHABLE", 2, 3},
    [ROW_CRITICAL] = {"CRITICAL", 2, 1},
    [ROW_DOWN] = {"DOWN", 1, 1},
};

const char *centreon_row_status(enum row_state s)
{
    BUG_ON((unsigned)s >= ROW_STATES);
    return statuses[s].word;
}

unsigned centreon_row_code(enum row_state s)
{
    BUG_ON((unsigned)s >= ROW_STATES);
    return statuses[s].code;
}

unsigned centreon_row_pressing(enum row_state s)
{
    BUG_ON((unsigned)s >= ROW_STATES);
    return statuses[s].pressing;
}

static uint32_t flags_of(const struct api *a, uint32_t idx)
{
    return __atomic_load_n(&row_in_place(a, idx)->flags, __ATOMIC_RELAXED);
}

bool centreon_row_in_downtime(const struct api *a, uint32_t idx)
{
    return __atomic_load_n(&row_in_place(a, idx)->downtime_depth, __ATOMIC_RELAXED) ||
           row_host_downtime(a, idx);
}

/* ---- fields of searches ---- */

typedef struct str text_f(struct api *a, uint32_t idx, struct buf *scratch);
struct centreon_field {
    const char *name;
    text_f *text;
    bool of_host; /* a service's, of its host: not told where of that only the name is in sight */
};

static bool is_host(const struct api *a, uint32_t idx)
{
    return idx < a->model.n_hosts;
}

static struct str number(struct buf *scratch, uint64_t v)
{
    buf_add_u64(scratch, v);
    return buf_str(scratch);
}

static struct str yes(bool v)
{
    return v ? STR("1") : STR("0");
}

static const struct model_check *host_of(const struct api *a, uint32_t idx)
{
    return model_check(&a->model, model_check(&a->model, idx)->host);
}

static struct str text_id(struct api *a, uint32_t idx, struct buf *scratch)
{
    return number(scratch, centreon_row_id(a, idx));
}

static struct str text_host_id(struct api *a, uint32_t idx, struct buf *scratch)
{
    return number(scratch, centreon_row_id(a, model_check(&a->model, idx)->host));
}

static struct str text_parent_id(struct api *a, uint32_t idx, struct buf *scratch)
{
    return is_host(a, idx) ? STR_NULL : text_host_id(a, idx, scratch);
}

static struct str text_service_id(struct api *a, uint32_t idx, struct buf *scratch)
{
    return is_host(a, idx) ? STR_NULL : text_id(a, idx, scratch);
}

static struct str text_name(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return model_str(&a->model, model_check(&a->model, idx)->name);
}

static struct str text_host(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return model_host_name(&a->model, idx);
}

static struct str text_parent(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return is_host(a, idx) ? STR_NULL : model_host_name(&a->model, idx);
}

static struct str text_service(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return is_host(a, idx) ? STR_NULL : model_description(&a->model, idx);
}

static struct str text_host_alias(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return model_str(&a->model, host_of(a, idx)->alias);
}

static struct str text_alias(struct api *a, uint32_t idx, struct buf *scratch)
{
    return is_host(a, idx) ? text_host_alias(a, idx, scratch) : STR_NULL;
}

static struct str text_host_address(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return model_str(&a->model, host_of(a, idx)->address);
}

static struct str text_address(struct api *a, uint32_t idx, struct buf *scratch)
{
    return is_host(a, idx) ? text_host_address(a, idx, scratch) : STR_NULL;
}

static struct str text_type(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return is_host(a, idx) ? STR("host") : STR("service");
}

static struct str text_status(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return str_of(centreon_row_status(row_brief(a, idx).state));
}

static struct str text_code(struct api *a, uint32_t idx, struct buf *scratch)
{
    return number(scratch, centreon_row_code(row_brief(a, idx).state));
}

static struct str text_parent_status(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return is_host(a, idx)
               ? STR_NULL
               : str_of(centreon_row_status(row_brief(a, model_check(&a->model, idx)->host).state));
}

static struct str text_downtime(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return yes(centreon_row_in_downtime(a, idx));
}

static struct str text_acknowledged(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return yes(flags_of(a, idx) & BOARD_ACKNOWLEDGED);
}

static struct str text_flapping(struct api *a, uint32_t idx, struct buf *scratch UNUSED)
{
    return yes(flags_of(a, idx) & BOARD_FLAPPING);
}

static struct str text_information(struct api *a, uint32_t idx, struct buf *scratch)
{
    buf_add_str(scratch, row_output_in_place(a, idx)); /* it may change under the search */
    return buf_str(scratch);
}

static struct str text_server(struct api *a UNUSED, uint32_t idx UNUSED, struct buf *scratch UNUSED)
{
    return STR(SERVER);
}

static const struct centreon_field fields[] = {
    {"id", text_id},
    {"name", text_name},
    {"alias", text_alias},
    {"fqdn", text_address},
    {"address", text_address},
    {"type", text_type},
    {"status", text_status},
    {"status_code", text_code},
    {"information", text_information},
    {"in_downtime", text_downtime},
    {"is_in_downtime", text_downtime},
    {"acknowledged", text_acknowledged},
    {"is_acknowledged", text_acknowledged},
    {"in_flapping", text_flapping},
    {"is_in_flapping", text_flapping},
    {"monitoring_server_name", text_server},
    {"parent_id", text_parent_id},
    {"parent_name", text_parent},
    {"parent.name", text_parent},
    {"parent_status", text_parent_status, true},
    {"h.id", text_host_id},
    {"h.name", text_host},
    {"h.alias", text_host_alias, true},
    {"h.address", text_host_address, true},
    {"h.fqdn", text_host_address, true},
    {"host.id", text_host_id},
    {"host.name", text_host},
    {"host.alias", text_host_alias, true},
    {"host.address", text_host_address, true},
    {"s.id", text_service_id},
    {"s.name", text_service},
    {"s.description", text_service},
    {"service.id", text_service_id},
    {"service.description", text_service},
};

const struct centreon_field *centreon_row_field(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_eq_c(name, fields[i].name))
            return &fields[i];
    }
    return NULL;
}

struct str centreon_row_text(struct api *a, const struct sight *sight, const struct centreon_field *f,
                             uint32_t idx, struct buf *scratch)
{
    if (f->of_host && !sight_sees(sight, model_check(&a->model, idx)->host))
        return STR_NULL;
    return f->text(a, idx, scratch);
}

/* ---- the row ---- */

static void status(struct json *j, enum row_state s)
{
    json_key(j, "status");
    json_map(j);
    json_key_u64(j, "code", centreon_row_code(s));
    json_key_c(j, "name", centreon_row_status(s));
    json_key_u64(j, "severity_code", centreon_row_pressing(s));
    json_map_end(j);
}

/* "3w 2d 1h 5m 7s" since then; null: never */
static void since(struct json *j, const char *key, int64_t then_us, int64_t now_us)
{
    static const struct {
        int64_t s;
        char unit;
    } units[] = {{604800, 'w'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t left = MAX(now_us - then_us, 0) / TIME_S;
    struct buf b = BUF_INIT;

    json_key(j, key);
    if (then_us <= 0) {
        json_none(j);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (left / units[i].s || (!b.len && units[i].s == 1))
            buf_printf(&b, "%s%lld%c", b.len ? " " : "", (long long)(left / units[i].s), units[i].unit);
        left %= units[i].s;
    }
    json_str(j, buf_str(&b));
    buf_release(&b);
}

/* Whole seconds with their zone, as its clients parse them. */
static void moment(struct json *j, const char *key, int64_t us)
{
    struct time_civil c = time_utc((struct wall){us});
    struct buf b = BUF_INIT;

    json_key(j, key);
    if (us <= 0) {
        json_none(j);
        return;
    }
    buf_printf(&b, "%04d-%02d-%02dT%02d:%02d:%02d+00:00", c.year, c.month, c.day, c.hour, c.minute, c.second);
    json_str(j, buf_str(&b));
    buf_release(&b);
}

static void uuid(struct json *j, struct api *a, uint32_t idx)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "h%llu", (unsigned long long)centreon_row_id(a, model_check(&a->model, idx)->host));
    if (!is_host(a, idx))
        buf_printf(&b, "-s%llu", (unsigned long long)centreon_row_id(a, idx));
    json_key_str(j, "uuid", buf_str(&b));
    buf_release(&b);
}

/* What a host and a parent have in common. */
static void identity(struct json *j, struct api *a, const struct sight *sight, uint32_t idx)
{
    const struct model *m = &a->model;
    const struct model_check *c = model_check(m, idx);
    bool host = is_host(a, idx), known = host && sight_sees(sight, idx);

    uuid(j, a, idx);
    json_key_u64(j, "id", centreon_row_id(a, idx));
    json_key_c(j, "type", host ? "host" : "service");
    json_key_c(j, "short_type", host ? "h" : "s");
    json_key_str(j, "name", model_str(m, c->name));
    json_key(j, "alias");
    if (known)
        json_str(j, model_str(m, c->alias));
    else
        json_none(j);
    json_key(j, "fqdn");
    if (known)
        json_str(j, model_str(m, c->address));
    else
        json_none(j);
}

static void parent(struct json *j, struct api *a, const struct sight *sight, uint32_t idx)
{
    uint32_t host = model_check(&a->model, idx)->host;

    json_key(j, "parent");
    if (is_host(a, idx)) {
        json_none(j);
        return;
    }
    json_map(j);
    identity(j, a, sight, host);
    if (sight_sees(sight, host))
        status(j, row_brief(a, host).state);
    json_map_end(j);
}

static void severity(struct json *j, const struct api *a, uint32_t idx, bool old)
{
    const struct model_severity *s = label_severity(&a->model, idx);

    if (old) {
        json_key(j, "severity_level");
        if (s)
            json_u64(j, s->level);
        else
            json_none(j);
    }
    json_key(j, "severity");
    if (!s) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_u64(j, "id", (uint64_t)(s - a->model.severity) + 1);
    json_key_str(j, "name", model_str(&a->model, s->name));
    json_key_u64(j, "level", s->level);
    json_key_c(j, "type", is_host(a, idx) ? "host" : "service");
    json_key(j, "icon");
    json_none(j);
    json_map_end(j);
}

/* Where notes and actions lead: the rest of Centreon's links is its own. */
static void links(struct json *j, const struct api *a, uint32_t idx)
{
    const struct model *m = &a->model;
    uint32_t extra = model_check(m, idx)->extra;
    const struct model_extra *x = extra == MODEL_NONE ? NULL : model_extra(m, extra);

    json_key(j, "links");
    json_map(j);
    json_key(j, "externals");
    json_map(j);
    json_key_str(j, "action_url", x ? model_str(m, x->action_url) : STR(""));
    json_key(j, "notes");
    json_map(j);
    json_key_str(j, "label", x ? model_str(m, x->notes) : STR(""));
    json_key_str(j, "url", x ? model_str(m, x->notes_url) : STR(""));
    json_map_end(j);
    json_map_end(j);
    json_map_end(j);
}

static void switches(struct json *j, const struct api *a, uint32_t idx, uint32_t flags, bool old)
{
    const struct {
        const char *old, *now;
        bool is;
    } table[] = {
        {"active_checks", "has_active_checks_enabled", flags & BOARD_ACTIVE_ENABLED},
        {"passive_checks", "has_passive_checks_enabled", flags & BOARD_PASSIVE_ENABLED},
        {"notification_enabled", "is_notification_enabled", flags & BOARD_NOTIFY_ENABLED},
        {"acknowledged", "is_acknowledged", flags & BOARD_ACKNOWLEDGED},
        {"in_downtime", "is_in_downtime", centreon_row_in_downtime(a, idx)},
        {"flapping", "is_in_flapping", flags & BOARD_FLAPPING},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        json_key_bool(j, old ? table[i].old : table[i].now, table[i].is);
    if (!old) /* what Nagstamon looks for in all of them */
        json_key_bool(j, "flapping", flags & BOARD_FLAPPING);
}

void centreon_row_write(struct api *a, const struct sight *sight, uint32_t idx, bool old, struct json *j,
                        struct buf *scratch)
{
    bool host = is_host(a, idx);
    int64_t now = api_wall(a).us;
    struct board_check c;
    struct board_text t;
    struct buf tries = BUF_INIT;

    board_read_check_text(&a->board, idx, &c, &t, scratch);
    json_map(j);
    identity(j, a, sight, idx);
    json_key_u64(j, "host_id", centreon_row_id(a, model_check(&a->model, idx)->host));
    json_key(j, "service_id");
    if (host)
        json_none(j);
    else
        json_u64(j, centreon_row_id(a, idx));
    json_key_c(j, "monitoring_server_name", SERVER);
    parent(j, a, sight, idx);
    status(j, row_state_of(host, c.flags, c.state));
    moment(j, "last_status_change", c.last_state_change);
    since(j, "duration", c.last_state_change, now);
    since(j, "last_check", c.last_check, now);
    buf_printf(&tries, "%u/%u (%c)", c.attempt, c.max_attempts, c.state_hard ? 'H' : 'S');
    json_key_str(j, "tries", buf_str(&tries));
    buf_release(&tries);
    json_key_str(j, "information", t.output);
    json_key(j, "performance_data");
    if (t.perfdata.n)
        json_str(j, t.perfdata);
    else
        json_none(j);
    switches(j, a, idx, c.flags, old);
    severity(j, a, idx, old);
    links(j, a, idx);
    json_map_end(j);
}

static const struct shape_field row_fields[] = {
    {"uuid", SHAPE_TEXT, 0, NULL, .like = "\"h3-s7\""},
    {"id", SHAPE_INT, 0, "0: not known yet"},
    {"type", SHAPE_WORD, 0, NULL, .words = shape_kinds},
    {"short_type", SHAPE_TEXT, 0, "h or s"},
    {"name", SHAPE_TEXT},
    {"alias", SHAPE_TEXT, SHAPE_NULL, "of a host"},
    {"fqdn", SHAPE_TEXT, SHAPE_NULL, "the address of a host"},
    {"host_id", SHAPE_INT},
    {"service_id", SHAPE_INT, SHAPE_NULL},
    {"monitoring_server_name", SHAPE_TEXT},
    {"parent", SHAPE_ANY, 0, "the host of a service; null of a host"},
    {"status", SHAPE_ANY, 0, NULL, .like = "{\"code\":2,\"name\":\"CRITICAL\",\"severity_code\":1}"},
    {"last_status_change", SHAPE_TEXT, SHAPE_NULL, NULL, .like = "\"2026-11-23T09:00:00+00:00\""},
    {"duration", SHAPE_TEXT, SHAPE_NULL, NULL, .like = "\"1d 2h\""},
    {"last_check", SHAPE_TEXT, SHAPE_NULL, NULL, .like = "\"2m 5s\""},
    {"tries", SHAPE_TEXT, 0, NULL, .like = "\"3/3 (H)\""},
    {"information", SHAPE_TEXT, 0, "the first line of its output"},
    {"performance_data", SHAPE_TEXT, SHAPE_NULL},
    {"severity", SHAPE_ANY},
    {"links", SHAPE_ANY},
    {NULL},
};
/* The names of its switches are those of the version. */
const struct shape centreon_row_shape = {"CentreonResource", row_fields, .open = true};
