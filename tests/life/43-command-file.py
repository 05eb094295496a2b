#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=30 sanitized=long
"""The command file: a flood through it while its reader is killed, lines that are no commands, and an answer for every command there is."""
import fcntl
import json
import os
import re
import signal
import stat
import termios
import threading
import time

from lib_vigie import ONE, SRC, Vigie, main, until, vigie

LINES, WRITERS, SERVICES, KILLS = 20000, 8, 100, 5
MANY = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{i}\n active_checks_enabled 0\n}}\n' for i in range(SERVICES))
QUIET = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace(
    'service_description s', 'service_description s\n active_checks_enabled 0')
GROUPS = 'define hostgroup {\n hostgroup_name hg\n members h\n}\ndefine servicegroup {\n servicegroup_name sg\n members h,s\n}\n' \
         'define contactgroup {\n contactgroup_name cg\n members ann\n}\n'


def role_pid(v, name):
    return next((pid for pid, words in v.roles().items() if words[1:3] == ['-x', name]), None)


def write_lines(path, writer):
    """One write a line, as every program does that knows how pipes keep lines whole."""
    fd = os.open(path, os.O_WRONLY)
    for i in range(writer, LINES, WRITERS):
        os.write(fd, f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;s{i % SERVICES};0;line {i} of the flood\n'.encode())
    os.close(fd)


def results_in_log(v):
    return re.findall(r'PASSIVE SERVICE CHECK: h;s\d+;0;line (\d+) of the flood\n', v.log())


def flood(v):
    threads = [threading.Thread(target=write_lines, args=(v.path('cmd'), w), daemon=True) for w in range(WRITERS)]
    for t in threads:
        t.start()
    return threads


def wait_for_all(v, threads):
    for t in threads:
        t.join(120)
        assert not t.is_alive(), 'a writer still waits for room in the pipe'
    until(lambda: len(results_in_log(v)) >= LINES, 'every line in the log')
    v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')
    until(lambda: v.service(service='s0')['plugin_output'] == 'the last one', 'the line behind the flood')


def check_all(v):
    seen = [int(n) for n in results_in_log(v)]
    missing, twice = set(range(LINES)) - set(seen), sorted(n for n in set(seen) if seen.count(n) > 1) if len(seen) > LINES else []
    assert not missing, f'{len(missing)} lines were lost, such as {sorted(missing)[:5]}'
    assert not twice, f'{len(twice)} lines were done twice, such as {twice[:5]}'
    for w in range(WRITERS):  # lines of one writer stay in order
        own = [n for n in seen if n % WRITERS == w]
        assert own == sorted(own), f'the lines of writer {w} changed their order'


def test_flood_while_local_is_killed():
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        threads = flood(v)
        for kill in range(KILLS):
            until(lambda: len(results_in_log(v)) > kill * LINES // (KILLS + 2), 'the flood moves on')
            before = until(lambda: role_pid(v, 'local'))
            os.kill(before, signal.SIGKILL)
            until(lambda: role_pid(v, 'local') not in (None, before), 'local is started again')
        wait_for_all(v, threads)
        check_all(v)
        assert v.livestatus('GET status\nColumns: service_checks') == [[LINES + 1]], 'who sees a result finds it counted'
        assert v.stop() == 0


def test_engine_is_killed_in_a_flood():
    """Nobody promises that an engine which dies has said what it did; but no line is lost, and none stays in the pipe."""
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        threads = flood(v)
        until(lambda: len(results_in_log(v)) > LINES // 4, 'the flood moves on')
        before = until(lambda: role_pid(v, 'engine'))
        os.kill(before, signal.SIGKILL)
        until(lambda: role_pid(v, 'engine') not in (None, before), 'the engine is started again')
        for t in threads:
            t.join(120)
            assert not t.is_alive(), 'a writer still waits for room in the pipe'
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')
        until(lambda: v.service(service='s0')['plugin_output'] == 'the last one', 'the line behind the flood')
        assert v.stop() == 0


def test_lines_that_are_none():
    bad = {'nonsense': 'time in brackets', '[] PROCESS_SERVICE_CHECK_RESULT;h;s;0;x': 'time in brackets',
           '[12a] SCHEDULE_HOST_CHECK;h;0': 'time in brackets', '[1] NO_SUCH_COMMAND;h': "no external command 'NO_SUCH_COMMAND'",
           '[1] PROCESS_SERVICE_CHECK_RESULT;h;s': 'needs 4 fields', '[1] PROCESS_SERVICE_CHECK_RESULT;nobody;s;0;x': 'nobody',
           '[1] PROCESS_SERVICE_CHECK_RESULT;h;nothing;0;x': 'nothing', '[1] PROCESS_SERVICE_CHECK_RESULT;h;s;bad;x': "'bad'",
           '[1] SCHEDULE_SVC_DOWNTIME;h;s;soon;later;1;0;60;ann;x': "'soon'"}
    with Vigie(objects=QUIET) as v:
        v.start()
        with open(v.path('cmd'), 'wb', buffering=0) as f:
            for line in bad:
                f.write(line.encode() + b'\n')
            f.write(b'\n\r\n   \n')                                               # nothing is no mistake
            f.write(b'[1] ADD_HOST_COMMENT;h;1;ann;' + b'x' * 20000 + b'\n')         # longer than a line may be
            f.write(b'[1] PROCESS_SERVICE_CHECK_RESULT;h;s;2;caf\xe9 \x00 end\r\n')  # Latin-1, a NUL, an end as Windows writes it
        until(lambda: v.service()['state'] == 2, 'the good line behind the bad ones')
        assert v.service()['plugin_output'].startswith('café'), v.service()
        refused = until(lambda: (r := [l for l in v.log().splitlines() if 'External command refused' in l]) and len(r) >= len(bad) + 1 and r)
        assert len(refused) == len(bad) + 1, refused
        for (line, why), said in zip(bad.items(), refused):
            assert why in said and (said.endswith(line) if line.startswith('[') else line not in said), f'{line!r} was refused with {said!r}'
        assert re.search(r'refused: the command is longer than 16384 bytes: \[1\] ADD_HOST_COMMENT;h;1;ann;x+$', refused[-1]), refused[-1]
        status = json.loads(vigie('ctl', 'status', '-o', 'json', '-c', v.main)[1])
        assert status['checks']['commands_refused'] == len(bad) + 1, status
        assert v.stop() == 0


def wait_columns(v, wanted, **where):
    until(lambda: (row := v.service(columns=' '.join(wanted), **where)) == wanted or None, f'{wanted} of {where or "h;s"}')


def test_commands_that_act():
    later = 'define service {\n use ts\n host_name h\n service_description later\n check_interval 20000\n}\n'
    with Vigie(objects=QUIET + later) as v:  # with checks of their own, the host's could end behind what is said of it here
        v.start()
        now = int(time.time())
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;1;passive')
        wait_columns(v, {'check_type': 1})
        v.order('SCHEDULE_FORCED_SVC_CHECK;h;s;0')
        wait_columns(v, {'has_been_checked': 1, 'plugin_output': 'OK: fine', 'check_type': 0})
        v.order('SCHEDULE_FORCED_HOST_CHECK;h;0')
        until(lambda: v.livestatus('GET hosts\nColumns: has_been_checked check_type') == [[1, 0]], 'the forced check of the host')

        def planned():  # asked again, should a check of its own have been under way
            v.order(f'SCHEDULE_SVC_CHECK;h;later;{now + 5000}')
            return v.service(service='later', columns='next_check')['next_check'] == now + 5000
        until(planned, 'the check is planned')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken')
        v.order('ACKNOWLEDGE_SVC_PROBLEM;h;s;2;0;1;ann;I see; and I know')
        wait_columns(v, {'state': 2, 'acknowledged': 1, 'acknowledgement_type': 2})
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;gone')
        v.order('ACKNOWLEDGE_HOST_PROBLEM;h;1;0;0;ann;that too')
        until(lambda: v.livestatus('GET hosts\nColumns: state acknowledged') == [[1, 1]], 'the host is acknowledged')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;s;{now - 1};{now + 3600};1;0;3600;ann;works')
        v.order(f'SCHEDULE_HOST_DOWNTIME;h;{now - 1};{now + 3600};1;0;3600;ann;works')
        wait_columns(v, {'scheduled_downtime_depth': 1})
        until(lambda: v.livestatus('GET hosts\nColumns: scheduled_downtime_depth') == [[1]])
        rows = v.livestatus('GET downtimes\nColumns: id is_service author comment fixed')
        assert [r[1:] for r in rows] == [[1, 'ann', 'works', 1], [0, 'ann', 'works', 1]], rows
        v.order(f'DEL_SVC_DOWNTIME;{rows[0][0]}')
        wait_columns(v, {'scheduled_downtime_depth': 0})
        assert 'I see; and I know' in [r[0] for r in v.livestatus('GET comments\nColumns: comment')]
        until(lambda: f'EXTERNAL COMMAND: SCHEDULE_HOST_DOWNTIME;h;{now - 1};' in v.log(), 'commands are logged')
        assert 'refused' not in v.log(), v.log()
        assert v.stop() == 0


def test_restart_and_end():
    with Vigie(objects=QUIET) as v:
        v.start()
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use ts\n host_name h\n service_description new\n active_checks_enabled 0\n}\n')
        v.order('RESTART_PROGRAM')
        until(lambda: v.service(service='new'), 'the service that was added')
        until(lambda: 'PROGRAM_RESTART event encountered, restarting...' in v.log())
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;new;1;it is there')
        until(lambda: v.service(service='new')['state'] == 1)
        v.order(f'SHUTDOWN_PROCESS;{int(time.time()) + 1}')
        assert v.process.wait(60) == 0
        assert 'PROGRAM_SHUTDOWN event encountered, shutting down...\n' in v.log() and 'Successfully shutdown' in v.log(), v.log()


def write_file(v, name, first, n):
    path = v.path(name)
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;s{i % SERVICES};0;line {i} of the flood' for i in range(first, first + n)))
    return path  # the last line has no end


def test_files_of_commands():
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        gone, kept = write_file(v, 'gone', 0, 3 * LINES // 4), write_file(v, 'kept', 3 * LINES // 4, LINES // 4)
        v.order(f'PROCESS_FILE;{gone};1')
        v.order(f'PROCESS_FILE;{kept};0')
        until(lambda: len(results_in_log(v)) > LINES // 8, 'the file is read')
        before = until(lambda: role_pid(v, 'local'))
        os.kill(before, signal.SIGKILL)
        until(lambda: role_pid(v, 'local') not in (None, before), 'local is started again')
        until(lambda: len(results_in_log(v)) >= LINES, 'every line in the log')
        seen = [int(n) for n in results_in_log(v)]
        assert seen == list(range(LINES)), f'{len(seen)} lines, or in another order'
        until(lambda: not os.path.exists(gone), 'the file is deleted')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')  # the pipe is read again
        until(lambda: v.service(service='s0')['plugin_output'] == 'the last one')
        assert os.path.exists(kept)
        secrets = v.path('secrets')  # any file of that user, and one that names itself
        for lap in (1, 2):
            with open(secrets, 'w', encoding='utf-8') as f:
                f.write(f'password=hunter2\n[1] PROCESS_FILE;{secrets}\n[1] PROCESS_SERVICE_CHECK_RESULT;h;s1;1;lap {lap}\n\n\n')
            v.order(f'PROCESS_FILE;{secrets}')
            until(lambda: v.service(service='s1')['plugin_output'] == f'lap {lap}')
            v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s1;0;after lap {lap}')
            until(lambda: v.service(service='s1')['plugin_output'] == f'after lap {lap}')
        assert len(re.findall(f'a file of commands names no other one: .*{re.escape(secrets)}', v.log())) == 2, v.log()[-3000:]
        assert 'hunter2' not in v.log()
        for path, why in ((v.path('nothing'), 'cannot open'), (v.d, 'is no ordinary file'), (v.path('cmd'), 'cannot open')):
            v.order(f'PROCESS_FILE;{path};1')
            until(lambda: re.search(rf'External command refused: PROCESS_FILE: .*{re.escape(path)}', v.log()) and why in v.log(), f'why {path} is refused')
        assert v.stop() == 0


def test_all_is_killed_while_lines_wait():
    """What was read from the pipe and was not done waits for the next start, whoever was killed."""
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;0;line 0 of the flood')
        until(lambda: len(results_in_log(v)) == 1)
        os.kill(role_pid(v, 'engine'), signal.SIGSTOP)
        fd = os.open(v.path('cmd'), os.O_RDWR)
        for i in range(1, SERVICES):
            os.write(fd, f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;s{i};0;line {i} of the flood\n'.encode())
        until(lambda: fcntl.ioctl(fd, termios.FIONREAD, bytes(4)) == bytes(4), 'local has read them')
        os.close(fd)
        v.kill_all()
        v.start()
        until(lambda: len(results_in_log(v)) >= SERVICES, 'every line in the log')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')
        until(lambda: v.service(service='s0')['plugin_output'] == 'the last one')
        assert [int(n) for n in results_in_log(v)] == list(range(SERVICES)), results_in_log(v)
        assert v.stop() == 0
    with Vigie() as v:
        v.start()
        kept = v.held()
        assert kept and stat.S_IMODE(os.stat(kept).st_mode) == 0o600, 'while it runs there is a place for what waits'
        assert v.stop() == 0
        assert not os.path.exists(kept) and not os.path.exists(v.state + '/hold'), 'nothing waits, so nothing is left'


def read_in_part(v, remove=1):
    """A file of commands, and another behind it, of the first of which a part is done."""
    files = write_file(v, 'first', 0, 3 * LINES // 4), write_file(v, 'second', 3 * LINES // 4, LINES // 4)
    v.order('\n'.join(f'[{int(time.time())}] PROCESS_FILE;{path};{remove}' for path in files).split('] ', 1)[1])  # in one write: what waits in a FIFO goes with its readers
    until(lambda: len(results_in_log(v)) > LINES // 8, 'the file is read')
    return files


def check_files(v, files):
    """Each line was done once, in order: by the record, for the log may lack a few lines that were not written when all was killed."""
    until(lambda: not any(os.path.exists(path) for path in files), 'both are done, and deleted')
    v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')  # the pipe is read again
    until(lambda: v.service(service='s0')['plugin_output'] == 'the last one')
    assert v.stop() == 0
    status, out, said = vigie('journal', 'dump', '--state', v.state, '-k', 'RESULT')
    assert status == 0, said
    done = [int(n) for n in re.findall(r'line (\d+) of the flood', out)]
    assert done == list(range(LINES)), f'{len(done)} results stand in the record, not {LINES}, or in another order'
    status, out, said = vigie('journal', 'dump', '--state', v.state, '-k', 'FILE_READ')
    assert out.count('over=yes') == len(files), out[-2000:]


def test_all_is_killed_in_a_file_of_commands():
    """Also with the memory in which lines wait, as when the machine loses power; and when Vigie is ended in order."""
    for how in 'killed', 'power', 'ended':
        with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
            v.start()
            files = read_in_part(v)
            if how == 'ended':
                assert v.stop() == 0
            else:
                v.kill_all()
            if how == 'power':
                v.forget_lines()
            assert len(set(results_in_log(v))) < LINES, 'there is something left to do'
            v.start()
            check_files(v, files)


def test_another_file_in_its_place():
    """What was to be done stood in a file that is gone: the lines of another are not those."""
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        files = read_in_part(v, remove=0)
        v.kill_all()
        os.rename(files[0], v.path('away'))
        write_file(v, 'first', 5 * LINES, 3 * LINES // 4)
        v.start()
        until(lambda: f'{files[0]} is another file than that of which the first' in v.log(), 'why it does not go on')
        until(lambda: set(map(int, results_in_log(v))) >= set(range(3 * LINES // 4, LINES)), 'the one behind it')
        assert not [n for n in results_in_log(v) if int(n) >= 5 * LINES]
        assert os.path.exists(files[0]) and os.path.exists(files[1])
        assert v.stop() == 0


def test_file_of_commands_while_the_record_is_lost():
    """The engine names the file to the parent before its record is on disk. If both die with it, the line is done again, and the file is not read again."""
    with Vigie(objects=MANY, main='log_passive_checks=1\nlog_external_commands=0') as v:
        v.start()
        path = write_file(v, 'file', 0, SERVICES)
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;before')
        until(lambda: v.service(service='s0')['plugin_output'] == 'before')
        store, engine = role_pid(v, 'store'), role_pid(v, 'engine')
        os.kill(store, signal.SIGSTOP)
        v.order(f'PROCESS_FILE;{path};0')
        until(lambda: v.service(service=f's{SERVICES - 1}')['plugin_output'] == f'line {SERVICES - 1} of the flood', 'the file is read')
        os.kill(engine, signal.SIGKILL)
        os.kill(store, signal.SIGKILL)
        until(lambda: role_pid(v, 'engine') not in (None, engine) and role_pid(v, 'store') not in (None, store), 'both are started again')
        until(lambda: len(results_in_log(v)) >= SERVICES, 'every line in the log')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s0;1;the last one')
        until(lambda: v.service(service='s0')['plugin_output'] == 'the last one')
        assert [int(n) for n in results_in_log(v)] == list(range(SERVICES)), results_in_log(v)
        assert v.stop() == 0


def table():
    """NAME, fields: from the table that the program is made from."""
    with open(os.path.join(SRC, 'src/core/excmd.def'), encoding='utf-8') as f:
        rows = re.findall(r'^EXCMD\((\w+), "(\w*)", "', f.read(), re.M)
    assert len(rows) > 170
    return [row for row in rows if not row[0].startswith('SHUTDOWN')]


def test_every_command_is_answered():
    word = {'h': 'h', 's': 's', 'H': 'hg', 'G': 'sg', 'C': 'ann', 'g': 'cg', 'i': '1', 't': str(int(time.time())), 'd': '60', 'a': 'ann', 'x': '0', 'y': '0', 'o': '0',
            'p': 'always', 'c': 'say!1!changed', 'v': 'LEVEL', 'f': '/none'}
    with Vigie(objects=QUIET + GROUPS) as v:
        v.start()
        for name, fields in table():
            v.order(';'.join([name] + [word[f] for f in fields]))
        v.order('ADD_HOST_COMMENT;h;1;ann;the end')
        until(lambda: 'the end\n' in v.log(), 'the last command')
        log = v.log()
        for name, fields in table():
            own = name.startswith('_')  # Vigie's own: no program that reads the log of Nagios knows it
            assert bool(re.search(rf'EXTERNAL COMMAND: {name}(;|$)', log, re.M)) != own, f'{name} was {"" if own else "not "}logged'
        refused = {name: why for why, name in re.findall(r'External command refused: (.*): \[\d+\] (\w+)', log)}
        # What finds nothing to act on says so; everything else acts.
        assert all(re.match('there is no|it has no|the comment would|its active|the downtime|the acknowl|write the abs|neither|_VIGIE_AUDIT is used inside', why) for why in refused.values()), refused
        assert len(refused) < 35, refused  # four delete what is of the other kind; how far the clock's second is decides a few more
        assert v.stop() == 0


main()
