#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the scenarios of tests/scenario/nagios in virtual time: `vigie simulate`, no waiting."""
import glob
import json
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib_sandbox import DATA  # noqa: E402
from nagios import complaints_about, event, load, mask  # noqa: E402

VIGIE = os.environ.get('VIGIE', 'build/debug/vigie')
SANDBOX = '/simulated'


def note(row):
    """A comment or downtime, as the recordings have it."""
    n = {'host_name': row.pop('host'), **({'service_description': row.pop('service')} if 'service' in row else {})}
    return {**n, **{k: mask(v) for k, v in row.items() if v}}


PARAMETER = re.compile(r'"?\$\{(VIGIE_M\d+)\}"?')


def unfold(line, env):
    """The words of a shell line as its shell would make them: parameters come from the environment, and none is split."""
    values = dict(e.split('=', 1) for e in env)
    line = re.sub(r'\$[A-Za-z_]\w*', '', line)  # no such variable is set
    marked = PARAMETER.sub(lambda m: m[0].replace('${' + m[1] + '}', f'\x1f{m[1]}\x1f'), line)
    found = [re.sub('\x1f(.*?)\x1f', lambda m: values[m[1]], w) for w in shlex.split(marked)]
    return found


def words_of(effect):
    """Without the program and its folder, which are a drill's."""
    words = unfold(effect['words'][2], effect['env']) if effect['shell'] else effect['words']
    return mask('|'.join((['RUN'] if effect['kind'] == 'check' else []) + words[2:]).replace(SANDBOX, '@D@'))


def read_probe(probe):
    state = {key: {k: mask(' '.join(v.split())) for k, v in fields.items()} for key, fields in probe['state'].items()}
    for kind in ('comment', 'downtime'):
        for row in probe.get(kind + 's', []):
            if kind == 'comment':
                row['comment_data'] = row.pop('comment')
            state.setdefault(f'#{"service" if "service" in row else "host"}{kind}', []).append(note(row))
    for key, value in state.items():
        if key.startswith('#'):
            value.sort(key=lambda n: json.dumps(n, sort_keys=True))
    return {'name': probe['name'], 'state': state}


def play(path):
    done = subprocess.run([VIGIE, 'simulate', '-o', 'json', path], capture_output=True, text=True, errors='replace')
    if done.returncode:
        raise RuntimeError(f'it ended with {done.returncode}: {done.stderr[-1000:]}')
    got = json.loads(done.stdout)
    events = [event(row['line']) for row in got['log']]
    return {'log': [[e[0] - got['origin'], e[1], e[2]] for e in events if e], 'effects': [[e['at'], words_of(e)] for e in got['effects']],
            'probes': [read_probe(p) for p in got['probes']]}


def main():
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(DATA, 'steps', '*.json'))):
        name = os.path.basename(path)[:-5]
        scenario = load('steps', name)
        if scenario.get('real'):  # it wants a real shell
            continue
        bad = complaints_about(scenario, name, play(path))
        passed, failed = passed + (not bad), failed + bool(bad)
        print(f'{"FAIL" if bad else "ok  "} {name}', *bad, sep='\n       ')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
