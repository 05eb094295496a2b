#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: serial
"""Plays scenarios of tests/scenario/nagios in real time and compares with what real engines did (README.md there); virtual.py plays them all."""
import argparse
import glob
import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib_sandbox import DATA, Sandbox  # noqa: E402

FEW = ('01', '04', '06', '30', '31', '32', '33', '38')  # without --all: one of each kind of thing that virtual time does not have
AT_ONCE = 8
REFERENCES = ('nagios4', 'nagios45', 'naemon')
EVENT = re.compile(r'^\[(\d+)\] ((?:HOST|SERVICE) (?:ALERT|NOTIFICATION|FLAPPING ALERT|DOWNTIME ALERT|EVENT HANDLER)'
                   r'|GLOBAL (?:HOST|SERVICE) EVENT HANDLER): (.*)$')
STALE = re.compile(r"^\[(\d+)\] Warning: The results of (?:service '(.*?)' on )?host '(.*?)' are stale")
# What each engine words in its own way is not compared letter by letter.
MASKS = [
    (re.compile(r'\(No output[^|]*?(stderr:[^|;]*|\))'), '(no output)'),
    (re.compile(r'\(Return code of (\d+)[^|;]*?\)'), r'(bad code \1)'),
    (re.compile(r'\((Service|Host) check timed out after [\d.]+ seconds\)'), '(timed out)'),
    (re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'), 'DATE'),
]


def mask(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text.rstrip()


def event(line):
    """(time, kind, words) of a log line that is compared, or None."""
    if m := STALE.match(line):
        return int(m[1]), 'STALE', f'{m[3]};{m[2]}' if m[2] else m[3]
    if not (m := EVENT.match(line)):
        return None
    when, kind, words = int(m[1]), m[2], m[3].split(';')
    service = kind.startswith('SERVICE')
    if 'FLAPPING' in kind or 'DOWNTIME' in kind:
        words = [w.strip() for w in words[:2 + service]]
    elif 'NOTIFICATION' in kind:
        words = words[:3 + service]  # who is told what, not how
    return when, kind, mask(';'.join(words))


def step(box, s, begin, probes):
    orders = s.get('cmd', [])
    for text in [orders] if isinstance(orders, str) else orders:
        box.order(re.sub(r'@T([+-]\d+)?@', lambda m: str(begin + int(m[1] or 0)), text))
    for key, answer in s.get('plugin', {}).items():
        box.set_plugin(key, answer)
    if 'objects' in s:
        box.write_config(s['objects'])
    action = s.get('do')
    if action in ('stop', 'restart'):
        box.stop()
    if action in ('start', 'restart'):
        box.start()
    if action == 'hup':
        box.process.send_signal(1)
    if 'probe' in s:
        probes.append({'name': s['probe'], 'state': box.probe(mask, s.get('fields'))})


def sleep_until(moment):
    time.sleep(max(0.0, moment - time.time()))


def play(scenario, engine):
    box, probes = Sandbox(scenario, engine), []
    try:
        box.start()
        begin = int(time.time()) + 1
        for s in sorted(scenario['steps'], key=lambda s: s['at']):
            sleep_until(begin + s['at'] + 0.35)  # off the border of a second
            step(box, s, begin, probes)
        sleep_until(begin + scenario['end'] + 0.35)
        probes.append({'name': 'end', 'state': box.probe(mask)})
        box.stop()
        log = [e for e in map(event, box.read('engine.log')) if e]
        effects = []
        for line in box.read('effects.log'):
            when, _, words = line.partition('|')
            effects.append([round(float(when) - begin, 1), mask(words.replace(box.d, '@D@'))])
        return {'log': [[t - begin, k, w] for t, k, w in log], 'effects': sorted(effects), 'probes': probes}
    finally:
        box.stop()
        box.remove()


# ---- comparing ----

def by_text(entries):
    found = {}
    for e in entries:
        found.setdefault(' '.join(map(str, e[1:])), []).append(e[0])
    return found


def differing_events(kind, expected, got, tolerance):
    """Each text must come equally often, its times pairwise within the tolerance. {item: complaint}"""
    a, b, bad = by_text(expected), by_text(got), {}
    for text in sorted(set(a) | set(b)):
        want, have = sorted(a.get(text, [])), sorted(b.get(text, []))
        if len(want) != len(have) or any(abs(x - y) > tolerance for x, y in zip(want, have)):
            bad[kind + text] = f'{kind} {text}: expected at {want}, got at {have}'
    return bad


def differing_states(expected, got):
    bad = {}
    for a, b in zip(expected, got):
        for key in set(a['state']) | {k for k in b['state'] if k.startswith('#')}:
            want, have = a['state'].get(key, []), b['state'].get(key, {})
            if isinstance(want, list):
                if want != (have or []):
                    bad[f'{a["name"]} {key}'] = f'probe {a["name"]} {key}: expected {want}, got {have}'
                continue
            for field in want:
                if want[field] != have.get(field):
                    bad[f'{a["name"]} {key} {field}'] = (f'probe {a["name"]} {key} {field}: expected {want[field]!r}, '
                                                        f'got {have.get(field)!r}')
    return bad


# What 4.4.6 does at recoveries and 4.5.12 no longer does: it raises the notification's number, and keeps the attempt. Where 4.4.6 alone was recorded this is not compared.
OF_446 = [(re.compile(r'(RECOVERY.*)n=\d+'), r'\1n='), (re.compile(r'((?:OK|UP);HARD;)\d+'), r'\1'), (re.compile(r'(EH\|.*(?:OK|UP)\|HARD\|)\d+'), r'\1')]


def without_446(recording):
    def words(entry):
        for pattern, word in OF_446:
            entry = [pattern.sub(word, w) if isinstance(w, str) else w for w in entry]
        return entry
    return {**recording, 'log': [words(e) for e in recording['log']], 'effects': [words(e) for e in recording['effects']]}


def recorded(name):
    """What the engines did that were recorded."""
    return [load('expected', r, name) for r in REFERENCES if os.path.exists(os.path.join(DATA, 'expected', r, f'{name}.json'))]


def complaints_about(scenario, name, got):
    """The items in which an engine agrees with none of the recorded ones."""
    expected = recorded(name)
    if len(expected) == 1:
        expected, got = [without_446(expected[0])], without_446(got)
    found = [differences(scenario, e, got) for e in expected]
    return [words for item, words in found[0].items() if all(item in f for f in found)]


def differences(scenario, expected, got):
    kinds, skip = scenario.get('compare', ['log', 'effects', 'probes']), scenario.get('unspecified', [])
    tolerance, bad = scenario.get('tolerance', 2), {}
    ignored = tuple(f'RUN|{key}' for key in scenario.get('ignore_runs_of', []))

    def compared(entries):
        return [e for e in entries if not str(e[1]).startswith(ignored or ('\n',)) and not any(re.search(p, ' '.join(map(str, e[1:]))) for p in skip)
                and ('runs' in kinds or not str(e[1]).startswith('RUN|'))]

    for kind in ('log', 'effects'):
        if kind in kinds:
            bad.update(differing_events(kind, compared(expected[kind]), compared(got[kind]), tolerance))
    if 'probes' in kinds:
        found = differing_states(expected['probes'], got['probes'])
        bad.update({k: v for k, v in found.items() if not any(re.search(p, k) for p in skip)})
    return bad


def load(*parts):
    with open(os.path.join(DATA, *parts) + '.json', encoding='utf-8') as f:
        return json.load(f)


def judge(name, engine):
    scenario = load('steps', name)
    return complaints_about(scenario, name, play(scenario, engine))


def attempt(name, engine):
    try:
        return judge(name, engine)
    except (RuntimeError, OSError, ValueError) as e:
        return [f'{type(e).__name__}: {e}']


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument('--engine', default='vigie', choices=['vigie', 'nagios4'])
    ap.add_argument('--all', action='store_true')
    ap.add_argument('names', nargs='*')
    a = ap.parse_args()
    names = sorted(os.path.basename(p)[:-5] for p in glob.glob(os.path.join(DATA, 'steps', '*.json')))
    names = [n for n in names if (a.all or n.startswith(FEW) if not a.names else any(w in n for w in a.names))]
    passed = failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        complaints = dict(zip(names, pool.map(lambda n: attempt(n, a.engine), names)))
    for name in names:
        # Once more, alone: in real time a busy machine shifts what a quiet one does not.
        bad = complaints[name] and attempt(name, a.engine)
        passed, failed = passed + (not bad), failed + bool(bad)
        print(f'{"FAIL" if bad else "ok  "} {name}', *bad, sep='\n       ')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
