#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real RRD files, made by rrdtool as PNP4Nagios, Nagiosgraph and Centreon lay them out, are imported into a Vigie that runs: each row is a measurement, what is coarse keeps its least and greatest;
twice is once; what is there stays; what cannot be taken is listed; a kill -9 of importer and store costs nothing."""
import csv
import http.client
import io
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.parse
from decimal import Decimal

from lib_vigie import COMMON, VIGIE, Skip, Vigie, main, until, vigie

SERVICES = ['PING', 'Disk C:', 'a___b', 'net/eth0']
OBJECTS = ('define host {\n use th\n host_name web 1\n address 127.0.0.1\n}\ndefine host {\n use th\n host_name db\n address 127.0.0.1\n}\n' +
           ''.join(f'define service {{\n use ts\n host_name web 1\n service_description {s}\n active_checks_enabled 0\n}}\n' for s in SERVICES))
END = int(time.time()) // 3600 * 3600 - 7200  # of the newest row: a whole hour, over for a while


def rrdtool(*commands):
    """One process for all of them: each is a list of words."""
    lines = ''.join(' '.join(f'"{word}"' for word in words) + '\n' for words in commands)
    p = subprocess.run(['rrdtool', '-'], input=lines, capture_output=True, text=True, check=False, env={**os.environ, 'LC_ALL': 'C'})
    assert p.returncode == 0 and p.stdout.count('OK u:') == len(commands), p.stdout + p.stderr


def make(path, sources, value, step=60, rows=120, archives=('AVERAGE:0.5:1:30', 'AVERAGE:0.5:10:100', 'MIN:0.5:10:100', 'MAX:0.5:10:100'), kind='GAUGE'):
    """One update for each step, of value(i, source); the last one at END."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    rrdtool(['create', path, '--start', END - rows * step, '--step', step, *[f'DS:{s}:{kind}:{3 * step}:U:U' for s in sources], *[f'RRA:{a}' for a in archives]],
            *[['update', path, *[':'.join([str(END - (rows - i) * step), *[str(value(i, s)) for s in sources]]) for i in range(first, min(first + 100, rows + 1))]]
              for first in range(1, rows + 1, 100)])


def xml(path, host, service, sources):
    """sources: (file, ds, label, unit)."""
    escape = lambda t: t.replace('&', '&amp;').replace('<', '&lt;')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<NAGIOS>\n' + ''.join(
            f'  <DATASOURCE>\n    <TEMPLATE>x</TEMPLATE>\n    <RRDFILE>/old/perfdata/{file}</RRDFILE>\n    <DS>{ds}</DS>\n    <NAME>{escape(label).replace(" ", "_")}</NAME>\n    <LABEL>{escape(label)}</LABEL>\n'
            f'    <UNIT>{unit}</UNIT>\n    <WARN></WARN>\n  </DATASOURCE>\n' for file, ds, label, unit in sources) +
                f'  <NAGIOS_AUTH_HOSTNAME>{host}</NAGIOS_AUTH_HOSTNAME>\n  <NAGIOS_AUTH_SERVICEDESC>{service}</NAGIOS_AUTH_SERVICEDESC>\n</NAGIOS>\n')


class Taker(Vigie):
    def __init__(self):
        if not shutil.which('rrdtool'):
            raise Skip('rrdtool is not installed')
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            self.port = s.getsockname()[1]
        super().__init__(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{self.port}')
        self.tree = self.path('tree')
        os.mkdir(self.tree)

    def importing(self, *words):
        return [VIGIE, 'import', 'rrd', '--state', self.state, '--rejects', self.path('rejects.csv'), *words, self.tree]

    def take(self, *words, status=0):
        p = subprocess.run(self.importing(*words), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200, check=False)
        assert p.returncode == status, (p.returncode, p.stdout, p.stderr)
        return p.stdout + p.stderr

    def asked(self, **query):
        """The series of an answer of /api/v1/series/data."""
        status, token, said = vigie('ctl', 'token', 'create', f'reader{time.monotonic_ns()}', '-c', self.main, '--role', 'viewer', '--expires', '1h')
        assert status == 0, said
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        c.request('GET', '/api/v1/series/data?' + urllib.parse.urlencode(query), headers={'Authorization': f'Bearer {token.strip()}'})
        answer = json.loads(c.getresponse().read())
        c.close()
        return answer

    def rejects(self):
        with open(self.path('rejects.csv'), encoding='utf-8') as f:
            return {(os.path.relpath(r['file'], self.tree), r['source']): r['reason'] for r in csv.DictReader(f)}

    def there(self, *words):
        """{(label, unit): {time: value, or the row}}."""
        status, out, said = vigie('series', 'dump', '--state', self.state, *words)
        assert status == 0 and not said, said
        found = {}
        for row in csv.DictReader(io.StringIO(out)):
            series = found.setdefault((row['label'], row['unit']), {})
            when = int(float(row['time']))
            assert when not in series, f'twice: {row}'
            series[when] = Decimal(row['value']) if 'value' in row else row
        return found


def minutes(value, rows=120, fine=30, step=60, per=10):
    """What raw measurements come of make(): the fine rows, before them the means of ten."""
    want = {END - (rows - i) * step: Decimal(str(value(i))) for i in range(rows - fine + 1, rows + 1)}
    for last in range(per, rows - fine + 1, per):
        want[END - (rows - last) * step] = sum(Decimal(str(value(i))) for i in range(last - per + 1, last + 1)) / per
    return want


def test_pnp4nagios():
    def ping(i, source='1'):
        return i if source == '1' else i % 7
    with Taker() as v:
        v.start()
        make(f'{v.tree}/web_1/PING.rrd', ['1', '2'], ping)
        xml(f'{v.tree}/web_1/PING.xml', 'web 1', 'PING', [('web_1/PING.rrd', 1, 'rta', 'ms'), ('web_1/PING.rrd', 2, 'pl', '%%')])
        make(f'{v.tree}/web_1/Disk_C__used.rrd', ['1'], lambda i, s: i * 3)
        make(f'{v.tree}/web_1/Disk_C__if_in.rrd', ['1'], lambda i, s: i * 600, kind='COUNTER')
        xml(f'{v.tree}/web_1/Disk_C_.xml', 'web 1', 'Disk C:', [('Disk_C__used.rrd', 1, 'used <&> C:', 'MB'), ('Disk_C__if_in.rrd', 1, 'if in', 'c')])
        make(f'{v.tree}/db/_HOST_.rrd', ['1'], ping)
        xml(f'{v.tree}/db/_HOST_.xml', '', '', [('_HOST_.rrd', 1, 'up', '')])
        make(f'{v.tree}/db/gone.rrd', ['1'], ping)
        xml(f'{v.tree}/db/gone.xml', 'db', 'gone', [('gone.rrd', 1, 'x', '')])
        make(f'{v.tree}/db/lonely.rrd', ['1'], ping)
        with open(f'{v.tree}/web_1/net_eth0.rrd', 'wb') as f:
            f.write(b'RRD\0' + os.urandom(3000))
        xml(f'{v.tree}/web_1/net_eth0.xml', 'web 1', 'net/eth0', [('net_eth0.rrd', 1, 'x', '')])
        said = v.take('--format', 'pnp4nagios', '--dry-run')
        assert v.there() == {} and ' rows of 7 files' in said, said
        said = v.take('--format', 'pnp4nagios')
        got = v.there()
        assert got['rta', 's'] == {t: x / 1000 for t, x in minutes(ping).items()}, got['rta', 's']
        assert got['pl', '%'] == minutes(lambda i: i % 7), got['pl', '%']
        assert got['used <&> C:', 'B'] == {t: x * 3000000 for t, x in minutes(ping).items()}, got
        rates = got['if in', 'other']
        assert len(rates) in (38, 39) and set(rates.values()) == {10}, rates  # 600 more each minute; the first row has no rate
        with sqlite3.connect(f'file:{v.state}/db/bounds.db?mode=ro', uri=True) as db:
            assert db.execute("SELECT uom FROM bound WHERE label = 'if in'").fetchall() == [('/s',)]
        assert got['up', ''] == minutes(ping)
        # What is coarse keeps its least and greatest, and counts as what it stands for.
        hours = v.there('--class', '1h')['rta', 's']
        rows = {i: END - (120 - i) * 60 for i in range(1, 121)}
        first = {i for i, t in rows.items() if (t - (t - END) % 600 if i > 90 else t - 1) // 3600 * 3600 == END - 7200}
        assert hours[END - 7200]['count'] == '60' and Decimal(hours[END - 7200]['min']) == Decimal('0.001') and Decimal(hours[END - 7200]['max']) == Decimal('0.060'), (hours, first)
        assert Decimal(hours[END - 7200]['mean']) == Decimal('0.0305'), hours
        rejects = v.rejects()
        assert rejects == {('db/gone.rrd', ''): "service 'gone' of host 'db' is not configured", ('db/lonely.rrd', ''): 'no .xml beside it says what it holds',
                           ('web_1/net_eth0.rrd', ''): rejects['web_1/net_eth0.rrd', '']} and rejects['web_1/net_eth0.rrd', ''].startswith('rrdtool dump: '), rejects
        # Twice is once, and resumed is nothing at all.
        said = v.take('--format', 'pnp4nagios')
        assert '\n0 measurements and 0 buckets put in' in '\n' + said and v.there() == got, said
        said = v.take('--format', 'pnp4nagios', '--resume')
        assert ' 0 rows' in said and v.there() == got, said
        # It grows: only what is new comes in.
        rrdtool(['update', f'{v.tree}/web_1/PING.rrd', f'{END + 60}:1000:1'])
        said = v.take('--format', 'pnp4nagios', '--resume')
        assert said.startswith('') and v.there()['rta', 's'] == {**got['rta', 's'], END + 60: Decimal(1)}, said
        assert v.stop() == 0
        assert 'Vigie does not run' in v.take('--format', 'pnp4nagios', status=1)
        v.start()
        assert v.stop() == 0
        assert v.there()['pl', '%'] == {**got['pl', '%'], END + 60: Decimal(1)}


def test_nagiosgraph():
    with Taker() as v:
        v.start()
        make(f'{v.tree}/web%201/Disk%20C%3A___used.rrd', ['data', 'warn'], lambda i, s: i)
        make(f'{v.tree}/web 1/a___b___pingrta.rrd', ['rta', 'losspct'], lambda i, s: i)
        make(f'{v.tree}/db/HOST___up.rrd', ['value'], lambda i, s: i)
        make(f'{v.tree}/db/strange.rrd', ['value'], lambda i, s: i)
        with open(v.path('map.csv'), 'w', encoding='utf-8') as f:
            f.write('db;ds;label;unit\npingrta;rta;"rta; ""of"" it";ms\n')
        v.put('rrdtool', f'#!/bin/sh\nid -u >> {v.path("users")}\nexec rrdtool "$@"\n')
        v.put('users', '')
        os.chmod(v.path('rrdtool'), 0o755)
        os.chmod(v.path('users'), 0o666)
        os.chmod(f'{v.tree}/db/HOST___up.rrd', 0o600)
        if os.geteuid() == 0:
            os.chown(f'{v.tree}/db/HOST___up.rrd', 65534, 65534)
        said = v.take('-f', 'nagiosgraph', '--map', v.path('map.csv'), '--rrdtool', v.path('rrdtool'))
        with open(v.path('users'), encoding='utf-8') as f:
            assert set(f.read().split()) == ({'0', '65534'} if os.geteuid() == 0 else {str(os.geteuid())}), 'rrdtool runs as the user whose file it is'
        got = v.there()
        assert got == {('used', ''): minutes(lambda i: i), ('up', ''): minutes(lambda i: i), ('rta; "of" it', 's'): {t: x / 1000 for t, x in minutes(lambda i: i).items()}}, (said, got.keys())
        assert v.rejects() == {('web%201/Disk%20C%3A___used.rrd', 'warn'): 'a threshold or bound, no measurement', ('web 1/a___b___pingrta.rrd', 'losspct'): 'nothing says what this data source is',
                               ('db/strange.rrd', ''): 'its name is not SERVICE___LABEL.rrd with %XX for special bytes'}, v.rejects()


def test_nagiosgraph_of_old():
    """All files in one folder, HOST_SERVICE_LABEL.rrd: what can be read in one way only is taken, by the table if need be; the rest is listed with what it may be."""
    more = ''.join(f'define host {{\n use th\n host_name {h}\n address 127.0.0.1\n}}\ndefine service {{\n use ts\n host_name {h}\n service_description {s}\n active_checks_enabled 0\n}}\n'
                   for h, s in (('eu', 'db_1'), ('eu_db', '1')))
    with Taker() as v:
        v.put('objects.cfg', COMMON + OBJECTS + more)
        v.start()
        for name in ('web%201_Disk%20C%3A_used', 'web%201_a___b_in_bytes', 'db_HOST_up', 'eu_db_1_rta', 'eu_db_1_time', 'db_gone_x', 'plain'):
            make(f'{v.tree}/{name}.rrd', ['data'], lambda i, s: i)
        with open(v.path('map.csv'), 'w', encoding='utf-8') as f:
            f.write('db,ds,label,unit\n1_time,data,time,ms\n')
        v.take('-f', 'nagiosgraph')
        rows = minutes(lambda i: i)
        assert v.there() == {(label, ''): rows for label in ('used', 'in_bytes', 'up')}, v.there().keys()
        none = 'it stands in no folder of a host, and its name is not HOST_SERVICE_LABEL.rrd of a service that is configured, with %XX for special bytes'
        both = "it may be of service 'db_1' of host 'eu' or of '1' of 'eu_db': move it to the folder of its host, as SERVICE___LABEL.rrd"
        assert v.rejects() == {('db_gone_x.rrd', ''): none, ('plain.rrd', ''): none, ('eu_db_1_rta.rrd', ''): both, ('eu_db_1_time.rrd', ''): both}, v.rejects()
        os.unlink(v.path('rejects.csv'))
        make(f'{v.tree}/eu_db/1___rta.rrd', ['data'], lambda i, s: i)
        v.take('-f', 'nagiosgraph', '--map', v.path('map.csv'))
        assert v.there()['rta', ''] == rows, v.there().keys()


def test_centreon():
    with Taker() as v:
        v.start()
        for number in (7, 8, 9, 10, 70):  # 70 has the name of 7, which comes first: 10, 7, 70
            make(f'{v.tree}/metrics/{number}.rrd', ['value'], lambda i, s, number=number: i + number)
        with open(v.path('index.csv'), 'w', encoding='utf-8') as f:
            f.write('\ufeffid,host_name,host_id,service_description,special\r\n1,web 1,3,net#S#eth0,0\r\n2,"db",4,,0\r\n3,nobody,5,PING,0\r\n')
        with open(v.path('metrics.csv'), 'w', encoding='utf-8') as f:
            f.write('metric_id\tindex_id\tmetric_name\tunit_name\n7\t1\tused#S#all\tB\n8\t2\ta\\tb\t\\N\n9\t3\tx\tNULL\n70\t1\tused#S#all\tB\n')
        assert 'index_data' in v.take('-f', 'centreon', '--map', v.path('metrics.csv'), status=1)
        v.put('twice.csv', 'id,host_name,service_description\n1,web 1,PING\n1,web 1,PING\n2,db,\n1,db,\n')
        said = v.take('-f', 'centreon', '--map', v.path('metrics.csv'), '--map', v.path('twice.csv'), status=1)
        assert 'twice.csv: line 5: another row with id 1 says something different: leave one in' in said, said
        v.put('two.csv', 'db,ds,label,unit\na.rrd,data,x,s\na.rrd,other,y,s\n\na.rrd,data,z,s\n')
        said = v.take('-f', 'nagiosgraph', '--map', v.path('two.csv'), status=1)
        assert 'two.csv: line 5: another row with db a.rrd and ds data says something different: leave one in' in said, said
        v.take('-f', 'centreon', '--map', v.path('metrics.csv'), '--map', v.path('index.csv'))
        assert v.there() == {('used/all', 'B'): minutes(lambda i: i + 7), ('a b', ''): minutes(lambda i: i + 8)}, v.there()
        assert v.rejects() == {('metrics/9.rrd', ''): "host 'nobody' is not configured, nor its service 'PING'", ('metrics/10.rrd', ''): 'no row of metrics with metric_id 10'}, v.rejects()


def test_years_by_the_api():
    """Hours of 120 days, the older ones in rows of six: what is older than measurements are kept is there with its least and greatest."""
    def moment(t):
        return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(t))
    with Taker() as v:
        v.start()
        n, day = 120 * 24, (END // 86400 - 100) * 86400
        make(f'{v.tree}/web 1/PING___used.rrd', ['data'], lambda i, s: i, step=3600, rows=n, archives=('AVERAGE:0.5:1:48', *[f'{cf}:0.5:6:480' for cf in ('AVERAGE', 'MIN', 'MAX')]))
        v.take('-f', 'nagiosgraph')
        answer = v.asked(host='web 1', label='used', **{'from': moment(day), 'to': moment(day + 10 * 86400)}, step=86400)
        series = answer['series'][0]
        first = [n - (END - t - 3600) // 3600 for t in range(day, day + 10 * 86400, 86400)]
        assert series['t'] == list(range(day, day + 10 * 86400, 86400)) and series['service'] == 'PING', answer
        assert (series['min'], series['max'], series['mean']) == (first, [i + 23 for i in first], [i + 11.5 for i in first]), (series, first)
        answer = v.asked(host='web 1', label='used', **{'from': moment(END - 4 * 3600), 'to': moment(END + 1)}, step=3600)
        assert answer['resolution'] == 'raw' and answer['series'][0]['mean'] == [n - 4, n - 3, n - 2, n - 1, n], answer


def test_latin_1():
    """A French site's files: what comes next of the plugin is of the same series."""
    with Taker() as v:
        v.start()
        make(f'{v.tree}/web_1/PING.rrd', ['1'], lambda i, s: i)
        with open(f'{v.tree}/web_1/PING.xml', 'wb') as f:
            f.write('<?xml version="1.0" encoding="ISO-8859-1"?><NAGIOS><DATASOURCE><RRDFILE>/x/PING.rrd</RRDFILE><DS>1</DS><LABEL>débit\tmoyen</LABEL><UNIT>°C</UNIT></DATASOURCE>'
                    '<NAGIOS_AUTH_HOSTNAME>web 1</NAGIOS_AUTH_HOSTNAME><NAGIOS_AUTH_SERVICEDESC>PING</NAGIOS_AUTH_SERVICEDESC></NAGIOS>'.encode('latin-1'))
        v.take('--format', 'pnp4nagios')
        assert set(v.there()) == {('débit moyen', 'other')} and not v.rejects(), (v.there().keys(), v.rejects())
        shutil.rmtree(f'{v.tree}/web_1')
        make(f'{v.tree}/web 1/PING___d%E9bit.rrd', ['data'], lambda i, s: i)
        v.take('--format', 'nagiosgraph')
        assert set(v.there()) == {('débit moyen', 'other'), ('débit', '')}, v.there().keys()


def test_rejects_stay():
    """What was not taken of a file that is finished is in the list of the next run too."""
    with Taker() as v:
        v.start()
        make(f'{v.tree}/web 1/PING___used.rrd', ['data', 'warn'], lambda i, s: i)
        make(f'{v.tree}/web 1/gone___used.rrd', ['data'], lambda i, s: i)
        os.mkdir(f'{v.tree}/db')
        os.mkdir(f'{v.tree}/db/HOST___a.rrd')
        os.mkfifo(f'{v.tree}/db/HOST___b.rrd')
        v.take('-f', 'nagiosgraph')
        want = {('web 1/PING___used.rrd', 'warn'): 'a threshold or bound, no measurement', ('web 1/gone___used.rrd', ''): "service 'gone' of host 'web 1' is not configured",
                ('db/HOST___a.rrd', ''): 'it is a folder, no file', ('db/HOST___b.rrd', ''): 'it is a pipe, socket or device, no file'}
        assert v.rejects() == want, v.rejects()
        for _ in range(2):
            os.unlink(v.path('rejects.csv'))
            said = v.take('-f', 'nagiosgraph', '--resume')
            assert v.rejects() == want and '4 rejects' in said and ' 0 rows' in said, (v.rejects(), said)
        said = v.take('-f', 'nagiosgraph', '--rrdtool', '/bin/false', status=1)
        assert 'not one of 4 files was taken' in said, said


def test_rrdtool_hangs():
    """A disk that does not answer costs its files, and no signal is held back by it."""
    with Taker() as v:
        v.start()
        make(f'{v.tree}/web 1/PING___used.rrd', ['data'], lambda i, s: i)
        v.put('rrdtool', f'#!/bin/sh\ncase "$2" in *used*) echo x >> {v.path("began")}; sleep 1000 ;; esac\nexec rrdtool "$@"\n')
        os.chmod(v.path('rrdtool'), 0o755)
        v.take('-f', 'nagiosgraph', '--rrdtool', v.path('rrdtool'), '--silent', '1s', status=1)
        assert list(v.rejects()) == [('web 1/PING___used.rrd', '')] and 'says nothing for 1 s' in v.rejects()['web 1/PING___used.rrd', ''], v.rejects()
        make(f'{v.tree}/web 1/PING___well.rrd', ['data'], lambda i, s: i)
        v.take('-f', 'nagiosgraph', '--resume')  # as patient as it is: a file that is well may be slow, where the machine is
        assert set(v.there()) == {('well', ''), ('used', '')}, 'the one that hung is tried again'
        os.unlink(v.path('began'))
        p = subprocess.Popen(v.importing('-f', 'nagiosgraph', '--rrdtool', v.path('rrdtool')), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        until(lambda: os.path.exists(v.path('began')), 'rrdtool runs')
        p.terminate()
        said = p.communicate(timeout=30)[0]
        assert p.returncode == 1 and 'stopped' in said and not v.rejects(), (p.returncode, said, v.rejects())


def test_kills():
    """Importer and store are killed again and again: in the end all is there once."""
    n = 60
    with Taker() as v:
        v.start()
        for i in range(n):
            make(f'{v.tree}/metrics/{i}.rrd', ['value'] if i % 6 else ['value', 'odd'], lambda k, s, i=i: k * i)
        with open(v.path('index.csv'), 'w', encoding='utf-8') as f:
            f.write('id,host_name,service_description\n1,web 1,PING\n')
        with open(v.path('metrics.csv'), 'w', encoding='utf-8') as f:
            f.write('metric_id,index_id,metric_name,unit_name\n' + ''.join(f'{i},1,m{i},\n' for i in range(n)))
        words = ['-f', 'centreon', '--map', v.path('index.csv'), '--map', v.path('metrics.csv'), '--resume']
        for kill in range(4):
            p = subprocess.Popen(v.importing(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            spool = f'{v.state}/db/import'
            until(lambda: p.poll() is not None or (os.path.isdir(spool) and any(f.endswith(('.vsi', '.done')) for f in os.listdir(spool))), 'something is handed over')
            if kill % 2 == 0:
                store = next(pid for pid, w in v.roles().items() if '-x' in w and w[w.index('-x') + 1] == 'store')
                os.kill(store, signal.SIGKILL)
            if kill:
                p.send_signal(signal.SIGINT if kill == 3 else signal.SIGKILL)
            assert p.wait(120) in ([0], [-signal.SIGKILL, 0], [-signal.SIGKILL, 0], [1, 0])[kill], (kill, p.returncode)
        v.take(*words)
        assert v.rejects() == {(f'metrics/{i}.rrd', 'odd'): 'nothing says what this data source is' for i in range(0, n, 6)}, v.rejects()
        got = v.there()
        assert got == {(f'm{i}', ''): minutes(lambda k, i=i: k * i) for i in range(n)}, {k: len(x) for k, x in got.items()}
        hours = v.there('--class', '1h')
        assert all(h[END - 7200]['count'] == '60' and Decimal(h[END - 7200]['max']) == 60 * int(k[0][1:]) for k, h in hours.items()), hours
        assert not [f for f in os.listdir(f'{v.state}/db/import') if f.endswith(('.vsi', '.done', '.new'))]
        status, out, said = vigie('series', 'verify', '--state', v.state)
        assert status == 0 and out.endswith('whole\n'), (out, said)


if __name__ == '__main__':
    main()
