#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A journal that cannot be read for a while: the database of states says so, and is whole when it can. The failure is a small library before libc."""
import os
import sqlite3

from lib_vigie import Vigie, main, shim, until, vigie

SHIM = r'''
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static int is_journal(int fd)
{
    char link[64], path[4096];
    ssize_t n;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path) - 1);
    if (n <= 0)
        return 0;
    path[n] = 0;
    return strstr(path, ".vj") != NULL;
}
ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
    if (access("BROKEN", F_OK) == 0 && is_journal(fd)) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pread64, fd, to, n, at);
}
ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return pread64(fd, to, n, at);
}
'''
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n}}\n' for i in range(5))


def test_states_are_whole_when_it_can_be_read():
    with Vigie(OBJECTS, main='vigie_states_every=1\n') as v:
        v.start(env=shim(v, SHIM.replace('BROKEN', v.path('broken'))))

        def send(text):
            for i in range(5):
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;p{i};0;{text} {i}')
            until(lambda: v.service(service='p4')['plugin_output'] == f'{text} 4')

        def outputs():
            db = sqlite3.connect(f'file:{v.state}/db/state.db?mode=ro', uri=True)
            try:
                return {row[0] for row in db.execute("SELECT output FROM result WHERE output <> ''")}
            finally:
                db.close()
        send('one')
        until(lambda: {f'one {i}' for i in range(5)} <= outputs())
        v.put('broken', '')
        send('two')
        until(lambda: 'the journal cannot be read' in v.said() or 'cannot be read' in v.said(), 'it is said')
        until(lambda: 'the database of states is not written' in vigie('ctl', 'status', '-c', v.main)[1], 'ctl says so')
        for i in range(5):
            v.order(f'ADD_SVC_COMMENT;h;p{i};1;ann;note {i}')
        until(lambda: len(v.livestatus('GET comments\nColumns: id')) == 5)
        os.unlink(v.path('broken'))
        until(lambda: {f'two {i}' for i in range(5)} <= outputs(), 'all of it comes')
        until(lambda: 'not written' not in vigie('ctl', 'status', '-c', v.main)[1].lower())
        db = sqlite3.connect(f'file:{v.state}/db/state.db?mode=ro', uri=True)
        assert {row[0] for row in db.execute('SELECT text FROM comment')} == {f'note {i}' for i in range(5)}
        db.close()
        assert v.stop() == 0


main()
