#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that does not give a block of the journal: the start tries again, names what is missing, and goes on with what is whole before and behind it, the engine and the history alike.
The failure is a small library before libc (builds with sanitizers hand LD_PRELOAD on to the roles)."""
import glob
import os
import sqlite3

from lib_vigie import Vigie, main, shim, until, vigie

BLOCK = 5 * 4096
SHIM = r'''
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
    char link[64], name[512];
    ssize_t len;
    snprintf(link, sizeof(link), "/proc/self/fd/%%d", fd);
    len = readlink(link, name, sizeof(name));
    if (len > 3 && memcmp(name + len - 3, ".vj", 3) == 0 && at < %d && at + (off64_t)n > %d) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pread64, fd, to, n, at);
}
ssize_t pread(int fd, void *to, size_t n, off64_t at)
{
    return pread64(fd, to, n, at);
}
''' % (BLOCK + 4096, BLOCK)
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + \
    'define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n max_check_attempts 1\n}\n'


class Noted(Vigie):
    def comments(self):
        return {row[0] for row in self.livestatus('GET comments\nColumns: comment')}

    def states(self):
        db = sqlite3.connect(f'file:{self.state}/db/state.db?mode=ro', uri=True)
        try:
            return db.execute('SELECT output FROM result').fetchall()
        except sqlite3.OperationalError:  # not made yet
            return []
        finally:
            db.close()

    def history(self):
        status, out, said = vigie('ctl', 'history', '-c', self.main, '-k', 'comment', '-n', '1000')
        assert status == 0, said
        return out


def test_a_block():
    with Noted(OBJECTS) as v:
        v.start()
        wanted = {f'{n} {"x" * 300}' for n in range(100)}
        for text in sorted(wanted, key=lambda t: int(t.split()[0])):
            v.order(f'ADD_SVC_COMMENT;h;p;1;kim;{text}')
        until(lambda: v.comments() == wanted, 'comments')
        status, out, said = vigie('ctl', 'submit', 'h', 'p', '-s', 'critical', '-m', 'behind it', '-c', v.main)
        assert status == 0, (out, said)
        v.kill_all()
        journal, = glob.glob(v.state + '/journal/*.vj')
        assert os.path.getsize(journal) > BLOCK + 8192
        for name in ('history.db', 'state.db'):
            os.unlink(f'{v.state}/db/{name}')

        v.start(env=shim(v, SHIM))
        said = v.said()
        assert f'{os.path.basename(journal)}:{BLOCK}' in said and 'is tried again' in said, said
        assert 'the journal is damaged at 1 place,' in said and f':{BLOCK}: cannot be read' in said, said
        lost = wanted - v.comments()
        assert 0 < len(lost) < 30, f'a block of four KiB, and {len(lost)} comments of 300 bytes'
        kept = {int(t.split()[0]) for t in wanted - lost}
        assert 0 in kept and 99 in kept, 'what is before and behind it'
        assert v.service(service='p')['plugin_output'] == 'behind it'
        until(lambda: 'the history lacks what stood in damaged places' in v.said(), 'so does the history')
        until(lambda: '99 xxx' in v.history(), 'which goes on behind it')
        until(lambda: ('behind it',) in v.states(), 'the database of states is made anew, and goes on behind it')
        assert v.stop() == 0


main()
