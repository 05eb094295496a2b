// SPDX-License-Identifier: Apache-2.0
// The event log, against one real Vigie: what happened is there, is narrowed, counted, followed and kept; by mouse and by keys.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { axe, exactly } from './browser.mjs';
import { clean, LIVE_MS, scene } from './scene.mjs';

const s = scene();
let page, vigie;
beforeEach(() => { ({ page, vigie } = s); });

const query = () => new URL(page.url()).searchParams;
const lines = (text) => page.locator('.ev', { hasText: text });
async function asked(method, path, data) {
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const answer = await page.request.fetch(`${vigie.url}/api/v1${path}`, { method, data, headers: { 'X-CSRF': csrf } });
  assert.ok(answer.ok(), await answer.text());
  return answer.json();
}
async function idOf(name) {
  const list = await asked('GET', '/resources?filter=all&limit=100');
  return list.resources.find((r) => r.service === name).id;
}

test('what happened is in the log, the newest first, and leads to whom it happened to', async () => {
  await page.goto(`${vigie.url}/events`);
  await lines('Always critical').filter({ hasText: 'CRITICAL' }).first().waitFor({ timeout: LIVE_MS });
  const times = await page.locator('.ev time').evaluateAll((all) => all.map((el) => el.dateTime));
  assert.deepEqual(times, [...times].sort().reverse());
  assert.equal(await page.title().then((title) => title.replace(/^\(\d+\) /, '')), 'Event log · Vigie');
  await lines('Always critical').first().locator('a').click();
  await page.locator('.panel').waitFor();
  await page.goBack();
  await lines('Always critical').first().waitFor();
});

test('kinds, text and host narrow it, stand in the address, and are undone', async () => {
  await asked('POST', `/resources/${await idOf('Load')}/comment`, { comment: 'the mast was painted' });
  await page.goto(`${vigie.url}/events`);
  await page.getByRole('button', { name: /^Comments/ }).click();
  await lines('the mast was painted').first().waitFor({ timeout: LIVE_MS });
  assert.equal(query().get('kind'), 'comments');
  await exactly(lines('CRITICAL'), 0);
  await page.getByRole('button', { name: 'Clear the filters' }).first().click();
  await page.getByLabel('Text', { exact: true }).fill('mast was');
  await page.waitForURL((u) => u.searchParams.get('text') === 'mast was');
  await lines('the mast was painted').first().waitFor();
  await page.getByLabel('Text', { exact: true }).fill('nothing like this');
  await page.getByRole('heading', { name: 'No event' }).waitFor();
  await page.goto(`${vigie.url}/events?host=harbour&service=Load`);
  await lines('the mast was painted').first().waitFor();
  await exactly(lines('Always critical'), 0);
  await page.goto(`${vigie.url}/events?host=nowhere`);
  await page.getByRole('alert').filter({ hasText: 'nowhere' }).waitFor();
});

test('who was told, and who was not and why, is listed: by contact, and of those alone whom nobody heard of', async () => {
  const of = (text) => page.locator('[data-decision]', { hasText: text });
  await page.goto(`${vigie.url}/events`);
  await page.getByRole('button', { name: 'Who was told' }).click();
  await of('alice: notified').filter({ hasText: 'Always critical' }).first().waitFor({ timeout: LIVE_MS });
  await of('the contact does not want this state').filter({ hasText: 'Always warning' }).first().waitFor({ timeout: LIVE_MS });
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Nobody told' }).click();
  await of('alice: notified').first().waitFor({ state: 'detached' });
  await of('the contact does not want this state').first().waitFor();
  assert.equal(query().get('told'), 'no');
  await page.goto(`${vigie.url}/events?show=told&contact=alice&told=yes`);
  await of('alice: notified').first().waitFor();
  await page.goto(`${vigie.url}/events?show=told&contact=nobody`);
  await page.getByRole('heading', { name: 'Nothing was decided' }).waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await of('alice: notified').first().waitFor();
  await page.getByRole('button', { name: 'What happened' }).click();
  await lines('Always critical').filter({ hasText: 'CRITICAL' }).first().waitFor();
});

test('a stretch of time is picked by keys and by mouse, and let go again', async () => {
  await page.goto(`${vigie.url}/events?range=1h`);
  const bars = page.getByRole('group', { name: /events? over time/ });
  await bars.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.searchParams.has('since') && u.searchParams.has('until'));
  const three = Number(query().get('until')) - Number(query().get('since'));
  assert.ok(three >= 170 && three <= 190, `${three} s: three minutes of an hour`);
  await page.getByRole('button', { name: 'All of the time' }).click();
  await page.waitForURL((u) => !u.searchParams.has('since'));
  const box = await page.locator('.ev-plot').boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 30, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL((u) => u.searchParams.has('since'));
  assert.ok(Math.abs(Number(query().get('until')) - Number(query().get('since')) - 1800) < 130);
  await page.getByRole('button', { name: 'Enlarge' }).click();
  await page.waitForURL((u) => u.searchParams.has('from') && !u.searchParams.has('since'));
  await page.getByRole('button', { name: 'Up to now' }).click();
  await page.getByText('As a table').click();
  await page.getByRole('table', { name: 'Events over time' }).locator('tbody tr').first().waitFor();
  assert.deepEqual(await axe(page), []);
});

test('new events come by themselves; who reads farther down is told, and not moved', async () => {
  await page.goto(`${vigie.url}/events`);
  await page.locator('.ev').first().waitFor();
  const id = await idOf('Load');
  await asked('POST', `/resources/${id}/comment`, { comment: 'seen from the top' });
  await lines('seen from the top').first().waitFor({ timeout: LIVE_MS });
  await page.setViewportSize({ width: 1400, height: 420 });
  await page.locator('#main').evaluate((el) => { el.scrollTop = el.scrollHeight; });
  const top = await page.locator('#main').evaluate((el) => el.scrollTop);
  assert.ok(top > 0);
  await asked('POST', `/resources/${id}/comment`, { comment: 'seen from below' });
  const button = page.getByRole('button', { name: /new events?$/ });
  await button.waitFor({ timeout: LIVE_MS });
  assert.equal(await lines('seen from below').count(), 0);
  await button.click();
  await lines('seen from below').first().waitFor();
  await page.setViewportSize({ width: 1400, height: 860 });
});

test('what is shown is kept as CSV and as JSON', async () => {
  await page.goto(`${vigie.url}/events?kind=comments`);
  await page.locator('.ev').first().waitFor();
  const kept = async (name) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return readFileSync(await file.path(), 'utf8');
  };
  const table = await kept(/as CSV/);
  assert.match(table, /^time,kind,host,service,state,/);
  assert.match(table, /,comment,harbour,Load,.*the mast was painted/);
  const { events } = JSON.parse(await kept(/as JSON/));
  assert.ok(events.some((e) => e.text === 'the mast was painted'));
});

clean(s, (wrong) => wrong.includes('status of 400'));
