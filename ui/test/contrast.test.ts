// SPDX-License-Identifier: Apache-2.0
// Text at least 4.5:1 and parts at least 3:1, in each theme; colours stand in tokens.css and nowhere else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync('src/style/tokens.css', 'utf8').replace(/\/\*[^]*?\*\//g, '');

function block(selector: string): Record<string, string> {
  const at = css.split('}').find((part) => part.split('{')[0]!.split(',').some((s) => s.trim() === selector));
  assert.ok(at, selector);
  return Object.fromEntries([...at.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})(?=;)/g)].map((m) => [m[1]!, m[2]!]));
}

const light = block('[data-theme=light]');
const dark = block('[data-theme=dark]');
const THEMES: Record<string, Record<string, string>> = {
  light, dark,
  'light, high contrast': { ...light, ...block('[data-contrast=high]') },
  'dark, high contrast': { ...dark, ...block('[data-contrast=high]'), ...block('[data-theme=dark][data-contrast=high]') },
};

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function ratio(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi! + 0.05) / (lo! + 0.05);
}

const STATES = ['ok', 'warn', 'crit', 'unk', 'unr', 'pend'];
const TEXT: [string, string][] = [
  ...['text', 'muted', 'faint', 'accent', ...STATES, 'ack'].flatMap((fg): [string, string][] => [[fg, 'surface'], [fg, 'surface-2']]),
  ['text', 'bg'], ['muted', 'bg'], ['text', 'accent-soft'], ['muted', 'accent-soft'], ['accent', 'accent-soft'], ['on-accent', 'accent'],
  ...STATES.map((s): [string, string] => [s, `${s}-soft`]), ...STATES.map((s): [string, string] => ['text', `${s}-soft`]), ...STATES.map((s): [string, string] => [s, 'accent-soft']),
  ['muted', 'line-2'], ['rail-text', 'rail'], ['rail-head', 'rail'], ['rail-on', 'rail-sel'], ['on-badge', 'badge'], ['surface', 'crit'], ['bg', 'text'],
];
const PARTS: [string, string][] = [['edge', 'surface'], ['edge', 'surface-2'], ['focus', 'surface'], ['focus', 'bg'], ['warn-fill', 'surface'], ['accent', 'line-2'], ['lamp', 'rail'],
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((n): [string, string][] => [[`g${n}`, 'surface'], [`g${n}`, 'surface-2']])];

for (const [name, theme] of Object.entries(THEMES)) {
  test(`contrast: ${name}`, () => {
    const weak: string[] = [];
    const check = (pairs: [string, string][], least: number): void => {
      for (const [a, b] of pairs) {
        assert.ok(theme[a] && theme[b], `--${a} and --${b} are colours`);
        const r = ratio(theme[a], theme[b]);
        if (r < least) weak.push(`--${a} ${theme[a]} on --${b} ${theme[b]}: ${r.toFixed(2)} < ${least}`);
      }
    };
    // High contrast has soft backgrounds of its theme; the dark rail is the same in both.
    check(TEXT.filter(([, b]) => !(name.startsWith('dark, high') && b.endsWith('-soft') && theme[b] === undefined)), 4.5);
    check(PARTS, 3);
    assert.deepEqual(weak, []);
  });
}

test('colours and fonts stand in tokens.css only', () => {
  const sheets = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.css') && file !== 'style/tokens.css');
  assert.ok(sheets.includes('graph/graph.css') && sheets.includes('style/app.css'));
  for (const file of sheets) {
    const text = readFileSync(`src/${file}`, 'utf8').replace(/\/\*[^]*?\*\//g, '');
    assert.deepEqual([...text.matchAll(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi)].map((m) => m[0]), [], file);
    assert.doesNotMatch(text, /@import|url\(/, file);
  }
});
