/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Macros ($HOSTNAME$ ...) and the coding of compiled command text. A compiled text (a word or an env word of
 * a struct model_line, a custom variable with secrets) is bytes, with 0x01 as the only escape: \x01\x01 one
 * literal byte 0x01 \x01S<slot>;        what the secret segment holds in slot (decimal); filled by runner,
 * prober, notifier \x01M<id>;          a macro to be filled at run time, by the engine (id: enum macro_id,
 * decimal) \x01M<id>:<n>:<arg>;  the same with an argument of n bytes (on-demand macros, custom variables)
 * The engine replaces every M part by its value, escaped with macro_put_literal; literal and slot parts stay
 * as they are and go into RUN; the runner fills the slots. macro_next is the one reader for both. A value is
 * one argument or part of one: it is never split or interpreted. Pure.
 */
#include "base/buf.h"
#include "core/model.h"

enum macro_class { MACRO_CONFIG, MACRO_DATA };
enum macro_scope {
    MACRO_HOST,
    MACRO_SERVICE,
    MACRO_CONTACT,
    MACRO_HOSTGROUP,
    MACRO_SERVICEGROUP,
    MACRO_CONTACTGROUP,
    MACRO_NOTIFICATION, /* of the notification under way */
    MACRO_PROGRAM,      /* of the running program */
    MACRO_MAIN,         /* of the main file */
    MACRO_COMMAND,      /* ARGn, USERn: only conf sees them */
};

enum macro_id {
#define MACRO(name, class, scope, strip, doc) MACRO_ID_##name,
#include "core/macro.def"
#undef MACRO
    MACRO_ID_COUNT,
    /* Not in the table: they take an argument. */
    MACRO_ID_HOST_VAR =
        1000,             /* arg: name of the custom variable, without _HOST; or "host:NAME" when on demand */
    MACRO_ID_SERVICE_VAR, /* "NAME:host:description" when on demand */
    MACRO_ID_CONTACT_VAR,
    MACRO_ID_ARG,  /* number n */
    MACRO_ID_USER, /* number n */
};

struct macro_info {
    const char *name;
    enum macro_class class;
    enum macro_scope scope;
    bool strip;
    const char *doc;
};
const struct macro_info *macro_info(enum macro_id id); /* id below MACRO_ID_COUNT */
/* One of the configuration that external commands change, also for whom a line names: the run time's in every line. Custom variables change, too. */
bool macro_can_change(enum macro_id id);
/* Notes and links may hold macros themselves: in notes their values stand as they are, in links as parts of a URL. */
enum macro_within { MACRO_WITHIN_NONE, MACRO_WITHIN_TEXT, MACRO_WITHIN_URL };
enum macro_within macro_within(enum macro_id id);
/* As a part of a URL: all but what RFC 3986 calls unreserved is written as %XX. */
void macro_put_url(struct str value, struct buf *out);

/* What stands between two dollar signs. */
struct macro_ref {
    enum macro_id id;
    unsigned n; /* MACRO_ID_ARG, MACRO_ID_USER */
    /* behind the first colon, or the name of a custom variable; p NULL: none. Borrowed from text */
    struct str arg;
    bool on_demand; /* arg names another object */
};
bool macro_parse(struct str text, struct macro_ref *out); /* false: no macro of ours; text stays as it is */
const char *macro_near(struct str name);                  /* a macro of nearly this name; NULL: none */
/* Argument n, from 1, of "command!one!two", in which "\!" is a '!'. False: there is none. */
bool macro_arg(struct str use, unsigned n, struct buf *out);

enum macro_part_kind { MACRO_PART_TEXT, MACRO_PART_SLOT, MACRO_PART_MACRO };
struct macro_part {
    enum macro_part_kind kind;
    struct str text;  /* TEXT: a run of plain bytes (an escaped 0x01 comes as its own run). Borrowed */
    uint32_t slot;    /* SLOT */
    enum macro_id id; /* MACRO */
    struct str arg;   /* MACRO: p NULL when there is none */
    struct str coded; /* the part as it stands, to be copied on */
};
/* Takes the next part off *rest: 1, 0 at the end, E_FORMAT when it is not this coding. */
int macro_next(struct str *rest, struct macro_part *out);
void macro_put_literal(struct buf *b, struct str text); /* escapes 0x01 */
void macro_put_slot(struct buf *b, uint32_t slot);
void macro_put_macro(struct buf *b, enum macro_id id, struct str arg); /* arg.p NULL: none */

/* Who is meant: check indexes (host of a service is found from it), contact index; MODEL_NONE where nobody.
 */
struct macro_scope_of {
    uint32_t host, service, contact;
};
/*
 * Appends the value of a CONFIG macro or custom variable (coded text: it may hold slots) as the model knows
 * it. true: known here (also when the object is absent or the value empty: then nothing is appended); false:
 * a DATA macro, the engine's.
 */
bool macro_static(const struct model *m, enum macro_id id, struct str arg, bool on_demand,
                  const struct macro_scope_of *of, struct buf *out);
/* Is there what the macro speaks of: an object that it names or that is meant, a custom variable of it, a first group? Where not, Nagios leaves the text as it is. */
bool macro_means(const struct model *m, enum macro_id id, struct str arg, bool on_demand,
                 const struct macro_scope_of *of);
/* Finds the objects that the argument of an on-demand macro names ("host", "host:service", ":service" = of
 * the present host; groups: none here) and sets them in *of. False: there is no such object. */
bool macro_target(const struct model *m, enum macro_scope scope, struct str arg, struct macro_scope_of *of);
/* The same of a custom variable, arg without its name. A service is found on the present host only: with that host named, or none. No engine finds one of another host. */
bool macro_var_target(const struct model *m, enum macro_id id, struct str arg, struct macro_scope_of *of);
/* Whom "group:delimiter" means behind a macro of hosts, services or contacts: each member of the group, the values parted by the delimiter. */
struct macro_members {
    enum macro_scope scope;
    struct model_list list;
    struct str delimiter;
};
bool macro_members(const struct model *m, enum macro_scope scope, struct str arg, struct macro_members *out);
struct macro_scope_of macro_member(const struct model *m, const struct macro_members *all, uint32_t i);
/* One readable line of a compiled command: words quoted where needed, secrets as ****, run-time macros as $NAME$. For people only. */
void macro_show_line(const struct model *m, uint32_t line, struct buf *out);
