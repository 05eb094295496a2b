// SPDX-License-Identifier: Apache-2.0
// Groups in the page, and the room that the columns of the list have: against one real Vigie.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, newPage } from './browser.mjs';
import { listOf, signUp } from './list.mjs';
import { startVigie } from './vigie.mjs';

const USER = 'marie';
const PASSWORD = 'brume lente 42';

let vigie;
let browser;
let page;
let wrongs;

before(async () => {
  vigie = await startVigie().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  browser = await launch();
  ({ page, wrongs } = await newPage(browser));
  await signUp(page, vigie, USER, PASSWORD);
});
after(async () => {
  await browser?.close();
  assert.equal(await vigie?.stop(), 0, 'SIGTERM ends Vigie with 0');
});

const { row, link, goAll, names, url } = listOf(() => ({ page, vigie }));

test('a group is found by its name, filters the list, and is in the address', async () => {
  await goAll();
  const all = (await names()).length;
  const field = page.locator('#search');
  await field.fill('group:qua');
  await page.getByRole('option', { name: /^group:quay The old quay$/ }).waitFor();
  assert.equal(await field.getAttribute('aria-expanded'), 'true');
  assert.deepEqual(await axe(page), []);
  await field.press('ArrowDown');
  await field.press('Enter');
  await page.waitForURL((u) => u.searchParams.get('q') === 'group:quay');
  await page.waitForFunction((n) => document.querySelectorAll('tr.row').length === n, all);
  await page.getByRole('button', { name: 'Take out: group:quay' }).click();
  await page.waitForURL((u) => !u.searchParams.has('q'));
  await page.goto(`${vigie.url}/resources?group=alarms`);
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 2);
  assert.equal(url().searchParams.get('group'), 'alarms');
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 2);
  await page.goto(`${vigie.url}/resources?group=alarm`);
  await page.getByText('called alarm. Did you mean alarms?').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.waitForURL((u) => !u.searchParams.has('group'));
  await goAll();
  await link('Always warning').click();
  await page.locator('.panel .facts').getByRole('button', { name: 'Everything in the group alarms' }).click();
  await page.waitForURL((u) => u.searchParams.get('group') === 'alarms' && u.searchParams.has('open'));
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 2);
  await page.getByRole('button', { name: 'Close the panel' }).click();
});

test('names take the room they need, and the rest is for the output; also beside the panel', async () => {
  await goAll();
  const width = (cls) => row('Always critical').first().locator(cls).evaluate((el) => el.getBoundingClientRect().width);
  assert.ok(await width('.c-res') < 300, `${await width('.c-res')} px for short names`);
  assert.ok(await width('.c-info') > 1.5 * await width('.c-res'));
  await page.setViewportSize({ width: 1366, height: 768 });
  await link('Always critical').first().click();
  await page.getByRole('tab', { name: 'Told' }).click();
  await page.locator('.panel .reasons').waitFor();
  assert.ok(await width('.c-info') > 95, `an output is there: ${await width('.c-info')} px`);
  const at = await page.locator('.panel .reasons').evaluate((el) => [...el.children].map((one) => one.getBoundingClientRect().left));
  assert.equal(new Set(at).size, 1, 'what was decided stands below its label, as wide as the panel');
  await page.setViewportSize({ width: 1400, height: 860 });
  await page.getByRole('button', { name: 'Close the panel' }).click();
});

test('nothing went wrong in the browser on the way', () => {
  assert.deepEqual(wrongs.filter((w) => !w.includes('status of 400')), []); // one address had a group that there is not
});
