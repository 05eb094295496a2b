/* SPDX-License-Identifier: Apache-2.0 */
#include "api/nrdp_read.h"

#include "wire/json_read.h"
#include "wire/xml.h"

void nrdp_read_release(struct nrdp_results *r)
{
    VEC_RELEASE(&r->list);
    arena_release(&r->arena);
}

bool nrdp_read_state(struct str s, bool service, int64_t *code)
{
    static const char *const of_host[] = {"up", "down", "unreachable"}, *const of_service[] = {
                                                                            "ok", "warning", "critical",
                                                                            "unknown"};
    const char *const *words = service ? of_service : of_host;

    s = str_trim(s);
    if (str_to_i64(s, code))
        return *code >= 0 && *code <= 255;
    for (size_t i = 0; i < (service ? ARRAY_LEN(of_service) : ARRAY_LEN(of_host)); i++) {
        if (str_ieq(s, str_of(words[i]))) {
            *code = (int64_t)i;
            return true;
        }
    }
    *code = 0;
    return !service && str_ieq(s, STR("ok"));
}

/* The member of a result that a name means; NULL: none that counts. */
static struct str *member(struct nrdp_result *r, struct str name, struct str *time)
{
    const struct {
        const char *name;
        struct str *to;
    } table[] = {{"hostname", &r->host},
                 {"servicename", &r->description},
                 {"state", &r->state},
                 {"output", &r->output},
                 {"time", time}};

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq_c(name, table[i].name))
            return table[i].to;
    }
    return NULL;
}

static int add(struct nrdp_results *out, struct nrdp_result r, struct str time, struct err *err)
{
    if (out->list.n == NRDP_RESULTS_MAX)
        return err_set(err, E_LIMIT, "more than %u results", NRDP_RESULTS_MAX);
    if (!str_to_i64(str_trim(time), &r.time_s) || r.time_s < 0)
        r.time_s = 0;
    r.host = str_trim(r.host);
    r.description = str_trim(r.description);
    *VEC_ADD(&out->list) = r;
    return 0;
}

/* ---- XML ---- */

struct reading {
    struct nrdp_results *out;
    struct nrdp_result r;
    struct str time;
    struct str *to; /* the member whose text comes */
};

static int opened(struct reading *k, const struct xml *x, struct err *err)
{
    if (x->depth == 1)
        return str_eq_c(x->name, "checkresults")
                   ? 0
                   : err_set(err, E_FORMAT, "the document is <checkresults>, with a <checkresult> for each");
    if (x->depth == 2) {
        k->r = (struct nrdp_result){.service = str_ieq(xml_attr(x, "type"), STR("service"))};
        k->time = STR_NULL;
    }
    k->to = x->depth == 3 ? member(&k->r, x->name, &k->time) : NULL;
    return 0;
}

static int closed(struct reading *k, const struct xml *x, struct err *err)
{
    k->to = NULL;
    return x->depth == 1 && str_eq_c(x->name, "checkresult") ? add(k->out, k->r, k->time, err) : 0;
}

int nrdp_read_xml(struct str text, struct nrdp_results *out, struct err *err)
{
    struct reading k = {.out = out};
    enum xml_kind kind = XML_TEXT;
    struct xml x;
    int rc = 0;

    *out = (struct nrdp_results){.arena = ARENA_INIT};
    xml_init(&x, text, err);
    while (!rc && (kind = xml_next(&x)) != XML_END && kind != XML_WRONG) {
        if (kind == XML_OPEN)
            rc = opened(&k, &x, err);
        else if (kind == XML_CLOSE)
            rc = closed(&k, &x, err);
        else if (k.to)
            *k.to = arena_str(&out->arena, buf_str(&x.text));
    }
    xml_release(&x);
    return kind == XML_WRONG ? err_set(err, E_FORMAT, "the document is empty") : rc;
}

/* ---- JSON ---- */

static struct str text_of(struct arena *arena, const struct json_value *v)
{
    struct buf b = BUF_INIT;
    struct str s;

    if (json_read_type(v) == JSON_IS_INT)
        buf_add_i64(&b, json_read_int(v));
    else
        buf_add_str(&b, json_read_text(v));
    s = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return s;
}

static int add_object(struct nrdp_results *out, const struct json_value *v, struct err *err)
{
    struct str type = json_read_text(json_read_member(json_read_member(v, "checkresult"), "type")), key;
    struct nrdp_result r = {.service = str_ieq(type, STR("service"))};
    struct str time = STR_NULL, *to;
    const struct json_value *value;
    void *at = NULL;

    if (json_read_type(v) != JSON_IS_OBJECT)
        return err_set(err, E_FORMAT, "a result is an object");
    while (json_read_next(v, &at, &key, &value)) {
        to = member(&r, key, &time);
        if (to)
            *to = text_of(&out->arena, value);
    }
    return add(out, r, time, err);
}

int nrdp_read_json(struct str text, struct nrdp_results *out, struct err *err)
{
    const struct json_value *list;
    struct json_value *root;
    struct str rest = text;
    int rc = 0;

    *out = (struct nrdp_results){.arena = ARENA_INIT};
    root = json_read(&rest, err);
    if (!root)
        return E_FORMAT;
    list = json_read_member(root, "checkresults");
    if (rest.n || json_read_type(list) != JSON_IS_ARRAY)
        rc = err_set(err, E_FORMAT, "the document is {\"checkresults\":[...]}, with an object for each");
    for (size_t i = 0; !rc && i < json_read_length(list); i++)
        rc = add_object(out, json_read_element(list, i), err);
    json_read_free(root);
    return rc;
}
