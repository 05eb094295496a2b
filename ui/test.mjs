// SPDX-License-Identifier: Apache-2.0
// Runs the unit tests: esbuild turns each test/*.test.ts into plain JavaScript, so that nodejs 18 runs them as they are.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadEsbuild, rightsModule } from './build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const only = process.argv[2] ?? '';
const names = readdirSync(join(here, 'test')).filter((f) => f.endsWith('.test.ts') && f.includes(only));
const out = mkdtempSync(join(tmpdir(), 'vigie-ui-test-'));
try {
  const esbuild = await loadEsbuild();
  await esbuild.build({
    absWorkingDir: here, entryPoints: names.map((f) => `test/${f}`), outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', target: 'node18',
    format: 'esm', jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'warning', external: ['*/build.mjs', '*/embed.mjs'], loader: { '.css': 'empty' },
    plugins: [{ name: 'rights', setup(on) { on.onResolve({ filter: /^vigie:rights$/ }, () => ({ path: 'rights', namespace: 'rights' })); on.onLoad({ filter: /.*/, namespace: 'rights' }, () => ({ contents: rightsModule(), loader: 'js' })); } }],
  });
  const run = spawnSync(process.execPath, ['--test', ...names.map((f) => join(out, f.replace(/\.ts$/, '.mjs')))], { cwd: here, stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
