// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES } from '../src/pages.ts';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

interface Asset {
  path: string;
  type: string;
  data: Buffer;
  gz: Buffer | null;
  br: Buffer | null;
  immutable: boolean;
  etag: string;
  first?: boolean | 'en' | 'fr';
}
const load = (file: string): Promise<unknown> => import(join(process.cwd(), file));
interface PageOf { name: string; path: string; code: string; texts: Record<string, string[]> }
const { build, firstLoad } = (await load('build.mjs')) as { build: () => Promise<{ assets: Asset[]; inputs: string[]; pages: PageOf[] }>; firstLoad: (a: Asset[], coding?: string) => number };
const { emitC } = (await load('embed.mjs')) as { emitC: (assets: Asset[]) => string };
const { assets, inputs, pages } = await build();
const textOf = (path: string): string => assets.find((a) => a.path === path)!.data.toString();

test('the first visit is small', () => {
  assert.ok(firstLoad(assets) < 64 * 1000, `${firstLoad(assets)} bytes`);
  assert.ok(firstLoad(assets, 'br') < firstLoad(assets));
});

test('every page of the table has a document, which asks for what that page needs at once: code, styles, and texts of one language', () => {
  assert.deepEqual(pages.map((row) => row.path), PAGES.map((row) => row.path));
  for (const { path, texts } of [{ ...pages[0]!, path: '/' }, ...pages]) {
    const page = textOf(path);
    const app = /<script type="module" src="([^"]+)"/.exec(page)![1]!;
    const wanted = new Set<string>();
    const walk = (name: string): void => {
      if (wanted.has(name)) return;
      wanted.add(name);
      for (const [, next] of textOf(name).matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) walk(`/${next}`);
    };
    walk(app);
    for (const name of wanted) if (name !== app) assert.ok(page.includes(`<link rel="modulepreload" href="${name}">`), `${path}: ${name}`);
    for (const lang of ['en', 'fr']) {
      const files = new RegExp(`data-${lang}="([^"]*)"`).exec(page)![1]!.split(' ');
      assert.equal(files.length, texts[lang]!.length);
      for (const file of files) assert.ok(assets.some((a) => a.path === file && (path !== '/' || a.first === lang)), file);
    }
  }
});

test('other pages, the panel, the forms and the other language come later', () => {
  const app = /<script type="module" src="([^"]+)"/.exec(textOf('/'))![1]!;
  assert.ok(assets.find((a) => a.path === app)!.first);
  const later = assets.filter((a) => a.immutable && !a.first).map((a) => a.path.split('-')[0]);
  for (const name of ['/graphs', '/graph', '/panel', '/dialogs', '/page']) assert.ok(later.includes(name), name);
  assert.ok(assets.filter((a) => a.first === true && a.path.endsWith('.js')).every((a) => !/Utilisateurs|Users/.test(a.data.toString())), 'no text in the code');
});

test('what all parts share is one file', () => {
  const shared = assets.filter((a) => a.path.startsWith('/chunk-') && a.first === true);
  assert.ok(shared.length <= 4, shared.map((a) => a.path).join(' '));
});

test('the small lines of the list come alone, and count as part of the first visit', () => {
  const page = assets.find((a) => a.path === '/')!.data.toString();
  const spark = assets.find((a) => a.path.startsWith('/spark-'))!;
  assert.equal(spark.first, true);
  assert.ok(!page.includes(spark.path), 'not before somebody is in');
  const imported = [...spark.data.toString().matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map((m) => assets.find((a) => a.path === `/${m[1]}`)!);
  assert.deepEqual(imported.filter((a) => !a.first || a.path.startsWith('/graphs-')).map((a) => a.path), []);
});

test('pages hold no script or style of their own, and load nothing from elsewhere', () => {
  for (const { path } of pages) {
    const page = assets.find((a) => a.path === path)!.data.toString();
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc="\/)[^>]*>|<style|\sstyle=|\son\w+=|https?:|javascript:/i);
    for (const [, url] of page.matchAll(/(?:src|href)="([^"]+)"/g)) assert.ok(assets.some((a) => a.path === url), url);
  }
  for (const a of assets) assert.ok(!/\beval\(|new Function\(|document\.write\(/.test(a.data.toString()), a.path);
  for (const file of inputs.filter((f) => f.includes('/ui/src/'))) assert.ok(!/innerHTML|style=/.test(readFileSync(file, 'utf8')), file);
});

test('the table is sorted, and names with a hash are the immutable ones', () => {
  const paths = assets.map((a) => a.path);
  assert.deepEqual(paths, [...paths].sort());
  for (const a of assets) assert.equal(a.immutable, /-[A-Z0-9]{8}\.(js|css)$/.test(a.path), a.path);
});

test('two builds are the same bytes', async () => {
  const again = await build();
  assert.equal(emitC(again.assets), emitC(assets));
});

test('the C table says the same bytes', () => {
  const source = emitC(assets);
  const blobs = new Map<string, Buffer>();
  for (const [, name, size, body] of source.matchAll(/static const unsigned char (\w+)\[(\d+)\] =\n([^;]*(?:;[^\n][^;]*)*);\n/g)) {
    const bytes: number[] = [];
    for (const [, text] of body!.matchAll(/^ {2}"(.*)"$/gm)) {
      for (const [token] of text!.matchAll(/\\[0-7]{3}|\\.|[^\\]/g)) {
        bytes.push(token!.length === 4 ? parseInt(token!.slice(1), 8) : token!.charCodeAt(token!.length - 1));
      }
    }
    assert.equal(bytes.length + 1, Number(size), name);
    blobs.set(name!, Buffer.from(bytes));
  }
  for (const a of assets) {
    const line = source.split('\n').find((l) => l.startsWith(`  { "${a.path}", `))!;
    const blob = (kind: string): Buffer | undefined => blobs.get(new RegExp(`\\b${kind}_\\d+\\b`).exec(line)?.[0] ?? '');
    assert.deepEqual(blob('data'), a.data, a.path);
    if (a.gz) assert.deepEqual(gunzipSync(blob('gz')!), a.data, a.path);
    if (a.br) assert.deepEqual(brotliDecompressSync(blob('br')!), a.data, a.path);
    assert.ok(!a.type.startsWith('text/html') || (!a.gz && !a.br), a.path);
  }
  assert.doesNotMatch(source, /\?\?/, 'no trigraph');
});

test('a rebuild is asked for when any source changes', () => {
  for (const file of ['src/main.tsx', 'src/boot.ts', 'src/index.html', 'src/i18n/fr.ts', 'src/pages.ts', 'src/pages/users/fr.ts', 'src/graph/graph.css', '../src/api/right.def', 'src/style/tokens.css', 'embed.mjs']) {
    assert.ok(inputs.includes(join(process.cwd(), file)), file);
  }
});

test('the lock file names no host', () => {
  const lock = readFileSync('package-lock.json', 'utf8');
  assert.doesNotMatch(lock, /"resolved"/);
  assert.equal((lock.match(/"integrity"/g) ?? []).length, Object.keys(JSON.parse(lock).packages as object).length - 1, 'every package has its hash');
});
