#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""The way of a check with real plugins: however one ends, whatever it prints, whatever it leaves running, the state and the text are those that Nagios gives, in words that say more."""
import json
import os
import re
import signal
import time

from lib_vigie import ONE, Vigie, main, until, vigie

SH = b'#!/bin/sh\n'
OK, WARNING, CRITICAL, UNKNOWN, UP, DOWN = 0, 1, 2, 3, 0, 1


def out_of_bounds(code):
    return rf'\(Return code of {code} is out of bounds'


# name: (the plugin, state of a service, state of a host, its first line as a regular expression, mode of the file)
CASES = {
    'exit0': (SH + b'echo fine; exit 0\n', OK, UP, 'fine'),
    'exit1': (SH + b'echo so so; exit 1\n', WARNING, UP, 'so so'),
    'exit2': (SH + b'echo bad; exit 2\n', CRITICAL, DOWN, 'bad'),
    'exit3': (SH + b'echo who knows; exit 3\n', UNKNOWN, DOWN, 'who knows'),
    'exit4': (SH + b'echo four; exit 4\n', CRITICAL, DOWN, out_of_bounds(4)),
    'exit126': (SH + b'echo x; exit 126\n', CRITICAL, DOWN, out_of_bounds(126) + ' - plugin may not be executable'),
    'exit127': (SH + b'echo x; exit 127\n', CRITICAL, DOWN, out_of_bounds(127) + ' - plugin may be missing'),
    'exit255': (SH + b'echo x; exit 255\n', CRITICAL, DOWN, out_of_bounds(255)),
    'negative': (b'#!/usr/bin/perl\nprint "x\\n"; exit -1;\n', CRITICAL, DOWN, out_of_bounds(255)),
    'segv': (SH + b'echo dying; kill -SEGV $$\n', UNKNOWN, DOWN, 'dying'),
    'kill': (SH + b'kill -KILL $$\n', UNKNOWN, DOWN, r'\(No output on stdout: .*signal 9\) stderr:'),
    'term': (SH + b'kill -TERM $$\n', UNKNOWN, DOWN, r'\(No output on stdout: .*signal 15\) stderr:'),
    'empty': (SH + b'exit 0\n', OK, UP, r'\(No output on stdout\) stderr:'),
    'blank': (SH + b'echo; echo " "; exit 1\n', WARNING, UP, r'\(No output on stdout\) stderr:'),
    'stderr': (SH + b'echo to the other >&2; exit 1\n', WARNING, UP, r'\(No output on stdout\) stderr: to the other$'),
    'both': (SH + b'echo other >&2; echo one; exit 2\n', CRITICAL, DOWN, 'one$'),
    'missing': (None, CRITICAL, DOWN, out_of_bounds(127) + '.*/missing does not exist'),
    'nomode': (SH + b'echo x\n', CRITICAL, DOWN, out_of_bounds(13) + '.*/nomode is not executable', 0o644),
    'folder': ('folder', CRITICAL, DOWN, out_of_bounds(13) + '.*/folder is a folder'),
    'noshebang': (b'echo by the shell; exit 1\n', WARNING, UP, 'by the shell'),
    'badshebang': (b'#!/no/such/interpreter\necho x\n', CRITICAL, DOWN, out_of_bounds(127) + ".*the interpreter '/no/such/interpreter', which does not exist"),
    'garbage': (bytes(range(128, 256)) * 20, CRITICAL, DOWN, out_of_bounds(127)),
    'stdin': (SH + b'cat; echo read to the end; exit 1\n', WARNING, UP, 'read to the end'),
    'early': (SH + b'echo early; exec >&-; sleep 0.3; exit 2\n', CRITICAL, DOWN, 'early'),
    'closed': (SH + b'exec >&- 2>&-; sleep 0.3; exit 1\n', WARNING, UP, r'\(No output on stdout\) stderr:'),
    'huge': (SH + b"head -c 10485760 /dev/zero | tr '\\0' x; exit 1\n", WARNING, UP, 'x{1000,}$'),
    'lines': (SH + b'seq -f "line %g" 10000; exit 1\n', WARNING, UP, 'line 1$'),
    'noeol': (SH + b'printf "no line end"; exit 1\n', WARNING, UP, 'no line end$'),
    'latin1': (SH + b"printf 'caf\\351 \\377\\376\\n'; exit 1\n", WARNING, UP, 'café '),
    'nul': (SH + b"printf 'before\\0after\\n'; exit 1\n", WARNING, UP, 'before.?after$'),
    'crlf': (SH + b"printf 'one\\r\\ntwo\\r\\n'; exit 1\n", WARNING, UP, 'one$'),
}


def put_plugins(folder):
    for name, (body, *rest) in CASES.items():
        path = f'{folder}/{name}'
        if body == 'folder':
            os.mkdir(path)
        elif body is not None:
            with open(path, 'wb') as f:
                f.write(body)
            os.chmod(path, rest[3] if len(rest) > 3 else 0o755)


def objects_of(folder, names):
    text = f'define command {{\n command_name run\n command_line {folder}/$ARG1$ -x 1\n}}\n'
    for name in names:
        text += f'define host {{\n use th\n host_name {name}\n address 127.0.0.1\n check_command run!{name}\n max_check_attempts 2\n retry_interval 100000\n}}\n'
        text += f'define service {{\n use ts\n host_name h\n service_description {name}\n check_command run!{name}\n max_check_attempts 3\n retry_interval 100000\n}}\n'
    return text


def service(name, command, *lines):
    return f'define service {{\n use ts\n host_name h\n service_description {name}\n check_command {command}\n' + ''.join(f' {line}\n' for line in lines) + '}\n'


# ---- tests

class Site(Vigie):
    """A host h that is up, a folder p for plugins, services of one's own. Periods are seconds, none of them passes by itself."""

    def __init__(self, objects='', main=''):
        super().__init__(objects=ONE, main='service_check_timeout=120\nhost_check_timeout=120\nlog_service_retries=1\nlog_host_retries=1\n' + main)
        self.p = self.path('p')
        os.mkdir(self.p)
        self.add(objects)

    def add(self, objects):
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(objects)

    def plugin(self, name, text, mode=0o755):
        self.put(f'p/{name}', text)
        os.chmod(self.path(f'p/{name}'), mode)

    def file(self, name, text=''):
        """One that plugins may write to, whoever they run as."""
        self.put(name, text)
        os.chmod(self.path(name), 0o666)

    def read(self, name):
        with open(self.path(name), encoding='utf-8') as f:
            return f.read()

    def row(self, name, columns):
        """Of a service of h, or of a host when the name is a host's: the columns as a dictionary, once it has been checked."""
        table, key = ('hosts', 'name') if name.startswith('host:') else ('services', 'description')
        rows = self.livestatus(f'GET {table}\nColumns: has_been_checked {columns}\nFilter: {key} = {name.removeprefix("host:")}')
        return dict(zip(columns.split(), rows[0][1:])) if rows and rows[0][0] else None

    def check_all(self):
        for host, service in self.livestatus('GET services\nColumns: host_name description'):
            self.order(f'SCHEDULE_FORCED_SVC_CHECK;{host};{service};{int(time.time())}')
        for host, in self.livestatus('GET hosts\nColumns: name'):
            self.order(f'SCHEDULE_FORCED_HOST_CHECK;{host};{int(time.time())}')

    def left(self):
        """What runs of the plugins in p: pid -> command line."""
        found = {}
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/cmdline', 'rb') as f:
                    line = f.read()
            except OSError:
                continue
            if (self.p + '/').encode() in line:
                found[pid] = line
        return found

    def json(self, *words):
        status, out, said = vigie('ctl', *words, '-c', self.main, '-o', 'json')
        assert status == 0, said
        return json.loads(out)


def test_every_way_to_end():
    with Site() as v:
        put_plugins(v.p)
        v.add(objects_of(v.p, CASES))
        v.start()
        v.check_all()

        def checked(table):
            return {row[0]: row[1:] for row in v.livestatus(
                f'GET {table}\nColumns: {"name" if table == "hosts" else "description"} state plugin_output long_plugin_output state_type current_attempt\nFilter: has_been_checked = 1')}
        until(lambda: len(checked('hosts')) == len(CASES) + 1 and len(checked('services')) == len(CASES) + 1, 'each is checked once', 120)
        hosts, services, wrong = checked('hosts'), checked('services'), []
        for name, (_, service_state, host_state, text, *_) in CASES.items():
            for kind, row, state in (('host', hosts[name], host_state), ('service', services[name], service_state)):
                if row[0] != state or not re.match(text, row[1]):
                    wrong.append(f'{kind} {name}: state {row[0]} and {row[1][:200]!r} instead of {state} and {text!r}')
        assert not wrong, '\n'.join(wrong)
        for row in (hosts['lines'], services['lines']):
            lines = row[2].replace('\\n', '\n').splitlines()
            assert lines[0] == 'line 2' and lines[:500] == [f'line {i + 2}' for i in range(500)] and len(row[2]) <= 65536, len(row[2])
        assert hosts['crlf'][2].strip() == 'two'
        assert 1000 < len(services['huge'][1]) <= 8192, 'ten megabytes are cut'
        assert services['exit0'][3:] == [1, 1] and services['exit2'][3:] == [0, 1] and hosts['exit2'][3:] == [0, 1], 'soft before hard'
        until(lambda: not v.left(), f'nothing runs any more: {v.left()}')
        assert v.stop() == 0


DAEMON = """#!/usr/bin/perl
use POSIX;
print "begun\\n";
$| = 1; print "";
if (fork() == 0) {
    POSIX::setsid();
    $SIG{HUP} = $SIG{TERM} = $SIG{INT} = 'IGNORE';
    exit 0 if fork();
    %s
    sleep 100000 while 1;
}
%s
"""
CLOSE = 'open(STDIN, "</dev/null"); open(STDOUT, ">/dev/null"); open(STDERR, ">/dev/null");'
NO_TERM = "$SIG{TERM} = $SIG{HUP} = $SIG{INT} = 'IGNORE'; sleep 100000 while 1;"
# name: (plugin, does it end by itself?)
STAYERS = {
    'sleeps': ('#!/bin/sh\necho begun\nsleep 100000\n', False),
    'ignores': ('#!/bin/sh\ntrap "" TERM HUP INT\necho begun\nwhile :; do sleep 100000; done\n', False),
    'children': ('#!/bin/sh\ntrap "" TERM\necho begun\n$0 >/dev/null 2>&1 </dev/null & sleep 100000\n'.replace('$0', 'sleep 100000 & sleep 100000'), False),
    'stops': ('#!/bin/sh\necho begun\nkill -STOP $$\n', False),
    'daemon-open': (DAEMON % ('', 'exit 1;'), True),
    'daemon-closed': (DAEMON % (CLOSE, 'exit 1;'), True),
    'daemon-and-stays': (DAEMON % ('', NO_TERM), False),
    'background': ('#!/bin/sh\necho begun\nsleep 100000 &\nexit 1\n', True),
    'floods': ('#!/bin/sh\necho begun\nwhile :; do echo x; echo y >&2; done\n', False),
}


def test_nothing_outlives_its_time():
    objects = 'define command {\n command_name run\n command_line {p}/$ARG1$ {p}/$ARG1$\n}\n'
    for name in STAYERS:
        objects += f'define host {{\n use th\n host_name {name}\n address 127.0.0.1\n check_command run!{name}\n max_check_attempts 1\n check_interval 100000\n}}\n'
        objects += f'define service {{\n use ts\n host_name h\n service_description {name}\n check_command run!{name}\n max_check_attempts 1\n check_interval 100000\n}}\n'
    # What runs is found by its words: every sleep has the folder's name in front.
    with Site(main='service_check_timeout=4\nhost_check_timeout=4') as v:
        v.add(objects.replace('{p}', v.p))
        for name, (text, _) in STAYERS.items():
            v.plugin(name, text.replace('sleep 100000', f'{v.p}/sleep 100000') if text.startswith('#!/bin/sh') else text)
        os.symlink('/bin/sleep', v.p + '/sleep')
        v.start()
        v.check_all()
        until(lambda: all(v.row(n, 'state') and v.row('host:' + n, 'state') for n in STAYERS), 'all have answered')
        until(lambda: not v.left(), 'nothing of them runs')
        for name, (_, ends) in STAYERS.items():
            s, h = v.row(name, 'state plugin_output'), v.row('host:' + name, 'state plugin_output')
            if ends:
                assert s == {'state': WARNING, 'plugin_output': 'begun'} and h == {'state': UP, 'plugin_output': 'begun'}, (name, s, h)
            else:
                assert s['state'] == CRITICAL and re.fullmatch(r'\(Service check timed out after 4\.\d\d seconds\)', s['plugin_output']), (name, s)
                assert h['state'] == DOWN and re.fullmatch(r'\(Host check timed out after 4\.\d\d seconds\)', h['plugin_output']), (name, h)
        assert v.stop() == 0


def test_nothing_outlives_its_runner():
    """A runner that is killed cannot end what its plugins left running."""
    names = ('sleeps', 'ignores', 'children', 'daemon-open', 'daemon-closed', 'daemon-and-stays', 'background')
    objects = 'define command {\n command_name run\n command_line {p}/$ARG1$ {p}/$ARG1$\n}\n'
    objects += ''.join(service(name, f'run!{name}', 'check_interval 100000') for name in names)
    with Site() as v:
        v.add(objects.replace('{p}', v.p))
        for name in names:
            text = STAYERS[name][0]
            v.plugin(name, text.replace('sleep 100000', f'{v.p}/sleep 100000') if text.startswith('#!/bin/sh') else text)
        os.symlink('/bin/sleep', v.p + '/sleep')
        v.start()
        v.check_all()
        until(lambda: len(v.left()) >= len(names) and all(v.row(n, 'state') for n in names if STAYERS[n][1]), 'all run, or have left something')
        before = v.left()
        for pid, words in v.roles().items():
            if words[1:3] == ['-x', 'runner']:
                os.kill(pid, signal.SIGKILL)
        until(lambda: not set(before) & set(v.left()), 'nothing of what ran before lives')
        until(lambda: any('/sleeps' in line.decode() for line in v.left().values()), 'what had no result runs again')
        assert v.stop() == 0
        until(lambda: not v.left(), 'all has ended')


STATED = """define command {
 command_name stated
 command_line {p}/stated $ARG1$
}
define command {
 command_name slow
 command_line {p}/slow
}
"""


class Stated(Site):
    """Checks whose state and words are written into files: tell('name', '2 words')."""

    def __init__(self, objects='', main=''):
        super().__init__(main=main)
        self.add((STATED + objects).replace('{p}', self.p))
        self.plugin('stated', f'#!/bin/sh\ncd {self.d}\necho "$1" >>runs\nread code words <"state-$1"\necho "$words"\nexit $code\n')
        self.file('runs')

    def tell(self, name, text):
        self.file('new', text + '\n')
        os.rename(self.path('new'), self.path('state-' + name))

    def check(self, service, host='h'):
        self.order(f'SCHEDULE_FORCED_SVC_CHECK;{host};{service};{int(time.time())}')

    def alerts(self, name):
        mark = f'{"SERVICE" if ";" in name else "HOST"} ALERT: {name};'
        return [line.partition(mark)[2] for line in self.log().splitlines() if mark in line]


def test_soft_then_hard():
    rare = ('check_interval 100000', 'retry_interval 100000', 'active_checks_enabled 1')
    with Stated(service('quick', 'stated!quick', 'check_interval 100000', 'retry_interval 1', 'max_check_attempts 3') +
                service('rare', 'stated!rare', *rare, 'max_check_attempts 3') +
                service('once', 'stated!once', *rare, 'max_check_attempts 1')) as v:
        for name in ('quick', 'rare', 'once'):
            v.tell(name, '0 calm')
        v.start()
        for name in ('quick', 'rare', 'once'):
            v.check(name)
        until(lambda: all(v.row(name, 'state') for name in ('quick', 'rare', 'once')), 'all are OK')
        v.tell('quick', '2 burns')
        v.check('quick')
        until(lambda: len(v.alerts('h;quick')) == 3, 'it is tried again by itself')
        assert v.alerts('h;quick') == ['CRITICAL;SOFT;1;burns', 'CRITICAL;SOFT;2;burns', 'CRITICAL;HARD;3;burns']
        s = until(lambda: v.row('quick', 'state_type current_attempt last_check next_check'), 'its row')
        assert s['state_type'] == 1 and s['current_attempt'] == 3 and s['next_check'] - s['last_check'] > 50000, 'hard: the check interval again'
        v.tell('quick', '0 out')
        v.check('quick')
        until(lambda: len(v.alerts('h;quick')) == 4, 'the recovery')
        assert v.alerts('h;quick')[3] == 'OK;HARD;1;out'
        v.tell('rare', '1 smokes')
        v.check('rare')
        until(lambda: v.alerts('h;rare') == ['WARNING;SOFT;1;smokes'], 'soft')
        v.tell('rare', '0 fresh air')
        v.check('rare')
        until(lambda: v.alerts('h;rare') == ['WARNING;SOFT;1;smokes', 'OK;SOFT;2;fresh air'], 'a soft recovery')
        v.tell('once', '3 who knows')
        v.check('once')
        until(lambda: v.alerts('h;once') == ['UNKNOWN;HARD;1;who knows'], 'one attempt is enough')
        assert [line for line in v.log().splitlines() if 'SERVICE NOTIFICATION' in line and 'h;rare;' in line] == [], 'nobody is told of a soft state'
        assert v.stop() == 0


HOSTS = """define host {
 use th
 host_name idle
 address 127.0.0.1
 check_command stated!idle
 check_interval 0
 retry_interval 1
 max_check_attempts 3
}
define host {
 use th
 host_name odd
 address 127.0.0.1
 check_command stated!odd
 check_interval 100000
 retry_interval 1
 max_check_attempts 1
}
define service {
 use ts
 host_name idle
 service_description s
 check_command stated!s
 check_interval 100000
 retry_interval 100000
 max_check_attempts 3
}
"""


def test_hosts():
    with Stated(HOSTS, main='cached_host_check_horizon=0') as v:
        for name in ('idle', 'odd', 's'):
            v.tell(name, '0 calm')
        v.start()
        v.check('s', 'idle')
        until(lambda: 's' in v.read('runs') and v.row('host:idle', 'state'), 'the first result of a service asks for its host')
        # As in Nagios, whatever the horizon: in the second of a host's own result nobody asks for it again.
        until(lambda: int(time.time()) > v.row('host:idle', 'last_check')['last_check'], 'the next second')
        v.tell('idle', '2 no answer')
        v.tell('s', '2 no answer')
        v.check('s', 'idle')
        until(lambda: len(v.alerts('idle')) == 3, 'a critical service asks for its host')
        assert v.alerts('idle') == ['DOWN;SOFT;1;no answer', 'DOWN;SOFT;2;no answer', 'DOWN;HARD;3;no answer']
        # What a plugin says of a host: 0 and 1 are UP, all else is DOWN.
        for words, state in (('1 slow', UP), ('3 who knows', DOWN), ('0 fine', UP), ('7 odd', DOWN)):
            v.tell('odd', words)
            v.order(f'SCHEDULE_FORCED_HOST_CHECK;odd;{int(time.time())}')
            text = out_of_bounds(7) if words[0] == '7' else words[2:] + '$'
            until(lambda: (row := v.row('host:odd', 'state plugin_output')) and row['state'] == state and re.match(text, row['plugin_output']), words)
        assert v.stop() == 0
    with Stated(HOSTS, main='use_aggressive_host_checking=1') as v:
        for name in ('idle', 'odd', 's'):
            v.tell(name, '1 slow')
        v.start()
        v.order(f'SCHEDULE_FORCED_HOST_CHECK;odd;{int(time.time())}')
        until(lambda: (row := v.row('host:odd', 'state')) and row['state'] == DOWN, 'with use_aggressive_host_checking a warning is DOWN')


PERF = r"""#!/bin/sh
printf "%s\n" "DISK OK - free space | /=2643MB;5948;5958;0;5968 'two words'=1.5s;@10:20;~:5;; 'it''s'=3c" "/ 15272 MB (77%%)" "/boot 68 MB (69%%) | /boot=68MB;88;93;0;98" "/home=69357MB;253404;253409;0;253414" "x=U y=-0.25;;;-1;1"
"""


def test_perfdata():
    with Stated(service('disk', 'slow')) as v:
        v.plugin('slow', PERF)
        v.start()
        v.check('disk')
        s = until(lambda: v.row('disk', 'plugin_output long_plugin_output perf_data'), 'the result')
        assert s['plugin_output'] == 'DISK OK - free space', s
        assert s['long_plugin_output'].replace('\\n', '\n').split('\n') == ['/ 15272 MB (77%%)', '/boot 68 MB (69%%)'], s
        assert s['perf_data'] == ("/=2643MB;5948;5958;0;5968 'two words'=1.5s;@10:20;~:5;; 'it''s'=3c /boot=68MB;88;93;0;98 "
                                  '/home=69357MB;253404;253409;0;253414 x=U y=-0.25;;;-1;1'), s
        shown = {p['label']: p for p in v.json('show', 'h', 'disk')['perfdata']}
        assert list(shown) == ['/', 'two words', "it's", '/boot', '/home', 'x', 'y']
        assert shown['/'] == {'label': '/', 'value': 2643, 'unit': 'MB', 'warn': '5948', 'crit': '5958', 'min': 0, 'max': 5968}
        assert shown['two words'] == {'label': 'two words', 'value': 1.5, 'unit': 's', 'warn': '@10:20', 'crit': '~:5', 'min': None, 'max': None}
        assert shown['x']['value'] is None and (shown['y']['value'], shown['y']['min'], shown['y']['warn']) == (-0.25, -1, None), shown
        assert v.stop() == 0


def test_even_spread_at_start():
    objects = ''.join(service(f's{i:03}', 'say!0!fine', 'check_interval 4000') for i in range(200))
    objects += ''.join(f'define host {{\n use th\n host_name h{i:02}\n address 127.0.0.1\n check_interval 4000\n}}\n' for i in range(50))
    with Site(objects, main='max_service_check_spread=1000\nmax_host_check_spread=1000') as v:
        v.start()
        start = v.livestatus('GET status\nColumns: program_start')[0][0]

        def tenths(table, key):
            rows = v.livestatus(f'GET {table}\nColumns: has_been_checked last_check next_check\nFilter: {key}')
            counts = [0] * 10
            for checked, last, following in rows:
                counts[max(0, min(9, ((last if checked else following) - start) // 400))] += 1
            return counts
        services, hosts = tenths('services', 'description ~ ^s...'), tenths('hosts', 'name ~ ^h..')
        assert sum(services) == 200 and min(services) >= 17 and max(services) <= 23, services
        assert sum(hosts) == 50 and min(hosts) >= 3 and max(hosts) <= 7, hosts
        assert v.stop() == 0


def test_schedule_over_a_restart():
    for keep in (0, 1):
        with Site(service('late', 'say!0!fine', 'check_interval 4000'), main=f'use_retained_scheduling_info={keep}') as v:
            v.start()
            at = int(time.time()) + 3000

            def planned():
                return v.service(service='late', columns='next_check')['next_check']
            v.order(f'SCHEDULE_FORCED_SVC_CHECK;h;late;{at}')
            until(lambda: planned() == at, 'it is planned')
            v.process.send_signal(signal.SIGHUP)
            until(lambda: 'read again' in v.said(), 'a reload')
            assert planned() == at, 'a reload leaves the plan'
            assert v.stop() == 0
            v.start()
            assert (planned() == at) == bool(keep), (keep, at, planned())
            assert v.stop() == 0


def test_reload_while_it_runs():
    with Stated(service('slow', 'slow', 'check_interval 100000', 'retry_interval 100000', 'max_check_attempts 5')) as v:
        gone = service('gone', 'slow', 'check_interval 100000')
        v.plugin('slow', f'#!/bin/sh\ncd {v.d}\necho begun >>runs\nwhile [ ! -e go ]; do sleep 0.05; done\necho ended >>runs\necho bad\nexit 2\n')
        plain = v.read('objects.cfg')
        v.add(gone)
        v.start()
        v.check('slow')
        v.check('gone')
        until(lambda: v.read('runs').split() == ['begun'] * 2, 'both run')
        for i in range(3):
            v.put('objects.cfg', plain + service(f'new{i}', 'say!0!fine'))
            v.process.send_signal(signal.SIGHUP)
            until(lambda: v.service(service=f'new{i}', columns='state'), f'reload {i}')
        assert v.service(service='gone') is None
        v.file('go')
        until(lambda: v.row('slow', 'state'), 'the result')
        until(lambda: not v.left(), 'nothing runs any more')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;1;the last word')
        until(lambda: v.service()['plugin_output'] == 'the last word', 'whatever was to be applied has been')
        assert v.alerts('h;slow') == ['CRITICAL;SOFT;1;bad'] and v.row('slow', 'state current_attempt') == {'state': CRITICAL, 'current_attempt': 1}
        assert v.read('runs').split() == ['begun'] * 2 + ['ended'], 'each ran once; what no longer exists was ended'
        assert v.stop() == 0


main()
