#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=75
"""The clock is set back by a year while Vigie is down, and set right again later: said once, checks go on at their intervals, and nothing of the record is lost or changed. Nor is it when
the clock is ahead by more than events are kept, for a moment."""
import json
import time

from lib_vigie import Vigie, main, shifted, until, vigie

OBJECTS = ('define host {\n use th\n host_name h\n address 127.0.0.1\n check_interval 1\n}\n'
           'define service {\n use ts\n host_name h\n service_description s\n check_interval 1\n}\n'
           'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n max_check_attempts 1\n notification_interval 2\n'
           ' contacts bob\n}\n'
           'define service {\n use ts\n host_name h\n service_description q\n active_checks_enabled 0\n max_check_attempts 1\n}\n'
           'define contact {\n contact_name bob\n host_notification_period always\n service_notification_period always\n host_notification_options d,r\n'
           ' service_notification_options w,u,c,r\n host_notification_commands tell\n service_notification_commands tell\n}\n')
YEAR_S = 365 * 86400
BACK = 'the clock was set back'


class Shifted(Vigie):
    def start_at(self, shift):
        """Starts it with a clock that is so many days off."""
        return self.start(env=shifted(self, shift))

    def submit(self, state, text):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p;{state};{text}')
        until(lambda: self.service(service='p')['plugin_output'] == text, text)

    def moves(self):
        """Both active checks are run again, and planned again."""
        def last():
            return [row for table in ('services\nFilter: description = s', 'hosts')
                    for row in self.livestatus(f'GET {table}\nColumns: last_check next_check')]
        before = last()
        return until(lambda: (now := last()) and all(n[0] != b[0] for n, b in zip(now, before)) and now, 'checks go on')

    def notes(self):
        return self.livestatus('GET comments\nColumns: id comment entry_time'), self.livestatus('GET downtimes\nColumns: id comment start_time end_time')

    def state_at(self, when):
        status, out, said = vigie('ctl', 'list', '-c', self.main, '--at', when, '-o', 'json')
        assert status == 0, said
        return next((row['state'] for row in json.loads(out)['resources'] if row['service'] == 'p'), None)

    def history(self):
        status, out, said = vigie('ctl', 'history', '-c', self.main, '-n', '1000', '-o', 'json')
        assert status == 0, said
        return [json.loads(line) for line in out.splitlines()]

    def telling(self):
        """Bob is told again, since nobody acknowledged it."""
        def number():
            return self.service(service='p', columns='current_notification_number')['current_notification_number']
        before = number()
        self.submit(2, f'still {before}')
        until(lambda: number() > before or self.order('PROCESS_SERVICE_CHECK_RESULT;h;p;2;still'), 'a notification is due again')


def test_a_year_back_and_forward():
    with Shifted(OBJECTS) as v:
        v.start()
        v.submit(2, 'told')
        now = int(time.time())
        v.order('ADD_SVC_COMMENT;h;q;1;kim;a comment')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;q;{now - 1};{now + 86400};1;0;0;kim;a downtime')
        until(lambda: len(v.notes()[0]) == 2 and v.notes()[1], 'comment and downtime')
        v.telling()
        v.moves()
        seen = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        assert v.state_at(seen) == 'critical'
        notes, p = v.notes(), v.service(service='p', columns='state plugin_output last_check last_state_change current_notification_number')
        assert v.stop() == 0 and BACK not in v.said()

        v.start_at(-365)
        assert v.said().count(BACK) == 1, v.said()
        until(lambda: v.log().count('backwards in time') == 1, 'the log says it, too')
        assert v.notes() == notes and v.service(service='p', columns=' '.join(p)) == p
        for last, next_ in v.moves():
            assert abs(last + YEAR_S - time.time()) < 86400 and abs(next_ - last) < 86400, (last, next_)
        v.telling()
        v.submit(0, 'in the past')
        assert v.stop() == 0 and v.said().count(BACK) == 1

        v.start()
        assert v.said().count(BACK) == 1, v.said()
        assert v.service(service='p')['plugin_output'] == 'in the past' and v.notes() == notes
        for last, next_ in v.moves():
            assert abs(last - time.time()) < 86400 and abs(next_ - last) < 86400, (last, next_)
        v.submit(2, 'and forward')
        events = until(lambda: (e := v.history()) and 'and forward' in str(e) and e, 'the history has it all')
        assert [x['time'] for x in events] == sorted(x['time'] for x in events) and len({x['id'] for x in events}) == len(events)
        alerts = [x['text'] for x in sorted(events, key=lambda x: int(x['id'])) if x['kind'] == 'alert' and x['service'] == 'p']
        assert alerts == ['told', 'in the past', 'and forward'], alerts
        steps = [x['step_s'] for x in events if x['kind'] == 'clock_step']
        assert len(steps) == 1 and abs(steps[0] + YEAR_S) < 86400, steps
        assert 'clock_step  set back by 36' in vigie('ctl', 'history', '-c', v.main, '-k', 'clock_step')[1]
        assert v.state_at(seen) == 'critical', 'a wrong clock costs nothing of what was known'
        assert v.stop() == 0


def test_ahead_for_a_moment():
    """The clock is 500 days ahead when old events are looked for: it does not make all of them old."""
    with Shifted(OBJECTS) as v:
        v.start()
        for n in range(20):
            v.submit(2 if n % 2 else 0, f'n{n}')
        before = until(lambda: (e := [x['id'] for x in v.history()]) and len(e) > 20 and e, 'the history')
        assert v.stop() == 0
        v.start_at(500)
        until(lambda: 'nothing old is removed by it' in v.said(), 'the time to remove what is old', patience=120)
        left = {x['id'] for x in v.history()}
        assert set(before) <= left, f'{len(before)} events before, {len(left)} are left'
        assert v.stop() == 0
        v.start()
        assert set(before) <= {x['id'] for x in v.history()}
        assert v.stop() == 0


main()
