// SPDX-License-Identifier: Apache-2.0
// The report of availability, against one real Vigie: figures, order, days, strips, CSV and print.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { axe, until } from './browser.mjs';
import { clean, scene } from './scene.mjs';

const s = scene();
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });

const rows = () => page.locator('.av-table tbody tr');
const query = () => new URL(page.url()).searchParams;

test('the worst comes first, with figures in words, strips and days', async () => {
  await until('the history knows of an outage', async () => (await (await page.request.get(`${vigie.url}/api/v1/availability?kind=service`)).json()).summary?.worst?.availability === 0);
  const days = [];
  page.on('request', (r) => { if (r.url().includes('/availability/buckets')) days.push(r.url()); });
  await page.goto(`${vigie.url}/availability`);
  await rows().first().filter({ hasText: 'Always critical' }).filter({ hasText: '0 %' }).waitFor();
  await page.locator('.av-strip').first().scrollIntoViewIfNeeded();
  await page.locator('.av-strip svg').first().waitFor();
  assert.match(await page.locator('.av-strip svg').first().getAttribute('aria-label'), /Always critical: .*CRITICAL/);
  await page.getByRole('table', { name: /day by day/ }).locator('td[class^=lv-]').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.av-days[aria-busy=false]'));
  assert.ok(days.length >= 1 && days.length <= 4, `${days.length} questions for 30 days`);
});

test('the choice is in the address, narrows the report and is explained above it', async () => {
  await page.goto(`${vigie.url}/availability?group=alarms`);
  await page.waitForFunction(() => document.querySelectorAll('.av-table tbody tr').length === 2);
  await page.getByLabel('Leave out downtimes').check();
  await page.waitForURL((u) => u.searchParams.get('downtimes') === 'excluded');
  await page.getByLabel('Time period').selectOption('always');
  await page.waitForURL((u) => u.searchParams.get('period') === 'always');
  await page.getByText('group alarms · within always').waitFor();
  await page.getByRole('button', { name: 'Other days' }).click();
  await page.getByLabel('First day').fill('2020-01-05');
  await page.getByLabel('Last day').fill('2020-01-04');
  await page.getByText('must not come before').waitFor();
  await page.getByRole('button', { name: '7 days' }).click();
  await page.waitForURL((u) => u.searchParams.get('time') === '7d');
  await page.goto(`${vigie.url}/availability?group=nowhere`);
  await page.getByRole('alert').filter({ hasText: 'nowhere' }).waitFor();
  assert.deepEqual(await axe(page), []);
});

test('columns sort, one may be looked at day by day, and the table is kept', async () => {
  await page.goto(`${vigie.url}/availability?host=harbour`);
  await rows().nth(3).waitFor();
  await page.getByRole('button', { name: 'Host or service', exact: true }).click();
  await page.waitForURL((u) => u.searchParams.get('sort') === 'name');
  const names = await page.locator('.av-table tbody th a').allInnerTexts();
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  await page.getByRole('button', { name: 'harbour › Load: day by day' }).click();
  await page.getByRole('heading', { name: 'harbour › Load: day by day' }).waitFor();
  assert.ok(query().get('on'));
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /as CSV/ }).click()]);
  const table = readFileSync(await file.path(), 'utf8');
  assert.match(table, /^host,service,availability_percent,/);
  assert.match(table, /\r\nharbour,Always critical,0[,.]/);
});

test('on paper there is the report alone', async () => {
  await page.goto(`${vigie.url}/availability`);
  await rows().first().waitFor();
  await page.emulateMedia({ media: 'print' });
  for (const gone of ['.rail', '.top', '.av-choice', '.bar .btn']) assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  assert.ok(await page.getByText('Made by Vigie').isVisible());
  assert.ok(await page.locator('.av-table').isVisible());
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 5000);
  await page.emulateMedia({ media: null });
});

clean(s, (wrong) => wrong.includes('status of 400'));
