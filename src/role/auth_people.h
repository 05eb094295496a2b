/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is asked of the store (role/auth_store.h) about users, their groups, roles, second factors, sessions and tokens. A change is whole or none: what is refused has changed
 * nothing. `may` are the rights of who asks, by words and commas: nobody gives, takes or becomes what he does not have himself (AUTH_BEYOND), and somebody who
 * administers everything always stays (AUTH_CONFLICT). A scope is JSON, a list of names, too; role "" is none.
 */
#include "role/auth_store.h"

/* ---- coming in ---- */
/* code: of the second factor, or one of the recovery codes; "": the first step, which says whether there is a second one. */
void auth_login(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                struct str code, struct str source, struct auth_result *r);
void auth_session_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r);
/* Of sessions that are in use, by their hashes (64 hexadecimal digits each, one behind the other): which of them are over, in the same way. */
void auth_sessions_over(struct auth_store *s, struct auth_now now, struct str hashes, struct buf *out);
void auth_session_end(struct auth_store *s, struct str secret, struct auth_result *r);
/* One by its public id; user "": anybody's. The answer says whose it was. */
void auth_session_drop(struct auth_store *s, struct str id, struct str user, struct auth_result *r);
void auth_session_drop_others(struct auth_store *s, struct str secret, struct str user);
/* Of a user or ("") of all, the last used first; which of them is the caller's own is said. */
void auth_sessions_json(struct auth_store *s, struct auth_now now, struct str user, struct str secret,
                        struct buf *out);
/* What a user may do: for who looks at things as that user. */
void auth_user_grants(const struct auth_store *s, struct str user, struct auth_result *r);

/* ---- the second factor ---- */
void auth_totp_enrol(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                     struct auth_result *r); /* the secret is the key; nothing holds before it is confirmed */
/* Ends all sessions of the user and opens one: what was open was opened by a password alone. */
void auth_totp_confirm(struct auth_store *s, struct auth_now now, struct str user, struct str code,
                       struct str source, struct auth_result *r);
void auth_totp_off(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                   struct str code, struct auth_result *r);
void auth_totp_recovery(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                        struct str code, struct auth_result *r); /* ten new recovery codes */
void auth_totp_reset(struct auth_store *s, struct str user, struct str may,
                     struct auth_result *r); /* by an administrator */

/* ---- people ---- */
struct auth_user_want { /* of a user, a group or a token */
    struct str role, scope;
    struct str names; /* the groups of a user, the members of a group */
};
void auth_user_create(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                      const struct auth_user_want *w, struct str may, struct auth_result *r);
void auth_user_change(struct auth_store *s, struct str user, const struct auth_user_want *w, struct str may,
                      struct auth_result *r); /* another own role ends the sessions */
void auth_user_role(struct auth_store *s, struct str user, struct str role, struct str may,
                    struct auth_result *r);
void auth_user_delete(struct auth_store *s, struct str user, struct str may,
                      struct auth_result *r); /* and its sessions */
/* Ends the user's other sessions. */
void auth_password(struct auth_store *s, struct auth_now now, struct str user, struct str old,
                   struct str password, struct str source, struct auth_result *r);
/* By an administrator: all sessions of the user end. */
void auth_user_password(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                        struct str may, struct auth_result *r);

void auth_group_create(struct auth_store *s, struct str name, const struct auth_user_want *w, struct str may,
                       struct auth_result *r);
void auth_group_change(struct auth_store *s, struct str name, const struct auth_user_want *w, struct str may,
                       struct auth_result *r);
void auth_group_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r);

/* ---- roles ---- */
/* rights: words and commas; totp: "yes", "no". Of a built-in role only the latter can be changed: rights "=" leaves what there is. */
void auth_role_create(struct auth_store *s, struct str name, struct str rights, struct str totp,
                      struct str may, struct auth_result *r);
void auth_role_change(struct auth_store *s, struct str name, struct str rights, struct str totp,
                      struct str may, struct auth_result *r);
void auth_role_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r);

/* ---- programs ---- */
/* names: with role "" the rights that it has. */
void auth_token_create(struct auth_store *s, struct auth_now now, struct str name,
                       const struct auth_user_want *w, int64_t lasts_us, struct str by, struct str may,
                       struct auth_result *r);
void auth_token_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r);
/* What a token may do, by its name. */
void auth_token_grants(const struct auth_store *s, struct auth_now now, struct str name,
                       struct auth_result *r);
void auth_token_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r);

/* ---- to read: JSON arrays, by name, from the one behind `after` on; next: the last of this page, "" when nothing is behind it. No hash and no secret is in them. ---- */
void auth_users_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1]);
void auth_groups_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1]);
void auth_roles_json(struct auth_store *s, struct buf *out);
void auth_tokens_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1]);
/* What the answer's user or token may do where, as the gate reads it (api/api.h, API_AUTH_GRANTS). */
void auth_grants_json(const struct auth_result *r, struct buf *out);
