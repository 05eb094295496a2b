// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

interface Asset {
  path: string;
  type: string;
  data: Buffer;
  gz: Buffer | null;
  immutable: boolean;
  etag: string;
  first?: boolean;
}
const load = (file: string): Promise<unknown> => import(join(process.cwd(), file));
const { build, firstLoad, PAGES } = (await load('build.mjs')) as { build: () => Promise<{ assets: Asset[]; inputs: string[] }>; firstLoad: (a: Asset[]) => number; PAGES: string[] };
const { emitC } = (await load('embed.mjs')) as { emitC: (assets: Asset[]) => string };
const { assets, inputs } = await build();

test('the first visit is small', () => {
  assert.ok(firstLoad(assets) < 80 * 1000, `${firstLoad(assets)} bytes`);
});

test('graphs come later; what the application needs at once is asked for by the page', () => {
  const page = assets.find((a) => a.path === '/')!.data.toString();
  const app = assets.find((a) => /^\/app-.*js$/.test(a.path))!;
  const imported = [...app.data.toString().matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map((m) => `/${m[1]}`);
  assert.ok(imported.length > 0);
  for (const path of imported) {
    assert.ok(page.includes(`<link rel="modulepreload" href="${path}">`), path);
    assert.equal(assets.find((a) => a.path === path)?.first, true, path);
  }
  const later = assets.filter((a) => a.immutable && !a.first);
  assert.deepEqual(later.map((a) => a.path.split('-')[0]), ['/graphs']);
  assert.ok(!page.includes(later[0]!.path));
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
  for (const path of PAGES) {
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
    const [data, gz] = line.match(/\b(?:data|gz)_\d+\b/g)!;
    assert.deepEqual(blobs.get(data!), a.data, a.path);
    if (a.gz) assert.deepEqual(gunzipSync(blobs.get(gz!)!), a.data, a.path);
  }
  assert.doesNotMatch(source, /\?\?/, 'no trigraph');
});

test('a rebuild is asked for when any source changes', () => {
  for (const file of ['src/main.tsx', 'src/boot.ts', 'src/index.html', 'src/i18n/fr.ts', 'src/style/tokens.css', 'embed.mjs']) {
    assert.ok(inputs.includes(join(process.cwd(), file)), file);
  }
});

test('the lock file names no host', () => {
  const lock = readFileSync('package-lock.json', 'utf8');
  assert.doesNotMatch(lock, /"resolved"/);
  assert.equal((lock.match(/"integrity"/g) ?? []).length, Object.keys(JSON.parse(lock).packages as object).length - 1, 'every package has its hash');
});
