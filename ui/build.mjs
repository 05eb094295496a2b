// SPDX-License-Identifier: Apache-2.0
// Builds the web application. Without arguments: files in ui/dist, for a look at what is shipped.
// With `--c FILE --depfile DEP`: one C file holding every asset (what meson asks for), so that no process of Vigie needs a web root.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { emitC } from './embed.mjs';

const here = dirname(fileURLToPath(import.meta.url));

// The budget of a first visit, in bytes as sent.
const FIRST_LOAD_MAX = 64 * 1000;
// And of what comes later, a file.
const LATER_MAX = 60 * 1000;

export async function loadEsbuild() {
  if (!existsSync(join(here, 'node_modules', 'esbuild'))) {
    throw new Error('the packages of the web application are missing (ui/node_modules).\n'
      + '  ./dev installs them; by hand: cd ui && npm ci');
  }
  return import('esbuild');
}

const MAIN = join(here, 'src', 'main.tsx');
const RIGHTS = join(here, '..', 'src', 'api', 'right.def');
const TARGET = ['chrome109', 'firefox115', 'safari16'];
const LANGS = ['en', 'fr'];

// The words of each right, from the server's table.
export function rightsModule(text = readFileSync(RIGHTS, 'utf8')) {
  const rights = {};
  for (const [, resource, action, english, french] of text.matchAll(/^RIGHT\(\w+, "(\w+)", "(\w+)", \w+, \w+, "([^"]+)", "([^"]+)"\)/gm)) rights[`${resource}.${action}`] = [english, french];
  if (Object.keys(rights).length === 0) throw new Error(`${RIGHTS} holds no line that can be read`);
  return `export const RIGHTS = ${JSON.stringify(rights)};`;
}

// What esbuild does not do by itself: the style sheet of a part that comes later is a file of its own, which the part waits for; the words of rights are a module; and whatever main.tsx holds
// is one file, not one for every set of parts that use something of it (each part is made to depend on the whole).
export function parts(esbuild, dev, sheets) {
  const css = async ({ path }) => {
    const made = await esbuild.build({ entryPoints: [path], bundle: true, minify: !dev, target: TARGET, legalComments: 'none', write: false, logLevel: 'silent' });
    const name = `/${basename(path, '.css')}-${createHash('sha256').update(made.outputFiles[0].contents).digest('hex').slice(0, 8).toUpperCase()}.css`;
    sheets.set(path, { name, contents: made.outputFiles[0].contents });
    return { contents: `import { addStyle } from ${JSON.stringify(join(here, 'src', 'part.tsx'))};\nawait addStyle(${JSON.stringify(name)});\n`, resolveDir: here, watchFiles: [path] };
  };
  return {
    name: 'parts',
    setup(on) {
      on.onResolve({ filter: /^vigie:rights$/ }, () => ({ path: RIGHTS, namespace: 'rights' }));
      on.onLoad({ filter: /.*/, namespace: 'rights' }, () => ({ contents: rightsModule(), loader: 'js' }));
      on.onResolve({ filter: /\.css$/ }, ({ path, importer, resolveDir }) => (importer === '' || importer === MAIN ? undefined : { path: join(resolveDir, path), namespace: 'sheet' }));
      on.onLoad({ filter: /.*/, namespace: 'sheet' }, css);
      on.onResolve({ filter: /\.tsx?$/ }, ({ path, kind, resolveDir }) => (kind === 'dynamic-import' && !/\/(en|fr)\.ts$/.test(path) ? { path: join(resolveDir, path), pluginData: 'later' } : undefined));
      on.onLoad({ filter: /\.tsx?$/ }, ({ path, pluginData }) => (pluginData !== 'later' ? undefined
        : { contents: `import ${JSON.stringify(MAIN)}; ${readFileSync(path, 'utf8')}`, loader: path.endsWith('x') ? 'tsx' : 'ts' }));
    },
  };
}

// boot runs before anything is drawn and is a script; the application is a module, so that parts of it can come later.
function bundleOptions(entryPoints, format, dev, plugins) {
  return {
    absWorkingDir: here,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    format,
    splitting: format === 'esm',
    chunkNames: '[name]-[hash]',
    target: TARGET,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    minify: !dev,
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins,
  };
}

// The table of pages, as data: each with its address and with the source files of its code and of its books.
export async function readPages() {
  const esbuild = await loadEsbuild();
  const { code } = await esbuild.transform(readFileSync(join(here, 'src', 'pages.ts'), 'utf8'), { loader: 'ts', format: 'esm' });
  const { PAGES } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const books = readFileSync(join(here, 'src', 'i18n', 'books.ts'), 'utf8');
  const imported = (text, from) => relative(here, join(here, 'src', from, /import\(["']([^"']+)["']\)/.exec(text)[1]));
  const book = (name, lang) => imported(new RegExp(`^  ${name}: .*(import\\('[^']*/${lang}.ts'\\))`, 'm').exec(books)[1], 'i18n');
  return PAGES.map((row) => ({ name: row.name, path: row.path, code: imported(String(row.code), ''), texts: Object.fromEntries(LANGS.map((lang) => [lang, ['common', ...row.books].map((name) => book(name, lang))])) }));
}

function page(names) {
  const template = readFileSync(join(here, 'src', 'index.html'), 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (names[key] === undefined) throw new Error(`src/index.html asks for {{${key}}}, which the build did not make`);
    return names[key];
  });
}

// A page is one packet anyway, and stays uncoded: nobody who looks for BREACH has to be told that nothing in it is secret.
function asset(path, type, data, immutable) {
  const bytes = Buffer.from(data);
  const smaller = (coded) => (!type.startsWith('text/html') && coded.length < bytes.length ? coded : null);
  const gz = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  gz[9] = 255; // the operating system's field: "unknown", so that every machine makes the same bytes
  const br = immutable ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }) : bytes;
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { path, type, data: bytes, gz: smaller(gz), br: smaller(br), immutable, etag };
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

// What the outputs of a build are to a page: `modules` of a source file with all that it imports, style `sheets` among them.
function graphOf(outputs, sheets) {
  const madeOf = (source) => {
    const made = Object.keys(outputs).find((name) => outputs[name].entryPoint === source);
    if (!made) throw new Error(`${source} is in a table, and nothing was made of it`);
    return made;
  };
  const path = (name) => '/' + relative('dist', name);
  return {
    file: (source) => path(madeOf(source)),
    modules: (source) => [madeOf(source), ...importsOf(outputs, madeOf(source))].map(path),
    sheets: (source) => [madeOf(source), ...importsOf(outputs, madeOf(source))].flatMap((name) => Object.keys(outputs[name].inputs))
      .filter((input) => input.startsWith('sheet:')).map((input) => sheets.get(resolve(here, input.slice('sheet:'.length))).name),
  };
}

// build() -> { assets, inputs, pages }: every asset in memory, the files they were made from, the table of pages. `first`: a first visit loads it, as far as the list of resources; "en" or "fr": with that language.
export async function build({ dev = false } = {}) {
  const esbuild = await loadEsbuild();
  const sheets = new Map();
  const results = [await esbuild.build(bundleOptions({ app: 'src/main.tsx' }, 'esm', dev, [parts(esbuild, dev, sheets)])), await esbuild.build(bundleOptions({ boot: 'src/boot.ts' }, 'iife', dev, []))];
  const outputs = Object.assign({}, ...results.map((r) => r.metafile.outputs));
  const graph = graphOf(outputs, sheets);
  const pages = await readPages();
  const app = graph.modules('src/main.tsx');
  const first = new Map([...app, ...graph.modules(pages[0].code), ...graph.sheets(pages[0].code), ...graph.modules(LIST_PART)].map((name) => [name, true]));
  for (const lang of LANGS) for (const book of pages[0].texts[lang]) first.set(graph.file(book), lang);
  const assets = [];
  const names = { app_js: graph.file('src/main.tsx') };
  // The styles of main.tsx, once: esbuild makes them anew for each part that depends on it.
  const ours = (name) => !name.endsWith('.css') || /^\/app-/.test(name);
  const files = results.flatMap((r) => r.outputFiles).map((file) => ['/' + relative(join(here, 'dist'), file.path), file.contents]).filter(([name]) => ours(name));
  for (const [name, contents] of [...files, ...[...sheets.values()].map((sheet) => [sheet.name, sheet.contents])]) {
    const key = /^\/([\w-]+)-\w+\.(js|css)$/.exec(name);
    if (!key) throw new Error(`unexpected output ${name}`);
    const own = (key[1] === 'app' && key[2] === 'css') || key[1] === 'boot';
    if (own) names[`${key[1]}_${key[2]}`] = name;
    const type = key[2] === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
    assets.push({ ...asset(name, type, contents, true), first: own || (first.get(name) ?? false) });
  }
  for (const one of [{ ...pages[0], path: '/' }, ...pages]) {
    const preload = [...new Set([...app.slice(1), ...graph.modules(one.code)])].filter((name) => name !== names.app_js).map((name) => `<link rel="modulepreload" href="${name}">\n`);
    const styles = graph.sheets(one.code).map((name) => `<link rel="stylesheet" href="${name}">\n`);
    const texts = Object.fromEntries(LANGS.map((lang) => [`texts_${lang}`, one.texts[lang].map(graph.file).join(' ')]));
    assets.push({ ...asset(one.path, 'text/html; charset=utf-8', page({ ...names, ...texts, preload: [...styles, ...preload].join('') }), false), first: one.path === '/' });
  }
  assets.push({ ...asset('/favicon.svg', 'image/svg+xml', readFileSync(join(here, 'src', 'favicon.svg')), false), first: true });
  assets.sort((a, b) => (a.path < b.path ? -1 : 1));
  const inputs = [...new Set(results.flatMap((r) => Object.keys(r.metafile.inputs)))].map((f) => resolve(here, f.replace(/^(sheet|rights):/, '')));
  inputs.push(...['src/index.html', 'src/favicon.svg', 'src/pages.ts', 'embed.mjs', 'build.mjs'].map((f) => join(here, f)));
  return { assets, inputs: [...new Set(inputs)], pages };
}

const sent = (asset, coding) => (asset[coding] ?? asset.gz ?? asset.data).length;

// In gzip, with which every browser can be served; texts in the longer language.
export function firstLoad(assets, coding = 'gz') {
  const sum = (which) => assets.filter((a) => a.first === which).reduce((all, a) => all + sent(a, coding), 0);
  return sum(true) + Math.max(...LANGS.map(sum));
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
  for (const a of assets) if (a.immutable && !a.first && sent(a, 'gz') > LATER_MAX) throw new Error(`${a.path} is ${sent(a, 'gz')} bytes compressed, the budget is ${LATER_MAX}`);
  if (!cfile) {
    writeDist(assets);
    const later = assets.filter((a) => a.immutable && !a.first);
    console.log(`ui/dist: first load ${(size / 1000).toFixed(1)} kB in gzip, ${(firstLoad(assets, 'br') / 1000).toFixed(1)} kB in brotli; later ${later.length} files:`);
    console.log(later.map((a) => `  ${a.path.slice(1)} ${(sent(a, 'gz') / 1000).toFixed(1)} kB`).join('\n'));
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
