// SPDX-License-Identifier: Apache-2.0
// The first steps, against one real Vigie: they come after the set-up, tick themselves, and are closed for ever.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { clean, LIVE_MS, PASSWORD, scene, USER } from './scene.mjs';

const s = scene({ signedUp: false });
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });
const step = (title) => page.locator('.step', { has: page.getByRole('heading', { name: title }) });

test('after the set-up they say what Vigie watches and what comes next', async () => {
  await page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await page.getByLabel('User name').fill(USER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.getByRole('heading', { name: /Vigie is watching/ }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/guide');
  await step('See what Vigie watches now').getByText(/It checks 1 host and \d+ services\./).waitFor();
});

test('a step ticks itself when it was done elsewhere', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  await page.request.post(`${vigie.url}/api/v1/users`, { data: { user: 'vic', password: 'voile blanche 31', role: 'viewer' }, headers: { 'X-CSRF': csrf } });
  await step('Make a second user').locator('.tag', { hasText: 'done' }).waitFor({ timeout: LIVE_MS });
  vigie.hangup();
  await step('Bring your own configuration').locator('.tag', { hasText: 'done' }).waitFor({ timeout: LIVE_MS });
  await step('Have people told of problems').locator('.tag', { hasText: 'done' }).waitFor({ timeout: LIVE_MS }); // of what is made to be critical
});

test('closed they are in the menu no more, and the help still knows them', async () => {
  await page.getByRole('button', { name: 'Do not show this again' }).click();
  await page.waitForURL((u) => u.pathname === '/resources');
  await page.getByRole('link', { name: 'First steps' }).waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByRole('button', { name: 'First steps' }).click();
  await page.waitForURL((u) => u.pathname === '/guide');
});

clean(s);
