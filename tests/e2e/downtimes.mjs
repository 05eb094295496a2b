// SPDX-License-Identifier: Apache-2.0
// Downtimes and acknowledgements, against one real Vigie: planned, cancelled and put back; the calendar of those that come again; by keys.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, exactly } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const NIGHTS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => `  ${day} 02:00-04:00\n`).join('');
const s = scene({ others: `define timeperiod {\n  timeperiod_name nightly\n  alias Nightly backup\n  vigie_timezone Europe/Paris\n${NIGHTS}}\ndefine service {\n  use every\n  service_description Backup\n  check_command c6\n  vigie_downtime_period nightly\n}\n` });
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });

const row = (text) => page.locator('.dt-table tbody tr', { hasText: text });

test('a downtime is planned for what is chosen, is listed, cancelled and put back', async () => {
  await page.goto(`${vigie.url}/downtimes`);
  await page.getByRole('heading', { name: 'No downtime' }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Plan a downtime' }).click();
  await page.getByLabel('Hosts and services').fill('Always');
  await page.getByRole('checkbox', { name: /Always critical/ }).check();
  await page.getByRole('checkbox', { name: /Always warning/ }).check();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: /^Go on/ }).click();
  await page.getByLabel('Comment', { exact: true }).fill('the cable is replaced');
  await page.getByRole('dialog').getByRole('button', { name: 'Plan the downtime' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await row('Always critical').waitFor({ timeout: LIVE_MS });
  await row('under way').first().waitFor({ timeout: LIVE_MS });
  await exactly(page.locator('.dt-table tbody tr'), 2);
  await page.getByLabel('All 2').check();
  await page.getByRole('button', { name: 'Cancel the 2 selected' }).click();
  await page.getByText('2 downtimes cancelled').waitFor();
  await page.getByRole('heading', { name: 'No downtime' }).waitFor();
  await page.locator('.toast', { hasText: 'cancelled' }).getByRole('button', { name: 'Undo' }).click();
  await row('Always warning').waitFor({ timeout: LIVE_MS });
  await page.getByPlaceholder('Name, person or comment').fill('warning');
  await page.waitForURL((u) => u.searchParams.get('q') === 'warning');
  await exactly(page.locator('.dt-table tbody tr'), 1);
});

test('the calendar shows what comes again, and is walked through by keys', async () => {
  await page.goto(`${vigie.url}/downtimes?view=calendar&day=2027-02-10`);
  await page.getByRole('table', { name: 'February 2027' }).waitFor();
  const nights = page.locator('.dt-e', { hasText: 'Nightly backup' });
  await nights.first().waitFor();
  assert.ok(await nights.count() >= 28);
  assert.match(await nights.first().innerText(), /02:00–04:00/);
  await page.getByRole('button', { name: /Wednesday,? 10 February 2027/ }).focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL((u) => u.searchParams.get('day') === '2027-02-11');
  await page.waitForFunction(() => document.activeElement?.id === 'day-2027-02-11');
  await page.keyboard.press('PageDown');
  await page.waitForURL((u) => u.searchParams.get('day') === '2027-03-11');
  await row('harbour › Backup').waitFor();
  await page.getByRole('button', { name: 'Week', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('.dt-e').length === 7);
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('.dt-table tbody tr').length === 7);
  assert.deepEqual(await axe(page), []);
});

test('acknowledgements and comments are listed, taken back and put back', async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const list = await (await page.request.get(`${vigie.url}/api/v1/resources?filter=all&limit=100`)).json();
  const id = list.resources.find((r) => r.service === 'Always critical').id;
  const data = { comment: 'a diver is under way', sticky: true, expires: new Date(Date.now() + 7200000).toISOString() };
  assert.ok((await page.request.post(`${vigie.url}/api/v1/resources/${id}/acknowledge`, { data, headers: { 'X-CSRF': csrf } })).ok());
  await page.goto(`${vigie.url}/downtimes?view=acks`);
  await row('a diver is under way').waitFor({ timeout: LIVE_MS });
  await row('a diver is under way').getByRole('button', { name: /^Remove: harbour › Always critical/ }).click();
  await page.getByText('Acknowledgement removed').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row('a diver is under way').waitFor({ timeout: LIVE_MS });
  await page.getByRole('button', { name: 'Comments' }).click();
  await row('a diver is under way').first().waitFor();
});

clean(s);
