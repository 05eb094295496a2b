#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=45 timeout=750
"""What keeps Vigie from starting: one clear message each, exit 1, nothing left behind."""
import errno
import os
import socket
import stat
import subprocess
import threading

from lib_vigie import ONE, Skip, Vigie, main, until


QUIET = ONE.replace(' use ts\n', ' use ts\n active_checks_enabled 0\n')


def set_main(v, **directives):
    with open(v.main, encoding='utf-8') as f:
        lines = [line for line in f.read().splitlines() if line.split('=')[0] not in directives]
    v.put('main.cfg', '\n'.join(lines + [f'{k}={x}' for k, x in directives.items()]) + '\n')


def test_port_in_use():
    with socket.socket() as s, Vigie() as v:
        s.bind(('127.0.0.1', 0))
        s.listen(1)
        port = s.getsockname()[1]
        set_main(v, vigie_http_listen=f'127.0.0.1:{port}')
        said = v.refuses()
        assert str(port) in said and 'in use' in said, said
        assert said.count('in use') == 1, f'said more than once:\n{said}'


def test_port_that_becomes_free():
    """What a killed Vigie listened on is free only when the last of its processes is gone: a start waits a moment for it."""
    with socket.socket() as s, Vigie() as v:
        s.bind(('127.0.0.1', 0))
        s.listen(1)
        set_main(v, vigie_http_listen=f'127.0.0.1:{s.getsockname()[1]}')
        v.launch()
        # The control socket comes before the port: once it is there, the port has been tried, or is about to be.
        until(lambda: v.ended() or os.path.exists(os.path.join(v.state, 'run/ctl.sock')), 'it has come to its sockets')
        s.close()
        until(lambda: 'READY' in v.said() or v.ended(), 'READY')
        assert not v.ended(), v.said()


def test_no_right_to_bind():
    if os.getuid() == 0:
        raise Skip('root has the right')
    with Vigie() as v:
        set_main(v, vigie_http_listen='127.0.0.1:80')
        assert 'right' in v.refuses()


def test_where_everybody_may_come():
    with Vigie() as v:
        set_main(v, vigie_http_listen='0.0.0.0:0')
        said = v.refuses()
        assert 'vigie_tls_ca=FILE' in said and '127.0.0.1:PORT' in said, said


def test_second_vigie_on_the_folder():
    with Vigie() as first, Vigie() as second:
        first.start()
        set_main(second, vigie_state_dir=first.state)
        said = second.refuses()
        assert first.state in said and str(first.process.pid) in said, said
        assert not first.ended()


def test_what_the_second_needs():
    with Vigie() as v:
        v.start()
        with Vigie() as second:
            set_main(second, vigie_state_dir=v.state)
            said = second.refuses()
            assert 'log_file=FILE --set vigie_livestatus_socket=SOCKET' in said and 'http' not in said, said
            set_main(second, vigie_livestatus_socket='', vigie_http_listen='127.0.0.1:0')
            said = second.refuses().splitlines()[-1]
            assert 'log_file=FILE --set vigie_http_listen=ADDRESS:PORT' in said and 'SOCKET' not in said, said


def test_a_living_folder_of_a_user():
    """Root's second start must not take what the user's Vigie runs on: neither while it runs, nor for the user's next start. The user has no name: of one with a name even
    a folder that lies still is refused."""
    if os.getuid():
        raise Skip('needs root')
    with Vigie() as v:
        user = 12345
        for folder, _, names in os.walk(v.d):
            for name in ['.', *names]:
                os.lchown(os.path.join(folder, name), user, user)

        def of_user(out):
            return subprocess.Popen([v.program, 'run', '-c', v.main], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, user=user,
                                    group=user, extra_groups=[])

        with open(v.path('said'), 'ab') as out:
            v.process = of_user(out)
            until(lambda: 'READY' in v.said() or v.ended(), 'READY')
            was = {path: (st.st_uid, st.st_mode) for path in (v.state, v.state + '/lock') for st in (os.stat(path),)}
            status, _, said = run_to_the_end(v)
            assert status == 1 and 'another Vigie (process' in said and 'taken over' not in said, said
            assert was == {path: (st.st_uid, st.st_mode) for path in was for st in (os.stat(path),)}
            assert v.stop(60) == 0
            before = v.said().count('READY')
            v.process = of_user(out)
            until(lambda: v.said().count('READY') > before or v.ended(), 'READY')
            assert not v.ended(), v.said()
            assert v.stop(60) == 0


def run_to_the_end(v):
    p = subprocess.run([v.program, 'run', '-c', v.main], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    return p.returncode, p.stdout, p.stderr


def is_read(fifo):
    try:
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as e:
        assert e.errno == errno.ENXIO, e
        return False
    return True


def test_what_another_vigie_serves():
    """With a state folder of its own, but not with a command file, a log or a socket of its own, it would take these from the first."""
    with Vigie(QUIET) as first:
        first.start()
        for what, path in ('command_file', first.path('cmd')), ('log_file', first.path('vigie.log')), ('vigie_livestatus_socket', first.live):
            with Vigie() as second:
                set_main(second, **{what: path})
                said = second.refuses()
                assert path in said and 'another' in said and said.count('error:') == 1, said
        first.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;still mine')
        until(lambda: first.service()['plugin_output'] == 'still mine', 'the first has its command file')
        with Vigie(QUIET) as second:
            set_main(second, command_file=first.path('cmd'), log_file=first.path('vigie.log'))
            first.kill_all()
            until(lambda: not is_read(first.path('cmd')), 'the last of its processes is gone')
            order = threading.Thread(target=first.order, args=('PROCESS_SERVICE_CHECK_RESULT;h;s;1;waited',))
            order.start()  # opens the FIFO that nobody reads, and waits
            second.start()
            order.join(60)
            until(lambda: second.service()['plugin_output'] == 'waited', 'who waited at the FIFO of the dead one is heard')
            assert second.stop() == 0
            assert not os.path.exists(first.path('cmd'))
            first.start()
            assert first.stop() == 0


def test_a_socket_of_another_program():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, Vigie() as v:
        s.bind(v.live)
        said = v.refuses()
        assert v.live in said and 'another program serves' in said, said
        assert os.path.exists(v.live)


def test_command_file_behind_a_link():
    with Vigie() as v:
        os.mkfifo(v.path('fifo'))
        os.symlink(v.path('fifo'), v.path('cmd'))
        said = v.refuses()
        assert v.path('cmd') in said and 'no FIFO' in said, said


def test_newer_state_folder():
    with Vigie() as v:
        v.start()
        assert v.stop() == 0
        with open(os.path.join(v.state, 'format'), 'w') as f:
            f.write('vigie-state 999\n')
        assert '999' in v.refuses()


def test_newer_state_folder_of_others():
    """"Nothing was changed" is so: neither owner nor mode, and no lock is left where there was none."""
    if os.getuid():
        raise Skip('needs root')
    with Vigie() as v:
        os.mkdir(v.state)
        v.put('state/format', 'vigie-state 999\nsite 0\n')
        os.chown(v.state, 12345, 12345)
        os.chmod(v.state, 0o777)
        said = v.refuses()
        assert '999' in said and 'nothing was changed' in said and 'taken over' not in said, said
        st = os.stat(v.state)
        assert (st.st_uid, stat.S_IMODE(st.st_mode)) == (12345, 0o777) and os.listdir(v.state) == ['format'], (st, os.listdir(v.state))


def test_damaged_journal_is_said_and_survived():
    with Vigie() as v:
        v.start()
        until(lambda: v.service()['has_been_checked'], 'a first result')
        assert v.stop() == 0
        folder = os.path.join(v.state, 'journal')
        newest = os.path.join(folder, sorted(os.listdir(folder))[-1])
        with open(newest, 'r+b') as f:
            f.seek(-10, os.SEEK_END)
            f.write(b'\xff' * 10)
        v.start()  # the undamaged part is used
        assert os.path.basename(newest)[:16] in v.said() or 'journal' in v.said(), v.said()


def test_state_folder_of_one_process_and_back():
    """Files that root, or a user who is no longer Vigie's, has left there are given to the roles that need them."""
    if os.getuid() != 0:
        raise Skip('only root starts roles as other users')

    def owners(v):
        return {os.lstat(os.path.join(folder, name)).st_uid for folder, _, names in os.walk(v.path('state/journal')) for name in names}

    def session(v, text, *options):
        v.start(*options)
        v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;2;{text}')
        until(lambda: v.service()['plugin_output'] == text, text)
        assert v.stop() == 0

    with Vigie(ONE.replace(' use ts\n', ' use ts\n active_checks_enabled 0\n')) as v:
        session(v, 'of one process', '--one-process')
        said = v.said()
        assert 'role processes' not in said and 'do not all exist' not in said and 'UNSANDBOXED' in said, said
        assert owners(v) == {0}, 'otherwise this test shows nothing'
        v.start()
        assert v.service()['plugin_output'] == 'of one process', 'the past is there'
        assert 0 not in owners(v)
        assert v.stop() == 0
        session(v, 'of many')
        v.start('--one-process')
        assert v.service()['plugin_output'] == 'of many'
        assert v.stop() == 0
        for folder, _, names in os.walk(v.path('state')):
            for name in ['.', *names]:
                os.lchown(os.path.join(folder, name), 65500, 65500)
        session(v, 'of somebody else')
        assert 'not allowed' not in v.said(), v.said()


def test_state_folder_that_cannot_be_made():
    with Vigie() as v:
        v.put('file', 'not a folder\n')
        set_main(v, vigie_state_dir=v.path('file/state'))
        assert v.path('file') in v.refuses()


def test_one_process_says_so():
    with Vigie(program=os.environ.get('VIGIE')) as v:
        v.start('--one-process')
        assert 'UNSANDBOXED' in v.said()


def test_parent_killed_ends_all():
    with Vigie() as v:
        v.start()
        pids = list(v.roles())
        assert len(pids) > 5, pids
        v.process.kill()
        v.process.wait()
        until(lambda: not [p for p in pids if alive(p)], 'every role has ended')
        v.start()  # and nothing is in its way


def alive(pid):
    try:
        with open(f'/proc/{pid}/stat') as f:
            return f.read().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


def test_needs_no_terminal_and_no_environment():
    with Vigie() as v:
        p = subprocess.Popen([v.program, 'run', '-c', v.main], env={}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, start_new_session=True, text=True)
        try:
            assert any('READY' in line for line in p.stdout), 'no READY line on stdout'
        finally:
            p.terminate()
            assert p.wait(15) == 0


main()
