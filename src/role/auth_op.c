/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's questions by their names: which argument stands where. */
#include "role/auth_op.h"

#include "api/right.h"
#include "role/auth_int.h"
#include "wire/json.h"

#include <string.h>

struct ask {
    struct auth_store *s;
    struct auth_now now;
    const struct str *arg;
    struct auth_result *r;
    struct buf *list, *may;
};

typedef void op_f(const struct ask *q);

static void op_setup_needed(const struct ask *q)
{
    str_copy(q->r->user, sizeof(q->r->user), q->s->users.n ? STR("no") : STR("yes"));
}

static void op_setup_check(const struct ask *q)
{
    auth_setup_check(q->s, q->now, q->arg[0], q->r);
}

static void op_setup_create(const struct ask *q)
{
    auth_setup_finish(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->arg[3], q->r);
}

static void op_setup_renew(const struct ask *q)
{
    auth_setup_begin(q->s, q->now, q->r);
}

/* ---- coming in ---- */

static void op_login(const struct ask *q)
{
    auth_login(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->arg[3], q->r);
}

static void op_session_check(const struct ask *q)
{
    auth_session_check(q->s, q->now, q->arg[0], q->r);
}

static void op_sessions_over(const struct ask *q)
{
    auth_sessions_over(q->s, q->now, q->arg[0], q->list);
}

static void op_session_end(const struct ask *q)
{
    auth_session_end(q->s, q->arg[0], q->r);
}

static void op_session_list(const struct ask *q)
{
    auth_sessions_json(q->s, q->now, q->arg[0], q->arg[1], q->list);
}

static void op_session_drop(const struct ask *q)
{
    auth_session_drop(q->s, q->arg[0], q->arg[1], q->r);
}

static void op_session_drop_others(const struct ask *q)
{
    auth_session_drop_others(q->s, q->arg[0], q->arg[1]);
}

static void op_grants(const struct ask *q)
{
    auth_user_grants(q->s, q->arg[0], q->r);
}

static void op_token_grants(const struct ask *q)
{
    auth_token_grants(q->s, q->now, q->arg[0], q->r);
}

static void op_password(const struct ask *q)
{
    auth_password(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->arg[3], q->r);
}

/* ---- the second factor ---- */

static void codes(const struct ask *q)
{
    struct json j;

    if (q->r->code != AUTH_OK)
        return;
    json_init(&j, q->list);
    json_list(&j);
    for (unsigned i = 0; i < AUTH_RECOVERY; i++)
        json_c(&j, q->r->recovery[i]);
    json_list_end(&j);
}

static void op_totp_enrol(const struct ask *q)
{
    auth_totp_enrol(q->s, q->now, q->arg[0], q->arg[1], q->r);
}

static void op_totp_confirm(const struct ask *q)
{
    auth_totp_confirm(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->r);
    codes(q);
}

static void op_totp_off(const struct ask *q)
{
    auth_totp_off(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->r);
}

static void op_totp_recovery(const struct ask *q)
{
    auth_totp_recovery(q->s, q->now, q->arg[0], q->arg[1], q->arg[2], q->r);
    codes(q);
}

/* ---- people: who asks is the last argument ---- */

/* What he may for everything now, by words and commas: what gate knew when he asked may be over. */
static struct str may(const struct ask *q, struct str asker)
{
    auth_rights_write(auth_asker_rights(q->s, q->now, asker), q->may);
    return buf_str(q->may);
}

static void op_totp_reset(const struct ask *q)
{
    auth_totp_reset(q->s, q->arg[0], may(q, q->arg[1]), q->r);
}

static void op_user_list(const struct ask *q)
{
    auth_users_json(q->s, q->arg[0], q->list, q->r->user);
}

static void op_user_create(const struct ask *q)
{
    const struct auth_user_want w = {.role = q->arg[2], .scope = q->arg[3], .names = q->arg[4]};

    auth_user_create(q->s, q->now, q->arg[0], q->arg[1], &w, may(q, q->arg[5]), q->r);
}

static void op_user_change(const struct ask *q)
{
    const struct auth_user_want w = {.role = q->arg[1], .scope = q->arg[2], .names = q->arg[3]};

    auth_user_change(q->s, q->arg[0], &w, may(q, q->arg[4]), q->r);
}

static void op_user_role(const struct ask *q)
{
    auth_user_role(q->s, q->arg[0], q->arg[1], may(q, q->arg[2]), q->r);
}

static void op_user_delete(const struct ask *q)
{
    auth_user_delete(q->s, q->arg[0], may(q, q->arg[1]), q->r);
}

static void op_user_password(const struct ask *q)
{
    auth_user_password(q->s, q->now, q->arg[0], q->arg[1], may(q, q->arg[2]), q->r);
}

static void op_group_list(const struct ask *q)
{
    auth_groups_json(q->s, q->arg[0], q->list, q->r->user);
}

static void op_group_create(const struct ask *q)
{
    const struct auth_user_want w = {.role = q->arg[1], .scope = q->arg[2], .names = q->arg[3]};

    auth_group_create(q->s, q->arg[0], &w, may(q, q->arg[4]), q->r);
}

static void op_group_change(const struct ask *q)
{
    const struct auth_user_want w = {.role = q->arg[1], .scope = q->arg[2], .names = q->arg[3]};

    auth_group_change(q->s, q->arg[0], &w, may(q, q->arg[4]), q->r);
}

static void op_group_delete(const struct ask *q)
{
    auth_group_delete(q->s, q->arg[0], may(q, q->arg[1]), q->r);
}

static void op_role_list(const struct ask *q)
{
    auth_roles_json(q->s, q->list);
}

static void op_role_create(const struct ask *q)
{
    auth_role_create(q->s, q->arg[0], q->arg[1], q->arg[2], may(q, q->arg[3]), q->r);
}

static void op_role_change(const struct ask *q)
{
    auth_role_change(q->s, q->arg[0], q->arg[1], q->arg[2], may(q, q->arg[3]), q->r);
}

static void op_role_delete(const struct ask *q)
{
    auth_role_delete(q->s, q->arg[0], may(q, q->arg[1]), q->r);
}

/* ---- programs ---- */

static void op_token_list(const struct ask *q)
{
    auth_tokens_json(q->s, q->arg[0], q->list, q->r->user);
}

static void op_token_create(const struct ask *q)
{
    const struct auth_user_want w = {.role = q->arg[1], .names = q->arg[2], .scope = q->arg[3]};
    int64_t lasts = 0;

    if (!str_to_i64(q->arg[4], &lasts))
        lasts = 0;
    auth_token_create(q->s, q->now, q->arg[0], &w, lasts, q->arg[5], may(q, q->arg[6]), q->r);
}

static void op_token_check(const struct ask *q)
{
    auth_token_check(q->s, q->now, q->arg[0], q->r);
}

static void op_token_delete(const struct ask *q)
{
    auth_token_delete(q->s, q->arg[0], may(q, q->arg[1]), q->r);
}

static const struct {
    const char *name;
    size_t n_args;
    op_f *run;
    enum right
        needs; /* of who asks, the last argument, for everything; gate has judged it, and meanwhile it may be over */
} ops[] = {
    {"setup_needed", 0, op_setup_needed},
    {"setup_check", 1, op_setup_check},
    {"setup_create", 4, op_setup_create},
    {"setup_renew", 0, op_setup_renew},
    {"login", 4, op_login},
    {"session_check", 1, op_session_check},
    {"sessions_over", 1, op_sessions_over},
    {"session_end", 1, op_session_end},
    {"session_list", 2, op_session_list},
    {"session_drop", 2, op_session_drop},
    {"session_drop_others", 2, op_session_drop_others},
    {"grants", 1, op_grants},
    {"token_grants", 1, op_token_grants},
    {"password", 4, op_password},
    {"totp_enrol", 2, op_totp_enrol},
    {"totp_confirm", 3, op_totp_confirm},
    {"totp_off", 3, op_totp_off},
    {"totp_recovery", 3, op_totp_recovery},
    {"totp_reset", 2, op_totp_reset, RIGHT_USERS_WRITE},
    {"user_list", 1, op_user_list},
    {"user_create", 6, op_user_create, RIGHT_USERS_WRITE},
    {"user_change", 5, op_user_change, RIGHT_USERS_WRITE},
    {"user_role", 3, op_user_role, RIGHT_USERS_WRITE},
    {"user_delete", 2, op_user_delete, RIGHT_USERS_WRITE},
    {"user_password", 3, op_user_password, RIGHT_USERS_WRITE},
    {"group_list", 1, op_group_list},
    {"group_create", 5, op_group_create, RIGHT_USERS_WRITE},
    {"group_change", 5, op_group_change, RIGHT_USERS_WRITE},
    {"group_delete", 2, op_group_delete, RIGHT_USERS_WRITE},
    {"role_list", 0, op_role_list},
    {"role_create", 4, op_role_create, RIGHT_ROLES_WRITE},
    {"role_change", 4, op_role_change, RIGHT_ROLES_WRITE},
    {"role_delete", 2, op_role_delete, RIGHT_ROLES_WRITE},
    {"token_list", 1, op_token_list},
    {"token_create", 7, op_token_create, RIGHT_TOKENS_WRITE},
    {"token_check", 1, op_token_check},
    {"token_delete", 2, op_token_delete, RIGHT_TOKENS_WRITE},
};

static bool asker_has(const struct auth_store *s, struct auth_now now, struct str asker, enum right right,
                      struct auth_result *r)
{
    if (auth_asker_rights(s, now, asker) & right_bit(right))
        return true;
    auth_fail(r, AUTH_BEYOND, NULL, PROBLEM_RIGHTS_BEYOND);
    str_copy(r->about, sizeof(r->about), str_of(right_word(right)));
    return false;
}

bool auth_op(struct auth_store *s, struct auth_now now, struct str name, const struct str *arg, size_t n_args,
             struct auth_result *r, struct buf *list)
{
    struct buf may = BUF_INIT;
    bool known = false;

    for (size_t i = 0; i < ARRAY_LEN(ops) && !known; i++) {
        known = str_eq_c(name, ops[i].name) && n_args == ops[i].n_args;
        if (known && (!right_row(ops[i].needs) || asker_has(s, now, arg[n_args - 1], ops[i].needs, r)))
            ops[i].run(&(struct ask){s, now, arg, r, list, &may});
    }
    buf_release(&may);
    return known;
}
