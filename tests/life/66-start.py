#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A start after kill -9 of all processes brings everything back: every column that Livestatus tells of every host, service, comment and downtime, and the flapping windows.
`./dev bench start` does the same with a hundred thousand services."""
import json
import re

from lib_start import Full, differences
from lib_vigie import main, until, vigie

SERVICES = 200


def windows(v):
    """oid -> (flap history, its place, state) of the last record of each."""
    status, text, said = vigie('journal', 'dump', '--json', '-c', v.main, '-k', 'STATE')
    assert status == 0, said
    found = {}
    for line in text.splitlines():
        number = json.loads(line)['fields']
        found[number['oid']] = (number['flap_history'], number['flap_at'], number['state'])
    return found


def test_all_is_as_it_was():
    with Full(SERVICES) as v:
        v.start()
        v.fill()
        before, flaps = v.everything(), windows(v)
        assert len(before['services']) == SERVICES and len(before['comments']) >= 60 and len(before['downtimes']) == 20
        v.kill_all()
        v.start()
        found = differences(before, v.everything())
        assert not found, found[:10]

        # One more result goes into the window as it was, at the place where it was.
        v.results(v.of('flapping'), 1, 'one more')
        def one_more():
            now = windows(v)
            changed = [oid for oid in flaps if now[oid] != flaps[oid] and now[oid][2] == 1]
            return len(changed) >= len(v.of('flapping')) and (now, changed)
        now, changed = until(one_more, 'one more result')
        for oid in changed:
            history, at, _ = flaps[oid]
            assert now[oid][:2] == (history & ~(3 << 2 * at) | 1 << 2 * at, (at + 1) % 21), (oid, flaps[oid], now[oid])
        assert v.stop() == 0


main()
