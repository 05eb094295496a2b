// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCaps, capNames } from '../src/pages/platform/caps.ts';
import { codeIn, tokenIn } from '../src/setup.ts';
import { goodPassword, goodUser, judge } from '../src/password.ts';
import { browserLang, parsePrefs } from '../src/prefs.ts';

test('passwords that people really choose', () => {
  const good = (password: string, user = 'marie'): boolean => goodPassword(judge(password, user));
  for (const bad of ['', 'short', 'aaaaaaaaaaaaaaaa', 'abababababababab', 'abcdefghijklmnop', '123456789012', 'qwertyuiopasdf', 'azertyuiop123', 'marie-et-jean-7', 'MARIE et jean 7']) {
    assert.equal(good(bad), false, bad);
  }
  for (const fine of ['brume lente 42', 'correct horse battery', 'Xk9!v2#pQ7zz', 'le phare veille', 'été à Ouessant']) assert.equal(good(fine), true, fine);
  assert.equal(good('marie-et-jean-7', 'al'), true, 'a very short name is everywhere: no rule');
});

test('user names', () => {
  for (const fine of ['a', 'marie.d', 'x_y-z', 'marie@example.org', 'A'.repeat(64)]) assert.ok(goodUser(fine));
  for (const bad of ['', 'a b', 'é', 'a/b', 'A'.repeat(65)]) assert.ok(!goodUser(bad));
});

test('the set-up code is found in a link, a fragment, or nowhere; a damaged one is known as such', () => {
  const code = 'abcDEF_123-45'.padEnd(43, 'x');
  assert.equal(tokenIn(`#setup=${code}`), code);
  assert.equal(tokenIn(` http://127.0.0.1:8080/#setup=${code} `), code);
  assert.equal(tokenIn(`http://127.0.0.1:8080/#setup=${code.slice(0, 20)}\n  ${code.slice(20)}`), code, 'a line that the terminal broke');
  for (const bad of ['', '#setup=', '#setup=short', `#setup=${code}x`, 'http://x/', '#setup=<script>alert(1)</script>']) assert.equal(tokenIn(bad), '');
  assert.equal(codeIn('#other'), null);
  assert.equal(codeIn('#setup='), '');
  assert.equal(codeIn('#setup=short'), 'short');
});

test('capabilities have names', () => {
  assert.deepEqual(capNames('0'), []);
  assert.deepEqual(capNames('8192'), ['net_raw']);
  assert.deepEqual(capNames('5'), ['chown', 'dac_read_search']);
  assert.ok(allCaps(capNames('2199023255551')));
  assert.ok(!allCaps(capNames('8192')));
  assert.deepEqual(capNames(''), []);
});

test('what a browser stored may be anything', () => {
  const usual = { theme: 'auto', contrast: false, density: 'normal', lang: null, keys: true, guide: true, columns: ['since', 'output', 'checked', 'spark'] };
  for (const text of [null, '', '{', '[]', 'null', '7', '{"theme":"pink","density":3,"lang":"xx","keys":0}']) assert.deepEqual(parsePrefs(text), usual, String(text));
  assert.deepEqual(parsePrefs('{"theme":"dark","lang":"fr","keys":false,"contrast":true,"density":"compact"}'), { theme: 'dark', lang: 'fr', keys: false, contrast: true, density: 'compact', guide: true, columns: usual.columns });
});

test('the language is the first one that exists here', () => {
  assert.equal(browserLang(['de-DE', 'fr-CA', 'en']), 'fr');
  assert.equal(browserLang(['de']), 'en');
  assert.equal(browserLang([]), 'en');
});
