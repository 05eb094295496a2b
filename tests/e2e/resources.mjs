// SPDX-License-Identifier: Apache-2.0
// The list of resources and the panel, against one real Vigie: search, filters, actions, languages, narrow, by keyboard only. The steps build on each other.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, exactly, newPage } from './browser.mjs';
import { clean, LIVE_MS, scene, USER } from './scene.mjs';

const s = scene();
let page, context, browser, vigie;
beforeEach(() => { ({ page, context, browser, vigie } = s); });
const { row, link, goAll, names, url } = s;
const main = () => vigie.own; // against a Vigie that runs already, its services are not known

test('real services show, and their first results come by themselves', async () => {
  await page.waitForFunction((ours) => {
    const rows = [...document.querySelectorAll('tr.row')];
    // Passive ones wait until something is sent in.
    return rows.length > 3 && (!ours || rows.every((r) => !r.classList.contains('s-pending') || /Sent in|Not there/.test(r.textContent)));
  }, main(), { timeout: LIVE_MS });
  await page.getByText('live', { exact: true }).waitFor();
  if (!main()) return;
  const all = await names();
  for (const name of ['Load', 'Disk root', 'Processes', 'Users', 'Turning']) assert.ok(all.some((n) => n.includes(name)), name);
  assert.match(await row('Load').locator('.out').innerText(), /load average/i);
  assert.match(await row('Quoting').locator('.out').innerText(), /<img src=x onerror=alert\(1\)>/, 'output is text, never markup');
});

test('a change comes live, in its place, without taking focus or scroll', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await link('Load').focus();
  await page.evaluate(() => { window.mark = 1; });
  vigie.turn(true);
  await page.waitForSelector('tr.row.s-critical:has-text("Turning")', { timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => window.mark), 1, 'the page was not loaded again');
  assert.match(await page.evaluate(() => document.activeElement?.closest('tr')?.textContent ?? ''), /Load/, 'the focus stayed');
  await page.waitForFunction(() => /^\(\d+\) /.test(document.title));
});

test('the panel says why, shows output, measurements and events, and has an address of its own', async () => {
  const name = main() ? 'Turning' : (await names())[0];
  await link(name).click();
  const panel = page.locator('.panel');
  await panel.locator('.facts').waitFor();
  assert.ok(url().searchParams.get('open'));
  if (main()) {
    await panel.getByText(/level is 97.%: critical above 90.%/u).waitFor();
    await panel.getByText('TURN CRITICAL - it was turned').first().waitFor();
    assert.match(await panel.locator('.perf').innerText(), /level\s+97.%/u);
    await panel.locator('.tl b.s-critical').first().waitFor();
    assert.match(await panel.locator('.facts').innerText(), /objects\.cfg, line \d+/);
    await page.getByRole('tab', { name: 'Told' }).click();
    const reasons = panel.locator('.reasons');
    await reasons.locator('.told li.y', { hasText: 'alice: notified.' }).first().waitFor();
    assert.match(await reasons.innerText(), /Contacts notified: 1\./, 'who was told, and why nobody is now');
    await page.getByRole('tab', { name: 'Details' }).click();
    const told = panel.locator('.tl li', { hasText: 'alice told: CRITICAL' }).first();
    await told.waitFor({ timeout: LIVE_MS });
    assert.match(await told.innerText(), /^\d\d:\d\d:\d\d\s+alice told: CRITICAL · notification 1$/u);
  }
  const title = await panel.locator('h2').innerText();
  await page.reload();
  await page.locator('.panel .facts').waitFor();
  assert.equal(await page.locator('.panel h2').innerText(), title);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
});

test('search waits for the end of typing, filters on the server, and is in the address', async () => {
  await goAll();
  const asked = new Set();
  const note = (r) => { if (/\/resources\?.*q=/.test(r.url())) asked.add(new URL(r.url()).searchParams.get('q')); };
  page.on('request', note);
  const word = main() ? 'made to be' : (await row('').first().locator('a.r .s').innerText()).slice(0, 4);
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.id === 'search');
  // Letter by letter, in one go: how fast a loaded machine types is not what is tried.
  await page.evaluate((text) => {
    const field = document.activeElement;
    for (let n = 1; n <= text.length; n++) {
      field.value = text.slice(0, n);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
  }, word);
  await page.waitForURL((u) => u.searchParams.get('q') === word);
  if (main()) await page.waitForFunction(() => document.querySelectorAll('tr.row').length === 2);
  else await page.waitForSelector('tr.row');
  page.off('request', note);
  assert.deepEqual([...asked], [word], 'nothing was asked for half a word');
  await page.keyboard.type(' zzzz');
  await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForSelector('tr.row');
  assert.equal(url().searchParams.get('q'), null);
  await page.keyboard.press('Escape');
});

test('an acknowledgement that is over leaves its comment, not its tag', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await goAll();
  await link('Always warning').click();
  const panel = page.locator('.panel');
  await panel.locator('.facts').waitFor();
  await page.keyboard.press('a');
  await page.getByLabel('Comment', { exact: true }).fill('Kept on purpose');
  await page.getByText('Options').click();
  await page.getByLabel('Keep the comment').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  const card = panel.locator('.cards li', { hasText: 'Kept on purpose' });
  await card.getByText('acknowledged').waitFor();
  await page.getByRole('button', { name: 'Remove acknowledgement' }).click();
  await card.getByText('acknowledged').waitFor({ state: 'detached' });
  await card.waitFor();
  await page.keyboard.press('Escape');
});

test('a check that only answers to results sent in is called passive, not switched off', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await goAll();
  await row('Sent in').getByText('passive', { exact: true }).waitFor();
  assert.equal(await page.getByText('not checked', { exact: true }).count(), 0);
});

test('filters, counters and sorting', async () => {
  await goAll();
  const count = async () => Number((await page.locator('#count').innerText()).replace(/\D.*$/, ''));
  const everything = await count();
  await page.getByRole('button', { name: 'Unhandled' }).click();
  await page.waitForURL((u) => !u.searchParams.has('filter'));
  await page.waitForFunction((n) => Number(document.querySelector('#count')?.textContent?.replace(/\D.*$/, '')) < n, everything);
  const chip = page.locator('.counts .s-ok');
  const ok = Number((await chip.innerText()).trim());
  await chip.click();
  await page.waitForFunction((n) => Number(document.querySelector('#count')?.textContent?.replace(/\D.*$/, '')) === n, ok);
  assert.equal(await chip.getAttribute('aria-pressed'), 'true');
  await goAll();
  const sort = page.getByRole('columnheader', { name: 'Resource' });
  await sort.getByRole('button').click();
  await page.waitForSelector('th[aria-sort=ascending]');
  const first = (await names())[0];
  await sort.getByRole('button').click();
  await page.waitForSelector('th[aria-sort=descending]');
  await page.waitForFunction((n) => document.querySelector('tr.row a.r')?.textContent !== n, first);
});

const act = async (key, name) => {
  await link(name).focus();
  await page.keyboard.press(key);
};
const problem = async () => (main() ? 'Always critical' : (await row('CRITICAL').first().locator('a.r .s').innerText()));

test('a problem is acknowledged, with a comment that colleagues read', async () => {
  await goAll();
  const name = await problem();
  await act('a', name);
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('Write a few words').waitFor();
  await page.getByLabel('Comment', { exact: true }).fill('On it; parts come on Thursday.');
  await page.getByLabel('Ends by itself').selectOption('72');
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await row(name).first().getByText('acknowledged').waitFor();
  await link(name).first().click();
  await page.locator('.panel').getByText('parts come on Thursday').first().waitFor();
  assert.match(await page.locator('.ph .marks').innerText(), new RegExp(`acknowledged\\s*${USER}`), 'said first, with who did it');
  await page.locator('.panel .cards li').getByText('until it recovers, at the latest').waitFor();
  const panel = page.locator('.panel');
  await panel.locator('.tl li', { hasText: `Acknowledged by ${USER}` }).first().waitFor();
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await page.getByRole('textbox', { name: 'Comment' }).fill('Stays after the acknowledgement');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  await page.getByRole('button', { name: 'Remove acknowledgement' }).click();
  await row(name).first().getByText('acknowledged').waitFor({ state: 'detached' });
  const removed = panel.locator('.tl li', { hasText: `Acknowledgement removed by ${USER}` });
  await removed.waitFor({ timeout: LIVE_MS });
  await exactly(removed, 1); // said once, with who did it
  assert.doesNotMatch(await panel.locator('.tl').innerText(), /_SVC_|\[\d{9,}\]/, 'words, not command lines');
  assert.match(await removed.locator('[data-tip*="REMOVE_SVC"]').getAttribute('data-tip'), /^\[\d+\] REMOVE_SVC_ACKNOWLEDGEMENT;/);
  await page.keyboard.press('Escape');
});

test('a downtime is planned for several at once, by keyboard', async () => {
  await goAll();
  const picked = main() ? ['Always critical', 'Always warning'] : (await names()).slice(0, 2);
  for (const name of picked) await act('x', name);
  await page.getByText('2 selected').first().waitFor();
  await page.keyboard.press('d');
  await page.getByLabel('Comment', { exact: true }).fill('Cable work');
  await page.getByLabel('To', { exact: true }).fill('2001-01-01T00:00');
  await page.getByRole('button', { name: 'Plan the downtime' }).click();
  await page.locator('#f-end-err', { hasText: 'The end must come after the start' }).waitFor();
  await page.getByRole('button', { name: '4 hours', exact: true }).click();
  await page.getByRole('button', { name: 'Plan the downtime' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const name of picked) await row(name).first().getByText('downtime', { exact: true }).waitFor();
  await link(picked[0]).first().click();
  await page.locator('.panel').getByText('Cable work').first().waitFor();
  await page.locator('.panel .cards .d').getByRole('button', { name: 'Cancel' }).first().click();
  await page.locator('.panel .cards .d').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
});

test('a check is asked for now, and its result comes', async () => {
  await goAll();
  const name = main() ? 'Load' : (await names())[0];
  await link(name).first().click();
  await page.locator('.panel .facts').waitFor();
  const id = url().searchParams.get('open');
  const checked = async () => (await (await page.request.get(`${vigie.url}/api/v1/resources/${id}`)).json()).last_check;
  const was = await checked();
  await page.keyboard.press('c');
  await page.getByText(/Check of .* asked/).first().waitFor();
  const until = Date.now() + LIVE_MS;
  while (await checked() === was) {
    assert.ok(Date.now() < until, 'a new result');
    await page.waitForTimeout(100);
  }
  await page.keyboard.press('Escape');
});

test('French, and back, everywhere', async () => {
  await goAll();
  await page.locator('.av').click();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('heading', { name: 'Ressources' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
  await page.keyboard.press('Escape');
  await link(await problem().catch(() => '') || (await names())[0]).first().click();
  await page.locator('.panel .facts').waitFor();
  await page.locator('.panel').getByText('Résultat').first().waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Ressources' }).waitFor();
  await page.locator('.av').click();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Resources' }).waitFor();
  await page.keyboard.press('Escape');
});

test('keys and times are those of the language and of the browser', async () => {
  await goAll();
  await page.evaluate(() => localStorage.setItem('vigie.prefs', '{"lang":"fr"}'));
  await page.reload();
  await page.locator('.bar.foot').getByText('Entrée').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Échap').first().waitFor();
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1360, height: 760 });
  await link((await names())[0]).first().click();
  await page.locator('.panel .facts').waitFor();
  const foot = await page.locator('.bar.foot').evaluate((el) => el.scrollWidth - el.clientWidth);
  assert.equal(foot, 0, 'no hint is cut');
  await page.setViewportSize({ width: 1400, height: 860 });
  await page.keyboard.press('Escape');
  const american = await newPage(browser, { locale: 'en-US', storageState: { cookies: await context.cookies(), origins: [] } });
  await american.page.goto(`${vigie.url}/platform`);
  await american.page.waitForSelector('.tiles');
  assert.match(await american.page.locator('.tiles').innerText(), /since \d\d:\d\d\n/, 'the hours of the logs');
  await american.context.close();
});

test('names keep their room beside many tags', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await goAll();
  const ids = await (await page.request.get(`${vigie.url}/api/v1/resources?filter=all&q=Always`)).json();
  const one = ids.resources.find((r) => r.service === 'Always critical');
  const { csrf } = await (await page.request.get(`${vigie.url}/api/v1/session`)).json();
  const post = async (what, data) => assert.ok((await page.request.post(`${vigie.url}/api/v1${what}`, { data, headers: { 'X-CSRF': csrf } })).ok(), what);
  const now = Math.floor(Date.now() / 1000);
  await post(`/resources/${one.id}/acknowledge`, { comment: 'x' });
  await post(`/resources/${one.id}/downtime`, { start: new Date().toISOString(), end: new Date(Date.now() + 3600_000).toISOString(), comment: 'x' });
  for (const name of ['DISABLE_SVC_NOTIFICATIONS', 'DISABLE_SVC_CHECK']) await post('/commands', { command: `[${now}] ${name};harbour;Always critical` });
  for (const width of [1360, 360]) {
    await page.setViewportSize({ width, height: 760 });
    await page.goto(`${vigie.url}/resources?filter=all${width > 900 ? `&open=${one.id}` : ''}`);
    await row('Always critical').locator('.tags.n3').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('tr.row .tags.n3 .tag').length >= 4);
    const { name, tags, cell } = await row('Always critical').first().evaluate((tr) => {
      const box = (el) => el.getBoundingClientRect();
      const s = tr.querySelector('a.r .s');
      return { name: s.scrollWidth - s.clientWidth, tags: box(tr.querySelector('.tags')).right, cell: box(tr.querySelector('.c-res')).right };
    });
    assert.equal(name, 0, `the whole name of the service shows at ${width} px`);
    assert.ok(tags <= cell + 1, `no tag is cut at ${width} px`);
  }
  await page.setViewportSize({ width: 1400, height: 860 });
  for (const name of ['ENABLE_SVC_NOTIFICATIONS', 'ENABLE_SVC_CHECK', 'REMOVE_SVC_ACKNOWLEDGEMENT']) await post('/commands', { command: `[${now}] ${name};harbour;Always critical` });
  await post('/commands', { command: `[${now}] DEL_DOWNTIME_BY_HOST_NAME;harbour` });
});

test('360 pixels are enough', async () => {
  const narrow = await newPage(browser, { viewport: { width: 360, height: 740 }, storageState: await context.storageState() });
  const p = narrow.page;
  const wide = () => p.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
  await p.goto(`${vigie.url}/resources?filter=all`);
  await p.waitForSelector('tr.row');
  assert.ok(await wide() <= 360);
  await p.locator('tr.row a.r').first().click();
  await p.locator('.panel .facts').waitFor();
  const box = await p.locator('.panel').boundingBox();
  assert.deepEqual([box.x, box.y, box.width], [0, 0, 360], 'the panel fills the screen');
  await p.getByRole('button', { name: 'Downtime' }).click();
  await p.getByRole('dialog').waitFor();
  assert.ok((await p.getByRole('dialog').boundingBox()).width <= 360);
  await p.getByRole('button', { name: 'Cancel' }).click();
  await p.getByRole('button', { name: 'Close the panel' }).click();
  await p.goto(`${vigie.url}/platform`);
  await p.waitForSelector('.tiles');
  assert.ok(await wide() <= 360);
  assert.deepEqual(narrow.wrongs, []);
  await narrow.context.close();
});

test('everything can be done without a mouse, and single keys can be switched off', async () => {
  await goAll();
  const [first, second] = await names();
  await page.keyboard.press('j');
  await page.waitForFunction((n) => document.activeElement?.textContent === n, first);
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((n) => document.activeElement?.textContent === n, second);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'panel-title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.waitForFunction((n) => document.activeElement?.textContent === n, second);
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Single-key shortcuts').press('Space');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('k');
  await page.keyboard.press('/');
  await page.waitForFunction((n) => document.activeElement?.textContent === n, second); // nothing moved
  await page.keyboard.press('ArrowUp');
  await page.waitForFunction((n) => document.activeElement?.textContent === n, first);
  await page.evaluate(() => localStorage.clear());
});

clean(s);
