// SPDX-License-Identifier: Apache-2.0
// Before anyone is signed in, against one real Vigie: set-up, sign in, too many tries, the end of a session.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, PASSWORD, scene, USER } from './scene.mjs';

const s = scene({ signedUp: false });
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const { names, url } = s;

test('before set-up the page says what to do', async () => {
  await page.goto(`${vigie.url}/`);
  await page.getByRole('heading', { name: 'Not set up yet' }).waitFor();
  await page.getByLabel('Or paste the link here').fill('http://example/');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('not a whole set-up link').waitFor();
});

test('a damaged or wrong link says so before anything is filled in', async () => {
  await page.goto(`${vigie.url}/#setup=${vigie.token.slice(0, 20)}`);
  await page.getByRole('heading', { name: 'This link is damaged' }).waitFor();
  await page.getByText('20 characters instead of 43').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Or paste the link here').fill(`${vigie.url}/#setup=${vigie.token.slice(0, 20)}  ${vigie.token.slice(20)}`);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Welcome aboard' }).waitFor();
  await page.goto('about:blank');
  await page.goto(`${vigie.url}/#setup=${'x'.repeat(43)}`);
  await page.getByRole('heading', { name: 'This is not the link of this Vigie' }).waitFor();
});

test('the set-up link lets a newcomer in, with a good password only', async () => {
  await page.goto('about:blank');
  await page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await page.getByLabel('User name').fill(USER);
  await page.getByLabel('Password', { exact: true }).fill('123456789012');
  await page.getByLabel('Password again').fill('123456789012');
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.getByText('does not meet the rules').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.getByText('The two passwords differ').waitFor();
  await page.getByLabel('Password again').fill(PASSWORD);
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.getByRole('heading', { name: /Vigie is watching/ }).waitFor();
  assert.equal(url().hash, '', 'the code is gone from the address');
});

test('the link works once', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await other.page.getByRole('heading', { name: 'This link is used up or too old' }).waitFor();
  await other.context.close();
});

test('who tries too often is told how long to wait', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/`);
  await other.page.getByLabel('User name').fill('nobody');
  // A first wait may be over before a slow machine looks: the page itself notes what it showed, and whether one could go on meanwhile.
  await other.page.evaluate(() => {
    window.waits = [];
    new MutationObserver(() => {
      const said = /Next try in \d+.s\./u.exec(document.body.innerText);
      if (said) window.waits.push({ said: said[0], disabled: document.querySelector('button[type=submit]').disabled });
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  for (let i = 0; i < 12 && (await other.page.evaluate(() => window.waits.length)) === 0; i++) {
    await other.page.getByLabel('Password', { exact: true }).fill(`wrong ${i}`);
    const answer = other.page.waitForResponse((r) => r.request().method() === 'POST');
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await answer;
    await other.page.waitForFunction(() => document.querySelector('.alert') && (window.waits.length > 0 || !document.querySelector('button[type=submit]').disabled));
  }
  const waits = await other.page.evaluate(() => window.waits);
  assert.ok(waits.length > 0, 'twelve wrong passwords were taken without a wait');
  assert.ok(waits.every((w) => w.disabled), JSON.stringify(waits));
  await other.page.getByText('You may try again now.').waitFor({ timeout: LIVE_MS });
  assert.ok(await other.page.getByRole('button', { name: 'Sign in' }).isEnabled());
  await other.page.getByText('Password forgotten?').click();
  await other.page.getByText('vigie ctl user password nobody').waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.context.close();
});

test('a session that ends leads to the sign-in page and back to the same place', async () => {
  await page.goto(`${vigie.url}/resources?filter=all&sort=name`);
  await page.waitForSelector('tr.row');
  await context.clearCookies();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: LIVE_MS }); // whatever the page asks next
  await page.getByLabel('User name').fill(USER);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('do not go together').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.av').waitFor();
  assert.deepEqual([url().searchParams.get('filter'), url().searchParams.get('sort')], ['all', 'name']);
  await page.locator('.av').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal((await page.request.get(`${vigie.url}/api/v1/resources`)).status(), 401);
});

clean(s);
