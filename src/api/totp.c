/* SPDX-License-Identifier: Apache-2.0 */
#include "api/totp.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/revoke.h"
#include "api/session.h"
#include "wire/json.h"

/* True, and answered, when it is nobody with a session. */
static bool nobody(struct api *a, struct api_request *q)
{
    if (q->who.by == API_BY_SESSION)
        return false;
    api_fail(a, q, 422, NULL, PROBLEM_PERSON_ONLY);
    return true;
}

static void escape(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                     c == '-' || c == '_' || c == '@';

        if (plain)
            buf_add_char(b, c);
        else
            buf_printf(b, "%%%02X", (unsigned char)c);
    }
}

/* otpauth://totp/ISSUER:USER?secret=...&issuer=ISSUER: as authenticators read it from a picture. With the host, for a telephone may hold several Vigies. */
static void write_uri(struct buf *b, const struct api_request *q, struct str user, struct str secret)
{
    struct buf issuer = BUF_INIT;
    struct str host = q->host;

    host = str_cut(&host, ':');
    buf_add_c(&issuer, "Vigie");
    if (host.n && host.p[0] != '[') {
        buf_add_c(&issuer, "%20");
        escape(&issuer, str_head(host, 100));
    }
    buf_printf(b, "otpauth://totp/%s:", issuer.data);
    escape(b, user);
    buf_printf(b, "?secret=" STR_FMT "&issuer=%s&algorithm=SHA1&digits=6&period=30", STR_ARG(secret),
               issuer.data);
    buf_release(&issuer);
}

static void enrolled(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT, uri = BUF_INIT;
    struct json j;

    if (api_auth_refused(a, q, x))
        return;
    write_uri(&uri, q, x->values[API_AUTH_USER], x->values[API_AUTH_SECRET]);
    json_init(&j, &out);
    json_map(&j);
    json_key_str(&j, "secret", x->values[API_AUTH_SECRET]);
    json_key_str(&j, "uri", buf_str(&uri));
    json_map_end(&j);
    api_reply_json(a, q, 201, &out);
    mem_wipe(out.data, out.len);
    mem_wipe(uri.data, uri.len);
    buf_release(&out);
    buf_release(&uri);
}

const struct body_field totp_body_enrol[] = {
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the present password"},
    {NULL},
};

void totp_enrol(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (nobody(a, q) || !body_read(a, q, v) || session_crowded(a, q))
        return;
    api_ask_auth(a, q, "totp_enrol", (struct str[]){str_of(q->who.name), v[0].text}, 2, enrolled);
}

static void confirmed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT, session = BUF_INIT;
    struct json j;

    if (api_auth_refused(a, q, x))
        return;
    revoke_name(a, q, str_of(q->who.name)); /* all former sessions have ended */
    api_audit(a, q, "totp on", str_of(q->who.name));
    session_begin(a, q, x, &session);
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "recovery_codes");
    json_raw(&j, x->values[API_AUTH_LIST]);
    json_key(&j, "session");
    json_raw(&j, buf_str(&session));
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    mem_wipe(out.data, out.len);
    buf_release(&out);
    buf_release(&session);
}

const struct body_field totp_body_confirm[] = {
    {"code", BODY_LINE, true, 1, 64, NULL, "the six digits that the authenticator shows"},
    {NULL},
};

void totp_confirm(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!nobody(a, q) && body_read(a, q, v))
        api_ask_auth(a, q, "totp_confirm", (struct str[]){str_of(q->who.name), v[0].text, q->peer}, 3,
                     confirmed);
}

const struct body_field totp_body_both[] = {
    {"password", BODY_TEXT, true, 1, 1024, NULL, "the present password"},
    {"code", BODY_LINE, true, 1, 64, NULL, "six digits of the authenticator, or a recovery code"},
    {NULL},
};

static void off(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (api_auth_refused(a, q, x))
        return;
    who_cache_clear(a->cache);
    api_audit(a, q, "totp off", str_of(q->who.name));
    api_reply_ok(a, q, 200);
}

void totp_off(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (nobody(a, q) || !body_read(a, q, v) || session_crowded(a, q))
        return;
    api_ask_auth(a, q, "totp_off", (struct str[]){str_of(q->who.name), v[0].text, v[1].text}, 3, off);
}

static void renewed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct buf out = BUF_INIT;

    if (api_auth_refused(a, q, x))
        return;
    who_cache_clear(a->cache); /* it knows how many are left */
    api_audit(a, q, "totp recovery codes", str_of(q->who.name));
    buf_printf(&out, "{\"recovery_codes\":" STR_FMT "}", STR_ARG(x->values[API_AUTH_LIST]));
    api_reply_json(a, q, 201, &out);
    mem_wipe(out.data, out.len);
    buf_release(&out);
}

void totp_recovery(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (nobody(a, q) || !body_read(a, q, v) || session_crowded(a, q))
        return;
    api_ask_auth(a, q, "totp_recovery", (struct str[]){str_of(q->who.name), v[0].text, v[1].text}, 3,
                 renewed);
}

/* ---- what the answers look like ---- */

static const struct shape_field enrol_fields[] = {
    {"secret", SHAPE_TEXT, 0, "for typing, in base32", .like = "\"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\""},
    {"uri", SHAPE_TEXT, 0, "for the picture that an authenticator reads", .like = "\"otpauth://totp/...\""},
    {NULL},
};
const struct shape totp_enrol_shape = {"SecondFactorSecret", enrol_fields};
#define CODES_FIELD                                                                                          \
    {                                                                                                        \
        "recovery_codes", SHAPE_TEXT, SHAPE_LIST, "each in place of a code, once; told this once"            \
    }
static const struct shape_field recovery_fields[] = {CODES_FIELD, {NULL}};
const struct shape totp_recovery_shape = {"RecoveryCodes", recovery_fields};
static const struct shape_field confirm_fields[] = {
    CODES_FIELD,
    {"session", SHAPE_OBJECT, 0, "the new one; the former have ended", .of = &session_shape},
    {NULL},
};
const struct shape totp_confirm_shape = {"SecondFactorOn", confirm_fields};
