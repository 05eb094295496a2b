#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=60 sanitized=long
"""Where log lines go: rotation as the main file says, a log taken away by another program, syslog, journald; and that a store that is killed loses none and writes none twice."""
import collections
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from lib_vigie import Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18620)

ROTATION = '[0-9]{10}] LOG ROTATION: '


def zone_before(hour, seconds=15):
    """A time zone in which it is `seconds` before that full hour now: the rotation comes without waiting for one."""
    into = (int(time.time()) + seconds) % 86400
    east = (hour * 3600 - into) % 86400
    east -= 86400 if east > 43200 else 0
    sign, east = ('-' if east >= 0 else '+'), abs(east)  # TZ counts west of Greenwich
    return f'use_timezone=LOG{sign}{east // 3600:02}:{east // 60 % 60:02}:{east % 60:02}\n'


def archives(folder):
    return sorted(n for n in os.listdir(folder) if n.startswith('nagios-'))


def log_of(v, path=None):
    with open(path or v.path('vigie.log')) as f:
        return f.read()


def test_rotates_at_midnight_into_the_archive():
    with Vigie(main=zone_before(0) + 'log_rotation_method=d\nlog_current_states=1\n') as v:
        with open(v.main, 'a') as f:
            f.write(f'log_archive_path={v.path("old")}\n')
        os.mkdir(v.path('old'))
        shutil.chown(v.path('old'), os.stat(v.main).st_uid)
        v.start()
        v.order('ADD_HOST_COMMENT;h;1;ann;before')
        until(lambda: archives(v.path('old')) and 'LOG ROTATION' in v.log(), 'the rotation')
        name = archives(v.path('old'))[0]
        assert re.fullmatch(r'nagios-\d\d-\d\d-20\d\d-00\.log', name), name
        old, new = log_of(v, v.path('old/' + name)), v.log()
        assert 'ADD_HOST_COMMENT' in old and 'starting...' in old and 'LOG ROTATION' not in old, old
        lines = new.splitlines()
        assert re.match(r'\[\d+\] LOG ROTATION: DAILY$', lines[0]) and lines[1].endswith('LOG VERSION: 2.0'), lines[:2]
        assert any('CURRENT HOST STATE: h;' in x for x in lines) and any('CURRENT SERVICE STATE: h;s;' in x for x in lines), lines
        v.order('ADD_HOST_COMMENT;h;1;ann;after')
        until(lambda: ';after' in v.log(), 'lines in the new log')
        stamp = v.livestatus('GET status\nColumns: last_log_rotation')[0][0]
        assert abs(time.time() - stamp) < 600, stamp


def warnings_of_rotation(v):
    return [w for w in json.loads(vigie('ctl', 'status', '-o', 'json', '-c', v.main)[1])['warnings'] if w['code'] == 'log_not_rotated']


def archive_is_taken(second):
    """Of the ten names that an hour's archive can have the first two are taken, or all."""
    with Vigie(main=zone_before(7) + 'log_rotation_method=h\n') as v:
        day = re.search(r'use_timezone=(\S+)', log_of(v, v.main)).group(1)
        soon = subprocess.run(['date', '-d', '+6 seconds', '+nagios-%m-%d-%Y-07.log'], env={'TZ': day, 'PATH': os.environ['PATH']},
                              capture_output=True, text=True).stdout.strip()
        taken = [soon] + [f'{soon[:-4]}-{n}.log' for n in range(2, 3 if second else 10)]
        for name in taken:
            v.put(name, 'precious\n')
        v.start()
        if second:
            until(lambda: os.path.exists(v.path(f'{soon[:-4]}-3.log')), 'an archive with a name of its own')
            assert 'starting...' in log_of(v, v.path(f'{soon[:-4]}-3.log')) and 'starting...' not in v.log()
            until(lambda: 'LOG ROTATION: HOURLY' in v.log(), 'the log goes on')
            assert not warnings_of_rotation(v)
        else:
            until(lambda: 'not rotated' in v.said(), 'the refusal')
            assert soon[:-4] in v.said()
            until_a_line_is_in(v, 'behind')
            assert 'LOG ROTATION' not in v.log() and v.log().count('LOG VERSION') == 1 and 'starting...' in v.log(), v.log()
            said = until(lambda: warnings_of_rotation(v), 'the warning')
            assert all(soon[:-4] in text for text in (said[0]['text_en'], said[0]['text_fr'])), said
        assert all(log_of(v, v.path(name)) == 'precious\n' for name in taken)


def test_an_archive_is_never_overwritten():
    archive_is_taken(True)


def test_a_log_without_a_name_for_its_archive_goes_on():
    archive_is_taken(False)


def until_a_line_is_in(v, text, path=None):
    """The file is there before the role that writes has it: lines go where they went until then."""
    def is_there():
        v.order(f'ADD_HOST_COMMENT;h;1;ann;{text}')
        return f';{text}' in log_of(v, path)
    until(is_there, 'lines in it')


def test_a_reload_opens_the_log_again():
    with Vigie(main='') as v:
        v.start()
        until(lambda: 'starting...' in v.log(), 'the first lines')
        os.rename(v.path('vigie.log'), v.path('taken'))
        v.process.send_signal(1)
        until(lambda: os.path.exists(v.path('vigie.log')), 'a new file')
        until_a_line_is_in(v, 'second')
        main_file = log_of(v, v.main).replace('/vigie.log', '/other.log')
        v.put('main.cfg', main_file)
        v.process.send_signal(1)
        until(lambda: os.path.exists(v.path('other.log')), 'the file that the main file names now')
        until_a_line_is_in(v, 'third', v.path('other.log'))
        until_a_line_is_in(v, 'fourth', v.path('other.log'))
        assert ';fourth' not in v.log()


PASSIVE = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description s{i}\n active_checks_enabled 0\n max_check_attempts 1\n flap_detection_enabled 0\n}}\n'
    for i in range(4))


def pid_of(v, role):
    return next((pid for pid, words in v.roles().items() if words[1:3] == ['-x', role]), None)


def hand_in(v, first, n, more=''):
    """Results of four services, of which each is another state than the one before: three lines each."""
    with open(v.path('cmd'), 'w', encoding='utf-8') as f:
        for k in range(first, first + n):
            f.write(f'[{k}] PROCESS_SERVICE_CHECK_RESULT;h;s{k % 4};{2 - k // 4 % 2 * 2};n={k}{more}\n')
            f.flush()


def once(text, what, n):
    """Each of n numbers has one such line, in their order."""
    found = [int(x) for x in re.findall(rf'^\[\d+\] {what}.*;n=(\d+)$', text, re.M)]
    twice = [k for k, times in collections.Counter(found).items() if times > 1]
    assert not twice and len(found) == n, f'{what}: {sorted(set(range(n)) - set(found))[:20]} are missing, {twice[:20]} are there twice'
    assert found == sorted(found), f'{what}: not in their order'


SILENT = 'log_passive_checks=1\nenable_notifications=0\n'  # else a command would run for each line that is looked at


def kill_loses_no_line(role, rotates):
    seed = int(os.environ.get('SEED') or time.time())
    dice = random.Random(seed)
    print(f'seed {seed}', flush=True)
    with Vigie(objects=PASSIVE, main=SILENT + (zone_before(7) + 'log_rotation_method=h\n' if rotates else '')) as v:
        v.start()
        n = kills = 0
        while kills < 8:
            for _ in range(dice.randrange(1, 8)):
                hand_in(v, n, 50)
                n += 50
            pid = until(lambda: pid_of(v, role), 'there is one')
            os.kill(pid, signal.SIGKILL)
            kills += 1
            hand_in(v, n, 50)
            n += 50
            until(lambda: pid_of(v, role) not in (None, pid), 'another one')

        def all_of_it():
            return ''.join(log_of(v, v.path(name)) for name in archives(v.d)) + v.log()
        until(lambda: f';n={n - 1}\n' in all_of_it() and (not rotates or 'LOG ROTATION: HOURLY' in v.log()), 'the last line')
        text = all_of_it()
        wrong = [line for line in text.splitlines() if not re.match(r'\[\d{10}\] [A-Z]', line)]
        assert not wrong, wrong[:5]
        for what in ('EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT', 'PASSIVE SERVICE CHECK', 'SERVICE ALERT'):
            once(text, what, n)
        assert not rotates or text.count('LOG ROTATION') == 1 and 'LOG ROTATION' in v.log().splitlines()[0], v.log().splitlines()[0]
        assert v.stop() == 0
        assert 'Caught SIGTERM' in v.log()


def test_a_store_that_is_killed_loses_no_line():
    kill_loses_no_line('store', True)


def test_an_engine_that_is_killed_loses_no_line():
    """What it had not recorded yet is done again, and what it had has its lines: both go in one message."""
    kill_loses_no_line('engine', False)


def test_an_engine_that_is_killed_on_a_full_disk_loses_no_line():
    """What waits for the disk waits in the role that writes: megabytes of it, whose records are on disk already."""
    results = 900
    with Vigie(objects=PASSIVE, main=SILENT) as v:
        main_file = log_of(v, v.main)
        v.put('main.cfg', main_file.replace(v.path('vigie.log'), '/dev/full'))
        v.start()
        hand_in(v, 0, results, ' ' + 'x' * 900)
        until(lambda: any(f'n={results - 1} ' in row[0] for row in v.livestatus('GET services\nColumns: plugin_output')), 'the last result')
        pid = until(lambda: pid_of(v, 'engine'), 'there is one')
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid_of(v, 'engine') not in (None, pid), 'another one')
        v.put('main.cfg', main_file)
        v.process.send_signal(1)
        until(lambda: v.order('ADD_HOST_COMMENT;h;1;ann;end') or os.path.exists(v.path('vigie.log')) and ';end' in v.log(), 'what waited, and what came then')
        text = v.log().replace(' ' + 'x' * 900, '')
        for what in ('EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT', 'PASSIVE SERVICE CHECK', 'SERVICE ALERT'):
            once(text, what, results)
        assert 'given up' not in text


def test_what_cannot_be_the_log():
    for make, words in ((lambda path: os.symlink('/dev/null', path), 'is a symbolic link, and none is followed'),
                        (os.mkfifo, 'is a FIFO or a socket')):
        with Vigie() as v:
            make(v.path('vigie.log'))
            said = v.refuses()
            assert f'log_file: {v.path("vigie.log")} {words}' in said, said
    with Vigie(main='log_file=/nowhere/at/all.log\n') as v:
        said = v.refuses()
        assert 'log_file: cannot open /nowhere/at/all.log' in said and 'make its folder' in said, said


def test_a_folder_for_archives_that_is_not_there():
    for method, warned in (('d', True), ('n', False)):
        with Vigie(main=f'log_rotation_method={method}\nlog_archive_path=/nowhere/at/all\n') as v:
            out = vigie('check', v.main)[1]
            assert bool(re.search(r"main\.cfg:\d+:\d+: .*there is no folder '/nowhere/at/all'", out)) == warned, out


def test_a_log_that_could_not_be_opened_is_said_by_check():
    for log, words in (('/nowhere/at/all', "there is no folder '/nowhere/at/'"), ('/etc/', "'/etc/' is a folder"), ('/dev/null', None)):
        with Vigie(main=f'log_file={log}\n') as v:
            code, out, _ = vigie('check', v.main)
            said = re.findall(r'main\.cfg:\d+:\d+: warning: (.*)', out)
            assert code == 0 and (len(said) == 1 and words in said[0] if words else not said), out


def test_an_archive_that_cannot_be_written_is_said_at_the_start():
    if os.geteuid():
        raise Skip('needs root')
    for mode, warned in ((0o755, True), (0o777, False)):
        with Vigie(main='nagios_user=nobody\nlog_rotation_method=w\n') as v:
            os.mkdir(v.path('archives'))
            os.chmod(v.path('archives'), mode)
            os.chmod(v.d, 0o777)
            v.start()
            assert ('the log could not be rotated: ' in v.said() and f'{v.path("archives")}/ ' in v.said()) == warned, v.said()


def came(s, what, got=None):
    """What has come by now and holds it."""
    got = [] if got is None else got
    try:
        while True:
            got.append(s.recv(4096).decode())
    except BlockingIOError:
        return [x for x in got if what in x]


def received(s, what):
    got = []
    return until(lambda: came(s, what, got), what)[0]


def test_rfc5424_over_udp_and_a_socket():
    with Vigie() as v, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unix:
        udp.bind(('127.0.0.1', 0))
        unix.bind(v.path('dev-log'))
        os.chmod(v.path('dev-log'), 0o666)
        for s in (udp, unix):
            s.setblocking(False)
        with open(v.main, 'a') as f:
            f.write(f'log_service_retries=1\nvigie_syslog=127.0.0.1:{udp.getsockname()[1]}\nvigie_syslog={v.path("dev-log")}\n')
        v.start()
        form = r'<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S+ vigie (\d+) (\S+) - (.*)'
        for s in (udp, unix):
            m = re.fullmatch(form, received(s, 'starting...'))
            assert m and m.group(2) == str(v.process.pid) and m.group(1) == '14' and m.group(3) == '-', m
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken')
        m = re.fullmatch(form, received(udp, 'SERVICE ALERT'))
        assert m and m.group(1) == '11' and m.group(3) == 'SERVICE_ALERT' and m.group(4).startswith('SERVICE ALERT: h;s;CRITICAL;SOFT;1;broken'), m
        received(unix, 'SERVICE ALERT')
        v.order('ADD_HOST_COMMENT;h;1;ann;long' + 'é' * 600)  # cut before the half of one, which Python's decode would not take
        text = re.fullmatch(form, received(udp, ';longéé')).group(4)
        assert 1020 < len(text.encode()) <= 1024 and text.endswith('é'), text
        # a receiver that comes back is found again at a reload, and also without one
        unix.close()
        os.unlink(v.path('dev-log'))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as again:
            again.bind(v.path('dev-log'))
            os.chmod(v.path('dev-log'), 0o666)
            again.setblocking(False)
            v.process.send_signal(1)
            until(lambda: 'was read again' in v.said(), 'the reload')
            until(lambda: v.order('ADD_HOST_COMMENT;h;1;ann;later') or came(again, ';later'), 'lines at the one that came back')  # the first may be lost

            again.close()
            os.unlink(v.path('dev-log'))
            v.order('ADD_HOST_COMMENT;h;1;ann;nobody listens')
            until(lambda: 'nobody listens' in v.log(), 'the line in the log')
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as third:
                third.bind(v.path('dev-log'))
                os.chmod(v.path('dev-log'), 0o666)
                third.setblocking(False)
                until(lambda: v.order('ADD_HOST_COMMENT;h;1;ann;back') or came(third, ';back'), 'the one that came back without a reload')


def test_a_full_disk_is_said_at_once():
    """Of log lines, and of lines that a syslog did not take."""
    with Vigie(main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        def metric(name):
            with urllib.request.urlopen(f'http://127.0.0.1:{PORT}/metrics') as answer:
                return int(re.search(rf'^vigie_{name} (\d+)$', answer.read().decode(), re.M)[1])
        main_file = log_of(v, v.main)
        v.put('main.cfg', main_file.replace(v.path('vigie.log'), '/dev/full') + f'vigie_syslog={v.path("nobody")}\n')
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(v.path('nobody'))
            os.chmod(v.path('nobody'), 0o666)
            v.start()
        until(lambda: 'the log /dev/full is not written (No space left on device)' in v.said(), 'the log of Vigie itself says so')
        v.order('ADD_HOST_COMMENT;h;1;ann;while it is full')
        until(lambda: metric('record_degraded') == 1 and metric('syslog_lines_lost_total') > 0, '/metrics')
        assert metric('journal_degraded') == 0 and metric('log_lines_lost_total') == 0 and metric('log_lines_waiting') > 0
        until(lambda: 'the log /dev/full is not written' in vigie('ctl', 'status', '-c', v.main)[1], 'ctl')
        v.put('main.cfg', main_file)
        v.process.send_signal(1)
        until(lambda: 'while it is full' in v.log() and 'starting...' in v.log(), 'what waited')
        until(lambda: metric('record_degraded') == 0 and metric('log_lines_waiting') == 0 and 'the record is written again' in v.said(), 'the end')


def test_local_syslog_and_journald():
    """In a mount namespace with a /dev/log and a journald socket of this test's own."""
    if os.geteuid() != 0 or not shutil.which('unshare'):
        raise Skip('needs root, for mounts of its own')
    if os.environ.get('VIGIE_TEST_INSIDE') != '1':
        p = subprocess.run(['unshare', '-m', sys.executable, __file__, 'test_local_syslog_and_journald'],
                           env={**os.environ, 'VIGIE_TEST_INSIDE': '1'}, capture_output=True, text=True)
        if 'unshare failed' in p.stderr:
            raise Skip('no mount namespaces here')
        assert p.returncode == 0, p.stdout + p.stderr
        return
    os.makedirs('/run/systemd/journal', exist_ok=True)
    with Vigie(main='use_syslog=1\nlog_service_retries=1\nvigie_syslog=journald\n') as v, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        log.bind(v.path('log'))
        os.chmod(v.path('log'), 0o666)
        made = not os.path.lexists('/dev/log')
        if made:
            open('/dev/log', 'w').close()
        try:
            subprocess.run(['mount', '-t', 'tmpfs', 'none', '/run/systemd/journal'], check=True)
            subprocess.run(['mount', '--bind', v.path('log'), os.path.realpath('/dev/log')], check=True)
            journal.bind('/run/systemd/journal/socket')
            os.chmod('/run/systemd/journal/socket', 0o666)
            for s in (log, journal):
                s.setblocking(False)
            v.start()
            assert re.fullmatch(r'<14>vigie\[\d+\]: Vigie \S+ starting\.\.\..*', received(log, 'starting...'))
            v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;1;warm')
            fields = dict(x.split('=', 1) for x in received(journal, 'SERVICE ALERT').splitlines())
            assert fields['PRIORITY'] == '4' and fields['SYSLOG_IDENTIFIER'] == 'vigie' and fields['VIGIE_EVENT'] == 'SERVICE_ALERT', fields
            assert fields['MESSAGE'].startswith('SERVICE ALERT: h;s;WARNING;SOFT;1;warm'), fields
        finally:
            if made:
                subprocess.run(['umount', '/dev/log'], check=False)
                os.unlink('/dev/log')


main()
