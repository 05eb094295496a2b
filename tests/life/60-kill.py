#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=600
"""kill -9 at random moments under load: what was answered with 2xx is there afterwards, nothing older comes back, and no check stays stuck.
VIGIE_KILLS says how often (tests/long does it for long), VIGIE_SEED with which dice."""
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time

from lib_vigie import Vigie, main, until, vigie

SERVICES = 12
KILLS = int(os.environ.get('VIGIE_KILLS', '8'))
SEED = int(os.environ.get('VIGIE_SEED') or random.randrange(1 << 30))
PORT = int(os.environ.get('PORT') or 18460)
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description p{i}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
    for i in range(SERVICES)) + 'define service {\n use ts\n host_name h\n service_description live\n check_interval 1\n}\n'


class Load:
    """Clients that submit numbered results, and remember what was answered."""

    def __init__(self, token, earlier):
        self.token, self.on = token, True
        # Numbers only rise, over all rounds: an old one that is still there is never taken for a new one.
        self.sent = list(earlier.sent) if earlier else [0] * SERVICES
        self.acked = list(earlier.acked) if earlier else [0] * SERVICES
        self.comments, self.ids = [], {}
        self.threads = [threading.Thread(target=self.run, args=(k,), daemon=True) for k in range(2)]
        rows = until(lambda: self.call('GET', '/api/v1/resources?limit=100&kind=service')[1].get('resources'))
        for row in rows:
            self.ids[row['service']] = row['id']
        for t in self.threads:
            t.start()

    def call(self, method, path, body=None):
        try:
            c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=5)
            c.request(method, path, json.dumps(body) if body is not None else None,
                      {'Authorization': f'Bearer {self.token}', 'Content-Type': 'application/json'})
            answer = c.getresponse()
            text = answer.read()
            return answer.status, json.loads(text or b'{}')
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}  # not answered: it may have happened, or not

    def run(self, k):
        n = 0
        while self.on:
            n += 1
            i = (n * 2 + k) % SERVICES
            self.sent[i] += 1
            number = self.sent[i]
            status, answer = self.call('POST', f'/api/v1/resources/{self.ids[f"p{i}"]}/submit',
                                       {'state': 'critical' if number % 2 else 'ok', 'output': f'n={number}'})
            if 200 <= status < 300:
                self.acked[i] = number
            elif status:
                assert status in (429, 502, 503, 504), (status, answer)
            if n % 10 == 0:
                words = f'note {self.token[-6:]} {k} {n}'
                status, answer = self.call('POST', f'/api/v1/resources/{self.ids[f"p{i}"]}/comment', {'comment': words})
                if 200 <= status < 300:
                    self.comments.append(words)

    def stop(self):
        self.on = False
        for t in self.threads:
            t.join(30)


def token(v):
    done = subprocess.run([v.program, 'ctl', 'token', 'create', f'kill{time.monotonic_ns()}', '--role', 'admin', '-c', v.main, '-o', 'json'],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['token']


def pids(v, role):
    return [pid for pid, words in v.roles().items() if '-x' in words and words[words.index('-x') + 1] == role]


def check(v, load):
    for i in range(SERVICES):
        def caught_up(i=i):
            row = v.service(service=f'p{i}', columns='plugin_output has_been_checked')
            if not load.acked[i]:
                return True
            return row and row['plugin_output'].startswith('n=') and int(row['plugin_output'][2:]) >= load.acked[i]
        until(caught_up, f'p{i}: {load.acked[i]} was acknowledged; there is '
                         f'{v.service(service=f"p{i}", columns="plugin_output")}', patience=20)
        row = v.service(service=f'p{i}', columns='plugin_output')
        if row['plugin_output'].startswith('n='):
            assert int(row['plugin_output'][2:]) <= load.sent[i], row
    there = {row[0] for row in v.livestatus('GET comments\nColumns: comment')}
    lost = [words for words in load.comments if words not in there]
    assert not lost, f'acknowledged comments are lost: {lost}'


def moves(v):
    """The active check goes on."""
    def last():
        return v.service(service='live', columns='last_check')['last_check']
    before = last()
    until(lambda: last() > before, 'a check is stuck')


def test_kill_at_random():
    dice = random.Random(SEED)
    print(f'seed {SEED}')
    with Vigie(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        load = None
        for round_ in range(KILLS):
            load = Load(token(v), load)
            time.sleep(dice.random() * 1.5)  # the moment is what is tested
            whole = dice.randrange(3) == 0
            role = dice.choice(['store', 'store', 'engine', 'gate', 'reader', 'runner'])
            if whole:
                os.kill(v.process.pid, signal.SIGKILL)
                load.stop()
                v.process.wait()
                v.start()
            else:
                for pid in pids(v, role):
                    os.kill(pid, signal.SIGKILL)
                before = sum(load.acked)
                until(lambda: sum(load.acked) > before + 4, f'service goes on after kill -9 of {role}')
                load.stop()
            print(f'round {round_}: killed {"everything" if whole else role}; {sum(load.acked)} acknowledged of {sum(load.sent)}')
            check(v, load)
            moves(v)
            assert 'damaged' not in v.said(), v.said()
        assert v.stop() == 0
        status, text, said = vigie('journal', 'verify', '-c', v.main)
        assert status == 0 and text.endswith('whole\n'), text + said


main()
