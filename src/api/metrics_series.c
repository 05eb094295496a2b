/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics_series.h"

#include "api/api.h"
#include "api/names.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *name, *en, *fr;
} refusal[API_REFUSALS] = {
#define REFUSAL(id, name, en, fr) {#name, en, fr},
#include "core/refusal.def"
#undef REFUSAL
};

static uint64_t le64(const char *p)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

void metrics_series_take(struct api_series *s, const struct msg_series *m)
{
    struct buf by_object = s->by_object;

    *s = (struct api_series){.by_object = by_object,
                             .applied = m->applied,
                             .lag = m->lag,
                             .active = m->active,
                             .bytes = m->bytes,
                             .memory = m->memory,
                             .taken = m->taken,
                             .merged = m->merged,
                             .removed = m->removed,
                             .damaged = m->damaged,
                             .failures = m->failures,
                             .given_up = m->given_up,
                             .failed = m->failed != 0,
                             .last_oid = m->last_why < API_REFUSALS ? m->last_oid : 0,
                             .last_why = MIN(m->last_why, (uint64_t)API_REFUSALS - 1)};
    for (unsigned i = 0; i < API_REFUSALS && (i + 1) * 8 <= m->refused.n; i++)
        s->refused[i] = le64(m->refused.p + i * 8);
    str_copy(s->last_label, sizeof(s->last_label), m->last_label);
    buf_clear(&s->by_object);
    buf_add_str(&s->by_object, m->by_object);
}

void metrics_series_release(struct api_series *s)
{
    buf_release(&s->by_object);
}

static void put_reason(struct json *j, unsigned why)
{
    json_key_c(j, "reason", refusal[why].name);
    json_key_c(j, "text_en", refusal[why].en);
    json_key_c(j, "text_fr", refusal[why].fr);
}

void metrics_series_resource(struct json *j, const struct api *a, uint64_t oid)
{
    const struct buf *b = &a->series.by_object;
    uint64_t most = 0, why = 0;

    json_key(j, "measurements_refused");
    for (size_t at = 0; oid && at + 24 <= b->len; at += 24) {
        uint64_t n = le64(b->data + at + 16);

        if (le64(b->data + at) != oid || n <= most || le64(b->data + at + 8) >= API_REFUSALS)
            continue;
        most = n;
        why = le64(b->data + at + 8);
    }
    if (!most) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_u64(j, "count", most);
    put_reason(j, (unsigned)why);
    json_map_end(j);
}

void metrics_series_put(struct buf *b, const struct api_series *s)
{
    const struct {
        const char *name, *type, *help;
        uint64_t value;
    } table[] = {
        {"series_sequence", "gauge", "Number of the record up to which the series store has all on disk.",
         s->applied},
        {"series_lag_records", "gauge", "Records that the series store has yet to read; 0: it is up to date.",
         s->lag},
        {"series_failed", "gauge", "1 while the series store takes nothing.", s->failed},
        {"series_failures", "counter", "How often the series store failed, and was opened again.",
         s->failures},
        {"series_active", "gauge", "Series with measurements that are not in a sealed chunk yet.", s->active},
        {"series_bytes", "gauge", "Bytes of the series store on disk.", s->bytes},
        {"series_memory_bytes", "gauge", "Bytes of memory that the series take.", s->memory},
        {"series_samples", "counter", "Measurements taken.", s->taken},
        {"series_merges", "counter", "Days and partitions that became one file.", s->merged},
        {"series_removed_files", "counter", "Files of series that were removed by age.", s->removed},
        {"series_damaged_places", "counter", "Places of the series store that could not be read.",
         s->damaged},
        {"results_given_up", "counter",
         "Results of active checks that a full or slow disk took, with their measurements; the states of now "
         "are not lost.",
         s->given_up},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        buf_printf(b, "# TYPE vigie_%s %s\n# HELP vigie_%s %s\nvigie_%s%s %" PRIu64 "\n", table[i].name,
                   table[i].type, table[i].name, table[i].help, table[i].name,
                   strcmp(table[i].type, "counter") == 0 ? "_total" : "", table[i].value);
    buf_add_c(b, "# TYPE vigie_series_samples_refused counter\n# HELP vigie_series_samples_refused "
                 "Measurements, or what stands beside them, that were not taken, by reason.\n");
    for (unsigned i = 0; i < API_REFUSALS; i++)
        buf_printf(b, "vigie_series_samples_refused_total{reason=\"%s\"} %" PRIu64 "\n", refusal[i].name,
                   s->refused[i]);
}

static void last_refused(struct json *j, struct api *a, const struct sight *sight)
{
    const struct api_series *s = &a->series;
    struct buf id = BUF_INIT;
    uint32_t idx;

    json_key(j, "last_refused");
    buf_printf(&id, "%" PRIu64, s->last_oid);
    idx = s->last_oid ? names_find_seen(a, sight, buf_str(&id)) : MODEL_NONE;
    buf_release(&id);
    if (idx == MODEL_NONE) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_id(j, "id", s->last_oid);
    json_key_str(j, "host", model_host_name(&a->model, idx));
    json_key_str(j, "service", model_description(&a->model, idx));
    json_key_c(j, "label", s->last_label);
    put_reason(j, (unsigned)s->last_why);
    json_map_end(j);
}

void metrics_series_status(struct json *j, struct api *a, const struct sight *sight)
{
    const struct api_series *s = &a->series;

    json_key(j, "series");
    json_map(j);
    json_key_id(j, "applied", s->applied);
    json_key_u64(j, "lag", s->lag);
    json_key_bool(j, "failed", s->failed);
    json_key_u64(j, "active", s->active);
    json_key_u64(j, "bytes", s->bytes);
    json_key_u64(j, "taken", s->taken);
    json_key(j, "refused");
    json_map(j);
    for (unsigned i = 0; i < API_REFUSALS; i++)
        json_key_u64(j, refusal[i].name, s->refused[i]);
    json_map_end(j);
    last_refused(j, a, sight);
    json_map_end(j);
}

/* ---- what the answers look like ---- */

static const struct shape_field refused_fields[] = {
    {"count", SHAPE_INT, 0, NULL},
    {"reason", SHAPE_TEXT, 0, NULL},
    {"text_en", SHAPE_TEXT, 0, NULL},
    {"text_fr", SHAPE_TEXT, 0, NULL},
    {NULL},
};
const struct shape metrics_series_refused_shape = {"MeasurementsRefused", refused_fields};
static const struct shape_field last_fields[] = {
    {"id", SHAPE_ID, 0, NULL},        {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, 0, NULL}, {"label", SHAPE_TEXT, 0, NULL},
    {"reason", SHAPE_TEXT, 0, NULL},  {"text_en", SHAPE_TEXT, 0, NULL},
    {"text_fr", SHAPE_TEXT, 0, NULL}, {NULL},
};
static const struct shape last_shape = {"LastRefused", last_fields};
static const struct shape_field status_fields[] = {
    {"applied", SHAPE_ID, 0, NULL},
    {"lag", SHAPE_INT, 0, NULL},
    {"failed", SHAPE_BOOL, 0, NULL},
    {"active", SHAPE_INT, 0, NULL},
    {"bytes", SHAPE_INT, 0, NULL},
    {"taken", SHAPE_INT, 0, NULL},
    {"refused", SHAPE_INT, SHAPE_NAMES, "by reason"},
    {"last_refused", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &last_shape},
    {NULL},
};
const struct shape metrics_series_status_shape = {"SeriesStatus", status_fields};
