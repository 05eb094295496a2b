// SPDX-License-Identifier: Apache-2.0
// Debian's chromium by playwright-core, and a page that remembers everything that went wrong in it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const WAIT_MS = 15000;

export const launch = () => chromium.launch({ executablePath: process.env.VIGIE_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

// Answers that the test itself provokes: nobody signed in, a wrong password, an address without anything, the network taken away, a role killed.
const PROVOKED = /status of (40[1349]|50[34])|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE/;

export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/Paris', ...options });
  const page = await context.newPage();
  const wrongs = [];
  page.setDefaultTimeout(WAIT_MS);
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !PROVOKED.test(m.text())) wrongs.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => wrongs.push(`error: ${e.message}`));
  page.on('dialog', (d) => { wrongs.push(`a script opened a dialog: ${d.message()}`); void d.dismiss(); });
  page.on('request', (r) => { if (!/^(https?:\/\/(127\.0\.0\.1|localhost)[:/]|data:)/.test(r.url())) wrongs.push(`asked elsewhere: ${r.url()}`); });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`));
  });
  return { page, context, wrongs };
}

// WCAG 2.1 A and AA, as far as a program can tell, in the light theme and in the dark one. Returns one line a violation.
export async function axe(page) {
  await page.evaluate(axeSource);
  await page.emulateMedia({ reducedMotion: 'reduce' }); // no colour is looked at half-way to another
  const found = await page.evaluate(async () => {
    const root = document.documentElement;
    const was = root.dataset.theme;
    const lines = [];
    for (const theme of ['light', 'dark']) {
      root.dataset.theme = theme;
      const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
      lines.push(...violations.map((v) => `${theme}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`));
    }
    root.dataset.theme = was;
    return lines;
  });
  await page.emulateMedia({ reducedMotion: null });
  return found;
}
