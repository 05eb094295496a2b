// SPDX-License-Identifier: Apache-2.0
// A newcomer's first hour with the web application: set-up, list, panel, actions, languages, themes, narrow, by keyboard only.
// The steps build on each other, in one browser, against one real Vigie.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { accessibility, launch, newPage } from './browser.mjs';
import { listOf } from './list.mjs';
import { startVigie } from './vigie.mjs';

const USER = 'marie';
const PASSWORD = 'brume lente 42';
const LIVE_MS = 60000;

let vigie;
let browser;
let page;
let context;
let wrongs;

before(async () => {
  vigie = await startVigie().catch((error) => {
    console.error(error.message); // once, not once a step
    process.exit(1);
  });
  browser = await launch();
  ({ page, context, wrongs } = await newPage(browser));
});
// A step that failed half-way must not take the others with it.
beforeEach(async () => {
  await context.setOffline(false);
  if (page.url().startsWith('http')) await page.evaluate(() => localStorage.clear());
});
after(async () => {
  await browser?.close();
  const code = await vigie?.stop();
  if (vigie?.own) assert.equal(code, 0, 'SIGTERM ends Vigie with 0');
});

const { row, link, goAll, names, url } = listOf(() => ({ page, vigie }));
const main = () => vigie.own; // against a Vigie that runs already, its services are not known

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
  assert.deepEqual(await accessibility(page), []);
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
  assert.deepEqual(await accessibility(page), []);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForSelector('tr.row');
  assert.equal(url().hash, '', 'the code is gone from the address');
  assert.equal(url().searchParams.get('filter'), 'all');
});

test('the link works once', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await other.page.getByRole('heading', { name: 'This link is used up or too old' }).waitFor();
  await other.context.close();
});

test('real services show, and their first results come by themselves', async () => {
  await page.waitForFunction((ours) => {
    const rows = [...document.querySelectorAll('tr.row')];
    // Passive ones wait until something is sent in.
    return rows.length > 3 && (!ours || rows.every((r) => !r.classList.contains('s-pending') || /Sent in|Not there/.test(r.textContent)));
  }, main(), { timeout: LIVE_MS });
  await page.getByText('live', { exact: true }).waitFor();
  assert.deepEqual(await accessibility(page), []);
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
    const reasons = panel.locator('.reasons');
    await reasons.locator('.told li.y', { hasText: 'alice: notified.' }).first().waitFor();
    assert.match(await reasons.innerText(), /Contacts notified: 1\./, 'who was told, and why nobody is now');
    const told = panel.locator('.tl li', { hasText: 'alice told: CRITICAL' }).first();
    await told.waitFor({ timeout: LIVE_MS });
    assert.match(await told.innerText(), /^\d\d:\d\d:\d\d\s+alice told: CRITICAL · notification 1$/u);
  }
  assert.deepEqual(await accessibility(page), []);
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
  assert.deepEqual(await accessibility(page), []);
  await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('Write a few words').waitFor();
  await page.getByLabel('Comment', { exact: true }).fill('On it; parts come on Thursday.');
  await page.getByLabel('Ends by itself after').selectOption('72');
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
  assert.equal(await removed.count(), 1, 'said once, with who did it');
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
  await page.getByText('The end must come after the start').waitFor();
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
  assert.deepEqual(await accessibility(page), []);
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
  assert.deepEqual(await accessibility(page), []);
  await page.setViewportSize({ width: 1400, height: 860 });
  for (const name of ['ENABLE_SVC_NOTIFICATIONS', 'ENABLE_SVC_CHECK', 'REMOVE_SVC_ACKNOWLEDGEMENT']) await post('/commands', { command: `[${now}] ${name};harbour;Always critical` });
  await post('/commands', { command: `[${now}] DEL_DOWNTIME_BY_HOST_NAME;harbour` });
});

test('light, dark and high contrast, each readable', async () => {
  await goAll();
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'light');
  await page.keyboard.press('t'); // light
  await page.keyboard.press('t'); // dark
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await link((await names())[0]).first().click();
  await page.locator('.panel .facts').waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.reload();
  assert.equal(await theme(), 'dark', 'remembered');
  await page.locator('.av').click();
  await page.getByLabel('High contrast').check();
  await page.keyboard.press('Escape');
  assert.deepEqual(await accessibility(page), []);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  assert.equal(await theme(), 'light');
});

test('360 pixels are enough', async () => {
  const narrow = await newPage(browser, { viewport: { width: 360, height: 740 }, storageState: await context.storageState() });
  const p = narrow.page;
  const wide = () => p.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
  await p.goto(`${vigie.url}/resources?filter=all`);
  await p.waitForSelector('tr.row');
  assert.ok(await wide() <= 360);
  assert.deepEqual(await accessibility(p), []);
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

test('places have keys of two letters', async () => {
  await goAll();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.waitForURL((u) => u.pathname === '/platform');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL((u) => u.pathname === '/resources');
  await page.goBack();
  await page.waitForURL((u) => u.pathname === '/platform');
});

test('Platform shows every process and what it is kept from', async () => {
  await page.goto(`${vigie.url}/platform`);
  await page.waitForSelector('.grid tbody tr');
  const text = await page.locator('main').innerText();
  for (const role of ['engine', 'runner', 'store', 'gate', 'auth', 'web']) assert.match(text, new RegExp(`^${role}`, 'm'));
  assert.match(text, /Running for/);
  const runner = page.locator('.grid tr', { hasText: 'runs plugins' }).first();
  await runner.getByText('plugins need the whole system').waitFor();
  assert.equal(await runner.locator('.bad-t').count(), 0, 'what is so by intention is no alarm');
  assert.deepEqual(await accessibility(page), []);
});

test('a refused reload stands on Platform with its places, and so do warnings of the configuration', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await page.goto(`${vigie.url}/platform`);
  await page.getByText('The configuration has 1 warning.').waitFor();
  assert.match(await page.locator('.warns').innerText(), /objects\.cfg:\d+/);
  const undo = vigie.damage();
  vigie.hangup();
  await page.getByText(/The last reload, \d\d:\d\d, was refused/).waitFor({ timeout: LIVE_MS });
  assert.match(await page.locator('.warns .bad').innerText(), /objects\.cfg:\d+:\d+ .*no-such-template/);
  assert.deepEqual(await accessibility(page), []);
  await page.goto(`${vigie.url}/resources?filter=all`);
  await page.locator('.banner').getByText('The last reload was refused.').waitFor();
  undo();
  vigie.hangup();
  await page.locator('.banner').getByText('The last reload was refused.').waitFor({ state: 'detached', timeout: LIVE_MS });
});

test('the tile of the record says that writing fails, and not that anything catches up', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const tile = page.locator('.tile', { hasText: 'Record' });
  const behind = async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, history: { ...answer.history, lag: 1234 } } });
  };
  const undo = vigie.fillLog();
  await page.route('**/api/v1/status', behind);
  await page.goto(`${vigie.url}/platform`);
  await tile.getByText('The history is 1,234 entries behind, and catching up').waitFor();
  vigie.hangup();
  await tile.getByText('Writing fails; the history is 1,234 entries behind').waitFor({ timeout: LIVE_MS });
  assert.match(await tile.getAttribute('class'), /bad/);
  assert.match(await tile.innerText(), /Written in part/);
  await page.locator('.warns').getByText('the log /dev/full is not written').waitFor();
  assert.deepEqual(await accessibility(page), []);
  const french = await newPage(browser, { locale: 'fr-FR', storageState: { cookies: await context.cookies(), origins: [] } });
  await french.page.route('**/api/v1/status', behind);
  await french.page.goto(`${vigie.url}/platform`);
  await french.page.getByText(/L’écriture échoue\s; l’historique a 1\s234 entrées de retard/).waitFor();
  await french.context.close();
  await page.unroute('**/api/v1/status', behind);
  await tile.getByText('Writing fails for something beside the journal').waitFor({ timeout: LIVE_MS });
  undo();
  vigie.hangup();
  await tile.getByText('Written', { exact: true }).waitFor({ timeout: LIVE_MS });
});

test('every page says when the record cannot be written, and until when', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  const full = async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, journal: { ...answer.journal, degraded: 'No space left on device' } } });
  };
  await page.route('**/api/v1/status', full);
  await goAll();
  const banner = page.locator('.banner.bad');
  await banner.getByText('Vigie cannot write its record.').waitFor();
  assert.match(await banner.innerText(), /Alerts go on; history waits in memory\. Reason: No space left on device/);
  assert.deepEqual(await accessibility(page), []);
  await banner.getByRole('button').click();
  await page.waitForURL((u) => u.pathname === '/platform');
  await page.locator('.warns .bad').getByText('No space left on device').waitFor();
  const french = await newPage(browser, { locale: 'fr-FR', storageState: { cookies: await context.cookies(), origins: [] } });
  await french.page.route('**/api/v1/status', full);
  await french.page.goto(`${vigie.url}/resources`);
  await french.page.locator('.banner.bad').getByText('Vigie ne peut plus écrire son journal.').waitFor();
  await french.context.close();
  await page.unroute('**/api/v1/status', full);
  await banner.waitFor({ state: 'detached', timeout: LIVE_MS });
});

test('an address without anything is a page of its own, with status 404', async () => {
  const answer = await page.goto(`${vigie.url}/nimporte`);
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.getByRole('button', { name: 'To the resources' }).click();
  await page.waitForURL((u) => u.pathname === '/resources');
  const stranger = await newPage(browser);
  await stranger.page.goto(`${vigie.url}/nimporte`);
  await stranger.page.getByRole('button', { name: 'To the sign-in page' }).click();
  await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await stranger.context.close();
});

test('administrators make users, give roles and new passwords, and make tokens; others see none of it', async () => {
  await page.goto(`${vigie.url}/users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(await accessibility(page), []);
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
  assert.deepEqual(await accessibility(page), []);

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
  assert.deepEqual(await accessibility(other.page), []);
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
  assert.deepEqual(await accessibility(other.page), []);
  await other.context.close();
});

test('when Vigie is away the page says so, and goes on by itself', async () => {
  await goAll();
  await page.evaluate(() => { window.mark = 2; });
  await context.setOffline(true);
  await page.getByText('Vigie does not answer.').waitFor({ timeout: LIVE_MS });
  assert.ok((await names()).length > 0, 'what is known stays');
  await context.setOffline(false);
  await page.getByText('Vigie does not answer.').waitFor({ state: 'detached', timeout: LIVE_MS });
  await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => window.mark), 2);
});

test('roles that die are not missed for long', { skip: Boolean(process.env.VIGIE_URL) }, async () => {
  await goAll();
  await page.evaluate(() => { window.mark = 3; });
  for (const role of ['web', 'gate', 'engine']) {
    await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
    const { roles } = await (await page.request.get(`${vigie.url}/api/v1/status`)).json();
    process.kill(roles.find((r) => r.role === role).pid, 'SIGKILL');
    await page.locator('.livedot.off, .livedot.wait').waitFor({ timeout: LIVE_MS });
  }
  await page.getByText('live', { exact: true }).waitFor({ timeout: LIVE_MS });
  vigie.turn(false);
  await page.waitForSelector('tr.row.s-ok:has-text("Turning")', { timeout: LIVE_MS });
  assert.equal(await page.evaluate(() => window.mark), 3, 'the page was not loaded again, and nobody had to sign in');
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
  assert.deepEqual(await accessibility(page), []);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.av').waitFor();
  assert.deepEqual([url().searchParams.get('filter'), url().searchParams.get('sort')], ['all', 'name']);
  await page.locator('.av').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal((await page.request.get(`${vigie.url}/api/v1/resources`)).status(), 401);
});

test('nothing went wrong in the browser on the way', () => {
  assert.deepEqual(wrongs, []);
});
