// SPDX-License-Identifier: Apache-2.0
// Debian's chromium by playwright-core, and a page that remembers everything that went wrong in it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const WAIT_MS = 60000; // what should take a moment on a quiet machine

export const launch = () => chromium.launch({ executablePath: process.env.VIGIE_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

// Answers that the test itself provokes: nobody signed in, a wrong password, an address without anything, the network taken away, a role killed.
const PROVOKED = /status of (40[1349]|50[34])|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE/;

export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/Paris', ...options });
  const page = await context.newPage();
  const wrongs = [];
  page.setDefaultTimeout(WAIT_MS);
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !PROVOKED.test(m.text())) wrongs.push(`console: ${m.text()} (${m.location().url})`); });
  page.on('pageerror', (e) => wrongs.push(`error: ${e.message}`));
  page.on('dialog', (d) => { wrongs.push(`a script opened a dialog: ${d.message()}`); void d.dismiss(); });
  page.on('request', (r) => { if (!/^(https?:\/\/(127\.0\.0\.1|localhost)[:/]|data:)/.test(r.url())) wrongs.push(`asked elsewhere: ${r.url()}`); });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
  });
  return { page, context, wrongs };
}

// Asks until the answer is true: what no wait of the browser can look at.
export async function until(what, is, patience = 150000) {
  const end = Date.now() + patience;
  while (!await is()) {
    if (Date.now() > end) throw new Error(`not within ${patience / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

// So many there are, now or in a moment.
export async function exactly(locator, n) {
  if (n > 0) await locator.nth(n - 1).waitFor({ state: 'attached' });
  await locator.nth(n).waitFor({ state: 'detached' });
}

// WCAG 2.1 A and AA, as far as a program can tell; in the dark theme only colours, for of all else the themes know nothing. Returns one line a violation.
// It takes a second of the processor: tests/e2e/pages.mjs has it look at every page, another test at what it opens on one (a dialog, a menu).
export async function axe(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axeSource);
  await page.emulateMedia({ reducedMotion: 'reduce' }); // no colour is looked at half-way to another
  const found = await page.evaluate(async () => {
    const root = document.documentElement;
    const was = root.dataset.theme;
    const lines = [];
    for (const [theme, runOnly] of [['light', ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']], ['dark', { type: 'rule', values: ['color-contrast'] }]]) {
      root.dataset.theme = theme;
      const { violations } = await globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] });
      lines.push(...violations.map((v) => `${theme}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`));
    }
    root.dataset.theme = was;
    return lines;
  });
  await page.emulateMedia({ reducedMotion: null });
  return found;
}
