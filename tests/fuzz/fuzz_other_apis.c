/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients of other APIs send: the first byte says what the rest is: 's' a search of Centreon, tried on every check; 'x' and 'j' results of NRDP; 'u' a urlencoded form, 'm' a
 * multipart one (its boundary in the first line); 'a', 'd', 'c' and 'n' whole bodies, by whoever may submit: one answer or one open question, and the next ones until there is an answer.
 */
#include "../unit/api_world.h"
#include "api/centreon_search.h"
#include "api/nrdp_read.h"
#include "wire/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void search(struct api_world *w, struct str in)
{
    struct centreon_search *s = centreon_search_new(in, NULL);

    for (uint32_t i = 0; s && i < w->model.n_check; i++)
        centreon_search_matches(&w->api, NULL, s, i);
    centreon_search_free(s);
}

static void results(struct str in, bool json)
{
    struct nrdp_results r;
    int rc = json ? nrdp_read_json(in, &r, NULL) : nrdp_read_xml(in, &r, NULL);

    BUG_ON(r.list.n > NRDP_RESULTS_MAX);
    for (size_t i = 0; !rc && i < r.list.n; i++) {
        int64_t code;

        if (nrdp_read_state(r.list.at[i].state, r.list.at[i].service, &code))
            BUG_ON(code < 0 || code > 255);
    }
    nrdp_read_release(&r);
}

static void form(struct str in, bool multipart)
{
    static const char *const names[] = {"XMLDATA", "token", NULL};
    struct buf type = BUF_INIT, out = BUF_INIT;
    struct str rest = in;

    if (multipart) {
        buf_add_c(&type, "multipart/form-data; boundary=");
        buf_add_str(&type, str_cut(&rest, '\n'));
    }
    BUG_ON(form_field(rest, multipart ? buf_str(&type) : STR_NULL, names, &out) !=
           form_has(rest, multipart ? buf_str(&type) : STR_NULL, names));
    BUG_ON(out.len > rest.n);
    buf_release(&type);
    buf_release(&out);
}

static void ask(struct api_world *w, struct str in, const char *path)
{
    struct api_request q = {.source = API_BY_LOCAL,
                            .id = ++w->ids,
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .method = STR("POST"),
                            .path = str_of(path),
                            .body = in};
    unsigned answers = w->answers;

    api_world_receive(w, &q);
    for (unsigned i = 0; w->answers == answers; i++) {
        BUG_ON(w->api.n_pending != 1 || i > 20000);
        api_world_engine(w, i % 2, i % 2 ? "" : "no");
    }
    BUG_ON(w->api.n_pending || w->answers != answers + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct str in = str_sub(str_make((const char *)data, size), 1, size);

    if (!w)
        w = api_world_new(3, 3);
    switch (size ? data[0] : 0) {
    case 's': search(w, in); break;
    case 'x': results(in, false); break;
    case 'j': results(in, true); break;
    case 'u': form(in, false); break;
    case 'm': form(in, true); break;
    case 'a': ask(w, in, "/api/latest/monitoring/resources/acknowledge"); break;
    case 'd': ask(w, in, "/api/latest/monitoring/resources/downtime"); break;
    case 'c': ask(w, in, "/api/latest/monitoring/resources/check"); break;
    case 'n': ask(w, in, "/nrdp/"); break;
    default: break;
    }
    return 0;
}
