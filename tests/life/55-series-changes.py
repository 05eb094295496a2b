#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""Series of what does not stay what it was: a host renamed, a service taken out and put back, a label that the plugin calls something else, a unit that changes, counters that begin anew or go round.
What /api/v1/series, its data and /prometheus say then: nothing that was measured is lost, and nothing is mixed up."""
import http.client
import json
import os
import socket
import subprocess
import time
import urllib.parse

from lib_vigie import COMMON, SRC, Vigie, main, until, vigie

FILL = os.environ.get('FILL') or os.path.join(os.path.dirname(os.environ.get('VIGIE') or os.path.join(SRC, 'build/debug/vigie')), 'tests/bench_series')


def host(name, *services):
    return f'define host {{\n use th\n host_name {name}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n' + ''.join(
        f'define service {{\n use ts\n host_name {name}\n service_description {s}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for s in services)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Changing(Vigie):
    def __init__(self, *objects):
        self.port = free_port()
        super().__init__(objects=''.join(objects), main=f'vigie_http_listen=127.0.0.1:{self.port}')
        self.start()
        code, out, err = vigie('ctl', 'token', 'create', 'reader', '-c', self.main, '--role', 'viewer', '--expires', '1h')
        assert code == 0, err
        self.token = out.strip()
        self.n = 0  # measurements that were handed in

    def get(self, path, **query):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request('GET', path + '?' + urllib.parse.urlencode(query), headers={'Authorization': f'Bearer {self.token}'})
        r = c.getresponse()
        body = json.loads(r.read())
        c.close()
        return r.status, body

    def ok(self, path, **query):
        status, body = self.get(path, **query)
        assert status == 200, (status, body)
        return body

    def series(self, **query):
        return self.ok('/api/v1/series', **query)['series']

    def data(self, **query):
        """Of each series: (label, unit) -> [how many, their sum, the last]."""
        got = self.ok('/api/v1/series/data', step=1, aggregate='sum,count,last', **query)['series']
        assert len({s['id'] for s in got}) == len(got), got
        return {(s['label'], s['unit']): [sum(n for n in s['count'] if n), round(sum(x for x in s['sum'] if x is not None), 6), s['last'][-1]] for s in got}

    def raw(self, query='vigie_perfdata'):
        """Of each series (host, service, label, unit): all values of the last hour, in order."""
        body = self.ok('/prometheus/api/v1/query', query=query + '[1h]')
        return {tuple(r['metric'].get(n) for n in ('host', 'service', 'label', 'unit')): [float(x) for _, x in r['values']] for r in body['data']['result']}

    def measure(self, name, *perf):
        """Results one after the other; all of them are in the store when this returns."""
        for one in perf:
            code, out, err = vigie('ctl', 'submit', *name.split('/'), '-s', 'ok', '-m', 'fine', '-p', one, '-c', self.main)
            assert code == 0, (out, err)
            self.n += one.count('=')

        def all_of():
            status, out, said = vigie('series', 'dump', '--state', self.state)
            assert status == 0, said
            return out.count('\n') - 1 == self.n
        until(all_of, lambda: f'{self.n} measurements: {vigie("series", "dump", "--state", self.state)}')

    def configure(self, *objects):
        self.put('objects.cfg', COMMON + ''.join(objects))
        code, out, err = vigie('ctl', 'reload', '-c', self.main)
        assert code == 0, (out, err)


def test_a_host_is_renamed():
    with Changing(host('web', 'ping', 'net')) as v:
        v.measure('web/ping', 'rta=1ms', 'rta=2ms')
        before, = v.series(host='web', label='rta')
        assert vigie('ctl', 'rename', 'web', 'www', '-c', v.main)[0] == 0
        v.configure(host('www', 'ping', 'net'))
        v.measure('www/ping', 'rta=3ms', 'rta=4ms')
        after, = until(lambda: v.series(host='www', label='rta'), 'its new name')
        assert (after['id'], after['host'], after['resource']) == (before['id'], 'www', before['resource']), (before, after)
        assert v.get('/api/v1/series', host='web')[0] == 404
        for query in ({'host': 'www'}, {'id': before['id']}, {'resource': before['resource']}):
            assert v.data(**query) == {('rta', 's'): [4, 0.01, 0.004]}, (query, v.data(**query))
        assert v.raw() == {('www', 'ping', 'rta', 's'): [0.001, 0.002, 0.003, 0.004]}, v.raw()
        assert v.raw('vigie_perfdata{host="web"}') == {}


def test_a_service_goes_and_comes_back():
    with Changing(host('web', 'ping', 'net'), host('db', 'ping')) as v:
        v.measure('web/net', 'in=1', 'in=2')
        v.measure('db/ping', 'rta=5')
        before, = v.series(host='web', service='net')
        of_db, = v.series(host='db')
        v.configure(host('web', 'ping'))

        def still_there():
            one, = v.series(resource=before['resource'])
            assert (one['id'], one['host'], one['service'], one['last']) == (before['id'], 'web', 'net', 2), one
            assert v.data(id=before['id']) == {('in', ''): [2, 3, 2]}
            assert [s['id'] for s in v.series()] == [of_db['id'], before['id']]
            assert [s['id'] for s in v.series(host='web')] == [before['id']]
            assert [s['id'] for s in v.series(host='web', service='net')] == [before['id']]
            assert [s['id'] for s in v.series(host='db')] == [of_db['id']], 'a host that is configured no more is found by its name, too'
            assert v.raw() == {('web', 'net', 'in', None): [1, 2], ('db', 'ping', 'rta', None): [5]}, v.raw()
        still_there()
        assert v.stop() == 0
        v.start()
        still_there()
        v.configure(host('web', 'ping', 'net'), host('db', 'ping'))
        v.measure('web/net', 'in=3')
        after, = v.series(host='web', service='net')
        assert after['id'] == before['id'], (before, after)
        assert v.data(host='web') == {('in', ''): [3, 6, 3]}
        assert v.raw('vigie_perfdata{host="web"}') == {('web', 'net', 'in', None): [1, 2, 3]}


def test_labels_and_units_change():
    with Changing(host('web', 'disk'), host('db', 'disk')) as v:
        v.measure('web/disk', 'free=500MB;1000:', 'free=501MB;1000:', 'left=502MB', 'left=0.503GB', 'left=50%', 'left=51%', 'n=5', 'n=6', 'n=7c', 'n=8c', 'temp=20C;30', 'temp=21C;30', 'temp=70F;86', 'temp=71F;86')
        got = v.data(host='web')
        assert got.pop(('temp', 'F'))[0] == 4, got
        want = {('free', 'B'): [2, 1001e6, 501e6], ('left', 'B'): [2, 1005e6, 503e6], ('left', '%'): [2, 101, 51], ('n', ''): [2, 11, 6], ('n', 'c'): [2, 15, 8]}
        assert got == want, got
        listed = {(s['label'], s['unit']): (s['last'], s['written']) for s in v.series(host='web')}
        assert listed == {('free', 'B'): (501e6, 'MB'), ('left', 'B'): (503e6, 'GB'), ('left', '%'): (51, None), ('n', ''): (6, None), ('n', 'c'): (8, None), ('temp', 'F'): (71, None)}, listed
        raw = v.raw()
        assert raw[('web', 'disk', 'left', 'B')] == [502e6, 503e6] and raw[('web', 'disk', 'left', '%')] == [50, 51], raw
        one, = v.ok('/api/v1/series/data', host='web', label='temp', step=1)['series']
        first, second = one['thresholds']
        assert (first['unit'], first['warn'], second['unit'], second['warn']) == ('C', '30', 'F', '86') and one['t'][0] <= second['from'] <= one['t'][-1], one
        v.measure('db/disk', 'temp=300K', 'free=1GB')  # degrees of two kinds make no sum; sizes do
        both = v.ok('/api/v1/series/data', label='temp', combine='max', step=60)['series']
        assert sorted((s['unit'], s['combined']) for s in both) == [('F', 1), ('K', 1)], both
        one, = v.ok('/api/v1/series/data', label='free', combine='sum', step=3600)['series']
        assert (one['unit'], one['combined']) == ('B', 2), one


def test_counters_begin_anew_and_go_round():
    with Changing(host('web', 'net')) as v:
        v.measure('web/net', 'in=5c')
        known, = v.series()
        oid = known['id'].split('-')[0]
        assert v.stop() == 0
        minute, top = int(time.time()) // 60 * 60 - 3600, 2 ** 32
        values = {'anew': [1000, 1600, 2200, 60, 660], 'round': [top - 900, top - 300, 300, 900]}
        lines = ''.join(f'{oid} 5 {(minute + 60 * i) * 1000000} {n} 0 {label}\n' for label, all_of in values.items() for i, n in enumerate(all_of))
        subprocess.run([FILL, 'put', f'{v.state}/db/series', str(int(time.time()))], input=lines.encode(), check=True)
        v.start()
        window = {k: time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(minute + 60 * at)) for k, at in (('from', 0), ('to', 5))}
        for label, rates, increase in (('anew', [10, 10, 1, 10], '2325'), ('round', [10, 10, 10], '1750')):
            one, = v.ok('/api/v1/series/data', label=label, step=60, **window)['series']
            assert one['mean'] == values[label], one
            one, = v.ok('/api/v1/series/data', label=label, step=60, rate=1, **window)['series']
            assert one['mean'] == rates, one
            last = minute + 60 * (len(values[label]) - 1)
            got = v.ok('/prometheus/api/v1/query', query=f'increase(vigie_perfdata{{label="{label}"}}[5m])', time=last)['data']['result']
            assert got[0]['value'][1] == increase, (label, got)  # as Prometheus has it, which knows no going round


if __name__ == '__main__':
    main()
