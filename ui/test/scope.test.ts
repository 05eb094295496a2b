// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWhole, quoted, readTerm, suggested, writeTerm } from '../src/admin/scope.ts';
import { sentOf } from '../src/pages/audit/words.ts';
import './texts.ts';

test('a term is read and written as it was', () => {
  for (const text of ['hostgroup:linux', '!servicegroup:alarms', 'host:web*', 'service:web*/Disk?', 'service:a\\/b/c', '!contact:ann', 'service:*/a/b']) assert.equal(writeTerm(readTerm(text)), text);
  assert.deepEqual(readTerm('!service:a\\/b/c'), { not: true, kind: 'service', name: 'a\\/b', service: 'c' });
});

test('a term without a name is not sent', () => {
  assert.ok(!isWhole(readTerm('host:')));
  assert.ok(!isWhole(readTerm('service:web')));
  assert.ok(isWhole(readTerm('service:web/*')));
});

test('a name that is chosen fits nothing but itself', () => {
  assert.equal(quoted('a*b?c/d\\e'), 'a\\*b\\?c\\/d\\\\e');
});

test('suggestions of the search are names here', () => {
  assert.equal(suggested('hostgroup:linux'), 'linux');
  assert.equal(suggested('service:"Disk root" '), 'Disk root');
  assert.equal(suggested('host:"a \\"b\\""'), 'a "b"');
});

test('what was sent is told member by member, secrets never', () => {
  assert.deepEqual(sentOf({ user: 'ann', password: '***', scope: ['host:a', 'host:b'], totp_required: true }).map(([key]) => key), ['user', 'password', 'scope', 'totp required']);
  assert.deepEqual(sentOf({ scope: ['host:a', 'host:b'] }), [['scope', 'host:a, host:b']]);
  for (const odd of [null, 7, 'x', [1]]) assert.deepEqual(sentOf(odd), []);
});
