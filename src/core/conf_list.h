/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lists of names in the configuration, and what they mean: conf_list.c reads them, conf_match.c knows patterns, conf_expand.c groups and services. Shared by
 * the files conf_*.c; nobody else includes it.
 */
#include "core/conf_int.h"

/* conf_list.c */
/* Takes the next name off a comma list: trimmed; false at the end. */
bool conf_next_name(struct str *rest, struct str *name);
void conf_list_add(conf_list *l, uint32_t v);
void conf_list_sort(conf_list *l);                              /* rising, doubles out */
void conf_list_first(conf_list *l);                             /* doubles out, the first of each stays */
void conf_list_reverse(conf_list *to, const conf_list *from);   /* adds them from the last on */
bool conf_list_has(const conf_list *l, uint32_t v);             /* in a sorted one */
void conf_list_subtract(conf_list *l, const conf_list *reject); /* both sorted */
/* Says once a prop and name that there is no such object. */
void conf_say_unknown(struct conf *c, enum conf_type type, uint32_t prop, struct str name);
bool conf_say_once(struct conf *c, uint32_t prop, struct str name); /* true the first time */
/* What a list of names means. */
struct conf_names {
    conf_list yes, no; /* ranks: those named, and those behind a !; sorted */
    bool given;        /* there is a list, and it is not null */
    bool wrong;        /* something in it does not exist; that was said */
    bool as_written;   /* yes is wanted in that order instead, doubles out */
};
/* Reads the list of a row as its kind has it. Unknown names are errors. */
void conf_names_row(struct conf *c, const struct conf_object *o, enum conf_type type, unsigned row,
                    struct conf_names *out);
/* A list that must name something does not: an error. */
bool conf_names_nothing(struct conf *c, const struct conf_object *o, unsigned row);
/* Adds to out what a text of patterns means. */
void conf_names_text(struct conf *c, enum conf_type type, uint32_t prop, struct str text,
                     struct conf_names *out);
void conf_names_add(struct conf *c, enum conf_type type, uint32_t prop, struct str name, conf_list *to,
                    bool *wrong);
/* Takes no out of yes; a list that names nothing is an error. */
void conf_names_settle(struct conf *c, const struct conf_object *o, unsigned row, struct conf_names *names);
void conf_names_release(struct conf_names *names);

/* conf_order.c: fills conf_group.order of contact groups */
void conf_order_contacts(struct conf *c);

/* conf_double.c: of services defined twice keeps one each; c->services is sorted by host and description */
void conf_drop_doubles(struct conf *c);

/* conf_resolve.c: an error when a name has a byte that the main file forbids */
void conf_check_name(struct conf *c, const struct conf_object *o, struct str name);

/* conf_match.c: may be called for any name; what is no pattern is compared as it is by the caller */
bool conf_is_pattern(const struct conf *c, struct str name);
/* Ranks that match; NULL when it is no regular expression, which was said. */
const conf_list *conf_match(struct conf *c, enum conf_type type, uint32_t prop, struct str text);
bool conf_match_one(struct conf *c, uint32_t prop, struct str text, struct str name);
bool conf_match_wrong(struct conf *c, uint32_t prop, struct str text);
void conf_match_release(struct conf *c);

/* conf_expand.c */
/*
 * Hosts meant by a host list and a host group list together. CONF_HOSTS_LESS: what either leaves out is not among them. CONF_HOSTS_NAMED_STAY: only members
 * of groups are left out, hosts that host_name gives stay, whatever stands behind a ! (so Nagios has it for escalations of hosts and the like).
 */
enum conf_hosts_how { CONF_HOSTS_LESS, CONF_HOSTS_NAMED_STAY };
struct conf_host_rows {
    unsigned host, group;
    enum conf_hosts_how how;
};
struct conf_hosts {
    conf_list all;     /* sorted */
    conf_list by_name; /* those that host_name gives */
    bool given, wrong; /* of either list */
    bool no_group;     /* there is a list of groups, and it names none */
};
void conf_hosts_rows(struct conf *c, const struct conf_object *o, struct conf_host_rows rows,
                     struct conf_hosts *out);
void conf_hosts_release(struct conf_hosts *h);
/* Services of one host that a list of descriptions means, as indexes of conf.services added to the lists: names, * for all, ! to leave out, patterns. False: one
 * does not exist; not said. */
bool conf_services_text(struct conf *c, uint32_t host, uint32_t prop, struct str text,
                        struct conf_names *out);
/* The same for the list of a row; what does not exist is an error. */
bool conf_services_row(struct conf *c, const struct conf_object *o, uint32_t host, unsigned row,
                       struct conf_names *out);
/* The rank of a service; CONF_NONE. */
uint32_t conf_service_find(const struct conf *c, uint32_t host, struct str description);
