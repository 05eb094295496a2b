#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=debug timeout=60
"""Plays the scenarios of tests/scenario/nagios in virtual time: the engine's world alone, a fake runner, no waiting (tests/sim/play)."""
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib_sandbox import DATA, MAIN  # noqa: E402
from nagios import complaints_about, event, load, mask  # noqa: E402

PLAY = os.path.join(os.environ.get('BUILD', 'build/debug'), 'tests', 'sim', 'play')
START = 1790000000
SANDBOX = '/sandbox'


class Plugins:
    """What each plugin answers, as lines of the player."""

    def __init__(self):
        self.now = {}

    def line(self, key, answer):
        if not isinstance(answer, dict):
            answer = {'rc': answer[0], 'out': answer[1]}
        a = self.now.setdefault(key, {'rc': 0, 'out': ''})
        a.update({'sleep': 0, 'sig': 0}, **answer)
        sig = {'KILL': 9, 'SEGV': 11, 'TERM': 15, 'ABRT': 6}.get(a['sig'], a['sig'])
        out = str(a['out']).replace('\n', '\\n')
        return f'{key} {a["rc"]} {int(float(a["sleep"]) * 1000)} {sig} {out}'


def steps_of(scenario):
    plugins = Plugins()
    lines = [plugins.line(k, v) for k, v in scenario.get('plugins', {}).items()] + ['begin']
    for s in sorted(scenario['steps'], key=lambda s: s['at']):
        at = int(s['at'] * 1000 + 350)
        orders = s.get('cmd', [])
        for text in [orders] if isinstance(orders, str) else orders:
            text = re.sub(r'@T([+-]\d+)?@', lambda m: str(START + 1 + int(m[1] or 0)), text)
            lines.append(f'{at} cmd {text}')
        lines += [f'{at} plugin {plugins.line(k, v)}' for k, v in s.get('plugin', {}).items()]
        action = s.get('do')
        lines += [f'{at} stop'] * (action in ('stop', 'restart')) + [f'{at} start'] * (action in ('start', 'restart'))
        lines += [f'{at} hup'] * (action == 'hup')
        if 'probe' in s:
            lines.append(f'{at} probe {s["probe"]}')
    end = int(scenario['end'] * 1000 + 350)
    return '\n'.join(lines + [f'{end} probe end', f'{end} end']) + '\n'


def note(kind, where, fields, state):
    host, _, service = where.partition(';')
    n = {'host_name': host, **({'service_description': service} if service else {})}
    n.update({k: mask(v) for k, v in fields.items() if v})
    state.setdefault(f'#{"service" if service else "host"}{kind}', []).append(n)


PARAMETER = re.compile(r'"?\$\{(VIGIE_M\d+)\}"?')


def unfold(words):
    """The words of a shell line as its shell would make them: parameters come from the environment, and none is split."""
    line, *env = words.split('\x1e')
    values = dict(e.split('=', 1) for e in env)
    line = re.sub(r'\$[A-Za-z_]\w*', '', line)  # no such variable is set
    marked = PARAMETER.sub(lambda m: m[0].replace('${' + m[1] + '}', f'\x1f{m[1]}\x1f'), line)
    found = [re.sub('\x1f(.*?)\x1f', lambda m: values[m[1]], w) for w in shlex.split(marked)]
    return '|'.join(found[2:])


def read_output(text):
    log, effects, probes = [], [], []
    for line in text.split('\n'):
        kind, _, rest = line.partition(' ')
        if kind == 'L':
            e = event(rest)
            log += [[e[0] - START - 1, e[1], e[2]]] if e else []
        elif kind == 'E':
            when, words = rest.split(' ', 1)
            if words.startswith(('RUN|\x1d', '\x1d')):
                before, _, line = words.partition('\x1d')
                words = before + unfold(line)
            words = words.replace('\x1c', '\n')
            effects.append([int(when) / 1000, mask(words.replace(SANDBOX, '@D@'))])
        elif kind == 'P':
            probes.append({'name': rest, 'state': {}})
        elif kind in ('S', 'C', 'D'):
            where, *fields = rest.split('\t')
            fields = dict(f.split('=', 1) for f in fields)
            if kind == 'S':
                probes[-1]['state'][where] = {k: mask(' '.join(v.split())) for k, v in fields.items()}
            else:
                note('comment' if kind == 'C' else 'downtime', where, fields, probes[-1]['state'])
    for p in probes:
        for key, value in p['state'].items():
            if key.startswith('#'):
                value.sort(key=lambda n: json.dumps(n, sort_keys=True))
    return {'log': log, 'effects': effects, 'probes': probes}


def play(scenario):
    def words(text):
        return text.replace('@D@', SANDBOX).replace('@BIN@', SANDBOX)

    main = ['resource_file=/r.cfg', 'cfg_file=/o.cfg', f'log_file={SANDBOX}/log', f'command_file={SANDBOX}/cmd']
    main += [f'{k}={v}' for k, v in {**MAIN, **scenario.get('main', {})}.items()]
    with open(os.path.join(DATA, 'common.cfg'), encoding='utf-8') as f:
        common = f.read()
    texts = {'main': '\n'.join(main) + '\n', 'objects': words(common + '\n' + '\n'.join(scenario['objects']) + '\n'),
             'resource': f'$USER1$={SANDBOX}\n$USER2$={SANDBOX}\n$USER5$=secret5\n'}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in texts.items():
            paths.append(os.path.join(folder, name))
            with open(paths[-1], 'w', encoding='utf-8') as f:
                f.write(text)
        done = subprocess.run([PLAY, *paths, str(START)], input=steps_of(scenario), capture_output=True, text=True, errors='replace')
    if done.returncode:
        raise RuntimeError(f'play ended with {done.returncode}: {done.stderr[-1000:]}')
    return read_output(done.stdout)


def main():
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(DATA, 'steps', '*.json'))):
        name = os.path.basename(path)[:-5]
        scenario = load('steps', name)
        if scenario.get('real'):  # it wants a real shell
            continue
        bad = complaints_about(scenario, name, play(scenario))
        passed, failed = passed + (not bad), failed + bool(bad)
        print(f'{"FAIL" if bad else "ok  "} {name}', *bad, sep='\n       ')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
