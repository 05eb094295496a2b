# SPDX-License-Identifier: Apache-2.0
"""For life tests: a Vigie in a folder of its own, and a main() that runs the test_* functions of a script.

    from lib_vigie import Vigie, main, until
    def test_something():
        with Vigie(objects='define host { ... }') as v:
            v.start()
            assert v.livestatus('GET hosts\\nColumns: name') == [['h']]
    main()

Nothing sleeps for a time: until(question) asks again until the answer is true, and fails with what it saw last.
"""
import json
import glob
import os
import re
import signal
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

VIGIE = os.environ.get('VIGIE') or os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..', 'build/debug/vigie'))
SRC = os.environ.get('SRC') or os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
PLUGINS = '/usr/lib/nagios/plugins'
PATIENCE_S = 120  # for what should take a moment on a quiet machine
# The environment of sub-commands. What ends at once and leaves something has no leak: to look for one is half of what it costs.
QUICK = {'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'}

DAYS = '\n'.join(f' {d} 00:00-24:00' for d in
                 ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'))
# Objects that nearly every test wants: period `always`, contact `ann`, templates `th` and `ts`, a check `say` of any state.
COMMON = f"""
define timeperiod {{
 timeperiod_name always
 alias always
{DAYS}
}}
define command {{
 command_name say
 command_line {PLUGINS}/check_dummy $ARG1$ $ARG2$
}}
define command {{
 command_name tell
 command_line /bin/true
}}
define contact {{
 contact_name ann
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands tell
}}
define host {{
 name th
 register 0
 check_command say!0!up
 check_interval 60
 retry_interval 1
 max_check_attempts 3
 check_period always
 notification_period always
 contacts ann
}}
define service {{
 name ts
 register 0
 check_command say!0!fine
 check_interval 60
 retry_interval 1
 max_check_attempts 3
 check_period always
 notification_period always
 contacts ann
}}
"""
ONE = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\ndefine service {\n use ts\n host_name h\n service_description s\n}\n'


def until(question, what='', patience=PATIENCE_S):
    """Asks until the answer is true, and returns it. what: words, or what gives them when they are needed. It asks again after a tenth of what was
    waited, 0.1 s at most, and after three times as long as an answer takes, 1 s at most: who asks must not keep busy whom he waits for."""
    begin, answer = time.monotonic(), None
    while (asked := time.monotonic()) < begin + patience:
        answer = question()
        if answer:
            return answer
        now = time.monotonic()
        time.sleep(max(0.02, min((now - begin) / 10, 0.1), min(3 * (now - asked), 1)))
    raise AssertionError(f'not within {patience} s: {(what() if callable(what) else what) or question}; last answer {answer!r}')


def free_port():
    """A TCP port for a test that needs one."""
    if os.environ.get('PORT'):
        return int(os.environ['PORT'])
    with socket.create_server(('127.0.0.1', 0)) as s:
        return s.getsockname()[1]


class Vigie:
    def __init__(self, objects=ONE, main='', common=True, program=VIGIE):
        self.program, self.process, self.lines = program, None, []
        self.d = tempfile.mkdtemp(prefix='v', dir=os.environ.get('TMPDIR'))
        os.chmod(self.d, 0o755)
        self.main = self.path('main.cfg')
        self.state, self.live = self.path('state'), self.path('live')
        self.put('objects.cfg', (COMMON if common else '') + objects)
        self.put('main.cfg', f'log_file={self.path("vigie.log")}\ncfg_file={self.path("objects.cfg")}\n'
                             f'command_file={self.path("cmd")}\ncheck_external_commands=1\ninterval_length=1\nuse_syslog=0\n'
                             f'vigie_state_dir={self.state}\nvigie_livestatus_socket={self.live}\nvigie_http_listen=\n{main}\n')

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.kill()
        wrong = re.search(r'.*(runtime error|AddressSanitizer).*', self.said())  # the roles have an environment of their own, and do not stop at it
        if kind or wrong:
            print('  what Vigie said:')
            print(''.join('    ' + line for line in self.said().splitlines(True)[-25:]))
        else:
            self.forget_lines()
            shutil.rmtree(self.d, ignore_errors=True)
        assert kind or not wrong, wrong.group()

    def forget_lines(self):
        """What waited when it was killed stays for the next start, which does not come."""
        path = self.held()
        if path:
            os.unlink(path)

    def held(self):
        """The file in memory with lines of the command file that wait; None: there is none."""
        try:
            with open(self.state + '/hold', encoding='utf-8') as f:
                name = f.read().strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return next(iter(glob.glob(f'/dev/shm/{name}') + glob.glob(f'/run/vigie/{name}')), None)

    def path(self, name):
        return os.path.join(self.d, name)

    def put(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(self.path(name), 0o644)

    # ---- the process ----

    def launch(self, *options, env=None):
        """Starts it and does not wait. env: what it has beside our environment."""
        with open(self.path('said'), 'ab') as out:
            self.process = subprocess.Popen([self.program, 'run', '-c', self.main, *options], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, **(env or {})})

    def start(self, *options, env=None):
        before = self.said().count('READY')
        self.launch(*options, env=env)
        until(lambda: self.said().count('READY') > before or self.ended(), 'READY')
        assert not self.ended(), f'it ended with {self.process.returncode} instead of being READY'
        return self

    def ended(self):
        return self.process.poll() is not None

    def stop(self, patience=10):
        """SIGTERM, as a service manager does; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(patience)
        self.process = None
        return status

    def kill(self):
        if self.process and not self.ended():
            try:
                self.stop(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def kill_all(self, shuffle=lambda pids: None):
        """kill -9 of the parent and every role, in this order or another."""
        pids = [self.process.pid, *(pid for pid, words in self.roles().items() if '-x' in words)]
        shuffle(pids)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # with the parent every role ends
        self.process.wait()

    def refuses(self, *options, patience=PATIENCE_S):
        """Runs it to its end, which must be a refusal; returns what it said."""
        self.launch(*options)
        status = self.process.wait(patience)
        assert status == 1, f'exit status {status}, not 1'
        return self.said()

    def said(self):
        try:
            with open(self.path('said'), encoding='utf-8', errors='replace') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def log(self):
        try:
            with open(self.path('vigie.log'), encoding='utf-8', errors='replace') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def roles(self):
        """pid -> words of the command line, of every process below the parent."""
        found, todo = {}, [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                with open(f'/proc/{pid}/task/{pid}/children') as f:
                    children = [int(p) for p in f.read().split()]
            except OSError:
                continue
            for child in children:
                try:
                    with open(f'/proc/{child}/cmdline') as f:
                        found[child] = f.read().split('\0')[:-1]
                except OSError:
                    continue
                todo.append(child)
        return found

    # ---- talking to it ----

    def order(self, text):
        with open(self.path('cmd'), 'w', encoding='utf-8') as f:
            f.write(f'[{int(time.time())}] {text}\n')

    def livestatus(self, text):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(self.live)
            s.sendall((text + '\nOutputFormat: json\n\n').encode())
            s.shutdown(socket.SHUT_WR)
            answer = b''
            while chunk := s.recv(65536):
                answer += chunk
        return json.loads(answer)

    def service(self, host='h', service='s', columns='state state_type has_been_checked plugin_output'):
        rows = self.livestatus(f'GET services\nColumns: {columns}\nFilter: host_name = {host}\nFilter: description = {service}')
        return dict(zip(columns.split(), rows[0])) if rows else None


def preload(library):
    """The environment for a library before libc: builds with sanitizers hand it on to the roles."""
    return {'LD_PRELOAD': library, 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}


def shim(v, code):
    """Such a library, of this C code, in the folder of v."""
    v.put('shim.c', '#define _GNU_SOURCE\n' + code)
    if subprocess.run(['cc', '-shared', '-fPIC', '-o', v.path('shim.so'), v.path('shim.c')], check=False).returncode:
        raise Skip('needs a C compiler')
    return preload(v.path('shim.so'))


def shifted(v, days):
    """Such a library, by which the date is so many days off. (That of faketime asks for memory while a sanitizer gives some.)"""
    return shim(v, f"""#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *ts)
{{
    long wrong = syscall(SYS_clock_gettime, id, ts);
    if (!wrong && id == CLOCK_REALTIME)
        ts->tv_sec += {days} * 86400L;
    return (int)wrong;
}}
time_t time(time_t *at)
{{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    if (at)
        *at = ts.tv_sec;
    return ts.tv_sec;
}}
""")


def vigie(*words, program=VIGIE, timeout=PATIENCE_S, env=None):
    """Runs a sub-command; (exit status, stdout, stderr). env: what it has beside our environment."""
    p = subprocess.run([program, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, env={**os.environ, **QUICK, **(env or {})})
    return p.returncode, p.stdout, p.stderr


class Skip(Exception):
    pass


def main():
    """Runs the test_* functions of the calling script (or those named in argv) and ends with the counts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests in the background may ignore it, and all below would
    names = vars(sys.modules['__main__'])
    passed = failed = skipped = 0
    for name in [n for n in names if n.startswith('test_') and (len(sys.argv) < 2 or n in sys.argv[1:])]:
        try:
            names[name]()
            passed += 1
            print(f'ok   {name}', flush=True)
        except Skip as e:
            skipped += 1
            print(f'skip {name}: {e}', flush=True)
        except Exception:  # whatever it is, the next test is run
            failed += 1
            print(f'FAIL {name}\n{traceback.format_exc()}', flush=True)
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    sys.exit(1 if failed else 0)
