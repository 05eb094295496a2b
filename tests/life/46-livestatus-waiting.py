#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""Livestatus over time: requests that wait for something, the table statehist, what status counts, and clients in the shape of Thruk and Checkmk."""
import ast
import json
import os
import re
import signal
import socket
import time

from lib_vigie import ONE, Vigie, main, until

PASSIVE = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace(
    'description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1')
LONG = 'WaitTimeout: 60000\n'  # nobody waits so long: what is waited for happens


class Client:
    def __init__(self, v):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(70)
        self.s.connect(v.live)

    def say(self, text):
        self.s.sendall((text.rstrip('\n') + '\nOutputFormat: json\nResponseHeader: fixed16\nKeepAlive: on\n\n').encode())
        return self

    def take(self, n):
        got = b''
        while len(got) < n:
            part = self.s.recv(n - len(got))
            assert part, f'it was closed behind {got!r}'
            got += part
        return got

    def hear(self):
        head = self.take(16)
        body = self.take(int(head[4:15])).decode()
        return json.loads(body) if head[:3] == b'200' else (int(head[:3]), body)


def waiting(v, n):
    until(lambda: v.livestatus('GET status\nColumns: livestatus_waiting_connections') == [[n]], f'{n} wait')


def past(v, question):
    """Rows from the history; none while it cannot be read yet, right behind a start."""
    rows = Client(v).say(question).hear()
    if isinstance(rows, tuple):
        assert rows[0] == 502, rows
        return []
    return rows


def result(state, text):
    return f'PROCESS_SERVICE_CHECK_RESULT;h;s;{state};{text}'


def test_conditions():
    with Vigie(objects=PASSIVE) as v:
        v.start()
        v.order(result(0, 'good'))
        until(lambda: v.service()['plugin_output'] == 'good', 'a first result')
        q = 'GET services\nColumns: state plugin_output\nWaitObject: h;s\n' + LONG
        assert Client(v).say(q + 'WaitCondition: state = 0').hear() == [[0, 'good']], 'it holds'
        c, d = Client(v).say(q + 'WaitCondition: state = 2\n'), Client(v).say(q + 'WaitCondition: state = 2\nWaitCondition: plugin_output ~ ^w\nWaitConditionOr: 2\nWaitTrigger: check')
        waiting(v, 2)
        v.order(result(1, 'warm'))
        assert d.hear() == [[1, 'warm']]
        waiting(v, 1)
        v.order(result(2, 'broken'))
        assert c.hear() == [[2, 'broken']]
        assert c.say('GET hosts\nColumns: name').hear() == [['h']], 'the connection goes on'
        # Only what its trigger says is looked at: a comment does not make a result.
        c.say(q + 'WaitCondition: plugin_output = again\nWaitTrigger: comment')
        d.say(q + 'WaitCondition: plugin_output = again\nWaitTrigger: check')
        waiting(v, 2)
        v.order(result(1, 'again'))
        assert d.hear() == [[1, 'again']]
        assert v.livestatus('GET status\nColumns: livestatus_waiting_connections') == [[1]]  # both are looked at in the same round
        v.order('ADD_HOST_COMMENT;h;1;ann;a word')
        assert c.hear() == [[1, 'again']]
        began = time.monotonic()
        assert c.say('GET services\nColumns: state\nWaitObject: h;s\nWaitCondition: state = 3\nWaitTimeout: 300').hear() == [[1]], 'its time is over'
        assert time.monotonic() - began >= 0.3
        assert c.say('GET log\nStats: class = 1\nWaitTrigger: all\nWaitTimeout: 1').hear() == [[3]], 'a question about the past waits, too'
        assert v.stop() == 0


def test_triggers():
    with Vigie(objects=PASSIVE, main='log_passive_checks=0') as v:
        v.start()
        now = int(time.time())
        for trigger, order in (('check', result(0, 'x')), ('state', result(1, 'y')), ('log', 'DISABLE_FLAP_DETECTION'), ('downtime', f'SCHEDULE_HOST_DOWNTIME;h;{now + 1000};{now + 2000};1;0;0;ann;later'),
                               ('comment', 'ADD_SVC_COMMENT;h;s;0;ann;a word'), ('command', 'DISABLE_EVENT_HANDLERS'), ('program', 'STOP_OBSESSING_OVER_SVC_CHECKS'),
                               ('program', 'ENABLE_FLAP_DETECTION'), ('all', result(1, 'z'))):
            c = Client(v).say('GET status\nColumns: nagios_pid\n' + LONG + f'WaitTrigger: {trigger}')
            waiting(v, 1)
            v.order(order)
            assert c.hear() == [[v.process.pid]], trigger
        waiting(v, 0)
        # In the time of a notification that is no check: who waits for one goes on waiting.
        c = Client(v).say('GET services\nColumns: state\nWaitTrigger: check\n' + LONG)
        d = Client(v).say('GET services\nColumns: state\nWaitTrigger: comment\n' + LONG)
        waiting(v, 2)
        v.order('ADD_HOST_COMMENT;h;1;ann;no check')
        assert d.hear() == [[1]]
        assert v.livestatus('GET status\nColumns: livestatus_waiting_connections') == [[1]]
        v.order(result(0, 'at last'))
        assert c.hear() == [[0]]
        assert v.stop() == 0


def test_who_goes_away_is_forgotten():
    with Vigie(objects=PASSIVE) as v:
        v.start()
        many = [Client(v).say('GET services\nColumns: state\nWaitTrigger: downtime') for _ in range(100)]
        waiting(v, 100)
        code, text = Client(v).say('GET services\nColumns: state\nWaitTrigger: downtime').hear()
        assert code == 502 and 'wait' in text, (code, text)
        assert Client(v).say('GET services\nColumns: description').hear() == [['s']], 'others are answered'
        for c in many[:60]:
            c.s.close()
        waiting(v, 40)
        for c in many[60:]:
            c.s.shutdown(socket.SHUT_WR)  # done with talking, and still there
        waiting(v, 40)
        v.order('SCHEDULE_HOST_DOWNTIME;h;1900000000;1900001000;1;0;0;ann;later')
        for c in many[60:]:
            assert c.hear() == [[0]]
        waiting(v, 0)
        assert v.stop() == 0


def test_reload_and_death_while_it_waits():
    with Vigie(objects=PASSIVE) as v:
        v.start()
        more = PASSIVE.replace('define service', 'define host {\n use th\n host_name other\n active_checks_enabled 0\n}\ndefine service')
        kept, gone = (Client(v).say(f'GET hosts\nColumns: name\nWaitObject: {name}\nWaitCondition: state = 2\n' + LONG) for name in ('h', 'h'))
        waiting(v, 2)
        with open(v.path('objects.cfg'), encoding='utf-8') as f:
            text = f.read()
        v.put('objects.cfg', text.replace(PASSIVE, more))
        v.process.send_signal(signal.SIGHUP)
        until(lambda: len(v.livestatus('GET hosts\nColumns: name')) == 2, 'the reload')
        waiting(v, 2)
        v.put('objects.cfg', text.replace(PASSIVE, more.replace('host_name h', 'host_name g')))
        v.process.send_signal(signal.SIGHUP)
        assert gone.hear()[0] == kept.hear()[0] == 404, 'there is nothing left to wait for'
        c = Client(v).say('GET hosts\nWaitTrigger: downtime')
        waiting(v, 1)
        os.kill(next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'gate']), signal.SIGKILL)
        assert c.hear()[0] == 502
        assert v.stop() == 0


def test_statehist():
    with Vigie(objects=PASSIVE) as v:
        began = int(time.time())
        v.start()
        v.order(result(2, 'broken; "really"'))
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;gone')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;s;{began - 1};{began + 3600};1;0;3600;ann;works')
        frame = f'Filter: time >= {began - 100}\n'

        def last():
            rows = past(v, 'GET statehist\nColumns: host_down in_downtime state from until log_output\nFilter: service_description = s\n' + frame)
            return rows and rows[-1][:3] == [1, 1, 2] and rows
        # What has happened in this second is seen in the next.
        rows = until(last, 'all of it, as soon as a second of it is over')
        assert rows[0][2] == -1 and rows[0][3] == began - 100, rows
        assert all(a[4] == b[3] for a, b in zip(rows, rows[1:])), rows
        assert rows[-1][5] == 'broken: "really"', rows
        sums = v.livestatus(f'GET statehist\nColumns: state\nStats: sum duration\nStats: sum duration_part\nFilter: time >= {began - 100}\nFilter: time <= {began + 1}\nFilter: host_name = h\nFilter: service_description =')
        assert sum(row[1] for row in sums) == 101 and abs(sum(row[2] for row in sums) - 1) < 1e-5, sums
        code, text = Client(v).say('GET statehist\nColumns: state').hear()
        assert code == 400 and 'Filter: time' in text
        assert v.stop() == 0
        stopped = int(time.time())
        until(lambda: time.time() > stopped + 2, 'seconds without Vigie')
        v.start()
        again = until(lambda: [row for row in past(v, 'GET statehist\nColumns: state from until\nFilter: service_description = s\n' + frame) if row[0] == -1 and row[1] >= began], 'the gap')
        assert len(again) == 1 and again[0][2] > again[0][1] >= stopped - 1, again
        assert v.stop() == 0


def test_current_states_in_the_log():
    """What Thruk begins its reports with: the states at each start, made from the spans; nothing from before the first result."""
    with Vigie(objects=PASSIVE) as v:
        v.start()
        v.order(result(2, 'broken'))
        until(lambda: past(v, 'GET log\nStats: class = 1\n') == [[1]], 'an alert')
        question = 'GET log\nColumns: class type host_name service_description state attempt state_type plugin_output message\nFilter: class = 6\n'
        assert Client(v).say(question).hear() == [], 'at the first start nothing was known'
        assert v.stop() == 0
        v.start()
        rows = until(lambda: past(v, question), 'the state at the start')
        assert [row[:-1] for row in rows] == [[6, 'CURRENT SERVICE STATE', 'h', 's', 2, 1, 'HARD', 'broken']], rows
        assert re.fullmatch(r'\[\d+\] CURRENT SERVICE STATE: h;s;CRITICAL;HARD;1;broken', rows[0][-1]), rows
        mixed = Client(v).say('GET log\nColumns: class type\nFilter: class = 1\nFilter: class = 2\nFilter: class = 6\nOr: 3').hear()
        kinds = [row[1].split('...')[0] for row in mixed]
        assert kinds == ['CURRENT SERVICE STATE', 'Vigie starting', 'Successfully shutdown', 'SERVICE ALERT', 'Vigie starting'], kinds
        assert Client(v).say('GET log\nFilter: class = 6\nFilter: host_name = other\nColumns: type').hear() == []
        assert Client(v).say('GET log\nFilter: type = SERVICE ALERT\nStats: class = 6\nStats: class = 1').hear() == [[0, 1]]
        assert v.stop() == 0


def test_what_commands_set():
    """Custom variables that a command changed: of a contact, and of host and service where notes name them; also after a restart."""
    objects = PASSIVE.replace('host_name h\n address', 'host_name h\n notes rack $_HOSTRACK$\n _RACK r1\n address').replace(
        'service_description s\n', 'service_description s\n _OWNER ann\n notes $_HOSTRACK$ of $_SERVICEOWNER$\n contacts bob\n') + (
        'define contact {\n contact_name bob\n _SHIFT early\n host_notifications_enabled 0\n service_notifications_enabled 0\n'
        ' host_notification_period always\n service_notification_period always\n host_notification_commands nc\n service_notification_commands nc\n'
        ' host_notification_options n\n service_notification_options n\n}\ndefine command {\n command_name nc\n command_line /bin/true\n}\n')
    with Vigie(objects=objects) as v:
        def told():
            return (v.livestatus('GET contacts\nColumns: custom_variables modified_attributes\nFilter: name = bob'), v.livestatus('GET hosts\nColumns: notes_expanded'),
                    v.livestatus('GET services\nColumns: notes_expanded'))
        v.start()
        assert told() == ([[{'SHIFT': 'early'}, 0]], [['rack r1']], [['r1 of ann']]), told()
        v.order('CHANGE_CUSTOM_CONTACT_VAR;bob;_SHIFT;late and long')
        v.order('CHANGE_CUSTOM_HOST_VAR;h;_RACK;r2')
        v.order('CHANGE_CUSTOM_SVC_VAR;h;s;_OWNER;eve')
        changed = ([[{'SHIFT': 'late and long'}, 32768]], [['rack r2']], [['r2 of eve']])
        until(lambda: told() == changed, told)
        assert v.stop() == 0
        v.start()
        assert told() == changed, told()
        assert v.stop() == 0


def test_many_questions_about_the_past():
    """Four are under way at once, the others wait for their turn; who goes away loses it."""
    with Vigie(objects=PASSIVE) as v:
        v.start()
        v.order(result(1, 'warm'))
        until(lambda: past(v, 'GET log\nStats: class = 1') == [[1]], 'an alert')
        many = [Client(v).say('GET log\nStats: class = 1' if i % 2 else f'GET statehist\nStats: sum duration\nFilter: time >= 1000\nFilter: time <= {1000 + i}\nFilter: service_description = s') for i in range(60)]
        for c in many[10:20]:
            c.s.close()
        for i, c in enumerate(many):
            if not 10 <= i < 20:
                assert c.hear() == ([[1]] if i % 2 else [[i]]), i
        assert v.stop() == 0


def test_answers_of_many_rows():
    """They are written between others; who goes away ends them, and so does a reload, which says so."""
    services = ''.join(f'define host {{\n use th\n host_name h{h}\n active_checks_enabled 0\n}}\n' + ''.join(
        f'define service {{\n use ts\n host_name h{h}\n service_description s{s}\n active_checks_enabled 0\n}}\n' for s in range(20)) for h in range(75))
    with Vigie(objects=services) as v:
        v.start()
        names = [row[0] for row in v.livestatus('GET columns\nColumns: name\nFilter: table = services')]
        many = [Client(v).say('GET services') for _ in range(3)]
        gone = Client(v).say('GET services')
        small = Client(v)
        for _ in range(20):
            assert small.say('GET status\nColumns: num_services').hear() == [[1500]]
        gone.s.close()
        for c in many:
            rows = c.hear()
            assert rows[0] == names and len(rows) == 1501 and all(len(row) == len(names) for row in rows)
            assert [row[names.index('host_name')] + row[names.index('description')] for row in rows[1:]] == [f'h{h}s{s}' for h, s in sorted(
                ((h, s) for h in range(75) for s in range(20)), key=lambda p: (f'h{p[0]}', f's{p[1]}'))]
        many = [Client(v).say('GET services') for _ in range(20)]
        v.process.send_signal(signal.SIGHUP)
        heard = [c.hear() for c in many]
        assert all(x[0] == 502 if isinstance(x, tuple) else len(x) == 1501 for x in heard), 'whole, or told to ask again'
        assert small.say('GET services\nStats: state >= 0').hear() == [[1500]]
        assert v.stop() == 0


def test_what_status_counts():
    with Vigie(objects=ONE) as v:
        v.start()

        def count(columns):
            return v.livestatus('GET status\nColumns: ' + columns)[0]
        a = count('connections requests livestatus_active_connections livestatus_waiting_connections')
        b = count('connections requests livestatus_active_connections livestatus_waiting_connections')
        assert b[0] == a[0] + 1 and b[1] == a[1] + 1 and b[2:] == [1, 0], (a, b)
        forks = count('forks')[0]
        v.order(f'SCHEDULE_FORCED_SVC_CHECK;h;s;{int(time.time())}')
        until(lambda: count('forks')[0] > forks, 'a plugin was executed')
        lines = count('log_messages')[0]
        v.order('ADD_HOST_COMMENT;h;1;ann;a word')
        assert until(lambda: count('log_messages')[0] > lines, 'a line more in the log')
        assert count('cached_log_messages neb_callbacks') == [0, 0]
        assert all(isinstance(rate, float) for rate in count('connections_rate requests_rate forks_rate log_messages_rate host_checks_rate service_checks_rate'))
        assert v.stop() == 0


# What Thruk asks for, as its provider names it.
THRUK = {
    'hosts': 'accept_passive_checks acknowledged action_url action_url_expanded active_checks_enabled address alias check_command check_freshness check_interval check_options check_period check_type '
             'checks_enabled childs comments current_attempt current_notification_number event_handler event_handler_enabled execution_time custom_variable_names custom_variable_values '
             'first_notification_delay flap_detection_enabled groups has_been_checked high_flap_threshold icon_image icon_image_alt icon_image_expanded is_executing is_flapping last_check last_notification '
             'last_state_change latency low_flap_threshold max_check_attempts name next_check notes notes_expanded notes_url notes_url_expanded notification_interval notification_period '
             'notifications_enabled num_services_crit num_services_ok num_services_pending num_services_unknown num_services_warn num_services obsess_over_host parents percent_state_change perf_data '
             'plugin_output process_performance_data retry_interval scheduled_downtime_depth state state_type modified_attributes_list last_time_down last_time_unreachable last_time_up display_name '
             'in_check_period in_notification_period contacts contact_groups long_plugin_output services',
    'services': 'accept_passive_checks acknowledged action_url action_url_expanded active_checks_enabled check_command check_interval check_options check_period check_type checks_enabled comments '
                'current_attempt current_notification_number description event_handler event_handler_enabled custom_variable_names custom_variable_values execution_time first_notification_delay '
                'flap_detection_enabled groups has_been_checked high_flap_threshold host_acknowledged host_action_url_expanded host_active_checks_enabled host_address host_alias host_checks_enabled '
                'host_check_type host_latency host_plugin_output host_perf_data host_current_attempt host_check_command host_comments host_groups host_has_been_checked host_icon_image_expanded '
                'host_icon_image_alt host_is_executing host_is_flapping host_notes host_name host_notes_url_expanded host_notifications_enabled host_scheduled_downtime_depth host_state '
                'host_accept_passive_checks host_last_state_change icon_image icon_image_alt icon_image_expanded is_executing is_flapping last_check last_notification last_state_change latency '
                'low_flap_threshold max_check_attempts next_check notes notes_expanded notes_url notes_url_expanded notification_interval notification_period notifications_enabled obsess_over_service '
                'percent_state_change perf_data plugin_output process_performance_data retry_interval scheduled_downtime_depth state state_type modified_attributes_list last_time_critical last_time_ok '
                'last_time_unknown last_time_warning display_name host_display_name host_custom_variable_names host_custom_variable_values in_check_period in_notification_period host_parents contacts '
                'contact_groups long_plugin_output',
    'hostgroups': 'name alias members action_url notes notes_url num_hosts num_hosts_down num_hosts_pending num_hosts_unreach num_hosts_up num_services num_services_hard_crit num_services_hard_ok '
                  'num_services_hard_unknown num_services_hard_warn num_services_crit num_services_ok num_services_pending num_services_unknown num_services_warn worst_host_state '
                  'worst_service_hard_state worst_service_state',
    'servicegroups': 'name alias members action_url notes notes_url num_services num_services_hard_crit num_services_hard_ok num_services_hard_unknown num_services_hard_warn num_services_crit '
                     'num_services_ok num_services_pending num_services_unknown num_services_warn worst_service_state',
    'contacts': 'name alias email pager service_notification_period host_notification_period can_submit_commands',
    'contactgroups': 'name alias members',
    'comments': 'author comment entry_time entry_type expires expire_time host_name id persistent service_description source type',
    'downtimes': 'author comment end_time entry_time fixed host_name id start_time service_description triggered_by duration',
    'log': 'class time type state host_name service_description plugin_output message options state_type contact_name',
    'timeperiods': 'name alias',
    'commands': 'name line',
    'status': 'accept_passive_host_checks accept_passive_service_checks check_external_commands check_host_freshness check_service_freshness enable_event_handlers enable_flap_detection '
              'enable_notifications execute_host_checks execute_service_checks last_command_check last_log_rotation livestatus_version nagios_pid obsess_over_hosts obsess_over_services '
              'process_performance_data program_start program_version interval_length',
}
OUTAGES = 'Stats: name != \nStats: check_type = 0\nStats: has_been_checked = 1\nStats: state_type = 0\nStats: state = 0\nStatsOr: 2\nStatsAnd: 2\nStats: state = 1\nStats: childs != \nStatsAnd: 2\n'


def test_thruk():
    with Vigie(objects=PASSIVE) as v:
        v.start()
        v.order(result(1, 'warm'))
        until(lambda: (past(v, 'GET log\nStats: class = 1') or [[0]])[0][0] >= 1, 'an alert')
        for table, columns in THRUK.items():
            rows = Client(v).say(f'GET {table}\nColumns: {columns}').hear()
            assert isinstance(rows, list) and all(len(row) == len(columns.split()) for row in rows), (table, rows)
            s = Client(v)
            s.s.sendall(f'GET {table}\nColumns: {columns}\nLimit: 1\nOutputFormat: wrapped_json\nResponseHeader: fixed16\n\n'.encode())
            assert s.hear()['total_count'] == len(rows), table
        assert Client(v).say('GET hosts\n' + OUTAGES).hear() == [[1, 1, 0, 0]]
        assert Client(v).say('GET services\nColumns: description\nStats: description != ').hear() == [['s', 1]]
        assert Client(v).say('GET services\nStats: execution_time >= 0\nStats: min latency\nStats: max latency\nStats: avg latency\nStats: sum percent_state_change').hear()[0][0] == 1
        version = v.livestatus('GET status\nColumns: livestatus_version')[0][0]
        assert not re.search(r'-naemon$', version), 'it would ask for more'
        assert v.stop() == 0


def test_checkmk():
    """The header is read strictly; Localtime, OutputFormat python3 and python, KeepAlive, AuthUser in each request."""
    with Vigie(objects=PASSIVE + 'define contact {\n contact_name bob\n host_notification_period always\n service_notification_period always\n host_notification_commands tell\n service_notification_commands tell\n}\n') as v:
        v.start()
        v.order(result(1, 'w\u00e4rm "quoted" \\ end'))
        until(lambda: v.service()['has_been_checked'], 'a result')
        c = Client(v)
        for how in ('python3', 'python', 'json'):
            for user, rows in (('', 1), ('AuthUser: ann\n', 1), ('AuthUser: bob\n', 0)):
                c.s.sendall((f'GET services\nCache: reload\nColumns: host_name description plugin_output last_check state\n{user}Localtime: {int(time.time())}\nOutputFormat: {how}\n'
                             'KeepAlive: on\nResponseHeader: fixed16\n\n').encode())
                head = c.take(16).decode()
                assert re.fullmatch(r'200 [ \d]{10}\d\n', head), head
                got = (json.loads if how == 'json' else ast.literal_eval)(c.take(int(head[4:15])).decode())
                assert len(got) == rows and all(row[:3] == ['h', 's', 'w\u00e4rm "quoted" \\ end'] and abs(row[3] - time.time()) < 600 for row in got), (how, got)
        for wrong, code in (('GET nothing', b'404'), ('GET hosts\nColumns: nothing', b'400'), ('GET hosts\nTimelimit: 0', b'413'), ('GET log\nTimelimit: 0', b'413'), ('GET statehist\nFilter: time >= 1\nTimelimit: 0', b'413'), (f'GET hosts\nLocaltime: {int(time.time()) + 100000}', b'400')):
            c.s.sendall((wrong + '\nOutputFormat: python3\nKeepAlive: on\nResponseHeader: fixed16\n\n').encode())
            head = c.take(16)
            assert head[:3] == code and c.take(int(head[4:15])), (wrong, head)
        assert v.stop() == 0


main()
