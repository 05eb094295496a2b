#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=80 timeout=900
"""One damaged page of a database, wherever it lies: what is whole is kept, what is lost is named, and all goes on without a hand or a restart."""
import glob
import http.client
import json
import os
import re
import sqlite3
import struct
import subprocess
import tempfile
import time

from lib_vigie import Vigie, main, until, vigie

PAGE = 4096
PORT = int(os.environ.get('PORT', '19410'))
TOLD = 300
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for i in range(150))


class Kept(Vigie):
    def __init__(self, main=''):
        super().__init__(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\n{main}')

    def metrics(self):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
        c.request('GET', '/metrics')
        return {name: float(value) for name, value in re.findall(r'^(vigie_\S+) (\S+)$', c.getresponse().read().decode(), re.M)}


def db(v, name):
    return os.path.join(v.state, 'db', name)


def asked(v, name, question):
    try:
        with sqlite3.connect(f'file:{db(v, name)}?mode=ro', uri=True) as c:
            rows = c.execute(question).fetchall()
        c.close()
        return rows
    except sqlite3.OperationalError:
        return []  # it is being made


def settled(v, name):
    """All of it stands in the file, nothing in its log."""
    c = sqlite3.connect(db(v, name))
    c.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    c.close()


def pages(v, name, table):
    """The pages that a table's rows are in, in their order, and those above them."""
    settled(v, name)
    with sqlite3.connect(db(v, name)) as c:
        root = c.execute('SELECT rootpage FROM sqlite_master WHERE name = ?', (table,)).fetchone()[0]
    c.close()
    with open(db(v, name), 'rb') as f:
        data = f.read()
    leaves, above = [], []

    def walk(number):
        page = data[(number - 1) * PAGE:number * PAGE]
        if page[0] in (13, 10):
            leaves.append(number)
            return
        assert page[0] in (5, 2), (number, page[0])
        above.append(number)
        for i in range(struct.unpack('>H', page[3:5])[0]):
            at = struct.unpack('>H', page[12 + 2 * i:14 + 2 * i])[0]
            walk(struct.unpack('>I', page[at:at + 4])[0])
        walk(struct.unpack('>I', page[8:12])[0])
    walk(root)
    return leaves, above


def damage(v, name, page):
    with open(db(v, name), 'r+b') as f:
        f.seek((page - 1) * PAGE)
        f.write(b'\xff' * PAGE)


def ctl(v, *words):
    return vigie('ctl', words[0], '-c', v.main, *words[1:])


def status(v):
    return json.loads(ctl(v, 'status', '-o', 'json')[1])


def warned(v):
    return [w['text_en'] + w['text_fr'] for w in status(v)['warnings'] if w['code'] in ('database_damaged', 'journal_damaged')]


def told(v):
    return {row[0] for row in asked(v, 'history.db', "SELECT text FROM event WHERE kind IN (1, 21) AND text LIKE 'told%'")}


def forget_old(v):
    """The newest segment is made the only one: damage in the middle makes a start begin another."""
    old = sorted(glob.glob(os.path.join(v.state, 'journal', '*.vj')))
    size = os.path.getsize(old[-1])
    with open(old[-1], 'r+b') as f:
        f.seek(size // 2)
        f.write(b'\xff' * 64)
    v.start()
    until(lambda: len(glob.glob(os.path.join(v.state, 'journal', '*.vj'))) > len(old), 'another segment')
    until(lambda: status(v)['history']['lag'] == 0, 'and the history is up to date')
    assert v.stop() == 0
    for path in old:
        os.unlink(path)


PAST = tempfile.TemporaryDirectory(prefix='past', dir=os.environ.get('TMPDIR'))


def long_past(v):
    """A history that is longer than the journal. It is made once, and each has its own copy."""
    if not os.listdir(PAST.name):
        with Kept() as first:
            first.start()
            with open(first.path('cmd'), 'w') as f:
                f.writelines(f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;p{i % 50};{1 + i // 50 % 2};told {i} {"x" * 200}\n' for i in range(TOLD))
            until(lambda: len(told(first)) == TOLD, 'all is in the history')
            assert first.stop() == 0
            forget_old(first)
            subprocess.run(['cp', '-a', first.state, PAST.name], check=True)
    subprocess.run(['cp', '-a', os.path.join(PAST.name, 'state'), v.state], check=True)


def alive(v, text):
    """Something new comes into the history, and is found by who asks for it."""
    v.states = getattr(v, 'states', 0) + 1
    v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p1;{v.states % 3};{text}')
    until(lambda: text in ctl(v, 'history', 'h', 'p1', '-n', '1000')[1], text)


def mended(v, name, n=1):
    until(lambda: len(glob.glob(db(v, name) + '.damaged-*[0-9]')) == n, 'it is moved aside')
    until(lambda: status(v)['history']['lag'] == 0 and not any(d['unknown'] for d in status(v)['damage']), 'and made anew')
    c = sqlite3.connect(f'file:{db(v, name)}?mode=ro', uri=True)
    assert c.execute('PRAGMA quick_check').fetchall() == [('ok',)]
    c.close()


def damaged_event(table, which):
    """A page of the history of before the journal: which. How many records there were of them, and are lost."""
    with Kept() as v:
        long_past(v)
        leaves, above = pages(v, 'history.db', table)
        every = 'SELECT seq, at FROM event UNION SELECT seq, at FROM decision'
        before, spans = dict(asked(v, 'history.db', every)), asked(v, 'history.db', 'SELECT * FROM span ORDER BY oid, since, seq')
        damage(v, 'history.db', which(leaves, above))
        v.start()
        alive(v, 'new one')
        until(lambda: (ctl(v, 'history', '-n', '1000'), ctl(v, 'availability', 'h', 'p1'), glob.glob(db(v, 'history.db') + '.damaged-*[0-9]'))[2], 'who asks, or what is written, meets it')
        mended(v, 'history.db')
        alive(v, 'another one')
        after = {row[0] for row in asked(v, 'history.db', every)}
        lost = {seq: at for seq, at in before.items() if seq not in after}
        assert dict(asked(v, 'history.db', 'SELECT seq, at FROM lost')) == lost, lost
        found = [d for d in status(v)['damage'] if d['of'] == 'history']
        assert len(found) == 1 and found[0]['lost'] == len(lost), (found, lost)
        assert v.metrics()['vigie_lost_records{of="history"}'] == len(lost) and v.metrics()['vigie_damaged{of="history"}'] == 1
        said = warned(v)
        assert len(said) == 1 and found[0]['file'] in said[0], said
        if lost:
            assert f'{len(lost)} records of it' in said[0] and found[0]['from'] in said[0] and found[0]['until'] in said[0], said
            assert f'{len(lost)} records of it' in v.said()
        else:
            assert 'Nothing of it is known to be lost' in said[0], said
        # what state each had, and since when, is made again from what happened
        now = asked(v, 'history.db', 'SELECT * FROM span ORDER BY oid, since, seq')
        missing = [s for s in spans if s not in now]
        assert all(s[3] == 4 for s in missing), missing
        assert v.stop() == 0
        v.start()
        alive(v, 'after a start')
        assert len(warned(v)) == 1
        os.unlink(glob.glob(db(v, 'history.db') + '.damaged-*[0-9]')[0])
        until(lambda: not warned(v), 'the file is gone, and so is the warning')
        return len(before), len(lost)


def test_middle_page_of_events():
    n, lost = damaged_event('event', lambda leaves, above: leaves[len(leaves) // 2])
    assert 0 < lost < n / 10, (n, lost)


def test_last_page_of_events():
    damaged_event('event', lambda leaves, above: leaves[-1])


def test_page_that_leads_to_all():
    n, lost = damaged_event('event', lambda leaves, above: above[0])
    assert lost == 0, (n, lost)


def test_page_of_decisions():
    n, lost = damaged_event('decision', lambda leaves, above: leaves[-1])
    assert 0 < lost < n / 4, (n, lost)


def test_page_of_spans():
    n, lost = damaged_event('span', lambda leaves, above: leaves[0])
    assert lost == 0, (n, lost)


def test_head_of_history():
    """The first page says where all is: without it the pages are found by what stands in them."""
    with Kept() as v:
        long_past(v)
        before = asked(v, 'history.db', 'SELECT * FROM event ORDER BY seq')
        settled(v, 'history.db')
        damage(v, 'history.db', 1)
        v.start()
        mended(v, 'history.db')
        assert asked(v, 'history.db', 'SELECT * FROM event ORDER BY seq')[:len(before)] == before
        assert len(warned(v)) == 1 and 'Nothing of it is known to be lost' in warned(v)[0], warned(v)


def test_nothing_of_history_is_left():
    for spoil in (lambda path: os.truncate(path, 0), lambda path: damage_all(path)):
        with Kept() as v:
            long_past(v)
            first = asked(v, 'history.db', 'SELECT min(at) FROM event')[0][0]
            for left in glob.glob(db(v, 'history.db-*')):
                os.unlink(left)
            spoil(db(v, 'history.db'))
            v.start()
            until(lambda: status(v)['history']['lag'] == 0, 'what the journal has is in')
            found = [d for d in status(v)['damage'] if d['of'] == 'history']
            assert len(found) == 1 and found[0]['before'], found
            assert f'at {found[0]["before"]}: what happened before that is lost' in v.said(), v.said()
            assert any(f'What happened before {found[0]["before"]} is lost' in w for w in warned(v)), warned(v)
            assert asked(v, 'history.db', 'SELECT min(at) FROM event')[0][0] > first
            alive(v, 'new one')
            assert v.stop() == 0
            v.start()
            assert v.said().count('what happened before that is lost') == 1
            assert any(f'What happened before {found[0]["before"]} is lost' in w for w in warned(v)), 'it stands for a while'


def damage_all(path):
    size = os.path.getsize(path)
    with open(path, 'r+b') as f:
        f.write(b'\xff' * size)


def numbers(v):
    return {row[1:]: row[0] for row in asked(v, 'objects.db', 'SELECT oid, host, service FROM object')}


def test_objects():
    """Whatever page is lost: each object keeps its number, and none is given to another one."""
    for table in ('object', 'object_by_name', 'meta'):
        with Kept() as v:
            v.start()
            v.put('objects.cfg', open(v.path('objects.cfg')).read() + 'define service {\n use ts\n host_name h\n service_description gone\n}\n')
            assert ctl(v, 'reload')[0] == 0
            until(lambda: ('h', 'gone') in numbers(v), 'it has a number')
            v.put('objects.cfg', open(v.path('objects.cfg')).read().replace('service_description gone', 'service_description other'))
            assert ctl(v, 'reload')[0] == 0
            until(lambda: ('h', 'other') in numbers(v), 'and the next one')
            before = numbers(v)
            assert v.stop() == 0
            damage(v, 'objects.db', pages(v, 'objects.db', table)[0][-1])
            v.start()
            until(lambda: ctl(v, 'list')[0] == 0, 'it answers')
            v.put('objects.cfg', open(v.path('objects.cfg')).read().replace('service_description other', 'service_description new'))
            assert ctl(v, 'reload')[0] == 0
            until(lambda: ('h', 'new') in numbers(v), 'a new one has a number')
            after = numbers(v)
            assert {name: after[name] for name in before} == before, table
            assert after['h', 'new'] not in before.values() and after['h', 'new'] > max(before.values()), (after['h', 'new'], max(before.values()))
            assert 'cannot be read' not in v.said(), v.said()
            if table != 'meta':
                assert any('objects.db was damaged' in w for w in warned(v)), warned(v)


def test_states():
    for table, which in (('state', lambda leaves: leaves[0]), ('result', lambda leaves: leaves[-1]), ('state', lambda leaves: leaves[len(leaves) // 2])):
        with Kept(main='vigie_states_every=1') as v:
            v.start()
            with open(v.path('cmd'), 'w') as f:
                f.writelines(f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;told {i} {"x" * 200}\n' for i in range(150))
            states = "SELECT output FROM state JOIN result USING (oid) WHERE state.state = 2 AND output LIKE 'told%'"
            until(lambda: len(asked(v, 'state.db', states)) == 150, 'all is in')
            assert v.stop() == 0
            damage(v, 'state.db', which(pages(v, 'state.db', table)[0]))
            v.start()
            with open(v.path('cmd'), 'w') as f:
                f.writelines(f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;told again {i}\n' for i in range(150))
            until(lambda: glob.glob(db(v, 'state.db') + '.damaged-*[0-9]'), 'it is met')
            until(lambda: len([r for r in asked(v, 'state.db', states) if 'again' in r[0]]) == 150, 'all is in again')
            mended(v, 'state.db')
            until(lambda: v.metrics()['vigie_record_degraded'] == 0, 'nothing waits')
            assert any('state.db was damaged' in w for w in warned(v)), warned(v)


def test_bounds():
    with Kept() as v:
        v.start()
        for i in range(150):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};0;fine|value={i};{i + 10};{i + 20}')
        bounds = 'SELECT oid, label, warn, crit FROM bound ORDER BY oid'
        until(lambda: len(asked(v, 'bounds.db', bounds)) == 150, 'all is in', patience=90)
        before = asked(v, 'bounds.db', bounds)
        assert v.stop() == 0
        leaves, _ = pages(v, 'bounds.db', 'bound')
        damage(v, 'bounds.db', leaves[len(leaves) // 2])
        v.start()
        for i in range(150):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};0;fine|other={i};{i + 11};{i + 21}')
        until(lambda: glob.glob(db(v, 'bounds.db') + '.damaged-*[0-9]'), 'it is met', patience=90)
        until(lambda: len(asked(v, 'bounds.db', bounds)) == 300 and set(before) <= set(asked(v, 'bounds.db', bounds)), 'all is in again, and what is new', patience=90)
        mended(v, 'bounds.db')


def test_pages_that_nobody_asks_for():
    """They are found by looking through all databases, before anybody needs them."""
    with Kept(main='vigie_states_every=1') as v:
        long_past(v)
        leaves = {name: pages(v, name + '.db', table)[0] for name, table in (('history', 'event'), ('objects', 'object_by_name'), ('state', 'result'))}
        for name, numbers in leaves.items():
            damage(v, name + '.db', numbers[len(numbers) // 2])
        v.start()
        for name in leaves:
            until(lambda name=name: glob.glob(db(v, name + '.db') + '.damaged-*[0-9]'), f'{name}.db is found and moved aside')
            mended(v, name + '.db')
        assert {d['of'] for d in status(v)['damage']} == {'history', 'objects', 'states'}, status(v)['damage']
        assert v.service(service='p1')['plugin_output'].startswith('told ')
        assert v.stop() == 0


main()
