#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40 sanitized=long
"""kill -9 at random moments under load: what was acknowledged is there afterwards and stands once, nothing older comes back, nothing is applied twice, everybody is told,
what was measured is sent, and no check stays stuck. Killed are everything, the parent alone, a Vigie that is just starting, or any role, sometimes a second one while the first comes back or during a reload.
VIGIE_KILLS says how many rounds (tests/long does it for long), VIGIE_SEED with which dice."""
import collections
import functools
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

from lib_kill import ACTIVE, BY_API, CLIENTS, MEASURED, PASSIVE, TOLD, HOOKED, Hook, Listener, Load, Promises, objects
from lib_vigie import COMMON, Vigie, main, until, vigie

KILLS = int(os.environ.get('VIGIE_KILLS', '8'))
SEED = int(os.environ.get('VIGIE_SEED') or random.randrange(1 << 30))
PORT = int(os.environ.get('PORT') or 18460)
WHOLE = ('everything', 'parent', 'start')
ROLES = ('store', 'engine', 'runner', 'prober', 'notifier', 'gate', 'reader', 'auth', 'web', 'local', 'export')
NOTES_MOST = 100  # what stands after a round; the others are deleted
KINDS = ('comments', 'downtimes')


@functools.cache
def others():
    """What webhooks and checks go to; lives as long as we do."""
    return Hook(PORT + 1), Listener(PORT + 2)


class Killed(Vigie):
    def __init__(self):
        super().__init__(main=f'vigie_http_listen=127.0.0.1:{PORT}\nvigie_influx_url=http://127.0.0.1:{PORT + 1}/\n')
        (self.hook, _), self.promises = others(), Promises()
        with open(self.path('objects.cfg'), 'w', encoding='utf-8') as f:
            f.write(COMMON + objects(self.path, PORT + 2, PORT + 1))
        self.put('told', '')
        os.chmod(self.path('told'), 0o666)
        self.put('write-down.sh', f'#!/bin/sh\necho "$*" >>{self.path("told")}\n')
        self.put('slow.sh', '#!/bin/sh\nsleep 0.4\necho done\n')
        for name in 'write-down.sh', 'slow.sh':
            os.chmod(self.path(name), 0o755)
        self.events, self.last_event = collections.Counter(), 0  # (service, number) -> alerts; (kind, words) -> comments and downtimes
        self.missing, self.untold, self.unmeasured, self.twice = set(), set(), set(), set()  # of (service, number)
        self.told_read, self.told = 0, set()

    # ---- killing ----

    def pids(self, role):
        return [pid for pid, words in self.roles().items() if '-x' in words and words[words.index('-x') + 1] == role]

    def kill_role(self, role):
        for pid in self.pids(role):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def kill_whole(self, what, dice):
        if what == 'everything':
            self.kill_all(dice.shuffle)
            return
        self.process.kill()
        self.process.wait()

    # ---- asking, while something may be away ----

    def ask(self, text):
        def once():
            try:
                return [self.livestatus(text)]
            except TimeoutError as e:
                raise AssertionError(f'never answered: {text}') from e
            except (OSError, ValueError):
                return None
        return until(once, text)[0]

    def outputs(self, services, columns='plugin_output'):
        rows = self.ask(f'GET services\nColumns: description {columns}')
        return {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows if row[0] in services}

    def new_events(self, load):
        """Counts what came since the last round."""
        rows, cursor = [], ''
        while True:
            status, answer = load.call('GET', f'/api/v1/events?limit=200{cursor}')
            if status != 200:
                return False
            rows += [r for r in answer['events'] if int(r['id']) > self.last_event]
            if not answer['next'] or int(answer['events'][-1]['id']) <= self.last_event:
                break
            cursor = f'&cursor={answer["next"]}'
        for r in rows:
            number = re.fullmatch(r'n=(\d+)', r.get('text', ''))
            if r['kind'] == 'alert' and number:
                what = r['service'], int(number[1])
                self.missing.discard(what)
                if r['service'] in TOLD + HOOKED:
                    self.untold.add(what)
                if r['service'] in MEASURED:
                    self.unmeasured.add(what)
            elif r['kind'] in ('comment', 'downtime_start') and r.get('text', '').startswith('note '):
                what = r['kind'], r['text']
            else:
                continue
            self.events[what] += 1
            if self.events[what] > 1:
                self.twice.add(what)
        self.last_event = max([self.last_event, *(int(r['id']) for r in rows)])
        return True

    def all_told(self):
        """Everybody was told, by command or webhook, what stands in the history."""
        with open(self.path('told'), encoding='utf-8') as f:
            f.seek(self.told_read)
            whole = f.read().rpartition('\n')[0]
        self.told_read += len(whole)
        self.told |= {(service, int(n)) for service, n in re.findall(r'^(\w+) n=(\d+)$', whole, re.M)}
        self.untold -= self.told  # some are told before the history is asked
        self.untold -= {x for x in self.untold if x[0] in HOOKED and x in self.hook.posted}
        return not self.untold


def token(v):
    done = subprocess.run([v.program, 'ctl', 'token', 'create', 'kill', '--role', 'admin', '-c', v.main, '-o', 'json'], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['token']


# ---- what must be true ----

def check_results(v):
    p = v.promises

    def number(text):
        return int(text[2:]) if text.startswith('n=') else 0

    def caught_up():
        there = {s: number(text) for s, text in v.outputs(PASSIVE).items()}
        return all(there[s] >= p.high[s] for s in PASSIVE) and there
    there = until(caught_up, lambda: f'acknowledged: {p.high}; there is {v.outputs(PASSIVE)}')
    assert all(there[s] <= p.sent[s] for s in PASSIVE), (there, p.sent)
    for service, (state, text) in v.outputs(PASSIVE, 'state plugin_output').items():
        assert not number(text) or state == 2 * (number(text) % 2), (service, state, text)


def check_notes(v):
    """Each one that was acknowledged stands once, each that was not at most once, none that was deleted. Returns {kind: {words: number}}."""
    found = {}
    for kind in KINDS:
        rows = [(words, number) for words, number in v.ask(f'GET {kind}\nColumns: comment id') if words.startswith('note ')]
        there = collections.Counter(words for words, _ in rows)
        found[kind] = dict(rows)
        twice = [words for words, n in there.items() if n > 1]
        assert not twice, f'{kind} stand twice: {twice}'
        assert set(there) <= set(v.promises.notes[kind]), f'{kind} that nobody wrote'
        gone = {number for number, sure in v.promises.deleted[kind].items() if sure}
        assert not gone & set(found[kind].values()), f'{kind} are there again: {gone & set(found[kind].values())}'
    return found


def check_lost(v, found, known):
    """known: {kind: {words: number}} of before."""
    for kind in KINDS:
        maybe_gone = set(v.promises.deleted[kind])
        lost = [words for words, sure in v.promises.notes[kind].items() if sure and words not in found[kind] and known[kind].get(words) not in maybe_gone]
        assert not lost, f'acknowledged {kind} are lost: {lost}'
        known[kind].update(found[kind])


def check_history(v, load):
    """Each change that was acknowledged stands in the history: where this number and the one before were, the state changed. No number stands there twice."""
    acked = set(v.promises.acked)
    v.promises.acked = [(s, n) for s, n in acked if n == v.promises.high[s]]  # its successor may come
    v.missing |= {(s, n) for s, n in acked if (s, n - 1) in acked and (s, n) not in v.events}
    until(lambda: v.new_events(load) and not v.missing, lambda: f'not in the history: {v.missing}')
    assert not v.twice, f'more than once in the history: {v.twice}'


def check_told(v):
    until(v.all_told, lambda: f'not told: {v.untold}')


def check_measured(v):
    """What the journal has was sent."""
    def all_sent():
        v.unmeasured -= v.hook.measured
        return not v.unmeasured
    until(all_sent, lambda: f'not sent: {v.unmeasured}')


def check_moves(v):
    """Every active check goes on, and is well."""
    before = v.outputs(ACTIVE, 'last_check state')

    def moved():
        now = v.outputs(ACTIVE, 'last_check state')
        return all(now[s][0] > before[s][0] and now[s][1] == 0 for s in ACTIVE)
    until(moved, lambda: f'a check is stuck: {before} ... {v.outputs(ACTIVE, "last_check state plugin_output")}')


# ---- rounds ----

def strike(v, dice, load):
    """Kills; what was killed."""
    what = dice.choice(3 * WHOLE + 2 * ROLES)  # often whole: a role that dies again and again is started ever later
    if what in WHOLE:
        v.kill_whole(what, dice)
        if what == 'start':
            v.launch()
            time.sleep(dice.random() * 0.4)
            v.kill_whole(what, dice)
        load.end()  # nothing is asked of it before it is ready
        v.start()
        return what
    if dice.randrange(6) == 0:
        os.kill(v.process.pid, signal.SIGHUP)
        time.sleep(dice.random() * 0.05)
        if dice.randrange(2):
            v.kill_role('conf')  # which lives as long as it reads
    v.kill_role(what)
    second = dice.choice((None, None, *ROLES))
    if second:
        time.sleep(dice.random() * 0.3)
        v.kill_role(second)
    before = dict(load.done)
    until(lambda: all(load.done[c] > before.get(c, 0) + 1 for c in CLIENTS), f'all clients are served again after kill -9 of {what} and {second}; {load.done}')
    load.end()
    load.file_was_read()
    return f'{what} and {second}' if second else what


def one_round(v, dice, key, known, old):
    load = Load(v, PORT, key, v.promises, old)
    load.begin()
    time.sleep(dice.random() * 0.8)  # the moment is what is tested
    what = strike(v, dice, load)
    check_results(v)
    found = check_notes(v)
    check_lost(v, found, known)
    check_history(v, load)
    check_told(v)
    check_measured(v)
    check_moves(v)
    assert 'damaged' not in v.said(), v.said()
    old = [(kind, number) for kind in KINDS for number in found[kind].values()]
    dice.shuffle(old)
    while len(old) > NOTES_MOST:
        load.delete(*old.pop())
    return what, old


def test_orders_wait_for_an_engine_that_loads():
    """An engine that was killed gets its state from the store; what is asked of it meanwhile is done then, not forgotten."""
    with Killed() as v:
        v.start()
        load = Load(v, PORT, token(v), v.promises, ())
        assert load.submit('p0')
        engine, store = v.pids('engine'), v.pids('store')
        os.kill(store[0], signal.SIGSTOP)
        try:
            v.kill_role('engine')
            until(lambda: v.pids('engine') not in ([], engine), 'the engine is there again')
            answers, waiting = [], []
            for service in 2 * BY_API:  # the first may come before gate knows of it, and are refused
                waiting.append(threading.Thread(target=lambda s=service: answers.append(load.submit(s))))
                waiting[-1].start()
                time.sleep(0.1)
            v.order('ADD_SVC_COMMENT;h;f0;1;kim;by the file')
        finally:
            os.kill(store[0], signal.SIGCONT)
        for t in waiting:
            t.join(60)
        assert len(answers) == len(waiting) and answers[-1], f'orders are never answered: {answers}'
        until(lambda: load.submit('p0'), 'it is served again')
        check_results(v)
        until(lambda: v.ask('GET comments\nColumns: comment') == [['by the file']], 'a line of the command file is done')
        assert v.stop() == 0


def test_every_line_once():
    """A line that was written into the command file is done once, whichever role is killed meanwhile."""
    dice = random.Random(SEED)
    with Killed() as v:
        v.start()
        written = 0
        for round_ in range(6):
            victims = dice.choice((['engine'], ['engine', 'local'], ['local', 'engine'], ['store', 'engine']))
            with open(v.path('cmd'), 'w', encoding='utf-8') as f:
                for k in range(300):
                    f.write(f'[{k}] ADD_SVC_COMMENT;h;f0;1;kim;line {written}\n')
                    f.flush()
                    written += 1
                    if k == 100 + 40 * round_ % 200:
                        for role in victims:
                            v.kill_role(role)
            until(lambda: v.pids('engine') and v.pids('local'), 'they are started again')

        def there():
            return collections.Counter(row[0] for row in v.ask('GET comments\nColumns: comment'))
        until(lambda: len(there()) == written, lambda: f'{written} lines were written, {len(there())} were done')
        assert set(there().values()) == {1}, [words for words, n in there().items() if n > 1]
        assert v.stop() == 0


def test_kill_at_random():
    dice = random.Random(SEED)
    print(f'seed {SEED}', flush=True)
    with Killed() as v:
        v.start()
        key, known, old = token(v), {kind: {} for kind in KINDS}, []
        for round_ in range(KILLS):
            began = time.monotonic()
            what, old = one_round(v, dice, key, known, old)
            print(f'round {round_}: killed {what}; {v.promises.acknowledged()} acknowledged; {time.monotonic() - began:.1f} s', flush=True)
        assert v.stop() == 0
        status, text, said = vigie('journal', 'verify', '-c', v.main)
        assert status == 0 and text.endswith('whole\n'), text + said


def test_a_role_that_ends_again_and_again():
    """The pause before it is started again grows, but not beyond a few seconds."""
    with Vigie() as v:
        v.start()
        for n in range(8):
            pid = until(lambda: next((pid for pid, words in v.roles().items() if words[1:3] == ['-x', 'local']), None), 'it is there')
            os.kill(pid, signal.SIGKILL)
            until(lambda n=n: v.said().count('local is started again in') > n, 'its end is seen')
        waits = [int(ms) for ms in re.findall(r'local is started again in (\d+) ms', v.said())]
        assert waits == [100, 200, 400, 800, 1600, 3200, 5000, 5000], waits
        assert 'in 5000 ms: it ends again and again' in v.said()


main()
