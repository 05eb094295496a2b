# SPDX-License-Identifier: Apache-2.0
"""One engine in a folder of its own, with the objects, plugins and orders of a scenario; and how its state is asked for."""
import getpass
import grp
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'nagios')

# What every scenario stands on is what `vigie simulate` stands on.
TIMELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'src', 'cmd', 'timeline')


def main_directives():
    with open(os.path.join(TIMELINE, 'main.cfg'), encoding='utf-8') as f:
        return dict(line.rstrip('\n').split('=', 1) for line in f if '=' in line and not line.startswith('#'))


MAIN = main_directives()
FILES = {'log_file': 'engine.log', 'command_file': 'rw/cmd', 'status_file': 'status.dat', 'lock_file': 'lock',
         'temp_file': 'tmp/tmp', 'temp_path': 'tmp', 'check_result_path': 'spool', 'object_cache_file': 'objects.cache',
         'state_retention_file': 'retention.dat', 'log_archive_path': 'tmp'}

# Name in the recordings (that of status.dat) and Livestatus column.
COLUMNS = {
    'current_state': 'state', 'state_type': 'state_type', 'current_attempt': 'current_attempt',
    'max_attempts': 'max_check_attempts', 'problem_has_been_acknowledged': 'acknowledged',
    'acknowledgement_type': 'acknowledgement_type', 'scheduled_downtime_depth': 'scheduled_downtime_depth',
    'is_flapping': 'is_flapping', 'notifications_enabled': 'notifications_enabled',
    'active_checks_enabled': 'active_checks_enabled', 'passive_checks_enabled': 'accept_passive_checks',
    'event_handler_enabled': 'event_handler_enabled', 'flap_detection_enabled': 'flap_detection_enabled',
    'current_notification_number': 'current_notification_number', 'plugin_output': 'plugin_output',
    'long_plugin_output': 'long_plugin_output', 'performance_data': 'perf_data', 'has_been_checked': 'has_been_checked',
}
NOTES = ('host_name', 'service_description', 'author', 'comment_data', 'comment', 'persistent', 'entry_type', 'fixed', 'duration')


class Sandbox:
    """The folder, the engine's process, and what can be done to it."""

    def __init__(self, scenario, engine):
        self.scenario, self.engine, self.process = scenario, engine, None
        self.d = tempfile.mkdtemp(prefix='vigie-scenario-')
        for sub in ('', 'plugins', 'rw', 'spool', 'tmp', 'etc'):
            os.makedirs(self.path(sub), exist_ok=True)
            os.chmod(self.path(sub), 0o777)  # plugins may run under another id
        for script in ('plug.sh', 'rec.sh'):
            shutil.copy2(os.path.join(DATA, script), self.path(script))
        open(self.path('effects.log'), 'w').close()
        os.chmod(self.path('effects.log'), 0o666)
        self.write_config()
        for key, answer in scenario.get('plugins', {}).items():
            self.set_plugin(key, answer)

    def path(self, *parts):
        return os.path.join(self.d, *parts)

    def words(self, text):
        return text.replace('@D@', self.d).replace('@BIN@', self.d)

    def write_config(self, objects=None):
        lines = [f'resource_file={self.path("etc/resource.cfg")}', f'cfg_file={self.path("etc/objects.cfg")}']
        lines += [f'{k}={self.path(v)}' for k, v in FILES.items()]
        lines += [f'nagios_user={getpass.getuser()}', f'nagios_group={grp.getgrgid(os.getgid()).gr_name}']
        lines += [f'{k}={v}' for k, v in {**MAIN, **self.scenario.get('main', {})}.items()]
        if self.engine == 'vigie':
            lines += [self.words('vigie_state_dir=@D@/state'), self.words('vigie_livestatus_socket=@D@/rw/live'), 'vigie_http_listen=']
        else:
            lines += [f'query_socket={self.path("rw/qh")}', 'check_for_updates=0', 'event_broker_options=-1', 'check_workers=2']
        self.put('etc/main.cfg', '\n'.join(lines) + '\n')
        self.put('etc/resource.cfg', f'$USER1$={self.d}\n$USER2$={self.d}\n$USER5$=secret5\n')
        with open(os.path.join(TIMELINE, 'common.cfg'), encoding='utf-8') as f:
            common = f.read()
        self.put('etc/objects.cfg', self.words(common + '\n' + '\n'.join(objects or self.scenario['objects']) + '\n'))

    def put(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(text)

    def set_plugin(self, key, answer):
        if not isinstance(answer, dict):
            answer = {'rc': answer[0], 'out': answer[1]}
        for part in ('out', 'rc', 'sleep', 'sig'):
            name = self.path('plugins', f'{key}.{part}')
            if part in answer:
                self.put(name + '~', str(answer[part]) + ('\n' if part == 'out' and answer[part] else ''))
                os.rename(name + '~', name)
            elif part in ('sleep', 'sig') and os.path.exists(name):
                os.unlink(name)

    def start(self):
        main = self.path('etc/main.cfg')
        argv = [os.environ['VIGIE'], 'run', '-c', main] if self.engine == 'vigie' else ['/usr/sbin/nagios4', main]
        with open(self.path('stdout.txt'), 'ab') as out:
            self.process = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.d,
                                            start_new_session=True)
        end = time.monotonic() + 30
        while not self.pipe_is_read():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.path('stdout.txt'), errors='replace') as f:
                    raise RuntimeError(f'the engine does not run ({self.process.returncode}):\n{f.read()[-2000:]}')
            time.sleep(0.05)

    def pipe_is_read(self):
        try:
            os.close(os.open(self.path('rw/cmd'), os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError:
            return False

    def stop(self):
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None
        if os.path.exists(self.path('rw/cmd')):
            os.unlink(self.path('rw/cmd'))

    def order(self, text):
        with open(self.path('rw/cmd'), 'w', encoding='utf-8') as f:
            f.write(f'[{int(time.time())}] {text}\n')

    def read(self, name):
        try:
            with open(self.path(name), encoding='utf-8', errors='replace') as f:
                return f.read().splitlines()
        except OSError:
            return []

    def remove(self):
        shutil.rmtree(self.d, ignore_errors=True)

    # ---- asking ----

    def probe(self, mask, fields=None):
        for _ in range(40):  # a status file may just be replaced, or not be written yet
            raw = self.ask_livestatus() if self.engine == 'vigie' else self.ask_status_file()
            if raw:
                break
            time.sleep(0.1)
        found = {}
        for key, value in raw.items():
            if key.startswith('#'):
                notes = [{k: mask(v) for k, v in note.items() if k in NOTES and v != ''} for note in value]
                found[key] = sorted(notes, key=lambda n: json.dumps(n, sort_keys=True))
            else:
                found[key] = {f: mask(' '.join(value.get(f, '').split())) for f in fields or COLUMNS}
        return found

    def query(self, text):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.connect(self.path('rw/live'))
        s.sendall((text + '\nOutputFormat: json\n\n').encode())
        s.shutdown(socket.SHUT_WR)
        answer = b''
        while chunk := s.recv(65536):
            answer += chunk
        s.close()
        return json.loads(answer or b'[]')

    def ask_livestatus(self):
        found, columns = {}, ' '.join(COLUMNS.values())
        for row in self.query(f'GET hosts\nColumns: name {columns}'):
            found[row[0]] = dict(zip(COLUMNS, map(str, row[1:])))
        for row in self.query(f'GET services\nColumns: host_name description {columns}'):
            found[f'{row[0]};{row[1]}'] = dict(zip(COLUMNS, map(str, row[2:])))
        for table, names in (('comment', ('host_name', 'service_description', 'author', 'comment_data', 'persistent', 'entry_type')),
                             ('downtime', ('host_name', 'service_description', 'author', 'comment', 'fixed', 'duration'))):
            columns = ' '.join(names).replace('comment_data', 'comment')
            for row in self.query(f'GET {table}s\nColumns: {columns}'):
                note = dict(zip(names, map(str, row)))
                found.setdefault(f'#{"service" if row[1] else "host"}{table}', []).append(note)
        return found

    def ask_status_file(self):
        found, kind, fields = {}, None, {}
        for line in map(str.strip, self.read('status.dat')):
            if line.endswith('{'):
                kind, fields = line[:-1].strip(), {}
            elif line == '}':
                if kind == 'hoststatus':
                    found[fields['host_name']] = fields
                elif kind == 'servicestatus':
                    found[f'{fields["host_name"]};{fields["service_description"]}'] = fields
                elif re.match('(host|service)(comment|downtime)$', kind or ''):
                    found.setdefault('#' + kind, []).append(fields)
            elif '=' in line:
                key, value = line.split('=', 1)
                fields[key] = value
        return found
