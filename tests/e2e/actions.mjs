// SPDX-License-Identifier: Apache-2.0
// Actions on one and on many, against one real Vigie: all that match, jobs with progress, undo, what a downtime would mean, results sent in, rights, export. The steps build on each other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { axe, newPage, until } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const QUIET = 150;
const s = scene({ quiet: QUIET });
const own = { skip: Boolean(process.env.VIGIE_URL) };
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const { row } = s;

const open = async (query) => {
  await page.goto(`${vigie.url}/resources?${query}`);
  await page.waitForSelector('tr.row');
};
const bar = () => page.getByRole('group', { name: /selected/ });
const dialog = () => page.getByRole('dialog');
const toast = (text) => page.locator('.toast', { hasText: text });
const total = async (query) => (await (await page.request.get(`${vigie.url}/api/v1/resources?limit=1&${query}`)).json()).matched;

test('rows are chosen by mouse and keys, in stretches, and let go by Escape', own, async () => {
  await open('filter=all&host=crane&sort=name');
  await page.locator('tr.row input').nth(1).click();
  await page.locator('tr.row input').nth(4).click({ modifiers: ['Shift'] });
  await page.getByText('4 selected').first().waitFor();
  await page.locator('tr.row a.r').nth(6).focus();
  await page.keyboard.press('X');
  await page.getByText('6 selected').first().waitFor();
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('7 selected').first().waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
  await bar().waitFor({ state: 'detached' });
});

test('all that match: more than are loaded are chosen, and what it would mean is said before', own, async () => {
  await open('filter=all&kind=service&host=crane&sort=name');
  await page.getByLabel('Select all that are shown').check();
  await page.getByRole('button', { name: `Select all ${QUIET} that match` }).click();
  await page.getByText(`All ${QUIET} that match are selected`).first().waitFor();
  await page.keyboard.press('d');
  await dialog().getByText(`on all ${QUIET} that match`).waitFor();
  await dialog().getByText(`Covers ${QUIET} services.`).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Comment', { exact: true }).fill('The crane is painted');
  await page.getByRole('button', { name: 'Plan the downtime' }).click();
  await dialog().waitFor({ state: 'detached' });
  await toast(`Downtime set on ${QUIET} resources`).waitFor({ timeout: LIVE_MS });
  assert.equal(await total('filter=all&host=crane&q=is:downtime%20kind:service'), QUIET);
});

test('a job is taken back as a whole, by the way that its end names', own, async () => {
  await toast(`Downtime set on ${QUIET} resources`).getByRole('button', { name: 'Undo' }).click();
  await until('all are taken back', async () => await total('filter=all&host=crane&q=is:downtime%20kind:service') === 0);
  await toast('Taken back').waitFor({ timeout: LIVE_MS });
});

test('a job shows how far it is, and can be stopped', own, async () => {
  await page.route('**/api/v1/jobs/*', async (r) => {
    if (r.request().method() === 'GET') await r.fulfill({ json: { id: '9', action: 'check', state: 'running', total: 1000, done: 250, failed: 0, problems: [], undo: null } });
    else await r.fulfill({ status: 204, body: '' });
  });
  await page.route('**/api/v1/actions', (r) => r.fulfill({ status: 202, json: { id: '9', action: 'check', state: 'running', total: 1000, done: 10, failed: 0, problems: [], undo: null } }));
  await open('filter=all&host=harbour');
  await page.getByLabel('Select all that are shown').check();
  await page.keyboard.press('c');
  const shown = toast('Asking for checks: ');
  await shown.getByText('250 of 1,000').waitFor();
  assert.equal(await shown.locator('progress').evaluate((el) => el.value), 250);
  assert.deepEqual(await axe(page), []);
  const stopped = page.waitForRequest((r) => r.method() === 'DELETE' && /\/jobs\/9$/.test(r.url()));
  await shown.getByRole('button', { name: 'Stop' }).click();
  await stopped;
  await page.unroute('**/api/v1/actions');
  await page.unroute('**/api/v1/jobs/*');
  await page.reload();
  await page.waitForSelector('tr.row');
});

test('an acknowledgement ends at a date, and is undone from what says it', own, async () => {
  await open('filter=all');
  await row('Always critical').first().locator('input').click();
  await bar().getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByLabel('Comment', { exact: true }).fill('Known since Monday');
  await page.getByLabel('Ends by itself').selectOption('date');
  await dialog().getByLabel('Until', { exact: true }).fill('2001-01-01T00:00');
  await dialog().getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('This end is already past.').waitFor();
  await dialog().getByLabel('Until', { exact: true }).fill('2099-01-01T00:00');
  await dialog().getByRole('button', { name: 'Acknowledge' }).click();
  await dialog().waitFor({ state: 'detached' });
  await row('Always critical').first().getByText('acknowledged').waitFor();
  await toast('Acknowledged harbour').getByRole('button', { name: 'Undo' }).click();
  await row('Always critical').first().getByText('acknowledged').waitFor({ state: 'detached', timeout: LIVE_MS });
});

test('a downtime of a host is said with its services, the hosts behind it, and what it overlaps', own, async () => {
  await open('filter=all&kind=host');
  for (let round = 0; round < 2; round++) {
    await row('harbour').first().locator('input').click();
    await bar().getByRole('button', { name: 'Downtime' }).click();
    await dialog().getByText(/Covers 1 host and \d+ services\./).waitFor();
    await dialog().getByText(/Behind it stands 1 host, .*crane/).waitFor();
    if (round === 1) {
      await dialog().getByText(/Overlaps with a downtime of harbour.*Quay works/).first().waitFor();
      await page.getByLabel('With the services of the hosts').uncheck();
      await dialog().getByText('Covers 1 host.').waitFor();
      await dialog().getByText(/Nobody is told of \d+ other services/).waitFor();
      await page.keyboard.press('Escape');
      continue;
    }
    await page.getByLabel('Comment', { exact: true }).fill('Quay works');
    await page.getByRole('button', { name: 'Plan the downtime' }).click();
    await dialog().waitFor({ state: 'detached' });
    await row('harbour').first().getByText('downtime', { exact: true }).waitFor();
  }
});

test('downtimes are cancelled together, once it is said how many', own, async () => {
  await open('filter=all&host=harbour');
  await page.getByLabel('Select all that are shown').check();
  await bar().getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Cancel downtimes' }).click();
  await dialog().getByText(/\d+ downtimes are cancelled/).waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog().getByRole('button', { name: 'Cancel the downtimes' }).click();
  await dialog().waitFor({ state: 'detached' });
  await until('none is left', async () => await total('filter=all&host=harbour&q=is:downtime') === 0);
});

test('a result is sent in; hosts and services are not told apart by one state', own, async () => {
  await open('filter=all&host=harbour');
  await row('Sent in').locator('input').click();
  await bar().getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Submit a result' }).click();
  await dialog().getByLabel('State', { exact: true }).selectOption('warning');
  await dialog().getByRole('button', { name: 'Submit' }).click();
  await page.getByText('Write what was found').waitFor();
  await page.getByLabel('What was found').fill('<b>Rope</b> is worn; see the book');
  await dialog().getByRole('button', { name: 'Submit' }).click();
  await dialog().waitFor({ state: 'detached' });
  await row('Sent in').getByText('<b>Rope</b> is worn: see the book').waitFor({ timeout: LIVE_MS }); // a semicolon of the first line becomes a colon, as in Nagios
  await page.getByLabel('Select all that are shown').check();
  await bar().getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Submit a result' }).click();
  await dialog().getByText(/Among them are hosts/).waitFor();
  assert.ok(await dialog().getByRole('button', { name: 'Submit' }).isDisabled());
  await page.keyboard.press('Escape');
});

test('what changed meanwhile is not done: it is asked again with the number of now', own, async () => {
  await open('filter=all&host=crane&kind=service');
  await page.keyboard.press('*');
  await page.route('**/api/v1/actions', async (r) => {
    const body = r.request().postDataJSON();
    await r.continue({ postData: JSON.stringify(body.preview ? body : { ...body, expected: 3 }) });
  });
  await page.keyboard.press('m');
  await page.getByRole('textbox', { name: 'Comment' }).fill('x');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  await dialog().getByRole('alert').waitFor();
  await dialog().getByText(`on all ${QUIET} that match`).waitFor();
  await page.unroute('**/api/v1/actions');
  await page.keyboard.press('Escape');
});

test('the whole list is a file, in its order', own, async () => {
  await open('filter=all&host=crane&kind=service&sort=name');
  await page.getByRole('button', { name: 'Export' }).click();
  assert.deepEqual(await axe(page), []);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV, for a spreadsheet').click()]);
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
  assert.equal(lines.length, QUIET + 1);
  assert.match(lines[1], /^crane,Quiet 1,/);
});

test('who may only look is offered nothing, and told so', own, async () => {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const made = await page.request.post(`${vigie.url}/api/v1/users`, { data: { user: 'victor', password: 'sable clair 77', role: 'viewer' }, headers: { 'X-CSRF': csrf } });
  assert.ok(made.ok(), await made.text());
  const viewer = await newPage(browser);
  const p = viewer.page;
  await p.goto(`${vigie.url}/`);
  await p.getByLabel('User name').fill('victor');
  await p.getByLabel('Password', { exact: true }).fill('sable clair 77');
  await p.getByRole('button', { name: 'Sign in' }).click();
  await p.getByRole('heading', { name: 'Resources' }).waitFor();
  await p.goto(`${vigie.url}/resources?filter=all`);
  await p.locator('tr.row input').first().click();
  await p.getByText('You may look here, but not act.').waitFor();
  assert.equal(await p.getByRole('button', { name: 'Acknowledge' }).count(), 0);
  await p.locator('tr.row a.r').first().focus();
  await p.keyboard.press('d');
  await p.getByText(/You need the right to plan and cancel downtimes/).waitFor();
  assert.deepEqual(viewer.wrongs, []);
  await viewer.context.close();
});

test('French, at 360 pixels: the forms fit', own, async () => {
  const narrow = await newPage(browser, { viewport: { width: 360, height: 740 }, locale: 'fr-FR', storageState: await context.storageState() });
  const p = narrow.page;
  const wide = () => p.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
  await p.goto(`${vigie.url}/resources?filter=all`);
  await p.locator('tr.row input').first().click();
  assert.ok(await wide() <= 360);
  await p.getByRole('button', { name: 'Plus', exact: true }).click();
  const box = await p.locator('.popbox').boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360, 'the choices are on the screen');
  assert.deepEqual(await axe(p), []);
  await p.keyboard.press('Escape');
  await p.getByRole('button', { name: 'Maintenance', exact: true }).click();
  await p.getByText(/^Concerne /).waitFor();
  assert.ok(await wide() <= 360);
  assert.deepEqual(await axe(p), []);
  assert.deepEqual(narrow.wrongs, []);
  await narrow.context.close();
});

clean(s, (wrong) => /status of (409|422)/.test(wrong));
