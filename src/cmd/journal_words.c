/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/journal_words.h"

#include "base/hash.h"
#include "base/tlv.h"
#include "core/board.h"
#include "core/note_in.h"
#include "core/notify.h"
#include "core/reason.h"
#include "core/source.h"
#include "core/state.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- fields by name, from the table of records ---- */

enum field_type { FIELD_U64, FIELD_I64, FIELD_STR };
struct field {
    const char *name;
    size_t offset;
    enum field_type type;
};

/* clang-format off */
#undef END
#define RECORD(NAME, name, number) static const struct field fields_##name[] = {
#define F_U64(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_U64},
#define F_I64(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_I64},
#define F_STR(name, field_, tag) {#field_, offsetof(struct record_##name, field_), FIELD_STR},
#define END(name) };
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
#undef END
#define RECORD(NAME, name, number) [number] = {fields_##name, ARRAY_LEN(fields_##name)},
#define F_U64(name, field, tag)
#define F_I64(name, field, tag)
#define F_STR(name, field, tag)
#define END(name)
static const struct {
    const struct field *at;
    size_t n;
} fields[] = {
#include "core/record.def"
};
/* clang-format on */

/* Room for any record. */
union any_record {
#undef RECORD
#undef END
#define RECORD(NAME, name, number) struct record_##name name;
#define END(name)
#include "core/record.def"
};

static uint64_t number_of(const struct field *f, const void *record)
{
    uint64_t u;

    memcpy(&u, (const char *)record + f->offset, sizeof(u));
    return u;
}

static struct str text_of(const struct field *f, const void *record)
{
    struct str s;

    memcpy(&s, (const char *)record + f->offset, sizeof(s));
    return s;
}

/* ---- what a field means ---- */

enum meaning {
    PLAIN,
    OBJECT,
    MOMENT,
    SPAN,
    STATE,
    HARD,
    YES,
    BITS,
    EVENT,
    EVENT_TYPE,
    EVENT_TEXT,
    NOTIFICATION,
    WHY,
    HOW,
    CODE,
    RESULT_SOURCE,
    COMMAND_SOURCE,
    COMMENT_SOURCE,
    COMMENT_TYPE,
    ACK,
    PERCENT,
    PLANNED,
    FORCED,  /* and, above 1, how often it was begun */
    PACKED,  /* words, behind each other */
    NUMBERS, /* varints, behind each other */
    A_STATE, /* a STATE record in a field */
};

/* By name, and, where one name means several things, by kind. The first that fits counts. */
static const struct {
    enum record_kind kind; /* 0: any */
    const char *names;     /* " a b c " */
    enum meaning meaning;
} meanings[] = {
    {RECORD_EVENT, " kind ", EVENT},
    {RECORD_EVENT, " type ", EVENT_TYPE},
    {RECORD_EVENT, " text ", EVENT_TEXT},
    {RECORD_PROGRAM, " next_notification ", PLAIN},
    {RECORD_TELLING, " state host ", A_STATE},
    {RECORD_RESULT, " source ", RESULT_SOURCE},
    {RECORD_COMMENT, " source ", COMMENT_SOURCE},
    {RECORD_COMMENT, " entry_type ", COMMENT_TYPE},
    {RECORD_COMMAND_PART, " last ", YES},
    {RECORD_TELLING_PART, " last ", YES},
    {RECORD_COMMAND_WAITS, " begun ", YES},
    {RECORD_RESULT, " code ", CODE},
    {RECORD_STATE, " forced ", FORCED},
    {0, " forced ", YES},
    {0, " planned ", PLANNED},
    {0, " oid ", OBJECT},
    {0,
     " last_check next_check last_state_change last_hard_change last_time_0 last_time_1 last_time_2 "
     "last_time_3 ack_expires last_notification next_notification problem_since last_update recur_from "
     "recur_until started stopped entry_time expire_time start end actual_start last_host last_service "
     "decided untimed_us ",
     MOMENT},
    {0,
     " lasted_us latency_us execution_us check_interval_us retry_interval_us timeout_us duration_us step_us ",
     SPAN},
    {0, " state last_state last_hard_state ", STATE},
    {0, " hard ", HARD},
    {0,
     " checked passive no_more flapping flap_recovery persistent expires fixed in_effect cancelled "
     "ok truncated rightless over remove host_off service_off escalated ",
     YES},
    {0, " switches modified modified_host modified_service notified_on flap_history mark ", BITS},
    {0, " why why_state why_notify ", WHY},
    {0, " how ", HOW},
    {0, " type ", NOTIFICATION},
    {0, " source ", COMMAND_SOURCE},
    {0, " ack_type ", ACK},
    {0, " flap_percent ", PERCENT},
    {0, " words env vars names ", PACKED},
    {0, " objects done ", NUMBERS},
};

static enum meaning meaning_of(enum record_kind kind, const char *field)
{
    char name[64];

    snprintf(name, sizeof(name), " %s ", field);
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
        if ((!meanings[i].kind || meanings[i].kind == kind) && strstr(meanings[i].names, name))
            return meanings[i].meaning;
    return PLAIN;
}

/* ---- words ---- */

/* What a terminal would obey, and what is no UTF-8, is written as its bytes. */
static void put_quoted(struct buf *b, struct str s)
{
    bool utf8 = str_is_utf8(s);

    buf_add_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], before = i ? (unsigned char)s.p[i - 1] : 0;

        if (c == '"' || c == '\\')
            buf_add_char(b, '\\');
        if (c == 0xc2 && utf8 && (unsigned char)s.p[i + 1] < 0xa0)
            continue;
        if (c >= 0x80 && c < 0xa0 && before == 0xc2 && utf8)
            buf_printf(b, "\\xc2\\x%02x", c);
        else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
            buf_printf(b, "\\x%02x", c);
        else
            buf_add_char(b, (char)c);
    }
    buf_add_char(b, '"');
}

/* Without quotes where it needs none. */
static void put_name(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == 0x7f) {
            put_quoted(b, s);
            return;
        }
    }
    buf_add_str(b, s);
}

static void put_object(struct journal_words *w, const char *field, uint64_t oid)
{
    const struct journal_name *n = journal_names_get(&w->names, oid);

    w->named = n->known;
    w->whom = n->kind;
    if (!n->known) {
        buf_printf(&w->line, " %s=%" PRIu64, field, oid);
        return;
    }
    buf_clear(&w->text);
    buf_printf(&w->text, n->kind == MODEL_SERVICE ? "%s;%s" : "%s", n->host, n->service);
    buf_add_char(&w->line, ' ');
    put_name(&w->line, buf_str(&w->text));
}

static const char *state_word(const struct journal_words *w, uint64_t state)
{
    return w->named && state <= 3 ? state_name(w->whom, (uint8_t)state) : NULL;
}

static const char *event_word(uint64_t kind)
{
    static const char *const words[] = {
#define EVENT(CODE, number, name, fields) [number] = name,
#include "core/event.def"
#undef EVENT
    };

    switch (kind) { /* those that are no history for people have no name there */
    case RECORD_EVENT_DECISION: return "decision";
    case RECORD_EVENT_SKIPPED: return "skipped";
    case RECORD_EVENT_PASSIVE: return "passive";
    default: return kind < ARRAY_LEN(words) ? words[kind] : NULL;
    }
}

static const char *event_type_word(const struct journal_words *w, uint64_t type)
{
    switch (w->of) {
    case RECORD_EVENT_NOTIFICATION:
    case RECORD_EVENT_DECISION:
    case RECORD_EVENT_UNDELIVERED:
        return type < NOTIFY_TYPES ? notify_type_name((enum notify_type)type) : NULL;
    case RECORD_EVENT_ACK: return type == 1 ? "normal" : type == 2 ? "sticky" : NULL;
    case RECORD_EVENT_ACK_REMOVED: return type == 1 ? "expired" : NULL;
    case RECORD_EVENT_DOWNTIME_END: return type == 1 ? "cancelled" : NULL;
    case RECORD_EVENT_COMMAND: return type == 1 ? "refused" : NULL;
    default: return NULL;
    }
}

/* Of an event that tells of no state, 0 is none. */
static bool tells_state(const struct journal_words *w)
{
    if (!w->of) /* no event at all */
        return true;
    switch (w->of) {
    case RECORD_EVENT_ALERT:
    case RECORD_EVENT_NOTIFICATION:
    case RECORD_EVENT_CURRENT_STATE:
    case RECORD_EVENT_FIRST_RESULT:
    case RECORD_EVENT_DECISION: return true;
    default: return false;
    }
}

static bool tells_type(const struct journal_words *w)
{
    return w->of == RECORD_EVENT_NOTIFICATION || w->of == RECORD_EVENT_DECISION ||
           w->of == RECORD_EVENT_UNDELIVERED;
}

static const char *one_of(const char *const *words, size_t n, uint64_t i)
{
    return i < n ? words[i] : NULL;
}

#define ONE_OF(words, i) one_of(words, ARRAY_LEN(words), i)

/* The word of a number; NULL: it has none, and is told as it is. */
static const char *word_of(const struct journal_words *w, enum meaning m, uint64_t u)
{
    static const char *const how[] = {"exit", "signal", "timeout", "not_started", "lost"};
    static const char *const result[] = {"active", "passive", "logic", "schedule"};
    static const char *const command[] = {[WORLD_SOURCE_API] = "api",
                                          [WORLD_SOURCE_CTL] = "ctl",
                                          [WORLD_SOURCE_LIVESTATUS] = "livestatus",
                                          [WORLD_SOURCE_PIPE] = "command_file",
                                          [WORLD_SOURCE_GATE] = "gate",
                                          [WORLD_SOURCE_LINES] = "file_of_commands",
                                          [WORLD_SOURCE_RECORD] = "record"};
    static const char *const source[] = {"internal", "external"};
    static const char *const comment[] = {[BOARD_COMMENT_USER] = "user",
                                          [BOARD_COMMENT_DOWNTIME] = "downtime",
                                          [BOARD_COMMENT_FLAPPING] = "flapping",
                                          [BOARD_COMMENT_ACK] = "acknowledgement"};
    static const char *const planned[] = {[WORLD_PLANNED_BEFORE] = "before_its_trigger_began",
                                          [WORLD_PLANNED_BEHIND] = "after_its_trigger_began"};
    static const char *const ack[] = {
        [STATE_ACK_NONE] = "none", [STATE_ACK_NORMAL] = "normal", [STATE_ACK_STICKY] = "sticky"};

    switch (m) {
    case STATE: return state_word(w, u);
    case EVENT: return event_word(u);
    case EVENT_TYPE: return event_type_word(w, u);
    case NOTIFICATION: return u < NOTIFY_TYPES ? notify_type_name((enum notify_type)u) : NULL;
    case WHY: return u && u < UINT32_MAX && why_known((unsigned)u) ? why_name((unsigned)u) : NULL;
    case HOW: return ONE_OF(how, u);
    case RESULT_SOURCE: return ONE_OF(result, u);
    case COMMAND_SOURCE: return ONE_OF(command, u);
    case COMMENT_SOURCE: return ONE_OF(source, u);
    case COMMENT_TYPE: return ONE_OF(comment, u);
    case ACK: return ONE_OF(ack, u);
    case PLANNED: return ONE_OF(planned, u);
    case FORCED:
    case YES: return u == 1 ? "yes" : NULL;
    default: return NULL;
    }
}

/* Where 0 says something. */
static bool zero_counts(const struct journal_words *w, enum meaning m)
{
    switch (m) {
    case STATE:
    case HARD: return tells_state(w);
    case EVENT_TYPE: return tells_type(w);
    case NOTIFICATION:
    case HOW:
    case CODE:
    case RESULT_SOURCE:
    case COMMAND_SOURCE: return true;
    default: return false;
    }
}

static void put_moment(struct journal_words *w, int64_t us)
{
    struct wall t = {us};
    const char *zone;
    int32_t offset = local_time_offset(&w->time, time_wall_s(t), &zone);
    struct time_civil c = time_utc((struct wall){us + offset * TIME_S});
    int32_t minutes = (offset < 0 ? -offset : offset) / 60;

    buf_printf(&w->line, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (c.us)
        buf_printf(&w->line, ".%06d", c.us);
    buf_printf(&w->line, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* 5m, 1h30m, 90s are as they are configured; what is measured has parts of a second. */
static void put_span(struct buf *b, int64_t us)
{
    uint64_t u = us < 0 ? 0 - (uint64_t)us : (uint64_t)us, s = u / TIME_S;

    if (us < 0)
        buf_add_char(b, '-');
    if (u % TIME_S || s < 60) {
        buf_printf(b, u % TIME_S ? "%" PRIu64 ".%06" PRIu64 "s" : "%" PRIu64 "s", s, u % TIME_S);
        return;
    }
    if (s / 3600)
        buf_printf(b, "%" PRIu64 "h", s / 3600);
    if (s / 60 % 60)
        buf_printf(b, "%" PRIu64 "m", s / 60 % 60);
    if (s % 60)
        buf_printf(b, "%" PRIu64 "s", s % 60);
}

static void put_number(struct journal_words *w, const struct field *f, enum meaning m, uint64_t u)
{
    const char *word = w->pending && m == STATE ? "PENDING" : word_of(w, m, u);
    size_t n = strlen(f->name);

    if ((!u && !zero_counts(w, m)) || (w->pending && (m == HARD || (m == STATE && f->name[0] == 'l'))))
        return; /* of what was never checked no state came before */
    if (m == OBJECT) {
        put_object(w, f->name, u);
        return;
    }
    if (m == HARD) {
        buf_add_c(&w->line, u ? " HARD" : " SOFT");
        return;
    }
    if (m == EVENT && word) { /* beside the kind of the record it needs no name */
        buf_printf(&w->line, " %s", word);
        return;
    }
    if ((m == SPAN || m == MOMENT) && n > 3 && strcmp(f->name + n - 3, "_us") == 0)
        n -= 3;
    buf_printf(&w->line, " %.*s=", (int)n, f->name);
    if (word)
        put_name(&w->line, str_of(word));
    else if (m == MOMENT)
        put_moment(w, (int64_t)u);
    else if (m == SPAN)
        put_span(&w->line, (int64_t)u);
    else if (m == BITS)
        buf_printf(&w->line, "0x%" PRIx64, u);
    else if (m == FORCED)
        buf_printf(&w->line, "yes begun=%" PRIu64, u - 1);
    else if (m == PERCENT)
        buf_printf(&w->line, "%" PRIu64 ".%02" PRIu64 "%%", u / 100, u % 100);
    else if (f->type == FIELD_I64)
        buf_add_i64(&w->line, (int64_t)u);
    else
        buf_add_u64(&w->line, u);
}

/* ---- texts ---- */

static void put_packed(struct journal_words *w, struct str s)
{
    struct str word;
    bool any = false;

    buf_add_char(&w->line, '[');
    for (; record_next_word(&s, &word) == 1; any = true) {
        if (any)
            buf_add_char(&w->line, ' ');
        put_quoted(&w->line, word);
    }
    buf_add_char(&w->line, ']');
}

static void put_numbers(struct journal_words *w, struct str s)
{
    bool any = false;
    uint64_t u;

    buf_add_char(&w->line, '[');
    for (; s.n && tlv_get_varint(&s, &u); any = true)
        buf_printf(&w->line, "%s%" PRIu64, any ? " " : "", u);
    buf_add_char(&w->line, ']');
}

/* Of a decision, and of checks that do not run: "the problem is acknowledged; bob: outside the contact's notification period night". */
static void put_reasons(struct journal_words *w, struct str s)
{
    struct time_zone zone = {.first_offset = w->offset};
    struct reason r;

    buf_clear(&w->text);
    while (reason_next(&s, &r) == 1) {
        if (w->text.len)
            buf_add_c(&w->text, "; ");
        if (r.contact.n) {
            buf_add_str(&w->text, r.contact);
            buf_add_c(&w->text, ": ");
        }
        why_render(&w->text, r.code, r.arg, r.object, WHY_EN, &zone);
    }
    put_quoted(&w->line, buf_str(&w->text));
}

static void put_fields(struct journal_words *w, enum record_kind kind, const void *record);

static void put_state(struct journal_words *w, struct str s)
{
    struct record_state state;

    if (record_get(RECORD_STATE, s, &state) < 0) {
        put_quoted(&w->line, s);
        return;
    }
    buf_add_char(&w->line, '{');
    put_fields(w, RECORD_STATE, &state);
    buf_add_c(&w->line, " }");
}

static void put_text(struct journal_words *w, const struct field *f, enum meaning m, struct str s)
{
    if (!s.n)
        return;
    if (m == EVENT_TEXT && (w->of == RECORD_EVENT_DECISION || w->of == RECORD_EVENT_SKIPPED)) {
        buf_add_c(&w->line, " reasons=");
        put_reasons(w, s);
        return;
    }
    buf_printf(&w->line, " %s=", f->name);
    if (m == PACKED)
        put_packed(w, s);
    else if (m == NUMBERS)
        put_numbers(w, s);
    else if (m == A_STATE)
        put_state(w, s);
    else
        put_quoted(&w->line, s);
}

/* What it is and of whom stands first, whatever its place in the table. */
static bool goes_first(enum meaning m)
{
    return m == EVENT || m == OBJECT;
}

static void put_fields(struct journal_words *w, enum record_kind kind, const void *record)
{
    for (int m = EVENT; m; m = m == EVENT ? OBJECT : 0)
        for (size_t i = 0; i < fields[kind].n; i++)
            if (w->meaning[kind][i] == m)
                put_number(w, &fields[kind].at[i], (enum meaning)m, number_of(&fields[kind].at[i], record));
    for (size_t i = 0; i < fields[kind].n; i++) {
        const struct field *f = &fields[kind].at[i];
        enum meaning m = (enum meaning)w->meaning[kind][i];

        if (f->type == FIELD_STR)
            put_text(w, f, m, text_of(f, record));
        else if (!goes_first(m))
            put_number(w, f, m, number_of(f, record));
    }
}

static void put_head(struct journal_words *w, const struct segment_record *r)
{
    const char *zone;
    struct time_civil c;

    w->offset = local_time_offset(&w->time, time_wall_s(r->at), &zone);
    c = time_utc((struct wall){r->at.us + w->offset * TIME_S});
    buf_add_u64(&w->line, r->seq);
    buf_printf(&w->line, "%s %04d-%02d-%02d %02d:%02d:%02d.%03d %s %s",
               r->flags & SEGMENT_CHECKPOINT ? "c" : "", c.year, c.month, c.day, c.hour, c.minute, c.second,
               c.us / 1000, zone, record_name((enum record_kind)r->kind));
    if (r->flags & SEGMENT_GAP)
        buf_add_c(&w->line, " (numbers before it were given up)");
}

struct str journal_words_line(struct journal_words *w, const struct segment_record *r)
{
    union any_record any;

    buf_clear(&w->line);
    w->named = false;
    w->of = 0;
    w->pending = false;
    put_head(w, r);
    if (record_get((enum record_kind)r->kind, r->payload, &any) < 0) {
        buf_printf(&w->line, " cannot be decoded: %zu bytes", r->payload.n);
    } else {
        if (r->kind == RECORD_EVENT)
            w->of = (enum record_event_kind)any.event.kind;
        w->pending = r->kind == RECORD_STATE && !any.state.checked;
        put_fields(w, (enum record_kind)r->kind, &any);
    }
    buf_add_char(&w->line, '\n');
    return buf_str(&w->line);
}

/* ---- JSON ---- */

static void put_hex(struct json *j, const char *field, struct str s)
{
    struct buf name = BUF_INIT;
    char *hex = mem_alloc(2 * s.n + 1);

    hash_hex((const unsigned char *)s.p, s.n, hex);
    buf_printf(&name, "%s_hex", field);
    json_key_c(j, name.data, hex);
    buf_release(&name);
    mem_free(hex);
}

/* Texts are bytes: those that are no UTF-8 stand as hexadecimal digits, so that none is lost. */
static void json_field(struct json *j, const struct field *f, const void *record)
{
    uint64_t u;

    if (f->type == FIELD_STR) {
        struct str s = text_of(f, record);

        if (str_is_utf8(s))
            json_key_str(j, f->name, s);
        else
            put_hex(j, f->name, s);
        return;
    }
    u = number_of(f, record);
    if (f->type == FIELD_U64)
        json_key_u64(j, f->name, u);
    else
        json_key_i64(j, f->name, (int64_t)u);
}

static void json_fields(struct journal_words *w, struct json *j, const struct segment_record *r)
{
    const struct journal_name *name = NULL;
    union any_record any;

    if (record_get((enum record_kind)r->kind, r->payload, &any) < 0) {
        put_hex(j, "payload", r->payload);
        return;
    }
    for (size_t i = 0; !name && i < fields[r->kind].n; i++)
        if (w->meaning[r->kind][i] == OBJECT)
            name = journal_names_get(&w->names, number_of(&fields[r->kind].at[i], &any));
    if (name && name->known)
        json_key_c(j, "host", name->host);
    if (name && name->known && name->kind == MODEL_SERVICE)
        json_key_c(j, "service", name->service);
    json_key(j, "fields");
    json_map(j);
    for (size_t i = 0; i < fields[r->kind].n; i++)
        json_field(j, &fields[r->kind].at[i], &any);
    json_map_end(j);
}

struct str journal_words_json(struct journal_words *w, const struct journal_record *rec, const char *segment)
{
    const struct segment_record *r = &rec->r;
    struct json j;

    buf_clear(&w->line);
    json_init(&j, &w->line);
    json_map(&j);
    json_key_u64(&j, "seq", r->seq);
    json_key_time(&j, "time", r->at);
    json_key_i64(&j, "at", r->at.us);
    json_key_c(&j, "kind", record_name((enum record_kind)r->kind));
    json_key_u64(&j, "kind_number", r->kind);
    json_key_bool(&j, "checkpoint", r->flags & SEGMENT_CHECKPOINT);
    json_key_bool(&j, "batch_begins", r->flags & SEGMENT_BATCH);
    json_key_bool(&j, "batch_ends", r->flags & SEGMENT_END);
    json_key_bool(&j, "given_up_before", r->flags & SEGMENT_GAP);
    json_key_c(&j, "segment", segment);
    json_key_u64(&j, "offset", rec->offset);
    json_key_u64(&j, "size", rec->size);
    json_fields(w, &j, r);
    json_map_end(&j);
    buf_add_char(&w->line, '\n');
    return buf_str(&w->line);
}

/* ---- life ---- */

int journal_words_open(struct journal_words *w, const char *objects, struct err *err)
{
    *w = (struct journal_words){.offset = 0};
    buf_init(&w->line);
    buf_init(&w->text);
    local_time_open(&w->time);
    for (unsigned k = 0; k < RECORD_KIND_END; k++) {
        w->meaning[k] = mem_calloc(fields[k].n + 1, sizeof(*w->meaning[k]));
        for (size_t i = 0; i < fields[k].n; i++)
            w->meaning[k][i] = (uint8_t)meaning_of((enum record_kind)k, fields[k].at[i].name);
    }
    return journal_names_open(&w->names, objects, err);
}

void journal_words_close(struct journal_words *w)
{
    for (unsigned k = 0; k < RECORD_KIND_END; k++)
        mem_free(w->meaning[k]);
    journal_names_close(&w->names);
    local_time_close(&w->time);
    buf_release(&w->line);
    buf_release(&w->text);
}
