/* SPDX-License-Identifier: Apache-2.0 */
/* vigie ctl rename: says that what is called something else after the next reload is what it was. */
#include "cmd/ctl_int.h"

#include <stdio.h>
#include <string.h>

/* "HOST", "HOST/SERVICE"; with a ';' between them the host may have a '/' in its name. */
static void split(char *name, const char **host, const char **service)
{
    char *at = strchr(name, ';');

    if (!at)
        at = strchr(name, '/');
    *host = name;
    *service = "";
    if (!at)
        return;
    *at = '\0';
    *service = at + 1;
}

static void add_name(struct ctl_table *t, const json_t *r, const char *host, const char *service)
{
    struct buf b = BUF_INIT;

    buf_add_c(&b, ctl_text(r, host));
    if (ctl_text(r, service)[0])
        buf_printf(&b, "/%s", ctl_text(r, service));
    ctl_table_cell(t, b.data);
    buf_release(&b);
}

static int list(const struct ctl *c)
{
    static const char *const head[] = {"NUMBER", "NAME", "NEW NAME", "UNTIL", "BY"};
    struct ctl_table t = {.head = head, .columns = ARRAY_LEN(head)};
    json_t *answer;
    const json_t *r;
    char until[48];
    int status;
    size_t i;

    answer = ctl_ask(c, "GET", "/api/v1/renames", "", NULL, &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    json_array_foreach(json_object_get(answer, "renames"), i, r)
    {
        ctl_table_cell(&t, ctl_text(r, "id"));
        add_name(&t, r, "host", "service");
        add_name(&t, r, "to_host", "to_service");
        ctl_when(ctl_text(r, "until"), until, sizeof(until));
        ctl_table_cell(&t, until);
        ctl_table_cell(&t, ctl_person(ctl_text(r, "author")));
    }
    if (i)
        ctl_table_print(&t, c, -1);
    else
        printf("No rename waits for a reload.\n");
    if ((size_t)ctl_number(answer, "total") > i)
        printf("... and %zu more\n", (size_t)ctl_number(answer, "total") - i);
    json_decref(answer);
    return CMD_OK;
}

static int cancel(const struct ctl *c, const char *id)
{
    struct buf path = BUF_INIT;
    json_t *answer;
    int status;

    buf_add_c(&path, "/api/v1/renames/");
    ctl_path_part(&path, id);
    answer = ctl_ask(c, "DELETE", path.data, "", NULL, &status);
    buf_release(&path);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    printf("taken back\n");
    json_decref(answer);
    return CMD_OK;
}

static int announce(const struct ctl *c, char **argv, bool swap)
{
    const char *host, *service, *to_host, *to_service;
    json_t *request, *answer;
    int status;

    split(argv[0], &host, &service);
    split(argv[1], &to_host, &to_service);
    request = json_pack("{s:s, s:s, s:b}", "host", host, "to_host", to_host, "swap", swap);
    if (request && service[0])
        json_object_set_new(request, "service", json_string(service));
    if (request && to_service[0])
        json_object_set_new(request, "to_service", json_string(to_service));
    if (!request) {
        fprintf(stderr, "vigie ctl rename: a name is not UTF-8\n");
        return CMD_USAGE;
    }
    answer = ctl_ask(c, "POST", "/api/v1/renames", "", request, &status);
    if (!answer)
        return status;
    if (c->json)
        return ctl_print_json(answer);
    printf("announced: %s%s%s is %s%s%s from the next reload on that %s\n", host, service[0] ? " > " : "",
           service, to_host, to_service[0] ? " > " : "", to_service,
           swap ? "comes within 24 hours, and the other way round"
                : "has the new name and not the old, within 24 hours");
    json_decref(answer);
    return CMD_OK;
}

int ctl_rename(int argc, char **argv)
{
    struct ctl c = {.hint = "vigie ctl rename --list shows those that wait"};
    bool swap = false, all = false;
    const char *id = NULL;
    const struct opt opts[] = {
        CTL_OPTIONS(&c),
        {"swap", 's', OPT_FLAG, NULL, "Both are configured, and change places.", &swap},
        {"list", 'l', OPT_FLAG, NULL, "Those that wait for their reload.", &all},
        {"cancel", 0, OPT_STR, "NUMBER", "Take one back that waits.", &id},
    };
    const struct opt_command cmd = {
        .usage = "vigie ctl rename HOST[/SERVICE] NEWHOST[/SERVICE]",
        .about =
            "Says before a reload that a host or service is called something else in the new configuration: "
            "it "
            "keeps its state, schedule, downtimes, comments and history; a host takes its services along.\n"
            "Edit the files, say this, then: vigie ctl reload. _VIGIE_ID in the files does the same for "
            "ever.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_max = 2,
        .operands = "HOST[/SERVICE] NEWHOST[/SERVICE]"};
    size_t n;
    bool done;
    int status = ctl_begin(&c, &cmd, argc, argv, &n, &done);

    if (done)
        return status;
    if ((all || id) ? n || swap || (all && id) : n != 2) {
        fprintf(stderr, "vigie ctl rename: give the name and the new name, or --list, or --cancel NUMBER\n");
        return CMD_USAGE;
    }
    if (all)
        return list(&c);
    return id ? cancel(&c, id) : announce(&c, argv, swap);
}
