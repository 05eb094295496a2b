#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=200
"""A disk whose fdatasync fails: nothing is called stored, which ctl and the API say with what they were asked; people are told all the same; and it goes on by itself when the disk works
again, in another segment, because the kernel may have dropped the pages. The failure is a small library before libc (builds with sanitizers hand LD_PRELOAD on to the roles)."""
import glob
import os

from lib_vigie import Vigie, main, shim, until, vigie

SHIM = r'''
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
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
        v.start(env=shim(v, SHIM % v.path('broken')))
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


main()
