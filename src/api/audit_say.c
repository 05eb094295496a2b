/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit_say.h"

#include <inttypes.h>

void audit_say_warnings(struct json *j, const struct api_audit_state *s,
                        void (*warning)(struct json *j, const char *code, const char *en, const char *fr))
{
    struct buf en = BUF_INIT, fr = BUF_INIT;

    if (s->why[0]) {
        buf_printf(&en,
                   "The audit record cannot be written: %s. Signing in, and what changes who may do what, is "
                   "refused "
                   "until it can.",
                   s->why);
        buf_printf(&fr,
                   "Le registre d’audit ne peut être écrit : %s. La connexion, et ce qui change qui peut "
                   "faire quoi, "
                   "sont refusés jusque-là.",
                   s->why);
        warning(j, "audit_away", en.data, fr.data);
    } else if (s->low) {
        warning(j, "audit_low",
                "The disk of the audit record is full: it goes on in its reserve, and when that is used up "
                "signing in is refused.",
                "Le disque du registre d’audit est plein : il continue dans sa réserve, et quand elle sera "
                "épuisée la connexion sera refusée.");
    }
    if (s->wrong[0]) {
        buf_clear(&en);
        buf_clear(&fr);
        buf_printf(
            &en,
            "The audit record is not what was written: %s. \"vigie audit-log verify\" says more; keep a "
            "copy of the folder.",
            s->wrong);
        buf_printf(
            &fr,
            "Le registre d’audit n’est pas ce qui a été écrit : %s. « vigie audit-log verify » en dit plus ; "
            "gardez une copie du dossier.",
            s->wrong);
        warning(j, "audit_wrong", en.data, fr.data);
    }
    buf_release(&en);
    buf_release(&fr);
}

void audit_say_metrics(struct buf *b, const struct api_audit_state *s)
{
    const struct {
        const char *name, *type, *help;
        uint64_t value;
    } table[] = {
        {"audit_entries", "gauge", "Number of the last entry of the audit record.", s->last},
        {"audit_failing", "gauge",
         "1 while the audit record cannot be written: what is privileged is refused.", s->why[0] != '\0'},
        {"audit_reserve", "gauge", "1 while the disk is full and the audit record goes on in its reserve.",
         s->low},
        {"audit_wrong", "gauge", "1 if a start found that the audit record is not what was written.",
         s->wrong[0] != '\0'},
        {"audit_failures", "counter", "Writes of the audit record that failed.", s->failures},
        {"audit_refused", "counter", "Requests that were refused because there could be no entry.",
         s->refused},
        {"audit_without", "counter", "Requests that were done though there could be no entry.", s->without},
        {"audit_paced", "counter", "Refusals that are counted in one entry, for there were many.", s->paced},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        buf_printf(b, "# TYPE vigie_%s %s\n# HELP vigie_%s %s\nvigie_%s%s %" PRIu64 "\n", table[i].name,
                   table[i].type, table[i].name, table[i].help, table[i].name,
                   table[i].type[0] == 'c' ? "_total" : "", table[i].value);
}
