// SPDX-License-Identifier: Apache-2.0
// What stands around every page: menu, addresses, rights, keys, themes, parts that are loaded later, a server that is away; against one real Vigie.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, PASSWORD, scene, USER } from './scene.mjs';

const s = scene();
let page, context, browser, vigie;
before(() => { ({ page, context, browser, vigie } = s); });
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
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'To the resources' }).click();
  await page.waitForURL((u) => u.pathname === '/resources');
  const stranger = await newPage(browser);
  await stranger.page.goto(`${vigie.url}/nimporte`);
  await stranger.page.getByRole('button', { name: 'To the sign-in page' }).click();
  await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await stranger.context.close();
});

test('when Vigie is away the page says so, and goes on by itself', async () => {
  await goAll();
  await page.evaluate(() => { window.mark = 2; });
  await context.setOffline(true);
  await page.getByText('Vigie does not answer.').waitFor({ timeout: LIVE_MS });
  assert.ok((await names()).length > 0, 'what is known stays');
  await context.setOffline(false);
  await page.getByText('Vigie does not answer.').waitFor({ state: 'detached', timeout: LIVE_MS });
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
