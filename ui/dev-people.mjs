// SPDX-License-Identifier: Apache-2.0
// The people of the made-up Vigie: users, groups, roles, tokens, sessions, the audit record. What is done to them only changes what is shown.
import { readFileSync } from 'node:fs';

const MIN = 60000;
const ago = (minutes) => new Date(Date.now() - minutes * MIN).toISOString();
const RIGHTS = [...readFileSync(new URL('../src/api/right.def', import.meta.url), 'utf8').matchAll(/^RIGHT\(\w+, "(\w+)", "(\w+)", (\w+), (\w+), "([^"]+)", "([^"]+)"/gm)]
  .map(([, resource, action, least, privileged, en, fr]) => ({ right: `${resource}.${action}`, least, privileged: privileged === 'true', en, fr }));
const upTo = (...levels) => RIGHTS.filter((one) => levels.includes(one.least)).map((one) => one.right);

const user = (name, role, scope, groups, more) => ({ user: name, role, scope, groups, totp: false, totp_required: false, created: ago(90000), password_changed: ago(9000), last_sign_in: ago(14), sessions: 1, ...more });
const lists = {
  users: [user('admin', 'admin', null, [], { totp: true }), user('ann', 'operator', ['hostgroup:linux', '!host:db*'], ['night'], {}), user('bob', null, null, ['night', 'shops'], { last_sign_in: null, sessions: 0 }), user('vic', 'viewer', ['service:web*/HTTP*', 'contact:vic'], [], { totp_required: true })],
  groups: [{ name: 'night', role: 'operator', scope: null, members: ['ann', 'bob'] }, { name: 'shops', role: 'viewer', scope: ['servicegroup:shops'], members: ['bob'] }],
  roles: [{ name: 'viewer', built_in: true, rights: upTo('VIEWER'), totp_required: false, used_by: 2 }, { name: 'operator', built_in: true, rights: upTo('VIEWER', 'OPERATOR'), totp_required: false, used_by: 2 }, { name: 'admin', built_in: true, rights: RIGHTS.map((one) => one.right), totp_required: true, used_by: 1 },
    { name: 'acker', built_in: false, rights: ['resources.read', 'resources.acknowledge'], totp_required: false, used_by: 0 }],
  tokens: [{ name: 'dashboard', role: 'viewer', scope: null, rights: upTo('VIEWER'), created: ago(90000), expires: ago(-60000), by: 'admin' }, { name: 'acks', role: null, scope: ['hostgroup:linux'], rights: ['resources.read', 'resources.acknowledge'], created: ago(9000), expires: ago(-9000), by: 'ann' }],
  sessions: [{ id: 'a1', user: 'admin', source: '192.0.2.7', created: ago(63), used: ago(0), expires: ago(-60), current: true }, { id: 'b2', user: 'ann', source: '2001:db8::17', created: ago(400), used: ago(14), expires: ago(-46), current: false }],
};
const entry = (n, minutes, who, method, route, objects, status, body) => ({ n, at: ago(minutes), kind: 'asked', who, by: 'session', role: 'admin', from: '192.0.2.7', method, route: `/api/v1${route}`, path: `/api/v1${route}`, right: 'users.write', objects, status, outcome: status < 400 ? 'done' : 'refused', ended: ago(minutes), body });
const audit = [
  entry(9, 2, 'admin', 'POST', '/users', ['vic'], 201, { user: 'vic', password: '***', role: 'viewer', scope: ['service:web*/HTTP*'] }), entry(8, 8, 'ann', 'POST', '/resources/{id}/acknowledge', ['web-1;HTTP'], 200, { comment: 'being looked at', sticky: true }),
  entry(7, 14, 'ann', 'POST', '/login', ['ann'], 200, { user: 'ann', password: '***' }), entry(6, 40, 'vic', 'DELETE', '/downtimes/{id}', ['db-1'], 403), { n: 5, at: ago(90), kind: 'many', count: 212, from: '198.51.100.9' }, { n: 4, at: ago(2000), kind: 'mended' }, { n: 3, at: ago(2001), kind: 'start' },
];
const NAMED = { users: 'user' };

export const isPeople = (path) => /^\/(users|user-groups|roles|tokens|sessions|audit|scope|groups|session\/totp)(\/|$)/.test(path);
export const rightsOf = (role) => lists.roles.find((one) => one.name === role).rights;
export const totp = { on: false, required: false, recovery_codes: 0 };

function second(path, me) {
  const codes = Array.from({ length: 10 }, (_, i) => `K7QM-${2 + (i % 6)}XWP-RT${i % 8}A`);
  if (path === '/session/totp') return { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', uri: 'otpauth://totp/Vigie%20made-up:admin?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vigie%20made-up' };
  Object.assign(totp, path.endsWith('off') ? { on: false, recovery_codes: 0 } : { on: true, required: false, recovery_codes: 10 });
  return { recovery_codes: codes, session: me() };
}

// [status, body]. me: the session as it is now.
export function people(method, path, query, body, french, me) {
  const [, kind, name, what] = /^\/([\w-]+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path);
  if (kind === 'session') return [200, second(path, me)];
  if (kind === 'audit') return [200, { entries: audit.filter((e) => (!query.get('who') || e.who === query.get('who')) && (!query.get('outcome') || e.outcome === query.get('outcome'))), next: null }];
  if (kind === 'scope') return [200, query.get('terms') === 'null' ? { hosts: 24, services: 181, unknown: [] } : { hosts: 3, services: 22, unknown: JSON.parse(query.get('terms')).filter((term) => term.includes('nowhere')) }];
  if (kind === 'groups') return [200, { groups: [], matched: 0 }];
  const list = lists[kind === 'user-groups' ? 'groups' : kind];
  const key = NAMED[kind] ?? (kind === 'sessions' ? 'id' : 'name');
  const at = list.findIndex((one) => one[key] === decodeURIComponent(name ?? ''));
  if (method === 'GET') return [200, { [kind === 'user-groups' ? 'groups' : kind]: list, next: null, ...(kind === 'roles' ? { rights: RIGHTS.map((one) => ({ right: one.right, text: french ? one.fr : one.en, privileged: one.privileged })) } : {}) }];
  if (method === 'DELETE' && what === 'totp') list[at].totp = false;
  else if (method === 'DELETE') list.splice(at, 1);
  else if (method === 'PUT') Object.assign(list[at], { role: null }, body);
  else if (kind === 'tokens') {
    list.push({ rights: [], role: null, ...body, expires: ago(-parseInt(body.expires, 10) * 1440), created: ago(0), by: 'admin' });
    return [201, { token: 'vgt_made-up' }];
  } else if (!what) list.push(kind === 'users' ? user(body.user, body.role ?? null, body.scope, body.groups, { last_sign_in: null, sessions: 0 }) : { built_in: false, used_by: 0, role: null, ...body });
  return [200, { ok: true }];
}
