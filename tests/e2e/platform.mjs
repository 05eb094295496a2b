// SPDX-License-Identifier: Apache-2.0
// The page Platform and what is said of Vigie on every page, against one real Vigie.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const s = scene();
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const { goAll } = s;

test('Platform shows every process and what it is kept from', async () => {
  await page.goto(`${vigie.url}/platform`);
  await page.waitForSelector('.grid tbody tr');
  const text = await page.locator('main').innerText();
  for (const role of ['engine', 'runner', 'store', 'gate', 'auth', 'web']) assert.match(text, new RegExp(`^${role}`, 'm'));
  assert.match(text, /Running for/);
  const runner = page.locator('.grid tr', { hasText: 'runs plugins' }).first();
  await runner.getByText('plugins need the whole system').waitFor();
  assert.equal(await runner.locator('.bad-t').count(), 0, 'what is so by intention is no alarm');
});

test('a refused reload stands on Platform with its places, and so do warnings of the configuration', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await page.goto(`${vigie.url}/platform`);
  await page.getByText('The configuration has 1 warning.').waitFor();
  assert.match(await page.locator('.warns').innerText(), /objects\.cfg:\d+/);
  const undo = vigie.damage();
  vigie.hangup();
  await page.getByText(/The last reload, \d\d:\d\d, was refused/).waitFor({ timeout: LIVE_MS });
  assert.match(await page.locator('.warns .bad').innerText(), /objects\.cfg:\d+:\d+ .*no-such-template/);
  assert.deepEqual(await axe(page), []);
  await page.goto(`${vigie.url}/resources?filter=all`);
  await page.locator('.banner').getByText('The last reload was refused.').waitFor();
  undo();
  vigie.hangup();
  await page.locator('.banner').getByText('The last reload was refused.').waitFor({ state: 'detached', timeout: LIVE_MS });
});

test('the tile of the record says that writing fails, and not that anything catches up', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const tile = page.locator('.tile', { hasText: 'Record' });
  const behind = async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, history: { ...answer.history, lag: 1234 } } });
  };
  const undo = vigie.fillLog();
  await page.route('**/api/v1/status', behind);
  await page.goto(`${vigie.url}/platform`);
  await tile.getByText('The history is 1,234 entries behind, and catching up').waitFor();
  vigie.hangup();
  await tile.getByText('Writing fails; the history is 1,234 entries behind').waitFor({ timeout: LIVE_MS });
  assert.match(await tile.getAttribute('class'), /bad/);
  assert.match(await tile.innerText(), /Written in part/);
  await page.locator('.warns').getByText('the log /dev/full is not written').waitFor();
  assert.deepEqual(await axe(page), []);
  const french = await newPage(browser, { locale: 'fr-FR', storageState: { cookies: await context.cookies(), origins: [] } });
  await french.page.route('**/api/v1/status', behind);
  await french.page.goto(`${vigie.url}/platform`);
  await french.page.getByText(/L’écriture échoue\s; l’historique a 1\s234 entrées de retard/).waitFor();
  await french.context.close();
  await page.unroute('**/api/v1/status', behind);
  await tile.getByText('Writing fails for something beside the journal').waitFor({ timeout: LIVE_MS });
  undo();
  vigie.hangup();
  await tile.getByText('Written', { exact: true }).waitFor({ timeout: LIVE_MS });
});

test('every page says when the record cannot be written, and until when', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const full = async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, journal: { ...answer.journal, degraded: 'No space left on device' } } });
  };
  await page.route('**/api/v1/status', full);
  await goAll();
  const banner = page.locator('.banner.bad');
  await banner.getByText('Vigie cannot write its record.').waitFor();
  assert.match(await banner.innerText(), /Alerts go on; history waits in memory\. Reason: No space left on device/);
  assert.deepEqual(await axe(page), []);
  await banner.getByRole('button').click();
  await page.waitForURL((u) => u.pathname === '/platform');
  await page.locator('.warns .bad').getByText('No space left on device').waitFor();
  const french = await newPage(browser, { locale: 'fr-FR', storageState: { cookies: await context.cookies(), origins: [] } });
  await french.page.route('**/api/v1/status', full);
  await french.page.goto(`${vigie.url}/resources`);
  await french.page.locator('.banner.bad').getByText('Vigie ne peut plus écrire son journal.').waitFor();
  await french.context.close();
  await page.unroute('**/api/v1/status', full);
  await banner.waitFor({ state: 'detached', timeout: LIVE_MS });
});

clean(s);
