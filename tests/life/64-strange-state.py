#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A state folder that somebody else owns, that came half, or that is none: each is said once, with what to do, and what is there is kept."""
import glob
import os
import pwd
import shutil
import signal
import sqlite3
import stat

from lib_vigie import Skip, Vigie, main, shim, until, vigie

OBJECTS = ('define host {\n use th\n host_name h\n address 127.0.0.1\n}\n'
           'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n max_check_attempts 1\n}\n')
ENDS = 'the journal ends with record'


def submit(v, text):
    v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p;2;{text}')
    until(lambda: v.service(service='p')['plugin_output'] == text, text)


def everything(state):
    """What stands in the record's files, by name."""
    found = {}
    for path in glob.glob(state + '/**', recursive=True):
        if os.path.isfile(path) and not path.endswith(('-wal', '-shm')):
            with open(path, 'rb') as f:
                found[os.path.relpath(path, state)] = hash(f.read())
    return found


def again(v, spoil):
    """Starts it with a past, ends it, spoils the folder and starts it again; what it said then."""
    v.start()
    submit(v, 'told')
    assert v.stop() == 0
    before = len(v.said())
    spoil(v.state)
    v.start()
    return v.said()[before:]


def test_nothing_strange():
    with Vigie(OBJECTS) as v:
        said = again(v, lambda state: None)
        assert ENDS not in said and 'state folder' not in said and 'snapshots' not in said, said
        assert v.service(service='p')['plugin_output'] == 'told'


def test_owner_and_mode():
    if os.getuid():
        raise Skip('needs root')
    with Vigie(OBJECTS) as v:
        said = again(v, lambda state: (os.chown(state, 12345, 12345), os.chmod(state, 0o777)))
        assert said.count('belonged to user 12345') == 1 and said.count('others could write') == 1, said
        st = os.stat(v.state)
        assert st.st_uid == 0 and not st.st_mode & (stat.S_IWGRP | stat.S_IWOTH), oct(st.st_mode)
        assert v.service(service='p')['plugin_output'] == 'told'


def test_folder_of_a_user():
    """What a user runs without root stays the user's: root refuses it, and changes nothing."""
    if os.getuid():
        raise Skip('needs root')
    with Vigie(OBJECTS) as v:
        v.start()
        submit(v, 'told')
        assert v.stop() == 0
        names = [v.state] + glob.glob(v.state + '/**', recursive=True)
        user = pwd.getpwnam('games').pw_uid
        for path in names:
            os.chown(path, user, user)
        before, was = len(v.said()), everything(v.state)
        said = v.refuses()[before:]
        assert said.count(f'which user {user} runs') == 1 and 'chown -R root' in said, said
        assert everything(v.state) == was and {os.stat(path).st_uid for path in names} == {user}
        for path in names:
            os.chown(path, 0, 0)
        v.start()
        assert v.service(service='p')['plugin_output'] == 'told'


def test_folder_of_others():
    with Vigie(OBJECTS) as v:
        os.makedirs(v.state)
        with open(v.state + '/thesis.txt', 'w', encoding='utf-8') as f:
            f.write('mine')
        said = v.refuses()
        assert said.count('is not empty (thesis.txt)') == 1 and os.listdir(v.state) == ['thesis.txt'], said
        os.rename(v.state + '/thesis.txt', v.state + '/.git')  # a hidden one is somebody's as well
        before = len(v.said())
        said = v.refuses()[before:]
        assert said.count('is not empty (.git)') == 1 and os.listdir(v.state) == ['.git'], said
        os.rename(v.state + '/.git', v.path('thesis.txt'))
        os.mkdir(v.state + '/lost+found')
        v.start()
        submit(v, 'told')


def test_half_a_copy():
    def halve(state):
        for path in glob.glob(state + '/journal/*.vj'):
            os.truncate(path, os.path.getsize(path) // 2)
    for spoil in lambda state: shutil.rmtree(state + '/journal'), halve:
        with Vigie(OBJECTS) as v:
            said = again(v, spoil)
            assert said.count(ENDS) == 1 and "'vigie backup'" in said, said
            submit(v, 'goes on')
            status, out, _ = vigie('ctl', 'history', '-c', v.main, 'h', 'p')
            assert status == 0 and 'told' in out, (status, out)  # the history has it still
            assert v.stop() == 0
            before = len(v.said())
            v.start()
            assert ENDS not in v.said()[before:], v.said()[before:]  # said once


def test_half_without_projections():
    """What the databases knew is made again from the journal and the kept configuration."""
    for name in 'db', 'snapshots':
        with Vigie(OBJECTS) as v:
            again(v, lambda state, name=name: shutil.rmtree(f'{state}/{name}'))
            assert v.service(service='p')['plugin_output'] == 'told', name


def test_half_without_users():
    """The folder, or only what stood in it; that nobody has an account is no sign of it."""
    def emptied(state):
        for path in glob.glob(state + '/auth/*'):
            os.unlink(path)
    for spoil in (lambda state: shutil.rmtree(state + '/auth')), emptied:
        with Vigie(OBJECTS) as v:
            said = again(v, spoil)
            assert said.count('no auth/users') == 1 and 'lacks the configuration' not in said, said
            assert v.stop() == 0
            before = len(v.said())
            v.start()
            assert 'auth/users' not in v.said()[before:], 'said once'


def test_half_without_snapshots():
    """Of what is configured now there is one again at once; of the one before there is not."""
    def spoil(state):
        shutil.rmtree(state + '/snapshots')
        with open(os.path.join(os.path.dirname(state), 'objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define host {\n use th\n host_name newcomer\n address 127.0.0.1\n}\n')
    with Vigie(OBJECTS) as v:
        said = again(v, spoil)
        assert said.count('/snapshots lacks the configuration of 1 of the') == 1 and 'auth/users' not in said, said
        assert v.service(service='p')['plugin_output'] == 'told'


def test_another_site():
    """A folder belongs to the site it was begun at. Another one refuses it, also a copy without its mark, and leaves it as it is."""
    with Vigie(OBJECTS) as v:
        v.start('--set', 'vigie_site=3')
        submit(v, 'told')
        assert v.stop() == 0
        with open(v.state + '/format', encoding='utf-8') as f:
            assert f.read() == 'vigie-state 1\nsite 3\n'
        for spoil in lambda: None, lambda: os.unlink(v.state + '/format'), lambda: shutil.rmtree(v.state + '/journal'):
            spoil()
            before, was = len(v.said()), everything(v.state)
            said = v.refuses()[before:]
            assert said.count('belongs to site 3, and this Vigie is site 0: write vigie_site=3') == 1, said
            now = everything(v.state)
            for name in 'format', 'epoch', 'lock':
                was.pop(name, None), now.pop(name, None)
            assert now.items() >= was.items(), set(was.items()) ^ set(now.items())
        before = len(v.said())
        v.start('--set', 'vigie_site=3')  # the history and the identities are there still
        status, out, _ = vigie('ctl', 'history', '-c', v.main, 'h', 'p')
        assert status == 0 and 'told' in out, (status, out)
        assert v.stop() == 0
        for name, table in ('objects', 'object'), ('history', 'event'), ('state', 'state'):
            with sqlite3.connect(f'file:{v.state}/db/{name}.db?mode=ro', uri=True) as db:
                found = set(db.execute(f'SELECT site, oid >> 48 FROM {table} WHERE oid'))
            db.close()
            assert found == {(3, 3)}, (table, found)


def test_another_site_by_a_reload():
    """It counts from the next start on, which is said; a store that is started again meanwhile goes on in the folder that is open."""
    with Vigie(OBJECTS) as v:
        v.start()
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write('vigie_site=5\n')
        status, _, said = vigie('ctl', 'reload', '-c', v.main)
        assert status == 0 and 'vigie_site was changed, which counts from the next start on' in v.said(), (said, v.said())
        for pid, words in v.roles().items():
            if 'store' in words:
                os.kill(pid, signal.SIGKILL)
        until(lambda: vigie('ctl', 'submit', 'h', 'p', '-s', 'critical', '-m', 'told', '-c', v.main)[0] == 0, 'it is stored')
        assert 'belongs to site' not in v.said() and v.stop() == 0
        before = len(v.said())
        assert v.refuses()[before:].count('belongs to site 0, and this Vigie is site 5') == 1


def test_a_disk_elsewhere():
    """There is no NFS server here: a library says in the kernel's place that the folder lies on one."""
    elsewhere = r'''
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
int statfs64(const char *path, struct statfs64 *to)
{
    long r = syscall(SYS_statfs, path, to);
    size_t n = strlen(path), end = strlen(getenv("ELSEWHERE"));
    if (n >= end && strcmp(path + n - end, getenv("ELSEWHERE")) == 0)
        to->f_type = strtol(getenv("KIND"), NULL, 16);
    return (int)r;
}
int statfs(const char *path, struct statfs *to)
{
    return statfs64(path, (struct statfs64 *)to);
}
'''
    with Vigie(OBJECTS) as v:
        env, before = shim(v, elsewhere), 0
        for part, kind, name in ('/state', '6969', 'NFS'), ('/state/journal', '65735546', 'a FUSE file system, such as sshfs or GlusterFS'), ('/db', '1161970', 'GFS2'):
            v.start(env={**env, 'ELSEWHERE': part, 'KIND': kind})
            said = v.said()[before:]
            where = v.state + part.removeprefix('/state')
            assert said.count(f'the state folder {where} is on {name}: ') == 1 and 'Name a local disk with vigie_state_dir=DIR' in said, said
            submit(v, f'told of {name[:4]}')  # it works, as far as the server does
            assert v.stop() == 0
            before = len(v.said())
        v.start()
        assert ' is on ' not in v.said()[before:] and v.service(service='p')['plugin_output'] == 'told of GFS2'


def test_no_room_set_aside():
    """A file system without fallocate: the journal is written, and that it has no reserve is said, once."""
    nothing = '#include <errno.h>\nint fallocate64(int fd, int mode, long at, long n)\n{\n    errno = EOPNOTSUPP;\n    return -1;\n}\n' \
              'int fallocate(int fd, int mode, long at, long n)\n{\n    return fallocate64(fd, mode, at, n);\n}\n'
    with Vigie(OBJECTS) as v:
        v.start(env=shim(v, nothing))
        submit(v, 'told')
        assert v.stop() == 0
        assert v.said().count('cannot set room aside') == 1, v.said()
        before = len(v.said())
        v.start()
        assert 'room aside' not in v.said()[before:] and v.service(service='p')['plugin_output'] == 'told'


def test_no_folder():
    with Vigie(OBJECTS) as v:
        with open(v.state, 'w'):
            pass
        said = v.refuses()
        assert f'{v.state} is no folder' in said and 'vigie_state_dir=DIR' in said and said.count('error') == 1, said


main()
