#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=35
"""Seventy thousand services: the log has the initial state of each, at the first start and after another, and Livestatus tells all of each."""
import json
import socket

from lib_vigie import Vigie, main, until

HOSTS, EACH = 700, 100


def objects():
    for h in range(HOSTS):
        yield f'define host {{\n use th\n host_name host-{h:04}\n active_checks_enabled 0\n}}\n'
        for s in range(EACH):
            yield f'define service {{\n use ts\n host_name host-{h:04}\n service_description service-{s:03}\n active_checks_enabled 0\n}}\n'


def test_no_line_of_the_log_is_lost():
    with Vigie(''.join(objects()), main='log_initial_states=1\n') as v:
        for start in (1, 2):
            v.start()
            until(lambda: v.service('host-0699', 'service-099'), 'the last one is there')
            assert v.stop(30) == 0
            lines = [line for line in v.log().splitlines() if 'INITIAL SERVICE STATE: ' in line]
            assert len(lines) == start * HOSTS * EACH and len(set(line.split(': ', 1)[1] for line in lines)) == HOSTS * EACH, len(lines)
        assert 'lost' not in v.said(), v.said()


def test_livestatus_tells_all_columns_of_all():
    """More than the oldest clients ask for: an answer larger than any queue inside, to one that does not read at first."""
    with Vigie(''.join(objects())) as v:
        v.start()
        columns = [row[0] for row in v.livestatus('GET columns\nColumns: name\nFilter: table = services\nFilter: name !~ ^host_')] * 12
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(v.live)
            s.sendall(f'GET services\nColumns: {" ".join(columns)}\nOutputFormat: json\nResponseHeader: fixed16\n\n'.encode())
            head = s.recv(16)  # and no more for now
            assert v.service('host-0699', 'service-099'), 'others are answered meanwhile'
            parts = []
            while part := s.recv(1 << 20):
                parts.append(part)
        text = b''.join(parts)
        assert head[:3] == b'200' and len(text) == int(head[4:15]) > 64 << 20, (head, len(text))
        rows = text.split(b'],\n[')
        assert len(rows) == HOSTS * EACH and text.startswith(b'[["') and text.endswith(b']]\n')
        for row in rows[:: len(rows) // 100]:
            assert len(json.loads(b'[' + row.strip(b'[]\n') + b']')) == len(columns), row
        assert v.stop(30) == 0


main()
