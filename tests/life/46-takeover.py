#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of running plugins when the engine or their runner is killed."""
import os
import signal
import time

from lib_vigie import ONE, Vigie, main, until

OBJECTS = ONE + """
define command {
 command_name slow
 command_line {d}/slow.sh
}
define service {
 use ts
 host_name h
 service_description slow
 check_command slow
 max_check_attempts 1
 check_interval 600
}
"""


class Slow(Vigie):
    """One check waits until the file `go` is there, and writes down when it begins and ends."""

    def __init__(self):
        super().__init__(ONE)
        self.put('objects.cfg', open(self.path('objects.cfg'), encoding='utf-8').read().replace(ONE, OBJECTS.replace('{d}', self.d)))
        self.put('seen', '')
        os.chmod(self.path('seen'), 0o666)
        self.put('slow.sh', f'#!/bin/sh\ncd {self.d}\necho begin >>seen\nwhile [ ! -e go ]; do sleep 0.05; done\necho end >>seen\necho it took long\nexit 2\n')
        os.chmod(self.path('slow.sh'), 0o755)

    def begin(self):
        self.start()
        self.order(f'SCHEDULE_FORCED_SVC_CHECK;h;slow;{int(time.time())}')
        until(lambda: self.seen() == ['begin'], 'the plugin runs')

    def seen(self):
        with open(self.path('seen'), encoding='utf-8') as f:
            return f.read().split()

    def kill_role(self, role):
        before = self.said().count(f'{role} is started again')
        for pid, words in self.roles().items():
            if words[1:3] == ['-x', role]:
                os.kill(pid, signal.SIGKILL)
        until(lambda: self.said().count(f'{role} is started again') > before, f'{role} comes back')

    def result(self):
        row = self.service(service='slow', columns='state plugin_output has_been_checked')
        return row and row['has_been_checked'] and (row['state'], row['plugin_output'])


def test_the_engine_is_killed_while_a_plugin_runs():
    with Slow() as v:
        v.begin()
        v.kill_role('engine')
        until(lambda: v.service(columns='check_command'), 'the new engine serves')
        assert v.seen() == ['begin']
        v.put('go', '')
        assert until(v.result, 'the result of the plugin that the old engine began') == (2, 'it took long')
        assert v.seen() == ['begin', 'end'], 'it ran once'
        assert v.stop() == 0


def test_the_engine_is_away_when_the_plugin_ends():
    with Slow() as v:
        v.begin()
        for pid, words in v.roles().items():
            if words[1:3] == ['-x', 'engine']:
                os.kill(pid, signal.SIGSTOP)  # it hears nothing of the end
                v.put('go', '')
                until(lambda: v.seen() == ['begin', 'end'], 'the plugin ends')
                os.kill(pid, signal.SIGKILL)
        assert until(v.result, 'the result that the runner kept') == (2, 'it took long')
        assert v.seen() == ['begin', 'end'], 'it ran once'
        assert v.stop() == 0


def test_the_runner_is_killed_while_a_plugin_runs():
    with Slow() as v:
        v.begin()
        v.kill_role('runner')
        until(lambda: v.seen() == ['begin', 'begin'], 'it runs again')
        # The script forks for each sleep, and until it is another program the child looks like it.
        until(lambda: sum(v.path('slow.sh') in words for words in v.roles().values()) == 1, 'what the killed runner had is gone')
        v.put('go', '')
        assert until(v.result, 'its result') == (2, 'it took long')
        assert v.seen() == ['begin', 'begin', 'end']
        assert v.stop() == 0


def test_a_plugin_that_ends_its_runner():
    """It never gives a result; that becomes one, and others go on."""
    with Vigie() as v:
        script = v.path('murder.sh')
        v.put('murder.sh', '#!/bin/sh\nkill -9 $PPID\nsleep 100000\n')
        os.chmod(script, 0o755)
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(f'define command {{\n command_name ends-it\n command_line {script}\n}}\n'
                    'define service {\n use ts\n host_name h\n service_description bad\n check_command ends-it\n max_check_attempts 1\n check_interval 2\n}\n')
        v.start()
        until(lambda: v.service(service='bad')['has_been_checked'], 'it has a result', 120)
        row = v.service(service='bad')
        assert row['state'] == 3 and 'lost 3 times in a row' in row['plugin_output'], row
        until(lambda: v.service()['has_been_checked'] and v.service()['state'] == 0, 'the other service is checked')
        assert v.stop() == 0


main()
