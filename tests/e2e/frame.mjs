// SPDX-License-Identifier: Apache-2.0
// What stands around every page: menu, addresses, rights, keys, themes, parts that are loaded later, a server that is away; against one real Vigie.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const s = scene();
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const { link, goAll, names } = s;

test('light, dark and high contrast, each readable', async () => {
  await goAll();
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'light');
  await page.keyboard.press('t'); // light
  await page.keyboard.press('t'); // dark
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await link((await names())[0]).first().click();
  await page.locator('.panel .facts').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.reload();
  assert.equal(await theme(), 'dark', 'remembered');
  await page.locator('.av').click();
  await page.getByLabel('High contrast').check();
  await page.keyboard.press('Escape');
  assert.deepEqual(await axe(page), []);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  assert.equal(await theme(), 'light');
});

test('places have keys of two letters', async () => {
  await goAll();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.waitForURL((u) => u.pathname === '/platform');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL((u) => u.pathname === '/resources');
  await page.goBack();
  await page.waitForURL((u) => u.pathname === '/platform');
});

test('an address without anything is a page of its own, with status 404', async () => {
  const answer = await page.goto(`${vigie.url}/nimporte`);
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await page.getByRole('button', { name: 'To the resources' }).click();
  await page.waitForURL((u) => u.pathname === '/resources');
  const stranger = await newPage(browser);
  await stranger.page.goto(`${vigie.url}/nimporte`);
  await stranger.page.getByRole('button', { name: 'To the sign-in page' }).click();
  await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await stranger.context.close();
});

// In the palette, once it takes letters; and what Enter would take then.
const inPalette = async (words) => {
  await page.waitForFunction(() => document.activeElement?.matches('dialog [role=combobox]'));
  await page.keyboard.type(words);
};
const offered = (text) => page.waitForFunction((want) => document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')?.textContent.includes(want), text);

test('the palette finds pages, hosts, groups, actions and settings, by keyboard alone', async () => {
  await goAll();
  await link('Always warning').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Go to a page' });
  await field.waitFor();
  await page.getByRole('option', { name: /Plan a downtime on harbour/ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await offered('Sign out'); // from the first to the last
  await inPalette('plat');
  await offered('Platform');
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.pathname === '/platform');
  await page.waitForFunction(() => document.activeElement?.textContent === 'Platform' && document.activeElement.tagName === 'H1');
  await page.keyboard.press('Control+k');
  await inPalette('Always crit');
  await offered('harbour › Always critical');
  await page.keyboard.press('Enter');
  await page.locator('.panel .facts').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'panel-title');
  await page.keyboard.press('Control+k');
  await inPalette('quay');
  await page.getByRole('option', { name: /quay The old quay/ }).click();
  await page.waitForURL((u) => u.searchParams.get('group') === 'quay');
  await page.keyboard.press('Control+k');
  await inPalette('dark');
  await offered('Dark');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.locator('button.cmd').click();
  await inPalette('zzzzzz');
  await page.getByText('Nothing fits').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('what is typed before the palette has been loaded is not lost', async () => {
  const hold = {};
  hold.over = new Promise((done) => { hold.end = done; });
  await page.route('**/palette-*.js', async (one) => { await hold.over; await one.continue(); });
  await page.reload();
  await page.locator('button.cmd').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('light');
  await page.keyboard.press('Enter');
  hold.end();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  await page.unroute('**/palette-*.js');
});

test('another page takes the focus to its heading; what comes by itself takes it nowhere', async () => {
  await goAll();
  await page.getByRole('link', { name: 'Users', exact: true }).click();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.activeElement.textContent === 'Users');
  assert.equal(await page.title(), await page.evaluate(() => document.title.replace(/^(\(\d+\) )?.*$/, '$1Users · Vigie')));
  await page.goBack();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.activeElement.textContent === 'Resources');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.waitForSelector('.tiles');
  await page.locator('#search').fill('Load');
  await page.waitForURL((u) => u.pathname === '/resources' && u.searchParams.get('q') === 'Load');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search', 'who types goes on typing');
});

test('the list of keys comes from the keys themselves, and leads to the page of components', async () => {
  await goAll();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Commands: go to, search, act').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('dialog').getByRole('link', { name: 'Components' }).click();
  await page.waitForURL((u) => u.pathname === '/components');
  await page.locator('.themes').waitFor();
  await page.evaluate(() => localStorage.setItem('vigie.prefs', '{"lang":"fr","contrast":true}'));
  await page.reload();
  await page.getByRole('heading', { name: 'Composants' }).waitFor();
  assert.deepEqual(await axe(page), []);
});

test('only the texts of one language are loaded; another language loads its own, without a new page', async () => {
  const one = await newPage(browser, { storageState: { cookies: await context.cookies(), origins: [] } });
  const asked = [];
  one.page.on('request', (r) => asked.push(new URL(r.url()).pathname));
  await one.page.goto(`${vigie.url}/platform`);
  await one.page.waitForSelector('.tiles');
  const of = (lang) => asked.filter((path) => path.startsWith(`/${lang}-`)).length;
  assert.ok(of('en') >= 2 && of('fr') === 0, asked.join(' '));
  await one.page.locator('.av').click();
  await one.page.getByRole('button', { name: 'Français' }).click();
  await one.page.getByRole('heading', { name: 'Plateforme', level: 1 }).waitFor();
  assert.ok(of('fr') >= 2);
  assert.equal(asked.filter((path) => path === '/platform').length, 1);
  assert.deepEqual(one.wrongs, []);
  await one.context.close();
});

test('a part that cannot be loaded says so, and how to go on', async () => {
  const one = await newPage(browser, { storageState: { cookies: await context.cookies(), origins: [] } });
  await one.page.goto(`${vigie.url}/`);
  await one.page.waitForSelector('tr.row');
  await one.page.route(/\/page-\w+\.js$/, (route) => route.abort());
  await one.page.getByRole('link', { name: 'Users' }).click();
  await one.page.getByRole('heading', { name: 'This part could not be loaded' }).waitFor();
  assert.deepEqual(await axe(one.page), []);
  await one.page.unroute(/\/page-\w+\.js$/);
  await one.page.getByRole('button', { name: 'Load again' }).click();
  await one.page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  await one.context.close();
});

test('who lacks a right does not see the page in the menu, and is told which right at its address', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const made = await page.request.post(`${vigie.url}/api/v1/users`, { data: { user: 'vera', role: 'viewer', password: 'voile blanche 31' }, headers: { 'X-CSRF': csrf } });
  assert.ok(made.ok(), await made.text());
  const vera = await newPage(browser);
  await vera.page.goto(`${vigie.url}/admin/users`);
  await vera.page.getByLabel('User name').fill('vera');
  await vera.page.getByLabel('Password', { exact: true }).fill('voile blanche 31');
  await vera.page.getByRole('button', { name: 'Sign in' }).click();
  await vera.page.getByRole('heading', { name: 'Users: a right is missing' }).waitFor();
  await vera.page.getByText('This page needs the right to see the users. Your role, Viewer, does not have it.').waitFor();
  assert.equal(await vera.page.getByRole('link', { name: 'Users' }).count(), 0);
  await vera.page.getByRole('button', { name: 'To the resources' }).click();
  await vera.page.waitForSelector('main#main');
  await vera.page.goto(`${vigie.url}/resources?filter=all`);
  await vera.page.waitForSelector('tr.row');
  await vera.page.keyboard.press('j');
  await vera.page.keyboard.press('d');
  await vera.page.getByText('You need the right to plan and cancel downtimes.').first().waitFor();
  await vera.page.evaluate(() => localStorage.setItem('vigie.prefs', '{"lang":"fr"}'));
  await vera.page.goto(`${vigie.url}/admin/users`);
  await vera.page.getByText('Cette page demande le droit de voir les utilisateurs.').waitFor();
  assert.deepEqual(vera.wrongs, []);
  await vera.context.close();
});

test('on 360 pixels every page is in the menu', async () => {
  const narrow = await newPage(browser, { viewport: { width: 360, height: 740 }, storageState: { cookies: await context.cookies(), origins: [] } });
  await narrow.page.goto(`${vigie.url}/`);
  await narrow.page.waitForSelector('.rail');
  const menu = narrow.page.locator('.rail .all');
  if (await menu.count()) await menu.click();
  for (const name of ['Resources', 'Graphs', 'Platform', 'Users']) await narrow.page.locator('.rail').getByRole('link', { name }).waitFor();
  assert.deepEqual(await axe(narrow.page), []);
  await narrow.page.locator('.rail').getByRole('link', { name: 'Users' }).click();
  await narrow.page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  assert.ok(await narrow.page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)) <= 360);
  assert.deepEqual(narrow.wrongs, []);
  await narrow.context.close();
});

test('when Vigie is away the page says so, and goes on by itself', async () => {
  await goAll();
  await page.evaluate(() => { window.mark = 2; });
  await context.setOffline(true);
  await page.getByText('Vigie does not answer.', { exact: true }).waitFor({ timeout: LIVE_MS });
  assert.ok((await names()).length > 0, 'what is known stays');
  await context.setOffline(false);
  await page.getByText('Vigie does not answer.', { exact: true }).waitFor({ state: 'detached', timeout: LIVE_MS });
  await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => window.mark), 2);
});

test('roles that die are not missed for long', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  vigie.turn(true);
  await goAll();
  await page.waitForSelector('tr.row.s-critical:has-text("Turning")', { timeout: LIVE_MS });
  await page.evaluate(() => { window.mark = 3; });
  for (const role of ['web', 'gate', 'engine']) {
    await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
    const { roles } = await (await page.request.get(`${vigie.url}/api/v1/status`)).json();
    process.kill(roles.find((r) => r.role === role).pid, 'SIGKILL');
    await page.locator('.livedot.off, .livedot.wait').waitFor({ timeout: LIVE_MS });
  }
  await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
  vigie.turn(false);
  await page.waitForSelector('tr.row.s-ok:has-text("Turning")', { timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => window.mark), 3, 'the page was not loaded again, and nobody had to sign in');
});

clean(s);
