/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics_damage.h"

#include "api/problem.h"
#include "base/time.h"
#include "core/damage.h"

#include <inttypes.h>

#define HOLES_SAID 3u /* of the journal, in one warning */

static const char *const names[DAMAGE_COUNT] = {
    [DAMAGE_HISTORY] = "history", [DAMAGE_OBJECTS] = "objects", [DAMAGE_STATES] = "states",
    [DAMAGE_BOUNDS] = "bounds",   [DAMAGE_JOURNAL] = "journal",
};

bool metrics_damage_take(struct api_damage *d, const struct msg_damage *m)
{
    if (m->kind >= DAMAGE_COUNT)
        return false;
    if (m->number == 0)
        d->n = 0;
    if (m->number >= m->of || d->n == API_DAMAGES)
        return true;
    d->at[d->n].kind = m->kind;
    str_copy(d->at[d->n].file, sizeof(d->at[d->n].file), m->file);
    d->at[d->n].lost = m->lost;
    d->at[d->n].first = m->first;
    d->at[d->n].last = m->last;
    d->at[d->n].unknown = m->unknown != 0;
    d->at[d->n].from_us = m->from_us;
    d->at[d->n].until_us = m->until_us;
    d->at[d->n].before_us = m->before_us;
    d->n++;
    return true;
}

void metrics_damage_put(struct buf *b, const struct api_damage *d)
{
    uint64_t lost[DAMAGE_COUNT] = {0}, places[DAMAGE_COUNT] = {0};

    for (size_t i = 0; i < d->n; i++) {
        lost[d->at[i].kind] += d->at[i].lost;
        places[d->at[i].kind]++;
    }
    buf_add_c(b, "# TYPE vigie_damaged gauge\n# HELP vigie_damaged Damaged databases whose file is kept, and "
                 "damaged places of the journal.\n");
    for (int i = 0; i < DAMAGE_COUNT; i++)
        buf_printf(b, "vigie_damaged{of=\"%s\"} %" PRIu64 "\n", names[i], places[i]);
    buf_add_c(b, "# TYPE vigie_lost_records gauge\n# HELP vigie_lost_records Records that are lost with "
                 "them, as far as is known.\n");
    for (int i = 0; i < DAMAGE_COUNT; i++)
        if (i == DAMAGE_HISTORY || i == DAMAGE_JOURNAL)
            buf_printf(b, "vigie_lost_records{of=\"%s\"} %" PRIu64 "\n", names[i], lost[i]);
}

static void moment(struct json *j, const char *key, int64_t us)
{
    if (us)
        json_key_time(j, key, (struct wall){us});
}

void metrics_damage_status(struct json *j, const struct api_damage *d)
{
    json_key(j, "damage");
    json_list(j);
    for (size_t i = 0; i < d->n; i++) {
        json_map(j);
        json_key_c(j, "of", names[d->at[i].kind]);
        if (d->at[i].file[0])
            json_key_c(j, "file", d->at[i].file);
        json_key_u64(j, "lost", d->at[i].lost);
        json_key_bool(j, "unknown", d->at[i].unknown);
        if (d->at[i].kind == DAMAGE_JOURNAL) {
            json_key_id(j, "first", d->at[i].first);
            json_key_id(j, "last", MAX(d->at[i].last, d->at[i].first));
        }
        moment(j, "from", d->at[i].from_us);
        moment(j, "until", d->at[i].until_us);
        moment(j, "before", d->at[i].before_us);
        json_map_end(j);
    }
    json_list_end(j);
}

/* ---- in words ---- */

struct words {
    struct buf en, fr;
};

static void lost_history(struct words *w, const struct api_damage *d, size_t i)
{
    char from[TIME_RFC3339], until[TIME_RFC3339], before[TIME_RFC3339];

    time_rfc3339((struct wall){d->at[i].from_us}, from);
    time_rfc3339((struct wall){d->at[i].until_us}, until);
    time_rfc3339((struct wall){d->at[i].before_us}, before);
    if (d->at[i].lost) {
        buf_printf(&w->en,
                   " %" PRIu64 " records of it, from %s to %s, are lost: they are older than the journal.",
                   d->at[i].lost, from, until);
        buf_printf(&w->fr,
                   " %" PRIu64
                   " de ses enregistrements, du %s au %s, sont perdus : ils sont plus anciens que "
                   "le journal.",
                   d->at[i].lost, from, until);
    }
    if (d->at[i].before_us) {
        buf_printf(&w->en, " What happened before %s is lost: only the history had it.", before);
        buf_printf(&w->fr, " Ce qui s’est passé avant le %s est perdu : seul l’historique l’avait.", before);
    }
    if (!d->at[i].lost && !d->at[i].before_us) {
        buf_add_c(&w->en, " Nothing of it is known to be lost.");
        buf_add_c(&w->fr, " Rien n’en est perdu, que l’on sache.");
    }
}

static void history(struct words *w, const struct api_damage *d, size_t i)
{
    if (d->at[i].file[0] && d->at[i].unknown) {
        buf_add_c(&w->en, "history.db was damaged, and is being made anew from what is whole of it and from "
                          "the journal.");
        buf_add_c(&w->fr,
                  "history.db était endommagée ; elle est refaite avec ce qui en est intact et avec le "
                  "journal.");
        return;
    }
    if (d->at[i].file[0]) {
        buf_add_c(&w->en, "history.db was damaged, and was made anew from what is whole of it and from the "
                          "journal.");
        buf_add_c(&w->fr,
                  "history.db était endommagée ; elle a été refaite avec ce qui en est intact et avec le "
                  "journal.");
    } else {
        buf_add_c(&w->en, "history.db was gone or empty, and was made anew from the journal.");
        buf_add_c(&w->fr, "history.db manquait ou était vide ; elle a été refaite avec le journal.");
    }
    lost_history(w, d, i);
}

static void database(struct words *w, const struct api_damage *d, size_t i)
{
    switch (d->at[i].kind) {
    case DAMAGE_HISTORY: history(w, d, i); break;
    case DAMAGE_OBJECTS:
        buf_add_c(&w->en,
                  "objects.db was damaged, and was made anew from what is whole of it and from the kept "
                  "configurations. No number is given twice.");
        buf_add_c(&w->fr,
                  "objects.db était endommagée ; elle a été refaite avec ce qui en est intact et avec "
                  "les configurations gardées. Aucun numéro n’est donné deux fois.");
        break;
    case DAMAGE_STATES:
        buf_add_c(&w->en, "state.db was damaged, and was made anew from the journal.");
        buf_add_c(&w->fr, "state.db était endommagée ; elle a été refaite avec le journal.");
        break;
    default:
        buf_add_c(&w->en, "bounds.db was damaged, and was made anew from what is whole of it and from the "
                          "journal. Thresholds of before the journal may be missing for some measurements.");
        buf_add_c(&w->fr,
                  "bounds.db était endommagée ; elle a été refaite avec ce qui en est intact et avec le "
                  "journal. Des seuils d’avant le journal peuvent manquer pour quelques mesures.");
        break;
    }
    if (!d->at[i].file[0])
        return;
    buf_printf(&w->en,
               " Check the disk. The damaged file is kept as db/%s; once it is removed, this is said no "
               "more.",
               d->at[i].file);
    buf_printf(&w->fr,
               " Vérifiez le disque. Le fichier endommagé est gardé : db/%s ; ce message disparaît "
               "une fois qu’il est supprimé.",
               d->at[i].file);
}

static void hole(struct words *w, const struct api_damage *d, size_t i, const char *comma)
{
    char from[TIME_RFC3339], until[TIME_RFC3339];

    time_rfc3339((struct wall){d->at[i].from_us}, from);
    time_rfc3339((struct wall){d->at[i].until_us}, until);
    if (d->at[i].unknown) {
        buf_printf(&w->en, "%s some from record %" PRIu64 " on", comma, d->at[i].first);
        buf_printf(&w->fr, "%s certains à partir du n° %" PRIu64, comma, d->at[i].first);
    } else {
        buf_printf(&w->en, "%s %" PRIu64 " to %" PRIu64, comma, d->at[i].first, d->at[i].last);
        buf_printf(&w->fr, "%s %" PRIu64 " à %" PRIu64, comma, d->at[i].first, d->at[i].last);
    }
    if (d->at[i].from_us) {
        buf_printf(&w->en, " (written from %s", from);
        buf_printf(&w->fr, " (écrits depuis %s", from);
    }
    if (d->at[i].until_us) {
        buf_printf(&w->en, d->at[i].from_us ? " to %s" : " (written before %s", until);
        buf_printf(&w->fr, d->at[i].from_us ? " jusqu’à %s" : " (écrits avant %s", until);
    }
    if (d->at[i].from_us || d->at[i].until_us) {
        buf_add_char(&w->en, ')');
        buf_add_char(&w->fr, ')');
    }
}

static void journal(struct words *w, const struct api_damage *d)
{
    unsigned n = 0;

    buf_add_c(&w->en, "The journal is damaged; these records are lost:");
    buf_add_c(&w->fr, "Le journal est endommagé ; ces enregistrements sont perdus :");
    for (size_t i = 0; i < d->n; i++)
        if (d->at[i].kind == DAMAGE_JOURNAL && n++ < HOLES_SAID)
            hole(w, d, i, n > 1 ? "," : "");
    if (n > HOLES_SAID) {
        buf_printf(&w->en, ", and more at %u other places", n - HOLES_SAID);
        buf_printf(&w->fr, ", et d’autres en %u endroits", n - HOLES_SAID);
    }
    buf_add_c(&w->en,
              ". What is whole is used. Check the disk; \"vigie journal verify\" looks at all of it. Once "
              "db/journal.damaged is removed, this is said no more.");
    buf_add_c(&w->fr,
              ". Ce qui est intact sert. Vérifiez le disque ; « vigie journal verify » examine le tout. "
              "Ce message disparaît une fois db/journal.damaged supprimé.");
}

static void users(struct json *j, const struct api_damage *d,
                  void (*warn)(struct json *j, const char *code, const char *en, const char *fr))
{
    const struct str arg[PROBLEM_ARGS] = {str_of(d->users)};
    struct words w = {BUF_INIT, BUF_INIT};

    problem_render(&w.en, PROBLEM_USERS_UNREADABLE, false, arg);
    problem_render(&w.fr, PROBLEM_USERS_UNREADABLE, true, arg);
    warn(j, "users_damaged", w.en.data, w.fr.data);
    buf_release(&w.en);
    buf_release(&w.fr);
}

void metrics_damage_warnings(struct json *j, const struct api_damage *d,
                             void (*warn)(struct json *j, const char *code, const char *en, const char *fr))
{
    bool said = false;

    if (d->users[0])
        users(j, d, warn);
    for (size_t i = 0; i < d->n; i++) {
        struct words w = {BUF_INIT, BUF_INIT};

        if (d->at[i].kind != DAMAGE_JOURNAL)
            database(&w, d, i);
        else if (!said)
            journal(&w, d);
        said = said || d->at[i].kind == DAMAGE_JOURNAL;
        if (w.en.len)
            warn(j, d->at[i].kind == DAMAGE_JOURNAL ? "journal_damaged" : "database_damaged", w.en.data,
                 w.fr.data);
        buf_release(&w.en);
        buf_release(&w.fr);
    }
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"of", SHAPE_TEXT, 0, NULL},
    {"file", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"lost", SHAPE_INT, 0, "records"},
    {"unknown", SHAPE_BOOL, 0, "how many is not known"},
    {"first", SHAPE_ID, SHAPE_MAYBE, NULL},
    {"last", SHAPE_ID, SHAPE_MAYBE, NULL},
    {"from", SHAPE_TIME, SHAPE_MAYBE, NULL},
    {"until", SHAPE_TIME, SHAPE_MAYBE, NULL},
    {"before", SHAPE_TIME, SHAPE_MAYBE, NULL},
    {NULL},
};
const struct shape metrics_damage_shape = {"Damage", fields};
