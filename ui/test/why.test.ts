// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { say as inLanguage } from './texts.ts';
import type { Detail } from '../src/model.ts';
import { whyOf } from '../src/panel/why.ts';

const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');
const detail = (patch: Partial<Detail>): Detail => ({
  id: '1', kind: 'service', host: 'web', service: 'x', state: 'critical', hard: true, attempt: 3, max_attempts: 3, since: null, last_check: null, next_check: null,
  output: '', acknowledged: false, in_downtime: false, flapping: false, why: { code: 'STATE_RESULT', text_en: 'The check’s own result.', text_fr: 'Le résultat même.' }, ...patch,
});
const perf = [{ label: 'inodes', value: 2, unit: '%', warn: '80', crit: '90' }, { label: '/var', value: 96.4, unit: '%', warn: '80', crit: '95' }];
const say = (patch: Partial<Detail>, lang: 'en' | 'fr' = 'en'): string => {
  inLanguage(lang);
  return plain(whyOf(detail(patch)));
};

test('the measurement that crossed its limit is the reason', () => {
  assert.equal(say({ perfdata: perf }), '/var is 96.4 %: critical above 95 %.');
  assert.equal(say({ perfdata: perf, state: 'warning' }), '/var is 96.4 %: warning above 80 %.');
  assert.equal(say({ perfdata: perf }, 'fr'), '/var vaut 96,4 % : critique au-dessus de 95 %.');
});

test('without one, the plugin has spoken; a good state needs no excuse', () => {
  assert.equal(say({}), 'The check itself reports it.');
  assert.equal(say({ state: 'unknown', perfdata: perf }), 'The check itself reports it.');
  assert.equal(say({ state: 'ok', perfdata: perf }), 'The last check found nothing wrong.');
  assert.equal(say({ state: 'pending', why: null }), 'It was not checked yet.');
});

test('another reason of the engine goes before', () => {
  assert.equal(say({ perfdata: perf, why: { code: 'STATE_TIMEOUT', text_en: 'The check was ended after 60s.', text_fr: '' } }), 'The check was ended after 60s.');
});

test('and why nobody was told', () => {
  const why_notify = { code: 'NOTIFY_PERIOD', text_en: 'Outside its notification period night.', text_fr: 'Hors de sa période night.' };
  assert.equal(say({ why_notify }), 'The check itself reports it. No notification: outside its notification period night.');
  assert.equal(say({ why_notify, notification_number: 2 }), 'The check itself reports it. No further notification: outside its notification period night.');
  assert.equal(say({ why_notify: { code: 'TOLD', text_en: 'Notified 2 contacts.', text_fr: '' } }), 'The check itself reports it. Notified 2 contacts.');
  assert.equal(say({ why_notify: { code: 'NOTIFY_ONCE', text_en: 'Told already.', text_fr: '' } }), 'The check itself reports it. Told already.');
  const named = { code: 'NOTIFY_DEPENDENCY', object: 'DB1;SQL', text_en: 'DB1 > SQL, on which it depends, has a problem.', text_fr: '' };
  assert.equal(say({ why_notify: named }), 'The check itself reports it. No notification: DB1 > SQL, on which it depends, has a problem.');
  assert.equal(say({ why_notify, state: 'ok' }), 'The last check found nothing wrong.');
});

test('a moment is told in the zone of who reads', () => {
  const at = new Date();
  at.setHours(23, 42, 1, 0);
  const why_notify = { code: 'NOTIFY_INTERVAL', args: [String(at.getTime() * 1000), '0'], text_en: 'Told already; again at 2026-11-23 04:05:06 at the earliest.', text_fr: '' };
  assert.equal(say({ why_notify }), 'The check itself reports it. Told already; again at 23:42:01 at the earliest.');
  assert.match(say({ why_notify: { ...why_notify, args: [] } }), /2026-11-23 04:05:06/);
  const french = { ...why_notify, text_fr: 'Déjà notifié ; à nouveau au plus tôt à 04:05:06 le 2026-11-23.' };
  assert.equal(say({ why_notify: french }, 'fr'), 'C’est le résultat du contrôle. Déjà notifié ; à nouveau au plus tôt à 23:42:01.');
  const before = { ...french, args: [String(new Date(2021, 10, 23, 23, 42, 1).getTime() * 1000), '0'] };
  assert.match(say({ why_notify: before }, 'fr'), /à 23:42:01 le mar\. 23 nov\.$|à 23:42:01 le mar\. 23 nov\.\.$/);
});
