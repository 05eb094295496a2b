#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`./dev bench start [SERVICES] [--rounds N] [--json FILE]`: a Vigie with a hundred thousand services that have a past (results, flapping, notifications, acknowledgements,
downtimes, comments, plans; tests/life/lib_start.py) is killed with -9, all processes at once, and started again: how long until it is READY, how long until Livestatus has answered with the
state of every service, and what of the past is otherwise than before (nothing may be).

    start_ready      from the start of the program to READY
    start_answered   ... to the whole answer of Livestatus
    start_cpu        the processor time of all processes until then: does not count what else the machine does
"""
import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import BUILD, machine, say  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_start import Full, differences  # noqa: E402

TICK = os.sysconf('SC_CLK_TCK')


def cpu(v):
    """Seconds of all processes, and of those that have ended under them."""
    total = 0
    for pid in (v.process.pid, *v.roles()):
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as f:
                total += sum(int(n) for n in f.read().rpartition(')')[2].split()[11:15])
        except OSError:
            pass
    return total / TICK


def start_once(v):
    """(seconds to READY, to the whole answer, of processor time)"""
    before, began = v.said().count('READY'), time.monotonic()
    v.launch()
    while v.said().count('READY') == before:
        assert not v.ended(), v.said()
        time.sleep(0.005)
    ready = time.monotonic() - began
    answer = v.livestatus('GET services\nColumns: host_name description state has_been_checked')
    answered = time.monotonic() - began
    assert len(answer) == v.n
    return ready, answered, cpu(v)


def main():
    parser = argparse.ArgumentParser(usage='./dev bench start [SERVICES] [--rounds N] [--json FILE]')
    parser.add_argument('services', nargs='?', type=int, default=100000)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--json')
    args = parser.parse_args()
    rounds, wrong = [], []
    with Full(args.services, program=BUILD + '/release/vigie') as v:
        say(f'giving {args.services} services a past')
        v.start()
        v.fill()
        before = v.everything()
        for n in range(args.rounds):
            v.kill_all()
            rounds.append(start_once(v))
            wrong += differences(before, v.everything())
            say('round {}: READY after {:.2f} s, answered after {:.2f} s, {:.2f} s of processor time; {} differences; load {:.1f}'.format(
                n + 1, *rounds[-1], len(wrong), os.getloadavg()[0]))
        fields = sum(len(row) for rows in before.values() for row in rows.values())
    print(f'{machine()}: {args.services} services, {fields} values compared after each kill -9, {len(wrong)} otherwise')
    for one in wrong[:20]:
        print('  ', *one)
    lines = [{'name': name, 'value': round(sorted(column)[len(column) // 2], 3), 'unit': 's', 'rival': None, 'ratio': None}
             for name, column in zip(('start_ready', 'start_answered', 'start_cpu'), zip(*rounds))]
    for line in lines:
        print(f'{line["name"]:16} {line["value"]:8} s')
    if args.json:
        with open(args.json, 'w', encoding='utf-8') as f:
            json.dump(lines, f, indent=1)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
