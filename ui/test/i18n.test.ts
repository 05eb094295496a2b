// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUES, render } from '../src/i18n/i18n.ts';
import { en, type Key } from '../src/i18n/en.ts';
import { fr } from '../src/i18n/fr.ts';

const keys = Object.keys(en) as Key[];
const texts = (entry: string | { one: string; other: string }): string[] => (typeof entry === 'string' ? [entry] : [entry.one, entry.other]);
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

// Words that are the same in both languages, and symbols.
const SAME = new Set<string>([
  'search.services', 'state.ok', 'unit.s', 'unit.min', 'unit.h', 'list.col_info', 'panel.fact_notes', 'plat.version', 'plat.level', 'menu.theme_auto',
  'plat.directive', 'form.options', 'panel.fact_contacts', 'plat.build', 'list.tag_soft', 'users.sessions', 'graph.range_1h', 'graph.range_6h', 'graph.range_24h', 'graph.summary', 'graph.min', 'graph.max',
]);

test('every text exists in both catalogues, with the same blanks', () => {
  assert.deepEqual(Object.keys(fr).sort(), [...keys].sort());
  for (const key of keys) {
    assert.equal(typeof fr[key], typeof en[key], key);
    const [english, french] = [texts(en[key]), texts(fr[key])];
    english.forEach((text, i) => {
      assert.ok(text.length > 0 && french[i]!.length > 0, `${key} is empty`);
      // A singular may say "the one resource" without its number.
      if (english.length === 1) assert.deepEqual(holes(french[i]!), holes(text), key);
      else assert.deepEqual(new Set(holes(french[1]!)), new Set(holes(english[1]!)), key);
    });
  }
});

test('French: no "de" before a name that may begin with a vowel, and the end of an axis is now', () => {
  for (const key of keys) for (const text of texts(fr[key])) assert.ok(!/\bde \{(user|name|host|author)\}/.test(text), `${key}: ${text}`);
  assert.equal(fr['time.now'], 'maintenant');
});

test('no text was left untranslated', () => {
  for (const key of keys) if (!SAME.has(key)) assert.notDeepEqual(fr[key], en[key], `${key} reads the same in French`);
});

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true }).map((entry) => {
    if (entry.isDirectory()) return entry.name === 'i18n' ? '' : sources(join(folder, entry.name));
    return /\.tsx?$/.test(entry.name) ? readFileSync(join(folder, entry.name), 'utf8') : '';
  }).join('\n');
}

test('every text is used', () => {
  const all = sources('src');
  // Keys made at run time: state.${state} and the like.
  const made = [...all.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map((m) => m[1]!);
  const unused = keys.filter((key) => !all.includes(`'${key}'`) && !made.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test('French typography: a no-break or plain space before : ; ? !, curly apostrophes', () => {
  for (const key of keys) {
    for (const text of texts(fr[key])) {
      assert.doesNotMatch(text, /[a-zé](;|\?|!)/i, key);
      assert.doesNotMatch(text, /[a-z]'[a-z]/i, key);
    }
  }
});

test('numbers choose the plural of their language', () => {
  assert.equal(render('en', 'list.selected', { n: 0 }), '0 selected');
  assert.equal(render('fr', 'list.selected', { n: 0 }), '0 sélectionnée');
  assert.equal(render('fr', 'list.selected', { n: 2 }), '2 sélectionnées');
  assert.equal(render('en', 'nav.unhandled', { n: 1210 }), '1,210 unhandled problems');
  assert.match(render('fr', 'nav.unhandled', { n: 1210 }), /^1\s210 problèmes/u);
});

test('an argument that is not given stays visible instead of being swallowed', () => {
  assert.equal(render('en', 'time.ago'), '{d} ago');
  assert.equal(Object.keys(CATALOGUES).length, 2);
});
