// SPDX-License-Identifier: Apache-2.0
// What an entry of the audit record says, in words: docs/AUDIT.md.
import { t, type Key } from '../../i18n/i18n.ts';

export interface Entry {
  n: number;
  at: string;
  kind: string;
  who?: string;
  by?: 'session' | 'token' | 'local' | 'nobody';
  role?: string;
  from?: string;
  method?: string;
  route?: string;
  path?: string;
  right?: string;
  objects?: string[];
  body?: unknown;
  body_bytes?: number;
  status?: number;
  outcome?: 'done' | 'refused' | 'failed' | 'unknown';
  ended?: string | null;
  count?: number;
  text?: string;
}

// By method and route; what is not here is told by its kind of request alone.
const DONE: Readonly<Record<string, Key>> = {
  'POST /login': 'audit.do_login', 'POST /centreon/api/{version}/login': 'audit.do_login', 'POST /logout': 'audit.do_logout', 'GET /centreon/api/{version}/logout': 'audit.do_logout',
  'POST /setup': 'audit.do_setup', 'POST /setup/link': 'audit.do_setup_link',
  'POST /session/password': 'audit.do_own_password', 'POST /session/totp': 'audit.do_totp_begin', 'POST /session/totp/confirm': 'audit.do_totp_on', 'POST /session/totp/off': 'audit.do_totp_off', 'POST /session/totp/recovery': 'audit.do_recovery',
  'DELETE /sessions': 'audit.do_sessions_end', 'DELETE /sessions/{id}': 'audit.do_session_end',
  'POST /users': 'audit.do_user_add', 'PUT /users/{name}': 'audit.do_user_change', 'POST /users/{name}/password': 'audit.do_user_password', 'POST /users/{name}/role': 'audit.do_user_role', 'DELETE /users/{name}/totp': 'audit.do_user_totp', 'DELETE /users/{name}': 'audit.do_user_delete',
  'POST /user-groups': 'audit.do_group_add', 'PUT /user-groups/{name}': 'audit.do_group_change', 'DELETE /user-groups/{name}': 'audit.do_group_delete',
  'POST /roles': 'audit.do_role_add', 'PUT /roles/{name}': 'audit.do_role_change', 'DELETE /roles/{name}': 'audit.do_role_delete',
  'POST /tokens': 'audit.do_token_add', 'DELETE /tokens/{name}': 'audit.do_token_delete',
  'POST /resources/{id}/check': 'audit.do_check', 'POST /resources/{id}/acknowledge': 'audit.do_ack', 'DELETE /resources/{id}/acknowledgement': 'audit.do_unack', 'POST /resources/{id}/downtime': 'audit.do_downtime', 'DELETE /downtimes/{id}': 'audit.do_downtime_cancel',
  'POST /resources/{id}/comment': 'audit.do_comment', 'DELETE /comments/{id}': 'audit.do_comment_delete', 'POST /resources/{id}/submit': 'audit.do_submit', 'POST /nrdp': 'audit.do_submit', 'POST /actions': 'audit.do_many', 'DELETE /jobs/{id}': 'audit.do_job_cancel',
  'POST /centreon/api/{version}/monitoring/resources/acknowledge': 'audit.do_ack', 'POST /centreon/api/{version}/monitoring/resources/downtime': 'audit.do_downtime', 'POST /centreon/api/{version}/monitoring/resources/check': 'audit.do_check',
  'POST /commands': 'audit.do_command', 'POST /reload': 'audit.do_reload', 'POST /renames': 'audit.do_rename', 'DELETE /renames/{id}': 'audit.do_rename_back',
  'POST /filters': 'audit.do_filter', 'PUT /filters/{name}': 'audit.do_filter', 'DELETE /filters/{name}': 'audit.do_filter_delete',
};
const KINDS: Readonly<Record<string, Key>> = { begin: 'audit.kind_begin', start: 'audit.kind_start', stop: 'audit.kind_stop', cut: 'audit.kind_cut', mended: 'audit.kind_mended', wrong: 'audit.kind_wrong', restored: 'audit.kind_restored' };
const METHODS: Readonly<Record<string, Key>> = { POST: 'audit.do_post', PUT: 'audit.do_put', DELETE: 'audit.do_remove', GET: 'audit.do_get' };

export function whatOf(e: Entry): string {
  const kind = KINDS[e.kind];
  if (kind) return t(kind);
  if (e.kind === 'many') return t('audit.kind_many', { n: e.count ?? 0 });
  const known = DONE[`${e.method} ${(e.route ?? '').replace(/^\/api\/v1/, '')}`];
  if (known) return t(known);
  const plain = METHODS[e.method ?? ''];
  return plain ? t(plain, { path: e.path ?? e.route ?? '' }) : e.kind;
}

// What is chosen from in the filter, and what the server looks for then.
export const TOPICS: readonly (readonly [string, Key])[] = [
  ['/login', 'audit.topic_login'], ['/users', 'audit.topic_users'], ['/user-groups', 'audit.topic_groups'], ['/roles', 'audit.topic_roles'], ['/tokens', 'audit.topic_tokens'], ['/session', 'audit.topic_sessions'],
  ['acknowledge', 'audit.topic_ack'], ['downtime', 'audit.topic_downtime'], ['comment', 'audit.topic_comment'], ['/check', 'audit.topic_check'], ['/actions', 'audit.topic_many'], ['/commands', 'audit.topic_commands'], ['/reload', 'audit.topic_reload'],
];

// What was sent, member by member, as plain text.
export function sentOf(body: unknown): [string, string][] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const say = (value: unknown): string => {
    if (value === '***') return t('audit.hidden');
    if (value === null) return t('audit.nothing');
    if (typeof value === 'boolean') return t(value ? 'admin.yes' : 'admin.no');
    if (Array.isArray(value)) return value.map(say).join(', ') || t('audit.nothing');
    if (typeof value === 'object') return Object.entries(value).map(([k, v]) => `${k.replace(/_/g, ' ')}: ${say(v)}`).join('; ');
    return String(value);
  };
  return Object.entries(body).map(([key, value]) => [key.replace(/_/g, ' '), say(value)]);
}

// A host or service by its names.
export const objectOf = (name: string): string => name.replace(';', ' › ');
