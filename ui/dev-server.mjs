// SPDX-License-Identifier: Apache-2.0
// A development tool: the web application with a made-up Vigie behind it, so that the pages can be worked on alone.
//   node dev-server.mjs [--port N] [--resources N] [--fresh] [--degraded] [--viewer]
// It rebuilds at each page load. It keeps nothing, checks nothing and must never face a network. User "admin", any password.
// --fresh: nobody has an account yet; the set-up link is printed. --degraded: the record cannot be written.
import { createServer } from 'node:http';
import { isPeople, people, rightsOf, totp } from './dev-people.mjs';
import { build } from './build.mjs';
import { dataOf, seriesOf, statesOf } from './dev-series.mjs';

const args = process.argv.slice(2);
const option = (name, fallback) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback);
const port = option('--port', 8081);
const wanted = option('--resources', 60);
const degraded = args.includes('--degraded');
let setupNeeded = args.includes('--fresh');

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

let seed = 7;
const rnd = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const iso = (ms) => new Date(ms).toISOString();
const now = () => Date.now();
const MIN = 60000;

// ---- the made-up world ----

const world = new Map();
let nextId = 281474976710657n; // as large as real ones: an id is text, never a number
let noteId = 1;
const clients = new Set();

const SAMPLES = [
  ['db-paris-02', 'Disk /var', 'critical', 4, 'DISK CRITICAL - free space: /var 2634 MiB (3.6% inode=91%)', '/var=70124MB;66420;70110;0;73800', 'The disk /var is 96.4 % full: above the critical limit of 95 %.', 'Le disque /var est plein à 96,4 % : au-dessus du seuil critique de 95 %.'],
  ['sw-lyon-core-1', '', 'down', 11, 'CRITICAL - 10.20.0.1: rta nan, lost 100%', 'rta=0ms;200;500;0 pl=100%;40;80;0;100', 'None of 5 ICMP requests was answered. Two resources are behind it.', 'Aucune des 5 requêtes ICMP n’a eu de réponse. Deux ressources sont derrière.'],
  ['web-front-07', 'HTTPS shop.example', 'critical', 26, 'HTTP CRITICAL: HTTP/1.1 503 Service Unavailable - 512 bytes in 0.212 second response time', 'time=0.212042s;1;2;0;10 size=512B;;;0', 'The server answered “503 Service Unavailable”.', 'Le serveur a répondu « 503 Service Unavailable ».'],
  ['mx-02', 'Mail queue', 'critical', 41, 'CRITICAL: mailq is 1842 (threshold c = 500)', 'unsent=1842;200;500;0', '1,842 messages wait; the critical limit is 500.', '1 842 messages attendent ; le seuil critique est de 500.'],
  ['vpn-gw-1', 'Certificate', 'warning', 2880, 'SSL WARNING - Certificate vpn.example expires in 12 day(s) (2026-12-05 12:00 +0000/UTC).', 'days=12;30;7;', 'The certificate ends in 12 days; the warning limit is 30.', 'Le certificat se termine dans 12 jours ; le seuil d’alerte est de 30.'],
  ['app-11', 'Memory', 'warning', 17, 'MEMORY WARNING - 87.9% used (28.1 of 32.0 GiB)', 'used=87.9%;85;95;0;100', 'Memory used is 87.9 %: above the warning limit of 85 %.', 'Mémoire utilisée : 87,9 %, au-dessus du seuil d’alerte de 85 %.'],
  ['nas-backup', 'SNMP volumes', 'unknown', 70, 'External command error: Timeout: No Response from 10.20.0.14:161.', '', 'The check got no answer in 10 s, so the state cannot be known.', 'Le contrôle n’a pas eu de réponse en 10 s : l’état est inconnu.'],
  ['erp-db', 'Replication lag', 'critical', 190, 'POSTGRES_HOT_STANDBY_DELAY CRITICAL: 412 s behind', 'lag=412s;120;300;0', 'The replica is 412 s behind; the critical limit is 300 s.', 'La réplique a 412 s de retard ; le seuil critique est de 300 s.'],
  ['print-02', 'Toner black', 'warning', 300, 'WARNING: black cartridge at 8%', 'black=8%;10:;5:;0;100', 'Toner is at 8 %: below the warning limit of 10 %.', 'Le toner est à 8 % : sous le seuil d’alerte de 10 %.'],
  ['cam-lyon-12', '', 'unreachable', 11, 'CRITICAL - Host Unreachable (10.20.3.12)', '', 'It is behind sw-lyon-core-1, which is down.', 'Il est derrière sw-lyon-core-1, qui est indisponible.'],
  ['cam-lyon-13', '', 'unreachable', 11, 'CRITICAL - Host Unreachable (10.20.3.13)', '', 'It is behind sw-lyon-core-1, which is down.', 'Il est derrière sw-lyon-core-1, qui est indisponible.'],
];
const HEALTHY = [
  ['Load', 'OK - load average: 0.42, 0.38, 0.35', 'load1=0.420;2.000;4.000;0; load5=0.380;2.000;4.000;0; load15=0.350;2.000;4.000;0;'],
  ['Memory', 'MEMORY OK - 41.2% used (6.6 of 16.0 GiB)', 'used=41.2%;85;95;0;100'],
  ['Disk /', 'DISK OK - free space: / 21340 MiB (61% inode=88%)', '/=13640MB;28000;33200;0;35000'],
  ['Processes', 'PROCS OK: 143 processes', 'procs=143;250;400;0;'],
  ['Time', 'NTP OK: Offset 0.0004120 secs', 'offset=0.000412s;60.000000;120.000000;'],
  ['SSH', 'SSH OK - OpenSSH_9.2p1 Debian-2+deb12u3 (protocol 2.0)', 'time=0.011842s;;;0.000000;10.000000'],
  ['HTTP', 'HTTP OK: HTTP/1.1 200 OK - 10975 bytes in 0.004 second response time', 'time=0.004112s;1;2;0;10 size=10975B;;;0'],
  ['Users', 'USERS OK - 2 users currently logged in', 'users=2;20;50;0'],
];

const MANY = [
  ['sw-core-2', 'Interfaces', Array.from({ length: 24 }, (_, i) => `traffic_in_eth${i}=${(i + 1) * 1370000}b;;;0;1000000000 traffic_out_eth${i}=${(i + 2) * 970000}b;;;0;1000000000`).join(' ')],
  ['mq-1', 'Queue statistics', 'published=193847c delivered=193012c ready=412;1000;5000 rate=51.4B/s latency=0.0041s;0.05;0.2 temp=21.4;10:30;5:40 window=42;@10:20;@30:35'],
  ['db-broken', 'Tablespace', 'used=71%;80;90'],
  ['quiet', 'No numbers', ''],
];

function parsePerf(raw) {
  return raw.split(' ').filter(Boolean).map((part) => {
    const [label, rest = ''] = part.split('=');
    const [value = '', warn = '', crit = '', min = '', max = ''] = rest.split(';');
    const split = /^(-?[\d.]+)(.*)$/.exec(value) ?? [];
    const n = (s) => (s === '' ? null : Number(s));
    return { label, value: n(split[1] ?? ''), unit: split[2] ?? '', warn: warn || null, crit: crit || null, min: n(min), max: n(max) };
  });
}

function add(host, service, state, minutes, output, perf, en, fr) {
  const id = String(nextId++);
  const since = now() - minutes * MIN - rnd() * MIN;
  const last = now() - rnd() * 50000;
  const row = {
    id, kind: service ? 'service' : 'host', host, host_display: host, ...(service ? { service, service_display: service } : {}), state, hard: true, attempt: state === 'ok' || state === 'up' ? 1 : 3, max_attempts: 3,
    since: state === 'pending' ? null : iso(since), last_check: state === 'pending' ? null : iso(last), next_check: iso(last + MIN), output: state === 'pending' ? '' : output,
    acknowledged: false, in_downtime: false, flapping: false, notifications_enabled: true, checks_enabled: true,
  };
  const more = {
    address: `10.20.${Math.floor(rnd() * 9)}.${Math.floor(rnd() * 250)}`, alias: service ? '' : `${host}.example`, long_output: '', perfdata: parsePerf(perf), perfdata_raw: perf,
    check_command: service ? `check_${service.split(' ')[0].toLowerCase()}!80%!90%` : 'check-host-alive', check_interval_s: 60, retry_interval_s: 30, latency_ms: 12, execution_ms: Math.round(rnd() * 90) + 4,
    check_type: 'active', contacts: ['alice', 'bob'], groups: ['production'], parents: host.startsWith('cam') ? ['sw-lyon-core-1'] : [], children: [], notes: '', notes_url: '', action_url: '',
    why: { code: 'EXAMPLE', args: [], text_en: en, text_fr: fr }, comments: [], downtimes: [], source: { file: '/etc/nagios4/conf.d/paris.cfg', line: 40 + world.size * 9 },
    events: state === 'pending' ? [] : [
      { id: `${id}-3`, time: iso(since), kind: 'alert', state, hard: true, attempt: 3, text: output.slice(0, 60) },
      { id: `${id}-4`, time: iso(since + 900), kind: 'notification', state, contact: 'alice', text: 'mail' },
      { id: `${id}-2`, time: iso(since - MIN), kind: 'alert', state, hard: false, attempt: 2, text: '' },
      { id: `${id}-1`, time: iso(since - 200 * MIN), kind: 'alert', state: service ? 'ok' : 'up', hard: true, attempt: 1, text: '' },
      { id: `${id}-0`, time: iso(since - 4000 * MIN), kind: 'downtime_end', text: 'storage move' },
    ],
  };
  world.set(id, { row, more });
  return row;
}

function note(thing, comment) {
  const entry = { id: noteId++, author: 'bob', comment, time: iso(now()) };
  thing.more.comments.push(entry);
}

function populate() {
  for (const [host, service, state, minutes, output, perf, en, fr] of SAMPLES) add(host, service, state, minutes, output, perf, en, fr);
  const list = [...world.values()];
  list[0].more.long_output = '/var/lib/postgresql: 58.9 GiB, +2.1 GiB in 6 h\n/var/log: 6.2 GiB';
  list[5].row.flapping = true;
  list[3].row.hard = false;
  list[3].row.attempt = 2;
  list[7].row.acknowledged = true;
  note(list[7], 'Vendor ticket 4711, new disk on Thursday.');
  list[8].row.in_downtime = true;
  list[8].more.downtimes.push({ id: noteId++, author: 'bob', comment: 'Waiting for the cartridge', start: iso(now() - 60 * MIN), end: iso(now() + 300 * MIN), fixed: true });
  for (const [host, service, perf] of MANY) add(host, service, 'ok', 900, 'OK', perf, 'All measurements are within their limits.', 'Toutes les mesures sont dans leurs limites.');
  for (let i = 0; world.size < wanted; i++) {
    const host = `app-${String(20 + Math.floor(i / 9)).padStart(2, '0')}`;
    const healthy = HEALTHY[(i % 9) - 1];
    if (!healthy) add(host, '', 'up', 9000, 'PING OK - Packet loss = 0%, RTA = 0.31 ms', 'rta=0.310000ms;100;500;0 pl=0%;20;60;0;100', 'It answers.', 'Il répond.');
    else add(host, healthy[0], i % 31 === 0 ? 'pending' : 'ok', 5000 + i, healthy[1], healthy[2], 'All measurements are within their limits.', 'Toutes les mesures sont dans leurs limites.');
  }
}

// ---- answers ----

const SEVERITY = { down: 7, critical: 6, unreachable: 5, unknown: 4, warning: 3, pending: 2, ok: 1, up: 1 };
const problem = (row) => SEVERITY[row.state] > 2;
const handled = (row) => row.acknowledged || row.in_downtime;
const name = (row) => `${row.host} ${row.service ?? ''}`.toLowerCase();

function matches(row, q) {
  const states = (q.get('state') ?? '').split(',').filter(Boolean);
  const filter = q.get('filter') ?? 'all';
  const words = (q.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return (filter === 'all' || (problem(row) && (filter === 'problems' || !handled(row)))) && (states.length === 0 || states.includes(row.state))
    && (!q.get('kind') || q.get('kind') === row.kind) && (!q.get('host') || q.get('host') === row.host) && words.every((w) => `${name(row)} ${row.output.toLowerCase()}`.includes(w));
}

const KEYS = {
  severity: (r) => SEVERITY[r.state] * 2 + (handled(r) ? 0 : 1) - (handled(r) ? 20 : 0) * (problem(r) ? 0.05 : 0),
  name, since: (r) => r.since ?? '', checked: (r) => r.last_check ?? '', output: (r) => r.output,
};

function counts() {
  const c = { down: 0, unreachable: 0, up: 0, critical: 0, warning: 0, unknown: 0, ok: 0, pending: 0, unhandled: 0 };
  for (const { row } of world.values()) {
    c[row.state]++;
    if (problem(row) && !handled(row)) c.unhandled++;
  }
  return c;
}

function listing(q) {
  const key = KEYS[q.get('sort')] ?? KEYS.severity;
  const sign = q.get('order') === 'asc' ? 1 : -1;
  const found = [...world.values()].map((x) => x.row).filter((r) => matches(r, q));
  found.sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : name(a) < name(b) ? -1 : 1));
  const from = Number(q.get('cursor') ?? 0);
  const limit = Number(q.get('limit') ?? 50);
  return { resources: found.slice(from, from + limit), total: world.size, matched: found.length, next: from + limit < found.length ? String(from + limit) : null, counts: counts(), now: iso(now()) };
}

const ROLES = [['engine', 0, 3], ['runner', 0, 2], ['runner', 1, 2], ['prober', 0, 3], ['notifier', 0, 3], ['store', 0, 3], ['reader', 0, 3], ['gate', 0, 3], ['auth', 0, 3], ['web', 0, 3], ['local', 0, 3]];

const statusBody = () => ({
  version: '0.1.0', build: '6659eaa1c0de', program_start: iso(START), now: iso(now()),
  queues: { commands: 0, notifications: 1, handlers: 0, log_lines: 3 }, snapshot: { revision: 3, since: iso(now() - 3600_000), hosts: 21, services: 39, contacts: 2 }, states: { applied: '69200', lag: 0 }, series: { lag: 12, failed: false, active: 140 }, exports: [],
  roles: ROLES.map(([role, instance, landlock], i) => ({ role, instance, pid: 4000 + i, uid: 64000 + i, seccomp: true, landlock, no_new_privs: role !== 'runner', state: 'ready', capabilities: role === 'prober' ? '8192' : '0', restarts: 0, rss_kb: 2100 + i * 333 })),
  checks: { active: world.size * 444, passive: 12, running: 3, latency_ms: 12 },
  journal: { seq: String(41872 + Math.floor((now() - START) / 1000)), degraded: degraded ? 'No space left on device' : '' },
  not_yet: [{ directive: 'obsess_over_services', file: '/etc/nagios4/nagios.cfg', line: 712 }, { directive: 'broker_module', file: '/etc/nagios4/nagios.cfg', line: 240 }, { directive: 'escalation_period', file: '/etc/nagios4/objects/escalations.cfg', line: 18 }],
  warnings: degraded ? [] : [],
});
const START = Date.now() - 7.4 * 3600_000;

// ---- changes ----

function tell(event, data, row) {
  for (const c of clients) if (!row || matches(row, c.query) || c.known.has(row.id)) {
    if (row) c.known.add(row.id);
    c.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

function changed(thing) {
  tell('row', thing.row, thing.row);
  tell('counts', counts());
}

function live() {
  const list = [...world.values()];
  for (let i = 0; i < Math.max(1, list.length / 60); i++) {
    const thing = list[Math.floor(rnd() * list.length)];
    thing.row.last_check = iso(now());
    thing.row.next_check = iso(now() + MIN);
    changed(thing);
  }
}

const ACTIONS = {
  check(thing) {
    setTimeout(() => { thing.row.last_check = iso(now()); thing.row.next_check = iso(now() + MIN); changed(thing); }, 800);
  },
  acknowledge(thing, body) {
    thing.row.acknowledged = true;
    thing.more.comments.push({ id: noteId++, author: 'admin', comment: body.comment, time: iso(now()) });
    thing.more.events.unshift({ id: `e${noteId++}`, time: iso(now()), kind: 'acknowledgement', author: 'admin', text: body.comment });
  },
  downtime(thing, body) {
    if (Date.parse(body.start) <= now()) thing.row.in_downtime = true;
    thing.more.downtimes.push({ id: noteId++, author: 'admin', comment: body.comment, start: body.start, end: body.end, fixed: body.fixed });
  },
  comment(thing, body) {
    thing.more.comments.push({ id: noteId++, author: 'admin', comment: body.comment, time: iso(now()) });
  },
};

function remove(list, id) {
  for (const thing of world.values()) {
    thing.more[list] = thing.more[list].filter((n) => String(n.id) !== id);
    if (list === 'downtimes') thing.row.in_downtime = thing.more.downtimes.length > 0;
  }
}

// ---- HTTP ----

const TOKEN = 'developer-token'.padEnd(43, '-');
const ROLE = args.includes('--viewer') ? 'viewer' : 'admin';
const me = () => ({ user: 'admin', role: ROLE, rights: rightsOf(ROLE), csrf: 'dev', totp });

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ...headers });
  response.end(JSON.stringify(body));
}
const problemBody = (status, detail, field) => ({ type: 'about:blank', title: detail, status, detail, ...(field ? { field } : {}) });

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

function stream(request, response, query) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': hello\n\n');
  const client = { response, query, known: new Set(listing(query).resources.map((r) => r.id)) };
  clients.add(client);
  request.on('close', () => clients.delete(client));
}

async function session(request, response, path) {
  const signedIn = /vigie_session=1/.test(request.headers.cookie ?? '');
  const cookie = { 'Set-Cookie': 'vigie_session=1; Path=/; SameSite=Strict; HttpOnly' };
  if (path === '/setup' && request.method === 'GET') return send(response, 200, { needed: setupNeeded }), true;
  if (path === '/setup' || path === '/setup/check') {
    const body = await bodyOf(request);
    if (!setupNeeded) return send(response, 410, problemBody(410, 'This set-up link has been used already.', 'token')), true;
    if (body.token !== TOKEN) return send(response, 401, problemBody(401, 'This is not the set-up link of this Vigie.', 'token')), true;
    if (path === '/setup/check') return send(response, 200, { ok: true }), true;
    setupNeeded = false;
    return send(response, 201, me(), cookie), true;
  }
  if (path === '/login') {
    const body = await bodyOf(request);
    if (body.password === 'wrong') send(response, 401, problemBody(401, 'Wrong user name or password'));
    else send(response, 200, { ...me(), user: body.user }, cookie);
    return true;
  }
  if (path === '/logout') return send(response, 200, { ok: true }, { 'Set-Cookie': 'vigie_session=; Path=/; Max-Age=0' }), true;
  if (!signedIn) return send(response, 401, problemBody(401, 'Not signed in')), true;
  return false;
}

async function resource(request, response, path, query) {
  const [, id, action] = /^\/resources\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
  const thing = world.get(id);
  if (!thing) return send(response, 404, problemBody(404, 'No such resource'));
  if (action === 'states') return send(response, 200, statesOf(thing.row, query));
  if (action === 'why') return send(response, 200, { ran: null, decision: null });
  if (action === 'availability') return send(response, 200, { availability: 99.42, outages: 3, mttr_s: 1200 });
  const { events, ...more } = thing.more;
  if (request.method === 'GET' && !action) return send(response, 200, { ...thing.row, ...more });
  if (request.method === 'GET') {
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 20);
    return send(response, 200, { events: events.slice(from, from + limit), next: from + limit < events.length ? String(from + limit) : null });
  }
  const body = await bodyOf(request);
  if (request.method === 'DELETE') thing.row.acknowledged = false;
  else if (ACTIONS[action]) ACTIONS[action](thing, body);
  else return send(response, 404, problemBody(404, 'No such action'));
  send(response, 202, { ok: true });
  return changed(thing);
}

async function handle(request, response) {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname.startsWith('/api/v1')) {
    const path = url.pathname.slice(7);
    if (await session(request, response, path)) return undefined;
    if (path === '/session') return send(response, 200, me());
    if (path === '/resources') return send(response, 200, listing(url.searchParams));
    if (path === '/series/data' && /db-broken/.test([...world.values()].filter((x) => url.searchParams.get('resource') === x.row.id).map((x) => x.row.host).join())) return send(response, 503, problemBody(503, 'The store of measurements is away: it is being started again.'));
    if (path === '/series/data') return send(response, 200, dataOf(world, url.searchParams));
    if (path === '/series') return send(response, 200, { series: seriesOf(world, url.searchParams).slice(0, 500), matched: 1, next: null });
    if (path === '/stream') return stream(request, response, url.searchParams);
    if (isPeople(path)) return send(response, ...people(request.method, path, url.searchParams, await bodyOf(request), /^fr/.test(request.headers['accept-language'] ?? ''), me));
    if (path === '/events') return send(response, 200, { events: [], next: null });
    if (path === '/session/password') return send(response, 200, me());
    if (path === '/status') return send(response, 200, statusBody());
    const [, list, note] = /^\/(downtimes|comments)\/(\d+)$/.exec(path) ?? [];
    if (list && request.method === 'DELETE') {
      remove(list, note);
      return send(response, 200, { ok: true });
    }
    return resource(request, response, path, url.searchParams);
  }
  if (!url.pathname.includes('.') || !handle.assets) handle.assets = (await build()).assets;
  const asset = handle.assets.find((a) => a.path === url.pathname);
  const page = asset ?? (url.pathname.includes('.') ? null : handle.assets.find((a) => a.path === '/'));
  if (!page) return response.writeHead(404).end();
  const headers = { 'Content-Type': page.type, 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff' };
  response.writeHead(asset ? 200 : 404, headers);
  return response.end(page.data);
}

populate();
setInterval(live, 1000).unref();
const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end(String(error.message));
  });
});
server.listen(port, '127.0.0.1', () => {
  const base = `http://127.0.0.1:${server.address().port}/`;
  console.log(setupNeeded ? `${base}#setup=${TOKEN}` : base);
});
