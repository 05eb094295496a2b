#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a service was, as strips and graphs ask for it, from a day to a year: what has just happened is there, the second under way too."""
import datetime
import json
import socket
import time
import urllib.parse
import urllib.request

from lib_vigie import Vigie, main, until, vigie

OBJECTS = '''define host {
 use th
 host_name h
 address 127.0.0.1
 active_checks_enabled 0
}
define service {
 use ts
 host_name h
 service_description s
 active_checks_enabled 0
 max_check_attempts 1
}
'''


def test_at_once():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    with Vigie(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{port}') as v:
        v.start()
        token = vigie('ctl', 'token', 'create', 'r', '-c', v.main, '--role', 'viewer', '--expires', '1h')[1].strip()

        def get(path, **query):
            ask = urllib.request.Request(f'http://127.0.0.1:{port}/api/v1{path}?{urllib.parse.urlencode(query)}', headers={'Authorization': f'Bearer {token}'})
            with urllib.request.urlopen(ask, timeout=60) as r:
                return json.load(r)
        service = next(r['id'] for r in get('/resources')['resources'] if r.get('service'))

        def moment(t):
            return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).isoformat()

        def strip(days):
            now = time.time()
            got = get(f'/resources/{service}/states', **{'from': moment(now - days * 86400), 'to': moment(now + 1)})
            assert datetime.datetime.fromisoformat(got['to'].replace('Z', '+00:00')).timestamp() >= now, (got['to'], moment(now))
            return got['spans'][-1]

        def told(state, downtime, *words):
            code, out, err = vigie('ctl', *words, '-c', v.main)
            assert code == 0, (out, err)
            for days in (1, 7, 30, 365):
                until(lambda days=days: (lambda x: (x['state'], x['downtime']) == (state, downtime))(strip(days)), lambda days=days: f'{words} in a strip of {days} days: {strip(days)}')
        told('critical', False, 'submit', 'h', 's', '-s', 'critical', '-m', 'x')
        told('critical', True, 'downtime', 'h', 's', '--for', '2h', '-m', 'x')
        told('ok', True, 'submit', 'h', 's', '-s', 'ok', '-m', 'x')


main()
