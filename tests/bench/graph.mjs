// SPDX-License-Identifier: Apache-2.0
// What it takes to draw half a million points, and what a first visit loads. Draws with the code of the page, in chromium, without a graphics card.
//   node tests/bench/graph.mjs
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch, newPage } from '../e2e/browser.mjs';

const UI = fileURLToPath(new URL('../../ui', import.meta.url));
const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { build, firstLoad } = await import('../../ui/build.mjs');

// Runs in the page: lines of noisy days a minute apart, with a band where wanted; drawn several times, each to the last pixel.
const MEASURE = `
import { draw } from './src/graph/draw.ts';
import { lineOf } from './src/graph/model.ts';
import { unitOf } from './src/quantity.ts';
const NOW = 1.76e9, WIDTH = 1200, HEIGHT = 300, ROUNDS = 15;
const answer = (k, n, band) => {
  const t = Array.from({ length: n }, (_, i) => NOW - (n - i) * 60);
  const mean = t.map((_, i) => 50 + 20 * Math.sin(i / (n / 40)) + Math.random() * 10 + k * 3);
  const sides = band ? { min: mean.map((v) => v - 3 * Math.random()), max: mean.map((v) => v + 3 * Math.random()) } : {};
  return { id: String(k), host: 'h', service: 's', label: 'l' + k, unit: '%', t, mean, ...sides, thresholds: [{ from: 0, warn: '80', crit: '90' }] };
};
globalThis.measure = (count, n, band) => {
  const answers = Array.from({ length: count }, (_, k) => answer(k, n, band));
  const began = performance.now();
  const lines = answers.map(lineOf);
  const taken = performance.now() - began;
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const g = canvas.getContext('2d');
  const picture = { lines, slots: new Map(lines.map((l, i) => [l.key, i])), unit: unitOf('%', false), window: { from: NOW - n * 60, to: NOW }, hot: '', marks: { states: [], downtimes: [] }, width: WIDTH, height: HEIGHT };
  const colours = { text: '#000', muted: '#555', grid: '#eee', edge: '#888', surface: '#fff', accent: '#00f', hatch: '#8888', warn: '#c70', crit: '#c22', state: {}, line: ['#1f6fd1', '#0b7a63', '#8b3fc4', '#b5176b', '#8a6100', '#0b7a99', '#b4430f', '#4b5563'], font: 'sans-serif', high: false };
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    draw(g, picture, colours, String);
    g.getImageData(0, 0, 1, 1); // waits until it is drawn
    times.push(performance.now() - start);
  }
  const sorted = [...times].sort((a, b) => a - b);
  return { taken, first: times[0], median: sorted[ROUNDS >> 1], worst: sorted[ROUNDS - 1] };
};`;

const esbuild = require('esbuild');
const { outputFiles } = await esbuild.build({ stdin: { contents: MEASURE, resolveDir: UI, loader: 'ts' }, bundle: true, write: false, format: 'iife' });
const { assets } = await build();
console.log(`first visit: ${(firstLoad(assets) / 1000).toFixed(1)} kB compressed; graphs, when wanted: ${assets.filter((a) => a.immutable && !a.first).map((a) => (a.gz.length / 1000).toFixed(1)).join(' + ')} kB`);
console.log(`load: ${readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')}`);
console.log('lines x points         taken over   first drawing   median   worst   (ms)');
const browser = await launch();
const { page } = await newPage(browser);
await page.goto('about:blank');
await page.addScriptTag({ content: outputFiles[0].text });
for (const [lines, points, band] of [[1, 500000, false], [5, 100000, false], [5, 100000, true], [8, 62500, true], [50, 10000, true]]) {
  const r = await page.evaluate((args) => globalThis.measure(...args), [lines, points, band]);
  const cell = (v, n) => v.toFixed(0).padStart(n);
  console.log(`${`${lines} x ${points}${band ? ', bands' : ''}`.padEnd(22)} ${cell(r.taken, 10)} ${cell(r.first, 15)} ${cell(r.median, 8)} ${cell(r.worst, 7)}`);
}
await browser.close();
