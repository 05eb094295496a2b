#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=30 timeout=600
"""vigie journal verify: journal, databases, series store and audit record, each for itself and whether they fit together; what is lost is named by its numbers, and what an interrupted write left is no loss."""
import glob
import os
import re
import shutil
import sqlite3

from lib_journal import without_heads
from lib_vigie import Vigie, main, shim, until, vigie

N = 120
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for i in range(N))
ALL = 'history.db', 'state.db', 'bounds.db', 'objects.db'


def verify(state, *more, env=None):
    return vigie('journal', 'verify', '--state', state, *more, env=env)


def meta(state, name, key):
    db = sqlite3.connect(f'file:{state}/db/{name}?mode=ro', uri=True)
    row = db.execute('SELECT value FROM meta WHERE name = ?', (key,)).fetchone()
    db.close()
    return row[0] if row else 0


def change(state, name, sql, *values):
    db = sqlite3.connect(f'{state}/db/{name}')
    db.execute(sql, values)
    db.commit()
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall()
    db.close()


def last_record(state):
    return max(int(n) for n in re.findall(r'(?m)^(\d+) ', vigie('journal', 'dump', '--state', state)[1]))


def stopped(v):
    """A state folder that knows something, of a Vigie that ended in order. The lines say no time: one of long ago measures nothing, and a store without news is written once a minute."""
    v.start()
    with open(v.path('cmd'), 'w', encoding='utf-8') as f:
        f.writelines(f'[1] PROCESS_SERVICE_CHECK_RESULT;h;p{i};2;told {i} {"x" * 200}|value={i};{i + 1};{i + 2}\n' for i in range(N))
    until(lambda: v.service(service=f'p{N - 1}')['plugin_output'].startswith('told'), 'all are taken')
    until(lambda: 'told' in vigie('ctl', 'history', '-c', v.main, 'h', f'p{N - 1}')[1], 'the history has it')


def copy(v, name='copy'):
    to = v.path(name)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(v.state, to)
    return to


def newest_segment(state):
    return sorted(glob.glob(os.path.join(state, 'journal', '*.vj')))[-1]


def line_of(text, what):
    return next(line for line in text.splitlines() if line.startswith(what))


def test_what_is_whole():
    """Of a Vigie that works meanwhile, too: it is asked again and again, and nothing it does passes for damage."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        for i in range(15):
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};1;again {i}|value={i}')
            status, text, said = verify(v.state, *(['--full'] if i % 2 else []))
            assert status == 0 and not said and text.endswith('\nwhole\n') and all(line_of(text, name).split()[1].startswith('whole') for name in ALL), (text, said)
        assert v.stop() == 0
        state = copy(v)
        before = {path: os.stat(path).st_mtime_ns for path in glob.glob(state + '/**/*', recursive=True) if os.path.isfile(path) and not path.endswith('-shm')}
        status, text, said = verify(state)
        assert status == 0 and not said and text.endswith('\nwhole\n') and f'up to record {last_record(state)}' in line_of(text, 'history.db'), (text, said)
        assert {path: os.stat(path).st_mtime_ns for path in before} == before, 'nothing is changed'


def test_a_damaged_database():
    with Vigie(OBJECTS) as v:
        stopped(v)
        until(lambda: meta(v.state, 'bounds.db', 'applied_seq') and meta(v.state, 'state.db', 'applied_seq'), 'all databases have something', patience=90)
        assert v.stop() == 0
        for name, table in ('history.db', 'event'), ('state.db', 'result'), ('bounds.db', 'bound'), ('objects.db', 'object_by_name'):
            state = copy(v)
            change(state, name, 'VACUUM')
            db = sqlite3.connect(f'{state}/db/{name}')
            page = db.execute('SELECT rootpage FROM sqlite_master WHERE name = ?', (table,)).fetchone()[0]
            db.close()
            with open(f'{state}/db/{name}', 'r+b') as f:
                f.seek((page - 1) * 4096)
                f.write(b'\xff' * 4096)
            for more in ([], ['--full']):
                status, text, said = verify(state, *more)
                assert status == 1 and not said and not text.endswith('whole\n'), (name, text, said)
                assert 'DAMAGED' in line_of(text, name) and 'makes it anew' in line_of(text, name), text
                assert text.count('DAMAGED') == 1, (name, text)


def test_a_database_of_another_version_and_none():
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        state = copy(v)
        change(state, 'state.db', 'PRAGMA user_version = 999')
        status, text, _ = verify(state)
        assert status == 1 and 'newer Vigie' in line_of(text, 'state.db'), text
        state = copy(v)
        change(state, 'state.db', 'PRAGMA user_version = 5')
        for path in glob.glob(f'{state}/db/bounds.db*'):
            os.unlink(path)
        status, text, _ = verify(state)
        assert status == 0 and 'older Vigie' in line_of(text, 'state.db') and 'the next start makes it from the journal' in line_of(text, 'bounds.db'), text


def test_the_journal_has_lost_its_end():
    """Records that the databases know had been acknowledged: they are lost, and have numbers."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        last = last_record(v.state)
        assert meta(v.state, 'history.db', 'applied_seq') == last
        for spoil in (lambda path: os.truncate(path, os.path.getsize(path) - 3), lambda path: overwrite(path, os.path.getsize(path) - 8, b'\xa5' * 8)):
            state = copy(v)
            spoil(without_heads(newest_segment(state)))
            whole = last_record(state)
            status, text, _ = verify(state)
            assert whole < last and status == 1 and f'records {whole + 1} to {last} are lost' in text and 'interrupted' not in text, (whole, last, text)
            assert f'the journal ends with {whole}' in line_of(text, 'history.db'), text


def overwrite(path, at, data):
    with open(path, 'r+b') as f:
        f.seek(at)
        f.write(data)


def test_an_end_that_no_database_knows():
    """What an interrupted write leaves is no damage; a batch that is there to its last byte, and is not what was written, is."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        state, last = copy(v), last_record(v.state)
        with open(newest_segment(state), 'ab') as f:
            f.write(b'\x40\0\0\0half a record')
        status, text, _ = verify(state)
        assert status == 0 and f'not whole, from record {last + 1} on' in text and f'No database knows of more than record {last}' in text and text.endswith('whole\n'), text
        state = copy(v)
        shutil.rmtree(state + '/db')
        overwrite(without_heads(newest_segment(state)), os.path.getsize(newest_segment(state)) - 4, b'\xa5' * 4)
        status, text, _ = verify(state)
        assert status == 1 and re.search(rf'DAMAGED at the end, .*: records \d+ to {last} are lost', text), text


def test_a_batch_that_is_being_written():
    """Who reads while Vigie writes may meet the first bytes of a batch, which is whole a moment later."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        state, last = copy(v), last_record(v.state)
        for name in 'history.db', 'state.db', 'bounds.db':
            change(state, name, "UPDATE meta SET value = 1 WHERE name IN ('held_seq', 'applied_seq', 'reached_seq')")
        shutil.rmtree(state + '/db/series')
        assert verify(state)[0] == 0, verify(state)
        size = os.path.getsize(without_heads(newest_segment(state)))
        for lacks in 5, 40, 200:
            env = shim(v, f"""#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
ssize_t pread(int fd, void *to, size_t n, off_t at)
{{
    static int seen;
    char link[64], name[512] = "";
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (readlink(link, name, sizeof(name) - 1) > 0 && strstr(name, ".vj") && n > 60000 && seen++ < 2)
        n = at >= {size - lacks} ? 0 : at + (long)n > {size - lacks} ? {size - lacks} - at : n;
    return syscall(SYS_pread64, fd, to, n, at);
}}
ssize_t pread64(int fd, void *to, size_t n, off_t at)
{{
    return pread(fd, to, n, at);
}}
""")
            status, text, said = verify(state, env=env)
            assert status == 0 and not said and f'was being written while it was looked at, and is whole by now: up to record {last}' in text and 'lost' not in text, (lacks, text, said)


def test_there_is_no_segment():
    """What the databases know was there, and what a start has found stays said until somebody has removed the file."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        last = last_record(v.state)
        for path in glob.glob(v.state + '/journal/*.vj'):
            os.unlink(path)
        status, text, said = verify(v.state)
        assert status == 1 and f'no segment is there: records 1 to {last}' in text and line_of(text, 'history.db').split()[1].startswith('whole') and not said, (text, said)
        for _ in range(2):
            before = len(v.said())
            v.start()
            assert str(last) in v.said()[before:] and 'lost' in v.said()[before:], v.said()[before:]
            status, text, _ = verify(v.state)
            assert status == 1 and 'DAMAGED before' in text and 'db/journal.damaged' in text and f'records 1 to {last} are lost' in text, text
            assert v.stop() == 0
        os.unlink(v.state + '/db/journal.damaged')
        assert verify(v.state)[0] == 0, verify(v.state)


def test_what_was_given_up():
    """A disk was full: the numbers of what the journal gave up are known to the database of states, and are not in it. Nothing was cut off, and nothing copied."""
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        for name in 'state.db', 'history.db':
            change(v.state, name, "UPDATE meta SET value = value + 50 WHERE name IN ('applied_seq', 'reached_seq')")
        status, text, said = verify(v.state)
        assert status == 0 and not said and 'lost its end' not in text, text
        before = len(v.said())
        v.start()
        assert 'copied' not in v.said()[before:] and 'damaged' not in v.said()[before:], v.said()[before:]
        assert v.stop() == 0


def test_the_history_is_older_than_the_journal():
    with Vigie(OBJECTS) as v:
        stopped(v)
        assert v.stop() == 0
        old = newest_segment(v.state)
        overwrite(old, os.path.getsize(old) // 2, b'\xff' * 64)  # a start makes it good by another segment
        v.start()
        until(lambda: newest_segment(v.state) != old, 'another segment')
        assert v.stop() == 0
        os.unlink(old)
        first = min(int(n) for n in re.findall(r'(?m)^(\d+) ', vigie('journal', 'dump', '--state', v.state)[1]))
        assert verify(v.state)[0] == 0, verify(v.state)
        change(v.state, 'history.db', "UPDATE meta SET value = 5 WHERE name = 'applied_seq'")
        status, text, _ = verify(v.state)
        assert status == 1 and f'records 6 to {first - 1} are neither' in line_of(text, 'history.db').replace(f'to {first} ', f'to {first - 1} '), (first, text)


def test_a_damaged_series_store():
    with Vigie(OBJECTS) as v:
        stopped(v)
        until(lambda: glob.glob(v.state + '/db/series/*'), 'the series have begun')
        assert v.stop() == 0
        state = copy(v)
        assert 'whole, ' in line_of(verify(state)[1], 'series'), verify(state)
        for path in glob.glob(state + '/db/series/*'):
            overwrite(path, os.path.getsize(path) // 2, b'\xff' * 32)
        status, text, _ = verify(state)
        assert status == 1 and 'DAMAGED' in line_of(text, 'series'), (text, glob.glob(state + '/db/series/*'))


main()
