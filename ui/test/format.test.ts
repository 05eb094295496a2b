// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { num, clock, day, duration, durationLong, exact, figure, moment, parseRange, relative, seconds, firstDay } from '../src/format.ts';
import { quantity, rangeWords } from '../src/quantity.ts';
import { localeOf } from '../src/i18n/i18n.ts';
import { say } from './texts.ts';
import { alerts, scaleOf, zones } from '../src/panel/perf.tsx';

const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');

test('durations have one unit in columns, two in sentences', () => {
  say('en');
  const cases: [number, string, string][] = [
    [-5, '0 s', '0 s'], [0.9, '0 s', '0 s'], [59, '59 s', '59 s'], [60, '1 min', '1 min'], [61, '1 min', '1 min 1 s'], [3599, '59 min', '59 min 59 s'],
    [3600, '1 h', '1 h'], [7500, '2 h', '2 h 5 min'], [47 * 3600, '47 h', '47 h'], [48 * 3600, '2 d', '2 d'], [800 * 86400, '2 y', '2 y 70 d'],
  ];
  for (const [s, short, long] of cases) {
    assert.equal(plain(duration(s)), short);
    assert.equal(plain(durationLong(s)), long);
  }
  say('fr');
  assert.equal(plain(duration(3 * 86400)), '3 j');
});

test('relative times, before and after', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  say('en');
  assert.equal(plain(relative('2026-11-23T11:59:42Z', now)), '18 s ago');
  assert.equal(plain(relative('2026-11-23T12:04:00Z', now)), 'in 4 min');
  assert.equal(relative('2026-11-23T12:00:01Z', now), 'now');
  assert.equal(relative(null, now), 'never');
  say('fr');
  assert.equal(plain(relative('2026-11-23T11:59:42Z', now)), 'il y a 18 s');
});

test('times have hours from 0 to 23, in the words of the reader; another day is named', () => {
  say('en');
  const now = new Date(2026, 10, 23, 12, 0).getTime();
  const iso = (...at: [number, number, number, number, number, number]): string => new Date(...at).toISOString();
  assert.equal(clock(iso(2026, 10, 23, 0, 30, 7)), '00:30:07');
  assert.equal(moment(iso(2026, 10, 23, 14, 56, 0), now), '14:56');
  assert.match(moment(iso(2026, 10, 20, 14, 56, 0), now), /Fri.*20.*Nov.*14:56/);
  assert.match(exact(iso(2026, 10, 20, 14, 56, 9)), /14:56:09/);
  assert.equal(num(-3.5), '−3.5');
  assert.equal(clock('rubbish'), '—');
  assert.equal(day(iso(2026, 10, 23, 0, 1, 0), now), '');
  assert.match(day(iso(2026, 10, 22, 23, 59, 0), now), /^Sunday,? 22 November$/);
  assert.match(day(iso(2025, 0, 2, 3, 4, 5), now), /2025/);
  say('fr');
  assert.equal(day(iso(2026, 10, 22, 23, 59, 0), now), 'dimanche 22 novembre');
  assert.equal(day(iso(2026, 10, 1, 23, 59, 0), now), 'dimanche 1er novembre');
  assert.match(moment(iso(2026, 10, 1, 1, 1, 0), now), /dim\. 1er nov\./);
  const said = ['1 mai', '1–3 mai', 'ven. 1 – dim. 3 mai', '11–13 mai', '1 – 3', '1 mai, 01:01 – 3 mai, 01:01'].map(firstDay);
  assert.deepEqual(said, ['1er mai', '1er–3 mai', 'ven. 1er – dim. 3 mai', '11–13 mai', '1 – 3', '1er mai, 01:01 – 3 mai, 01:01']);
  assert.match(exact(iso(2026, 10, 11, 14, 56, 9)), / 11 novembre/);
  assert.equal(seconds('1970-01-01T00:00:00Z'), null, 'the epoch means never');
});

test('the locale is the browser\'s where it is in the language of the page', () => {
  assert.equal(localeOf('en', ['de-DE', 'en-US', 'en']), 'en-US');
  assert.equal(localeOf('en', ['fr-FR']), 'en-GB');
  assert.equal(localeOf('fr', ['en-US', 'fr-CH']), 'fr-CH');
  assert.equal(localeOf('fr', ['fr']), 'fr-FR');
  assert.equal(localeOf('en', ['en_US.UTF-8']), 'en-GB', 'what is no tag is not used');
});

test('quantities are read by people', () => {
  say('en');
  const cases: [number, string, string][] = [
    [96.4, '%', '96.4 %'], [0, 's', '0 s'], [0.000412, 's', '412 µs'], [0.212042, 's', '212 ms'], [1.5, 's', '1.5 s'], [412, 's', '6 min 52 s'], [-412, 's', '−6 min 52 s'],
    [12, 'ms', '12 ms'], [70124, 'MB', '70.1 GB'], [512, 'MB', '512.0 MB'], [4, 'kB', '4.0 kB'], [70124, 'MiB', '68.5 GiB'], [2771386368, 'B', '2.6 GiB'], [512, 'B', '512 B'], [5, 'Mbps', '5 Mbit/s'], [-3, 'KiB', '−3.0 KiB'], [1842, '', '1,842'], [3, 'c', '3'], [0.31, '', '0.31'], [7, 'mails', '7 mails'], [12_340_000, 'b', '12.34 Mbit'], [5, 'b', '5 bit'],
  ];
  for (const [value, unit, want] of cases) assert.equal(plain(quantity(value, unit)), want);
  say('fr');
  assert.equal(plain(quantity(96.4, '%')), '96,4 %');
  assert.equal(plain(quantity(70124, 'MB')), '70,1 Go');
  assert.equal(plain(quantity(70124, 'MiB')), '68,5 Gio');
});

test('figures come as numbers or as text', () => {
  assert.equal(figure('12.5'), 12.5);
  assert.equal(figure(''), null);
  assert.equal(figure(undefined), null);
  assert.equal(figure('U'), null);
});

test('thresholds of the plugin convention', () => {
  assert.deepEqual(parseRange('10'), { lo: 0, hi: 10, inside: false });
  assert.deepEqual(parseRange('10:'), { lo: 10, hi: Infinity, inside: false });
  assert.deepEqual(parseRange('~:10'), { lo: -Infinity, hi: 10, inside: false });
  assert.deepEqual(parseRange('10:20'), { lo: 10, hi: 20, inside: false });
  assert.deepEqual(parseRange('@10:20'), { lo: 10, hi: 20, inside: true });
  assert.deepEqual(parseRange(5), { lo: 0, hi: 5, inside: false });
  for (const bad of ['', 'x', '1:2:3', '20:10', null, undefined]) assert.equal(parseRange(bad), null);
  say('en');
  assert.equal(plain(rangeWords(parseRange('85')!, '%')), 'above 85 %');
  assert.equal(plain(rangeWords(parseRange('10:')!, '%')), 'below 10 %');
  assert.equal(plain(rangeWords(parseRange('@1:2')!, '')), 'within 1 to 2');
  assert.equal(alerts(parseRange('85'), 85), false);
  assert.equal(alerts(parseRange('85'), 85.1), true);
  assert.equal(alerts(parseRange('@10:20'), 15), true);
  assert.equal(alerts(null, 1e9), false);
});

test('the scale holds the value and the limits, and never collapses', () => {
  const warn = parseRange('85');
  const crit = parseRange('95');
  assert.deepEqual(scaleOf(96.4, 0, 100, [warn, crit]), { lo: 0, hi: 100 });
  assert.ok(scaleOf(1842, 0, null, [parseRange('200'), parseRange('500')]).hi > 1842);
  assert.ok(scaleOf(0, null, null, []).hi > 0);
  assert.ok(scaleOf(-5, null, null, []).lo <= -5);
  assert.ok(scaleOf(10, 10, 10, []).hi > 10);
  assert.deepEqual(zones(crit, { lo: 0, hi: 100 }), [[95, 100]]);
  assert.deepEqual(zones(parseRange('@10:20'), { lo: 0, hi: 100 }), [[10, 20]]);
  assert.deepEqual(zones(null, { lo: 0, hi: 100 }), []);
});
