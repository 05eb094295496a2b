#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=20
"""Host groups and service groups on the command line: listed, acknowledged, checked, in downtime; and tables for spreadsheets."""
import csv
import io
import json

from lib_vigie import ONE, Vigie, main, until, vigie

OBJECTS = ONE + 'define host {\n use th\n host_name other\n address 127.0.0.2\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name {host}\n service_description {name}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
    for host, name in (('h', 'web'), ('h', 'db'), ('other', 'web'))) + '''
define hostgroup {
 hostgroup_name paris
 alias The Paris site
 members h
}
define hostgroup {
 hostgroup_name far
 members other
}
define servicegroup {
 servicegroup_name shop
 members h,web,other,web
}
'''


class Asked(Vigie):
    def does(self, command, *words):
        status, out, said = vigie('ctl', command, '-c', self.main, *words)
        assert status == 0, (command, words, status, out, said)
        return out

    def refuses(self, command, *words, status=1):
        code, out, said = vigie('ctl', command, '-c', self.main, *words)
        assert code == status and not out, (command, words, code, out, said)
        return said

    def json(self, command, *words):
        return json.loads(self.does(command, *words, '-o', 'json'))

    def names(self, *words):
        return [(r['host'], r.get('service', '')) for r in self.json('list', '--sort', 'name', *words)['resources']]

    def csv(self, *words):
        return list(csv.reader(io.StringIO(self.does(*words, '--csv'))))


def test_lists():
    with Asked(OBJECTS) as v:
        v.start()
        assert v.names('-g', 'paris') == [('h', ''), ('h', 'db'), ('h', 's'), ('h', 'web')]
        assert v.names('--group', 'shop') == [('h', 'web'), ('other', 'web')]
        assert v.names('-g', 'far,shop') == [('h', 'web'), ('other', ''), ('other', 'web')]
        assert v.does('list', '-g', 'far').splitlines()[-1] == '2 of 6 hosts and services.'
        assert 'called pari. Did you mean paris?' in v.refuses('list', '-g', 'pari')
        assert 'tag called web' in v.refuses('list', '-t', 'web'), 'an empty list would look like good news'
        assert 'leave group' in v.refuses('list', '-g', 'paris', '--at', '1h')


def test_whole_groups():
    with Asked(OBJECTS) as v:
        v.start()
        for host, service in (('h', 'web'), ('h', 'db'), ('other', 'web')):
            v.does('submit', host, service, '-s', 'critical', '-m', 'away')
        assert v.does('ack', '-g', 'shop', '--preview') == 'group shop: 0 hosts and 2 services would be acknowledged; nothing was done yet\n'
        assert len(v.names('-u')) == 3
        assert v.does('ack', '-g', 'shop', '-m', 'we know') == 'group shop: 0 hosts and 2 services acknowledged\n'
        assert v.names('-u') == [('h', 'db')]
        assert v.json('ack', '-g', 'paris', '-m', 'this too') == {'group': 'paris', 'hosts': 0, 'services': 1, 'preview': False}
        assert v.names('-u') == []
        assert v.does('ack', '-g', 'paris', '--remove') == 'group paris: 0 hosts and 2 services no longer acknowledged\n'
        assert v.names('-u') == [('h', 'db'), ('h', 'web')]

        assert v.does('downtime', '-g', 'paris', '--preview').startswith('group paris: 1 host and 3 services would be in downtime from ')
        assert v.does('downtime', '--list') == 'There is no downtime.\n'
        assert v.does('downtime', '-g', 'paris', '--for', '1h', '-m', 'moves; far').startswith('group paris: 1 host and 3 services in downtime from ')
        v.does('downtime', '-g', 'shop', '--start', '2030-01-01 10:00', '-m', 'later')
        found = v.json('downtime', '--list')['downtimes']
        assert [(d['host'], d['service'], d['comment'], d['active']) for d in found[:4]] == [
            ('h', s, 'moves; far', True) for s in [''] + [d['service'] for d in found[1:4]]] and {d['service'] for d in found[1:4]} == {'s', 'web', 'db'}, found
        assert [(d['host'], d['service'], d['active']) for d in found[4:]] == [('h', 'web', False), ('other', 'web', False)]
        v.does('downtime', 'other', '-m', 'alone')
        alone = v.json('downtime', '--list')['downtimes'][-1]
        assert found[0]['author'] == alone['author'], 'who plans for a group is who plans for one'

        assert v.does('check-now', '-g', 'far') == 'group far: 1 host and 1 service checked now\n'
        until(lambda: v.json('show', 'other', 'web').get('last_check'), 'it was checked')

        for command in ('ack', 'downtime', 'check-now'):
            more = ('-m', 'x') if command != 'check-now' else ()
            assert 'Did you mean paris?' in v.refuses(command, '-g', 'pariss', *more)
            assert 'not both' in v.refuses(command, 'h', '-g', 'paris', *more, status=2)
            assert '--group' in v.refuses(command, 'h', '--preview', *more, status=2)
            assert 'HOST' in v.refuses(command, *more, status=2)


def test_spreadsheets():
    with Asked(OBJECTS) as v:
        v.start()
        v.does('submit', 'h', 'web', '-s', 'critical', '-m', '=HYPERLINK("x"), and more')
        v.does('submit', 'h', 'db', '-s', 'ok', '-m', '-1 of 3')
        head, *rows = v.csv('list', '-g', 'paris', '--sort', 'name')
        assert head[:4] == ['host', 'service', 'state', 'hard'] and all(len(r) == len(head) for r in rows), (head, rows)
        out = {r[1]: dict(zip(head, r)) for r in rows}
        assert out['web']['output'] == '\'=HYPERLINK("x"), and more' and out['db']['output'] == "'-1 of 3", 'nothing is a formula'
        assert out['web']['state'] == 'critical' and out['web']['hard'] == 'yes' and out['']['host'] == 'h'
        assert len(v.csv('list', '-n', '2')) == 3
        until(lambda: any('=HYPER' in cell for row in v.csv('history', 'h') for cell in row), 'it is in the history')
        head, *rows = v.csv('history', 'h', 'web')
        assert head[:4] == ['time', 'kind', 'host', 'service'] and rows and all(len(r) == len(head) for r in rows)
        assert any(r[-1].startswith("'=HYPER") for r in rows), rows
        head, *rows = v.csv('availability', '-g', 'shop', '--from', '1h')
        assert head == ['host', 'service', 'from', 'to', 'available_percent', 'known_percent', 'outages', 'mtbf_s', 'mttr_s']
        assert [r[:2] for r in rows] == [['h', 'web'], ['other', 'web']] and float(rows[0][4]) >= 0 and rows[0][2].endswith('Z'), rows
        assert len(v.csv('availability', 'h', 'web', '--from', '1h')) == 2
        assert '--csv' in v.refuses('list', '-o', 'csv', status=2)


main()
