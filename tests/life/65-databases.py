#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40 sanitized=long
"""The databases as docs/DATABASES.md tells of them: its examples are asked of a Vigie that runs, and answer what is so."""
import os
import re
import sqlite3
import time

from lib_vigie import COMMON, SRC, Vigie, main, until

OBJECTS = ('define host {\n use th\n host_name h\n address 127.0.0.1\n}\n'
           'define service {\n use ts\n host_name h\n service_description bad\n check_command say!2!broken\n max_check_attempts 1\n}\n'
           'define service {\n use ts\n host_name h\n service_description fine\n}\n')


def examples():
    """Of the page: the words above each example, and its SQL."""
    with open(os.path.join(SRC, 'docs', 'DATABASES.md'), encoding='utf-8') as f:
        return dict(re.findall(r'\n([^\n]+):\n\n```sql\n(.*?)```', f.read(), re.S))


def ask(v, text, base='state.db'):
    folder = os.path.join(v.state, 'db')
    db = sqlite3.connect(f'file:{folder}/{base}?mode=ro', uri=True)
    db.row_factory = sqlite3.Row
    try:
        for statement in filter(None, (s.strip() for s in text.split(';'))):
            rows = [dict(r) for r in db.execute(statement.replace("'objects.db'", f"'file:{folder}/objects.db?mode=ro'")).fetchall()]
        return rows
    finally:
        db.close()


def test_examples():
    asked = examples()
    assert len(asked) == 6, list(asked)
    with Vigie(OBJECTS) as v:
        v.start()
        for order in ('SVC_CHECK;h;bad', 'SVC_CHECK;h;fine', 'HOST_CHECK;h'):
            v.order(f'SCHEDULE_FORCED_{order};0')
        problems = until(lambda: ask(v, asked['All problems, the newest first']))
        assert [(r['host'], r['service'], r['state'], r['output'], r['acknowledged']) for r in problems] == [('h', 'bad', 2, 'CRITICAL: broken', 0)], problems
        v.order('ACKNOWLEDGE_SVC_PROBLEM;h;bad;1;0;1;ann;seen')
        until(lambda: ask(v, asked['All problems, the newest first'])[0]['acknowledged'] == 1, 'a change is in after a moment')
        now = v.service(service='bad', columns='last_check')['last_check']
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;fine;{now - 10};{now + 3600};1;0;3600;ann;works')
        down = until(lambda: ask(v, asked['What is in a downtime now']))
        assert [(r['service'], r['author'], r['text']) for r in down] == [('fine', 'ann', 'works')], down
        v.order('DEL_SVC_DOWNTIME;1')
        until(lambda: not ask(v, asked['What is in a downtime now']), 'a downtime that is over is out')
        until(lambda: {(r['kind'], r['state'], r['checks']) for r in ask(v, asked['How many checks are in each state'])} == {(0, 0, 1), (1, 0, 1), (1, 2, 1)},
              'the states are counted')
        told = until(lambda: ask(v, asked['Who was told what in the last day (of `history.db`)'], 'history.db'))
        assert ('ann', 'bad', 2) in [(r['contact'], r['service'], r['state']) for r in told], told
        assert ask(v, asked['Who signed in (of `history.db`)'], 'history.db') == []
        happened = ask(v, next(text for words, text in asked.items() if words.startswith('What happened to one host')), 'history.db')
        assert [(r['state'], r['text']) for r in happened if r['kind'] in (1, 3)] == [(2, 'seen'), (2, 'CRITICAL: broken')], happened


# ---- what the rounds bring (vigie_states_every) ----

def rows(v):
    """Host and service -> (output, last_check in seconds), of what state.db has."""
    found = ask(v, "ATTACH 'objects.db' AS names; SELECT host, service, output, last_check / 1000000 AS last FROM state JOIN result USING (oid) JOIN names.object USING (oid)")
    return {(r['host'], r['service']): (r['output'], r['last']) for r in found}


def as_livestatus(v):
    services = v.livestatus('GET services\nColumns: host_name description plugin_output last_check\nFilter: has_been_checked = 1')
    return {(h, s): (out, last) for h, s, out, last in services}


def passive(host, n, first=0):
    return f'define host {{\n use th\n host_name {host}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n' + ''.join(
        f'define service {{\n use ts\n host_name {host}\n service_description p{i:04}\n active_checks_enabled 0\n}}\n' for i in range(first, first + n))


def same(v):
    until(lambda: as_livestatus(v).items() <= rows(v).items(), 'the database has what Livestatus has')


def test_what_changes_nothing_comes_with_the_next_round():
    with Vigie(OBJECTS + 'define service {\n use ts\n host_name h\n service_description often\n check_interval 1\n}\n', main='vigie_states_every=1\n') as v:
        v.start()
        first = until(lambda: rows(v).get(('h', 'often'), ('', 0))[1])
        second = until(lambda: rows(v)[('h', 'often')][1] > first and rows(v)[('h', 'often')][1])
        until(lambda: rows(v)[('h', 'often')][1] > second, 'and again')


def test_many_and_a_reload_in_between():
    """More than a slice of a round; then the order of all checks is another one before the next round, and some are gone."""
    with Vigie(passive('m', 1500), main='vigie_states_every=2\n') as v:
        v.start()

        def send(host, numbers, text):
            with open(v.path('cmd'), 'w', encoding='utf-8') as f:
                for i in numbers:
                    f.write(f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;{host};p{i:04};0;{text} {i}\n')
            until(lambda: v.service(host, f'p{numbers[-1]:04}')['plugin_output'] == f'{text} {numbers[-1]}')
        send('m', range(1500), 'one')
        same(v)
        assert len(as_livestatus(v)) == 1500
        send('m', range(1500), 'two')
        v.put('objects.cfg', COMMON + passive('a', 200) + passive('m', 1400, 100))  # a stands before m; a hundred are gone
        os.kill(v.process.pid, 1)
        until(lambda: v.service('a', 'p0000'))
        send('a', range(200), 'new')
        same(v)
        until(lambda: not any(k[0] == 'm' and '' < k[1] < 'p0100' for k in rows(v)), 'what is gone is gone')
        assert len([k for k in rows(v) if k[1]]) >= 1600
        send('m', range(100, 1500), 'three')
        store = [pid for pid, words in v.roles().items() if '-x' in words and words[words.index('-x') + 1] == 'store']
        os.kill(store[0], 9)
        same(v)
        assert not any(k[0] == 'm' and '' < k[1] < 'p0100' for k in rows(v)), 'and does not come back with a new store'


main()
