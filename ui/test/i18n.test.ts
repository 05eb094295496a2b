// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BOOKS, type Key } from '../src/i18n/books.ts';
import { render } from '../src/i18n/i18n.ts';
import { PAGES } from '../src/pages.ts';
import { books, names } from './texts.ts';

const all = (lang: 'en' | 'fr'): Record<string, string | { one: string; other: string }> => Object.assign({}, ...names.map((name) => books[name][lang]));
const [en, fr] = [all('en'), all('fr')];
const keys = Object.keys(en) as Key[];
const texts = (entry: string | { one: string; other: string } | undefined): string[] => (typeof entry === 'object' ? [entry.one, entry.other] : [entry ?? '']);
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

// Words that are the same in both languages, and symbols.
const SAME = new Set<string>([
  'search.services', 'state.ok', 'unit.s', 'unit.min', 'unit.h', 'list.col_info', 'panel.fact_notes', 'plat.version', 'plat.level', 'menu.theme_auto',
  'nav.more', 'panel.tab_config', 'config.secret', 'config.name', 'down.n_services', 'cmdk.services', 'plat.services', 'plat.snapshot', 'plat.directive', 'form.options', 'panel.fact_contacts', 'plat.build', 'list.tag_soft', 'page.sessions', 'account.code', 'scope.services', 'guide.services', 'graph.range_1h', 'graph.range_6h', 'graph.range_24h', 'graph.summary', 'graph.min', 'graph.max',
  'events.kind_notifications', 'events.service', 'events.col_notifications', 'events.layer_notifications', 'events.of_vigie', 'avail.service', 'avail.kind_service', 'avail.level_full',
]);

test('every text exists in both catalogues, with the same blanks', () => {
  for (const name of names) assert.deepEqual(Object.keys(books[name].fr).sort(), Object.keys(books[name].en).sort(), name);
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

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
}
const catalogue = /\/(en|fr)\.ts$/;
const code = files('src').filter((file) => /\.tsx?$/.test(file) && !catalogue.test(file)).map((file) => ({ file, text: readFileSync(file, 'utf8') }));
// Keys made at run time: state.${state} and the like.
const made = (text: string): string[] => [...text.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map((m) => m[1]!);

test('every text is used', () => {
  const text = code.map((one) => one.text).join('\n');
  const prefixes = made(text);
  assert.deepEqual(keys.filter((key) => !text.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix))), []);
});

test('a key stands in one book, and every catalogue in the table of books', () => {
  assert.equal(keys.length, names.reduce((n, name) => n + Object.keys(books[name].en).length, 0));
  const table = readFileSync('src/i18n/books.ts', 'utf8');
  for (const file of files('src').filter((one) => catalogue.test(one))) assert.ok(table.includes(`import('${file.replace(/^src\/i18n/, '.').replace(/^src/, '..')}')`), file);
  assert.deepEqual(Object.keys(BOOKS), names);
});

test('a part uses texts of its own books, and of the common one, only', () => {
  const opened: Record<string, readonly string[]> = Object.fromEntries(PAGES.map((row) => [/import\(["']\.\/(.*)\/[^/]*["']\)/.exec(readFileSync('src/pages.ts', 'utf8').split('\n').find((line) => line.includes(`name: '${row.name}'`))!)![1]!, row.books]));
  for (const [, place, list] of readFileSync('src/lazy.tsx', 'utf8').matchAll(/new Part\(\(\) => import\('\.\/([^']*)\/[^/']*'\), \[([^\]]*)\]\)/g)) opened[place!] = [...list!.matchAll(/'(\w+)'/g)].map((m) => m[1]!);
  Object.assign(opened, { event: ['event'], admin: ['admin'] });
  for (const { file, text } of code) {
    const place = file.replace(/^src\//, '').replace(/\/[^/]*$/, '');
    const may = new Set(['common', ...(file === 'src/graph/spark.tsx' ? [] : opened[place] ?? [])].flatMap((name) => Object.keys(books[name as 'common'].en)));
    const used = [...keys.filter((key) => text.includes(`'${key}'`)), ...made(text).flatMap((prefix) => keys.filter((key) => key.startsWith(prefix)))];
    assert.deepEqual(used.filter((key) => !may.has(key)), [], `${file}: put these into its book, into the common one, or open their book in pages.ts or lazy.tsx`);
  }
});

test('rights that the pages speak of are those of the server', () => {
  const known = new Set([...readFileSync('../src/api/right.def', 'utf8').matchAll(/^RIGHT\(\w+, "(\w+)", "(\w+)"/gm)].map((m) => `${m[1]}.${m[2]}`));
  for (const { file, text } of code) for (const [, right] of text.matchAll(/(?:may\(|right: |allowed\(|(?:ack|downtime|comment): )'([a-z]+\.[a-z_]+)'/g)) if (!keys.includes(right as Key)) assert.ok(known.has(right!), `${file}: ${right}`);
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
  assert.equal(render('en', 'no.such' as Key), 'no.such');
});
