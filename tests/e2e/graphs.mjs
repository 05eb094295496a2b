// SPDX-License-Identifier: Apache-2.0
// Graphs as people use them: by mouse, by keyboard, by touch, without seeing them. The steps build on each other, in one browser, against one real Vigie.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { axe, exactly, newPage } from './browser.mjs';
import { clean, PASSWORD, scene, USER } from './scene.mjs';

const MEASURED_MS = 300000; // measurements can be read about a minute after they came
const POINTS = 6;
const many = Array.from({ length: 30 }, (_, i) => `port${String(i).padStart(2, '0')}=${400 + i}B;;;0`).join(' ');

const s = scene({ signedUp: false, more: [['Ports', `/bin/echo "PORTS OK|${many}"`], ['Fast and slow', '/bin/echo "OK|rta=0.002s;0.1;0.5;0 pl=0%;20;60;0;100 sent=70000B;@10:20;~:90000"'], ['Long', '/bin/echo "OK|a_name_that_is_longer_than_what_a_telephone_can_show_beside_a_value=70000B"']] });
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const asked = [];

const url = () => new URL(page.url());
const get = async (path) => (await page.request.get(`${vigie.url}/api/v1${path}`)).json();
const ids = {};
const open = async (path, wait = '.plot canvas') => {
  await page.goto(`${vigie.url}${path}`);
  await page.waitForSelector(wait);
};
const tabOf = (name) => `/resources?filter=all&open=${ids[name]}&tab=graph`;
const card = (name) => page.locator('.gcard', { hasText: name }).first();
// Is anything drawn there? In parts of the width, from the left: what is not the grid, that is, has a colour.
const coloured = (canvas) => canvas.evaluate((el) => {
  const { data, width, height } = el.getContext('2d').getImageData(0, 0, el.width, el.height);
  let n = 0;
  for (let i = 0; i < width * height * 4; i += 4) if (data[i + 3] > 40 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) n++;
  return n;
});
const drawnIn = async (where) => coloured(where.locator('canvas').first());

test('nothing of the graphs is loaded before somebody is in', async () => {
  page.on('request', (r) => asked.push(new URL(r.url()).pathname));
  await page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await page.getByLabel('User name').fill(USER);
  assert.deepEqual(asked.filter((path) => /(graphs|spark)-/.test(path)), []);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForURL((u) => u.pathname === '/guide');
  await page.goto(`${vigie.url}/resources?filter=all`);
  await page.waitForSelector('tr.row');
  for (const row of (await get('/resources?filter=all&limit=100')).resources) ids[row.service ?? row.host] = row.id;
});

test('measurements come, and stand as small lines in the list', async () => {
  const until = Date.now() + MEASURED_MS;
  for (;;) {
    const from = new Date(Date.now() - 600000).toISOString();
    const { series = [], detail } = await get(`/series/data?resource=${ids['Load']},${ids['Ports']},${ids['Turning']},${ids['Fast and slow']}&from=${from}`);
    if (series.length >= 37 && series.every((s) => s.t.length >= POINTS)) break;
    assert.ok(Date.now() < until, `measurements of all: ${detail ?? ''} ${series.map((s) => `${s.label} ${s.t.length}`).join(', ')}`);
    await page.waitForTimeout(500);
  }
  await open('/resources?filter=all', 'svg.spark');
  assert.deepEqual(asked.filter((path) => /graphs-/.test(path)), [], 'the list pays for its small lines only');
  const spark = page.locator('tr.row', { hasText: 'Turning' }).locator('svg.spark');
  assert.match(await spark.getAttribute('aria-label'), /^level, the last 24 h: 12.% now, between 12.% and 12.%$/u);
  assert.match(await spark.locator('path.v').getAttribute('d'), /^M/);
  assert.match(await page.locator('tr.row', { hasText: 'Fast and slow' }).locator('svg.spark').getAttribute('aria-label'), /^rta, /, 'not the loss, which is always nothing');
});

test('the panel has a tab of graphs, with an address of its own', async () => {
  await open('/resources?filter=all', 'tr.row');
  await page.locator('tr.row', { hasText: 'Load' }).locator('a.r').click();
  await page.getByRole('tab', { name: 'Graphs' }).click();
  await page.waitForSelector('.plot canvas');
  await page.keyboard.press('ArrowLeft');
  await page.locator('.facts').waitFor();
  await page.keyboard.press('ArrowRight');
  const graph = card('load1');
  await graph.waitFor();
  assert.equal(url().searchParams.get('tab'), 'graph');
  assert.ok(await drawnIn(graph) > 0, 'lines are drawn');
  const legend = await graph.locator('.legend').innerText();
  for (const label of ['load1', 'load5', 'load15']) assert.match(legend, new RegExp(`${label}\\s+[\\d.]+\\s+[\\d.]+\\s+[\\d.]+\\s+[\\d.]+`));
  assert.match(await graph.locator('.plot').getAttribute('aria-label'), /^load1, load5, load15, .*load1: [\d.]+ at the end, between/);
  assert.deepEqual(await axe(page), []);
  await page.reload();
  await graph.waitFor();
});

// The last quarter of an hour, so that there is something in every part of the picture.
const near = async (name) => {
  const now = Math.floor(Date.now() / 1000);
  await open(`${tabOf(name)}&from=${now - 900}&to=${now}`);
  await page.waitForFunction(() => !document.querySelector('.tbar .busy'));
};
const span = (u) => Number(u.searchParams.get('to')) - Number(u.searchParams.get('from'));

test('by keyboard: cursor, time, nearness, and back', async () => {
  await near('Load');
  const plot = page.locator('.plot').first();
  const said = plot.locator('[aria-live]');
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => /load1 [\d.]+, load5 [\d.]+, load15 [\d.]+, OK/.test(document.querySelector('.plot [aria-live]').textContent));
  const last = await said.innerText();
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await said.innerText(), last, 'another moment');
  await page.getByRole('columnheader', { name: 'Cursor' }).first().waitFor();
  await page.keyboard.press('+');
  await page.waitForURL((u) => Math.abs(span(u) - 450) < 3);
  await page.keyboard.press('Shift+ArrowLeft');
  const from = Number(url().searchParams.get('from'));
  await page.waitForURL((u) => Math.abs(Number(u.searchParams.get('from')) - (from - 90)) < 3);
  await page.keyboard.press('-');
  await page.waitForURL((u) => Math.abs(span(u) - 900) < 5);
  await page.keyboard.press('ArrowDown');
  await page.locator('.legend tr.hot', { hasText: 'load1' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForURL((u) => !u.searchParams.has('from'));
  assert.ok(await page.locator('.panel').count(), 'the panel is still there');
  await page.keyboard.press('Escape');
  await page.locator('.panel').waitFor({ state: 'detached' });
});

test('by mouse: a stretch, nearer, sideways, and back', async () => {
  await near('Load');
  const box = await page.locator('.plot').first().boundingBox();
  const at = (part) => box.x + 64 + (box.width - 76) * part;
  const y = box.y + box.height / 2;
  await page.mouse.move(at(0.5), y);
  await page.locator('.readout').waitFor();
  await page.mouse.down();
  await page.mouse.move(at(0.75), y, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL((u) => Math.abs(span(u) - 225) < 8);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -80);
  await page.keyboard.up('Control');
  await page.waitForURL((u) => span(u) < 200);
  const was = Number(url().searchParams.get('from'));
  await page.mouse.wheel(-300, 0);
  await page.waitForURL((u) => Number(u.searchParams.get('from')) < was);
  await page.keyboard.down('Shift');
  await page.mouse.move(at(0.3), y);
  await page.mouse.down();
  await page.mouse.move(at(0.6), y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.mouse.dblclick(at(0.5), y);
  await page.waitForURL((u) => !u.searchParams.has('from'));
  assert.equal(await page.locator('.tbar').getByRole('button', { name: '24 h' }).getAttribute('aria-pressed'), 'true');
});

test('by touch: one finger moves, two near', async () => {
  const state = await context.storageState();
  const other = await newPage(browser, { storageState: state, hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const now = Math.floor(Date.now() / 1000);
  await other.page.goto(`${vigie.url}${tabOf('Load')}&from=${now - 900}&to=${now - 5}`);
  await other.page.waitForSelector('.plot canvas');
  await other.page.waitForFunction(() => !document.querySelector('.tbar .busy'));
  await other.page.locator('.plot').first().scrollIntoViewIfNeeded();
  const box = await other.page.locator('.plot').first().boundingBox();
  const cdp = await other.context.newCDPSession(other.page);
  const touch = (type, ...points) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([part, id]) => ({ x: box.x + 64 + (box.width - 76) * part, y: box.y + box.height / 2, id })) });
  const from = () => Number(new URL(other.page.url()).searchParams.get('from'));
  const wide = () => Number(new URL(other.page.url()).searchParams.get('to')) - from();
  await touch('touchStart', [0.4, 1]);
  for (const part of [0.5, 0.6, 0.7]) await touch('touchMove', [part, 1]);
  await touch('touchEnd');
  await other.page.waitForURL(() => from() < now - 1000);
  assert.ok(Math.abs(wide() - 895) < 3, 'as wide as before');
  await touch('touchStart', [0.4, 1], [0.6, 2]);
  for (const d of [0.02, 0.05, 0.1]) await touch('touchMove', [0.4 - d, 1], [0.6 + d, 2]);
  await touch('touchEnd');
  await other.page.waitForURL(() => Math.abs(wide() - 447) < 20);
  const line = other.page.getByRole('button', { name: 'load5', exact: true });
  const told = async () => [await line.getAttribute('aria-pressed'), await other.page.locator('.legend tr.hot').count()];
  await line.tap();
  assert.deepEqual(await told(), ['true', 1], 'the first touch points at a line');
  await line.tap();
  assert.deepEqual(await told(), ['false', 0], 'the next one hides it');
  await line.tap();
  assert.deepEqual(await told(), ['true', 1]);
  assert.deepEqual(await axe(other.page), []);
  assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing stands out to the side');
  assert.deepEqual(other.wrongs, []);
  await other.context.close();
});

test('the legend filters, and eight lines of many are shown at first', async () => {
  await open(tabOf('Ports'));
  const graph = card('Bytes: 30 measurements');
  const tools = graph.locator('.ltools');
  await tools.getByText('8 of 30 shown').waitFor();
  await tools.getByRole('button', { name: 'Show all 30' }).click();
  await tools.getByText('30 of 30 shown').waitFor();
  await tools.getByRole('button', { name: 'Only the first 8' }).click();
  await tools.getByLabel('Find a line').fill('port2');
  await exactly(graph.locator('.legend tbody tr'), 10);
  await tools.getByRole('button', { name: 'Only these' }).click();
  await tools.getByText('10 of 30 shown').waitFor();
  const line = graph.getByRole('button', { name: 'port25', exact: true });
  await line.click();
  assert.equal(await line.getAttribute('aria-pressed'), 'false');
  assert.equal(await graph.locator('.legend tr.hot').count(), 0, 'the others are as they were');
  await tools.getByText('9 of 30 shown').waitFor();
  await line.click({ modifiers: ['Control'] });
  await tools.getByText('1 of 30 shown').waitFor();
  assert.equal(await line.getAttribute('aria-pressed'), 'true');
});

test('one graph a unit and size, as the plugin writes them; limits are drawn, also those with @ and ~', async () => {
  await open(tabOf('Fast and slow'));
  assert.deepEqual(await page.locator('.gcard figcaption b').allInnerTexts(), ['rta', 'pl', 'sent']);
  const text = async (name) => (await card(name).locator('.legend').innerText()).replace(/\s+/g, ' ');
  assert.match(await text('rta'), /rta 2 ms 2 ms 2 ms 2 ms/);
  assert.match(await text('sent'), /sent 68\.4 KiB/);
  assert.ok(await drawnIn(card('sent')) > 0);
});

test('a table stands for the picture; picture and CSV are files', async () => {
  await near('Turning');
  const graph = card('level');
  const save = async (name) => {
    const [file] = await Promise.all([page.waitForEvent('download'), graph.getByRole('button', { name: new RegExp(`^${name}`) }).click()]);
    return { name: file.suggestedFilename(), data: readFileSync(await file.path()) };
  };
  const png = await save('PNG');
  assert.match(png.name, /^harbour_Turning_level_\d{4}-\d\d-\d\d\.png$/);
  assert.equal(png.data.subarray(1, 4).toString(), 'PNG');
  assert.equal(png.data.readUInt32BE(16), 2064, 'wide enough for a report');
  const csv = (await save('CSV')).data.toString().trimEnd().split('\r\n');
  assert.equal(csv[0], 'time,host,service,metric,unit,mean,min,max');
  assert.match(csv[1], /^\d{4}-\d\d-\d\dT[\d:.]+Z,harbour,Turning,level,%,12,12,12$/);
  await graph.getByRole('button', { name: /^Table/ }).click();
  const table = graph.locator('.twin');
  await table.locator('tbody tr').first().waitFor();
  assert.match(await table.locator('tbody tr').first().innerText(), /12.%/u);
  assert.deepEqual(await axe(page), []);
  await graph.getByRole('button', { name: /^Table/ }).click();
  await graph.locator('.plot canvas').first().waitFor();
});

test('a page of many: chosen in the list or by name, one cursor over all, together or not', async () => {
  await open('/resources?filter=all', 'tr.row');
  for (const name of ['Load', 'Turning']) {
    await page.locator('tr.row', { hasText: name }).locator('a.r').focus();
    await page.keyboard.press('x');
  }
  await page.getByRole('group', { name: /selected/ }).getByRole('button', { name: 'More' }).click();
  await page.locator('.popbox, .menu').getByRole('button', { name: 'Graphs', exact: true }).click();
  await page.waitForURL((u) => u.pathname === '/graphs' && u.searchParams.get('on').split(',').length === 2);
  await card('load1').waitFor();
  await page.getByRole('button', { name: 'Separate' }).click();
  await page.getByRole('combobox', { name: 'Add a host or service' }).fill('processes');
  await page.getByRole('option', { name: /harbour › Processes/ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.searchParams.get('on').split(',').length === 3);
  assert.equal(await page.locator('#picker-list').isVisible(), false, 'nothing lies over what was chosen');
  await card('procs').waitFor();
  await page.keyboard.press('Escape');
  await card('load1').locator('.plot').hover();
  await page.waitForFunction(() => [...document.querySelectorAll('.legend th.now')].filter((th) => th.textContent === 'Cursor').length >= 3);
  await exactly(page.locator('.readout'), 1); // words beside the pointer only
  const cursors = await page.locator('.plot canvas + canvas').evaluateAll((all) => all.map((el) => el.getContext('2d').getImageData(0, 0, el.width, el.height).data.some((v) => v > 0)));
  assert.deepEqual(cursors, cursors.map(() => true), 'the cursor stands in each graph');
  await page.getByRole('button', { name: 'Take away harbour › Processes' }).click();
  await page.waitForURL((u) => u.searchParams.get('on').split(',').length === 2);
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL((u) => u.pathname === '/resources');
});

test('other days stand beside, and an address shows the same to a colleague', async () => {
  await open(`/graphs?on=${ids['Turning']}`);
  const coming = page.waitForResponse((r) => /series\/data\?.*compare=1d/.test(r.url()));
  await page.locator('.cmps').getByRole('button', { name: '−1 d' }).click();
  const data = await coming;
  await page.waitForURL((u) => u.searchParams.get('compare') === '1d');
  assert.equal(data.status(), 200);
  assert.equal((await data.json()).series[0].label, 'level');
  await page.reload();
  await card('level').waitFor();
  assert.equal(await page.locator('.cmps [aria-pressed=true]').innerText(), '−1 d');
});

test('the strip tells what was, in a picture, in words and in a table', async () => {
  vigie.turn(true);
  await open(`/resources?filter=all&open=${ids['Turning']}`, 'svg.strip');
  await page.locator('.strip .s-critical').first().waitFor(); // not at the next full minute
  assert.match(await page.locator('svg.strip').getAttribute('aria-label'), /^States, .*% available · known for \d.* only · 1 outage/u);
  await page.locator('.history summary').click();
  await page.locator('.outages').getByText('CRITICAL').first().waitFor();
  for (const range of ['7 d', '30 d', '1 y']) {
    await page.locator('.history').getByRole('button', { name: range }).click();
    await page.locator('.strip .s-critical').first().waitFor();
  }
  assert.deepEqual(await axe(page), []);
  const states = await get(`/resources/${ids['Turning']}/states`);
  assert.equal(states.spans.at(-1).state, 'critical');
  assert.equal(states.spans[0].state, 'no_data');
  for (let i = 1; i < states.spans.length; i++) assert.equal(states.spans[i].from, states.spans[i - 1].to, 'stretches touch');
  const thin = await get(`/resources/${ids['Turning']}/states?spans=2`);
  assert.ok(thin.step > 0 && thin.spans.length <= 2 && thin.spans.at(-1).state === 'critical', 'fewer parts, and the worst of each');
  assert.equal((await get(`/resources/${ids['Turning']}/states?spans=0`)).field, 'spans');
  assert.equal((await get(`/resources/${ids['Turning']}/states?from=yesterday`)).field, 'from');
  assert.equal((await get('/resources/99999999/states')).status, 404);
  await page.locator('.strip .s-critical').last().click();
  await page.waitForURL((u) => u.searchParams.get('tab') === 'graph' && u.searchParams.has('from'));
  vigie.turn(false);
});

test('a downtime is drawn in at once, in every strip and in graphs', async () => {
  await open(`/resources?filter=all&open=${ids['Turning']}`, 'svg.strip');
  assert.equal(await page.locator('.strip .bar.down').count(), 0);
  const csrf = { 'X-CSRF': (await get('/session')).csrf };
  const made = await page.request.post(`${vigie.url}/api/v1/resources/${ids['Turning']}/downtime`, { headers: csrf, data: { comment: 'works', start: new Date().toISOString(), end: new Date(Date.now() + 3600000).toISOString() } });
  assert.ok(made.ok(), await made.text());
  for (const range of ['24 h', '7 d', '30 d', '1 y']) {
    await page.locator('.history').getByRole('button', { name: range }).click();
    await page.locator('.strip .bar.down').first().waitFor();
  }
  const { spans, to } = await get(`/resources/${ids['Turning']}/states`);
  assert.ok(spans.at(-1).downtime && Date.parse(to) > Date.parse(spans.at(-1).from));
});

test('on a telephone the values at the cursor lie within the graph', async () => {
  const small = await newPage(browser, { storageState: await context.storageState(), viewport: { width: 390, height: 800 } });
  const last = Math.floor(Date.parse((await get(`/series?resource=${ids['Long']}`)).series[0].last_at) / 1000);
  for (const part of [0.1, 0.45, 0.55, 0.9]) {
    const from = Math.round(last - 1000 * part); // so that there is something at this part of the width
    await small.page.goto(`${vigie.url}${tabOf('Long')}&from=${from}&to=${from + 1000}`);
    const plot = small.page.locator('.plot').first();
    await plot.locator('canvas').first().waitFor();
    await plot.focus();
    await small.page.keyboard.press('End');
    await plot.locator('.readout em').waitFor();
    const readout = await plot.locator('.readout').boundingBox();
    const all = await plot.boundingBox();
    assert.ok(readout.x >= all.x - 1 && readout.x + readout.width <= all.x + all.width + 1, JSON.stringify({ part, readout, all }));
  }
  assert.deepEqual(small.wrongs, []);
  await small.context.close();
});

test('what cannot be read is said, and read again', async () => {
  await open(tabOf('Load'));
  await context.setOffline(true);
  await page.locator('.tbar').getByRole('button', { name: '7 d', exact: true }).click();
  await page.getByText('What you see is not the newest').waitFor();
  await context.setOffline(false);
  await page.locator('.tbar').getByRole('button', { name: '6 h', exact: true }).click();
  await page.getByText('What you see is not the newest').waitFor({ state: 'detached' });
  await open(tabOf('Quoting'), '.empty');
  await page.getByRole('heading', { name: 'Nothing to draw' }).waitFor();
  await open('/graphs?on=999', '.gsec');
  await page.getByText('There is no such host or service.').waitFor();
});

test('French, dark, high contrast, without motion', async () => {
  const state = await context.storageState();
  const other = await newPage(browser, { storageState: state, locale: 'fr-FR', colorScheme: 'dark', reducedMotion: 'reduce', contrast: 'more' });
  await other.page.goto(`${vigie.url}/graphs?on=${ids['Load']},${ids['Ports']}&together=1`);
  await other.page.getByRole('heading', { name: 'Graphiques' }).waitFor();
  await other.page.getByText('8 sur 30 affichées').waitFor().catch(() => other.page.locator('.gcard').first().waitFor());
  assert.deepEqual(await axe(other.page), []);
  assert.ok(await coloured(other.page.locator('.plot canvas').first()) > 0);
  assert.deepEqual(other.wrongs, []);
  await other.context.close();
});

clean(s);
