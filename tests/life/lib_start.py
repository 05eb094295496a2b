# SPDX-License-Identifier: Apache-2.0
"""A Vigie with everything that a start must bring back, and the comparison: for the life test with a few services and `./dev bench start` with many.

Each service is of one kind, by its number: some are active with a plan, some flap, some have told several times, are acknowledged, have downtimes or comments, wait for a hard state or were
never checked."""
import re
import time

from lib_vigie import PLUGINS, Vigie, until, vigie

EACH = 20  # services of a host
KINDS = ('plain', 'active', 'flapping', 'told', 'acknowledged', 'downtime', 'comment', 'soft', 'never', 'moved')
TELLS = ('told', 'acknowledged', 'soft')
# What goes on by itself: how old a result is, and what Vigie has running.
LIVING = {'staleness', 'is_executing', 'check_options', 'in_check_period', 'in_notification_period'}
PATIENCE_S = 600


def objects(services):
    yield 'define contact {\n contact_name bob\n' + ''.join(f' {w}_notification_period always\n {w}_notification_commands tell\n' for w in ('host', 'service')) + \
        ' host_notification_options d,u,r\n service_notification_options w,u,c,r,f\n}\n'
    yield f'define command {{\n command_name idle\n command_line {PLUGINS}/check_dummy 0 fine\n}}\n'
    for h in range((services + EACH - 1) // EACH):
        yield f'define host {{\n use th\n host_name h{h}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n'
    for kind in KINDS:
        more = ' check_command idle\n check_interval 36000\n' if kind == 'active' else ' active_checks_enabled 0\n'
        more += ' contacts bob\n notification_interval 1\n' if kind in TELLS else ' notifications_enabled 0\n'
        more += f' flap_detection_enabled {int(kind == "flapping")}\n max_check_attempts {5 if kind == "soft" else 1}\n'
        yield f'define service {{\n use ts\n name {kind}\n register 0\n{more}}}\n'
    for i in range(services):
        yield f'define service {{\n use {KINDS[i % len(KINDS)]}\n host_name h{i // EACH}\n service_description s{i}\n}}\n'


class Full(Vigie):
    def __init__(self, services, program=None):
        more = {'program': program} if program else {}
        super().__init__(''.join(objects(services)), main='use_retained_scheduling_info=1\nlog_passive_checks=0\nlog_external_commands=0\nlog_notifications=0\n'
                         'enable_flap_detection=1\n', **more)
        self.n = services

    def of(self, *kinds):
        return [i for i in range(self.n) if KINDS[i % len(KINDS)] in kinds]

    def orders(self, lines):
        now = int(time.time())
        with open(self.path('cmd'), 'w', encoding='utf-8') as f:
            for line in lines:
                f.write(f'[{now}] {line}\n')

    def results(self, which, state, text):
        self.orders(f'PROCESS_SERVICE_CHECK_RESULT;h{i // EACH};s{i};{state};{text}|used={i % 97}%;80;90' for i in which)

    def count(self, condition):
        return self.livestatus(f'GET services\nStats: {condition}')[0][0]

    def wait(self, condition, n):
        until(lambda: self.count(condition) >= n, lambda: f'{n} services with {condition}; there are {self.count(condition)}', patience=PATIENCE_S)

    def notes(self, which, last):
        now = int(time.time())
        last.append('note of ' + str(len(last)))
        for i in which:
            where = f'h{i // EACH};s{i}'
            yield {'acknowledged': f'ACKNOWLEDGE_SVC_PROBLEM;{where};2;0;1;kim;in hand {i}',
                   'downtime': f'SCHEDULE_SVC_DOWNTIME;{where};{now - 1};{now + 86400};1;0;0;kim;work {i}',
                   'comment': f'ADD_SVC_COMMENT;{where};1;kim;words of {i}',
                   'moved': f'CHANGE_MAX_SVC_CHECK_ATTEMPTS;{where};7'}[KINDS[i % len(KINDS)]]

    def fill(self):
        """Gives every service its past."""
        checked = [i for i in range(self.n) if KINDS[i % len(KINDS)] not in ('active', 'never')]
        self.results(checked, 0, 'at first')
        self.orders(f'SCHEDULE_FORCED_SVC_CHECK;h{i // EACH};s{i};{int(time.time())}' for i in self.of('active'))
        for turn in range(8):
            self.results(self.of('flapping'), 2 * (turn % 2), f'turn {turn}')
        self.results(self.of(*TELLS, 'plain'), 2, 'broken')
        self.wait('state = 2', len(self.of(*TELLS, 'plain')))
        for turn in 2, 3:  # told again: an interval is a second
            until(lambda n=turn: self.results(self.of('told'), 2, f'still broken {n}') or self.count(f'current_notification_number >= {n}') >= len(self.of('told')),
                  'told again', patience=PATIENCE_S)
        last = []
        self.orders(self.notes(self.of('acknowledged', 'downtime', 'comment', 'moved'), last))
        self.results(self.of('plain'), 1, r'warned\nand more\nlines')
        self.wait('state = 1', len(self.of('plain')))
        self.wait('scheduled_downtime_depth > 0', len(self.of('downtime')))
        self.wait('acknowledged = 1', len(self.of('acknowledged')))
        self.wait('is_flapping = 1', len(self.of('flapping')))
        self.wait('has_been_checked = 1', self.n - len(self.of('never')))
        until(lambda: self.livestatus('GET services\nStats: is_executing = 1\nStats: max_check_attempts = 7')[0] == [0, len(self.of('moved'))], 'nothing runs',
              patience=PATIENCE_S)
        self.synced()

    def synced(self):
        """Lines of the command file are seen before the disk has them, and nobody says when it does: a command that is answered when it is stored comes behind them all, and changes nothing."""
        i = self.of('moved')[0]
        status, _, said = vigie('ctl', 'command', '-c', self.main, f'CHANGE_MAX_SVC_CHECK_ATTEMPTS;h{i // EACH};s{i};7')
        assert status == 0, said

    def columns(self, table):
        rows = self.livestatus(f'GET columns\nColumns: name\nFilter: table = {table}')
        return [name for name, in rows if name not in LIVING and not re.match('(host|service)_', name) or name in ('host_name', 'service_description')]

    def everything(self):
        """{table: {key: {column: value}}} of all that Livestatus tells."""
        found = {}
        for table, keys in ('hosts', ['name']), ('services', ['host_name', 'description']), ('comments', ['id']), ('downtimes', ['id']), ('contacts', ['name']):
            columns = self.columns(table)
            rows = self.livestatus(f'GET {table}\nColumns: {" ".join(columns)}')
            found[table] = {tuple(row[columns.index(k)] for k in keys): dict(zip(columns, row)) for row in rows}
        return found


def differences(before, after):
    """[(table, key, column, before, after)]"""
    found = []
    for table, rows in before.items():
        for key in rows.keys() ^ after[table].keys():
            found.append((table, key, 'there', key in rows, key in after[table]))
        for key in rows.keys() & after[table].keys():
            found += [(table, key, c, value, after[table][key][c]) for c, value in rows[key].items() if after[table][key][c] != value]
    return found
