#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups and restores where things are not as usual: links, disks of their own, folders and files of others, damage, and a record that is younger than the table of identities."""
import ctypes
import glob
import io
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import tarfile

from lib_journal import without_heads
from lib_vigie import Skip, Vigie, main, shim, until, vigie

CLONE_NEWNS = 0x20000
SERVICE = 'define service {{\n use ts\n host_name h\n service_description {}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + SERVICE.format('p')


def submit(v, service, text):
    status, _, said = vigie('ctl', 'submit', '-c', v.main, 'h', service, '-s', 'critical', '-m', text)
    assert status == 0, said


def outputs(v):
    return {name: text for name, text in v.livestatus('GET services\nColumns: description plugin_output')}


def saved(v, *more):
    path = v.path('saved.vigie')
    status, out, said = vigie('backup', '-c', v.main, *more, path)
    assert status == 0, (out, said)
    return path


def names(path):
    plain = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as t:
        return t.getnames()


def add_service(v, name, first=False):
    """The configuration with one more, in front of the others or behind them."""
    with open(v.path('objects.cfg'), encoding='utf-8') as f:
        text = f.read()
    v.put('objects.cfg', SERVICE.format(name) + text if first else text + SERVICE.format(name))
    status, _, said = vigie('ctl', 'reload', '-c', v.main)
    assert status == 0, said
    until(lambda: v.service(service=name), f'{name} is there')
    submit(v, name, f'this is {name}')


def test_state_folder_behind_a_link():
    with Vigie(OBJECTS) as v:
        os.makedirs(v.path('disk'))
        os.symlink(v.path('disk'), v.state)
        v.start()
        submit(v, 'p', 'told')
        until(lambda: 'told' in vigie('ctl', 'history', '-c', v.main)[1], 'the history has it')
        assert 'unable to open' not in v.said(), v.said()
        path = saved(v)
        assert v.stop() == 0
        assert vigie('restore', '-c', v.main, '--replace', path)[0] == 0
        assert os.path.islink(v.state) and os.path.exists(v.path('disk/format'))
        v.start()
        assert outputs(v)['p'] == 'told'


def test_identities_come_last():
    """What a reload during a backup brings is named by journal and snapshots, and must be known."""
    with Vigie(OBJECTS) as v:
        v.start()
        order = names(saved(v))
        at = order.index('db/objects.db')
        assert all(order.index(n) < at for n in order if n.startswith(('journal/', 'snapshots/', 'db/history'))), order


def test_a_table_of_identities_that_is_older():
    """Copied while it ran, without its log; whoever came since has a number that the record knows, and nobody else is ever given it."""
    with Vigie(OBJECTS) as v:
        v.start()
        submit(v, 'p', 'this is p')
        assert v.stop() == 0
        for name in glob.glob(v.state + '/db/objects.db*'):
            shutil.copy(name, v.d)
        v.start()
        add_service(v, 'zz')
        add_service(v, 'aa', first=True)
        assert v.stop() == 0
        with open(v.path('objects.cfg'), encoding='utf-8') as f:
            text = f.read()
        for name in glob.glob(v.state + '/db/objects.db*'):
            os.unlink(name)
        for name in glob.glob(v.d + '/objects.db*'):
            shutil.copy(name, v.state + '/db')
        v.put('objects.cfg', SERVICE.format('a0') + text)
        v.start()
        assert outputs(v) == {'p': 'this is p', 'zz': 'this is zz', 'aa': 'this is aa', 'a0': ''}, outputs(v)
        past = {s: t for s, t in v.livestatus('GET log\nColumns: service_description plugin_output\nFilter: class = 1\nFilter: state = 2')}
        assert past == {'p': 'this is p', 'zz': 'this is zz', 'aa': 'this is aa'}, past


def test_only_ordinary_files_are_replaced():
    with Vigie(OBJECTS) as v:
        v.start()
        os.mkfifo(v.path('saved.vigie'))
        status, _, said = vigie('backup', '-c', v.main, '--force', v.path('saved.vigie'))
        assert status == 1 and 'no ordinary file' in said and said.count('\n') == 1, said
        assert stat.S_ISFIFO(os.stat(v.path('saved.vigie')).st_mode)


def test_folders_of_others():
    with Vigie(OBJECTS) as v:
        v.start()
        path = saved(v)
        assert v.stop() == 0
        os.makedirs(v.path('home'))
        v.put('home/letter', 'precious')
        for more in ([], ['--replace']):
            status, _, said = vigie('restore', '--state', v.path('home'), *more, path)
            assert status == 1 and 'not Vigie' in said, said
            assert os.listdir(v.path('home')) == ['letter']
        os.makedirs(v.path('new.restoring'))
        v.put('new.restoring/letter', 'precious')
        status, _, said = vigie('restore', '--state', v.path('new'), path)
        assert status == 1 and 'in the way' in said and os.listdir(v.path('new.restoring')) == ['letter'], said
        v.put('new.restoring/.vigie-restore', '')  # as one leaves it that was killed
        assert vigie('restore', '--state', v.path('new'), path)[0] == 0
        assert not os.path.exists(v.path('new.restoring')) and os.path.exists(v.path('new/journal'))


# What works but one call: to give the old folder its name, and, where that is asked for, to exchange two folders; with KILL it ends before such a call.
RENAMES = r'''
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static int is_one(const char *names, const char *from, const char *to)
{
    return names && strstr(names, strstr(to, "before-restore") ? "aside" : strstr(from, "before-restore") ? "back" : "place");
}
int rename(const char *from, const char *to)
{
    if (is_one(getenv("KILL"), from, to))
        _exit(99);
    if (is_one(getenv("NO_ROOM"), from, to)) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}
int renameat2(int dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    static int n;
    if (getenv("EXCHANGES") && n++ >= atoi(getenv("EXCHANGES"))) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, dir, from, to_dir, to, flags);
}
'''


ORDER = r'''
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static void say(const char *what, unsigned long inode)
{
    FILE *f = fopen(getenv("ORDER"), "a");
    fprintf(f, "%s %lu\n", what, inode);
    fclose(f);
}
int fsync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        say("synced", st.st_ino);
    return (int)syscall(SYS_fsync, fd);
}
int renameat2(int dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    struct stat st = {0};
    stat(to, &st);
    say("replaced", st.st_ino);
    return (int)syscall(SYS_renameat2, dir, from, to_dir, to, flags);
}
'''


def test_the_old_folder_has_no_mark_after_a_loss_of_power():
    """A mark of an earlier restore is gone for good before the folders are exchanged: with one the next restore would take the old folder for its own leavings."""
    with Vigie(OBJECTS) as v:
        v.start()
        path = saved(v)
        assert v.stop() == 0
        old = os.stat(v.state).st_ino
        status, out, said = vigie('restore', '-c', v.main, '--replace', path, env={**shim(v, ORDER), 'ORDER': v.path('order')})
        assert status == 0, (out, said)
        with open(v.path('order'), encoding='utf-8') as f:
            order = f.read().splitlines()
        assert f'replaced {old}' in order and f'synced {old}' in order[:order.index(f'replaced {old}')], (old, order)


def test_the_old_folder_stays_whatever_fails():
    """NO_ROOM: renames that fail; EXCHANGES: how many work. Where the old folder is then, and the restored one."""
    with Vigie(OBJECTS) as v:
        v.start()
        path = saved(v)
        assert v.stop() == 0
        v.put('state/db/precious', 'x')
        env, left = shim(v, RENAMES), v.state + '.restoring'

        def restore(**how):
            return vigie('restore', '-c', v.main, '--replace', path, env={**env, **how})

        for how in {'NO_ROOM': 'aside'}, {'NO_ROOM': 'aside', 'EXCHANGES': '0'}, {'NO_ROOM': 'place', 'EXCHANGES': '0'}:
            status, _, said = restore(**how)
            assert status == 1 and 'nothing was changed' in said and 'No space' in said, (how, said)
            assert os.path.exists(v.state + '/db/precious') and not glob.glob(v.d + '/state?*'), (how, os.listdir(v.d))
        status, _, said = restore(NO_ROOM='aside', EXCHANGES='1')
        assert status == 1 and f'the old folder is {left} now' in said, said
        assert os.path.exists(left + '/db/precious') and os.path.exists(v.state + '/format')
        status, out, said = restore()
        aside = glob.glob(v.d + '/state.before-restore-*/db/precious')
        assert status == 0 and len(aside) == 1 and f'killed is in {aside[0][:-len("/db/precious")]} now' in out and not os.path.exists(left), (out, said)
        shutil.rmtree(v.state)
        os.rename(aside[0][:-len('/db/precious')], v.state)
        for other in glob.glob(v.d + '/state.before-restore-*'):
            shutil.rmtree(other)
        status, _, said = restore(NO_ROOM='place back', EXCHANGES='0')
        assert status == 1 and 'the old one' in said and not os.path.exists(v.state), said
        assert os.path.exists(glob.glob(v.d + '/state.before-restore-*/db/precious')[0]) and os.path.exists(left + '/format')
        os.rename(glob.glob(v.d + '/state.before-restore-*')[0], v.state)
        assert restore()[0] == 0 and not os.path.exists(left), 'what was unpacked then is known to be'
        v.start()


def test_killed_between_two_steps():
    """Wherever: the old folder is somewhere, a start says where or does not begin, and the next restore sets it aside."""
    with Vigie(OBJECTS) as v:
        v.start()
        submit(v, 'p', 'told')
        path = saved(v)
        assert v.stop() == 0
        v.put('state/db/precious', 'x')
        env, left = shim(v, RENAMES), v.state + '.restoring'

        def restore(status=0, **how):
            got, out, said = vigie('restore', '-c', v.main, '--replace', path, env={**env, **how})
            assert got == status, (out, said)
            return out

        def starts():
            before = len(v.said())
            v.start()
            assert outputs(v)['p'] == 'told'
            assert v.stop() == 0
            return v.said()[before:]

        # The old one is to be named first, and is where it was.
        restore(99, KILL='aside', EXCHANGES='0')
        assert starts().count(f'what it had unpacked is in {left}') == 1 and os.path.exists(v.state + '/db/precious')
        restore()
        assert not os.path.exists(left) and len(glob.glob(v.d + '/state.before-restore-*/db/precious')) == 1
        # It has its name, and the new one not yet: there is no state folder, and none is begun.
        v.put('state/db/precious', 'y')
        restore(99, KILL='place', EXCHANGES='0')
        assert not os.path.exists(v.state)
        before = len(v.said())
        said = v.refuses()[before:]
        assert said.count(f'what it unpacked is in {left}: if none is at work, run') == 1 and not os.listdir(v.state), said
        restore()
        assert not os.path.exists(left) and len(glob.glob(v.d + '/state.before-restore-*/db/precious')) == 2
        assert 'restore' not in starts()
        # They were exchanged: the new one is in its place.
        v.put('state/db/precious', 'z')
        restore(99, KILL='aside')
        assert os.path.exists(left + '/db/precious')
        assert starts().count(f'what was there before is {left}') == 1 and os.path.exists(left + '/db/precious')
        status, _, said = vigie('restore', '-c', v.main, path)
        assert status == 1 and '--replace' in said and os.path.exists(left + '/db/precious'), said
        out = restore()
        assert 'What was there before a restore that was killed is in ' in out and not os.path.exists(left), out
        assert sorted(open(p, encoding='utf-8').read() for p in glob.glob(v.d + '/state.before-restore-*/db/precious')) == ['x', 'y', 'z']
        assert not glob.glob(v.d + '/*/.vigie-restore'), 'neither the folder nor the old one beside it'
        # Nothing was in the old one.
        shutil.rmtree(v.state)
        os.makedirs(v.state)
        restore(99, KILL='aside')
        assert os.path.exists(left) and left not in starts()
        restore()
        assert not os.path.exists(left)
        # What is somebody's stays.
        os.makedirs(left)
        v.put('state.restoring/letter', 'precious')
        assert left not in starts()
        status, _, said = vigie('restore', '-c', v.main, '--replace', path)
        assert status == 1 and 'in the way' in said and os.listdir(left) == ['letter'], said


def test_a_disk_of_its_own():
    if os.getuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('needs root and a mount namespace')
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL, check=False).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    with Vigie(OBJECTS) as v:
        os.makedirs(v.state)
        try:
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=300m,mode=0755', 'small', v.state], check=True)
            os.makedirs(v.state + '/lost+found')
            v.start()
            submit(v, 'p', 'told')
            path = saved(v)
            submit(v, 'p', 'later')
            assert v.stop() == 0
            assert vigie('restore', '-c', v.main, path)[0] == 1
            status, out, said = vigie('restore', '-c', v.main, '--replace', path)
            assert status == 0 and 'before-restore' in out, said
            assert len(glob.glob(v.state + '/before-restore-*/journal')) == 1 and not os.path.exists(v.state + '/.restoring')
            v.start()
            assert outputs(v)['p'] == 'told'
            assert v.stop() == 0
            os.makedirs(v.state + '/.restoring')
            assert 'broken off' in v.refuses()
            v.put(v.state + '/.restoring/.vigie-restore', '')  # as one leaves it that was killed
            os.rename(v.state + '/db', v.state + '/.restoring/db')
            assert 'broken off' in v.refuses()
            shutil.copy(path, v.path('spoilt.vigie'))
            os.truncate(v.path('spoilt.vigie'), os.path.getsize(path) // 2)
            assert vigie('restore', '-c', v.main, '--replace', v.path('spoilt.vigie'))[0] == 1
            assert 'broken off' in v.refuses(), 'what was moved in part is so still'
            status, _, said = vigie('restore', '-c', v.main, '--replace', path)
            assert status == 0, said
            v.start()
            assert outputs(v)['p'] == 'told'
            assert v.stop() == 0
            subprocess.run(['umount', v.state], check=True)
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=300m,mode=0755', 'small', v.state], check=True)
            os.makedirs(v.state + '/lost+found')
            status, out, said = vigie('restore', '-c', v.main, path)
            assert status == 0 and 'before-restore' not in out, (out, said)
            v.start()
            assert outputs(v)['p'] == 'told'
        finally:
            v.kill()
            subprocess.run(['umount', '-l', v.state], check=False)


def test_no_room():
    """The disk that is full is named: that of the backup, not that of the state folder; and a restore that has no room changed nothing."""
    if os.getuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('needs root and a mount namespace')
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL, check=False).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    with Vigie(OBJECTS) as v:
        v.start()
        submit(v, 'p', 'told')
        path, small = saved(v), v.path('small')
        os.makedirs(small)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=0755', 'small', small], check=True)
        try:
            status, _, said = vigie('backup', '-c', v.main, small + '/b.vigie')
            assert status == 1 and 'there is no room' in said and f'{small}/b.vigie' in said and not os.listdir(small), (said, os.listdir(small))
            status, _, said = vigie('restore', '--state', small + '/state', path)
            assert status == 1 and 'No space left' in said and said.endswith('; nothing was changed\n') and not os.listdir(small), (said, os.listdir(small))
        finally:
            subprocess.run(['umount', '-l', small], check=False)


def spoil(path, at, n):
    with open(path, 'r+b') as f:
        f.seek(at)
        f.write(b'\xff' * n)


def manifest(path):
    plain = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as t:
        return json.load(t.extractfile('manifest.json'))


def damaged_backup(state, to, what):
    """It is made, and says on the terminal, by its exit status and in its manifest what is damaged."""
    status, out, said = vigie('backup', '--state', state, to)
    assert status == 3 and to in out and 'DAMAGED' in said and f'  {what}: ' in said and 'Keep older backups' in said, (status, out, said)
    assert [d['name'] for d in manifest(to)['damaged']] == [what] and manifest(to)['damaged'][0]['what'] in said, manifest(to)['damaged']
    return said


def spoil_pages(state, name, pages):
    db = sqlite3.connect(f'{state}/db/{name}')  # what stands in its log would hide the damage
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall()
    db.close()
    for page in pages(os.path.getsize(f'{state}/db/{name}') // 4096):
        spoil(f'{state}/db/{name}', page * 4096, 4096)


def test_damaged_databases():
    """They are saved as they are; what is restored from that goes on with what is whole of them, and of the journal."""
    with Vigie(OBJECTS) as v:
        v.start()
        submit(v, 'p', 'told')
        until(lambda: 'told' in vigie('ctl', 'history', '-c', v.main)[1], 'the history has it')
        assert v.stop() == 0
        assert manifest(saved(v))['damaged'] == []
        for name, pages in ('history.db', lambda n: range(1, n)), ('history.db', lambda n: [0]), ('objects.db', lambda n: range(1, n)), ('state.db', lambda n: [n - 1]):
            state, bad = v.path('copy'), v.path('bad.vigie')
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(v.state, state)
            spoil_pages(state, name, pages)
            damaged_backup(state, bad, f'db/{name}')
            status, out, said = vigie('restore', '--verify', bad)
            assert status == 0 and f'Its db/{name} was damaged already when it was saved: ' in out, (out, said)
            shutil.rmtree(state)
            status, out, said = vigie('restore', '--state', state, bad)
            assert status == 0 and f'Its db/{name} was damaged already' in out, (out, said)
            os.unlink(bad)
        shutil.rmtree(state)
        shutil.copytree(v.state, state)
        spoil_pages(state, 'history.db', lambda n: range(1, n))
        damaged_backup(state, bad, 'db/history.db')
        status, out, said = vigie('restore', '-c', v.main, '--replace', bad)
        assert status == 0, (out, said)
        v.start()
        until(lambda: 'told' in vigie('ctl', 'history', '-c', v.main)[1], 'the history is made good from the journal')
        assert outputs(v)['p'] == 'told' and glob.glob(v.state + '/db/history.db.damaged-*')


def test_damaged_journal():
    """What is whole of it is saved and restored; what is lost is said by number."""
    with Vigie(OBJECTS) as v:
        v.start()
        for text in 'told', 'later':
            submit(v, 'p', text)
        good = saved(v)
        with open(good, 'rb') as f:
            before = f.read()
        until(lambda: 'told' in vigie('ctl', 'history', '-c', v.main)[1], 'the history has it')
        assert v.stop() == 0
        segment = max(glob.glob(v.state + '/journal/*.vj'), key=os.path.getsize)
        with open(segment, 'rb') as f:
            at = f.read().index(b'told')
        shutil.copytree(v.state, v.path('copy'))
        spoil(segment, at, 2)
        status, out, said = vigie('backup', '--force', '--state', v.state, good)
        assert status == 3 and out.startswith(f'{good}.damaged: ') and 'none is replaced by this one' in said, (out, said)
        assert open(good, 'rb').read() == before and vigie('restore', '--verify', good + '.damaged')[0] == 0, 'the one of before stays'
        said = damaged_backup(v.state, v.path('bad.vigie'), 'journal')
        assert os.path.basename(segment) in said and re.search(r'record(s are| is) lost: \d+ to \d+', said), said
        before = sorted(os.listdir(v.d))
        status, out, said = vigie('restore', '--verify', v.path('bad.vigie'))
        assert status == 0 and 'whole' in out and 'damaged already when it was saved' in out, (out, said)
        assert sorted(os.listdir(v.d)) == before
        status, out, said = vigie('restore', '-c', v.main, '--replace', v.path('bad.vigie'))
        assert status == 0 and 'damaged already' in out, (out, said)
        # An end that is gone is known from the databases.
        os.unlink(v.path('bad.vigie'))
        segment = v.path('copy/journal/' + os.path.basename(segment))
        os.truncate(without_heads(segment), os.path.getsize(segment) - 5)
        damaged_backup(v.path('copy'), v.path('bad.vigie'), 'journal')
        status, out, said = vigie('restore', '--verify', v.path('bad.vigie'))
        assert status == 0 and 'Its journal was damaged already' in out, (out, said)


main()
