#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Livestatus socket as a socket: half-closed connections, kept ones, many requests in one write, answers that nobody reads, requests without an end, a gate that dies."""
import json
import os
import signal
import socket
import time

from lib_vigie import ONE, Skip, Vigie, main, until

NAMES = 'GET services\nColumns: description\nOutputFormat: json\n'
ANSWER = b'[["s"]]\n'


class Client:
    def __init__(self, v):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(v.live)

    def say(self, text, last=False):
        self.s.sendall(text.encode() if isinstance(text, str) else text)
        if last:
            self.s.shutdown(socket.SHUT_WR)
        return self

    def take(self, n):
        got = b''
        while len(got) < n:
            part = self.s.recv(n - len(got))
            assert part, f'it was closed behind {got!r}'
            got += part
        return got

    def rest(self):
        got = b''
        while part := self.s.recv(1 << 20):
            got += part
        return got

    def fixed(self):
        head = self.take(16)
        assert head[3:4] == b' ' and head[15:] == b'\n', head
        return int(head[:3]), self.take(int(head[4:15]))


def test_ends_of_a_request():
    with Vigie() as v:
        v.start()
        assert Client(v).say(NAMES, last=True).rest() == ANSWER, 'half-closed, without an empty line'
        assert Client(v).say(NAMES + '\n', last=True).rest() == ANSWER, 'half-closed'
        assert Client(v).say(NAMES + '\n').rest() == ANSWER, 'an empty line ends it, and the answer the connection'
        assert Client(v).say((NAMES + '\n').replace('\n', '\r\n')).rest() == ANSWER, 'lines as Windows ends them'
        c = Client(v)
        for byte in NAMES + '\n':  # in as many pieces as there can be
            c.say(byte)
        assert c.rest() == ANSWER
        assert Client(v).say('', last=True).rest() == b'', 'nothing asked, nothing answered'
        assert v.stop() == 0


def test_kept_open():
    keep = NAMES + 'KeepAlive: on\nResponseHeader: fixed16\n\n'
    with Vigie() as v:
        v.start()
        c = Client(v)
        for _ in range(3):
            assert c.say(keep).fixed() == (200, ANSWER)
        c.say(keep * 200)  # without waiting: every one is answered, in order
        for _ in range(200):
            assert c.fixed() == (200, ANSWER)
        c.say('GET nothing\nKeepAlive: on\nResponseHeader: fixed16\n\n' + keep)
        code, text = c.fixed()
        assert code == 404 and b'nothing' in text, 'an error does not end a connection that is kept'
        assert c.fixed() == (200, ANSWER)
        assert c.say(keep.replace('KeepAlive: on', 'KeepAlive: off')).fixed() == (200, ANSWER) and c.rest() == b''
        c = Client(v).say(keep, last=True)
        assert c.fixed() == (200, ANSWER) and c.rest() == b'', 'kept, but the client is done'
        assert v.stop() == 0


def test_commands():
    with Vigie(objects=ONE.replace('description s', 'description s\n active_checks_enabled 0')) as v:
        v.start()

        def result(text):
            return f'COMMAND [{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;s;1;{text}'

        def arrives(text):
            until(lambda: v.service()['plugin_output'] == text, text)

        assert Client(v).say(result('half-closed') + '\n', last=True).rest() == b''
        arrives('half-closed')
        c = Client(v).say(result('empty line') + '\n\n')
        arrives('empty line')
        assert c.say(NAMES + '\n').rest() == ANSWER, 'who gave a command may go on'
        assert Client(v).say(result('not kept') + '\nKeepAlive: off\n\n').rest() == b''
        arrives('not kept')
        Client(v).say(result('gone at once') + '\n\n').s.close()
        arrives('gone at once')
        c = Client(v).say(result('kept') + '\nKeepAlive: on\n\n' + NAMES + 'KeepAlive: on\n\n')
        assert c.take(len(ANSWER)) == ANSWER, 'a command has no answer of its own'
        arrives('kept')
        before = v.log().count('External command refused')
        Client(v).say('COMMAND [1] MAKE_COFFEE\n\n', last=True).rest()
        until(lambda: v.log().count('External command refused') == before + 1, 'a refused one is in the log')
        assert v.stop() == 0


def test_clients_that_misbehave():
    with Vigie() as v:
        v.start()
        c = Client(v)
        try:
            c.say('GET services\nResponseHeader: fixed16\nColumns:' + ' description' * 100000)
        except BrokenPipeError:
            pass
        assert c.fixed()[0] == 413, 'a request without an end'
        assert b'begins with GET' in Client(v).say(b'\x00\xff\xfe' * 1000 + b'\n\n').rest()
        # Asks and never reads: what waits for it is bounded, and nobody else notices.
        silent = Client(v)
        silent.s.setblocking(False)
        sent = 0
        try:
            while sent < 64 << 20:
                sent += silent.s.send(b'GET columns\nKeepAlive: on\n\n' * 100)
        except BlockingIOError:
            pass
        assert Client(v).say(NAMES, last=True).rest() == ANSWER
        local = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local'])
        with open(f'/proc/{local}/statm') as f:
            assert int(f.read().split()[1]) * 4096 < 100 << 20, 'local keeps answers without a bound'
        idle = [Client(v) for _ in range(100)]
        assert Client(v).say(NAMES, last=True).rest() == ANSWER
        for c in idle:
            c.s.close()
        assert v.stop() == 0


def test_whose_socket_it_is():
    """As the command file: of the owner of the configuration, in the group that a setgid folder gives. It is how web servers get in."""
    if os.geteuid():
        raise Skip('only root gives files away')
    with Vigie() as v:
        owner, group = 1, 33
        os.chown(v.d, owner, owner)
        for folder, mode, wanted in (('open', 0o2775, owner), ('closed', 0o2755, 0)):
            os.mkdir(v.path(folder))
            os.chown(v.path(folder), wanted, group)
            os.chmod(v.path(folder), mode)
        with open(v.main, encoding='utf-8') as f:
            main_file = f.read().replace(v.path('cmd'), v.path('open/cmd')).replace(v.live, '{live}')
        for folder in 'open', 'closed', 'open':
            v.live = v.path(folder + '/live')
            v.put('main.cfg', main_file.replace('{live}', v.live))
            os.chown(v.main, owner, owner)
            v.start()
            found = os.stat(v.live)
            assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (owner, group, 0o660), found
            assert os.stat(v.path('open/cmd')).st_gid == group
            assert v.livestatus('GET services\nColumns: description') == [['s']]
            v.kill()


def test_log():
    """The history as lines of Nagios's log, with the same words as the log file has."""
    objects = ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace(
        'description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1')
    with Vigie(objects=objects, main='log_external_commands=1\nvigie_history_passive=1') as v:
        began = int(time.time())
        v.start()
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;gone; really')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken')
        v.order('PROCESS_HOST_CHECK_RESULT;h;0;here')
        v.order('ACKNOWLEDGE_SVC_PROBLEM;h;s;1;1;0;ann;I see')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;s;{began - 1};{began + 3600};1;0;3600;ann;works')

        def lines(kind):
            return [row[0] for row in v.livestatus(f'GET log\nColumns: message\nFilter: time >= {began}\nFilter: type ~ {kind}\nSort: lineno asc')]

        until(lambda: lines('DOWNTIME ALERT') and ' DOWNTIME ALERT: ' in v.log(), 'the last of it')
        for kind in ('HOST ALERT', 'SERVICE ALERT', 'HOST NOTIFICATION', 'SERVICE NOTIFICATION', 'SERVICE DOWNTIME ALERT', 'EXTERNAL COMMAND', 'PASSIVE HOST CHECK', 'PASSIVE SERVICE CHECK'):
            # commands that hand results in are no events of the history
            wanted = [line for line in v.log().splitlines() if f'] {kind}: ' in line and ': PROCESS_' not in line]
            assert wanted and lines(kind) == wanted, (kind, lines(kind), wanted)
        assert v.livestatus('GET log\nColumns: state state_type plugin_output\nFilter: type = SERVICE ALERT') == [[2, 'HARD', 'broken']]
        assert v.livestatus('GET log\nStats: type = SERVICE ALERT\nStats: type = HOST ALERT') == [[1, 2]]
        assert v.livestatus(f'GET log\nColumns: type\nFilter: time < {began - 3600}') == []
        of_objects = v.livestatus('GET log\nColumns: message\nFilter: host_name = h')
        assert of_objects and v.livestatus('GET log\nColumns: message\nAuthUser: ann') == of_objects, 'what a contact is told of'
        assert v.livestatus('GET log\nColumns: message\nAuthUser: nobody') == []
        c = Client(v)
        for _ in range(2):
            c.say('GET log\nStats: class = 3\nKeepAlive: on\nResponseHeader: fixed16\nOutputFormat: json\n\n')
        told = v.log().count(' NOTIFICATION: ')
        for _ in range(2):
            assert c.fixed() == (200, f'[[{told}]]\n'.encode()), 'and the connection goes on'
        assert v.stop() == 0


def test_long_log():
    """More events than the reader hands over at once: every one is there, once, and in order."""
    n = 2500
    with Vigie(objects=ONE.replace('address 127.0.0.1', 'address 127.0.0.1\n active_checks_enabled 0').replace(
            'description s', 'description s\n active_checks_enabled 0\n max_check_attempts 1'), main='enable_notifications=0\n') as v:
        v.start()
        with open(v.path('cmd'), 'w') as f:
            for i in range(n):
                f.write(f'[1] PROCESS_SERVICE_CHECK_RESULT;h;s;{i % 2};number {i}\n')
                f.flush()
        wanted = [f'number {i}' for i in range(1, n)]  # the first found it as it was
        until(lambda: v.livestatus('GET log\nColumns: plugin_output\nFilter: type = SERVICE ALERT\nLimit: 1') == [[wanted[-1]]], 'the last')
        got = [row[0] for row in v.livestatus('GET log\nColumns: plugin_output\nFilter: type = SERVICE ALERT')]
        assert got == wanted[::-1], (len(got), got[:3], got[-3:])
        reader = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'reader'])
        os.kill(reader, signal.SIGKILL)

        def answer():
            code, text = Client(v).say('GET log\nStats: type = SERVICE ALERT\nOutputFormat: json\nResponseHeader: fixed16\n\n').fixed()
            assert code in (200, 502), (code, text)
            return code == 200 and json.loads(text) == [[n - 1]]
        until(answer, 'it is answered again, and until then with an error that says so')
        assert v.stop() == 0


def test_gate_is_killed():
    with Vigie() as v:
        v.start()
        c = Client(v)
        assert c.say(NAMES + 'KeepAlive: on\nResponseHeader: fixed16\n\n').fixed() == (200, ANSWER)
        gate = next(pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'gate'])
        os.kill(gate, signal.SIGKILL)

        def answer():
            code, text = Client(v).say(NAMES + 'ResponseHeader: fixed16\n\n').fixed()
            assert code in (200, 502), (code, text)
            return code == 200 and json.loads(text) == [['s']]
        until(answer, 'it is answered again, and until then with an error that says so')
        assert v.stop() == 0


main()
