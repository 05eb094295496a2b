#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""The past: availability of a living Vigie equals what its events say, second by second; events by group, kind, text and time; the list as of a moment; all of it over a kill, a reload and the
loss of the database."""
import calendar
import json
import os
import signal
import socket
import sqlite3
import time

from lib_vigie import ONE, Vigie, main, until, vigie

OBJECTS = ONE + ''.join(f'define service {{\n use ts\n host_name h\n service_description {name}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
                        for name in ('web', 'db')) + '''
define hostgroup {
 hostgroup_name all
 members h
}
define servicegroup {
 servicegroup_name shop
 members h,web,h,db
}
'''
STATES = ('ok', 'warning', 'critical', 'unknown')
NO_BASIS = ('pending', 'not_configured', 'no_data', 'unmonitored')


class Asked(Vigie):
    def ctl(self, *words):
        return vigie('ctl', words[0], '-c', self.main, *words[1:])

    def text(self, *words):
        status, out, said = self.ctl(*words)
        assert status == 0, (words, status, out, said)
        return out

    def json(self, *words):
        return json.loads(self.text(*words, '-o', 'json'))

    def soon(self, *words):
        """None while Vigie cannot answer: right after a start the history may not be there yet."""
        status, out, _ = self.ctl(*words, '-o', 'json')
        return json.loads(out) if status == 0 else None

    def events(self, *words):
        return [json.loads(line) for line in self.text('history', *words, '-n', '1000', '-o', 'json').splitlines()]

    def submit(self, service, state, output):
        self.text('submit', 'h', service, '-s', state.lower(), '-m', output)
        until(lambda: any(e.get('text') == output for e in self.events('h', service)), f'{output} is in the history')


def rfc(s):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(s))


def second(e):
    return calendar.timegm(time.strptime(e['time'][:19], '%Y-%m-%dT%H:%M:%S'))


def by_events(events, begin, end):
    """Seconds in each state: the state of a second is the last one that was told until its end."""
    seconds = dict.fromkeys(STATES, 0)
    told = sorted((second(e), int(e['id']), e['state']) for e in events if e['kind'] in ('alert', 'first_result'))
    for s in range(begin, end):
        last = [state for at, _, state in told if at <= s]
        if last:
            seconds[last[-1]] += 1
    return seconds


def passed(v, n):
    """Lets Vigie see n more seconds go by: its own active check tells them."""
    began = time.time()
    until(lambda: time.time() - began > n, f'{n} s')


def names(listing):
    return sorted((r['host'], r.get('service', ''), r['state']) for r in listing['resources'])


def gone(v, begin, middle, end):
    """What is configured no more has its past, by the name that it had last."""
    status, out, said = v.ctl('history', 'h/db')
    assert status == 0 and 'h > db' in out and 'db is fine' in out and 'no longer configured' in said, (out, said)
    assert all(e['gone'] for e in v.events('h', 'db'))
    then = v.json('list', '--at', rfc(middle))['resources']
    assert [r['service'] for r in then if r.get('gone')] == ['db'], then
    assert v.text('list', '--at', rfc(middle)).count('[no longer configured]') == 1
    assert any(e.get('gone') and e['service'] == 'db' for e in v.events('--text', 'db is fine')), 'also where everything is asked for'
    db = v.json('availability', 'h', 'db', '--from', rfc(begin), '--to', rfc(end))
    assert db['gone'] and db['service'] == 'db' and db['seconds']['ok'] >= 3, db
    why = v.text('why', 'h', 'db')
    assert 'h > db is no longer configured; this is what is known of it.' in why and 'h > db is not configured since' in why, why
    assert "h > db n'est plus configuré" in v.text('why', 'h', 'db', '--lang', 'fr')
    then = v.text('why', 'h', 'db', '--at', rfc(middle))
    assert 'no longer configured' in then and 'h > db is OK since' in then, then
    log = 'GET log\nColumns: host_name service_description current_service_description\nFilter: service_description = %s'
    assert v.livestatus(log % 'db')[0] == ['h', 'db', ''] and v.livestatus(log % 'web')[0] == ['h', 'web', 'web']
    assert v.livestatus(log % 'db' + '\nAuthUser: ann') == [], 'nobody is told of it any more'
    for words in (('h', 'dbx'), ('x', 'db')):
        for command in 'history', 'availability', 'why':
            status, out, said = v.ctl(command, *words)
            assert status == 1 and not out and ("has no service 'dbx'" in said or "no host 'x'" in said), said
    for command in 'history', 'availability':
        status, out, said = v.ctl(command, 'h', '--from', '1h', '--to', '2h')
        assert status != 0 and "1h is later than 2h: write --from '2h' --to '1h'" in said, said


def test_past():
    with Asked(OBJECTS) as v:
        begin = int(time.time()) - 3
        v.start()
        before = time.time()
        v.submit('web', 'OK', 'web is fine')
        v.submit('db', 'OK', 'db is fine')
        passed(v, 1.1)
        v.submit('web', 'CRITICAL', 'web has gone away')
        passed(v, 2.1)
        middle = time.time()
        v.submit('web', 'OK', 'web came back')
        v.submit('web', 'WARNING', 'web is slow')
        passed(v, 1.1)
        end = int(time.time())

        # availability and the events
        got = v.json('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(end))
        want = by_events(v.events('h', 'web'), begin, end)
        assert {s: got['seconds'][s] for s in STATES} == want and want['critical'] > 0, (got, want)
        assert sum(got['seconds'].values()) == end - begin, got
        assert got['outages'] == 1 and got['mttr_s'] == want['critical'] and got['good_s'] == want['ok'] + want['warning'], got
        same = v.json('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(end), '--period', 'always', '--hard')
        assert same['seconds'] == got['seconds'] and same['period'] == 'always', same
        many = v.json('availability', '--group', 'shop', '--from', rfc(begin), '--to', rfc(end))
        assert [r['service'] for r in many['resources']] == ['db', 'web'] and many['resources'][1]['seconds'] == got['seconds'], many
        assert many['summary']['resources'] == 2 and many['summary']['worst']['service'] == 'web', many
        assert abs(many['summary']['mean'] - (100 + got['availability']) / 2) < 0.0002, many
        assert [r['kind'] for r in v.json('availability', '--group', 'all')['resources']] == ['host']
        text = v.text('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(end))
        assert f'{got["availability"]:.4f} %' in text and '1 outage;' in text, text
        assert 'the worst h > web' in v.text('availability', '--group', 'shop', '--from', rfc(begin)), many
        lines = v.text('availability', '--group', 'shop', '--from', rfc(begin - 86400), '--to', rfc(end)).splitlines()
        for row in v.json('availability', '--group', 'shop', '--from', rfc(begin - 86400), '--to', rfc(end))['resources']:
            said = {state: s + row['in_downtime'][state] for state, s in row['seconds'].items()}
            part = sum(s for state, s in said.items() if state in ('ok', 'warning', 'critical', 'unknown')) / sum(said.values())
            line = next(x for x in lines if x.split()[:2] == ['h', row['service']])
            assert 0 < part < 0.5 and line.split()[2:5:2] == [f'{row["availability"]:.4f}', f'{part * 100:.4f}'] and 'KNOWN' in lines[0], (line, said)
        assert '\n1 host, mean ' in v.text('availability', '--group', 'all') and '\n2 services, mean ' in v.text('availability', '--group', 'shop'), 'what they are'
        for words, what in ((('h', '--period', 'nine'), 'no time period called nine.\n'), (('h', '--period', 'alwys'), 'no time period called alwys. Did you mean always?'), (('--group', 'shp'), 'group called shp. Did you mean shop?'),
                            (('--group', 'nobody'), 'group called nobody'), (('h', '--from', 'once'), '--from takes a time'),
                            (('h', '--from', rfc(time.time() + 900)), 'yet to come: here it is')):
            status, out, said = v.ctl('availability', *words)
            assert status != 0 and not out and what in said, (words, said)
        said = v.ctl('availability', '--group', 'SHOP')[2]
        assert 'group called SHOP. Did you mean shop?' in said, said  # not the last of all, zoo
        for command in ('history', 'availability'):
            said = v.ctl(command, 'h', '--from', 'foo', '--to', '1h')[2]
            assert said.count('--from takes a time') == 1 == said.count('\n') and said.startswith('vigie ctl: '), said
            said = v.ctl(command, 'h', '--from', '1h', '--to', 'foo')[2]
            assert said.count('--to takes a time') == 1 == said.count('\n'), said

        # events
        assert [e['text'] for e in v.events('--text', 'GONE AWAY', '--kind', 'alert')] == ['web has gone away']
        assert {e.get('service') for e in v.events('--group', 'shop', '--kind', 'alert,first_result')} == {'web', 'db'}
        assert not v.events('h', 'web', '--to', rfc(begin))
        assert v.events('h', 'web', '--kind', 'alert', '--from', rfc(begin))[0]['text'] == 'web has gone away'
        status, out, said = v.ctl('history', '--kind', 'nonsense')
        assert status == 1 and 'nonsense' in said and 'alert, notification, ' in said and 'undelivered.' in said, said

        # what a line does not say by its text
        v.text('downtime', 'h', 'web', '--for', '2h', '-m', 'x')
        v.text('downtime', 'h', 'web', '--cancel')
        until(lambda: '(cancelled)' in v.text('history', 'h', 'web', '--kind', 'downtime_end'), 'a cancelled downtime')
        assert v.text('history', '--kind', 'start').rstrip('\n').endswith('  start'), 'no blanks at the end'

        # as of
        status, out, said = v.ctl('list', '--at', '2099-01-01')
        assert status == 2 and not out and 'yet to come' in said, said
        then = v.json('list', '--at', rfc(middle))
        assert ('h', 'web', 'critical') in names(then) and ('h', 'db', 'ok') in names(then) and then['monitored'], then
        assert next(r for r in then['resources'] if r.get('service') == 'web')['output'] == 'web has gone away', then
        assert v.json('list', '--at', rfc(before - 86400))['total'] == 0
        assert v.text('list', '--at', rfc(before - 86400)).startswith('Nothing is known of that moment: the first record is of 20'), 'not: none of 0'
        assert [r['service'] for r in v.json('list', '--at', rfc(middle), '--problems')['resources']] == ['web']
        lasted = [x for x in v.text('list', '--at', rfc(middle), '--host', 'h').splitlines() if 'web has gone away' in x]
        assert len(lasted) == 1 and lasted[0].startswith('CRITICAL'), lasted

        v.submit('db', 'WARNING', 'db is late')
        v.submit('db', 'OK', 'db is there')

        # a service is taken out, and put in again
        objects = open(v.path('objects.cfg')).read()
        v.put('objects.cfg', objects.replace('service_description db', 'service_description db2').replace('h,web,h,db', 'h,web'))
        v.text('reload')
        until(lambda: ('h', 'db2', 'pending') in names(v.json('list', '--at', '0s')) and ('h', 'db', 'ok') not in names(v.json('list', '--at', '0s')), 'the list of now has db2 instead of db')
        assert ('h', 'db', 'ok') in names(v.json('list', '--at', rfc(middle))), 'what was there then is there still'
        gone(v, begin, middle, end)
        v.put('objects.cfg', objects)
        v.text('reload')
        until(lambda: ('h', 'db', 'pending') in names(v.json('list', '--at', '0s')), 'db is there again, and nothing is known of it')
        db = v.json('availability', 'h', 'db', '--from', rfc(begin))['seconds']
        assert db['critical'] == 0 and db['ok'] >= 3, db

        # killed: what nobody saw is neither good nor bad
        v.kill()
        passed(v, 2.1)
        v.start()
        until(lambda: (v.soon('availability', 'h', 'web', '--from', rfc(begin)) or got)['seconds']['unmonitored'] >= 1, 'the gap is known')
        again = v.json('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(end))
        assert again['seconds'] == got['seconds'], (again, got)
        until(lambda: v.json('availability', 'h', 'web', '--from', rfc(end))['seconds']['warning'] >= 1, 'behind the gap it is what it was')
        assert lasted[0] in v.text('list', '--at', rfc(middle), '--host', 'h').splitlines(), 'how long it had been so, at that moment'
        assert not v.json('availability', 'h', 'web', '--from', rfc(end))['outages']

        # the database is lost: the journal has it all
        late = int(time.time())
        before = v.json('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(late))
        v.stop()
        for name in os.listdir(v.path('state/db')):
            if name.startswith('history.db'):
                os.unlink(v.path('state/db/' + name))
        v.start()
        until(lambda: v.soon('availability', 'h', 'web', '--from', rfc(begin), '--to', rfc(late)) == before, 'the same as before the loss')


MANY = 60000


def remember(v):
    """Many that are configured no more: what looks at all of them takes its time."""
    numbers = f'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) '
    at = int((time.time() - 7200) * 1e6)
    with sqlite3.connect(v.path('state/db/objects.db')) as d:
        d.execute(f"INSERT INTO object (oid, site, scope, kind, host, service, created, deleted, ident) {numbers}SELECT 1000000 + i, 0, 0, 0, 'old' || i, '', {at}, {at + 1}, '' FROM n")
    d.close()
    with sqlite3.connect(v.path('state/db/history.db')) as d:
        d.execute(f'INSERT INTO span (oid, since, seq, state, hard_state, hard, attempt, acknowledged, downtimes, flapping, changed, said) '
                  f'{numbers}SELECT 1000000 + i, {at}, 1, 2, 2, 1, 1, 0, 0, 0, {at}, 0 FROM n')
    d.close()


class Asking:
    """A request over HTTP, whose answer is read later."""

    def __init__(self, port, token, path):
        self.s = socket.create_connection(('127.0.0.1', port), timeout=120)
        self.s.sendall(f'GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n'.encode())

    def is_answered(self):
        self.s.setblocking(False)
        try:
            return self.s.recv(1, socket.MSG_PEEK) != b''
        except BlockingIOError:
            return False

    def answer(self):
        self.s.settimeout(120)
        got = b''
        while part := self.s.recv(65536):
            got += part
        self.s.close()
        head, body = got.split(b'\r\n\r\n', 1)
        assert b' 200 ' in head.splitlines()[0], head
        return json.loads(body)


def test_long_and_brief():
    """What looks at all there ever was holds up nobody who asks for one."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    with Asked(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{port}') as v:
        v.start()
        v.submit('web', 'OK', 'web is fine')
        v.stop()
        remember(v)
        v.start()
        token = v.text('token', 'create', 'r', '--role', 'viewer', '--expires', '1h').strip()
        web = next(r['id'] for r in v.json('list')['resources'] if r.get('service') == 'web')
        reader = next(pid for pid, words in v.roles().items() if 'reader' in words)
        os.kill(reader, signal.SIGSTOP)
        listing = f'/resources?as_of={rfc(time.time() - 3600)}&q=nowhere'
        long = [Asking(port, token, listing) for _ in range(8)]
        brief = Asking(port, token, f'/resources/{web}/events')
        for _ in range(2):  # what was sent before was heard before
            Asking(port, token, '/status').answer()
        os.kill(reader, signal.SIGCONT)
        events = brief.answer()['events']
        assert not long[-1].is_answered(), 'the one that was asked for last is answered before all that take long'
        assert any(e.get('text') == 'web is fine' for e in events), events
        for asking in long:
            then = asking.answer()
            assert then['total'] >= MANY and then['matched'] == 0, {k: then[k] for k in ('total', 'matched')}


if __name__ == '__main__':
    main()
