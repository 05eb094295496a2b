// SPDX-License-Identifier: Apache-2.0
// The administration of people, against one real Vigie: users, user groups, roles, tokens, sessions, and what somebody else sees.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { axe, newPage } from './browser.mjs';
import { clean, LIVE_MS, scene, USER } from './scene.mjs';

const s = scene();
let page, browser, vigie;
beforeEach(() => { ({ page, browser, vigie } = s); });

const dialog = () => page.getByRole('dialog');
const press = (name) => dialog().getByRole('button', { name, exact: true }).click();
const row = (name) => page.locator('.grid tbody tr', { has: page.getByRole('rowheader', { name }) });
const more = async (name, act) => {
  await page.getByRole('button', { name: `More about ${name}` }).click();
  await page.getByRole('menuitem', { name: act }).click();
};
const open = async (path, heading) => {
  await page.goto(`${vigie.url}${path}`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
};

async function signIn(other, user, password) {
  await other.getByLabel('User name').fill(user);
  await other.getByLabel('Password', { exact: true }).fill(password);
  await other.getByRole('button', { name: 'Sign in' }).click();
}

test('a user is made with a role for a part; what the scope sees is counted, and what is wrong stands at its field', async () => {
  await open('/admin/users', 'Users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await dialog().waitFor();
  await page.getByLabel('User name').fill('vic');
  await page.getByLabel('First password', { exact: true }).fill('short');
  await press('Add a user');
  await dialog().getByText('does not meet the rules').waitFor();
  await page.getByLabel('First password', { exact: true }).fill('voile blanche 31');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await dialog().getByText(/^Sees 1 host and \d+ services now\.$/).waitFor();
  await page.getByLabel('Only some').check();
  await dialog().getByText('Sees 0 hosts and 0 services now.').waitFor();
  await page.getByLabel('Line 1: what it is about').selectOption('servicegroup');
  await page.getByLabel('Line 1: name').fill('al');
  await dialog().getByRole('option', { name: /^alarms/ }).click();
  await dialog().getByText('Sees 0 hosts and 2 services now.').waitFor();
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.getByLabel('Line 2: what it is about').selectOption('hostgroup');
  await page.getByLabel('Line 2: name').fill('nowhere');
  await dialog().getByText('Nothing is called so now').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Remove line 2' }).click();
  await press('Add a user');
  await page.getByText('vic may sign in now').waitFor();
  await row('vic').getByText('service group alarms').waitFor();
  await row('vic').getByText('Viewer').waitFor();
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByLabel('User name').fill('vic');
  await page.getByLabel('First password', { exact: true }).fill('voile blanche 32');
  await press('Add a user');
  await page.locator('#f-user-help').getByText('A user of this name exists already.').waitFor();
  await press('Cancel');
});

test('one sees what another user sees, only to look, and is oneself again', async () => {
  await open('/admin/users', 'Users');
  await more('vic', 'See what this user sees');
  await page.getByText('You see what vic sees.').waitFor();
  await page.goto(`${vigie.url}/resources?filter=all`);
  await page.waitForSelector('tr.row');
  assert.deepEqual((await s.names()).map((name) => name.split('›').at(-1).trim()).sort(), ['Always critical', 'Always warning']);
  await page.getByText('live', { exact: true }).waitFor(); // the stream, too, is as that one sees it
  await page.goto(`${vigie.url}/admin/users`);
  await page.getByText('This page needs the right to see the users').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', { name: 'Be yourself again' }).click();
  await row('vic').waitFor();
});

test('who has no right to a page is told which one, and sees nothing of the administration', async () => {
  const other = await newPage(browser);
  await other.page.goto(`${vigie.url}/admin/users`);
  await signIn(other.page, 'vic', 'voile blanche 31');
  await other.page.getByText('This page needs the right to see the users').waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'Users' }).count(), 0);
  await open('/admin/sessions?user=vic', 'Sessions');
  await row('vic').waitFor();
  assert.equal(await row(USER).count(), 0);
  await page.getByLabel('Sessions of').selectOption('');
  await row(USER).first().waitFor();
  await page.getByLabel('Sessions of').selectOption('vic');
  await page.getByRole('button', { name: 'End all sessions of vic' }).click();
  await press('End all sessions of vic');
  await page.getByText('No session is open.').waitFor();
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: LIVE_MS });
  await other.context.close();
});

test('role, groups and password of a user; the last administrator stays', async () => {
  await open('/admin/user-groups', 'User groups');
  await page.getByText('There is no user group yet').waitFor();
  await page.getByRole('button', { name: 'Add a user group' }).click();
  await page.getByLabel('Name of the group').fill('night');
  await page.getByLabel('Role', { exact: true }).selectOption('operator');
  await page.getByLabel('Only some').check();
  await page.getByLabel('Line 1: name').fill('quay');
  await dialog().getByText(/^Sees 1 host and \d+ services now\.$/).waitFor();
  await page.getByLabel('vic', { exact: true }).check();
  assert.deepEqual(await axe(page), []);
  await press('Add a user group');
  await row('night').getByText('host group quay').waitFor();
  await open('/admin/users', 'Users');
  await row('vic').getByText('night').waitFor();
  await page.getByRole('button', { name: 'Change vic' }).click();
  await page.getByLabel('Role', { exact: true }).selectOption('');
  await page.getByLabel('night', { exact: true }).uncheck();
  await press('Save');
  await row('vic').getByText('none of its own').waitFor();
  await page.getByRole('button', { name: `Change ${USER}` }).click();
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await press('Save');
  await dialog().getByText('The last administrator stays').waitFor();
  await press('Cancel');
  await more('vic', 'New password');
  await page.getByLabel('New password', { exact: true }).fill('voile verte 88');
  await press('Set the password');
  await page.getByText('New password of vic set').waitFor();
});

test('a role of one’s own is made from a built-in one, given and deleted; its rights are told in words', async () => {
  await open('/admin/roles', 'Roles');
  const words = page.getByRole('rowheader', { name: 'Acknowledge problems' });
  await words.waitFor();
  assert.deepEqual(await words.locator('xpath=..').locator('td .sr').allTextContents(), ['no', 'yes', 'yes']);
  await page.getByRole('button', { name: 'Make a role' }).click();
  await page.getByLabel('Name of the role').fill('ack only');
  await press('Make a role');
  await dialog().getByText('Use 1 to 64 letters').waitFor();
  await page.getByLabel('Name of the role').fill('acker');
  await page.getByLabel('Begin with the rights of').selectOption('viewer');
  await page.getByLabel('Acknowledge problems').check();
  assert.deepEqual(await axe(page), []);
  await press('Make a role');
  await page.getByRole('columnheader', { name: /acker/ }).waitFor();
  assert.deepEqual(await words.locator('xpath=..').locator('td .sr').allTextContents(), ['no', 'yes', 'yes', 'yes']);
  await more('acker', 'Delete');
  await press('Delete');
  await page.getByRole('columnheader', { name: /acker/ }).waitFor({ state: 'detached' });
});

test('a token has a role or single rights, is shown once, works, and is refused when it is deleted', async () => {
  await open('/admin/tokens', 'Tokens');
  await page.getByText('No program has a token yet').waitFor();
  await page.getByRole('button', { name: 'Make a token' }).click();
  await page.getByLabel('Name of the token').fill('dashboard');
  await page.getByRole('button', { name: 'By single rights' }).click();
  assert.ok(await page.getByLabel('See hosts and services').isChecked());
  await page.getByLabel('Only some').check();
  await page.getByLabel('Line 1: what it is about').selectOption('service');
  await page.getByLabel('Line 1: host, name or pattern').fill('harb*');
  await page.getByLabel('Line 1: service, name or pattern').fill('Always*');
  await dialog().getByText('Sees 0 hosts and 2 services now.').waitFor();
  assert.deepEqual(await axe(page), []);
  await press('Make a token');
  const secret = await page.locator('.secret code').innerText();
  const ask = (path) => fetch(`${vigie.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${secret}` } });
  assert.equal((await (await ask('/resources?filter=all&limit=10')).json()).matched, 2);
  assert.equal((await ask('/users')).status, 403);
  await press('Close');
  await row('dashboard').getByText('1 single right').waitFor();
  await row('dashboard').getByText('services Always* of harb*').waitFor();
  await page.getByRole('button', { name: 'Delete dashboard' }).click();
  await press('Delete');
  await page.getByText('dashboard deleted').waitFor();
  assert.equal((await ask('/resources?limit=1')).status, 401);
});

test('a user is deleted', async () => {
  await open('/admin/users', 'Users');
  await more('vic', 'Delete');
  await press('Delete');
  await row('vic').waitFor({ state: 'detached' });
});

clean(s);
