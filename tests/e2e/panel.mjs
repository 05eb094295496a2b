// SPDX-License-Identifier: Apache-2.0
// The panel of one resource, against one real Vigie: its tabs, addresses and keys; hosts around it; configuration with its origin; running a check at once. The steps build on each other.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const s = scene({ quiet: 2 });
const own = { skip: Boolean(process.env.VIGIE_URL) };
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });
const { link, goAll, url } = s;
const panel = () => page.locator('.panel');

const open = async (name) => {
  await goAll();
  await link(name).first().click();
  await panel().locator('.facts').first().waitFor();
};

test('each tab has its address, is read when it is opened, and is moved to by arrows', own, async () => {
  const asked = [];
  page.on('request', (r) => { if (/\/api\/v1\/(resources\/\d+\/|services\/|hosts\/|commands\/)/.test(r.url())) asked.push(new URL(r.url()).pathname); });
  await open('Load');
  assert.ok(!asked.some((path) => /\/why$|\/services\//.test(path)), 'what is not shown is not read');
  await page.getByRole('tab', { name: 'Details' }).focus();
  await page.keyboard.press('End');
  await page.getByRole('tab', { name: 'Configuration', selected: true }).waitFor();
  assert.equal(url().searchParams.get('tab'), 'config');
  await panel().locator('.conf').waitFor();
  assert.ok(asked.some((path) => path.endsWith('/services/harbour/Load')));
  await page.keyboard.press('ArrowLeft');
  await panel().locator('.reasons').waitFor();
  await page.keyboard.press('ArrowLeft');
  await panel().locator('.tl, .history').first().waitFor();
  assert.equal(url().searchParams.get('tab'), 'timeline');
  await page.reload();
  await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
  for (const tab of ['Details', 'Timeline', 'Told', 'Configuration']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
  }
  await page.keyboard.press('Escape');
  await panel().waitFor({ state: 'detached' });
  assert.equal(url().searchParams.get('tab'), null);
});

test('the configuration that counts, with its origin; a value is found by a word', own, async () => {
  await open('Load');
  await page.getByRole('tab', { name: 'Configuration' }).click();
  await panel().getByText(/objects\.cfg, line \d+/).waitFor();
  assert.match(await panel().locator('tr', { hasText: 'max_check_attempts' }).innerText(), /2/, 'by its template');
  assert.match(await panel().locator('tr', { hasText: 'max_check_attempts' }).innerText(), /template \S+ objects\.cfg:\d+/);
  assert.match(await panel().locator('tr', { hasText: 'service_description' }).innerText(), /its own objects\.cfg:\d+/);
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Find a value').fill('retry');
  await panel().locator('tr', { hasText: 'max_check_attempts' }).waitFor({ state: 'detached' });
  await panel().locator('tr', { hasText: 'retry_interval' }).waitFor();
  await page.getByLabel('Find a value').fill('no such word');
  await panel().getByText('No value has this word.').waitFor();
  await page.keyboard.press('Escape');
});

test('a command is shown as it is run, and run now shows its result', own, async () => {
  await open('Always critical');
  await panel().getByText('Command line').click();
  await panel().getByText('check_dummy 2').first().waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  const result = panel().locator('div.run');
  await result.waitFor({ timeout: LIVE_MS });
  assert.match(await result.innerText(), /CRITICAL[^]*made to be critical/);
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
});

test('what stands around it is a link with its state: the host of a service, the hosts behind a host', own, async () => {
  await open('Load');
  await panel().locator('.kin').getByRole('link', { name: 'harbour' }).click();
  await panel().getByRole('heading', { name: 'harbour' }).waitFor();
  const behind = panel().locator('.kin li', { hasText: 'crane' });
  await behind.locator('.st').waitFor();
  await behind.getByRole('link').click();
  await panel().getByRole('heading', { name: 'crane' }).waitFor();
  await panel().locator('.kin li', { hasText: 'harbour' }).waitFor();
  await panel().getByText('Call the crane driver before anything else.').waitFor();
  assert.equal(await panel().getByRole('link', { name: 'Notes page' }).getAttribute('href'), 'https://wiki.example/crane');
  await page.keyboard.press('Escape');
});

test('by problem: what follows is folded beneath it, and unfolds there by keys and by mouse', own, async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const now = Math.floor(Date.now() / 1000);
  for (const line of ['DISABLE_HOST_CHECK;harbour', 'PROCESS_HOST_CHECK_RESULT;harbour;1;No answer', 'PROCESS_HOST_CHECK_RESULT;harbour;1;No answer']) {
    assert.ok((await page.request.post(`${vigie.url}/api/v1/commands`, { data: { command: `[${now}] ${line}` }, headers: { 'X-CSRF': csrf } })).ok(), line);
  }
  await page.goto(`${vigie.url}/resources?filter=problems&view=problems`);
  const fold = page.getByRole('button', { name: /consequences of harbour/ });
  await fold.waitFor({ timeout: LIVE_MS });
  await page.locator('tr.row', { hasText: 'Always critical' }).waitFor({ state: 'detached', timeout: LIVE_MS });
  const rows = await page.locator('tr.row').count();
  await page.locator('tr.row a.r', { hasText: /^harbour$/ }).focus();
  await page.keyboard.press('ArrowRight');
  const child = page.locator('tr.row.child');
  await child.filter({ hasText: 'harbour › Always critical' }).waitFor();
  assert.ok(url().searchParams.get('unfolded'), 'it is in the address');
  assert.equal(url().searchParams.get('under'), null);
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.activeElement?.closest('tr')?.classList.contains('child'));
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => document.activeElement?.textContent === 'harbour');
  await page.reload();
  await child.first().waitFor();
  await fold.click();
  await child.first().waitFor({ state: 'detached' });
  assert.equal(await page.locator('tr.row').count(), rows);
  assert.equal(url().searchParams.get('unfolded'), null);
});

clean(s);
