#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""check_result_path: files of results are taken once each, whatever is killed meanwhile, and what is none is refused with its place."""
import os
import pwd
import shutil
import signal
import subprocess
import time

from lib_vigie import Skip, Vigie, main, until

QUIET = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' \
        'define service {\n use ts\n host_name h\n service_description s\n active_checks_enabled 0\n max_check_attempts 1\n}\n'
MAIN = 'check_result_reaper_frequency=1\nlog_passive_checks=1\nvigie_history_passive=1\n'


class Spool(Vigie):
    def __init__(self, main_lines=''):
        super().__init__(objects=QUIET, main=MAIN + main_lines)
        self.folder = self.path('spool')
        os.mkdir(self.folder, 0o755)
        with open(self.main, 'a', encoding='utf-8') as f:
            f.write(f'check_result_path={self.folder}\n')

    def file(self, name, text, ok=True, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(path, mode)
        if ok:
            with open(path + '.ok', 'w', encoding='utf-8'):
                pass
        return path

    def passive(self):
        return [row[0] for row in self.livestatus('GET log\nColumns: plugin_output\nFilter: class = 4\nSort: lineno asc')]


def result(output, code=2, service='s', more=''):
    return 'host_name=h\n' + (f'service_description={service}\n' if service else '') + f'check_type=1\nreturn_code={code}\n{more}output={output}\n\n'


def test_taken():
    with Spool() as v:
        v.file('c000001', '### Passive Check Result File ###\nfile_time=%d\n\n' % time.time() + result(r'first line|a=1\nsecond \\n line') + result('host is down', 1, ''))
        v.start()
        until(lambda: not os.listdir(v.folder), 'the folder is empty')
        assert v.livestatus('GET services\nColumns: state check_type plugin_output long_plugin_output perf_data') == [[2, 1, 'first line', 'second \\n line', 'a=1']]
        assert v.livestatus('GET hosts\nColumns: state plugin_output') == [[1, 'host is down']]
        until(lambda: 'PASSIVE HOST CHECK: h;1;host is down' in v.log(), 'the log')
        v.file('c000002', result('not yet', 1), ok=False)
        v.file('c00003', result('too short a name', 1))
        v.file('c000004', result('good again', 0))
        until(lambda: v.service()['plugin_output'] == 'good again', 'the next look')
        until(lambda: sorted(os.listdir(v.folder)) == ['c000002', 'c00003', 'c00003.ok'], 'what is none stays')
        assert v.stop() == 0


def test_two_on_one_folder():
    """Each file is for one of them: the second leaves them alone while the first lives, and says so."""
    with Spool() as first, Spool() as second:
        first.start()
        second.put('main.cfg', open(second.main, encoding='utf-8').read().replace(second.folder, first.folder))
        second.start()
        until(lambda: f'another Vigie reads the files in {first.folder}' in second.said(), 'the second says it')
        for n in range(1, 20):
            first.file(f'c{n:06}', result(f'result {n}'))
        until(lambda: not os.listdir(first.folder), 'the folder is empty')
        until(lambda: len(first.passive()) == 19, 'the history of the first')
        assert second.passive() == []
        first.kill_all()
        first.file('c000020', result('for the other one'))
        until(lambda: second.service()['plugin_output'] == 'for the other one', 'the second goes on with what comes')
        assert second.said().count('another Vigie reads') == 1
        assert second.stop() == 0


def test_refused():
    with Spool('max_check_result_file_age=3600\n') as v:
        v.put('elsewhere', result('by a link', 1))
        v.file('c000001', '')
        os.unlink(os.path.join(v.folder, 'c000001'))
        os.symlink(v.path('elsewhere'), os.path.join(v.folder, 'c000001'))
        v.file('c000002', result('by anybody', 1), mode=0o666)
        v.file('c000003', '#' * (1 << 20) + '\n' + result('too large', 1))
        os.utime(v.file('c000004', result('old', 1)), (time.time() - 4000,) * 2)
        v.file('c000005', f'file_time={int(time.time()) - 4000}\n' + result('old within', 1))
        if os.geteuid() == 0:
            os.chown(v.file('c000006', result('of a stranger', 1)), 12345, 12345)
        v.file('c000007', result('x', 'two') + result('nobody knows it', 1, 'nothing') + 'host_name=h\n\n' + result('the last', 1))
        os.utime(os.path.join(v.folder, 'c000007'), (time.time() + 60,) * 2)
        v.start()
        until(lambda: v.service()['plugin_output'] == 'the last', 'what is good of the last file')
        left = {'c000001', 'c000002', 'c000003'} | ({'c000006'} if os.geteuid() == 0 else set())
        until(lambda: set(os.listdir(v.folder)) == left | {f'{n}.ok' for n in left}, 'what is refused stays, what is old goes')
        until(lambda: v.passive() == ['the last'], 'the history')
        log = v.log()
        for words in ('c000001 is refused: it is no ordinary file', 'c000002 is refused: others can write into it: chmod o-w', 'c000003 is refused: it is larger than 1 MiB',
                      'Result refused: c000007:1: line 4: return_code=two: write a whole number', "Result refused: c000007:7: there is no service 'h;nothing'",
                      'Result refused: c000007:13: line 13: this result has no output') + (('c000006 is refused: it belongs neither',) if os.geteuid() == 0 else ()):
            assert log.count(words) == 1, (words, log)
        v.file('c000008', result('behind them', 0))
        until(lambda: v.passive()[-1:] == ['behind them'], 'the next look')
        assert v.log().count('c000001 is refused') == 1, 'it is said once'
        assert v.stop() == 0


def test_folder():
    with Spool() as v:
        os.chmod(v.folder, 0o777)
        v.file('c000001', result('x', 1))
        v.start()
        until(lambda: 'everybody may write into the folder' in v.log(), 'it is said')
        os.chmod(v.folder, 0o755)
        until(lambda: not os.listdir(v.folder), 'it is looked at again')
        assert v.log().count('everybody may write into the folder') == 1
        assert v.stop() == 0


def test_not_deleted():
    """What could not be deleted is not read, or not twice: in a folder that may not be written, in a sticky one, and wherever else."""
    with Spool() as v:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam('nobody')
            os.chown(v.d, nobody.pw_uid, nobody.pw_gid)
            with open(v.main, 'a', encoding='utf-8') as f:
                f.write('nagios_user=nobody\nnagios_group=nogroup\n')
            v.file('c000001', result('first', 1))
            v.start()
            until(lambda: f'files in {v.folder} cannot be made or deleted as user nobody: chown the folder to nagios_user' in v.log(), 'it is said')
            os.chmod(v.folder, 0o1777)
            until(lambda: 'c000001 is refused: it could not be deleted, for its folder is sticky' in v.log(), 'this, too')
            v.file('c000002', result('own', 1), ok=False)
            os.chown(os.path.join(v.folder, 'c000002'), nobody.pw_uid, -1)
            v.file('c000002.ok', '', ok=False)
        else:
            os.chmod(v.folder, 0o555)
            v.start()
            until(lambda: f'files in {v.folder} cannot be made or deleted' in v.log(), 'it is said')
            os.chmod(v.folder, 0o755)
            v.file('c000002', result('own', 1))
        until(lambda: v.passive() == ['own'], 'what can be deleted is read')
        assert v.log().count(f'files in {v.folder} cannot be made or deleted') == 1, 'it is said once'
        assert v.stop() == 0


def test_stuck():
    """A file that cannot be deleted for a reason that nobody could see before."""
    with Spool() as v:
        path = v.file('c000001', result('first', 1))
        p = subprocess.run(['chattr', '+i', path], capture_output=True, check=False) if shutil.which('chattr') else None
        if not p or p.returncode:
            raise Skip('no file can be made immutable here')
        try:
            os.unlink(path + '.ok')
            os.mkdir(path + '.ok')  # that it stays, too
            v.start()
            until(lambda: 'it is not read again: take it away' in v.log(), 'it is said')
            for i in range(3):
                v.file(f'c00001{i}', result(f'behind it {i}', 1))
                until(lambda i=i: v.service()['plugin_output'] == f'behind it {i}', 'the next look')
            until(lambda: len(v.passive()) >= 4, 'the history')
            assert v.passive().count('first') == 1, v.passive()
            assert v.log().count('it is not read again') == 1, 'it is said once'
            assert v.stop() == 0
        finally:
            subprocess.run(['chattr', '-i', path], check=True)


def test_full_disk():
    """What is under way cannot be noted: results wait, and go on when it can."""
    with Spool() as v:
        v.start()
        note = os.path.join(v.state, 'results')
        os.mkdir(note)  # no file can take its place
        for i in range(3):
            v.file(f'c{i:06d}', result(f'waits {i}', 1))
        until(lambda: 'results wait in check_result_path' in v.said(), 'it is said')
        assert len(os.listdir(v.folder)) == 6 and not v.passive()
        os.rmdir(note)
        until(lambda: not os.listdir(v.folder), 'they are taken')
        until(lambda: sorted(v.passive()) == [f'waits {i}' for i in range(3)], 'the history')
        assert v.said().count('results wait in check_result_path') == 1, 'it is said once'
        assert v.stop() == 0


def test_many():
    """What was under way comes first after a start, also where so many files wait that a look does not take them all."""
    with Spool() as v:
        v.start()
        assert v.stop() == 0
        for i in range(4200):
            v.file(f'c{i:06d}', result(f'result {i}', 1))
        last = [n for n in os.listdir(v.folder) if not n.endswith('.ok')][-1]  # a look would not come to it
        os.utime(os.path.join(v.folder, last), (time.time() + 60,) * 2)
        st = os.stat(os.path.join(v.folder, last))
        v.put('state/results', f'{last} {st.st_ino} {st.st_mtime_ns // 10**9}.{st.st_mtime_ns % 10**9:09d}')
        v.start()
        assert until(v.passive, 'the history')[0] == f'result {int(last[1:])}'


def pid_of(v, name):
    return next((pid for pid, words in v.roles().items() if words[1:3] == ['-x', name]), None)


def test_once():
    """Roles are killed while many files wait, and then all of them at once: each result is there once."""
    with Spool() as v:
        files, each = 30, 20
        for i in range(files):
            v.file(f'c{i:06d}', ''.join(result(f'result {i} {k}', (i + k) % 3) for k in range(each)))
        v.start()
        for name in ('local', 'engine', 'local', 'engine'):
            before = len(os.listdir(v.folder))
            pid = pid_of(v, name)
            if pid:
                os.kill(pid, signal.SIGKILL)
            until(lambda: len(os.listdir(v.folder)) < before or not before, 'it goes on')
        v.kill()
        v.start()
        until(lambda: not os.listdir(v.folder), 'all were taken', patience=120)
        wanted = [f'result {i} {k}' for i in range(files) for k in range(each)]
        until(lambda: len(v.passive()) >= len(wanted), 'the history')
        got = v.passive()
        assert sorted(got) == sorted(wanted), [w for w in set(got) | set(wanted) if got.count(w) != 1][:5]
        assert v.stop() == 0


main()
