#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""vigie backup of a running Vigie and vigie restore: nothing that was acknowledged before the backup is missing; what is not whole is refused, and changes nothing."""
import glob
import io
import json
import os
import subprocess
import tarfile
import threading

from lib_vigie import Vigie, main, until, vigie

N = 6
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for i in range(N))


def ctl(v, word, *more):
    return vigie('ctl', word, '-c', v.main, *more)


class Load:
    """Passive results without end; each is counted only when ctl said it is stored."""

    def __init__(self, v):
        self.v, self.done, self.told, self.thread = v, False, [0] * N, threading.Thread(target=self.run)

    def run(self):
        n = 0
        while not self.done:
            n += 1
            status, _, said = ctl(self.v, 'submit', 'h', f'p{n % N}', '-s', 'critical', '-m', f'told {n}')
            assert status == 0, said
            self.told[n % N] = n

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *what):
        self.done = True
        self.thread.join()


def some_past(v):
    v.start()
    assert ctl(v, 'downtime', 'h', 'p1', '--for', '2h', '-m', 'works')[0] == 0
    assert ctl(v, 'comment', 'add', 'h', 'p2', '-m', 'mind the step')[0] == 0
    p = subprocess.run([v.program, 'ctl', 'user', '-c', v.main, 'add', 'zoe'], input='correct horse battery\n', text=True, capture_output=True, check=False)
    assert p.returncode == 0, p.stderr


def outputs(v):
    return {name: text for name, text in v.livestatus('GET services\nColumns: description plugin_output')}


def number(text):
    return int(text.split()[1]) if text else 0


def archive_of(v):
    path = v.path('saved.vigie')
    status, out, said = vigie('backup', '-c', v.main, path)
    assert status == 0 and 'saved.vigie: ' in out and 'compressed' in out, (status, out, said)
    return path


def test_round_trip_under_load():
    with Vigie(OBJECTS) as v:
        some_past(v)
        with Load(v) as load:
            until(lambda: all(load.told), 'a result of each service')
            before = list(load.told)
            path = archive_of(v)
            after = list(load.told)
            until(lambda: load.told[0] > after[0], 'work went on')
        events = len(v.livestatus('GET log\nColumns: time type\nFilter: class = 1'))
        assert os.stat(path).st_mode & 0o777 == 0o600 and not os.path.exists(path + '.part')
        assert vigie('restore', '--verify', path)[0] == 0
        status, _, said = vigie('restore', '-c', v.main, '--replace', path)
        assert status == 1 and 'stop it first' in said, said
        assert v.stop() == 0
        status, _, said = vigie('restore', '-c', v.main, path)
        assert status == 1 and '--replace' in said and os.path.exists(os.path.join(v.state, 'journal')), said
        status, out, said = vigie('restore', '-c', v.main, '--replace', path)
        assert status == 0 and 'restored into' in out and 'before-restore' in out, (out, said)
        v.start()
        got = outputs(v)
        for i in range(N):
            assert before[i] <= number(got[f'p{i}']) <= after[i] + N, (i, before, after, got)
        assert v.livestatus('GET downtimes\nColumns: service_description comment') == [['p1', 'works']]
        assert ['p2', 'mind the step'] in v.livestatus('GET comments\nColumns: service_description comment')
        assert 'zoe' in ctl(v, 'user', 'list')[1]
        past = v.livestatus('GET log\nColumns: time type\nFilter: class = 1')
        assert 0 < len(past) <= events, (len(past), events)
        assert vigie('journal', 'verify', '-c', v.main)[0] == 0
        assert sorted(os.listdir(v.d)).count(os.path.basename(v.state) + '.restoring') == 0


def test_into_an_empty_place():
    with Vigie(OBJECTS) as v:
        some_past(v)
        path = archive_of(v)
        assert v.stop() == 0
        os.rename(v.state, v.path('lost'))
        status, _, said = vigie('restore', '-c', v.main, path)
        assert status == 0, said
        status, out, said = vigie('audit-log', 'verify', '-c', v.main)
        assert status == 0 and 'restored from a backup' in out and out.endswith('\nwhole\n'), (status, out, said)
        v.start()
        assert v.livestatus('GET downtimes\nColumns: comment') == [['works']]
        kinds = [json.loads(line)['kind'] for line in vigie('audit-log', 'export', '-c', v.main, '-o', 'json')[1].splitlines()]
        assert kinds.count('restored') == 1, kinds
        assert vigie('audit-log', 'verify', '-c', v.main)[0] == 0


def entries(path):
    """name -> bytes, in order."""
    plain = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as t:
        return [(m.name, t.extractfile(m).read()) for m in t.getmembers()]


def rewrite(path, to, change):
    """The archive with its entries changed, without compression: that is accepted as well."""
    found = change(entries(path))
    with tarfile.open(to, 'w', format=tarfile.PAX_FORMAT) as t:
        for name, data in found:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if data == b'->':
                info.type, info.size, info.linkname = tarfile.SYMTYPE, 0, '/etc/passwd'
            t.addfile(info, io.BytesIO(data))


def with_manifest(found, **change):
    return [(n, json.dumps({**json.loads(d), **change}).encode() if n == 'manifest.json' else d) for n, d in found]


def test_what_is_not_whole_is_refused():
    with Vigie(OBJECTS) as v:
        some_past(v)
        path, wrong = archive_of(v), v.path('wrong')
        assert v.stop() == 0
        before = sorted(os.listdir(v.d))

        def refused(why):
            for words in (['--verify'], ['-c', v.main, '--replace']):
                status, out, said = vigie('restore', *words, wrong)
                assert status == 1 and not out and why in said and said.count('\n') == 1, (words, why, status, out, said)
                assert ('nothing was changed' in said) == (words[0] == '-c'), (words, said)
            assert sorted(set(os.listdir(v.d)) - {'wrong'}) == before, os.listdir(v.d)

        with open(path, 'rb') as f:
            whole = f.read()
        for at in (len(whole) // 3, len(whole) // 2):
            with open(wrong, 'wb') as f:
                f.write(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1:])
            refused(wrong)
        with open(wrong, 'wb') as f:
            f.write(whole[:len(whole) * 2 // 3])
        refused(wrong)
        with open(wrong, 'wb') as f:
            f.write(b'no archive at all\n')
        refused(f'{wrong}: this is damaged, or no backup')
        with open(wrong, 'wb'):
            pass
        refused(f'{wrong} is empty')
        rewrite(path, wrong, lambda e: e)
        assert vigie('restore', '--verify', wrong)[0] == 0
        rewrite(path, wrong, lambda e: [(n, d[:-1] + b'x' if n == 'db/objects.db' else d) for n, d in e])
        refused('db/objects.db: its contents are not those that were saved')
        rewrite(path, wrong, lambda e: [x for x in e if x[0] != 'db/objects.db'])
        refused('db/objects.db: a file of the manifest is missing')
        rewrite(path, wrong, lambda e: e[:1] + [('db/evil.db', b'')] + e[1:])
        refused('db/evil.db: the manifest does not know it')
        for first in ('etc/', '../evil'):
            rewrite(path, wrong, lambda e, first=first: [(first, b'')] + e)
            refused(f"this is no backup of Vigie's: it begins with {first}")
        rewrite(path, wrong, lambda e: e[:1] + [('../evil', b'')] + e[1:])
        refused('../evil: no file of this name')
        rewrite(path, wrong, lambda e: e[:1] + [('journal/x', b'->')] + e[1:])
        refused('journal/x: it is no plain file')
        rewrite(path, wrong, lambda e: e + [('db/late.db', b'')])
        refused('behind the manifest')
        rewrite(path, wrong, lambda e: e[:-1])
        refused('ends without it')
        rewrite(path, wrong, lambda e: with_manifest(e, vigie_backup=2))
        refused('made by a newer Vigie')
        v.start()
        assert v.livestatus('GET downtimes\nColumns: comment') == [['works']]


def test_a_journal_that_is_gone():
    """The databases know that there was one: the backup says so, and takes no place of one that has it."""
    with Vigie(OBJECTS) as v:
        some_past(v)
        path = archive_of(v)
        assert v.stop() == 0
        with open(path, 'rb') as f:
            good = f.read()
        for gone in (lambda: [os.unlink(name) for name in glob.glob(v.state + '/journal/*')], lambda: os.rmdir(v.state + '/journal')):
            gone()
            status, out, said = vigie('backup', '-c', v.main, '--force', path)
            assert status == 3 and 'no segment is there' in said and path + '.damaged: ' in out, (status, out, said)
            with open(path, 'rb') as f:
                assert f.read() == good
        v.start()
        status, _, said = vigie('backup', '-c', v.main, '--force', path)
        assert status == 3 and 'db/journal.damaged' in said, (status, said)
        os.unlink(v.state + '/db/journal.damaged')
        assert vigie('backup', '-c', v.main, '--force', path)[0] == 0


def test_what_the_manifest_calls_damaged():
    """It is looked at as all others are, and what is told of it is what is seen."""
    with Vigie(OBJECTS) as v:
        some_past(v)
        path, other = archive_of(v), v.path('other')
        assert v.stop() == 0
        rewrite(path, other, lambda e: with_manifest(e, damaged=[{'name': 'db/state.db', 'what': 'a broken page'}]))
        status, out, said = vigie('restore', '-c', v.main, '--replace', other)
        assert status == 0 and 'a broken page (now nothing wrong is seen in it)' in out + said, (out, said)


def test_refuses_what_it_cannot_write():
    with Vigie(OBJECTS) as v:
        some_past(v)
        archive_of(v)
        status, _, said = vigie('backup', '-c', v.main, v.path('saved.vigie'))
        assert status == 1 and '--force' in said, said
        assert vigie('backup', '-c', v.main, '--force', v.path('saved.vigie'))[0] == 0
        status, _, said = vigie('backup', '-c', v.main, '/nowhere/x')
        assert status == 1 and '/nowhere/x' in said and said.count('\n') == 1, said
        status, _, said = vigie('backup', '--state', v.d, v.path('other'))
        assert status == 1 and 'no state folder' in said and not os.path.exists(v.path('other.part')), said
        status, _, said = vigie('backup')
        assert status == 2 and said.count('\n') == 1, said
        status, _, said = vigie('backup', '-c', v.main, v.state + '/saved')
        assert status == 1 and 'would be lost with it' in said and not os.path.exists(v.state + '/saved'), said
        status, _, said = vigie('backup', '-c', v.main, '-')
        assert status == 1 and 'name a file' in said, said
        status, _, said = vigie('restore', '--verify', v.state)
        assert status == 1 and 'is a folder' in said, said
        assert v.stop() == 0
        with open(v.state + '/format', 'w', encoding='utf-8') as f:
            f.write('vigie-state 9\n')
        status, _, said = vigie('backup', '-c', v.main, v.path('newer'))
        assert status == 1 and 'newer Vigie' in said and not os.path.exists(v.path('newer')), said


main()
