// SPDX-License-Identifier: Apache-2.0
// The audit record on the page, against one real Vigie: what was done stands there, what is looked for is in the address, and it can be saved.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, exactly } from './browser.mjs';
import { clean, scene } from './scene.mjs';

const s = scene();
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });
const entry = (text) => page.locator('.audit tbody tr', { hasText: text });

test('what somebody did stands there in words, with on what, from where and the outcome', async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const post = (path, data) => page.request.post(`${vigie.url}/api/v1${path}`, { data, headers: { 'X-CSRF': csrf } });
  assert.equal((await post('/users', { user: 'vic', password: 'voile blanche 31', role: 'viewer' })).status(), 201);
  assert.equal((await post('/users', { user: 'vic', password: 'voile blanche 31', role: 'viewer' })).status(), 409);
  await page.goto(`${vigie.url}/admin/audit`);
  await entry('Made a user').first().waitFor();
  await exactly(entry('Made a user').filter({ hasText: 'done' }), 1);
  await exactly(entry('Made a user').filter({ hasText: 'refused' }), 1);
  await entry('Made the first administrator').waitFor();
  await page.getByText('found nothing wrong').waitFor();
  await page.getByRole('button', { name: /^More about entry/ }).first().click();
  await page.locator('.more-of').getByText('Entry number').waitFor();
  assert.deepEqual(await axe(page), []);
  const text = await page.locator('main').innerText();
  assert.ok(!text.includes('voile blanche'), 'no password stands there');
  assert.ok(!/[{}]|\/api\/v1/.test(text), 'neither JSON nor addresses');
});

test('filters are in the address; a refusal stands beside them', async () => {
  await page.getByLabel('Outcome').selectOption('refused');
  await page.waitForURL(/outcome=refused/);
  await entry('done').first().waitFor({ state: 'detached' });
  await page.getByLabel('Who', { exact: true }).fill('nobody-at-all');
  await page.waitForURL(/who=nobody-at-all/);
  await page.getByText('No entry fits.').waitFor();
  await page.reload();
  await page.getByText('No entry fits.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await entry('Made the first administrator').waitFor();
  await page.getByLabel('What about').selectOption('/users');
  await entry('Made the first administrator').waitFor({ state: 'detached' });
  await exactly(page.locator('.audit tbody tr'), 2);
});

test('it is saved as CSV, of what is looked for', async () => {
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save as CSV' }).click();
  const file = await saved;
  assert.equal(file.suggestedFilename(), 'audit.csv');
  const lines = (await (await import('node:fs/promises')).readFile(await file.path(), 'utf8')).trim().split('\n');
  assert.equal(lines.length, 3);
});

clean(s);
