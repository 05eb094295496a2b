#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=300
"""A full disk: people are still told, the state is said loudly, and writing resumes by itself. A read-only one is refused at
start with one message."""
import ctypes
import os
import subprocess

from lib_vigie import Skip, Vigie, main, until

CLONE_NEWNS = 0x20000
TELL = """
define contact {
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands write-down!$NOTIFICATIONTYPE$
}
define command {
 command_name write-down
 command_line %s $ARG1$ $SERVICEOUTPUT$
}
define service {
 use ts
 host_name h
 service_description watched
 active_checks_enabled 0
 max_check_attempts 1
 notification_interval 0
 contacts bob
}
"""


def private_mounts():
    if os.getuid() != 0:
        raise Skip('needs root to mount a small disk')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('may not make a mount namespace here')
    # In a chroot `/` is no mount point; what is mounted is then ours alone only if it was so already, and goes with our processes.
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)


class Small(Vigie):
    """A Vigie whose state is on a disk of 96 MiB, and whose notifications are lines of the file `told`."""

    def __init__(self):
        super().__init__()
        self.put('told', '')
        os.chmod(self.path('told'), 0o666)
        self.put('write-down.sh', f'#!/bin/sh\necho "$*" >>{self.path("told")}\n')
        os.chmod(self.path('write-down.sh'), 0o755)
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(TELL % self.path('write-down.sh'))
        os.makedirs(self.state, exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=96m,mode=0755', 'small', self.state], check=True)

    def __exit__(self, *why):
        self.kill()
        subprocess.run(['umount', '-l', self.state], check=False)
        super().__exit__(*why)

    def told(self):
        with open(self.path('told'), encoding='utf-8') as f:
            return f.read()

    def result(self, state, words):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;watched;{state};{words}')

    def output(self):
        return self.service(service='watched', columns='plugin_output')['plugin_output']

    def alarm(self, words):
        """A problem comes and goes; both are told."""
        self.result(2, words)
        until(lambda: words in self.told(), f'"{words}" is told')
        self.result(0, f'{words} is over')
        until(lambda: f'{words} is over' in self.told(), 'the recovery is told')

    def degraded(self):
        said = self.said().lower()
        return any(word in said for word in ('disk is full', 'no space', 'read-only', 'cannot be written', 'cannot write'))


def fill(v):
    with open(os.path.join(v.state, 'ballast'), 'wb', buffering=0) as f:
        try:
            while True:
                f.write(b'\0' * 4096)
        except OSError:
            pass


def test_full():
    private_mounts()
    with Small() as v:
        v.start()
        v.alarm('before')
        fill(v)
        for i in range(200):  # the journal keeps a reserve for events: it takes some to use it up
            if v.degraded():
                break
            v.alarm(f'trouble {i}')
        v.alarm('while the disk is full')
        until(v.degraded, 'Vigie says that it cannot record')
        os.unlink(os.path.join(v.state, 'ballast'))
        v.alarm('after')
        until(lambda: v.output().startswith('after is over'))
        assert v.stop() == 0
        v.start()
        assert v.output().startswith('after is over'), f'what came after the repair was not recorded: {v.output()}'


def test_read_only_at_start():
    private_mounts()
    with Small() as v:
        v.start()
        v.alarm('before')
        assert v.stop() == 0
        subprocess.run(['mount', '-o', 'remount,ro', v.state], check=True)
        said = v.refuses()
        assert 'read-only' in said.lower(), said
        subprocess.run(['mount', '-o', 'remount,rw', v.state], check=True)
        v.start()
        assert v.output().startswith('before is over'), v.output()


main()
