// SPDX-License-Identifier: Apache-2.0
// My account and the second factor, against one real Vigie.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, PASSWORD, scene, USER } from './scene.mjs';
import { codeOf } from './totp.mjs';

const s = scene();
let page, browser, vigie;
beforeEach(() => { ({ page, browser, vigie } = s); });
let secret = '', recovery = [];

async function password(on, user, text) {
  await on.getByLabel('User name').fill(user);
  await on.getByLabel('Password', { exact: true }).fill(text);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

test('the own password changes, and a wrong present one is said beside its field', async () => {
  await page.goto(`${vigie.url}/account`);
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByLabel('Present password', { exact: true }).fill('not my password');
  await page.getByLabel('New password', { exact: true }).fill('voile rouge 77');
  await page.getByLabel('Password again', { exact: true }).fill('voile rouge 77');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('present password is wrong').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Present password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('Password changed').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'My account' }).waitFor(); // this session goes on
});

test('own sessions are listed, and another one is ended', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/resources`);
  await password(other.page, USER, 'voile rouge 77');
  await other.page.locator('.av').waitFor();
  await page.goto(`${vigie.url}/account`);
  await page.getByText('this one', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^End the session of/ }).click();
  await page.getByRole('button', { name: /^End the session of/ }).waitFor({ state: 'detached' });
  assert.equal((await other.page.request.get(`${vigie.url}/api/v1/session`)).status(), 401);
  await other.context.close();
});

test('language, theme and density are chosen', async () => {
  const look = page.locator('.block', { hasText: 'How it looks to you' });
  await look.getByRole('button', { name: 'Dark' }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await look.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('heading', { name: 'Mon compte' }).waitFor();
  await page.getByRole('region', { name: 'Sessions ouvertes' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
});

test('the second factor is turned on: the picture and the secret, a first code, recovery codes shown once', async () => {
  await page.goto(`${vigie.url}/account`);
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByLabel('Your password once more').fill('voile rouge 77');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  secret = await page.locator('.typed').innerText();
  assert.match(secret.replace(/\s/g, ''), /^[A-Z2-7]{32}$/);
  await page.getByLabel('The code it shows').fill('12');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByText('A code has six digits.').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('The code it shows').fill(codeOf(secret, -1));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  recovery = await page.locator('.codes code').allTextContents();
  assert.equal(new Set(recovery).size, 10);
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save as a file' }).click();
  assert.match((await saved).suggestedFilename(), /^vigie-.*\.txt$/);
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left.').waitFor();
});

test('a sign-in asks for the code then, or for a recovery code, and each works once', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/resources?filter=all`);
  await password(other.page, USER, 'voile rouge 77');
  await other.page.getByRole('heading', { name: 'Second factor' }).waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.page.getByLabel('Code of your authenticator').fill('000000');
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.page.getByText('This code is wrong').waitFor();
  await other.page.getByLabel('Code of your authenticator').fill(codeOf(secret));
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.page.locator('.av').waitFor();
  await other.context.close();
  const third = await newPage(browser);
  await third.page.goto(`${vigie.url}/account`);
  await password(third.page, USER, 'voile rouge 77');
  await third.page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await third.page.getByLabel('Recovery code', { exact: true }).fill(recovery[3]);
  await third.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await third.page.getByText('9 recovery codes are left.').waitFor();
  await third.context.close();
});

test('who has a role that requires it turns it on before anything else', async () => {
  await page.goto(`${vigie.url}/admin/roles`);
  await page.getByRole('button', { name: 'Change Viewer' }).click();
  await page.getByLabel(/Requires the second factor/).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('second factor required').waitFor();
  await page.goto(`${vigie.url}/admin/users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByLabel('User name').fill('vic');
  await page.getByLabel('First password', { exact: true }).fill('voile blanche 31');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('required, not on yet').waitFor();
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/resources?filter=all`);
  await password(other.page, 'vic', 'voile blanche 31');
  await other.page.getByRole('heading', { name: 'One more step' }).waitFor();
  await other.page.getByLabel('Your password once more').fill('voile blanche 31');
  await other.page.getByRole('button', { name: 'Go on' }).click();
  assert.deepEqual(await axe(other.page), []);
  await other.page.getByLabel('The code it shows').fill(codeOf(await other.page.locator('.typed').innerText()));
  await other.page.getByRole('button', { name: 'Turn it on' }).click();
  await other.page.getByRole('button', { name: 'I have kept them' }).click();
  await other.page.waitForSelector('tr.row');
  assert.deepEqual(other.wrongs, []);
  await other.context.close();
});

clean(s, (wrong) => /status of 422/.test(wrong)); // the wrong present password
