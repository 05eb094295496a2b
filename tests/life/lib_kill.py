# SPDX-License-Identifier: Apache-2.0
"""For the kill loop (60-kill.py): clients that load a Vigie in every way there is, and remember what was acknowledged.

Each result that is handed in to a service has the next number of that service, critical when it is odd, ok when it is even: so each one that is applied changes the state, and an alert
in the history says which number it was. Each comment and each downtime has words that no other has."""
import collections
import gzip
import http.client
import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time

PACE_S = 0.01  # between two requests of one client: others use this machine, too
ANSWER_S = 40  # more than any role waits for another
ALLOWED = (429, 502, 503, 504)  # what may be answered while a role is away
LONG_AGO = 1  # the time that external commands carry: no time at all, so it is that of their arrival

BY_API = [f'p{i}' for i in range(6)]
TOLD = ['n0', 'n1']    # a command of their contact writes into a file
HOOKED = ['w0']        # their contact has a webhook
BY_CTL = ['c0']
BY_FILE = ['f0', 'f1']
BY_SOCKET = ['l0']
ACTIVE = {'dummy': 'say!0!fine', 'tcp': 'plugin-tcp', 'slow': 'slow', 'native-tcp': 'native-tcp', 'native-ping': 'native-ping'}
CLIENTS = ('api0', 'api1', 'told', 'ctl', 'file', 'socket', 'notes')
PASSIVE = BY_API + TOLD + HOOKED + BY_CTL + BY_FILE + BY_SOCKET
MEASURED = BY_FILE + BY_SOCKET  # the number is a measurement, too, of one of 100 series: of two in one millisecond a series has the later one


def objects(v_path, listener, hook):
    def service(name, more):
        return f'define service {{\n use ts\n host_name h\n service_description {name}\n flap_detection_enabled 0\n{more}}}\n'
    passive = ' active_checks_enabled 0\n max_check_attempts 1\n notification_interval 0\n'
    contact = ' host_notification_period always\n service_notification_period always\n host_notification_options d,r\n service_notification_options w,u,c,r\n'
    return ''.join((
        f'define command {{\n command_name write-down\n command_line {v_path("write-down.sh")} $SERVICEDESC$ $SERVICEOUTPUT$\n}}\n',
        f'define command {{\n command_name plugin-tcp\n command_line /usr/lib/nagios/plugins/check_tcp -H 127.0.0.1 -p {listener}\n}}\n',
        f'define command {{\n command_name native-tcp\n command_line vigie:tcp -H 127.0.0.1 -p {listener}\n}}\n',
        'define command {\n command_name native-ping\n command_line vigie:ping -H 127.0.0.1 -n 1\n}\n',
        f'define command {{\n command_name slow\n command_line {v_path("slow.sh")}\n}}\n',
        f'define contact {{\n contact_name bob\n{contact} service_notification_commands write-down\n host_notification_commands tell\n}}\n',
        f'define contact {{\n contact_name hugo\n{contact} vigie_webhook http://127.0.0.1:{hook}/\n}}\n',
        'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n',
        *(service(n, passive + ' notifications_enabled 0\n') for n in BY_API + BY_CTL + BY_FILE + BY_SOCKET),
        *(service(n, passive + ' contacts bob\n') for n in TOLD),
        *(service(n, passive + ' contacts hugo\n') for n in HOOKED),
        *(service(n, f' check_command {command}\n check_interval 1\n notifications_enabled 0\n') for n, command in ACTIVE.items())))


class Listener:
    """Something that plugins and native checks can connect to."""

    def __init__(self, port):
        self.socket = socket.create_server(('127.0.0.1', port), backlog=64)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            self.socket.accept()[0].close()


class Hook:
    """Takes what is posted by webhooks, and measurements as Influx lines."""

    def __init__(self, port):
        self.posted = posted = collections.Counter()
        self.measured = measured = set()  # (service, number); one may come again after a kill

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                if self.path.startswith('/api/v2/write'):
                    text = gzip.decompress(body).decode()
                    measured.update((service, int(n)) for service, n in re.findall(r',label=n\d+,service=(\w+) value=(\d+)', text))
                else:
                    found = re.search(r'"n=(\d+)"', json.dumps(json.loads(body)))
                    posted[HOOKED[0], int(found[1])] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words):
                pass
        threading.Thread(target=http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler).serve_forever, daemon=True).start()


class Promises:
    """What was sent and what was acknowledged, over all rounds."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent = dict.fromkeys(PASSIVE, 0)
        self.high = dict.fromkeys(PASSIVE, 0)  # the last number that was acknowledged
        self.acked = []  # (service, number), in this round
        self.notes = {'comments': {}, 'downtimes': {}}  # words -> whether it was acknowledged
        self.deleted = {'comments': {}, 'downtimes': {}}  # number -> whether its deletion was acknowledged
        self.count = 0

    def next(self, service):
        self.sent[service] += 1  # one client a service
        return self.sent[service]

    def word(self):
        with self.lock:
            self.count += 1
            return f'note {self.count}'

    def took(self, service, number):
        self.acked.append((service, number))
        self.high[service] = number

    def acknowledged(self):
        """How many results and notes were, by all clients, in all rounds."""
        return sum(self.high.values()) + sum(sum(n.values()) for n in self.notes.values())


class Load:
    """The clients of one round."""

    def __init__(self, v, port, token, promises, to_delete):
        self.v, self.port, self.token, self.p, self.on = v, port, token, promises, True
        self.to_delete, self.ids, self.wrong = list(to_delete), {}, []
        self.done = collections.Counter()
        self.written, self.lines = {}, []  # into the command file: service -> number, and words
        self.threads = [threading.Thread(target=self.life, args=(name,), daemon=True) for name in CLIENTS]

    def begin(self):
        for t in self.threads:
            t.start()

    def end(self):
        self.on = False
        for t in self.threads:
            t.join(60)
            assert not t.is_alive(), 'a client waits for ever'
        assert not self.wrong, self.wrong

    def life(self, name):
        """One client: again and again, until the round ends."""
        act = getattr(self, name.rstrip('0123456789'))
        turn = int(name[-1]) if name[-1].isdigit() else 0
        while self.on:
            try:
                if act(turn):
                    self.done[name] += 1
            except Exception as e:  # the round must learn of it
                self.wrong.append(f'{name}: {type(e).__name__} {e}')
                return
            turn += 2
            time.sleep(PACE_S)

    # ---- ways in ----

    def call(self, method, path, body=None):
        """(status, answer); 0: the connection ended without one, so it may have happened or not."""
        try:
            c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=ANSWER_S)
            c.request(method, path, json.dumps(body) if body is not None else None,
                      {'Authorization': f'Bearer {self.token}', 'Content-Type': 'application/json'})
            answer = c.getresponse()
            return answer.status, json.loads(answer.read() or b'{}')
        except TimeoutError as e:  # whatever is killed: it is answered, or the connection ends
            raise AssertionError(f'{method} {path} is never answered') from e
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}

    def good(self, status, answer):
        assert not status or 200 <= status < 300 or status in ALLOWED, (status, answer)
        return 200 <= status < 300

    def resource(self, service):
        while service not in self.ids and self.on:
            status, answer = self.call('GET', '/api/v1/resources?limit=100&kind=service')
            if self.good(status, answer):
                self.ids.update({row['service']: row['id'] for row in answer['resources']})
            else:
                time.sleep(PACE_S)
        return f'/api/v1/resources/{self.ids.get(service)}'

    def submit(self, service):
        where, n = self.resource(service), self.p.next(service)
        ok = self.good(*self.call('POST', where + '/submit', {'state': 'critical' if n % 2 else 'ok', 'output': f'n={n}'}))
        if ok:
            self.p.took(service, n)
        return ok

    def note(self, kind, write):
        words = self.p.word()
        self.p.notes[kind][words] = False
        if write(words):
            self.p.notes[kind][words] = True

    # ---- clients ----

    def api(self, turn):
        return self.submit(BY_API[turn % len(BY_API)])

    def told(self, turn):
        return self.submit((TOLD + HOOKED)[turn // 2 % 3])

    def notes(self, turn):
        service = BY_API[turn // 2 % len(BY_API)]
        where, now = self.resource(service), int(time.time())

        def moment(s):
            return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(s))
        self.note('comments', lambda words: self.good(*self.call('POST', where + '/comment', {'comment': words})))
        self.note('downtimes', lambda words: self.good(*self.call(
            'POST', where + '/downtime', {'start': moment(now - 1), 'end': moment(now + 86400), 'comment': words})))
        for kind, number in [self.to_delete.pop() for _ in range(min(len(self.to_delete), 3))]:
            self.delete(kind, number)
        return True

    def delete(self, kind, number):
        self.p.deleted[kind].setdefault(number, False)
        if self.good(*self.call('DELETE', f'/api/v1/{kind}/{number}')):
            self.p.deleted[kind][number] = True

    def command(self, *words):
        done = subprocess.run([self.v.program, 'ctl', *words, '-c', self.v.main], capture_output=True, text=True, timeout=60)
        return done.returncode == 0

    def ctl(self, turn):
        n = self.p.next(BY_CTL[0])
        if self.command('submit', 'h', BY_CTL[0], '-s', 'critical' if n % 2 else 'ok', '-m', f'n={n}'):
            self.p.took(BY_CTL[0], n)
        if turn // 2 % 2:
            self.note('comments', lambda words: self.command('comment', 'add', 'h', BY_CTL[0], '-m', words))
        else:
            self.note('downtimes', lambda words: self.command('downtime', 'h', BY_CTL[0], '--for', '1d', '-m', words))
        return True

    def line(self, turn, services, give):
        """Results and notes in Nagios' format: nothing is acknowledged, and nothing may happen twice."""
        service, words = services[turn // 2 % len(services)], self.p.word()
        n = self.p.next(service)
        self.p.notes['comments'][words] = False
        return give(f'[{LONG_AGO}] PROCESS_SERVICE_CHECK_RESULT;h;{service};{2 * (n % 2)};n={n}|n{n % 100}={n}\n') and \
            give(f'[{LONG_AGO}] ADD_SVC_COMMENT;h;{service};1;kim;{words}\n')

    def file(self, turn):
        def give(text):
            try:
                fd = os.open(self.v.path('cmd'), os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return False  # there is none while Vigie is away
            try:
                if os.write(fd, text.encode()) != len(text):
                    return False
            except OSError:
                return False
            finally:
                os.close(fd)
            result = re.search(r';(\w+);\d;n=(\d+)\|', text)
            if result:
                self.written[result[1]] = int(result[2])
            else:
                self.lines.append(text.rstrip('\n').rpartition(';')[2])
            return True
        return self.line(turn, BY_FILE, give)

    def file_was_read(self):
        """No parent was killed: then what is written into the command file is as good as acknowledged."""
        self.p.high.update(self.written)
        self.p.notes['comments'].update(dict.fromkeys(self.lines, True))

    def socket(self, turn):
        def give(text):
            try:
                with socket.socket(socket.AF_UNIX) as s:
                    s.settimeout(ANSWER_S)
                    s.connect(self.v.live)
                    s.sendall(b'COMMAND ' + text.encode() + b'\n')
                    s.shutdown(socket.SHUT_WR)
                    return s.recv(1) == b''
            except TimeoutError as e:
                raise AssertionError('Livestatus keeps a connection that its client has ended') from e
            except OSError:
                return False
        return self.line(turn, BY_SOCKET, give)
