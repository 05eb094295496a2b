#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`vigie replay`: the journal of a living Vigie once more. The same configurations give no difference; a changed one tells who would have been notified and in which states all would be."""
import json
import os
import time

from lib_vigie import Vigie, main, until, vigie

OBJECTS = """
define contact {
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands tell
}
define timeperiod {
 timeperiod_name never
 alias never
}
define host {
 use th
 host_name h
 address 127.0.0.1
 check_interval 1
}
define service {
 use ts
 host_name h
 service_description s
 active_checks_enabled 0
 max_check_attempts 2
 contacts ann,bob
 notification_interval 0
}
define service {
 use ts
 host_name h
 service_description flexible
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name h
 service_description busy
 check_interval 1
}
"""


class Played(Vigie):
    def replay(self, *words, status=0):
        code, out, said = vigie('replay', *words)
        assert code == status, (words, code, out[-3000:], said)
        return out, said

    def json(self, *words, status=0):
        return json.loads(self.replay(*words, '-o', 'json', status=status)[0])

    def result(self, code, service='s'):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;{service};{code};state {code}')

    def problem(self):
        self.result(2)
        self.result(2)
        until(lambda: 'SERVICE NOTIFICATION: ann;h;s;CRITICAL' in self.log(), 'somebody was told')

    def history(self):
        """Problems, a downtime that begins and ends, an acknowledgement, switches, a restart, a kill, a reload."""
        self.problem()
        self.order('ACKNOWLEDGE_SVC_PROBLEM;h;s;2;1;0;ann;seen')
        now = int(time.time())
        self.order(f'SCHEDULE_SVC_DOWNTIME;h;flexible;{now - 10};{now + 600};0;0;2;ann;when it breaks')
        self.result(2, 'flexible')
        until(lambda: 'SERVICE DOWNTIME ALERT: h;flexible;STARTED' in self.log(), 'the downtime begins')
        self.order('DISABLE_SVC_NOTIFICATIONS;h;busy')
        self.order('CHANGE_MAX_SVC_CHECK_ATTEMPTS;h;busy;7')
        until(lambda: 'SERVICE DOWNTIME ALERT: h;flexible;STOPPED' in self.log(), 'the downtime ends')
        assert self.stop() == 0
        self.start()
        self.result(0)
        until(lambda: 'SERVICE NOTIFICATION: bob;h;s;OK' in self.log(), 'the recovery is told')
        with open(self.path('objects.cfg'), encoding='utf-8') as f:
            objects = f.read()
        self.put('objects.cfg', objects + 'define service {\n use ts\n host_name h\n service_description late\n check_interval 1\n}\n')
        code, out, said = vigie('ctl', 'reload', '-c', self.main)
        assert code == 0, said
        until(lambda: self.service('h', 'late')['has_been_checked'], 'the new one was checked')
        for pid, words in self.roles().items():
            if 'engine' in words:
                os.kill(pid, 9)
        until(lambda: self.said().count('engine') and self.service('h', 's'), 'the engine is there again')
        self.result(1)
        self.result(1)
        until(lambda: 'SERVICE NOTIFICATION: bob;h;s;WARNING' in self.log(), 'the next problem is told')


def test_same():
    with Played(OBJECTS) as v:
        v.start()
        v.history()
        out, said = v.replay('--state', v.state)  # while it runs
        assert 'Nothing differs.' in out and ' records/s)' in out and not said, (out, said)
        assert v.stop() == 0
        before = {name: os.stat(os.path.join(v.state, 'journal', name)).st_mtime_ns for name in os.listdir(os.path.join(v.state, 'journal'))}
        a = v.json('--state', v.state)
        assert a['same'] and a['starts'] >= 2 and a['reloads'] == 1 and a['commands'] >= 4, a
        assert a['notifications']['then'] == a['notifications']['now'] >= 6 and a['unknown_results'] == 0, a
        assert before == {name: os.stat(os.path.join(v.state, 'journal', name)).st_mtime_ns for name in os.listdir(os.path.join(v.state, 'journal'))}
        a = v.json('-c', v.main)  # the last one, which has one service more
        assert not a['notification_changes'], a
        assert 'lies behind' in v.replay('--from', '1h', '--to', '2h', status=2)[1]
        assert 'nothing is recorded' in v.replay('--state', v.state, '--from', '2001-01-01', '--to', '2001-01-02', status=2)[1]


def test_changed():
    with Played(OBJECTS) as v:
        v.start()
        v.problem()
        v.result(0)
        until(lambda: 'SERVICE NOTIFICATION: bob;h;s;OK' in v.log(), 'the recovery is told')
        assert v.stop() == 0
        with open(v.path('objects.cfg'), encoding='utf-8') as f:
            objects = f.read()
        changed = objects.replace(' service_description s\n active_checks_enabled 0\n max_check_attempts 2\n',
                                  ' service_description s\n active_checks_enabled 0\n max_check_attempts 3\n')
        v.put('changed.cfg', changed)
        with open(v.main, encoding='utf-8') as f:
            v.put('other.cfg', f.read().replace('objects.cfg', 'changed.cfg'))
        a = v.json('-c', v.path('other.cfg'), status=1)
        gone = {(x['contact'], x['about'], x['service']) for x in a['notification_changes'] if x['change'] == 'gone'}
        assert gone == {('ann', 'PROBLEM', 's'), ('bob', 'PROBLEM', 's'), ('ann', 'RECOVERY', 's'), ('bob', 'RECOVERY', 's')}, a
        why = {x['reason']['code'] for x in a['notification_changes'] if x['about'] == 'PROBLEM'}
        assert why == {'NOTIFY_SOFT'} and a['differing_notifications'] == 4, a
        alerts = {(x['change'], x['state'], x['hard'], x['attempt']) for x in a['event_changes'] if x['kind'] == 'alert'}
        assert ('gone', 'CRITICAL', True, 2) in alerts and ('new', 'CRITICAL', False, 2) in alerts, a

        v.put('changed.cfg', objects.replace(' service_description s\n', ' service_description s\n notification_period never\n'))
        out, _ = v.replay('-c', v.path('other.cfg'), status=1)
        assert 'Notifications that differ (- gone, + new): 4' in out and 'now: outside its notification period never' in out, out
        v.put('changed.cfg', objects.replace('contacts ann,bob', 'contacts ann'))
        a = v.json('-c', v.path('other.cfg'), status=1)
        assert {(x['change'], x['contact']) for x in a['notification_changes']} == {('gone', 'bob')} and a['differing_notifications'] == 2, a
        assert not a['event_changes'], a


def test_refused():
    with Played(OBJECTS) as v:
        v.put('bad.cfg', f'cfg_file={v.path("nothing.cfg")}\nvigie_state_dir={v.state}\n')
        said = v.replay('--state', v.d, status=2)[1]
        assert f'cannot open {v.d}/journal' in said and 'is it this state folder that you mean?' in said, said
        v.start()
        until(lambda: v.service('h', 'busy')['has_been_checked'], 'something happened')
        assert v.stop() == 0
        said = v.replay('-c', v.path('bad.cfg'), status=2)[1]
        assert 'nothing.cfg' in said and 'the configuration has errors' in said, said
        assert '--from takes a time' in v.replay('--from', 'soon', status=2)[1]
        for name in os.listdir(os.path.join(v.state, 'snapshots')):
            os.unlink(os.path.join(v.state, 'snapshots', name))
        assert 'is not kept any more' in v.replay('--state', v.state, status=2)[1]


main()
