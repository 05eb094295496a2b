// SPDX-License-Identifier: Apache-2.0
// `./dev bench page [SERVICES [TIMES]]`: how long a browser takes to show the list of a hundred thousand services, and how evenly it scrolls. A real Vigie, its results handed in at
// /api/v1/results, Debian's chromium without a graphics card.
//   shown: from the navigation to the frame in which the rows stand: with nothing of the page kept (first), with its files kept (again), both in a browser process that shows a page of this Vigie already,
//   as when a link is followed or the page loaded again; with its files kept in a process that is yet to be started (cold); and the raw limit, the same document with its rows as a file without scripts
//   frames: the time from one to the next while the list is scrolled by 60 pixels a frame for three seconds, new pages of rows being read on the way; and what a frame takes of the processor in the
//   page's own thread, which says on a loaded machine, too, whether sixty of them find room in a second (16.7 ms)
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { launch, newPage } from '../e2e/browser.mjs';
import { signUp } from '../e2e/list.mjs';
import { freePort, newFolder, run } from '../e2e/vigie.mjs';

const SERVICES = Number(process.argv[2] ?? 100000);
const TIMES = Number(process.argv[3] ?? 9);
const PER_HOST = 20;
const AT_ONCE = 500;
const SCROLL_MS = 3000;
const VIEWS = ['/resources?filter=all', '/resources?filter=all&sort=name', '/resources'];

function configuration(dir, port) {
  const hosts = Array.from({ length: SERVICES / PER_HOST }, (_, h) => `h${String(h).padStart(5, '0')}`);
  const common = ' register 0\n active_checks_enabled 0\n max_check_attempts 1\n';
  writeFileSync(join(dir, 'objects.cfg'), `define host {\n name h\n${common} address 127.0.0.1\n}\ndefine service {\n name s\n${common} check_command none\n}\ndefine command {\n command_name none\n command_line /bin/true\n}\n`
    + hosts.map((h) => `define host {\n use h\n host_name ${h}\n}\n`
      + Array.from({ length: PER_HOST }, (_, s) => `define service {\n use s\n host_name ${h}\n service_description Service ${s}\n}\n`).join('')).join(''));
  writeFileSync(join(dir, 'vigie.cfg'), `log_file=${dir}/vigie.log\ncfg_file=${dir}/objects.cfg\nlog_initial_states=0\nuse_syslog=0\nvigie_state_dir=${dir}/state\nvigie_http_listen=127.0.0.1:${port}\n`);
  return { config: join(dir, 'vigie.cfg'), hosts };
}

// One in fifty has a problem.
async function fill(url, token, hosts) {
  const rows = hosts.flatMap((host, h) => Array.from({ length: PER_HOST }, (_, s) => {
    const n = h * PER_HOST + s;
    return { host, service: `Service ${s}`, state: n % 50 ? 0 : 1 + (n % 3), output: n % 50 ? `All is as it should be, ${n} of it` : `Disk /var is ${n % 97}% full`, performance_data: `value=${n % 97}%;80;90` };
  }));
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const answer = await fetch(`${url}/api/v1/results`, { method: 'POST', body: JSON.stringify(rows.slice(i, i + AT_ONCE)), headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`results: ${answer.status} ${await answer.text()}`);
  }
}

// Runs in the page, from before its own scripts on: when the rows were first there, and when the frame with them was over.
function watch() {
  new MutationObserver((_, self) => {
    const rows = document.querySelectorAll('tr.row').length;
    if (!rows) return;
    self.disconnect();
    requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => { globalThis.shown = { ms: performance.now(), rows }; }; c.port2.postMessage(0); });
  }).observe(document, { childList: true, subtree: true });
}

// Runs in the page.
function scroll(ms) {
  let at = document.querySelector('tr.row');
  while (at && !(at.scrollHeight > at.clientHeight + 100 && /auto|scroll/.test(getComputedStyle(at).overflowY))) at = at.parentElement;
  const box = at ?? document.scrollingElement;
  return new Promise((done) => {
    const times = [];
    let last = performance.now();
    const until = last + ms;
    const step = (now) => {
      times.push(now - last);
      last = now;
      box.scrollTop += 60;
      if (now < until) requestAnimationFrame(step);
      else done({ times: times.slice(1), scrolled: box.scrollTop, blank: document.querySelectorAll('tr.row').length === 0 });
    };
    requestAnimationFrame(step);
  });
}

// The list as it stands, as a document that needs nothing more: what the browser takes for it is the least there can be.
async function asFile(page) {
  const text = await page.evaluate(() => {
    const sheets = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join('\n');
    const copy = document.documentElement.cloneNode(true);
    for (const old of copy.querySelectorAll('script, link')) old.remove();
    const style = document.createElement('style');
    style.textContent = sheets;
    copy.querySelector('head').append(style);
    return `<!doctype html>\n${copy.outerHTML}`;
  });
  const server = createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(text));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

async function shownAfter(page, from, to) {
  await page.goto(from);
  await page.goto(to, { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.shown);
  return page.evaluate(() => globalThis.shown);
}

// Milliseconds of the processor that the page's thread has used, by what for.
async function used(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => 1000 * (metrics.find((m) => m.name === name)?.value ?? 0);
  return { all: of('TaskDuration'), scripts: of('ScriptDuration'), styles: of('RecalcStyleDuration'), layout: of('LayoutDuration') };
}

const sorted = (times) => [...times].sort((a, b) => a - b);
const part = (times, p) => sorted(times)[Math.min(times.length - 1, Math.floor(times.length * p))];
const load = () => readFileSync('/proc/loadavg', 'utf8').split(' ')[0];

const dir = newFolder();
const { config, hosts } = configuration(dir, await freePort());
process.env.VIGIE ??= 'build/release/vigie';
const vigie = await run(dir, config);
const browser = await launch();
try {
  const { page, context } = await newPage(browser);
  await page.goto(`${vigie.url}/#setup=${vigie.token}`);
  const made = JSON.parse(execFileSync(process.env.VIGIE, ['ctl', 'token', 'create', '-c', config, 'sender', '--role', 'operator', '--expires', '1d', '-o', 'json'], { encoding: 'utf8' }));
  await fill(vigie.url, made.token, hosts);
  await signUp(page, vigie, 'anna', 'a long enough watchword');
  await context.addInitScript(watch);
  console.log(`${cpus().length} x ${cpus()[0].model}; ${SERVICES} services; load ${load()}`);
  const words = ['first', 'again', 'cold', 'limit'];
  console.log(`${'ms (median of ' + TIMES + ')'} ${''.padEnd(14)} ${words.map((w) => w.padStart(6)).join(' ')}  worst  rows on the screen at once`);
  const session = await context.newCDPSession(page);
  const near = `${vigie.url}/favicon.svg`;
  for (const view of VIEWS) {
    const address = `${vigie.url}${view}`;
    const taken = { first: [], again: [], cold: [], limit: [] };
    let rows = 0;
    await shownAfter(page, near, address);
    const file = await asFile(page);
    const url = `http://127.0.0.1:${file.address().port}`;
    for (let i = 0; i < TIMES; i++) {
      await session.send('Network.clearBrowserCache');
      const first = await shownAfter(page, near, address);
      rows = first.rows;
      taken.first.push(first.ms);
      taken.again.push((await shownAfter(page, near, address)).ms);
      taken.cold.push((await shownAfter(page, 'about:blank', address)).ms);
      taken.limit.push((await shownAfter(page, `${url}/before`, `${url}/`)).ms);
    }
    file.close();
    console.log(`${view.padEnd(30)} ${words.map((w) => part(taken[w], 0.5).toFixed(0).padStart(6)).join(' ')} ${Math.max(...taken.first, ...taken.again).toFixed(0).padStart(6)}  ${rows}; load ${load()}`);
  }
  await page.goto(`${vigie.url}${VIEWS[0]}`);
  await page.waitForSelector('tr.row');
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await used(session);
  const { times, scrolled, blank } = await page.evaluate(scroll, SCROLL_MS);
  const after = await used(session);
  const whole = times.reduce((a, b) => a + b, 0);
  console.log(`scrolled by ${scrolled.toFixed(0)} pixels: ${(times.length / whole * 1000).toFixed(1)} frames a second; ms a frame: median ${part(times, 0.5).toFixed(1)}, 99 % ${part(times, 0.99).toFixed(1)}, worst ${Math.max(...times).toFixed(1)}; ${times.filter((t) => t > 25).length} of ${times.length} left out a frame; rows at the end: ${blank ? 'none' : 'yes'}; load ${load()}`);
  console.log(`  of the processor, ms a frame: ${Object.keys(after).map((name) => `${name} ${((after[name] - before[name]) / times.length).toFixed(1)}`).join(', ')}`);
} finally {
  await browser.close();
  await vigie.stop();
}
