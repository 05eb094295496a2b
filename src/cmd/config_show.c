/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config show and list. */
#include "cmd/config.h"

#include "cmd/cmd.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

static int print(const struct config_options *o, const struct conf *c, const struct conf_origin *g)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    if (o->json)
        config_json(o, c, g, &j);
    else
        config_text(o, c, g, &out);
    if (o->json)
        buf_add_char(&out, '\n');
    return config_print(&out, CMD_OK);
}

/* ---- which object ---- */

struct wanted { /* a service of any host; or, where that is what the name is, all of a host */
    struct str description, host;
    unsigned n, n_services;
    struct buf hosts, services;
};

static void look_for(void *user, struct str host, struct str service, uint32_t file UNUSED,
                     uint32_t line UNUSED)
{
    struct wanted *w = user;

    if (service.n && str_eq(host, w->description) && w->n_services++ < 20)
        buf_printf(&w->services, "%s" STR_FMT, w->n_services > 1 ? ", " : "", STR_ARG(service));
    if (!str_eq(service, w->description))
        return;
    w->host = host;
    if (w->n++ < 5)
        buf_printf(&w->hosts, "%s" STR_FMT, w->n > 1 ? ", " : "", STR_ARG(host));
}

static int unknown(enum conf_type type, struct str name, struct str service, struct str near)
{
    fprintf(stderr, "vigie config: there is no %s '" STR_FMT "'", conf_type_name(type), STR_ARG(name));
    if (service.n)
        fprintf(stderr, " with a service '" STR_FMT "'", STR_ARG(service));
    if (near.n)
        fprintf(stderr, "; did you mean '" STR_FMT "'?", STR_ARG(near));
    fprintf(stderr, "\n");
    return CMD_FAILED;
}

/* Nothing is called so. Of "HOST/SERVICE" it is told which half is not there; else near is said. */
static int unknown_service(struct conf *c, struct str word, struct str near)
{
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    struct str rest = word, host = str_cut(&rest, str_find_char(word, ';') >= 0 ? ';' : '/');
    int r;

    if (!rest.n)
        return unknown(CONF_SERVICE, word, STR_NULL, near);
    conf_origin_of(c, CONF_SERVICE, host, rest, &g, &near);
    r = unknown(CONF_HOST, host, rest, near);
    conf_origin_release(&g);
    return r;
}

/* A service named in one word: "HOST;SERVICE", "HOST/SERVICE", a template, or a description that one host has. */
static int show_service(const struct config_options *o, struct conf *c, struct str word)
{
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    struct wanted w = {.description = word, .hosts = BUF_INIT, .services = BUF_INIT};
    struct str near, rest;
    int r;

    for (const char *sep = ";/"; *sep; sep++) {
        struct str host;

        rest = word;
        host = str_cut(&rest, *sep);
        if (rest.n && conf_origin_of(c, CONF_SERVICE, host, rest, &g, &near)) {
            r = print(o, c, &g);
            conf_origin_release(&g);
            return r;
        }
        if (rest.n)
            conf_origin_release(&g);
    }
    if (conf_origin_of(c, CONF_SERVICE, word, STR_NULL, &g, &near)) {
        r = print(o, c, &g);
        conf_origin_release(&g);
        return r;
    }
    conf_origin_names(c, CONF_SERVICE, look_for, &w);
    conf_origin_release(&g);
    if (w.n == 1 && conf_origin_of(c, CONF_SERVICE, w.host, word, &g, &near)) {
        r = print(o, c, &g);
        conf_origin_release(&g);
    } else if (w.n) {
        fprintf(stderr,
                "vigie config: %u hosts have a service '" STR_FMT
                "' (%s%s): write show service HOST SERVICE\n",
                w.n, STR_ARG(word), w.hosts.data, w.n > 5 ? " ..." : "");
        r = CMD_FAILED;
    } else if (w.n_services) {
        fprintf(stderr,
                "vigie config: '" STR_FMT "' is a host: write show service " STR_FMT
                " SERVICE; its services: %s%s\n",
                STR_ARG(word), STR_ARG(word), w.services.data, w.n_services > 20 ? " ..." : "");
        r = CMD_FAILED;
    } else {
        r = unknown_service(c, word, near);
    }
    buf_release(&w.hosts);
    buf_release(&w.services);
    return r;
}

static int show_object(const struct config_options *o, struct conf *c, enum conf_type type, char **words,
                       size_t n)
{
    struct str name = str_of(words[1]), service = n > 2 ? str_of(words[2]) : STR_NULL, near;
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    int r;

    if (type == CONF_SERVICE && n == 2)
        return show_service(o, c, name);
    r = conf_origin_of(c, type, name, service, &g, &near)
            ? print(o, c, &g)
            : unknown(type == CONF_SERVICE ? CONF_HOST : type, name, service, near);
    conf_origin_release(&g);
    return r;
}

/* Escalations, or dependencies, of a host or service: all of them, one behind the other. */
static int show_relations(const struct config_options *o, struct conf *c, enum conf_type type, char **words,
                          size_t n)
{
    struct str name = str_of(words[1]), service = n > 2 ? str_of(words[2]) : STR_NULL, near;
    bool services = type == CONF_SERVICEDEPENDENCY || type == CONF_SERVICEESCALATION;
    struct buf out = BUF_INIT;
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    struct json j;
    size_t i = 0;

    json_init(&j, &out);
    if (o->json)
        json_list(&j);
    for (; conf_origin_about(c, type, name, service, i, &g); i++) {
        if (!o->json && i)
            buf_add_char(&out, '\n');
        if (o->json)
            config_json(o, c, &g, &j);
        else
            config_text(o, c, &g, &out);
        conf_origin_release(&g);
    }
    if (o->json) {
        json_list_end(&j);
        buf_add_char(&out, '\n');
    }
    if (i)
        return config_print(&out, CMD_OK);
    buf_release(&out);
    if (n == 2) { /* a template? */
        bool found = conf_origin_of(c, type, name, STR_NULL, &g, &near);
        int r = found ? print(o, c, &g) : CMD_FAILED;

        conf_origin_release(&g);
        if (found)
            return r;
    }
    if (services && n == 2) {
        fprintf(stderr, "vigie config: write: vigie config show %s HOST SERVICE\n", words[0]);
        return CMD_USAGE;
    }
    if (conf_origin_of(c, services ? CONF_SERVICE : CONF_HOST, name, service, &g, &near))
        fprintf(stderr, "vigie config: '" STR_FMT "%s" STR_FMT "' has no %s\n", STR_ARG(name),
                service.n ? ";" : "", STR_ARG(service), conf_type_name(type));
    else
        unknown(CONF_HOST, name, service, near);
    conf_origin_release(&g);
    return CMD_FAILED;
}

static int show_main(const struct config_options *o, struct conf *c)
{
    struct conf_origin g = {.type = CONF_TYPE_COUNT};
    int r;

    conf_origin_main(c, &g);
    r = print(o, c, &g);
    conf_origin_release(&g);
    return r;
}

static int run_show(const struct config_options *o, struct conf *c, enum conf_type type, char **words,
                    size_t n)
{
    if (type == CONF_TYPE_COUNT)
        return show_main(o, c);
    return conf_origin_is_relation(type) ? show_relations(o, c, type, words, n)
                                         : show_object(o, c, type, words, n);
}

/* What may stand behind a type. */
static const char *operands(enum conf_type type)
{
    switch ((int)type) {
    case CONF_TYPE_COUNT: return "";
    case CONF_SERVICE:
    case CONF_SERVICEDEPENDENCY:
    case CONF_SERVICEESCALATION: return " HOST SERVICE";
    case CONF_HOSTDEPENDENCY:
    case CONF_HOSTESCALATION: return " HOST";
    default: return " NAME";
    }
}

int config_show(const struct config_options *o, char **words, size_t n)
{
    enum conf_type type = CONF_TYPE_COUNT;
    struct loaded l;
    size_t most;
    int r;

    if (strcmp(words[0], "main") != 0 && !config_type(words[0], &type))
        return CMD_USAGE;
    most = type == CONF_TYPE_COUNT ? 1 : strcmp(operands(type), " HOST SERVICE") == 0 ? 3 : 2;
    if (n > most || (n == 1 && most > 1)) {
        fprintf(stderr, "vigie config: write: vigie config show %s%s\n", words[0], operands(type));
        return CMD_USAGE;
    }
    if (type == CONF_HOSTEXTINFO || type == CONF_SERVICEEXTINFO) {
        fprintf(stderr, "vigie config: what %s says is told with its %s; write: vigie config show %s\n",
                words[0], type == CONF_HOSTEXTINFO ? "host" : "service",
                type == CONF_HOSTEXTINFO ? "host NAME" : "service HOST SERVICE");
        return CMD_USAGE;
    }
    if (!config_load(o, NULL, &l))
        return CMD_USAGE;
    r = run_show(o, l.c, type, words, n);
    load_release(&l);
    return r;
}

/* ---- list ---- */

struct lister {
    const struct conf *c;
    enum conf_type type;
    bool json, typed;
    struct json j;
    struct buf out;
};

static void list_one(void *user, struct str name, struct str service, uint32_t file, uint32_t line)
{
    struct lister *l = user;

    if (!l->json) {
        if (!l->typed)
            buf_printf(&l->out, "%s\t", conf_type_name(l->type));
        buf_add_str(&l->out, name);
        if (service.n)
            buf_printf(&l->out, "\t" STR_FMT, STR_ARG(service));
        buf_printf(&l->out, "\t%s:%u\n", conf_file_path(l->c, file), line);
        return;
    }
    json_map(&l->j);
    json_key_c(&l->j, "type", conf_type_name(l->type));
    json_key_str(&l->j, "name", name);
    if (service.n)
        json_key_str(&l->j, "service", service);
    config_json_file(&l->j, l->c, file, line, 0);
    json_map_end(&l->j);
}

int config_list(const struct config_options *o, char **words, size_t n)
{
    static const enum conf_type all[] = {
        CONF_HOST,           CONF_SERVICE,           CONF_HOSTGROUP,      CONF_SERVICEGROUP,
        CONF_CONTACT,        CONF_CONTACTGROUP,      CONF_COMMAND,        CONF_TIMEPERIOD,
        CONF_HOSTDEPENDENCY, CONF_SERVICEDEPENDENCY, CONF_HOSTESCALATION, CONF_SERVICEESCALATION};
    struct lister l = {.json = o->json, .typed = n == 1};
    enum conf_type type = CONF_HOST;
    struct loaded loaded;

    if (n && !config_type(words[0], &type))
        return CMD_USAGE;
    if (!config_load(o, NULL, &loaded))
        return CMD_USAGE;
    l.c = loaded.c;
    json_init(&l.j, &l.out);
    if (o->json)
        json_list(&l.j);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        l.type = all[i];
        if (!n || type == all[i])
            conf_origin_names(l.c, all[i], list_one, &l);
    }
    if (o->json) {
        json_list_end(&l.j);
        buf_add_char(&l.out, '\n');
    }
    load_release(&loaded);
    return config_print(&l.out, CMD_OK);
}
