/* SPDX-License-Identifier: Apache-2.0 */
#include "core/message.h"

#include "core/world_in.h"

#define LONG_MOST (16u * 1024) /* of the long output: a mail is read by a person, and a message has an end */

/* The long output as far as it goes into a message, never half a character. */
static struct str long_part(const struct state *s)
{
    return str_head(state_long(s), LONG_MOST);
}

static void json_text(struct buf *b, const char *name, struct str s)
{
    buf_printf(b, "%s\"%s\":\"", b->len > 1 ? "," : "", name);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < ' ')
            buf_printf(b, "\\u%04x", c);
        else
            buf_add_char(b, (char)c);
    }
    buf_add_char(b, '"');
}

static void make_body(const struct world *w, const struct expand_of *of, const char *state, struct buf *b)
{
    const struct state *s = expand_state(w, of, of->check);
    const struct model_check *host = model_check(w->m, world_host(w, of->check));

    buf_printf(b, "%s\n\nHost: %s (%s)\n", notify_type_name(of->type), model_c(w->m, host->name),
               model_c(w->m, host->address));
    if (world_kind(w, of->check) == MODEL_SERVICE)
        buf_printf(b, "Service: %s\n", model_c(w->m, model_check(w->m, of->check)->name));
    buf_printf(b, "State: %s\nTime: ", state);
    expand_time(w, EXPAND_LONG, expand_now(w, of), b);
    buf_printf(b, "\nOutput: " STR_FMT "\n", STR_ARG(state_output(s)));
    if (s->long_n)
        buf_printf(b, STR_FMT "\n", STR_ARG(long_part(s)));
    if (of->author.n || of->comment.n)
        buf_printf(b, STR_FMT ": " STR_FMT "\n", STR_ARG(of->author), STR_ARG(of->comment));
}

static void make_json(const struct world *w, const struct expand_of *of, const char *state, struct buf *b)
{
    const struct state *s = expand_state(w, of, of->check);
    char at[TIME_RFC3339];

    buf_add_char(b, '{');
    json_text(b, "type", str_of(notify_type_name(of->type)));
    json_text(b, "host", model_host_name(w->m, of->check));
    if (world_kind(w, of->check) == MODEL_SERVICE)
        json_text(b, "service", model_description(w->m, of->check));
    json_text(b, "state", str_of(state));
    buf_printf(b, ",\"number\":%u", of->number);
    json_text(b, "output", state_output(s));
    json_text(b, "long_output", long_part(s));
    json_text(b, "author", of->author);
    json_text(b, "comment", of->comment);
    json_text(b, "contact", model_str(w->m, model_contact(w->m, of->contact)->name));
    time_rfc3339(expand_now(w, of), at);
    json_text(b, "time", str_of(at));
    buf_add_char(b, '}');
}

void message_make(struct world *w, const struct expand_of *of, struct message *out)
{
    enum model_kind kind = world_kind(w, of->check);
    const char *state = state_name(kind, expand_state(w, of, of->check)->state);

    buf_init(&out->subject);
    buf_init(&out->body);
    buf_init(&out->json);
    buf_printf(&out->subject, "%s: " STR_FMT, notify_type_name(of->type),
               STR_ARG(model_host_name(w->m, of->check)));
    if (kind == MODEL_SERVICE)
        buf_printf(&out->subject, "/" STR_FMT, STR_ARG(model_description(w->m, of->check)));
    buf_printf(&out->subject, " is %s", state);
    make_body(w, of, state, &out->body);
    make_json(w, of, state, &out->json);
}

void message_release(struct message *m)
{
    buf_release(&m->subject);
    buf_release(&m->body);
    buf_release(&m->json);
}
