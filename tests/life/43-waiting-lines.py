#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: serial
"""Where lines of the command file wait that were read and are not done: nobody can take the place beforehand, the lines follow a state folder that is moved, stay with the original of
one that is copied, and what belongs to no folder any more is said and taken away.
Alone, for any Vigie that starts on this machine says and takes it."""
import ctypes
import fcntl
import os
import re
import shutil
import signal
import subprocess
import termios
import time

from lib_vigie import Skip, Vigie, main, until

CLONE_NEWNS = 0x20000
LINES = 20
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{i}\n active_checks_enabled 0\n}}\n' for i in range(LINES))
MAIN = 'log_passive_checks=1\nlog_external_commands=0'


def pid_of(v, name):
    return next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', name])


def done(v):
    return re.findall(r'PASSIVE SERVICE CHECK: h;s\d+;0;line (\d+)\n', v.log())


def leave_lines(v):
    """Kills everything while lines wait."""
    v.start()
    os.kill(pid_of(v, 'engine'), signal.SIGSTOP)
    fd = os.open(v.path('cmd'), os.O_RDWR)
    for i in range(LINES):
        os.write(fd, f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;s{i};0;line {i}\n'.encode())
    until(lambda: fcntl.ioctl(fd, termios.FIONREAD, bytes(4)) == bytes(4), 'local has read them')
    os.close(fd)
    v.kill_all()
    assert os.path.exists(v.held()) and not done(v)
    return v.held()


def stop_empty(v, held):
    """Ends it when the last answer has come: nothing waits then, and nothing is left."""
    def nothing_waits():
        with open(held, 'rb') as f:
            return b'PROCESS_SERVICE' not in f.read()
    until(nothing_waits, 'the answers to all lines')
    assert v.stop() == 0
    assert not os.path.exists(held)


def copy_folder(of, to):
    subprocess.run(['cp', '-a', of, to], check=True)


def test_place_cannot_be_guessed():
    names = set()
    with Vigie(OBJECTS) as v:
        for _ in range(2):
            v.start()
            names.add(os.path.basename(v.held()))
            assert v.stop() == 0
    assert len(names) == 2 and all(re.fullmatch('vigie-hold-[0-9a-f]{32}', n) for n in names), names


def test_what_is_not_ours_is_not_used():
    """The name is known from then on: who puts something else there, or opens it to others, gets nothing."""
    with Vigie(OBJECTS, MAIN) as v:
        held = leave_lines(v)
        os.chmod(held, 0o666)
        before = len(v.said())
        v.start()
        said = v.said()[before:]
        assert said.count(f"{held} is not this user's alone") == 1 and v.held() != held, said
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;0;line 99')
        until(lambda: done(v) == ['99'], 'the line after the start')
        assert v.stop() == 0
        os.unlink(held)


def test_lines_follow_a_folder_that_is_moved():
    with Vigie(OBJECTS, MAIN) as v:
        held = leave_lines(v)
        copy_folder(v.state, v.path('elsewhere'))  # as to another disk
        shutil.rmtree(v.state)
        v.state = v.path('elsewhere')
        before = len(v.said())
        v.start('--set', f'vigie_state_dir={v.state}')
        assert v.held() == held
        until(lambda: done(v) == [str(i) for i in range(LINES)], 'every line')
        assert v.said()[before:].count(f'{LINES} lines of the command file, read and not done') == 1, v.said()[before:]
        stop_empty(v, held)


def test_lines_stay_with_the_original():
    with Vigie(OBJECTS, MAIN) as v:
        held = leave_lines(v)
        original, copy = v.state, v.path('copy')
        copy_folder(original, copy)
        v.state, before = copy, len(v.said())
        v.start('--set', f'vigie_state_dir={copy}')
        said = v.said()[before:]
        assert said.count(f'it is that of {original}, of which this folder is a copy') == 1, said
        assert v.held() != held and os.path.exists(held)
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;0;line 99')
        until(lambda: done(v) == ['99'], 'only what comes now')
        assert v.stop() == 0
        v.state = original
        v.start()
        until(lambda: done(v) == ['99'] + [str(i) for i in range(LINES)], 'every line')
        stop_empty(v, held)


def test_lines_of_a_folder_that_is_gone():
    with Vigie(OBJECTS, MAIN) as gone, Vigie(OBJECTS, MAIN) as v, Vigie(OBJECTS, MAIN) as stopped:
        held, others = leave_lines(gone), leave_lines(stopped)
        shutil.rmtree(gone.state)
        v.start()
        said = v.said()
        assert said.count(f'{LINES} lines of the command file, which a Vigie with the state folder {gone.state} had read and not done, are dropped') == 1, said
        assert 'PROCESS_SERVICE_CHECK_RESULT;h;s0;0;line 0' in said
        assert not os.path.exists(held)
        assert os.path.exists(others) and stopped.state not in said, 'those of a Vigie that can be started again stay'
        assert v.stop() == 0
        assert os.path.exists(others)
        stopped.start()
        until(lambda: len(done(stopped)) == LINES, 'its lines')
        assert stopped.stop() == 0


def test_no_place():
    """Last: it takes /dev/shm away from this process and what it starts."""
    if os.getuid() != 0:
        raise Skip('needs root to mount something over /dev/shm')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip('may not make a mount namespace here')
    if subprocess.run(['findmnt', '-n', '/'], stdout=subprocess.DEVNULL, check=False).returncode == 0:
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'small', '/dev/shm'], check=True)
    lost = 'would be lost if all of Vigie\'s processes were killed at once'
    with Vigie(OBJECTS, MAIN) as v:
        v.start()
        said = v.said()
        if v.held():
            raise Skip('there is a /run/vigie in memory')
        assert said.count(lost) == 1 and re.search('/dev/shm: No space left on device', said), said
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;0;line 99')
        until(lambda: done(v) == ['99'], 'it works without')
        assert v.stop() == 0
    with Vigie(OBJECTS, 'check_external_commands=0') as v:
        v.start()
        assert lost not in v.said(), 'who has no command file loses nothing'
        assert v.stop() == 0


main()
