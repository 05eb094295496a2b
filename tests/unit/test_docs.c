/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/RIGHTS.md and docs/MESSAGES.md are made from the tables in code; this test fails when they are not what the tables say. UPDATE_DOCS=1 in the environment writes
 * them anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/event.h"
#include "api/livestatus_query.h"
#include "api/route.h"
#include "base/buf.h"
#include "base/limits.h"
#include "core/excmd.h"
#include "core/reason.h"
#include "db/sql.h"
#include "os/file.h"
#include "role/rights.h"
#include "core/search.h"
#include "wire/msg.h"

#include "docs_language.h"

static void compare(const char *name, struct buf *text)
{
    struct buf old = BUF_INIT;
    char path[4200];
    FILE *f;

    snprintf(path, sizeof(path), "%s/docs/%s", getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : SOURCE_ROOT,
             name);
    if (getenv("UPDATE_DOCS")) {
        f = fopen(path, "we");
        assert_non_null(f);
        assert_int_equal(fwrite(text->data, 1, text->len, f), text->len);
        fclose(f);
    }
    file_read(path, 1024 * 1024, &old, NULL);
    if (!str_eq(buf_str(&old), buf_str(text)))
        fail_msg("docs/%s is not what the table says: run UPDATE_DOCS=1 build/debug/tests/unit/test_docs",
                 name);
    buf_release(&old);
    buf_release(text);
}

static void add_paths(struct buf *b, const char *const *paths, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        if (!paths[i])
            continue;
        buf_printf(b, "%s`%s`", any ? ", " : "", paths[i]);
        any = true;
    }
    if (!any)
        buf_add_char(b, '-');
}

static void test_rights_page(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    const struct rights_row *row;

    buf_add_c(
        &b,
        "# What each role may do\n\nMade from `src/role/rights_table.c`; `tests/unit/test_rights.c` tries "
        "each right and each refusal in a process that closed the real\n"
        "sandbox. Paths are folders of the state folder unless absolute. Everything a role may not do fails "
        "with an error; exec and ptrace end\n"
        "the process. The parent has no row: it must start the others, and it parses nothing that comes from "
        "a network or a user.\n\n"
        "| role | may | may not | reads | writes | network | Landlock |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; (row = rights_row_at(i)); i++) {
        buf_printf(&b, "| %s | %s | %s | ", role_name(row->role), row->may, row->may_not);
        add_paths(&b, row->read, ARRAY_LEN(row->read));
        buf_add_c(&b, " | ");
        add_paths(&b, row->write, ARRAY_LEN(row->write));
        buf_printf(&b, " | %s | %s |\n",
                   row->calls & SANDBOX_SPAWN         ? "as plugins need"
                   : row->calls & SANDBOX_NET_CONNECT ? "connects"
                   : row->calls & SANDBOX_NET_ACCEPT  ? "accepts"
                                                      : "-",
                   row->landlock ? "yes" : "no");
    }
    compare("RIGHTS.md", &b);
}

static void add_roles(struct buf *b, uint32_t bits)
{
    bool any = false;

    if (bits == ROLE_BIT_ANY) {
        buf_add_c(b, "any");
        return;
    }
    for (int id = 0; id < ROLE_COUNT; id++) {
        if (bits >> id & 1) {
            buf_printf(b, "%s%s", any ? ", " : "", role_name((enum role_id)id));
            any = true;
        }
    }
}

static void test_messages_page(void **state UNUSED)
{
    static const char *const kind[] = {"number", "signed number", "bytes", "list of bytes"};
    struct buf b = BUF_INIT;

    buf_printf(&b,
               "# Messages between the roles\n\nMade from `src/wire/msg.def`. A frame is type u16, version "
               "u8, a zero byte, length u32 (little-endian), then tagged fields "
               "(`src/base/tlv.h`), in the\norder of their tags; at most %u bytes in all. Optional fields "
               "are left out when 0 or empty.\n\n"
               "| number | message | from | to | what it says | fields |\n|---|---|---|---|---|---|\n",
               LIMIT_MESSAGE);
    for (size_t i = 0; i < msg_count(); i++) {
        const struct msg_info *m = msg_info_at(i);

        buf_printf(&b, "| %d | %s v%u | ", m->type, m->name, m->version);
        add_roles(&b, m->from);
        buf_add_c(&b, " | ");
        add_roles(&b, m->to);
        buf_printf(&b, " | %s | ", m->text);
        for (size_t k = 0; k < m->n_fields; k++)
            buf_printf(&b, "%s%u %s (%s%s)", k ? ", " : "", m->field[k].tag, m->field[k].name,
                       kind[m->field[k].kind], m->field[k].required ? "" : ", optional");
        buf_add_c(&b, m->n_fields ? " |\n" : "- |\n");
    }
    compare("MESSAGES.md", &b);
}

static void test_directives_page(void **state UNUSED)
{
    struct buf b = BUF_INIT;

    docs_language_page(&b);
    compare("DIRECTIVES.md", &b);
}

static void test_manual_of_the_language(void **state UNUSED)
{
    struct buf b = BUF_INIT;

    docs_language_manual(&b);
    compare("man/vigie.cfg.5", &b);
}

static void add_member(struct buf *b, const struct body_field *f)
{
    static const char *const types[] = {
        "text",           "one line",      "true or false",  "whole number",
        "time",           "word",          "list of texts",  "list of terms, or null",
        "word or number", "list of lines", "object of lines"};

    buf_printf(b, "| `%s` | %s%s | %s", f->name, types[f->type], f->required ? ", required" : "", f->doc);
    for (size_t i = 0; f->words && f->words[i]; i++)
        buf_printf(b, "%s`%s`", i ? ", " : ": ", f->words[i]);
    buf_add_c(b, " |\n");
}

static void add_right(struct buf *b, enum right right)
{
    const struct right_row *row = right_row(right);

    if (row)
        buf_printf(b, "`%s` (%s)", row->word, who_role_word(row->least));
    else
        buf_add_c(b, right_word(right));
}

static void add_route(struct buf *b, const struct api_route *r)
{
    buf_printf(b, "\n### %s %s\n\n%s. Right: ", r->method, r->path, r->doc);
    add_right(b, r->right);
    buf_add_c(b, r->audited ? "; recorded.\n" : ".\n");
    for (size_t i = 0; r->query && r->query[i]; i++)
        buf_printf(b, "%s`%s`%s", i ? ", " : "\nParameters: ", r->query[i], r->query[i + 1] ? "" : ".\n");
    if (r->body)
        buf_add_c(b, "\n| member | | |\n|---|---|---|\n");
    for (size_t i = 0; r->body && r->body[i].name; i++)
        add_member(b, &r->body[i]);
}

static void test_api_page(void **state UNUSED)
{
    const struct str none[PROBLEM_ARGS] = {STR("…"), STR("…")};
    struct buf b = BUF_INIT;

    buf_add_c(
        &b,
        "# The API\n\nMade from `src/api/route.c` and `src/api/problem.def`; `GET /api/v1/openapi.json` "
        "says the same to programs. The web page and `vigie ctl` use nothing else.\n\n"
        "Bodies and answers are JSON in snake_case; 64-bit numbers are strings, times RFC 3339 in UTC, "
        "states words. Lists come in pages: `next` is the `cursor` of the next one, null at\n"
        "the end. A refusal is `application/problem+json` (RFC 9457) with `status`, `code`, `detail` (in "
        "English or French, by Accept-Language) and, where one is wrong, the `field`, or the `right` that is "
        "missing; below `/prometheus/` "
        "it has Prometheus' members (`status`, `errorType`, `error`), and at the addresses of Centreon's API "
        "and "
        "of NRDP those of these (OTHER_APIS.md).\n\n"
        "A program sends `Authorization: Bearer vgt_...` (`vigie ctl token create`). A browser has a "
        "session cookie, and sends the session's `csrf` as `X-CSRF` with everything that\n"
        "changes something. Unknown parameters and members are refused. What changes something is answered "
        "when it is on disk; where it was done and cannot be written now, with 503 and the code "
        "`not_stored`.\n\n"
        "Limits: the head of a request 16 KiB, each field that Vigie reads 2 KiB, the body 192 KiB; a body "
        "of more than 16 KiB is read only from "
        "who may do what is asked for (401, 403 or, where whoever comes is heard, 413 before a byte of it is "
        "taken). No request of who has not signed in "
        "makes web or gate hold more than 64 KiB.\n\n"
        "`ETag` names the version of an answer of up to 256 KiB, of lists, too: `now`, the moment at which "
        "it "
        "is told, makes no other one. With `If-None-Match` what has not changed is answered with 304.\n\n"
        "`/api/v1/stream` sends server-sent events: `row` (a row as in the list), `gone` ({id}), "
        "`counts`, `job` (one of one's own is further), `resync` (read the list again).\n\n"
        "Who has a right for a part of all hosts and services only ([scopes](USERS.md)) is answered as if "
        "there "
        "were no others: they are in no list, count, suggestion or stream, and their ids are unknown (404). "
        "What may be read, but not acted on, is refused with `needs_right_here`; what rules everything with "
        "`needs_everything`. `X-View-As: NAME`, by who has `users.view_as` for everything, asks what that "
        "user "
        "would be answered; GET and HEAD only.\n\n## Requests\n");
    for (size_t i = 0; i < route_count; i++)
        add_route(&b, &route_table[i]);
    buf_add_c(&b, "\n## Codes of refusals\n\n| code | |\n|---|---|\n");
    for (int p = 1; p < PROBLEM_COUNT; p++) {
        buf_add_c(&b, "| `");
        problem_word(&b, (enum problem)p);
        buf_add_c(&b, "` | ");
        problem_render(&b, (enum problem)p, false, none);
        buf_add_c(&b, " |\n");
    }
    compare("API.md", &b);
}

static void add_rights(struct buf *b)
{
    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        const struct right_row *row = right_row((enum right)r);

        buf_printf(b, "| `%s` | %s", row->word, row->en);
        for (int role = API_ROLE_VIEWER; role <= API_ROLE_ADMIN; role++)
            buf_printf(b, " | %s", right_mask((enum api_role)role) & right_bit((enum right)r) ? "yes" : "-");
        buf_add_c(b, " |\n");
    }
}

/* The table of rights; what stands around it is written by hand. */
static void test_users_page(void **state UNUSED)
{
    static const char head[] = "| right | lets one | viewer | operator | admin |\n|---|---|---|---|---|\n";
    struct buf old = BUF_INIT, b = BUF_INIT;
    char path[4200];
    const char *at;

    snprintf(path, sizeof(path), "%s/docs/USERS.md",
             getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : SOURCE_ROOT);
    file_read(path, 1024 * 1024, &old, NULL);
    at = old.len ? strstr(old.data, head) : NULL;
    assert_non_null(at);
    at += sizeof(head) - 1;
    buf_add(&b, old.data, (size_t)(at - old.data));
    add_rights(&b);
    while (*at == '|')
        at = strchr(at, '\n') + 1;
    buf_add_c(&b, at);
    buf_release(&old);
    compare("USERS.md", &b);
}

static void add_columns(struct buf *b, const struct ls_table *t)
{
    static const char *const types[] = {"number", "time",          "fraction",     "text",
                                        "list",   "names, values", "list of lists"};

    for (size_t i = 0; i < t->n_columns; i++)
        buf_printf(b, "| `%s` | %s | %s |\n", t->columns[i].name, types[t->columns[i].type],
                   t->columns[i].text);
}

static void add_table(struct buf *b, const struct ls_table *t)
{
    buf_printf(b, "\n### %s\n\n%c%s.", t->name, t->text[0] - 'a' + 'A', t->text + 1);
    if (t->like)
        buf_printf(b, " Has the columns of %s.", t->like->name);
    for (size_t i = 0; i < LS_LENDERS && t->lend[i].prefix; i++)
        buf_printf(b, " With `%s` before them also those of %s.", t->lend[i].prefix, t->lend[i].table->name);
    if (t->own_prefix)
        buf_printf(b, " Its own may be written with `%s` before them.", t->own_prefix);
    buf_add_char(b, '\n');
    if (t->like)
        return;
    buf_add_c(b, "\n| column | | |\n|---|---|---|\n");
    add_columns(b, t);
}

static void add_livestatus_use(struct buf *b)
{
    buf_add_c(
        b,
        "# Livestatus\n\nMade from the tables of `src/api/livestatus_*.c`; `GET columns` says the same to "
        "programs. NagVis, Thruk and whatever else speaks Livestatus to Nagios, Naemon\nor Checkmk reads "
        "states here, and sends external commands.\n\n"
        "`vigie_livestatus_socket=PATH` in the main file opens the socket. It belongs to the owner of the "
        "main file (or `nagios_user`), mode 0660, in the group of its folder where that\n"
        "is setgid, as the command file: who may use the one may use the other.\n\n"
        "Who may open the socket is believed, and sees everything: a local user id and the name in a "
        "client's "
        "certificate are no users of Vigie. With `AuthUser: NAME` an answer holds what NAME may see. If a "
        "user of "
        "Vigie is called so "
        "([USERS.md](USERS.md)), whatever the case, his roles and scopes decide, as on the page: hosts, "
        "services and "
        "what they refer to by `resources.read`, the log by `events.read`, commands by `commands.read`; "
        "counts and "
        "lists of members hold what is in sight, groups are there of which something is, and of a service "
        "whose host "
        "is out of sight the host's name. Else it is a contact, and what that is told of is answered, as "
        "with Nagios. "
        "A name that is neither sees nothing. A user counts before a contact of the same name; the scope "
        "`contact:NAME` gives him what that contact is told of "
        "([decision 0036](decisions/0036-authuser.md)). Commands know no AuthUser.\n\n"
        "Over TCP there is TLS (1.3, and 1.2 with ECDHE and AEAD):\n\n"
        "    vigie_livestatus_tls=192.168.1.9:6557\n    vigie_livestatus_tls_cert=/etc/vigie/live.pem\n"
        "    vigie_livestatus_tls_key=/etc/vigie/live.key\n    "
        "vigie_livestatus_tls_ca=/etc/vigie/clients.pem\n    "
        "vigie_livestatus_tls_crl=/etc/vigie/clients.crl\n\n"
        "The last two may be left out on loopback and in private networks: then everybody who reaches the "
        "port may ask and command. With the authority each client shows a certificate that it signed, and "
        "commands are\n"
        "recorded as given by `tls:` and its common name. An address that everybody may reach, and "
        "`0.0.0.0`, need it; otherwise Vigie does not start. The key may belong to root alone. "
        "Certificates on the revocation list are refused, and so are all of an authority without a list, or "
        "with "
        "one that is out of date. A reload reads the files again, and closes\nwhat is open with a "
        "certificate "
        "that does not count any more. Who asks nothing for `vigie_livestatus_tls_idle` (5 minutes) is "
        "closed.\n\n"
        "`vigie_livestatus_tcp=127.0.0.1:6557` is for programs that know no TLS, as Nagstamon: on loopback "
        "alone, with any other address Vigie does not start. Every program of this machine, plugins too,\n"
        "may ask and command there, whoever runs it; its commands are recorded as given by `tcp`. From "
        "another "
        "machine, `ssh -L 6557:127.0.0.1:6557` reaches it.\n\n"
        "A request is lines, and ends at an empty line or when the client closes its half:\n\n"
        "    GET services\n    Columns: host_name description plugin_output\n    Filter: state = 2\n"
        "    Filter: acknowledged = 0\n    OutputFormat: json\n\n"
        "`COMMAND [1700000000] ACKNOWLEDGE_SVC_PROBLEM;...` gives an external command; it is recorded with "
        "the caller's user number, has no answer, and leaves the connection open.\n\n"
        "With `ResponseHeader: fixed16` an answer begins with its status: 200; 400 the request is wrong, and "
        "the text says where; 404 no such table, or no such WaitObject; 413 too long, too much or beyond its "
        "Timelimit; 502 not now, ask\nagain.\n\n");
}

static void add_livestatus_otherwise(struct buf *b)
{
    buf_add_c(
        b,
        "## What is otherwise\n\n"
        "* A column that does not exist is an error that names it, where other engines answer with an empty "
        "value.\n"
        "* Custom variables that hold secrets have the value `****`.\n"
        "* What external commands set of checks is shown, time periods and custom variables of contacts "
        "too. `log` and `statehist` go by the files.\n"
        "* `log` is made from the history, not read from the log file: it holds alerts, notifications, "
        "downtimes, flapping and external commands of the objects that are configured now, and nothing from\n"
        "  before Vigie. Results handed in are there as class 4 (`PASSIVE SERVICE CHECK`), with "
        "`log_passive_checks` "
        "and for `vigie_journal_days`, where `vigie_history_passive=1` asks for them; the commands that "
        "brought "
        "them are not. That is\n  no matter of course, since `log_passive_checks` is on unless something "
        "else is "
        "said: at 100,000 results a minute their rows, of some 100 bytes, come to 14 GB a day and 100 GB in "
        "the\n  seven days that they are kept, beside the journal that has them already. The log file has "
        "their "
        "lines in any case. With `log_current_states`, lines of current "
        "states stand at each rotation of the log and each start; in the file, as with Nagios, at a rotation "
        "alone. With a filter on `time` "
        "it is quick; more than 300000 lines, those of states among them, are refused with 413.\n"
        "* `statehist` is made from the history, too: a row each stretch of time in which neither the state "
        "nor anything else that a row tells changed, in whole seconds, soft states included. "
        "The filters on `time`\n"
        "  make the frame, from the first second that passes them to the last one; without an end it is now, "
        "and without a begin it is an error. Stretches that reach over an end of the frame are cut "
        "there. The state is -1\n"
        "  while Vigie did not run, before the first result, and before anything is known of an object. "
        "Objects that are not configured now have no rows. More than 500000 changes are refused "
        "with 413;\n"
        "  filters on `host_name`, `service_description` and `current_...` make it quick.\n"
        "* An answer of many rows is written a little at a time, so that others are answered in between; a "
        "reload in the meantime ends it with 502. Four questions about the past are under way at once, "
        "the others wait\n  for their turn.\n"
        "* At most 100 clients wait (`WaitCondition`, `WaitTrigger`) at once; the next is answered with 502. "
        "Who waits is looked after some forty times a second.\n\n");
}

static void test_livestatus_page(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    const char *name, *text;

    add_livestatus_use(&b);
    add_livestatus_otherwise(&b);
    buf_add_c(&b, "## Headers\n\n| header | |\n|---|---|\n");
    for (size_t i = 0; (name = ls_header_at(i, &text)); i++)
        buf_printf(&b, "| `%s` | %s |\n", name, text);
    buf_add_c(&b, "\n## Tables\n\nTimes are seconds since 1970, fractions have a point, states are numbers: "
                  "0 UP, 1 DOWN, 2 UNREACHABLE; 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n");
    for (size_t i = 0; i < ls_n_tables; i++)
        add_table(&b, ls_tables[i]);
    compare("LIVESTATUS.md", &b);
}

static void add_commands(struct buf *b, const struct excmd_row *rows, size_t n)
{
    buf_add_c(b, "| command | |\n|---|---|\n");
    for (size_t i = 0; i < n; i++)
        if (rows[i].name[0] != '_')
            buf_printf(b, "| `%s%s%s` | %s |\n", rows[i].name, rows[i].args[0] ? ";" : "", rows[i].args,
                       rows[i].doc);
}

static void test_commands_page(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    size_t n;
    const struct excmd_row *rows = excmd_table(&n);

    buf_printf(
        &b,
        "# External commands\n\nMade from `src/core/excmd.def`. One line is one command, at most %u "
        "bytes:\n\n"
        "    [1700000000] NAME;field;field\n\n"
        "The number is the time at which it was given. Fields are parted by semicolons; the last one may "
        "hold "
        "some itself. Those in brackets may be missing. Times are seconds since 1970, durations seconds,\n"
        "`options` and `attributes` sums of bits (also as 0x1f). Names are those of the objects; case counts "
        "in "
        "them, and not in NAME. A NAME that begins with `_` does nothing: it is for others, who read the "
        "log.\n\n"
        "A command comes by the command file of the main file, by `COMMAND` over Livestatus, or by "
        "`POST /api/v1/commands` and `vigie ctl command`. One that is wrong does nothing, and stands in the "
        "log with the reason.\n\n"
        "What the commands `CHANGE_...` set at run time is kept over restarts and reloads as long as its bit "
        "of `modified_attributes` is set and `retain_nonstatus_information` is on: 1 notifications, 2 active "
        "checks, 4 passive results,\n8 event handler, 16 flap detection, 64 performance data, 128 obsessing, "
        "256 event handler command, 512 check command, 1024 check interval, 2048 retry interval, 4096 "
        "attempts, "
        "8192 freshness, 16384 check\nperiod, 32768 custom variables, 65536 notification period, 131072 "
        "first delay. It is data: "
        "no macro in it is filled in, and it becomes one word, or a part of one, of a command line. "
        "Of one host, service or contact it is at most %u bytes together. "
        "A command of `vigie_command_privileged` cannot be chosen.\n\n",
        LIMIT_EXT_COMMAND, LIMIT_OVER);
    add_commands(&b, rows, n);
    compare("COMMANDS.md", &b);
}

/* ---- the databases: what the numbers mean ---- */

static const struct {
    unsigned number;
    const char *name, *fields;
} events[] = {
#define EVENT(CODE, number, name, fields) {number, name, fields},
#include "core/event.def"
#undef EVENT
};

static const struct {
    unsigned number;
    const char *code, *words;
} reasons[] = {
#define WHY(CODE, number, en, fr) {number, #CODE, en},
#include "core/why.def"
#undef WHY
};

static const char *const topics[REASON_TOPICS] = {
    [REASON_STATE] = "why it has its state",
    [REASON_RAN] = "why it ran, or did not run, last time; the second argument is when",
    [REASON_NEXT] = "when it runs, or why it does not",
    [REASON_DECIDED] = "whether somebody is told: of the object as a whole",
    [REASON_CONTACT] = "whether this contact is told",
    [REASON_NOW] = "what would be decided now, of the whole; not kept",
    [REASON_CONTACT_NOW] = "what would be decided now, of this contact; not kept",
};

static const struct {
    const char *table, *column, *text;
} columns[] = {
    {"most", "seq", "number of the record in the journal that brought it"},
    {"most", "at", "when"},
    {"most", "site, scope", "of which installation and which part of it; 0 until there are several"},
    {"most", "oid", "the object, as in `objects.db`; 0: of none"},
    {"event", "kind", "what happened: the numbers below"},
    {"event", "state, hard, attempt", "the state then; `hard` 1: confirmed"},
    {"event", "type, ref, text, long_text, contact, author, command", "by the kind, below"},
    {"span", "since", "it holds from then on, until the next row of the object"},
    {"span", "state", "0 to 3; 4 no result yet, 5 not configured"},
    {"span", "hard_state", "the last confirmed one"},
    {"span", "acknowledged", "0 no, 1 normal, 2 sticky"},
    {"span", "downtimes", "how many are in effect"},
    {"span", "flapping", "1: it is"},
    {"span", "changed", "when its state was last another one"},
    {"span", "said", "`seq` of the event that has its output; 0: none"},
    {"gap", "since, until", "Vigie did not run"},
    {"watched", "oid", "has spans"},
    {"object_event", "oid, at, seq", "leads from an object to its events"},
    {"lost", "seq, at", "records that stood on a damaged page, and that no journal had any more"},
    {"decision", "kind", "25: whether somebody is told; 26: its checks do not run from now on"},
    {"decision", "number", "which notification of the problem it was, or would have been"},
    {"decision", "type", "of what: the numbers below"},
    {"decision", "reasons",
     "a line each: topic, code, two arguments, then after a tab the object, after a tab the contact"},
};

static void only_columns_that_are(void)
{
    struct buf all = BUF_INIT;

    for (size_t i = 0; i < (size_t)schema_history.version; i++)
        buf_add_c(&all, schema_history.migration[i]);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        struct str rest = str_of(columns[i].column);

        while (rest.n) {
            struct str one = str_trim(str_cut(&rest, ','));

            if (!str_contains(buf_str(&all), one))
                fail_msg("history.db has no column " STR_FMT, STR_ARG(one));
        }
    }
    buf_release(&all);
}

static void add_numbers(struct buf *b)
{
    buf_add_c(b, "| table | column | |\n|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        buf_printf(b, "| %s | `%s` | %s |\n", columns[i].table, columns[i].column, columns[i].text);
    buf_add_c(b, "\n### event.kind\n\n| number | in the API | what its columns hold |\n|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (events[i].name[0])
            buf_printf(b, "| %u | `%s` | %s |\n", events[i].number, events[i].name, events[i].fields);
    buf_add_c(b, "\n### type of a notification and a decision\n\n| number | |\n|---|---|\n");
    for (int64_t i = 0; event_about(i); i++)
        buf_printf(b, "| %lld | %s |\n", (long long)i, event_about(i));
    buf_add_c(b, "\n### decision.reasons: topics\n\n`4 41 0 0` is of one contact (4): outside its "
                 "notification period (41).\n\n| topic | |\n|---|---|\n");
    for (unsigned i = 0; i < REASON_TOPICS; i++)
        buf_printf(b, "| %u | %s |\n", i, topics[i]);
    buf_add_c(b, "\n### decision.reasons: codes\n\n`{o}` is the object of the line, `{n0}` `{n1}` its "
                 "arguments as numbers, `{d0}` as a duration in µs, `{t0}` as a moment.\n\n"
                 "| code | in the API | |\n|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i].number)
            buf_printf(b, "| %u | `%s` | %s |\n", reasons[i].number, reasons[i].code, reasons[i].words);
}

/* What stands before the numbers is written by hand. */
static void test_databases_page(void **state UNUSED)
{
    static const char head[] = "## Columns and numbers\n";
    struct buf b = BUF_INIT;
    char path[4200];
    const char *at;

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        for (size_t k = 0; k < i; k++)
            if (reasons[i].number == reasons[k].number)
                fail_msg("%s and %s have the same number", reasons[i].code, reasons[k].code);
    only_columns_that_are();
    snprintf(path, sizeof(path), "%s/docs/DATABASES.md",
             getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : SOURCE_ROOT);
    file_read(path, 1024 * 1024, &b, NULL);
    at = b.len ? strstr(b.data, head) : NULL;
    assert_non_null(at);
    buf_truncate(&b, (size_t)(at - b.data));
    buf_printf(&b, "%s\nOf `history.db`; made from `src/core/event.def` and `why.def`.\n\n", head);
    add_numbers(&b);
    compare("DATABASES.md", &b);
}

static void add_search_word(struct buf *b, const struct search_word *w, const char *colon)
{
    struct str others = str_of(w->others);
    bool any = false;

    buf_printf(b, "| `%s%s` | %s | ", w->name, colon, w->en);
    while (others.p) {
        struct str one = str_cut(&others, ' ');

        if (!one.n)
            continue;
        buf_printf(b, "%s`" STR_FMT "%s`", any ? ", " : "", STR_ARG(one), colon);
        any = true;
    }
    buf_add_c(b, " |\n");
}

/* What stands before the keys is written by hand. */
static void test_search_page(void **state UNUSED)
{
    static const char head[] = "## Keys\n";
    struct buf b = BUF_INIT;
    char path[4200];
    const char *at;

    snprintf(path, sizeof(path), "%s/docs/SEARCH.md",
             getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : SOURCE_ROOT);
    file_read(path, 1024 * 1024, &b, NULL);
    at = b.len ? strstr(b.data, head) : NULL;
    assert_non_null(at);
    buf_truncate(&b, (size_t)(at - b.data));
    buf_printf(&b, "%s\nMade from `src/core/search.def`.\n\n| key | | also |\n|---|---|---|\n", head);
    for (int k = SEARCH_WORD + 1; k < SEARCH_KEYS; k++)
        add_search_word(&b, search_key_word((enum search_key)k), ":");
    buf_add_c(&b, "\n## Words of `state:`, `is:` and `kind:`\n\n| word | | also |\n|---|---|---|\n");
    for (int m = 0; m < SEARCH_MARKS; m++)
        add_search_word(&b, search_mark_word((enum search_mark)m), "");
    compare("SEARCH.md", &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_search_page),
                                       cmocka_unit_test(test_livestatus_page),
                                       cmocka_unit_test(test_rights_page),
                                       cmocka_unit_test(test_messages_page),
                                       cmocka_unit_test(test_directives_page),
                                       cmocka_unit_test(test_commands_page),
                                       cmocka_unit_test(test_api_page),
                                       cmocka_unit_test(test_users_page),
                                       cmocka_unit_test(test_manual_of_the_language),
                                       cmocka_unit_test(test_databases_page)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
