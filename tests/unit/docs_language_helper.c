/* SPDX-License-Identifier: Apache-2.0 */
#include "docs_language.h"

#include "core/conf_option.h"
#include "core/macro.h"

#include "vigie_cfg_example.h"

static const char *const acted_words[] = {"not yet", "yes", "has no meaning, or always"};
static const char *const how_words[] = {"template", "template; a second one is added",
                                        "template, then the host", "template, then what is escalated"};

static void add_engines(struct buf *b, unsigned engines)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{CONF_NAGIOS, "Nagios"}, {CONF_NAEMON, "Naemon"}, {CONF_CENTREON, "Centreon"}};
    bool any = false;

    if (engines == (CONF_NAGIOS | CONF_NAEMON | CONF_CENTREON)) {
        buf_add_c(b, "all");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (engines & names[i].bit) {
            buf_printf(b, "%s%s", any ? ", " : "", names[i].name);
            any = true;
        }
    if (!any)
        buf_add_c(b, "Vigie");
}

typedef const char *synonym_f(unsigned row, unsigned i);

static void add_row(struct buf *b, const struct conf_directive *d, unsigned row, synonym_f *synonym,
                    bool object)
{
    buf_printf(b, "| `%s`", d->name);
    for (unsigned i = 0; synonym(row, i); i++)
        buf_printf(b, "%s`%s`", i ? ", " : ", also ", synonym(row, i));
    buf_printf(b, " | %s | %s%s%s | ", conf_write_text(d), *d->def ? "`" : "", *d->def ? d->def : "-",
               *d->def ? "`" : "");
    if (object)
        buf_printf(b, "%s | ", how_words[d->how]);
    add_engines(b, d->engines);
    buf_printf(b, " | %s | %s |\n", acted_words[d->acted], *d->doc ? d->doc : "-");
}

static const char intro[] =
    "# The configuration language\n\nMade from `src/core/conf_main.def`, `conf_object.def` and `macro.def`; "
    "the manual page is vigie.cfg(5). A Nagios main file is\n"
    "read as it is; Vigie's own directives begin with `vigie_` and stand in the main file, in "
    "`/etc/vigie/vigie.conf`, or as `--set name=value`. What is\n"
    "\"not yet\" acted on is listed by `vigie check` and at each start, unless its value switches it off. "
    "\"Known to\" says which of the engines that these files\n"
    "were written for reads the directive.\n\n"
    "Where Vigie differs from Nagios on purpose: a macro of the run time (output, comment ...) is one "
    "argument and is never split or interpreted;\n"
    "operators of the shell count in the command's definition, not in arguments; a command that needs a "
    "shell is only run when none but root (or the\n"
    "ordinary user who runs Vigie) can write its file; folders of `cfg_dir` are read in the order of names; "
    "with `use_regexp_matching`, a lone `*` is every\n"
    "name, a `!` before a pattern leaves its names out, and back references are refused.\n\n"
    "## Main file\n\n| directive | write | default | known to | acted on | |\n|---|---|---|---|---|---|\n";

void docs_language_page(struct buf *b)
{
    buf_add_c(b, intro);
    for (unsigned i = 0; i < conf_main_count(); i++)
        add_row(b, conf_main(i), i, conf_main_synonym, false);
    for (unsigned t = 0; t < CONF_TYPE_COUNT; t++) {
        const struct conf_type_info *info = conf_type_info((enum conf_type)t);

        buf_printf(b, "\n## define %s\n\n", info->name);
        if (info->not_acted)
            buf_printf(b, "Read, and not acted on: %s.\n\n", info->not_acted);
        buf_add_c(b, "| directive | write | default | from | known to | acted on | "
                     "|\n|---|---|---|---|---|---|---|\n");
        for (unsigned i = info->first; i < (unsigned)info->first + info->n; i++)
            add_row(b, conf_directive(i), i, conf_synonym, true);
    }
    buf_add_c(
        b, "\n## Macros\n\nBesides these: `$ARGn$` (1 to 32), `$USERn$` (1 to 256), custom variables "
           "`$_HOSTx$`, "
           "`$_SERVICEx$`, `$_CONTACTx$`. Configuration macros are put in as text\n"
           "when the configuration is read; the others at run time.\n\n| macro | known | |\n|---|---|---|\n");
    for (unsigned i = 0; i < MACRO_ID_COUNT; i++) {
        const struct macro_info *m = macro_info((enum macro_id)i);

        buf_printf(b, "| `$%s$` | %s | %s |\n", m->name,
                   m->class == MACRO_CONFIG ? "from the files" : "at run time", m->doc);
    }
}

/* ---- the manual page ---- */

/* Text of a table in a manual page: no line may begin with a control character, no backslash is one of ours. */
static void add_plain(struct buf *b, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_add_c(b, "\\&");
    for (const char *p = text; *p; p++)
        if (*p == '\\')
            buf_add_c(b, "\\e");
        else
            buf_add_char(b, *p);
}

static void add_item(struct buf *b, const struct conf_directive *d, unsigned row, synonym_f *synonym,
                     bool object)
{
    buf_printf(b, ".It Ic %s", d->name);
    for (unsigned i = 0; synonym(row, i); i++)
        buf_printf(b, " , %s", synonym(row, i));
    buf_add_char(b, '\n');
    if (*d->doc) {
        add_plain(b, d->doc);
        buf_add_c(b, ".\n");
    }
    buf_printf(b, "Write: %s", conf_write_text(d));
    if (*d->def) {
        buf_add_c(b, "; default ");
        add_plain(b, d->def);
    }
    if (object && d->how != CONF_HOW_TEMPLATE)
        buf_printf(b, "; from: %s", how_words[d->how]);
    buf_add_c(b, ".\n");
    if (d->engines != (CONF_NAGIOS | CONF_NAEMON | CONF_CENTREON) && d->engines) {
        buf_add_c(b, "Known to ");
        add_engines(b, d->engines);
        buf_add_c(b, ".\n");
    }
    if (d->acted != 1)
        buf_printf(b, "%s\n",
                   d->acted ? "It means nothing here, or what it says holds always." : "Not acted on yet.");
}

static const char manual_head[] =
#include "vigie_cfg_head.h"
    ;

void docs_language_manual(struct buf *b)
{
    buf_add_c(b, manual_head);
    buf_add_c(b, ".Sh MAIN FILE\n.Bl -tag -width Ds\n");
    for (unsigned i = 0; i < conf_main_count(); i++)
        add_item(b, conf_main(i), i, conf_main_synonym, false);
    buf_add_c(b, ".El\n.Sh OBJECTS\n");
    for (unsigned t = 0; t < CONF_TYPE_COUNT; t++) {
        const struct conf_type_info *info = conf_type_info((enum conf_type)t);

        buf_printf(b, ".Ss define %s\n", info->name);
        if (info->not_acted)
            buf_printf(b, "Read, and not acted on: %s.\n", info->not_acted);
        buf_add_c(b, ".Bl -tag -width Ds\n");
        for (unsigned i = info->first; i < (unsigned)info->first + info->n; i++)
            add_item(b, conf_directive(i), i, conf_synonym, true);
        buf_add_c(b, ".El\n");
    }
    buf_add_c(b, ".Sh SEE ALSO\n.Xr vigie 1\n");
}
