// SPDX-License-Identifier: Apache-2.0
// A search as a text: cut, turned round, put together; and what can be asked for while it is typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { added, finished, isUnfinished, quoted, termsOf, turned, turnedAt, without } from '../src/search.ts';

test('a text is cut into terms at blanks that are not quoted', () => {
  assert.deepEqual(termsOf('  web  db '), ['web', 'db']);
  assert.deepEqual(termsOf('output:"disk full",x !"a \\" b" 5"disk x'), ['output:"disk full",x', '!"a \\" b"', '5"disk', 'x']);
  assert.deepEqual(termsOf('label:OS="Debian 12" host:~"a b"'), ['label:OS="Debian 12"', 'host:~"a b"']);
});

test('what is being typed is left out of what is asked for', () => {
  for (const text of ['host:', 'web host:', '!host:=', 'hg:a,', 'since:>', 'label:OS=', '"disk fu', 'output:"a', 'a OR', '!', 'host:~']) assert.ok(isUnfinished(text), text);
  for (const text of ['', 'web', 'host:w', '"disk full"', 'hg:a,b', 'since:>1h', '10:30', '5"disk', 'http://x']) assert.ok(!isUnfinished(text), text);
  assert.equal(finished('web  host:'), 'web');
  assert.equal(finished('a OR '), 'a');
  assert.equal(finished('a OR host:'), 'a');
  assert.equal(finished(' web host:x '), 'web host:x');
});

test('terms are turned round, taken out and added', () => {
  assert.equal(turned('host:web'), '!host:web');
  assert.equal(turned('!host:web'), 'host:web');
  assert.equal(turned('-web'), 'web');
  assert.equal(turned('-5'), '!-5');
  assert.equal(turnedAt('a !b c', 1), 'a b c');
  assert.equal(without('a b c', 1), 'a c');
  assert.equal(without('a OR b c', 2), 'a c');
  assert.equal(without('a OR b c', 0), 'b c');
  assert.equal(added('web', 'host:=x'), 'web host:=x');
  assert.equal(added('web !host:=x', 'host:=x'), 'web host:=x');
  assert.equal(added('host:=x', 'host:=x'), 'host:=x');
});

test('a name that would be read as something else is quoted', () => {
  assert.equal(quoted('web1.example.org'), 'web1.example.org');
  assert.equal(quoted('Disk /var'), '"Disk /var"');
  assert.equal(quoted('a"b\\c'), '"a\\"b\\\\c"');
  assert.equal(quoted('a*'), '"a*"');
});
