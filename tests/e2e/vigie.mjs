// SPDX-License-Identifier: Apache-2.0
// A real Vigie for the test: its own configuration and state in a temporary folder, real plugins, and one service whose
// state the test can turn.
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PLUGINS = '/usr/lib/nagios/plugins';
const START_MS = 120000;
const STOP_MS = 60000;

const SERVICES = [
  ['Load', `${PLUGINS}/check_load -w 100,100,100 -c 200,200,200`],
  ['Disk root', `${PLUGINS}/check_disk -w 1% -c 1% -p /`],
  ['Processes', `${PLUGINS}/check_procs -w 100000 -c 200000`],
  ['Users', `${PLUGINS}/check_users -w 100 -c 200`],
  ['Always critical', `${PLUGINS}/check_dummy 2 "made to be critical"`],
  ['Always warning', `${PLUGINS}/check_dummy 1 "made to be a warning"`],
  ['Quoting', `${PLUGINS}/check_dummy 0 "<img src=x onerror=alert(1)> &amp; done"`],
];

// A host behind the other, with so many services that only answer to results sent in: they cost nothing.
function crane(quiet) {
  const service = (i) => `define service {\n  use every\n  host_name crane\n  service_description Quiet ${i + 1}\n  check_command c6\n  active_checks_enabled 0\n}\n`;
  return `define host {
  host_name crane
  address 127.0.0.1
  check_command c6
  max_check_attempts 2
  check_interval 5
  retry_interval 1
  check_period always
  notification_period always
  contacts alice
  parents harbour
  notes Call the crane driver before anything else.
  notes_url https://wiki.example/crane
}
${Array.from({ length: quiet }, (_, i) => service(i)).join('')}`;
}

function configuration(dir, port, services, quiet, others) {
  const files = [];
  const put = (name, text) => {
    files.push(name);
    writeFileSync(join(dir, name), text);
  };
  const commands = services.map(([, line], i) => `define command {\n  command_name c${i}\n  command_line ${line.replace(/;/g, '\\;')}\n}\n`);
  const service = (name, command) => `define service {\n  use every\n  service_description ${name}\n  check_command ${command}\n}\n`;
  put('objects.cfg', `${commands.join('')}
define command {
  command_name turn
  command_line ${dir}/turn.sh
}
define command {
  command_name silence
  command_line /bin/true
}
define timeperiod {
  timeperiod_name always
  alias always
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
  sunday 00:00-24:00
}
define contact {
  contact_name alice
  host_notification_period always
  service_notification_period always
  host_notification_options d,r
  service_notification_options c,r
  host_notification_commands silence
  service_notification_commands silence
}
define host {
  host_name harbour
  alias The harbour
  address 127.0.0.1
  check_command c6
  max_check_attempts 2
  check_interval 5
  retry_interval 1
  check_period always
  notification_period always
  contacts alice
}
define service {
  name every
  host_name harbour
  max_check_attempts 2
  check_interval 4
  retry_interval 1
  check_period always
  notification_period always
  contacts alice
  register 0
}
${services.map(([name], i) => service(name, `c${i}`)).join('')}${service('Turning', 'turn')}
define hostgroup {
  hostgroup_name quay
  alias The old quay
  members harbour
}
define servicegroup {
  servicegroup_name alarms
  members harbour,Always critical,harbour,Always warning
}
define service {
  use every
  service_description Sent in
  check_command c6
  active_checks_enabled 0
}
define command {
  command_name unused
  command_line /nonexistent/plugin
}
define service {
  use every
  service_description Not there
  check_command unused
  active_checks_enabled 0
}
`);
  writeFileSync(join(dir, 'turn.sh'), `#!/bin/sh\nif [ -e ${dir}/bad ]; then echo "TURN CRITICAL - it was turned|level=97%;80;90;0;100"; exit 2; fi\necho "TURN OK - calm|level=12%;80;90;0;100"\n`);
  chmodSync(join(dir, 'turn.sh'), 0o755);
  if (quiet > 0) put('crane.cfg', crane(quiet));
  if (others) put('others.cfg', others);
  put('vigie.cfg', `log_file=${dir}/vigie.log
${files.map((name) => `cfg_file=${dir}/${name}\n`).join('')}interval_length=1
command_file=${dir}/vigie.cmd
check_external_commands=1
use_syslog=0
vigie_state_dir=${dir}/state
vigie_http_listen=127.0.0.1:${port}
`);
  return join(dir, 'vigie.cfg');
}

export const freePort = () => new Promise((done, fail) => {
  const probe = createServer();
  probe.on('error', fail);
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

// The set-up link is printed on stdout; it is all that a newcomer has, so it is all that the test uses.
function setupLink(child) {
  return new Promise((done, fail) => {
    let text = '';
    const timer = setTimeout(() => fail(new Error(`no set-up link after ${START_MS / 1000} s; Vigie said:\n${text}`)), START_MS);
    const read = (chunk) => {
      text += chunk;
      const found = /(http:\/\/[^\s]+\/)#setup=([\w.~-]+)/.exec(text);
      if (!found) return;
      clearTimeout(timer);
      done({ url: found[1].replace(/\/$/, ''), token: found[2], said: () => text });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => fail(new Error(`vigie run ended with ${code}:\n${text}`)));
  });
}

export function newFolder() {
  const dir = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'vigie-e2e-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'state'));
  return dir;
}

// Starts Vigie on a configuration in a folder that goes away with it.
export async function run(dir, config) {
  const child = spawn(resolve(process.env.VIGIE), ['run', '-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.on('exit', (code) => {
      clearTimeout(late);
      rmSync(dir, { recursive: true, force: true });
      done(code);
    });
    return child.kill('SIGTERM');
  });
  try {
    const link = await setupLink(child);
    child.removeAllListeners('exit');
    return { ...link, child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// `more`: services beside the usual ones, each its name and command line. `quiet`: how many services a second host has. `others`: more objects, as a configuration has them.
export async function startVigie(more = [], quiet = 0, others = '') {
  if (process.env.VIGIE_URL) {
    return { url: process.env.VIGIE_URL.replace(/\/$/, ''), token: process.env.VIGIE_SETUP_TOKEN ?? '', own: false, turn() {}, async stop() {} };
  }
  const dir = newFolder();
  const port = Number(process.env.PORT ?? 0) || await freePort();
  const { child, stop, ...link } = await run(dir, configuration(dir, port, [...SERVICES, ...more], quiet, others));
  const turn = (bad) => (bad ? writeFileSync(join(dir, 'bad'), '') : rmSync(join(dir, 'bad'), { force: true }));
  const objects = join(dir, 'objects.cfg');
  // Makes the configuration wrong; what it returns makes it right again.
  const damage = () => {
    const was = readFileSync(objects);
    appendFileSync(objects, 'define host {\n  use no-such-template\n  host_name wreck\n}\n');
    return () => writeFileSync(objects, was);
  };
  // From the next reload on the log is on a full disk; what it returns puts it back.
  const fillLog = () => {
    const main = join(dir, 'vigie.cfg');
    const was = readFileSync(main, 'utf8');
    writeFileSync(main, was.replace(/^log_file=.*/m, 'log_file=/dev/full'));
    return () => writeFileSync(main, was);
  };
  return { ...link, own: true, turn, damage, fillLog, hangup: () => child.kill('SIGHUP'), stop };
}
