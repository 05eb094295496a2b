#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk whose fdatasync, or fsync of a folder, fails, and a store that is killed while it writes a batch. The first: nothing is called stored, which ctl and the API say with what they were asked; people are told all the same; and it goes on by itself when the disk works
again, in another segment, because the kernel may have dropped the pages. The second: what the engine has of that batch is written then, whole and once. The failure is a small library before libc (builds with sanitizers hand LD_PRELOAD on to the roles)."""
import collections
import glob
import os
import re
import signal
import subprocess

from lib_vigie import Vigie, main, shim, until, vigie

SHIM = r'''
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int fsync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && access("%s", F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}
int fdatasync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && access("%s", F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}
'''
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + \
    'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n max_check_attempts 1\n notification_interval 0\n contacts bob\n}\n'
TELL = """
define contact {
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands write-down
}
define command {
 command_name write-down
 command_line %s $SERVICEOUTPUT$
}
"""


class Broken(Vigie):
    def __init__(self):
        super().__init__(OBJECTS)
        self.put('told', '')
        os.chmod(self.path('told'), 0o666)
        self.put('write-down.sh', f'#!/bin/sh\necho "$*" >>{self.path("told")}\n')
        os.chmod(self.path('write-down.sh'), 0o755)
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(TELL % self.path('write-down.sh'))

    def submit(self, state, text):
        return vigie('ctl', 'submit', 'h', 'p', '-s', state, '-m', text, '-c', self.main)

    def told(self):
        with open(self.path('told'), encoding='utf-8') as f:
            return f.read()

    def segments(self):
        return len(glob.glob(self.state + '/journal/*.vj'))


def test_never_called_stored():
    with Broken() as v:
        v.start(env=shim(v, SHIM % (v.path('folders'), v.path('broken'))))
        assert v.submit('critical', 'before')[0] == 0
        segments = v.segments()
        v.put('broken', '')
        for n, state in enumerate(('ok', 'critical', 'ok')):
            status, out, said = v.submit(state, f'trouble {n}')
            assert status == 1 and not out and 'cannot be written to disk now' in said, (status, out, said)
            until(lambda n=n: f'trouble {n}' in v.told(), 'people are told all the same')
        assert v.service(service='p')['plugin_output'] == 'trouble 2'
        os.unlink(v.path('broken'))
        until(lambda: v.submit('critical', 'after')[0] == 0, 'it is stored again')
        assert 'the record is written again' in v.said() and v.segments() > segments
        v.kill_all()
        v.start()
        assert v.service(service='p')['plugin_output'] == 'after'
        status, out, said = vigie('ctl', 'history', '-c', v.main, '-k', 'alert', 'h', 'p')
        assert status == 0 and 'damaged' not in v.said(), (said, v.said())
        for text in 'before', 'trouble 0', 'trouble 1', 'trouble 2', 'after':
            assert text in out, out  # what waited in memory was written with the rest
        assert v.stop() == 0


# While a file says so, a batch with several results of the test is written up to the middle of one of them, within its second record or a later one.
TORN = r'''
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
    const char *first = memmem(from, n, "torn ", 5), *end = (const char *)from + n, *p = first;
    while (p && p - first < 1000)
        p = memmem(p + 5, (size_t)(end - p) - 5, "torn ", 5);
    if (p && end - p > 3000 && access("%s", F_OK) == 0) {
        syscall(SYS_pwrite64, fd, from, (size_t)(p - (const char *)from), at);
        kill(getpid(), SIGKILL);
    }
    return syscall(SYS_pwrite64, fd, from, n, at);
}
ssize_t pwrite(int fd, const void *from, size_t n, off64_t at)
{
    return pwrite64(fd, from, n, at);
}
'''


def test_killed_within_a_batch():
    with Broken() as v:
        v.put('armed', '')
        v.start(env=shim(v, TORN % v.path('armed')))
        assert v.submit('ok', 'before')[0] == 0
        store = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'store'])
        os.kill(store, signal.SIGSTOP)
        with open(v.path('cmd'), 'w', encoding='utf-8') as f:
            f.write(''.join(f'[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;p;{2 - n % 2 * 2};torn {n}\n' for n in range(20)))
        until(lambda: v.service(service='p')['plugin_output'] == 'torn 19', 'all are taken')
        os.kill(store, signal.SIGCONT)
        until(lambda: 'store (process of instance 0) was ended by signal 9' in v.said(), 'a batch is torn')
        os.unlink(v.path('armed'))
        assert v.submit('critical', 'after')[0] == 0
        assert v.stop() == 0
        status, out, said = vigie('journal', 'dump', '--state', v.state)
        assert status == 0, said
        for kind in r'RESULT h;p .*?output', r'EVENT alert h;p .*?text', r'NOTIFY_INTENT h;p .*?words=\["[^\n]*?':
            found = collections.Counter(re.findall(kind + '(?:=")?torn ([0-9]+)"', out))
            assert found == {str(n): 1 for n in range(20)}, (kind, found)


def test_a_name_that_is_not_stored():
    """A new file has its name only when its folder is synced, too."""
    with Broken() as v:
        env = shim(v, SHIM % (v.path('folders'), v.path('broken')))

        def user(*words, line=''):
            p = subprocess.run([v.program, 'ctl', 'user', '-c', v.main, *words], input=line, text=True, capture_output=True, check=False)
            return p.returncode, p.stdout + p.stderr

        def users():
            with open(v.state + '/auth/users', encoding='utf-8') as f:
                return f.read(), [name for name in os.listdir(v.state + '/auth') if name.startswith('users')]

        v.start(env=env)
        os.unlink(v.state + '/auth/users')  # that of a first start, with nobody in it
        v.put('folders', '')
        status, said = user('add', 'zoe', line='correct horse battery\n')
        assert status == 1 and 'nothing was changed' in said and not glob.glob(v.state + '/auth/users*'), said
        os.unlink(v.path('folders'))
        assert user('add', 'zoe', line='correct horse battery\n')[0] == 0
        before = users()
        assert 'zoe' in before[0] and before[1] == ['users']
        v.put('folders', '')
        status, said = user('password', 'zoe', line='another horse battery\n')
        assert status == 1 and 'nothing was changed' in said and users() == before, said
        os.unlink(v.path('folders'))
        assert user('password', 'zoe', line='another horse battery\n')[0] == 0
        assert users()[0] != before[0] and users()[1] == ['users']
        v.put('folders', '')
        status, out, said = vigie('backup', '-c', v.main, v.path('saved'), env=env)
        assert status == 1 and not out and 'loss of power' in said, (out, said)
        os.unlink(v.path('folders'))
        assert vigie('backup', '-c', v.main, '--force', v.path('saved'), env=env)[0] == 0
        assert v.stop() == 0
        with open(v.state + '/epoch', encoding='utf-8') as f:
            epoch = f.read()
        v.put('folders', '')
        v.launch(env=env)
        assert v.process.wait(120) == 1 and 'the number of this start' in v.said(), v.said()
        with open(v.state + '/epoch', encoding='utf-8') as f:
            assert int(f.read()) >= int(epoch)
        os.unlink(v.path('folders'))
        v.start(env=env)
        assert v.stop() == 0


main()
