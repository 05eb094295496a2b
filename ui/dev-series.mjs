// SPDX-License-Identifier: Apache-2.0
// Of the development server: made-up measurements and histories, the same at each reading, in the words of docs/SERIES.md.
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
const UNITS = { s: ['s', 1], ms: ['s', 1e-3], us: ['s', 1e-6], '%': ['%', 1], B: ['B', 1], KB: ['B', 1e3], MB: ['B', 1e6], GB: ['B', 1e9], b: ['b', 1], c: ['c', 1] };
const USUAL = 60;

function hash(text) {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 16777619);
  return (h >>> 0) / 2 ** 32;
}
const noise = (seed, n) => {
  const x = Math.sin(seed * 1000 + n * 12.9898) * 43758.5453;
  return x - Math.floor(x);
};

// Seven minutes each 1.6 days nothing was measured, and an hour of a high peak each two days.
function valueAt(seed, base, at) {
  if ((at / 86400 + seed) % 1.6 < 0.02) return null;
  const day = Math.sin((at / 86400 + seed) * 2 * Math.PI) * 0.25;
  const peak = (at / 86400 + seed * 3) % 2 < 0.04 ? 0.8 : 0;
  return base * (0.75 + day + peak + (noise(seed, Math.floor(at / 60)) - 0.5) * 0.12);
}

const spanOf = (text) => Number(text.slice(0, -1)) * { h: 3600, d: 86400, w: 604800 }[text.at(-1)];

export function seriesOf(world, query) {
  const ids = query.get('resource')?.split(',');
  const series = query.get('id')?.split(',');
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const out = [];
  for (const { row, more } of world.values()) {
    if (ids && !ids.includes(row.id)) continue;
    for (const p of more.perfdata) {
      const id = `${row.id}-1-${encodeURIComponent(p.label).replace(/%/g, '~')}`;
      const text = `${row.host} ${row.service ?? ''} ${p.label}`.toLowerCase();
      if ((series && !series.includes(id)) || !words.every((w) => text.includes(w))) continue;
      const [unit, factor] = UNITS[p.unit] ?? [p.unit, 1];
      const by = (v) => (v === null ? null : typeof v === 'number' ? v * factor : String(v).replace(/[\d.]+/g, (n) => String(Number(n) * factor)));
      out.push({ id, resource: row.id, kind: row.kind, host: row.host, service: row.service ?? null, label: p.label, unit, counter: unit === 'c', written: unit === 'B' ? p.unit : null, warn: by(p.warn), crit: by(p.crit), min: by(p.min), max: by(p.max), last: p.value * factor, last_at: row.last_check });
    }
  }
  return out;
}

function points(s, from, to, step, compare, columns) {
  const seed = hash(s.id);
  const shift = compare ? spanOf(compare) : 0;
  const out = { t: [], mean: [], min: [], max: [] };
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const all = Array.from({ length: Math.min(8, Math.max(1, step / USUAL)) }, (_, i) => valueAt(seed, s.last, at - shift + i * USUAL)).filter((v) => v !== null);
    if (at - shift > Date.now() / 1000) break;
    const some = all.length > 0;
    out.t.push(at);
    out.mean.push(some ? all.reduce((a, b) => a + b) / all.length : null);
    out.min.push(some ? Math.min(...all) : null);
    out.max.push(some ? Math.max(...all) : null);
  }
  if (columns === 'max') return { t: out.t, max: out.max };
  return step <= USUAL ? { t: out.t, mean: out.mean } : out;
}

export function dataOf(world, query) {
  const to = Date.parse(query.get('to') ?? new Date().toISOString()) / 1000;
  const from = query.get('from') ? Date.parse(query.get('from')) / 1000 : to - 86400;
  const least = (to - from) / Number(query.get('points') ?? 500);
  const step = STEPS.find((s) => s >= least) ?? 604800;
  const all = seriesOf(world, query);
  const limit = Number(query.get('limit') ?? 100);
  const compares = [null, ...(query.get('compare') ?? '').split(',').filter(Boolean)];
  const series = all.slice(0, limit).flatMap((s) => compares.map((compare) => ({
    id: s.id, resource: s.resource, kind: s.kind, host: s.host, service: s.service, label: s.label, unit: s.unit, counter: s.counter, written: s.written, compare, usual: USUAL,
    ...points(s, from, to, step, compare, query.get('aggregate')),
    thresholds: s.warn || s.crit ? [{ from: Math.floor(from) - 86400, warn: s.warn, crit: s.crit, min: s.min, max: s.max }] : [],
  })));
  const iso = (at) => new Date(at * 1000).toISOString();
  return { from: iso(from), to: iso(to), step, resolution: step > 3600 ? '1h' : 'raw', truncated: all.length > limit, series };
}

// The state it has now since it has it; before, good but for a fault now and then.
export function statesOf(row, query) {
  const to = Date.parse(query.get('to')) / 1000;
  const from = Date.parse(query.get('from')) / 1000;
  const good = row.kind === 'host' ? 'up' : 'ok';
  const bad = row.kind === 'host' ? 'down' : 'critical';
  const seed = hash(row.id);
  const since = row.since ? Date.parse(row.since) / 1000 : to;
  const spans = [];
  const put = (a, b, state, downtime = false) => {
    const span = { from: Math.max(from, a), to: Math.min(to, b), state, downtime };
    if (span.to > span.from) spans.push({ ...span, from: new Date(span.from * 1000).toISOString(), to: new Date(span.to * 1000).toISOString() });
  };
  const born = Date.now() / 1000 - 100 * 86400;
  put(from, born, 'not_configured');
  let at = Math.max(from, born);
  for (let day = Math.floor(at / 86400) - 1; day * 86400 < since; day++) {
    const begin = (day + 0.2 + seed * 0.5) * 86400;
    if (noise(seed, day) < 0.7 || begin > since || begin < at) continue;
    put(at, begin, good);
    const end = Math.min(since, begin + 600 + noise(seed, day + 0.5) * 9000);
    put(begin, end, noise(seed, day) > 0.9 ? 'warning' : bad);
    put(end, Math.min(since, end + 1800), good, noise(seed, day) > 0.85);
    at = Math.min(since, end + 1800);
  }
  put(at, since, good);
  put(since, to, row.state, row.in_downtime);
  return { from: query.get('from'), to: query.get('to'), spans };
}
