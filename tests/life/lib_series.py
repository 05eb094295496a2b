# SPDX-License-Identifier: Apache-2.0
"""What the journal of a Vigie says that there must be in its series store, told without its parser, and what there is."""
import csv
import decimal
import io
import json
import re

from lib_vigie import vigie

SCALE = {'': ('', 0), 's': ('s', 0), 'ms': ('s', -3), 'us': ('s', -6), '%': ('%', 0), 'B': ('B', 0), 'KB': ('B', 3), 'kB': ('B', 3), 'MB': ('B', 6), 'GB': ('B', 9), 'c': ('c', 0)}
ITEM = re.compile(r"(?:'((?:[^']|'')+)'|([^\s='][^\s=]*))=(-?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?)([^\s;0-9][^\s;]*)?")


def results(v):
    """(oid, microseconds of its begin, output) of each result of a plugin in the journal, in order; each number once."""
    status, out, said = vigie('journal', 'dump', '--json', '-k', 'RESULT', '--state', v.state, timeout=120)
    assert status == 0 and not said, said
    for line in out.splitlines():
        result = json.loads(line)['fields']
        if result['how'] == 0:  # it ended by itself
            yield result['oid'], result['started'], result['output'] if 'output' in result else bytes.fromhex(result['output_hex']).decode('latin-1')


def wanted(v):
    """{(oid, label, unit, time): value}, the later word counts."""
    found = {}
    for oid, started, output in results(v):
        perf, first = ' '.join(line.partition('|')[2] for line in output.split('\n')), set()
        for quoted, plain, value, unit in ITEM.findall(perf):
            if re.match(r"[,._+:'-]|[xX][0-9a-fA-F]+$", unit) or '=' in unit:  # the rest of a number that is none, or another item
                continue
            label, (base, exponent) = quoted.replace("''", "'") or plain, SCALE.get(unit, ('other', 0))
            if (label, base) not in first:
                found[oid, label, base, started // 1000] = decimal.Decimal(value.replace(',', '.')).scaleb(exponent)
            first.add((label, base))
    return found


def there(v):
    """The same, of the series store; no measurement may stand twice."""
    status, out, said = vigie('series', 'dump', '--state', v.state, timeout=120)
    assert status == 0 and not said, said
    found = {}
    for oid, label, unit, time, value in list(csv.reader(io.StringIO(out)))[1:]:
        key = int(oid), label, unit, int(time.replace('.', ''))
        assert key not in found, f'twice: {key}'
        found[key] = decimal.Decimal(value)
    return found


def assert_same(v):
    """Returns how many there are."""
    want, is_there = wanted(v), there(v)
    assert want == is_there, (f'{len(want)} in the journal, {len(is_there)} in the store; missing {sorted(set(want) - set(is_there))[:5]}, '
                              f'too many {sorted(set(is_there) - set(want))[:5]}, others {[(k, want[k], is_there[k]) for k in want if k in is_there and want[k] != is_there[k]][:5]}')
    status, out, said = vigie('series', 'verify', '--state', v.state)
    assert status == 0 and out.endswith('whole\n'), (out, said)
    return len(want)
