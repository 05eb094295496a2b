/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics_export.h"

#include "base/time.h"

#include <inttypes.h>
#include <string.h>

#define WARNS_US (2 * TIME_MIN)

static const char *const names[API_EXPORTS] = {"remote_write", "influx"};

bool metrics_export_take(struct api_export exports[API_EXPORTS], const struct msg_exported *m)
{
    struct api_export *x;

    if (m->target >= API_EXPORTS)
        return false;
    x = &exports[m->target];
    *x = (struct api_export){.used = 1,
                             .lag_us = m->lag_us,
                             .lag_records = m->lag_records,
                             .sent = m->sent,
                             .refused = m->refused,
                             .sent_before = m->sent_before,
                             .nameless = m->nameless,
                             .missed = m->missed,
                             .failures = m->failures,
                             .failing = m->error.n > 0};
    str_copy(x->why, sizeof(x->why), m->error);
    return true;
}

void metrics_export_gone(struct api_export exports[API_EXPORTS])
{
    memset(exports, 0, API_EXPORTS * sizeof(exports[0]));
}

void metrics_export_put(struct buf *b, const struct api_export exports[API_EXPORTS])
{
    static const struct {
        const char *name, *type, *help;
        size_t offset;
    } table[] = {
#define ROW(name, type, field, help) {name, type, help, offsetof(struct api_export, field)}
        ROW("lag_seconds", "gauge", lag_us,
            "Age of the oldest measurement that waits to be sent to another store."),
        ROW("lag_records", "gauge", lag_records, "Records of the journal that the other store has not had."),
        ROW("failing", "gauge", failing, "1 while requests come to nothing, and are tried again."),
        ROW("samples", "counter", sent, "Measurements that the other store took."),
        ROW("refused", "counter", refused, "Measurements that it would not have."),
        ROW("sent_before", "counter", sent_before,
            "Measurements that it would not have, and most likely has, since they were sent before."),
        ROW("nameless", "counter", nameless, "Results of objects whose name nobody knows."),
        ROW("missed_records", "counter", missed, "Records that left the journal before they were sent."),
        ROW("failures", "counter", failures, "Requests that came to nothing."),
#undef ROW
    };

    for (size_t k = 0; k < ARRAY_LEN(table); k++) {
        const char *end = strcmp(table[k].type, "counter") == 0 ? "_total" : "";

        buf_printf(b, "# TYPE vigie_export_%s %s\n# HELP vigie_export_%s %s\n", table[k].name, table[k].type,
                   table[k].name, table[k].help);
        for (int i = 0; i < API_EXPORTS; i++) {
            uint64_t value;

            if (!exports[i].used)
                continue;
            memcpy(&value, (const char *)&exports[i] + table[k].offset, sizeof(value));
            buf_printf(b, "vigie_export_%s%s{target=\"%s\"} ", table[k].name, end, names[i]);
            if (k == 0) /* microseconds as seconds, without floating point */
                buf_printf(b, "%" PRIu64 ".%06" PRIu64 "\n", value / TIME_S, value % TIME_S);
            else
                buf_printf(b, "%" PRIu64 "\n", value);
        }
    }
}

void metrics_export_status(struct json *j, const struct api_export exports[API_EXPORTS])
{
    json_key(j, "exports");
    json_list(j);
    for (int i = 0; i < API_EXPORTS; i++) {
        const struct api_export *x = &exports[i];

        if (!x->used)
            continue;
        json_map(j);
        json_key_c(j, "target", names[i]);
        json_key_i64(j, "lag_seconds", x->lag_us / TIME_S);
        json_key_u64(j, "lag_records", x->lag_records);
        json_key_u64(j, "sent", x->sent);
        json_key_u64(j, "refused", x->refused);
        json_key_u64(j, "sent_before", x->sent_before);
        json_key_u64(j, "nameless", x->nameless);
        json_key_u64(j, "missed", x->missed);
        json_key_c(j, "error", x->why);
        json_map_end(j);
    }
    json_list_end(j);
}

static void one_waits(struct json *j, const struct api_export *x, const char *name,
                      void (*warn)(struct json *j, const char *code, const char *en, const char *fr))
{
    struct buf en = BUF_INIT, fr = BUF_INIT;
    long long minutes = x->lag_us / TIME_MIN;

    buf_printf(
        &en,
        "For %lld minutes measurements have not reached the other store (%s). They wait in the journal, "
        "and none is lost as long as that is kept (vigie_journal_days, vigie_journal_size)%s%s.",
        minutes, name, x->why[0] ? ". The last try: " : "", x->why);
    buf_printf(
        &fr,
        "Depuis %lld minutes, les mesures n’arrivent plus à l’autre base (%s). Elles attendent dans le "
        "journal, et aucune n’est perdue tant qu’il est gardé (vigie_journal_days, vigie_journal_size)%s%s.",
        minutes, name, x->why[0] ? ". Dernier essai : " : "", x->why);
    warn(j, "export_waits", en.data, fr.data);
    buf_release(&en);
    buf_release(&fr);
}

static void some_missed(struct json *j, const struct api_export *x, const char *name,
                        void (*warn)(struct json *j, const char *code, const char *en, const char *fr))
{
    struct buf en = BUF_INIT, fr = BUF_INIT;

    buf_printf(&en,
               "%" PRIu64 " records left the journal before their measurements were sent to the other store "
               "(%s): it lacks those for good, Vigie has them. Keep the journal longer (vigie_journal_days, "
               "vigie_journal_size).",
               x->missed, name);
    buf_printf(&fr,
               "%" PRIu64 " enregistrements ont quitté le journal avant que leurs mesures ne soient envoyées "
               "à l’autre base (%s) : elles lui manquent pour toujours, Vigie les a. Gardez le journal plus "
               "longtemps (vigie_journal_days, vigie_journal_size).",
               x->missed, name);
    warn(j, "export_missed", en.data, fr.data);
    buf_release(&en);
    buf_release(&fr);
}

void metrics_export_warnings(struct json *j, const struct api_export exports[API_EXPORTS],
                             void (*warn)(struct json *j, const char *code, const char *en, const char *fr))
{
    for (int i = 0; i < API_EXPORTS; i++) {
        if (exports[i].used && exports[i].lag_us > WARNS_US)
            one_waits(j, &exports[i], names[i], warn);
        if (exports[i].used && exports[i].missed)
            some_missed(j, &exports[i], names[i], warn);
    }
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"target", SHAPE_TEXT, 0, NULL},         {"lag_seconds", SHAPE_INT, 0, NULL},
    {"lag_records", SHAPE_INT, 0, NULL},     {"sent", SHAPE_INT, 0, NULL},
    {"refused", SHAPE_INT, 0, NULL},         {"sent_before", SHAPE_INT, 0, NULL},
    {"nameless", SHAPE_INT, 0, NULL},        {"missed", SHAPE_INT, 0, NULL},
    {"error", SHAPE_TEXT, SHAPE_NULL, NULL}, {NULL},
};
const struct shape metrics_export_shape = {"Export", fields};
