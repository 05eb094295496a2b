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
export const PAGES = ['/', '/resources', '/graphs', '/platform', '/users', '/account'];
// The budget of a first visit, in bytes as sent.
const FIRST_LOAD_MAX = 80 * 1000;
// And of what comes later, a file.
const LATER_MAX = 60 * 1000;

export async function loadEsbuild() {
  if (!existsSync(join(here, 'node_modules', 'esbuild'))) {
    throw new Error('the packages of the web application are missing (ui/node_modules).\n'
      + '  ./dev installs them; by hand: cd ui && npm ci');
  }
  return import('esbuild');
}

// boot runs before anything is drawn and is a script; the application is a module, so that parts of it can come later.
function bundleOptions(entryPoints, format, dev) {
  return {
    absWorkingDir: here,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    format,
    splitting: format === 'esm',
    chunkNames: '[name]-[hash]',
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
    if (names[key] === undefined) throw new Error(`src/index.html asks for {{${key}}}, which the build did not make`);
    return names[key];
  });
}

function asset(path, type, data, immutable) {
  const bytes = Buffer.from(data);
  const gz = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  gz[9] = 255; // the operating system's field: "unknown", so that every machine makes the same bytes
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const page = type.startsWith('text/html'); // one packet anyway; uncoded, nobody who looks for BREACH has to be told that nothing in it is secret
  return { path, type, data: bytes, gz: !page && gz.length < bytes.length ? gz : null, immutable, etag };
}

// What the list of resources asks for as soon as it has a row: no visit goes without.
const LIST_PART = 'src/graph/spark.tsx';

// The modules that one imports at once, and those that these import.
function importsOf(outputs, entry) {
  const seen = new Set();
  const walk = (name) => {
    for (const i of outputs[name].imports.filter((one) => one.kind === 'import-statement' && !seen.has(one.path))) {
      seen.add(i.path);
      walk(i.path);
    }
  };
  walk(entry);
  return [...seen].sort();
}

// build() -> { assets, inputs }: every asset in memory, and the files they were made from. An asset is `first` when a first visit loads it, as far as the list of resources.
export async function build({ dev = false } = {}) {
  const esbuild = await loadEsbuild();
  const results = [await esbuild.build(bundleOptions({ app: 'src/main.tsx' }, 'esm', dev)), await esbuild.build(bundleOptions({ boot: 'src/boot.ts' }, 'iife', dev))];
  const outputs = Object.assign({}, ...results.map((r) => r.metafile.outputs));
  const madeOf = (source) => Object.keys(outputs).find((name) => outputs[name].entryPoint === source);
  const path = (name) => '/' + relative('dist', name);
  const preloaded = importsOf(outputs, madeOf('src/main.tsx')).map(path);
  const first = new Set([...preloaded, ...[madeOf(LIST_PART), ...importsOf(outputs, madeOf(LIST_PART))].map(path)]);
  const assets = [];
  const names = { preload: preloaded.map((one) => `<link rel="modulepreload" href="${one}">\n`).join('') };
  for (const file of results.flatMap((r) => r.outputFiles)) {
    const name = '/' + relative(join(here, 'dist'), file.path);
    const key = /^\/(\w+)-\w+\.(js|css)$/.exec(name);
    if (!key) throw new Error(`unexpected output ${name}`);
    const own = key[1] === 'app' || key[1] === 'boot';
    if (own) names[`${key[1]}_${key[2]}`] = name;
    const type = key[2] === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
    assets.push({ ...asset(name, type, file.contents, true), first: own || first.has(name) });
  }
  const html = page(names);
  for (const one of PAGES) assets.push({ ...asset(one, 'text/html; charset=utf-8', html, false), first: one === '/' });
  assets.push({ ...asset('/favicon.svg', 'image/svg+xml', readFileSync(join(here, 'src', 'favicon.svg')), false), first: true });
  assets.sort((a, b) => (a.path < b.path ? -1 : 1));
  const inputs = [...new Set(results.flatMap((r) => Object.keys(r.metafile.inputs)))].map((f) => join(here, f));
  inputs.push(join(here, 'src', 'index.html'), join(here, 'src', 'favicon.svg'), join(here, 'embed.mjs'), join(here, 'build.mjs'));
  return { assets, inputs };
}

export function firstLoad(assets) {
  return assets.filter((a) => a.first).reduce((sum, a) => sum + (a.gz ?? a.data).length, 0);
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
  for (const a of assets) if (a.immutable && !a.first && (a.gz ?? a.data).length > LATER_MAX) throw new Error(`${a.path} is ${(a.gz ?? a.data).length} bytes compressed, the budget is ${LATER_MAX}`);
  if (!cfile) {
    writeDist(assets);
    const later = assets.filter((a) => a.immutable && !a.first).map((a) => `, ${a.path.slice(1).split('-')[0]} ${((a.gz ?? a.data).length / 1000).toFixed(1)} kB`).join('');
    console.log(`ui/dist: first load ${(size / 1000).toFixed(1)} kB compressed; later${later}`);
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
