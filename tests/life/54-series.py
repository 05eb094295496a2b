#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40 sanitized=long
"""Measurements, from the result of a check to the answer: /api/v1/series and /api/v1/series/data over the whole path; and /prometheus/api/v1/ beside Debian's prometheus with the same samples."""
import http.client
import json
import math
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse

from lib_vigie import SRC, Skip, Vigie, main, until, vigie

sys.path.insert(0, os.path.join(SRC, 'tests/bench'))
from series import find  # noqa: E402

FILL = os.environ.get('FILL') or os.path.join(os.path.dirname(os.environ.get('VIGIE') or os.path.join(SRC, 'build/debug/vigie')), 'tests/bench_series')
SERVICE = 'define service {{\n use ts\n host_name {}\n service_description {}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
HOST = 'define host {{\n use th\n host_name {}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n'
OBJECTS = ''.join(HOST.format(h) + ''.join(SERVICE.format(h, s) for s in ('ping', 'net', 'disk')) for h in ('web', 'db', 'büro')) + '''
define hostgroup {
 hostgroup_name front
 members web
}
define servicegroup {
 servicegroup_name nets
 members web,net,db,net
}
'''
UNITS = {'': 0, 's': 1, '%': 2, 'B': 3, 'b': 4, 'c': 5}


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Asked(Vigie):
    def __init__(self):
        self.port, self.token = free_port(), None
        super().__init__(objects=OBJECTS, main=f'vigie_http_listen=127.0.0.1:{self.port}')

    def start(self, *options, env=None):
        super().start(*options, env=env)
        if not self.token:
            code, out, err = vigie('ctl', 'token', 'create', 'grafana', '-c', self.main, '--role', 'viewer', '--expires', '1h')
            assert code == 0, err
            self.token = out.strip()
        return self

    def get(self, path, query=(), method='GET', headers=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        text = urllib.parse.urlencode(query)
        h = {'Authorization': f'Bearer {self.token}', **(headers or {})}
        if method == 'POST':
            c.request('POST', path, text, {**h, 'Content-Type': 'application/x-www-form-urlencoded'})
        else:
            c.request('GET', path + ('?' + text if text else ''), headers={k: v for k, v in h.items() if v})
        r = c.getresponse()
        body = r.read().decode()
        c.close()
        return r.status, json.loads(body) if r.headers['Content-Type'].split(';')[0].endswith('json') else body

    def ok(self, path, **query):
        status, body = self.get('/api/v1' + path, query)
        assert status == 200, (status, body)
        return body

    def oids(self):
        """(host, service) -> number."""
        def ask():
            with sqlite3.connect(f'file:{self.state}/db/objects.db?mode=ro', uri=True) as db:
                return {(h, s): oid for oid, h, s in db.execute('SELECT oid, host, service FROM object')}
        return until(lambda: (got := ask()) and len(got) == 12 and got)

    def put(self, *a):
        """As Vigie's own; with a list: measurements (oid, unit, us, mantissa, exponent, label) into its store while it does not run."""
        if not isinstance(a[0], list):
            return super().put(*a)
        lines = ''.join(' '.join(str(x) for x in m) + '\n' for m in a[0])
        subprocess.run([FILL, 'put', f'{self.state}/db/series', str(a[1])], input=lines.encode(), check=True)


def rfc(s):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(s))


# ---- the whole path ----

def test_path():
    with Asked() as v:
        v.start()
        assert v.ok('/series') == {'series': [], 'matched': 0, 'next': None}
        perf = "rta=12.5ms;100;500:;0; 'lost %'=0%;;;0;100 in=7c weird=3apples"
        code, out, err = vigie('ctl', 'submit', 'web', 'ping', '-s', 'ok', '-m', f'fine | {perf}', '-c', v.main)
        assert code == 0, (out, err)
        got = until(lambda: (a := v.ok('/series'))['matched'] == 4 and a['series'], 'four series are committed')
        by = {s['label']: s for s in got}
        assert [s['label'] for s in got] == sorted(by)
        rta = by['rta']
        assert (rta['host'], rta['service'], rta['kind'], rta['unit'], rta['counter']) == ('web', 'ping', 'service', 's', False), rta
        assert (rta['warn'], rta['crit'], rta['min'], rta['max'], rta['last']) == ('0.1', '0.5:', 0, None, 0.0125), rta
        assert abs(time.time() - time.mktime(time.strptime(rta['last_at'][:19], '%Y-%m-%dT%H:%M:%S')) + time.timezone) < 300
        assert by['in']['counter'] and by['lost %']['max'] == 100 and by['weird']['unit'] == 'apples', by
        data = v.ok('/series/data', id=rta['id'])
        one, = data['series']
        assert data['resolution'] == 'raw' and one['mean'] == [0.0125] and 'min' not in one, data
        assert one['thresholds'][0]['crit'] == '0.5:', one
        # chosen by everything there is
        for query, n in (({'host': 'web'}, 4), ({'host': 'db'}, 0), ({'service': 'ping'}, 4), ({'group': 'front'}, 4), ({'group': 'nets'}, 0), ({'kind': 'host'}, 0),
                         ({'label': 'in'}, 1), ({'q': 'WEB lost'}, 1), ({'q': 'apples'}, 0), ({'resource': rta['resource']}, 4), ({'resource': '1'}, 0),
                         ({'id': rta['id'] + ',' + by['in']['id']}, 2), ({'host': 'web', 'group': 'front', 'label': 'rta'}, 1)):
            assert v.ok('/series', **query)['matched'] == n, query
        for query, n in (({'host': 'w*'}, 4), ({'host': '?eb', 'service': 'p?ng'}, 4), ({'host': 'W*'}, 0), ({'host': '*', 'label': 'lost*'}, 1), ({'label': 'r?a'}, 1), ({'label': 'r\\?a'}, 0),
                         ({'label': '*', 'kind': 'service'}, 4), ({'service': '*', 'kind': 'host'}, 0), ({'host': 'nobody*'}, 0), ({'group': 'front', 'host': '*e*', 'label': '?n'}, 1)):
            assert v.ok('/series', **query)['matched'] == n, query
            assert len(v.ok('/series/data', **query)['series']) == n, query
        page = v.ok('/series', limit=3)
        assert page['next'] and len(page['series']) == 3 and len(v.ok('/series', limit=3, cursor=page['next'])['series']) == 1
        for query, field in (({'host': 'nobody'}, 'host'), ({'group': 'none'}, 'group')):
            status, body = v.get('/api/v1/series', query)
            assert status == 404 and body['field'] == field, body
        for query, field in (({'aggregate': 'p101'}, 'aggregate'), ({'combine': 'max', 'aggregate': 'max'}, 'aggregate'), ({'aggregate': 'mode'}, 'aggregate'), ({'compare': '7'}, 'compare'), ({'combine': 'all'}, 'combine'),
                             ({'step': '0'}, 'step'), ({'rate': 'yes'}, 'rate'), ({'from': 'yesterday'}, 'from'), ({'format': 'xml'}, 'format'), ({'other': '1'}, 'other')):
            status, body = v.get('/api/v1/series/data', query)
            assert status == 400 and body['field'] == field, (query, body)
        for query, words in (({'step': 0}, '"step" is a number from 1 to '), ({'limit': 0}, '"limit" is a number from 1 to 1000.'), ({'compare': '1d,2d,3d,4d,5d'}, '"compare" takes four spans of time at most')):
            assert words in json.dumps(v.get('/api/v1/series/data', query)[1], ensure_ascii=False).replace('\\"', '"'), query
        for path in ('/api/v1/series', '/api/v1/series/data', '/prometheus/api/v1/query?query=1', '/prometheus/api/v1/labels'):
            assert v.get(path, headers={'Authorization': None})[0] == 401, path
        status, body = v.get('/prometheus/api/v1/targets')
        assert status == 404 and body['status'] == 'error' and body['errorType'] == 'not_found' and body['error'], body
        status, text = v.get('/api/v1/series/data', {'id': rta['id']}, headers={'Accept': 'text/csv'})
        assert status == 200 and text.splitlines()[0] == 'time,id,host,service,label,unit,compare,mean,min,max', text
        assert text.splitlines()[1].endswith(f'Z,{rta["id"]},web,ping,rta,s,,0.0125,0.0125,0.0125'), text
        status, body = v.get('/prometheus/api/v1/query', {'query': 'vigie_perfdata{host="web",label="rta"} * 1000'})
        assert status == 200 and body['data']['result'][0]['value'][1] == '12.5', body
        assert v.get('/prometheus/api/v1/status/buildinfo')[1]['data']['version'] == '2.42.0'
        # another measurement is seen, too, and after a restart
        vigie('ctl', 'submit', 'web', 'ping', '-s', 'ok', '-m', 'fine | rta=20ms;100;600:', '-c', v.main)
        until(lambda: v.ok('/series', label='rta')['series'][0]['last'] == 0.02, 'the next one')
        v.stop()
        v.start()
        again = until(lambda: v.ok('/series', label='rta')['series'])
        assert again[0]['last'] == 0.02, again


# ---- graphs of a longer time ----

def test_data():
    now = int(time.time()) // 86400 * 86400 - 3600
    begin = now - 12 * 86400
    with Asked() as v:
        v.start()
        oid = v.oids()
        v.stop()
        ping, net = oid['web', 'ping'], oid['db', 'net']
        put = []
        for t in range(begin, now, 300):
            if begin + 86400 <= t < begin + 2 * 86400:
                continue  # a day without
            put.append((ping, 1, t * 1000000, t // 300 % 100, -3, 'rta'))
            put.append((oid['db', 'ping'], 1, t * 1000000 + 7000000, 50, -3, 'rta'))
            put.append((net, 5, t * 1000000, (t - begin) * 10000 % 2 ** 32, 0, 'in'))
        v.put(put, now)
        v.start()
        data = v.ok('/series/data', host='web', label='rta', **{'from': rfc(now - 3600), 'to': rfc(now), 'step': 600})
        one, = data['series']
        assert data['step'] == 600 and one['t'] == list(range(now - 3600, now, 600)) and one['usual'] == 300, data
        for i, t in enumerate(one['t']):
            two = [t // 300 % 100 / 1000, (t // 300 + 1) % 100 / 1000]
            assert abs(one['mean'][i] - sum(two) / 2) < 1e-12 and one['min'][i] == min(two) and one['max'][i] == max(two), (i, one)
        # a coarser resolution says the same, and gaps stay gaps
        for step, resolution in ((3600, '1h'), (300, '5min'), (900, '5min'), (60, 'raw'), (86400, '1d')):
            data = v.ok('/series/data', host='web', label='rta', aggregate='mean,last,count,sum', step=step, **{'from': rfc(begin), 'to': rfc(now)})
            one, = data['series']
            assert data['resolution'] == resolution and data['step'] == step, (step, data['resolution'])
            want = {}
            for o, _, us, m, _, _ in put:
                if o == ping:
                    want.setdefault(us // 1000000 // step * step, []).append(m / 1000)
            shown = [t for i, t in enumerate(one['t']) if one['mean'][i] is not None]
            assert shown == sorted(want), step
            assert [t for i, t in enumerate(one['t']) if one['mean'][i] is None] == ([] if step == 86400 else [(begin + 86400 - 300) // step * step + step]), step
            for i, t in enumerate(one['t']):
                if one['mean'][i] is not None:
                    w = want[t]
                    assert math.isclose(one['mean'][i], sum(w) / len(w), rel_tol=1e-9) and one['count'][i] == len(w), (step, t)
                    assert one.get('max', one['mean'])[i] == max(w) and one.get('last', one['mean'])[i] == w[-1], (step, t)
        # rates go round at 2^32, and of the counters' last values likewise
        for step in (300, 3600):
            one, = v.ok('/series/data', label='in', rate=1, step=step, **{'from': rfc(begin + 3 * 86400), 'to': rfc(now)})['series']
            assert set(one['mean']) == {10000}, (step, set(one['mean']))
        # percentiles, other days, several in one
        one, = v.ok('/series/data', host='web', label='rta', aggregate='p50,p99,max', step=86400, **{'from': rfc(now - 2 * 86400), 'to': rfc(now)})['series'][:1]
        assert one['max'][1] == 0.099 and 0.04 < one['p50'][1] < 0.06 and 0.095 < one['p99'][1] <= 0.099, one
        two = v.ok('/series/data', host='web', label='rta', compare='1d,1w', step=300, **{'from': rfc(now - 7200), 'to': rfc(now)})['series']
        assert [s['compare'] for s in two] == [None, '1d', '1w'] and two[0]['t'] == two[1]['t'] == two[2]['t'], two
        assert two[1]['mean'] == [(t - 86400) // 300 % 100 / 1000 for t in two[1]['t']]
        for how, want in (('sum', lambda x: x + 0.05), ('mean', lambda x: (x + 0.05) / 2), ('max', lambda x: max(x, 0.05)), ('p50', lambda x: (x + 0.05) / 2)):
            one, = v.ok('/series/data', label='rta', combine=how, step=300, **{'from': rfc(now - 7200), 'to': rfc(now)})['series']
            assert one['combined'] == 2 and one['id'] is None and ('min' in one) == (how in ('mean', 'p50')), one
            for i, t in enumerate(one['t']):
                mine = t // 300 % 100 / 1000
                assert math.isclose(one['mean'][i], want(mine), rel_tol=1e-9), (how, one)
                if 'min' in one:
                    assert (one['min'][i], one['max'][i]) == (min(mine, 0.05), max(mine, 0.05)), (how, one)
        few = v.ok('/series/data', label='rta', limit=1, **{'from': rfc(now - 7200), 'to': rfc(now)})
        assert len(few['series']) == 1 and few['truncated'] is True
        points = v.ok('/series/data', label='rta', points=50, **{'from': rfc(begin), 'to': rfc(now)})
        assert points['step'] == 21600 and len(points['series'][0]['t']) <= 51, points['step']


def test_combine():
    """The greatest of what one measured within a step is the greatest of all, and so on."""
    now = int(time.time()) // 86400 * 86400 - 3600
    web, db, buero = [1, 9, 5], [100, 2, 3], [0, 7]
    with Asked() as v:
        v.start()
        oid = v.oids()
        assert v.stop() == 0
        put = [(oid[host, 'ping'], 0, (now - 3600 + 60 * i) * 1000000, x, 0, 'u') for host, values in (('web', web), ('db', db)) for i, x in enumerate(values)]
        # the third has no measurement in the second step: it goes on with its last one
        put += [(oid['büro', 'ping'], 0, (now - 3600 + 60 * i) * 1000000, x, 0, 'u') for i, x in enumerate(buero)]
        put += [(oid[host, 'ping'], 0, (now - 3000) * 1000000, 4, 0, 'u') for host in ('web', 'db')]
        v.put(put, now)
        v.start()
        times = {'from': rfc(now - 3600), 'to': rfc(now), 'step': 600, 'label': 'u'}
        for how, mean, low, high in (('max', [100, 7], None, None), ('min', [0, 4], None, None), ('sum', [5 + 35 + 3.5, 15], [1 + 2 + 0, 15], [9 + 100 + 7, 15]),
                                     ('mean', [43.5 / 3, 5], [0, 4], [100, 7]), ('p50', [5, 4], [0, 4], [100, 7])):
            one, = v.ok('/series/data', combine=how, **times)['series']
            assert one['combined'] == 3 and one['mean'] == mean and one.get('min') == low and one.get('max') == high, (how, one)
        status, text = v.get('/api/v1/series/data', {**times, 'combine': 'max', 'format': 'csv'})
        assert text.splitlines()[0].endswith(',compare,mean'), text


def test_names_like_patterns():
    """What is called so goes before what a pattern matches."""
    with Asked() as v:
        v.start()
        code, out, err = vigie('ctl', 'submit', 'web', 'ping', '-s', 'ok', '-m', "fine | 'a*'=1 ab=2 'a?c'=3 abc=4", '-c', v.main)
        assert code == 0, (out, err)
        until(lambda: v.ok('/series')['matched'] == 4, 'four series are committed')
        for label, found in (('a*', ['a*']), ('a?c', ['a?c']), ('ab*', ['ab', 'abc']), ('a??', ['a?c', 'abc']), ('a\\*', ['a*']), ('*\\?*', ['a?c'])):
            assert sorted(s['label'] for s in v.ok('/series', label=label)['series']) == found, label


def test_old_ones():
    """What has no measurements any more is answered from roll-ups, and /prometheus says so."""
    now = int(time.time()) // 86400 * 86400
    begin, bound = now - 4 * 86400, now - 2 * 86400
    with Asked() as v:
        v.start()
        oid = v.oids()
        assert v.stop() == 0
        v.put([(oid['web', 'ping'], 5, t * 1000000, t - begin, 0, 'in') for t in range(begin, now, 60)], now + 7200)
        gone = [n for n in os.listdir(f'{v.state}/db/series') if n.startswith('raw-') and n < time.strftime('raw-%Y%m%d', time.gmtime(bound))]
        for name in gone:
            os.unlink(f'{v.state}/db/series/{name}')
        assert gone
        v.start()

        def warnings(query, at, **more):
            status, body = v.get('/prometheus/api/v1/' + ('query_range' if more else 'query'), {'query': query, **(more or {'time': at})})
            assert status == 200 and body['data']['result'], (query, body)
            return body.get('warnings', [])
        said = f'values before {rfc(bound)[:-1]}.000Z are made of roll-ups of 5 minutes: the last measurement of each'
        for query in ('vigie_perfdata', 'rate(vigie_perfdata[20m]) * 8', 'vigie_perfdata[20m]', 'sum(vigie_perfdata)'):
            assert warnings(query, bound - 3600) == [said], query
            assert warnings(query, bound + 3600) == [], query
        assert warnings('vigie_perfdata', 0, start=bound - 3600, end=bound + 3600, step=60) == [said]
        assert warnings('vigie_perfdata / 2', 0, start=bound - 3600, end=bound + 3600, step=60) == [said]
        assert warnings('vigie_perfdata', 0, start=bound + 600, end=bound + 3600, step=60) == []
        assert warnings('rate(vigie_perfdata[20m])', bound + 600) == [said]
        # how far back a selector looks is the asker's, too
        for delta, n in ((None, 1), ('5m', 1), ('100', 1), ('30s', 0), ('usual', 1)):
            query = {'query': 'vigie_perfdata', 'time': now + 40, **({'lookback_delta': delta} if delta else {})}
            assert len(v.get('/prometheus/api/v1/query', query)[1]['data']['result']) == n, query


def test_how_far_back():
    """As Prometheus looks, unless one asks for what is usual of each series."""
    now = int(time.time()) // 86400 * 86400
    with Asked() as v:
        v.start()
        oid = v.oids()
        assert v.stop() == 0
        v.put([(oid['web', 'ping'], 5, t * 1000000, 1, 0, 'in') for t in range(now - 6 * 3600, now, 600)], now + 7200)
        v.start()
        for delta, n in ((None, 216), ('5m', 216), ('10m', 360), ('usual', 360)):  # a measurement each ten minutes: it holds at six steps of ten
            query = {'query': 'vigie_perfdata', 'start': now - 6 * 3600, 'end': now - 1, 'step': 60, **({'lookback_delta': delta} if delta else {})}
            assert len(v.get('/prometheus/api/v1/query_range', query)[1]['data']['result'][0]['values']) == n, query


# ---- beside Prometheus ----

class Rival:
    def __init__(self, folder, samples, names):
        self.port, tool, words = free_port(), find('promtool'), find('prometheus')
        if not tool or not words:
            raise Skip('there is no prometheus to compare with')
        text = ['# TYPE vigie_perfdata gauge\n']
        per = {}
        for oid, unit, us, m, e, label in samples:
            host, service = names[oid]
            per.setdefault((host, service, label, unit), []).append((us, m, e))
        units = {n: u for u, n in UNITS.items()}
        for (host, service, label, unit), values in sorted(per.items()):
            pairs = [('host', host), ('label', label)] + ([('service', service)] if service else []) + ([('unit', units[unit])] if unit else [])
            labels = ','.join(f'{k}="{w}"' for k, w in pairs)
            for us, m, e in sorted(values):
                text.append(f'vigie_perfdata{{{labels}}} {m}e{e} {us // 1000 / 1000:.3f}\n')
        with open(folder + '/samples.om', 'w', encoding='utf-8') as f:
            f.write(''.join(text) + '# EOF\n')
        subprocess.run([*tool, 'tsdb', 'create-blocks-from', 'openmetrics', folder + '/samples.om', folder + '/prom'], check=True, stdout=subprocess.DEVNULL)
        with open(folder + '/prom.yml', 'w', encoding='ascii') as f:
            f.write('global:\n  scrape_interval: 1h\n')
        self.process = subprocess.Popen([*words, f'--config.file={folder}/prom.yml', f'--storage.tsdb.path={folder}/prom', f'--web.listen-address=127.0.0.1:{self.port}',
                                         '--storage.tsdb.retention.time=1000d', '--log.level=error'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.get('/-/ready')[0] == 200)

    def get(self, path, query=(), method='GET'):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        text = urllib.parse.urlencode(query)
        try:
            if method == 'POST':
                c.request('POST', path, text, {'Content-Type': 'application/x-www-form-urlencoded'})
            else:
                c.request('GET', path + '?' + text)
            r = c.getresponse()
            body = r.read()
        except OSError:
            return 0, None
        finally:
            c.close()
        return r.status, json.loads(body) if body[:1] == b'{' else body


def samples_of(oid, end):
    """Twelve hours of series of many kinds, some of them irregular."""
    r, out = random.Random(7), []
    for (host, service), number in sorted(oid.items()):
        if not service:
            continue
        for label, unit, every in (('rta', 's', 60), ('in', 'c', 60), ('out', 'c', 60), ('/var', 'B', 300), ('load', '', 60), ('busy', '%', 30)):
            value, t = r.randrange(1000), end - 12 * 3600 + r.randrange(60)
            while t < end:
                if unit == 'c':
                    value = 0 if r.random() < 0.005 else value + r.randrange(100000)
                elif label == '/var':
                    value += r.randrange(-5000000, 9000000)
                else:
                    value = r.randrange(-300 if label == 'load' else 0, 100000)
                if r.random() > 0.03 and not (label == 'load' and t % 7200 < 1500):
                    out.append((number, UNITS[unit], t * 1000000 + (r.randrange(1000) * 1000 if label == 'busy' else 0), value, {'s': -6, '': -2, '%': -3}.get(unit, 0), label))
                t += every + (r.randrange(-5, 6) if label == 'busy' else 0)
    return out


SELECTORS = ['vigie_perfdata', 'vigie_perfdata{host="web"}', '{__name__=~"vigie.*",label=~"in|out",host!="db"}', 'vigie_perfdata{label!~"r.*|/.*",service="net"}', 'vigie_perfdata{unit=""}',
             'vigie_perfdata{unit!="",host=~"b.*"}', 'vigie_perfdata{host=~".+r",label="rta"}', 'vigie_perfdata{label="/var"}', 'vigie_perfdata{label="none"}', 'vigie_perfdata{other=""}',
             'vigie_perfdata{label=~"(?i)RTA"}', 'vigie_perfdata{host=~"b.ro",label=~"\\\\w+"}']
QUERIES = SELECTORS + [f'{s} offset {o}' for s, o in zip(SELECTORS, ('5m', '1h30m', '90s', '-10m'))] + [
    f'{f}({s}[{r}]{o})' for f in ('rate', 'increase') for s, r, o in (('vigie_perfdata{unit="c"}', '5m', ''), ('vigie_perfdata{unit="c",host="web"}', '90s', ''), ('vigie_perfdata', '17m', ''),
                                                                        ('vigie_perfdata{label="/var"}', '1h', ' offset 20m'), ('vigie_perfdata{label="busy"}', '2m13s', ''))] + [
    f'{a}{by}(vigie_perfdata{m})' for a in ('sum', 'avg', 'min', 'max', 'count') for by, m in (('', ''), (' by (host) ', '{unit="c"}'), (' without (service, label) ', ''), (' by (label, unit, nothing) ', ''))] + [
    'quantile(0.9, vigie_perfdata)', 'quantile by (label) (0.5, vigie_perfdata)', 'quantile(-1, vigie_perfdata)', 'quantile(2, vigie_perfdata)', 'quantile(NaN, vigie_perfdata)',
    'sum(rate(vigie_perfdata{unit="c"}[5m])) by (host) * 8', 'max(vigie_perfdata{label="rta"}) - min(vigie_perfdata{label="rta"})',
    'vigie_perfdata{label="rta"} * 1000', '1000 / vigie_perfdata{label="rta"}', '-vigie_perfdata{label="load"}', 'vigie_perfdata{label="load"} % 7', '2 ^ vigie_perfdata{label="busy"} / 1e9',
    'vigie_perfdata{label="load"} ^ 0.5', 'vigie_perfdata / 0', '1 + 2 * 3 ^ 2 ^ 0.5 % 4 - -1', '-2 ^ 2', '(1 - 2) / 0', '0x1F + .5e1', 'Inf - Inf', '1',
    'vigie_perfdata{label="in"} - ignoring(label) vigie_perfdata{label="out"}', 'vigie_perfdata{label="in"} / on(host, service) vigie_perfdata{label="out"}',
    'sum by (host) (vigie_perfdata{label="in"}) / sum by (host) (vigie_perfdata)', 'vigie_perfdata + vigie_perfdata offset 5m', 'vigie_perfdata{host="web"} - vigie_perfdata{host="db"}',
    'sum(vigie_perfdata) / count(vigie_perfdata) - avg(vigie_perfdata) > 1' if False else 'sum(vigie_perfdata) / count(vigie_perfdata)',
    'avg by (unit) (sum without (label) (vigie_perfdata))', '# what follows\nsum(\n vigie_perfdata{host=\'web\', }\n)', 'vigie_perfdata{host=`web`,label="\\x72ta"}']
WRONG = ['', 'vigie_perfdata{', '{}', '{host=~".*"}', '1 +', 'rate(vigie_perfdata)', 'sum(1)', 'sum()', 'nothing_like_it(1)', 'vigie_perfdata{host="web"', 'vigie_perfdata[5x]', '"text" + 1', ')', '1 2',
         'vigie_perfdata{host="web",}}', 'vigie_perfdata{__name__="a"}', 'sum(vigie_perfdata[5m])', 'vigie_perfdata offset 5', '-vigie_perfdata[5m]', 'vigie_perfdata{label="a" "b"}', "{host='w}", '{host="\\q"}',
         'vigie_perfdata{host=~"("}', 'vigie_perfdata[5m] + 1', 'vigie_perfdata offset 1m offset 2m', '1 offset 5m', 'vigie_perfdata offset 5m [5m]', '1[5m]', '1 + on(host) vigie_perfdata', '€', 'sum by host (vigie_perfdata)',
         'vigie_perfdata{1="a"}', 'vigie_perfdata{host=web}']
FAILS = ['vigie_perfdata{label="in"} / on(host) vigie_perfdata{label="out"}', 'vigie_perfdata{host="web"} * ignoring(label, unit) vigie_perfdata{host="web",label="in"}']
NOT_TAKEN = ['vigie_perfdata > 1', 'vigie_perfdata and vigie_perfdata', 'topk(3, vigie_perfdata)', 'avg_over_time(vigie_perfdata[5m])', 'vigie_perfdata @ 100', 'rate(vigie_perfdata[5m:1m])',
             'vigie_perfdata * on(host) group_left vigie_perfdata', 'histogram_quantile(0.9, vigie_perfdata)', 'time()']


def same(a, b):
    a, b = float(a), float(b)
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-11)


def key(r):
    return tuple(sorted(r.get('metric', {}).items()))


def compare(query, ours, theirs):
    assert ours[0] == theirs[0] == 200, (query, ours if ours[0] != 200 else '', theirs if theirs[0] != 200 else '')
    a, b = ours[1]['data'], theirs[1]['data']
    assert a['resultType'] == b['resultType'], query
    if a['resultType'] == 'scalar':
        assert a['result'][0] == b['result'][0] and same(a['result'][1], b['result'][1]), (query, a, b)
        return 1
    x, y = ({key(r): r for r in d['result']} for d in (a, b))
    assert len(x) == len(a['result']) and x.keys() == y.keys(), (query, sorted(x.keys() ^ y.keys())[:3], len(x), len(y))
    for k in x:
        p, q = (r[k].get('values') or [r[k]['value']] for r in (x, y))
        assert [v[0] for v in p] == [v[0] for v in q], (query, k, len(p), len(q), [v for v in zip(p, q) if v[0][0] != v[1][0]][:2])
        for v, w in zip(p, q):
            assert same(v[1], w[1]), (query, k, v, w)
    return sum(len(r.get('values', [1])) for r in a['result'])


def cut_off(v, path, when):
    """Asks for CSV, calls `when` with the connection as soon as the answer has begun, and returns all that came."""
    with socket.create_connection(('127.0.0.1', v.port), timeout=60) as s:
        s.sendall(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{v.port}\r\nAuthorization: Bearer {v.token}\r\nAccept: text/csv\r\nConnection: close\r\n\r\n'.encode())
        got = s.recv(65536)
        assert got.startswith(b'HTTP/1.1 200') and b'chunked' in got, got[:300]
        when(s)
        try:
            while s.fileno() >= 0 and (more := s.recv(1 << 20)):
                got += more
        except ConnectionResetError:
            pass  # as good as an end
        return got


def test_csv_that_is_cut_off():
    """Who goes away in the middle is nobody's trouble; and who gets a part only can tell by its end that it is one."""
    end, points = b'\r\n0\r\n\r\n', 100000
    now = int(time.time()) // 86400 * 86400
    with Asked() as v:
        v.start()
        oid = v.oids()
        assert v.stop() == 0
        v.put([(oid['web', s], 1, t * 1000000, t % 1000, -3, 'rta') for s in ('ping', 'net') for t in range(now - points, now)], now)
        v.start()
        query = {'host': 'web', 'step': 1, 'from': rfc(now - points), 'to': rfc(now)}
        path = '/api/v1/series/data?' + urllib.parse.urlencode(query)
        assert v.get('/api/v1/series/data', query, headers={'Accept': 'text/csv'})[1].count('\n') == 2 * points + 1
        assert cut_off(v, path, lambda s: None).endswith(end)
        roles = v.roles()
        for at in range(1, 6):
            begun = cut_off(v, path, lambda s, at=at: (s.recv(at << 18), s.close()))
            assert not begun.endswith(end)
            assert v.ok('/series')['matched'] == 2
        assert v.roles() == roles, 'nobody died of it'

        def kill(_):
            for pid, words in v.roles().items():
                if '-x' in words and words[words.index('-x') + 1] == 'reader':
                    os.kill(pid, signal.SIGKILL)
        until(lambda: not cut_off(v, path, kill).endswith(end), 'the reader dies before it has said all')
        until(lambda: v.get('/api/v1/series')[0] == 200, 'another reader answers')
        assert cut_off(v, path, lambda s: None).endswith(end)
        assert v.stop() == 0


def test_prometheus():
    end = int(time.time()) // 60 * 60 - 1800
    with Asked() as v:
        v.start()
        oid = v.oids()
        v.stop()
        samples = samples_of(oid, end)
        v.put(samples, int(time.time()))
        rival = Rival(v.d, samples, {n: k for k, n in oid.items()})
        try:
            v.start()
            slow_client(v, end)
            beside(v, rival, end)
        finally:
            rival.process.kill()
            rival.process.wait()


def slow_client(v, end):
    """One that takes its time gets a long answer whole."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(('127.0.0.1', v.port))
        query = urllib.parse.urlencode({'query': 'vigie_perfdata / 7', 'start': end - 10000 * 4, 'end': end, 'step': 4})
        s.sendall(f'GET /prometheus/api/v1/query_range?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {v.token}\r\n\r\n'.encode())
        assert v.get('/prometheus/api/v1/query_range?' + query)[0] == 200  # by then the first one is answered, too
        r = http.client.HTTPResponse(s)
        r.begin()
        text = r.read()
        assert len(text) > 10000000 and len(json.loads(text)['data']['result']) == 54, len(text)


def beside(v, rival, end):
    ours, theirs = '/prometheus/api/v1/', '/api/v1/'

    def both(endpoint, query, method='GET'):
        return v.get(ours + endpoint, query, method), rival.get(theirs + endpoint, query, method)

    points = 0
    for i, query in enumerate(QUERIES):
        for at in (end - 3600, end - 7 * 3600 + 0.123, end):
            points += compare(query, *both('query', {'query': query, 'time': at}, 'POST' if i % 2 else 'GET'))
        for step, hours in ((60, 3), (300, 12), ('37s', 1), (0.5, 0.1)):
            q = {'query': query, 'start': rfc(end - hours * 3600) if i % 3 else end - hours * 3600, 'end': end, 'step': step}
            points += compare(query, *both('query_range', q, 'GET' if i % 2 else 'POST'))
    for s in ('vigie_perfdata{host="web"}[5m]', 'vigie_perfdata{label="busy"}[3m] offset 1h'):
        points += compare(s, *both('query', {'query': s, 'time': end}))
    assert points > 100000, points
    for query in WRONG + FAILS:
        a, b = both('query', {'query': query, 'time': end - 3600})
        assert a[0] == b[0] and a[1]['errorType'] == b[1]['errorType'] and a[1]['error'], (query, a, b)
    for query in NOT_TAKEN:
        status, body = v.get(ours + 'query', {'query': query})
        assert status == 400 and body['errorType'] == 'bad_data' and 'parse error' in body['error'], (query, body)
    good = {'query': 'vigie_perfdata', 'start': end - 60, 'end': end, 'step': 60}
    for wrong in ({'step': 0}, {'step': -1}, {'step': 'x'}, {'start': 'x'}, {'end': ''}, {'end': end - 61}, {'start': end - 86400 * 10, 'step': 60}, {'query': 'vigie_perfdata[5m]'}):
        a, b = both('query_range', {**good, **wrong})
        assert a[0] == b[0] and a[1]['errorType'] == b[1]['errorType'], (wrong, a, b)
    compare('', *both('query_range', {**good, 'start': end - 11000 * 60}))
    for endpoint, query in (('labels', {}), ('label/host/values', {}), ('label/__name__/values', {}), ('label/none/values', {}), ('label/label/values', {'match[]': 'vigie_perfdata{unit="c"}'}),
                            ('labels', {'match[]': '{unit="",host="web"}'}), ('series', [('match[]', '{label="in"}'), ('match[]', 'vigie_perfdata{host="web"}')]),
                            ('series', {'match[]': '{label="none"}'}), ('label/unit/values', {'start': end - 3600, 'end': end}),
                            *((endpoint, {'match[]': 'vigie_perfdata', 'start': start, 'end': until}) for endpoint in ('series', 'labels', 'label/label/values')
                              for start, until in ((end - 10 * 86400, end - 9 * 86400), (end - 2 * 86400, end + 600), (end, end - 3600), (end + 86400, end + 90000)))):
        a, b = both(endpoint, query)
        order = (lambda d: sorted(d, key=lambda x: sorted(x.items()))) if endpoint == 'series' else list
        assert a[0] == b[0] == 200 and order(a[1]['data']) == order(b[1]['data']), (endpoint, query, a, b)
    for endpoint, query in (('series', {}), ('series', {'match[]': 'x{'}), ('label/1x/values', {}), ('query', {'query': '1', 'time': 'x'})):
        a, b = both(endpoint, query)
        assert a[0] == b[0] == 400 and a[1]['errorType'] == b[1]['errorType'], (endpoint, query, a, b)
    compare('017', *both('query', {'query': '017 + 08 + 0 + 0.5 + 0x1f', 'time': end}))
    for endpoint, query in (('labels', {'match[]': '{}'}), ('labels', {'start': 'x'}), ('series', {'match[]': 'vigie_perfdata', 'end': 'x'}), ('query', {'query': '1', 'time': 'x'}),
                            ('query', {'query': '1', 'timeout': 'x'}), ('query_range', {**good, 'start': 'x'}), ('query_range', {**good, 'timeout': 'x'})):
        a, b = both(endpoint, query)
        assert a == b, (endpoint, query, a, b)
    assert v.get(ours + 'metadata')[1]['data'].keys() == {'vigie_perfdata'}
    print(f'  {points} values of {len(QUERIES)} expressions equal those of prometheus')


main()
