// SPDX-License-Identifier: Apache-2.0
// Builds the web application. Without arguments: files in ui/dist, for a look at what is shipped.
// With `--c FILE --depfile DEP`: one C file holding every asset (what meson asks for), so that no process of Vigie needs a web root.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { emitC } from './embed.mjs';

const here = dirname(fileURLToPath(import.meta.url));

// Pages are addresses of their own; every one of them is the same document, so that a link can be sent to a colleague.
export const PAGES = ['/', '/resources', '/platform', '/users', '/account'];
// The budget of a first visit, in bytes as sent.
const FIRST_LOAD_MAX = 80 * 1024;

export async function loadEsbuild() {
  if (!existsSync(join(here, 'node_modules', 'esbuild'))) {
    throw new Error('the packages of the web application are missing (ui/node_modules).\n'
      + '  ./dev installs them; by hand: cd ui && npm ci');
  }
  return import('esbuild');
}

function bundleOptions(dev) {
  return {
    absWorkingDir: here,
    entryPoints: { app: 'src/main.tsx', boot: 'src/boot.ts' },
    outdir: 'dist',
    bundle: true,
    format: 'iife',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    minify: !dev,
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
}

function page(names) {
  const template = readFileSync(join(here, 'src', 'index.html'), 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (!names[key]) throw new Error(`src/index.html asks for {{${key}}}, which the build did not make`);
    return names[key];
  });
}

function asset(path, type, data, immutable) {
  const bytes = Buffer.from(data);
  const gz = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  gz[9] = 255; // the operating system's field: "unknown", so that every machine makes the same bytes
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { path, type, data: bytes, gz: gz.length < bytes.length ? gz : null, immutable, etag };
}

// build() -> { assets, inputs }: every asset in memory, and the files they were made from.
export async function build({ dev = false } = {}) {
  const esbuild = await loadEsbuild();
  const result = await esbuild.build(bundleOptions(dev));
  const assets = [];
  const names = {};
  for (const file of result.outputFiles) {
    const name = '/' + relative(join(here, 'dist'), file.path);
    const key = /^\/(\w+)-\w+\.(js|css)$/.exec(name);
    if (!key) throw new Error(`unexpected output ${name}`);
    names[`${key[1]}_${key[2]}`] = name;
    const type = key[2] === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
    assets.push(asset(name, type, file.contents, true));
  }
  const html = page(names);
  for (const path of PAGES) assets.push(asset(path, 'text/html; charset=utf-8', html, false));
  assets.push(asset('/favicon.svg', 'image/svg+xml', readFileSync(join(here, 'src', 'favicon.svg')), false));
  assets.sort((a, b) => (a.path < b.path ? -1 : 1));
  const inputs = Object.keys(result.metafile.inputs).map((f) => join(here, f));
  inputs.push(join(here, 'src', 'index.html'), join(here, 'src', 'favicon.svg'), join(here, 'embed.mjs'), join(here, 'build.mjs'));
  return { assets, inputs };
}

export function firstLoad(assets) {
  const first = assets.filter((a) => a.path === '/' || a.immutable || a.path === '/favicon.svg');
  return first.reduce((sum, a) => sum + (a.gz ?? a.data).length, 0);
}

function writeDist(assets) {
  const dist = join(here, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const a of assets) {
    if (a.type.startsWith('text/html') && a.path !== '/') continue;
    writeFileSync(join(dist, a.path === '/' ? 'index.html' : a.path), a.data);
  }
}

async function main(argv) {
  const option = (name) => (argv.includes(name) ? resolve(argv[argv.indexOf(name) + 1]) : null);
  const cfile = option('--c');
  const depfile = option('--depfile');
  const { assets, inputs } = await build();
  const size = firstLoad(assets);
  if (size > FIRST_LOAD_MAX) throw new Error(`first load is ${size} bytes compressed, the budget is ${FIRST_LOAD_MAX}`);
  if (!cfile) {
    writeDist(assets);
    console.log(`ui/dist: first load ${(size / 1024).toFixed(1)} KiB compressed`);
    return;
  }
  writeFileSync(cfile, emitC(assets));
  const target = argv[argv.indexOf('--c') + 1];
  if (depfile) writeFileSync(depfile, `${target}: ${inputs.map((f) => f.replace(/ /g, '\\ ')).join(' ')}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(`ui/build.mjs: ${error.message}`);
    process.exit(1);
  });
}
