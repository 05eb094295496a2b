#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=35 sanitized=long
"""The right to send ICMP: Debian's ping plugins work as root and as an ordinary user where the kernel lets them; where it does not, no host is DOWN for it, and the reason is said."""
import os
import shutil
import subprocess

from lib_vigie import PLUGINS, VIGIE, Skip, Vigie, main, until

NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
# What hosts are checked with: Debian's plugins, ping itself, and a script of a user's own around it.
COMMANDS = {
    'ping': '/bin/ping -n -c 1 -W 5 $HOSTADDRESS$',
    'check_ping': PLUGINS + '/check_ping -H $HOSTADDRESS$ -w 3000,50% -c 5000,80% -p 1',
    'check_icmp': PLUGINS + '/check_icmp -H $HOSTADDRESS$ -n 1 -w 3000,50% -c 5000,80%',
    'check_fping': PLUGINS + '/check_fping -H $HOSTADDRESS$ -w 3000,50% -c 5000,80%',
    'fping': '/usr/bin/fping -c1 $HOSTADDRESS$',
    'script': '{d}/check_alive $HOSTADDRESS$',
    'native': 'vigie:ping -H $HOSTADDRESS$ -n 1',
}
MISSING = 'A right is missing here'


class Pings(Vigie):
    """Each way to ping as the check of a host and of a service."""

    def __init__(self):
        super().__init__(objects='')
        self.names = [n for n, line in COMMANDS.items() if line[0] != '/' or os.path.exists(line.split()[0])]
        if not shutil.which('fping') and 'check_fping' in self.names:
            self.names.remove('check_fping')
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            for name in self.names:
                f.write(f'define command {{\n command_name {name}\n command_line {COMMANDS[name].replace("{d}", self.d)}\n}}\n'
                        f'define host {{\n use th\n host_name {name}\n address 127.0.0.1\n check_command {name}\n max_check_attempts 1\n check_interval 4\n}}\n'
                        f'define service {{\n use ts\n host_name {name}\n service_description s\n check_command {name}\n max_check_attempts 1\n check_interval 4\n}}\n')
        self.put('check_alive', '#!/bin/sh\n/bin/ping -n -c 1 -W 5 $1 || exit 2\n')
        os.chmod(self.path('check_alive'), 0o755)
        os.chmod(self.d, 0o777)

    def begin(self, *before):
        if subprocess.run(['/bin/sh', '-c', ' '.join([*before, '/bin/true'])], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            raise Skip('not possible here: ' + ' '.join(before))
        self.put('start', '#!/bin/sh\nexec ' + ' '.join(before) + f' {VIGIE} "$@"\n')
        os.chmod(self.path('start'), 0o755)
        self.program = self.path('start')
        self.start()

    def results(self):
        """{name: (state of the host, its text, state of the service, its text)} when all are there."""
        rows = self.livestatus('GET services\nColumns: host_name host_state host_plugin_output state plugin_output host_has_been_checked has_been_checked')
        return {r[0]: tuple(r[1:5]) for r in rows} if all(r[5] and r[6] for r in rows) else None

    def work(self, names):
        for name, (host, host_text, service, text) in until(self.results, 'all are checked').items():
            if name in names:
                assert host == 0 and service == 0 and MISSING not in host_text + text, (name, host, host_text, service, text)

    def are_kept(self, names):
        for name, (host, host_text, service, text) in until(self.results, 'all are checked').items():
            if name in names:
                assert host == 0 and service == 3 and MISSING in host_text and MISSING in text, (name, host, host_text, service, text)
        assert 'DOWN' not in self.log()
        assert 'no right to send ICMP' in self.said()


def need_root():
    if os.getuid() != 0:
        raise Skip('needs root')
    if not os.path.exists('/bin/ping') or not shutil.which('setpriv'):
        raise Skip('needs ping and setpriv')


def goes(line, *before):
    """Does it work here without Vigie?"""
    words = [*before, *line.replace('$HOSTADDRESS$', '127.0.0.1').split()]
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def test_as_root():
    need_root()
    if not goes(COMMANDS['ping']):
        raise Skip('not even root may ping here')
    with Pings() as v:
        v.begin()
        v.work(v.names)
        assert 'plugins may send ICMP' in v.said()
        assert v.stop() == 0


def test_as_an_ordinary_user():
    """The capability of the file works behind Vigie's own sandbox."""
    need_root()
    able = [n for n in COMMANDS if n not in ('script', 'native') and goes(COMMANDS[n], *NOBODY)]
    if 'ping' not in able or 'check_icmp' not in able:
        raise Skip('an ordinary user may not ping here')
    with Pings() as v:
        v.begin(*NOBODY)
        v.work([*able, 'script'])
        assert 'started as an ordinary user' in v.said()
        assert v.stop() == 0


def closed(*before):
    """In a network of its own, in which nobody but root may ping."""
    return ['unshare', '-n', '/bin/sh', '-c', '"ip link set lo up && echo 1 0 >/proc/sys/net/ipv4/ping_group_range && exec \\"\\$@\\""', 'sh', *before]


def opened(*before):
    return [w.replace('echo 1 0', 'echo 0 2147483647') for w in closed(*before)]


def test_no_new_privs_and_a_closed_kernel():
    need_root()
    with Pings() as v:
        v.begin(*closed(*NOBODY, '--no-new-privs'))
        v.are_kept(v.names)
        assert 'no_new_privs' in v.said(), 'what keeps the right away'
        v.order('PROCESS_HOST_CHECK_RESULT;ping;1;gone')
        until(lambda: v.livestatus('GET hosts\nColumns: state\nFilter: name = ping') == [[1]], 'it is DOWN by a word of its own')
        v.order('SCHEDULE_FORCED_HOST_CHECK;ping;1')
        until(lambda: MISSING in v.results()['ping'][1], 'it is checked again')
        assert v.results()['ping'][0] == 1, 'and neither does it come UP for want of a right'
        assert v.stop() == 0


def test_the_kernel_lets_everybody_ping():
    need_root()
    with Pings() as v:
        v.begin(*opened(*NOBODY, '--no-new-privs'))
        v.work(['ping', 'check_ping', 'script', 'native'])
        assert v.stop() == 0


def test_a_container_without_the_right():
    """Root without CAP_NET_RAW: Vigie starts, the files that have it cannot even be executed."""
    need_root()
    for before in ([], NOBODY):
        with Pings() as v:
            v.begin(*closed('setpriv', '--bounding-set', '-net_raw', *before))
            v.are_kept(v.names)
            assert 'CAP_NET_RAW' in v.said(), 'what would help'
            assert v.stop() == 0


def test_a_root_that_may_not_change_users():
    need_root()
    for before in (['setpriv', '--bounding-set', '-setuid'], ['unshare', '-Ur']):
        with Pings() as v:
            v.begin(*before)
            until(v.results, 'all are checked')
            assert 'may not become other users' in v.said()
            assert v.stop() == 0


main()
