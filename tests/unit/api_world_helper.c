/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_ask.h"
#include "api/audit.h"
#include "api/right.h"
#include "api_world.h"

#include "core/conf.h"
#include "core/source.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- configuration ---- */

static int read_file(void *ctx, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    const struct buf *objects = ctx;

    distrust[0] = '\0';
    if (strcmp(path, "/main.cfg") == 0)
        buf_add_c(out, "cfg_file=/objects.cfg\nlog_file=/dev/null\nlog_rotation_method=d\n");
    else if (strcmp(path, "/objects.cfg") == 0)
        buf_add_str(out, buf_str(objects));
    else
        return err_set(err, E_NOENT, "%s: no such file", path);
    return 0;
}

static void write_objects(struct buf *b, unsigned n_hosts, unsigned n_services)
{
    static const char *const contacts[] = {"ann", "bob"};

    buf_add_c(b, "define timeperiod {\n timeperiod_name always\n alias Always\n sunday 00:00-24:00\n monday "
                 "00:00-24:00\n"
                 " tuesday 00:00-24:00\n wednesday 00:00-24:00\n thursday 00:00-24:00\n friday 00:00-24:00\n "
                 "saturday 00:00-24:00\n}\n"
                 "define timeperiod {\n timeperiod_name office\n alias Office\n monday "
                 "08:00-12:00,13:00-17:30\n tuesday 08:00-12:00\n wednesday 08:00-17:30\n}\n"
                 "define command {\n command_name ping\n command_line /bin/true $ARG1$\n}\n");
    for (size_t i = 0; i < ARRAY_LEN(contacts); i++)
        buf_printf(b,
                   "define contact {\n contact_name %s\n host_notifications_enabled 0\n "
                   "service_notifications_enabled 0\n"
                   " host_notification_period always\n service_notification_period always\n"
                   " host_notification_commands ping\n service_notification_commands ping\n}\n",
                   contacts[i]);
    for (unsigned g = 0; g < MIN(n_hosts, 2u); g++)
        buf_printf(b, "define hostgroup {\n hostgroup_name g%u\n alias Group %u\n members %s\n}\n", g + 1,
                   g + 1, g ? "h0001" : "*");
    for (unsigned h = 0; n_services > 1 && h < n_hosts; h++)
        buf_printf(b, "%sh%04u,s01%s", h ? "," : "define servicegroup {\n servicegroup_name sg\n members ", h,
                   h + 1 < n_hosts ? "" : "\n}\n");
    for (unsigned h = 0; h < n_hosts; h++) {
        buf_printf(
            b,
            "define host {\n host_name h%04u\n alias Machine %u\n address 192.0.2.%u\n check_command "
            "ping!a\n max_check_attempts 3\n"
            " check_period always\n contacts ann%s\n notification_period always\n notes_url "
            "http://wiki/%u\n notes $HOSTNAME$ at $HOSTADDRESS$: $HOSTOUTPUT$ $USER1$ $$ $NOTHING$\n}\n",
            h, h, h % 250, h == 1 ? ",bob" : "", h);
        for (unsigned s = 0; s < n_services; s++)
            buf_printf(b,
                       "define service {\n host_name h%04u\n service_description s%02u\n check_command "
                       "ping!b\n max_check_attempts 3\n"
                       " check_period always\n contacts ann\n notification_period always\n%s}\n",
                       h, s,
                       s == 1
                           ? " _SERVICE_PERIOD office\n _OS Debian 12\n notes $SERVICEDESC$ of $HOSTALIAS$ "
                             "on $_SERVICEOS$ ($_SERVICENONE$, $HOSTOUTPUT$, $SERVICEOUTPUT$)\n"
                           : "");
    }
}

static void compile(struct api_world *w, unsigned n_hosts, unsigned n_services, const char *more)
{
    struct buf objects = BUF_INIT, text = BUF_INIT;
    struct conf_io io = {.ctx = &objects, .read_file = read_file};
    struct conf_request rq = {.main_path = "/main.cfg"};
    struct err err = ERR_INIT;
    struct conf *c;

    write_objects(&objects, n_hosts, n_services);
    buf_add_c(&objects, more);
    c = conf_load(&io, &rq);
    for (size_t i = 0; i < conf_n_diags(c) && !conf_ok(c); i++)
        conf_diag_text(c, conf_diag_at(c, i), &text);
    if (!conf_ok(c)) {
        fprintf(stderr, "%s\n", text.data);
        abort();
    }
    conf_build(c, &w->snapshot, &w->secret);
    conf_free(c);
    if (model_open(&w->model, w->snapshot.data, w->snapshot.len, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    buf_release(&objects);
    buf_release(&text);
}

/* ---- hands ---- */

static struct wall port_wall(void *user)
{
    return ((struct api_world *)user)->wall;
}

static struct mono port_mono(void *user)
{
    return ((struct api_world *)user)->mono;
}

static int ask(struct api_world *w, unsigned *counter, uint64_t serial, struct str what,
               const struct str *args, size_t n)
{
    if (w->refuse)
        return w->refuse;
    ++*counter;
    w->serial = serial;
    buf_clear(&w->question);
    buf_add_str(&w->question, what);
    for (size_t i = 0; i < n; i++) {
        buf_add_char(&w->question, '|');
        buf_add_str(&w->question, args[i]);
    }
    return 0;
}

static int port_auth(void *user, uint64_t serial, const char *op, const struct str *args, size_t n)
{
    struct api_world *w = user;

    if (!serial) /* nobody waits for it */
        return 0;
    return ask(w, &w->asked_auth, serial, str_of(op), args, n);
}

static int port_engine(void *user, uint64_t serial, struct str who, uint64_t source, struct str text)
{
    struct api_world *w = user;
    const struct str args[] = {who, str_of(source ? "ctl" : "api")};

    BUG_ON((source == WORLD_SOURCE_GATE) != !serial);
    if (!serial) /* an audit record: nobody waits for it */
        return 0;
    return ask(w, &w->asked_engine, serial, text, args, 2);
}

static int port_results(void *user, uint64_t serial, struct str who, struct str rows, bool all)
{
    struct api_world *w = user;
    const struct str args[] = {rows, all ? STR("all") : STR("some")};

    return ask(w, &w->asked_results, serial, who, args, 2);
}

static int port_why(void *user, uint64_t serial, uint64_t oid)
{
    struct api_world *w = user;
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)oid);
    return ask(w, &w->asked_why, serial, STR("why"), &(struct str){text, strlen(text)}, 1);
}

static int port_reader(void *user, uint64_t serial, const char *stmt, const struct str *args, size_t n)
{
    struct api_world *w = user;

    return ask(w, &w->asked_reader, serial, str_of(stmt), args, n);
}

static int port_reload(void *user, uint64_t serial)
{
    struct api_world *w = user;

    return ask(w, &w->asked_reload, serial, STR("reload"), NULL, 0);
}

static int port_rename(void *user, uint64_t serial, struct str who, const struct str *names, size_t n,
                       uint64_t drop)
{
    struct api_world *w = user;

    return ask(w, &w->asked_store, serial, drop ? STR("drop") : who, names, n);
}

/* The store's answer comes later: api_world_audited. */
static int port_audit(void *user, uint64_t serial, const struct audit_entry *e)
{
    struct api_world *w = user;

    if (w->refuse_audit)
        return w->refuse_audit;
    audit_line_put(&w->audit, &w->audit_chain, w->wall, e);
    if (serial)
        w->audit_serial = serial;
    return 0;
}

static int port_answer(void *user, enum api_source source UNUSED, uint64_t id, int status, struct str headers,
                       struct str body, bool more)
{
    struct api_world *w = user;

    if (w->refuse_answer)
        return w->refuse_answer;
    w->answers++;
    w->answer_id = id;
    w->status = status;
    w->more = more;
    buf_clear(&w->headers);
    buf_add_str(&w->headers, headers);
    buf_clear(&w->body);
    buf_add_str(&w->body, body);
    return 0;
}

static int port_data(void *user, enum api_source source UNUSED, uint64_t id UNUSED, struct str body, bool end)
{
    struct api_world *w = user;

    if (w->refuse)
        return w->refuse;
    w->datas++;
    buf_add_str(&w->streamed, body);
    w->ended += end;
    return 0;
}

static int port_broken(void *user, enum api_source source UNUSED, uint64_t id UNUSED)
{
    struct api_world *w = user;

    if (w->refuse_broken)
        return w->refuse_broken;
    w->broken++;
    return 0;
}

static void port_wake(void *user)
{
    ((struct api_world *)user)->wakes++;
}

static size_t port_queued(void *user, enum api_source source UNUSED)
{
    return ((struct api_world *)user)->queued;
}

static const struct api_ports ports = {
    .wall = port_wall,
    .mono = port_mono,
    .auth = port_auth,
    .engine = port_engine,
    .results = port_results,
    .why = port_why,
    .reader = port_reader,
    .reload = port_reload,
    .rename = port_rename,
    .audit = port_audit,
    .answer = port_answer,
    .data = port_data,
    .broken = port_broken,
    .wake = port_wake,
    .queued = port_queued,
};

/* ---- the world ---- */

void api_world_put(struct api_world *w, uint32_t idx, unsigned state, uint32_t flags, int64_t since_us,
                   const char *output)
{
    struct board_check c = {.oid = 1000 + idx,
                            .state = (uint8_t)state,
                            .state_hard = 1,
                            .attempt = 1,
                            .max_attempts = 3,
                            .flags = flags | BOARD_ACTIVE_ENABLED | BOARD_NOTIFY_ENABLED,
                            .last_state_change = since_us,
                            .last_check = since_us + TIME_S,
                            .next_check = since_us + TIME_MIN,
                            .check_interval_us = 5 * TIME_MIN};

    board_put_check(&w->writer, idx, &c, str_of(output), STR("long\noutput"),
                    STR("time=0.5s;1;2;0 'free space'=80%"), STR_NULL);
}

struct api_world *api_world_more(unsigned n_hosts, unsigned n_services, const char *more)
{
    struct api_world *w = mem_zalloc(sizeof(*w));
    struct board_shape shape = {.generation = 1};
    struct err err = ERR_INIT;
    struct board b;

    buf_init(&w->snapshot);
    buf_init(&w->secret);
    buf_init(&w->headers);
    buf_init(&w->body);
    buf_init(&w->streamed);
    buf_init(&w->question);
    buf_init(&w->audit);
    audit_chain_init(&w->audit_chain);
    compile(w, n_hosts, n_services, more);
    shape.n_checks = w->model.n_check;
    shape.n_hosts = w->model.n_hosts;
    shape.n_contacts = w->model.n_contact;
    shape.arena_size = board_arena_size(shape.n_checks);
    w->board_len = board_bytes(&shape);
    w->board_mem = mem_zalloc(w->board_len);
    board_w_init(&w->writer, w->board_mem, w->board_len, &shape);
    w->wall.us = 1700000000 * TIME_S;
    w->mono.us = 100 * TIME_S;
    api_init(&w->api, &ports, w);
    w->api.uid = 1234;
    if (board_open(&b, w->board_mem, w->board_len, &err) < 0)
        abort();
    for (uint32_t i = 0; i < w->model.n_check; i++)
        api_world_put(w, i, 0, BOARD_CHECKED, w->wall.us - TIME_H, "OK - all is well");
    api_world(&w->api, &w->model, &b, NULL);
    return w;
}

struct api_world *api_world_new(unsigned n_hosts, unsigned n_services)
{
    return api_world_more(n_hosts, n_services, "");
}

void api_world_free(struct api_world *w)
{
    api_release(&w->api);
    board_w_release(&w->writer);
    mem_free(w->board_mem);
    buf_release(&w->snapshot);
    buf_release(&w->secret);
    buf_release(&w->headers);
    buf_release(&w->body);
    buf_release(&w->streamed);
    buf_release(&w->question);
    buf_release(&w->audit);
    mem_free(w);
}

void api_world_forward(struct api_world *w, int64_t us)
{
    w->wall.us += us;
    w->mono.us += us;
}

void api_world_audited(struct api_world *w)
{
    uint64_t serial = w->audit_serial;

    w->audit_serial = 0;
    if (!serial || w->audit_waits)
        return;
    audit_answered(&w->api, serial, w->audit_why ? 0 : w->audit_chain.n, str_of(w->audit_why));
}

void api_world_receive(struct api_world *w, const struct api_request *q)
{
    api_receive(&w->api, q);
    api_world_audited(w);
}

void api_world_auth(struct api_world *w, bool ok, const char *code, const char *field, const char *user,
                    const char *role)
{
    struct buf grants = BUF_INIT;
    struct json j;
    char expires[32];
    struct str values[API_AUTH_VALUES] = {str_of(code), str_of(field), STR("0"), STR("secretsecret"),
                                          str_of(user), str_of(role),  STR("")};

    snprintf(expires, sizeof(expires), "%lld", (long long)(w->wall.us + 12 * TIME_H));
    values[API_AUTH_EXPIRES] = str_of(expires);
    values[API_AUTH_LIST] = STR("[]");
    json_init(&j, &grants);
    json_list(&j);
    json_map(&j);
    json_key(&j, "rights");
    if (w->rights)
        json_raw(&j, str_of(w->rights));
    else
        right_json(right_mask(who_role_of(str_of(role))), &j);
    json_key(&j, "scope");
    json_raw(&j, w->scope ? str_of(w->scope) : STR("null"));
    json_map_end(&j);
    json_list_end(&j);
    values[API_AUTH_GRANTS] = buf_str(&grants);
    values[API_AUTH_TOTP] = STR("off");
    api_answered(&w->api, w->serial,
                 &(struct api_answer){.kind = API_FROM_AUTH,
                                      .ok = ok,
                                      .error = STR("SETUP_OLD"),
                                      .values = values,
                                      .n_values = API_AUTH_VALUES});
    buf_release(&grants);
    api_world_audited(w);
}

void api_world_engine(struct api_world *w, bool ok, const char *error)
{
    api_answered(&w->api, w->serial,
                 &(struct api_answer){.kind = API_FROM_ENGINE, .ok = ok, .error = str_of(error)});
}

void api_world_why(struct api_world *w, const char *reasons)
{
    api_answered(
        &w->api, w->serial,
        &(struct api_answer){.kind = API_FROM_ENGINE, .ok = reasons[0] != '\0', .reasons = str_of(reasons)});
}

void api_world_rows(struct api_world *w, const char *json)
{
    api_rows(&w->api, w->serial, str_of(json));
    api_answered(&w->api, w->serial, &(struct api_answer){.kind = API_FROM_READER, .ok = true});
}

int api_world_ask(struct api_world *w, const char *method, const char *path, const char *query,
                  const char *body, enum api_role role)
{
    char token[64];
    unsigned before = w->asked_auth;
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = str_of(method),
                            .path = str_of(path),
                            .query = str_of(query),
                            .body = str_of(body),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .accept = str_of(w->accept),
                            .accept_language = str_of(w->language),
                            .view_as = str_of(w->view_as),
                            .content_type = w->type ? str_of(w->type) : STR("application/json")};

    snprintf(token, sizeof(token), "Bearer vgt_%s", who_role_word(role));
    if (role != API_ROLE_NONE)
        q.authorization = str_of(token);
    w->status = 0;
    api_world_receive(w, &q);
    if (w->asked_auth > before && str_starts(buf_str(&w->question), STR("token_check")))
        api_world_auth(w, true, "ok", "", "tester", who_role_word(role));
    return w->status;
}
