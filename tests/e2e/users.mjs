// SPDX-License-Identifier: Apache-2.0
// The pages Users and My account, against one real Vigie.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, scene, USER } from './scene.mjs';

const s = scene();
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });

test('administrators make users, give roles and new passwords, and make tokens; others see none of it', async () => {
  await page.goto(`${vigie.url}/users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('User name').fill('vic');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByLabel('First password', { exact: true }).fill('short');
  await page.getByRole('dialog').getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('does not meet the rules').waitFor();
  await page.getByLabel('First password', { exact: true }).fill('voile blanche 31');
  await page.getByRole('dialog').getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('vic may sign in now').waitFor();
  const vic = page.locator('.grid tr', { hasText: 'vic' });
  const mine = page.locator('.grid tr', { hasText: USER });
  await vic.waitFor();
  assert.deepEqual(await axe(page), []);

  const other = await newPage(browser);
  const signIn = async (password) => {
    await other.page.getByLabel('User name').fill('vic');
    await other.page.getByLabel('Password', { exact: true }).fill(password);
    await other.page.getByRole('button', { name: 'Sign in' }).click();
  };
  await other.page.goto(`${vigie.url}/account`);
  await signIn('voile blanche 31');
  await other.page.getByRole('heading', { name: 'My account' }).waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'Users' }).count(), 0);
  await other.page.getByLabel('Present password', { exact: true }).fill('not my password');
  await other.page.getByLabel('New password', { exact: true }).fill('voile rouge 77');
  await other.page.getByLabel('Password again', { exact: true }).fill('voile rouge 77');
  await other.page.getByRole('button', { name: 'Change the password' }).click();
  await other.page.getByText('present password is wrong').waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.page.getByLabel('Present password', { exact: true }).fill('voile blanche 31');
  await other.page.getByRole('button', { name: 'Change the password' }).click();
  await other.page.getByText('Password changed').waitFor();
  await other.page.reload();
  await other.page.getByRole('heading', { name: 'My account' }).waitFor(); // this session goes on

  await vic.getByLabel('Role of vic').selectOption('operator');
  await page.getByText('vic: now Operator').waitFor();
  await mine.getByLabel(`Role of ${USER}`).selectOption('viewer');
  await page.getByText('The last administrator stays').waitFor();
  await page.waitForFunction((user) => document.querySelector(`[aria-label="Role of ${user}"]`)?.value === 'admin', USER);
  await page.getByRole('button', { name: 'New password of vic' }).click();
  await page.getByLabel('New password', { exact: true }).fill('voile verte 88');
  await page.getByRole('dialog').getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('New password of vic set').waitFor();
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: LIVE_MS }); // the sessions ended
  await signIn('voile rouge 77');
  await other.page.getByText('do not go together').waitFor();
  await other.context.close();

  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByLabel('Name of the token').fill('dashboard');
  await page.getByRole('dialog').getByRole('button', { name: 'Create a token' }).click();
  const secret = await page.locator('.secret code').innerText();
  const asks = async () => (await fetch(`${vigie.url}/api/v1/resources?limit=1`, { headers: { Authorization: `Bearer ${secret}` } })).status;
  assert.equal(await asks(), 200);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Delete dashboard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('dashboard deleted').waitFor();
  assert.equal(await asks(), 401);
  await page.getByRole('button', { name: 'Delete vic' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await vic.waitFor({ state: 'detached' });
});

clean(s);
