#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A state folder that is damaged or of a newer version: what is whole is kept and used, what is lost is named, what is newer is refused with one message."""
import glob
import http.client
import json
import os
import re
import sqlite3
import struct

from lib_vigie import Vigie, main, until, vigie

PORT = int(os.environ.get('PORT', '19410'))
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for i in range(6))


def written(v):
    data = b''
    for path in glob.glob(os.path.join(v.state, 'journal', '*.vj')):
        with open(path, 'rb') as f:
            data += f.read()
    return data


def submit(v, i, text):
    v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;{text}')
    until(lambda: v.service(service=f'p{i}')['plugin_output'] == text, text)
    until(lambda: text.encode() in written(v), 'it is in the journal, so what comes next is a batch of its own')


def damage(path, at, data):
    with open(path, 'r+b') as f:
        f.seek(at)
        f.write(data)


def newest_segment(v):
    return sorted(glob.glob(os.path.join(v.state, 'journal', '*.vj')))[-1]


def some_past(v):
    v.start()
    for i in range(6):
        submit(v, i, f'told {i}')
    assert v.stop() == 0


def test_words_that_look():
    for words, say in ((('journal', 'dump', '-k', 'foo'), 'EVENT'), (('journal', 'verify', '-k', 'EVENT'), "--kind belongs to 'dump' only"),
                       (('journal', 'verify', '-n', '3'), "--limit belongs to 'dump' only"), (('journal', 'stats', '-f', '3'), "--from belongs to 'dump' only"),
                       (('journal', 'dmp'), 'verify, dump or stats'), (('journal',), 'vigie journal --help'),
                       (('series', 'verify', '--class', '1d'), "--class belongs to 'dump' only")):
        status, out, said = vigie(*words, '--state', '/nowhere')
        assert status == 2 and not out and said.count('\n') == 1 and say in said, (words, status, out, said)


def damage_is_shown(v, after=True):
    """By number and time: in the status and its warnings, in both languages, and in the metrics."""
    status = json.loads(vigie('ctl', 'status', '-c', v.main, '-o', 'json')[1])
    holes = [d for d in status['damage'] if d['of'] == 'journal']
    assert len(holes) == 1 and holes[0]['lost'] == int(holes[0]['last']) - int(holes[0]['first']) + 1 > 0, status['damage']
    assert holes[0]['from'] <= holes[0].get('until', '9'), holes
    assert ('until' in holes[0]) == after, holes
    known = {int(r) for r in re.findall(r'(?m)^(\d+) ', vigie('journal', 'dump', '-c', v.main)[1])}
    missing = set(range(int(holes[0]['first']), int(holes[0]['last']) + 1))
    assert not missing & known and min(missing) - 1 in known and (not after or max(missing) + 1 in known), (holes, known)
    said = [w for w in status['warnings'] if w['code'] == 'journal_damaged']
    assert len(said) == 1
    for text in (said[0]['text_en'], said[0]['text_fr'], ' '.join(vigie('ctl', 'status', '-c', v.main)[1].split())):
        assert all(holes[0].get(key, '') in text for key in ('first', 'last', 'from', 'until')), (text, holes)
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
    c.request('GET', '/metrics')
    metrics = c.getresponse().read().decode()
    assert 'vigie_damaged{of="journal"} 1\n' in metrics and f'vigie_lost_records{{of="journal"}} {holes[0]["lost"]}\n' in metrics, metrics


def test_damaged_middle():
    with Vigie(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}') as v:
        some_past(v)
        path = newest_segment(v)
        with open(path, 'rb') as f:
            at = f.read().index(b'told 2')
        damage(path, at, b'TOLD 2')
        status, text, _ = vigie('journal', 'verify', '-c', v.main)
        assert status == 1 and 'DAMAGED' in text and os.path.basename(path) in text, text
        v.start()
        assert f'{os.path.basename(path)}:' in v.said() and 'damaged' in v.said(), v.said()
        damage_is_shown(v)
        for i in (0, 1, 3, 4, 5):
            assert v.service(service=f'p{i}')['plugin_output'] == f'told {i}', i
        submit(v, 2, 'again')
        assert v.stop() == 0
        v.start()
        assert v.service(service='p2')['plugin_output'] == 'again'
        damage_is_shown(v)  # also by the next one


def test_torn_end():
    with Vigie(OBJECTS) as v:
        some_past(v)
        path = newest_segment(v)
        with open(path, 'ab') as f:
            f.write(b'\x40\0\0\0half a record')
        v.start()
        assert 'damaged' not in v.said(), v.said()
        assert v.service(service='p5')['plugin_output'] == 'told 5'


def meta(v, name, key):
    with sqlite3.connect(f'file:{v.state}/db/{name}.db?mode=ro', uri=True) as db:
        row = db.execute('SELECT value FROM meta WHERE name = ?', (key,)).fetchone()
    db.close()
    return row[0] if row else 0


def test_damaged_end():
    """The last record, which was on disk: the databases know its number, so it is lost and not torn. Nothing is cut off, and no number is given twice."""
    with Vigie(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}') as v:
        v.start()
        for i in range(6):
            submit(v, i, f'told {i}')

        def numbers():
            return [int(n) for n in re.findall(r'(?m)^(\d+) ', vigie('journal', 'dump', '-c', v.main)[1])]
        # What is done about notifications is told to no database, so their numbers are known with what follows.
        until(lambda: vigie('journal', 'dump', '-c', v.main)[1].count(' NOTIFIED ') == 6, 'everybody was told')
        submit(v, 5, 'told 5')
        until(lambda: max(meta(v, 'history', 'held_seq'), meta(v, 'state', 'held_seq')) >= max(numbers()), 'the databases know all')
        v.kill_all()
        path, last = newest_segment(v), max(numbers())
        size = os.path.getsize(path)
        damage(path, size - 2, b'\xa5\xa5')
        v.start()
        assert f'records {last} to {last}, which were on disk, are lost' in v.said() and 'not whole' not in v.said(), v.said()
        assert v.said().count(f'the journal ends with record {last - 1}, and the ') == 1, v.said()
        assert os.path.getsize(path) == size
        damage_is_shown(v, after=False)
        for i in range(6):
            assert v.service(service=f'p{i}')['plugin_output'] == f'told {i}', i
        submit(v, 2, 'again')
        assert last not in numbers() and len(numbers()) > last
        assert v.stop() == 0
        before = len(v.said())
        v.start()
        assert v.said()[before:].count('lost') == 1 and f'as was found before: at least 1, from {last} on' in v.said()[before:], v.said()[before:]
        assert v.service(service='p2')['plugin_output'] == 'again'


def batch_ends(path):
    """Offset behind each batch, and the number it ends with."""
    with open(path, 'rb') as f:
        data = f.read()
    at, ends = 8192, []
    while at + 28 <= len(data):
        (n,), (flags,), (seq,) = (struct.unpack_from(form, data, at + off) for form, off in (('<I', 0), ('<H', 18), ('<Q', 8)))
        if not n and not seq:
            break
        at += 28 + n
        if flags & 8:
            ends.append((at, seq))
    return ends


def journal_metrics():
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
    c.request('GET', '/metrics')
    text = c.getresponse().read().decode()
    return [int(re.search(r'(?m)^%s\{of="journal"\} (\d+)$' % name, text)[1]) for name in ('vigie_damaged', 'vigie_lost_records')]


def test_end_is_gone():
    """A disk that lied, a folder that was copied in part: the journal ends too early behind a batch, or is not there. Named by every start until somebody has removed the file that says so."""
    for whole in (False, True):
        with Vigie(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}') as v:
            v.start()
            for i in range(6):
                submit(v, i, f'told {i}')
            path = newest_segment(v)
            until(lambda: meta(v, 'history', 'held_seq') >= batch_ends(path)[-1][1] - 5, 'the history knows most')
            v.kill_all()
            known = max(meta(v, 'history', 'held_seq'), meta(v, 'state', 'held_seq'))
            at, last = [e for e in batch_ends(path) if e[1] < known - 3][-1]
            if whole:
                last = 0
                os.unlink(path)
            else:
                os.truncate(path, at)
            for start in range(3):
                before = len(v.said())
                v.start()
                assert 'lost' in v.said()[before:] and ('as was found before' in v.said()[before:]) == (start > 0), (start, v.said()[before:])
                assert journal_metrics() == [1, known - last], (start, known, last, journal_metrics())
                status = json.loads(vigie('ctl', 'status', '-c', v.main, '-o', 'json')[1])
                assert [w['code'] for w in status['warnings']].count('journal_damaged') == 1, status['warnings']
                submit(v, 2, f'again {start}')
                v.kill_all()
            assert vigie('journal', 'verify', '-c', v.main)[0] == 1
            os.unlink(os.path.join(v.state, 'db', 'journal.damaged'))
            before = len(v.said())
            v.start()
            assert 'lost' not in v.said()[before:], v.said()[before:]
            assert journal_metrics() == [0, 0]
            assert v.stop() == 0


def test_newer_segment():
    with Vigie(OBJECTS) as v:
        some_past(v)
        path = newest_segment(v)
        # version 9, with the checksum that belongs to it, in both copies of the header
        with open(path, 'rb') as f:
            head = bytearray(f.read(108))
        head[8] = 9
        head += crc32c(head).to_bytes(4, 'little')
        damage(path, 0, head)
        damage(path, 4096, head)
        before = len(v.said())
        v.refuses()
        said = v.said()[before:]
        assert said.count('newer Vigie') == 1 and said.count('error:') == 1 and 'ended with status' not in said, said


def test_newer_database():
    for name in ('history.db', 'objects.db', 'state.db', 'bounds.db'):
        with Vigie(OBJECTS) as v:
            some_past(v)
            with sqlite3.connect(os.path.join(v.state, 'db', name)) as db:
                db.execute('PRAGMA user_version=99')
            db.close()
            before = len(v.said())
            v.refuses()
            said = v.said()[before:]
            assert said.count('newer Vigie') == 1 and said.count('error:') == 1 and 'ended with status' not in said, said


def test_projections_lost_or_damaged():
    with Vigie(OBJECTS) as v:
        some_past(v)
        for name in ('history.db', 'objects.db', 'state.db'):
            for left in glob.glob(os.path.join(v.state, 'db', name + '-*')):
                os.unlink(left)
            damage(os.path.join(v.state, 'db', name), 0, b'this is no database, is it?')
        v.start()
        assert v.said().count('is made anew') == 3, v.said()
        for i in range(6):
            assert v.service(service=f'p{i}')['plugin_output'] == f'told {i}', i
        def redone():
            with sqlite3.connect(f'file:{v.state}/db/history.db?mode=ro', uri=True) as db:
                found = {row[0] for row in db.execute('SELECT text FROM event WHERE kind = 1')}
            db.close()
            return found >= {f'told {i}' for i in range(6)}
        until(redone, 'history comes back from the journal')

        def states():
            with sqlite3.connect(f'file:{v.state}/db/state.db?mode=ro', uri=True) as db:
                rows = db.execute('SELECT state.state, output FROM state JOIN result USING (oid) WHERE output <> ""').fetchall()
            db.close()
            return {row[1] for row in rows if row[0] == 2} >= {f'told {i}' for i in range(6)}
        until(states, 'and so do the states')


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


main()
