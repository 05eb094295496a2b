// SPDX-License-Identifier: Apache-2.0
// Every page there is, in both languages, in the light theme and the dark one, wide and on a telephone: whole, readable to programs that read aloud, without a violation of the policy of contents,
// and whatever plugins and people handed in is text. Which pages there are says the table of the application itself: one without a line in SEEN fails.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, beforeEach, describe, test } from 'node:test';
import { axe, newPage, until } from './browser.mjs';
import { HOSTILE, hostileServices, MARKUP, spoiled } from './hostile.mjs';
import { clean, PASSWORD, scene, USER } from './scene.mjs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
async function tableOfPages() {
  const { code } = require('esbuild').transformSync(readFileSync(new URL('../../ui/src/pages.ts', import.meta.url), 'utf8'), { loader: 'ts' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).PAGES;
}
const PAGES = await tableOfPages();
const NOTE = `${MARKUP} \u202edessap`;
const OTHERS = `define hostgroup {\n  hostgroup_name odd\n  alias <b>Odd</b> \u202eones\n  members harbour\n}\n`;

// Of a page: what comes after its path, and what stands there when it is drawn. $Name: the id of that service.
const SEEN = {
  resources: [
    ['?filter=all', 'tr.row.s-critical'], ['?filter=all&view=hosts', '.folded'], ['?filter=all&view=services', 'tr.row'], ['?filter=all&view=problems', 'tr.row'], ['?q=zzzz', '.empty'],
    ['?filter=all&open=$Markup', '.panel .facts'], ['?filter=all&open=$Turned round', '.panel .facts'], ['?filter=all&open=$Long lines&tab=timeline', '.panel .history'], ['?filter=all&open=$Turned round&tab=told', '.panel .reasons'],
    ['?filter=all&open=$Load&tab=config', '.panel .conf'], ['?filter=all&open=$Load&tab=graph', '.panel .gcard, .panel .empty'],
  ],
  graphs: [['?on=$Load', '.gsec'], ['', 'main h1']],
  events: [['', '.ev']],
  availability: [['', '.av-table tbody tr']],
  downtimes: [['', '.dt-table tbody tr'], ['?view=calendar', '.dt-grid, .dt-cal'], ['?view=acks', '.dt-table tbody tr'], ['?view=comments', '.dt-table tbody tr']],
  platform: [['', '.tiles']],
  guide: [['', '.steps']],
  users: [['', '.grid tbody tr']],
  usergroups: [['', '.grid tbody tr']],
  roles: [['', '.grid tbody tr']],
  tokens: [['', '.grid tbody tr']],
  sessions: [['', '.grid tbody tr']],
  audit: [['', '.audit tbody tr']],
  account: [['', '.block']],
  components: [['', '.themes']],
};
const LANGS = { en: { locale: 'en-GB', viewport: { width: 1400, height: 860 } }, fr: { locale: 'fr-FR', viewport: { width: 360, height: 740 } } };

const s = scene({ more: hostileServices(), others: OTHERS });
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const ids = {};

async function call(method, path, data) {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const answer = await page.request.fetch(`${vigie.url}/api/v1${path}`, { method, data, headers: { 'X-CSRF': csrf } });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}

// Something of everything, by people who mean ill.
test('the scene is full', async () => {
  await call('POST', '/users', { user: 'vera', password: 'voile blanche 31', role: 'viewer' });
  await call('POST', '/user-groups', { name: 'night', role: 'operator', scope: ['hostgroup:odd'], members: ['vera'] });
  await call('POST', '/roles', { name: 'looker', rights: ['resources.read'] });
  s.token = (await call('POST', '/tokens', { name: 'board', role: 'viewer', expires: '1d' })).token;
  await call('PUT', '/filters/Mine', { query: 'filter=all&q=is:problem', shared: true });
  const login = (user, password, agent) => fetch(`${vigie.url}/api/v1/login`, { method: 'POST', body: JSON.stringify({ user, password }), headers: { 'Content-Type': 'application/json', 'User-Agent': agent } });
  await login(MARKUP.slice(0, 60), 'wrong', 'x');
  assert.equal((await login(USER, PASSWORD, `${MARKUP} agent`)).status, 200);
  const all = async () => (await call('GET', '/resources?filter=all&limit=100')).resources;
  await until('every plugin has run', async () => (await all()).every((r) => r.state !== 'pending' || ['Sent in', 'Not there'].includes(r.service)));
  for (const r of await all()) ids[r.service ?? r.host] = r.id;
  const end = new Date(Date.now() + 7200000).toISOString();
  for (const name of ['Turned round', 'Markup']) {
    await call('POST', `/resources/${ids[name]}/acknowledge`, { comment: NOTE, sticky: true, expires: end });
    await call('POST', `/resources/${ids[name]}/comment`, { comment: NOTE });
    await call('POST', `/resources/${ids[name]}/downtime`, { comment: NOTE, start: new Date().toISOString(), end });
  }
  await until('the history knows of the downtimes', async () => (await call('GET', '/events?limit=100')).events.some((e) => e.kind.startsWith('downtime')));
  s.full = true;
});

test('what plugins print is text in the list and in the panel, whatever it is', async () => {
  await s.goAll();
  for (const [name, shown] of HOSTILE) {
    const text = (await s.row(name).first().locator('.out').innerText()).trim();
    if (shown instanceof RegExp) assert.match(text, shown, name);
    else assert.equal(text, shown, name);
  }
  await page.goto(`${vigie.url}/resources?filter=all&open=${ids['Markup']}`);
  await page.locator('.panel pre', { hasText: '<a href=javascript:alert(5)>long</a>' }).waitFor();
  await page.locator('.panel').getByText('<i>x</i>').first().waitFor();
  await page.locator('.panel .cards li', { hasText: MARKUP }).first().waitFor();
  await page.goto(`${vigie.url}/resources?filter=all&open=${ids['Long lines']}`);
  await page.locator('.panel details', { hasText: 'a line of it <b>all</b>' }).first().locator('summary').click();
  const box = await page.locator('.panel').boundingBox();
  assert.ok(box.x + box.width <= 1400, 'ten megabytes are not wider than the panel');
});

test('every page of the table is looked at', () => {
  assert.deepEqual(PAGES.map((p) => p.name).sort(), Object.keys(SEEN).sort());
});

const drawn = (p, ready) => Promise.all([p.waitForSelector(ready), p.waitForFunction(() => document.querySelector('h1, h2') && !document.querySelector('.coming, [aria-busy=true]:not(.av-days)'))]);

// Wide in one language, on a telephone in the other; themes are both looked at by axe.
async function look(p, lang, address, ready) {
  assert.ok(s.full, 'the scene is full');
  await p.goto(`${vigie.url}${address}`);
  await drawn(p, ready);
  assert.equal(await p.evaluate(() => document.documentElement.lang), lang);
  const wide = await p.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth, document.getElementById('main')?.scrollWidth ?? 0) - innerWidth);
  assert.ok(wide <= 0, `${wide} px wider than the screen`);
  const high = await p.evaluate(() => (document.querySelector('.app') ? document.scrollingElement.scrollHeight - innerHeight : 0));
  assert.ok(high <= 0, `the document is ${high} px higher than the screen: it scrolls beside the page`);
  const text = await p.evaluate(() => document.body.innerText);
  assert.ok(!/\{"|"\}|\[\{/.test(text), 'JSON on the page');
  assert.deepEqual(await p.evaluate(spoiled), []);
  assert.deepEqual(await axe(p), []);
}

for (const [lang, options] of Object.entries(LANGS)) {
  describe(lang, () => {
    let one;
    before(async () => { one = await newPage(s.browser, { ...options, storageState: { cookies: await s.context.cookies(), origins: [] } }); });
    for (const { name, path } of PAGES) {
      for (const [more, ready] of SEEN[name] ?? []) {
        test(`${name} ${more}`, async () => {
          await look(one.page, lang, `${path}${more.replace(/\$([^&]+)/, (_, service) => ids[service])}`, ready);
          assert.deepEqual(one.wrongs.splice(0), []);
        });
      }
    }
    test('an address without a page', async () => {
      await look(one.page, lang, '/nimporte', 'main h1');
      assert.deepEqual(one.wrongs.splice(0), []);
      await one.context.close();
    });
    test('nobody signed in', async () => {
      const stranger = await newPage(browser, options);
      await look(stranger.page, lang, '/', 'input[type=password]');
      assert.deepEqual(stranger.wrongs, []);
      await stranger.context.close();
    });
    test('a right is missing', async () => {
      const viewer = await newPage(browser, { ...options, extraHTTPHeaders: { Authorization: `Bearer ${s.token}` } });
      await look(viewer.page, lang, '/admin/users', 'main h1');
      assert.deepEqual(viewer.wrongs, []);
      await viewer.context.close();
    });
  });
}

clean(s);
