// SPDX-License-Identifier: Apache-2.0
// The search bar, the list's views, saved filters and columns, against one real Vigie. The steps build on each other.
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

const { row, goAll, url } = listOf(() => ({ page, vigie }));
const rows = (n) => page.waitForFunction((want) => document.querySelectorAll('tr.row').length === want, n);
const picture = (name) => (process.env.VIGIE_PICTURES ? page.screenshot({ path: `${process.env.VIGIE_PICTURES}/${name}.png` }) : undefined);

test('a key and its value are completed by keyboard, and the address keeps the search', async () => {
  await goAll();
  const field = page.locator('#search');
  await field.fill('servi');
  await page.getByRole('option', { name: /^service: / }).waitFor();
  assert.equal(await field.getAttribute('aria-expanded'), 'true');
  await picture('completion');
  assert.deepEqual(await axe(page), []);
  await field.press('ArrowDown');
  await field.press('Enter');
  assert.equal(await field.inputValue(), 'service:');
  await field.pressSequentially('always');
  await page.getByRole('option', { name: /^service:"Always critical"/ }).waitFor();
  await field.press('ArrowDown');
  await field.press('Tab');
  await page.waitForURL((u) => u.searchParams.get('q') === 'service:"Always critical"');
  await row('Always critical').first().waitFor();
  await page.reload();
  await row('Always critical').first().waitFor();
  assert.equal(url().searchParams.get('q'), 'service:"Always critical"');
});

test('a term is turned round and taken out by its chip', async () => {
  await page.getByRole('button', { name: 'Turn round: service:"Always critical"' }).click();
  await page.waitForURL((u) => u.searchParams.get('q') === '!service:"Always critical"');
  await row('Always warning').first().waitFor();
  assert.equal(await row('Always critical').count(), 0);
  await picture('chips');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Take out: !service:"Always critical"' }).click();
  await page.waitForURL((u) => !u.searchParams.has('q'));
});

test('a cell narrows the list, or takes its like out', async () => {
  await row('Always critical').first().locator('.c-state').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'All but is:critical' }).waitFor();
  await picture('cell');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('menuitem', { name: 'All but is:critical' }).click();
  await page.waitForURL((u) => u.searchParams.get('q') === '!is:critical');
  await row('Always warning').first().waitFor();
  await row('Always critical').first().waitFor({ state: 'detached' });
  await page.locator('#search').fill('');
  await page.waitForURL((u) => !u.searchParams.has('q'));
});

test('what is wrong is said with its place and what to write', async () => {
  await page.locator('#search').fill('hots:web');
  await page.getByText('is host: meant?').waitFor();
  await picture('wrong');
  await page.locator('#search').fill('');
  await row('Always warning').first().waitFor();
  await page.locator('#search').blur(); // who goes on elsewhere closes what is offered
});

test('by host, by service, by problem', async () => {
  await page.getByRole('button', { name: 'By host', exact: true }).click();
  await page.waitForURL((u) => u.searchParams.get('view') === 'hosts');
  await page.locator('.folded').first().waitFor();
  await picture('hosts');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'By service', exact: true }).click();
  await page.getByRole('button', { name: /^on \d+ hosts?$/ }).first().waitFor();
  await picture('services');
  await page.getByRole('button', { name: 'By problem', exact: true }).click();
  await row('Always critical').first().waitFor();
  await picture('problems');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'By host', exact: true }).click();
  await page.getByRole('button', { name: /in all$/ }).first().click();
  await page.waitForURL((u) => !u.searchParams.has('view') && u.searchParams.get('q').startsWith('host:='));
  await goAll();
});

test('a list is saved by name, shared, opened again and deleted', async () => {
  await page.locator('#search').fill('is:warning');
  await page.waitForURL((u) => u.searchParams.get('q') === 'is:warning');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByLabel('Save this list as').fill('Just warnings');
  await page.getByLabel('Share it with everybody').check();
  await picture('save');
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: /^Just warnings/ }).waitFor();
  await page.keyboard.press('Escape');
  await goAll();
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('button', { name: /^Just warnings/ }).click();
  await page.waitForURL((u) => u.searchParams.get('q') === 'is:warning' && u.searchParams.get('filter') === 'all');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the filter Just warnings' }).click();
  await page.getByText('No filter is saved yet.').waitFor();
  await page.keyboard.press('Escape');
});

test('columns are hidden and moved, and stay so', async () => {
  await goAll();
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page.getByRole('button', { name: 'Move Information to the left' }).click();
  await page.locator('.popbox').getByRole('checkbox', { name: 'Checked' }).uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await row('Always critical').first().waitFor();
  const heads = await page.locator('thead th').evaluateAll((all) => all.map((th) => th.textContent).filter(Boolean));
  assert.deepEqual(heads.slice(2, 4), ['Information', 'Since']);
  assert.ok(!heads.includes('Checked'));
});

test('in French, dark and narrow', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: /^Menu|marie/i }).first().click();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('button', { name: 'Par hôte', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#search').fill('is:prob');
  await page.getByRole('option', { name: /ne va pas bien/ }).waitFor();
  await picture('french-dark');
  await page.locator('#search').press('Escape');
  await page.setViewportSize({ width: 360, height: 740 });
  await picture('narrow');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out at 360 px');
  assert.deepEqual(await axe(page), []);
});

test('nothing went wrong in the browser on the way', () => {
  assert.deepEqual(wrongs.filter((w) => !w.includes('status of 400')), []); // one search was wrong on purpose
});
