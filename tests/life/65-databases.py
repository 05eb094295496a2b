#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The databases as docs/DATABASES.md tells of them: its examples are asked of a Vigie that runs, and answer what is so."""
import os
import re
import sqlite3

from lib_vigie import SRC, Vigie, main, until

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


main()
