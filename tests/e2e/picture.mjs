// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of the README and of the manual (./dev pictures):
//   VIGIE=build/release/vigie node tests/e2e/picture.mjs docs/img
// The names are an example's; the results are what real plugins find on this machine.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { launch, newPage } from './browser.mjs';
import { signUp } from './list.mjs';
import { freePort, newFolder, run } from './vigie.mjs';

const [folder] = process.argv.slice(2);
const PLUGINS = '/usr/lib/nagios/plugins';
const LINUX = resolve('plugins/check_linux');
const USER = 'marie';
const PASSWORD = 'brume lente 42';

// Host, service, command line.
const CHECKS = [
  ['web-paris-1', 'Load', `${PLUGINS}/check_load -w 90,90,90 -c 190,190,190`],
  ['web-paris-1', 'Memory', `${LINUX} memory -w 80 -c 90`],
  ['web-paris-1', 'Disk /', `${PLUGINS}/check_disk -w 10% -c 5% -p /`],
  ['web-paris-1', 'Password file', `${PLUGINS}/check_file_age -f /etc/passwd -w 9000000 -c 99000000`],
  ['web-paris-2', 'Load', `${PLUGINS}/check_load -w 90,90,90 -c 190,190,190`],
  ['web-paris-2', 'Memory', `${LINUX} memory -w 80 -c 90`],
  ['web-paris-2', 'Open files', `${LINUX} files`],
  ['db-lyon-1', 'Disk /var', `${PLUGINS}/check_disk -w DISK -c 1% -p /`],
  ['db-lyon-1', 'Memory', `${LINUX} memory -w 80 -c 90`],
  ['db-lyon-1', 'Processes', `${PLUGINS}/check_procs -w 900 -c 1800`],
  ['db-lyon-1', 'Uptime', `${LINUX} uptime`],
  ['db-lyon-1', 'PostgreSQL', `${PLUGINS}/check_tcp -H 127.0.0.1 -p 5432 -t 5`],
  ['mail-1', 'Exim', `${PLUGINS}/check_procs -C exim4 -w 90 -c 190`],
  ['mail-1', 'Clock', `${LINUX} clock`],
  ['mail-1', 'TCP connections', `${LINUX} tcp`],
];
const HOSTS = [...new Set(CHECKS.map(([host]) => host)), 'gw-lyon'];

const ALWAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => `  ${day} 00:00-24:00\n`).join('');
const define = (kind, members) => `define ${kind} {\n${Object.entries(members).map(([k, v]) => `  ${k} ${v}\n`).join('')}}\n`;
const EVERY = { max_check_attempts: 1, check_interval: 60, retry_interval: 20, check_period: 'always', notification_period: 'always', notification_interval: 3600, contacts: 'oncall', register: 0 };

function objects(disk) {
  return [
    `define timeperiod {\n  timeperiod_name always\n  alias always\n${ALWAYS}}\n`,
    define('command', { command_name: 'quiet', command_line: '/bin/true' }),
    define('command', { command_name: 'ping', command_line: `${PLUGINS}/check_ping -H 127.0.0.1 -w 200,20% -c 900,60% -p 2` }),
    define('contact', {
      contact_name: 'oncall', host_notification_period: 'always', service_notification_period: 'always', host_notification_options: 'd,r', service_notification_options: 'w,c,r',
      host_notification_commands: 'quiet', service_notification_commands: 'quiet',
    }),
    define('host', { name: 'machine', address: '127.0.0.1', check_command: 'ping', ...EVERY }),
    define('service', { name: 'every', ...EVERY }),
    ...HOSTS.map((host) => define('host', { use: 'machine', host_name: host })),
    ...CHECKS.map(([host, service, line], i) => define('command', { command_name: `c${i}`, command_line: line.replace('DISK', disk) })
      + define('service', { use: 'every', host_name: host, service_description: service, check_command: `c${i}` })),
  ].join('');
}

// `disk`: the limit of free space below which the disk warns; more than any disk has free makes the one WARNING.
async function scene(disk = '90%') {
  const dir = newFolder();
  const port = await freePort();
  writeFileSync(join(dir, 'objects.cfg'), objects(disk));
  const config = join(dir, 'vigie.cfg');
  writeFileSync(config, `log_file=${dir}/vigie.log\ncfg_file=${dir}/objects.cfg\ninterval_length=1\nuse_syslog=0\nvigie_state_dir=${dir}/state\nvigie_http_listen=127.0.0.1:${port}\n`);
  return { dir, ...await run(dir, config) };
}

// Name, theme, and what is to be seen: it goes there, and ends when all is drawn.
const PICTURES = {
  resources: ['light', async (page, at) => {
    await at('/resources?filter=all', 'tr.row');
    await page.locator('tr.row', { hasText: 'Disk /var' }).locator('a.r').click();
    await page.locator('.panel .tl').waitFor();
    await page.locator('.panel svg.strip').waitFor();
  }],
  dark: ['dark', async (page, at) => {
    await at('/resources?filter=all&view=hosts', '.folded');
  }],
  search: ['light', async (page, at) => {
    await at('/resources?filter=all', 'tr.row');
    await page.locator('#search').pressSequentially('host:web-paris is:');
    await page.getByRole('option').nth(3).waitFor();
  }],
  users: ['light', async (page, at) => {
    await at('/admin/users', '.grid tbody tr >> nth=2');
  }],
};

// People with roles and scopes, as a small team has them.
async function people(page, url) {
  const { csrf } = await (await page.request.get(`${url}/api/v1/session`)).json();
  const post = (path, data) => page.request.post(`${url}/api/v1${path}`, { data, headers: { 'X-CSRF': csrf } });
  await post('/users', { user: 'paul', password: 'voile blanche 31', role: 'operator', scope: ['host:web-*'] });
  await post('/users', { user: 'nora', password: 'voile blanche 32', role: 'viewer' });
  await post('/user-groups', { name: 'night', role: 'operator', scope: ['host:db-*', 'host:mail-*'], members: ['nora'] });
}

async function pictures() {
  const vigie = await scene();
  const browser = await launch();
  try {
    const first = await newPage(browser);
    await signUp(first.page, vigie, USER, PASSWORD);
    await people(first.page, vigie.url);
    await first.page.waitForFunction(() => document.querySelectorAll('tr.row').length > 15 && !document.querySelector('tr.row.s-pending'), undefined, { timeout: 300000 });
    await first.page.waitForTimeout(45000); // ages that look like a day at work, and a second result
    for (const [name, [colorScheme, show]] of Object.entries(PICTURES)) {
      const { page, context } = await newPage(browser, { viewport: { width: 1360, height: 760 }, colorScheme, locale: 'en-GB', storageState: { cookies: await first.context.cookies(), origins: [] } });
      await show(page, async (path, ready) => {
        await page.goto(`${vigie.url}${path}`);
        await page.waitForSelector(ready);
      });
      await page.waitForFunction(() => !document.querySelector('.coming, [aria-busy=true]'));
      await page.mouse.move(700, 745);
      await page.screenshot({ path: join(folder, `${name}.png`) });
      await context.close();
    }
  } finally {
    await browser.close();
    await vigie.stop();
  }
}

if (folder && import.meta.url === `file://${resolve(process.argv[1])}`) await pictures();
