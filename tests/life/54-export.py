#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=120 timeout=1200
"""Measurements go to stores elsewhere: to Debian's prometheus and victoria-metrics by remote write, to victoria-metrics as Influx lines. What arrives is what the journal has, in value and time, also
when the other side is away for a while, when the role that sends is killed, and when everything is. A server of our own says what these two do not say: 503, 401, that one measurement of many is wrong."""
import collections
import gzip
import http.server
import json
import os
import re
import signal
import ssl
import subprocess
import threading
import time

from lib_stores import AT_WORK, TAKES_LATE, Exporting, Store, compare
from lib_vigie import Skip, Vigie, main, shifted, until, vigie


def outage(v, stores):
    """The other side goes; records pile up; the role is killed, then everything; the other side comes again."""
    v.grown(20)
    for s in stores:
        compare(v, s, once=True)
    for s in stores:
        s.end()
    until(lambda: all(x['error'] for x in v.exports().values()), lambda: f'failing requests: {v.exports()}')
    v.grown(100)
    old = v.role()
    os.kill(old, signal.SIGKILL)
    until(lambda: v.role() not in (None, old), 'another export role')
    until(lambda: all(x['error'] and x['lag_records'] > 50 for x in v.exports().values()), lambda: f'it waits: {v.exports()}')
    assert 'NOT SENT NOW' in vigie('ctl', 'status', '--state', v.state)[1]
    v.kill_all()
    v.start()
    v.grown(50)
    for s in stores:
        s.begin()
    until(lambda: all(not x['error'] and x['lag_records'] < 50 for x in v.exports().values()), lambda: f'it is sent: {v.exports()}')
    v.grown(20)
    os.kill(v.role(), signal.SIGKILL)
    v.grown(20)
    n = [compare(v, s, once=s.kind == 'prometheus')[0] for s in stores]
    assert all(x['refused'] == 0 and x['missed'] == 0 and x['nameless'] == 0 for x in v.exports().values()), v.exports()
    assert min(n) > 200, n


def test_victoria_metrics():
    with Exporting('') as v:
        stores = [Store(v, 'remote', 'victoria'), Store(v, 'influx', 'victoria')]
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'vigie_remote_write_url=http://127.0.0.1:{stores[0].port}/api/v1/write\nvigie_influx_url=http://localhost:{stores[1].port}/influx\n')
        try:
            for s in stores:
                s.begin()
            v.start()
            outage(v, stores)
        finally:
            for s in stores:
                s.close()


def test_prometheus():
    with Exporting('') as v:
        store = Store(v, 'remote', 'prometheus')
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'vigie_remote_write_url=http://127.0.0.1:{store.port}/api/v1/write\n')
        try:
            store.begin()
            v.start()
            outage(v, [store])
        finally:
            store.close()


def test_prometheus_that_is_ahead():
    """One that has measurements of now refuses what is over an hour older, whoever is late, unless it is told to take it. Nothing is lost until somebody tells it: it has taken nothing yet."""
    with Exporting('') as v:
        store = Store(v, 'remote', 'prometheus', config=AT_WORK)
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'vigie_remote_write_url=http://127.0.0.1:{store.port}/api/v1/write\n')
        try:
            store.begin()
            until(lambda: json.loads(store.get('/api/v1/query?query=up'))['data']['result'], 'it measures itself')
            v.start(env=shifted(v, -2 / 24))
            until(lambda: 'out of bounds' in v.exports()['remote_write']['error'], lambda: str(v.exports()))
            assert 'out_of_order_time_window' in v.exports()['remote_write']['error'], v.exports()
            v.grown(20)
            assert not store.samples()
            store.kill()
            store.configure(TAKES_LATE)
            store.begin()
            until(lambda: not v.exports()['remote_write']['error'], lambda: str(v.exports()))
            n = compare(v, store, once=True)[0]
            x = v.exports()['remote_write']
            assert n > 20 and x['refused'] == x['missed'] == 0, (n, x)
        finally:
            store.close()


class Answers(http.server.ThreadingHTTPServer):
    """Takes Influx lines, and answers as it is told: say(lines) gives a status."""
    daemon_threads = True

    def handle_error(self, *words):
        pass  # who does not know our certificate hangs up

    def __init__(self):
        self.lines, self.heads, self.say, self.refused = [], [], lambda lines: 204, 0
        super().__init__(('127.0.0.1', 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        lines = gzip.decompress(self.rfile.read(int(self.headers['Content-Length']))).decode().splitlines()
        status = self.server.say(lines)
        self.server.heads.append((self.path, dict(self.headers), status))
        if status == 204:
            self.server.lines += lines
        text = b'' if status == 204 else b'a word\nof the server'
        self.send_response(status)
        if status == 503:
            self.send_header('Retry-After', '1')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


def influx(server, more=''):
    return f'vigie_influx_url=http://127.0.0.1:{server.server_port}/\nvigie_influx_org=my org\nvigie_influx_bucket=b&c\nvigie_influx_token=s3cr3t\n{more}'


def test_one_wrong_costs_itself_only():
    server = Answers()
    server.say = lambda lines: 400 if any('service=s3' in line for line in lines) else 204
    with Exporting(influx(server)) as v:
        v.start()
        v.grown(150)
        wanted = {(service, ms) for _, service, label, _, ms, _ in v.in_journal() if service != 's3' and label == 'now'}

        def have():
            return [(re.search('service=(s.)', line)[1], int(line.split()[-1])) for line in server.lines if ',label=now,' in line]
        until(lambda: wanted <= set(have()), lambda: f'missing: {wanted - set(have())}')
        assert len(have()) == len(set(have())), 'twice'
        x = v.exports()['influx']
        assert x['refused'] >= 3 and not x['error'], x
        assert '400: a word of the server' in v.said(), v.said()
        assert v.said().count('refuses measurements') == 1
        path, heads, _ = server.heads[0]
        assert path == '/api/v2/write?precision=ms&org=my%20org&bucket=b%26c', path
        assert heads['Authorization'] == 'Token s3cr3t' and heads['Content-Encoding'] == 'gzip', heads
        assert 's3cr3t' not in v.said() + json.dumps(v.exports()) + str(v.roles())


def test_what_is_too_old_costs_itself_only():
    """Half of what waited is too old for the other side, more than it is asked about one by one: what follows in the same batch is not lost by that."""
    server, oldest, asked = Answers(), [0], [0]

    def say(lines):
        asked[0] += 1
        return 400 if any(int(line.split()[-1]) < oldest[0] for line in lines) else 204
    with Exporting(influx(server)) as v:
        v.start()
        until(lambda: server.lines, 'it takes something')
        server.say = lambda lines: 503
        until(lambda: v.exports()['influx']['error'], lambda: str(v.exports()))
        v.grown(900)
        waits = sorted(ms for *_, ms, _ in set(v.in_journal()) - {s for s in v.in_journal() if s[4] in {int(line.split()[-1]) for line in server.lines}})
        oldest[0] = waits[len(waits) * 3 // 5]
        server.say = say
        until(lambda: not v.exports()['influx']['error'] and v.exports()['influx']['lag_records'] < 50, lambda: str(v.exports()))
        wanted = {(service, ms) for _, service, label, _, ms, _ in v.in_journal() if label == 'now' and oldest[0] <= ms <= waits[-1]}
        have = {(re.search('service=(s.)', line)[1], int(line.split()[-1])) for line in server.lines if ',label=now,' in line}
        assert wanted <= have, f'{len(wanted - have)} of {len(wanted)} are missing'
        # Counted when the batch ends, the last of which may still be under way.
        until(lambda: v.exports()['influx']['refused'] >= len([ms for ms in waits if ms < oldest[0]]), lambda: f'{v.exports()} {len(waits)}')
        assert v.exports()['influx']['refused'] == len([ms for ms in waits if ms < oldest[0]]), (v.exports(), len(waits))
        assert asked[0] < 600, asked


def test_one_series_too_old():
    """Of few series no measurement can be asked about that overtakes none of its own: a request or two for each that is too old was the price. What is overtaken is little."""
    server, oldest, asked, n, now = Answers(), [0], [0], 1500, int(time.time())

    def say(lines):
        asked[0] += 1
        return 400 if any(int(line.split()[-1]) < oldest[0] for line in lines) else 204
    with Exporting(influx(server), services=0) as v:
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define service {\n use ts\n host_name h\n service_description p\n active_checks_enabled 0\n}\n')

        def submit(stamps):
            with open(v.path('cmd'), 'w', encoding='ascii') as f:
                f.writelines(f'[{at}] PROCESS_SERVICE_CHECK_RESULT;h;p;0;at {at}|n={at}\n' for at in stamps)
            until(lambda: v.service(service='p')['plugin_output'] == f'at {stamps[-1]}', 'all are taken')
        v.start()
        submit([now - n - 10])
        until(lambda: server.lines, 'it takes something')
        server.say = lambda lines: 503
        submit(range(now - n, now))
        until(lambda: v.exports()['influx']['error'], lambda: str(v.exports()))
        oldest[0] = (now - 200) * 1000
        server.say = say
        until(lambda: not v.exports()['influx']['error'] and v.exports()['influx']['lag_records'] < 20, lambda: str(v.exports()))
        have = {int(line.split()[-1]) for line in server.lines}
        assert {at * 1000 for at in range(now - 200, now)} <= have, len(have)
        assert v.exports()['influx']['refused'] == n - 200, v.exports()
        assert asked[0] < 600, asked


def test_how_far_behind():
    """There is always something that waits, for more comes before a request is answered: it is as old as it is, and not as old as the first that waited."""
    server, came, stop = Answers(), [], threading.Event()
    with Exporting(influx(server)) as v:
        def say(lines):
            came.append(time.monotonic())
            before = v.journal_seq()
            until(lambda: stop.is_set() or v.journal_seq() > before, 'another record')
            return 204
        server.say = say
        v.start()
        try:
            until(lambda: len(came) > 12, 'requests')
            while len(came) < 40:
                seen = len(came)
                behind, most = v.exports()['influx']['lag_seconds'], time.monotonic() - came[-9]
                assert behind <= most + 1, f'{behind} s behind after {seen} requests, of which the last nine came within {most:.1f} s'
                until(lambda seen=seen: len(came) > seen, 'another request')
        finally:
            stop.set()


def waits_while(*statuses):
    server, say = Answers(), [statuses[0]]
    server.say = lambda lines: say[-1]
    with Exporting(influx(server, 'vigie_export_only=/s[12]$\nvigie_export_except=s2\n')) as v:
        v.start()
        for status in statuses:
            say.append(status)
            until(lambda status=status: server.heads and server.heads[-1][2] == status, f'a request that is answered {status}')
            until(lambda status=status: f'it answered {status}' in v.exports()['influx']['error'], lambda: str(v.exports()))
        assert not server.lines and v.exports()['influx']['refused'] == 0
        say.append(204)
        wanted = {ms for _, service, label, _, ms, _ in v.in_journal() if service == 's1' and label == 'now'}
        assert len(wanted) >= 2, wanted
        until(lambda: wanted <= {int(line.split()[-1]) for line in server.lines}, lambda: str(v.exports()))
        assert all('service=s1' in line for line in server.lines), server.lines[:3]
        assert v.said().count('do not reach') == 1 and 'reach influx again' in v.said(), v.said()


def test_what_is_no_fault_of_the_content_waits():
    """Few tries in a row, for each waits twice as long as the one before."""
    waits_while(503, 429, 400)  # 400: everything is refused, and nothing was taken yet
    waits_while(401, 404, 302)


def test_removed_objects_keep_their_names():
    server = Answers()
    server.say = lambda lines: 503
    with Exporting(influx(server)) as v:
        v.start()
        v.grown(30)
        gone = {ms for _, service, label, _, ms, _ in v.in_journal() if service == 's4' and label == 'now'}
        assert gone
        with open(v.path('objects.cfg'), encoding='utf-8') as f:
            text = f.read()
        v.put('objects.cfg', text.replace('service_description s4', 'service_description other'))
        assert vigie('ctl', 'reload', '--state', v.state)[0] == 0
        v.kill_all()
        server.say = lambda lines: 204
        v.start()
        until(lambda: gone <= {int(line.split()[-1]) for line in server.lines if 'service=s4' in line}, lambda: str(v.exports()))
        assert v.exports()['influx']['nameless'] == 0


def test_tls():
    """A certificate that nobody knows is refused, and taken when its authority is named."""
    server = Answers()
    with Exporting(influx(server).replace('http://127.0.0.1', 'https://localhost')) as v:
        made = subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
                               '-keyout', v.path('key.pem'), '-out', v.path('cert.pem')], stderr=subprocess.DEVNULL, check=False)
        if made.returncode:
            raise Skip('needs openssl')
        os.chmod(v.path('cert.pem'), 0o644)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(v.path('cert.pem'), v.path('key.pem'))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        v.start()
        until(lambda: 'certificate' in v.exports()['influx']['error'], lambda: str(v.exports()))
        assert not server.lines
        v.stop()
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'vigie_export_ca={v.path("cert.pem")}\n')
        v.start()
        first = min(ms for *_, ms, _ in v.in_journal())
        until(lambda: any(line.endswith(str(first)) for line in server.lines), lambda: str(v.exports()))


def test_a_renewed_authority():
    """Another certificate in the file of vigie_export_ca counts from a reload on; while the file is away the one before does."""
    server = Answers()
    with Exporting(influx(server).replace('http://127.0.0.1', 'https://localhost')) as v:
        def certificate(name):
            if subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
                               '-keyout', v.path(f'{name}.key'), '-out', v.path(f'{name}.pem')], stderr=subprocess.DEVNULL, check=False).returncode:
                raise Skip('needs openssl')
            os.chmod(v.path(f'{name}.pem'), 0o644)

        def reload():
            assert vigie('ctl', 'reload', '--state', v.state)[0] == 0
        certificate('old')
        certificate('new')
        os.link(v.path('old.pem'), v.path('ca.pem'))
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'vigie_export_ca={v.path("ca.pem")}\n')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(v.path('new.pem'), v.path('new.key'))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        v.start()
        until(lambda: 'certificate' in v.exports()['influx']['error'], lambda: str(v.exports()))
        role = v.role()
        reload()
        os.unlink(v.path('ca.pem'))
        reload()
        assert v.role() == role, 'the same file, or none, is no reason to begin anew'
        assert not server.lines
        os.link(v.path('new.pem'), v.path('ca.pem'))
        reload()
        until(lambda: server.lines, lambda: str(v.exports()))
        assert v.role() != role


def options(v, lines):
    """The configuration with these lines behind what it had at first, read again."""
    if not hasattr(v, 'first'):
        with open(v.main, encoding='utf-8') as f:
            v.first = f.read()
    v.put('main.cfg', v.first + lines)
    assert vigie('ctl', 'reload', '--state', v.state)[0] == 0


def test_options_count_at_a_reload():
    """A target comes, its token, labels and choice change, it goes and comes back: each reload is enough, no role dies for it, and what was measured meanwhile is not lost."""
    server = Answers()
    with Exporting('') as v:
        v.start()
        assert v.role() is None

        def last(word):
            return until(lambda: next((line for line in server.lines[::-1] if word in line), None), lambda: f'a line with {word}: {server.lines[-1:]}, {v.said()[-500:]}')

        def token():
            return server.heads[-1][1]['Authorization']
        options(v, influx(server))
        last('site=paris\\ e1')
        assert token() == 'Token s3cr3t'
        role = v.role()
        options(v, influx(server) + 'max_concurrent_checks=70\n')  # nothing of its own: it goes on
        v.grown(10)
        assert v.role() == role
        options(v, influx(server).replace('s3cr3t', 'an0ther'))
        until(lambda: token() == 'Token an0ther', token)
        options(v, influx(server) + 'vigie_export_labels=site=rome\n')
        last('site=rome')
        options(v, influx(server) + 'vigie_export_except=/s[0-3]$\n')
        until(lambda: v.role() and v.exports()['influx']['sent'] > 20 and all('service=s4' in line for line in server.lines[-6:]), lambda: str(server.lines[-3:]))
        options(v, '')
        until(lambda: v.role() is None, v.roles)
        until(lambda: not json.loads(vigie('ctl', 'status', '-o', 'json', '--state', v.state)[1])['exports'], 'the target is shown no more')
        v.grown(20)
        options(v, influx(server))
        wanted = {ms for _, service, label, _, ms, _ in v.in_journal() if service == 's4' and label == 'now'}
        first = min(int(line.split()[-1]) for line in server.lines)
        until(lambda: {ms for ms in wanted if ms >= first} <= {int(line.split()[-1]) for line in server.lines if 'service=s4' in line}, lambda: str(v.exports()))
        assert 'counts from the next start' not in v.said() and ' ended with status' not in v.said() and 'ended by signal' not in v.said(), v.said()
        assert all(r['restarts'] == 0 for r in json.loads(vigie('ctl', 'status', '-o', 'json', '--state', v.state)[1])['roles'])


def test_backup_and_restore():
    """How far the other side is belongs to a backup: what waited then is sent after a restore, what had been sent since once more, and not at each start."""
    server = Answers()
    server.say = lambda lines: 503
    with Exporting(influx(server, 'vigie_export_only=/s1$\n')) as v:
        def times():
            return collections.Counter(line for line in server.lines if ',label=now,' in line)

        def restored():
            assert v.stop() == 0
            status, _, said = vigie('restore', '-c', v.main, '--replace', v.path('saved.vigie'))
            assert status == 0, said
            waited = {ms for _, service, label, _, ms, _ in v.in_journal() if service == 's1' and label == 'now'}
            v.start()
            return waited

        def arrived(wanted):
            until(lambda: wanted <= {int(line.split()[-1]) for line in times()}, lambda: f'{sorted(wanted)[:3]} {sorted(times())[:3]} {v.exports()}')
        v.start()
        v.grown(30)
        until(lambda: server.heads, 'a try')
        assert vigie('backup', '-c', v.main, v.path('saved.vigie'))[0] == 0
        waited = restored()
        assert len(waited) >= 2, waited
        server.say = lambda lines: 204
        arrived(waited)
        assert set(times().values()) == {1}, times()
        arrived(restored())
        for _ in range(2):
            assert v.stop() == 0
            v.start()
            v.grown(5)
            assert v.exports()['influx']['missed'] == 0
        assert max(times().values()) == 2 and len([n for n in times().values() if n == 2]) <= len(waited), times()


def test_what_leaves_the_journal_is_counted():
    """An outage that is longer than the journal is kept: what falls out of it is counted and said, and the rest arrives. The clock is nine days ahead, then eighteen: each begins a segment, and the last one lets the first go."""
    server = Answers()
    server.say = lambda lines: 503
    with Exporting(influx(server)) as v:
        for days in (0, 9, 18):
            v.start(env=shifted(v, days))
            v.grown(20)
            if days < 18:
                assert v.stop() == 0
        server.say = lambda lines: 204
        missed = until(lambda: v.exports()['influx']['missed'], lambda: str(v.exports()))
        assert f'{missed} records were removed from the journal (vigie_journal_days, vigie_journal_size) before their measurements were sent to influx' in v.said(), v.said()
        code, out, err = vigie('ctl', 'status', '--state', v.state)
        assert code == 0 and f'{missed} records left the journal before they were sent' in out, (out, err)
        warnings = json.loads(vigie('ctl', 'status', '-o', 'json', '--state', v.state)[1])['warnings']
        assert any(w['code'] == 'export_missed' for w in warnings), warnings
        compare_lines(v, server)


def compare_lines(v, server):
    wanted = {ms for _, service, label, _, ms, _ in v.in_journal() if label == 'now'}
    until(lambda: wanted <= {int(line.split()[-1]) for line in server.lines}, lambda: str(v.exports()))


def test_bad_options():
    for line, advice in (('vigie_remote_write_url=localhost:9090', 'begins with http'), ('vigie_influx_url=http://me:word@h/', 'without a password'),
                         ('vigie_export_labels=host=x', "Vigie's own"), ('vigie_export_only=(', 'vigie_export_only is'), ('vigie_export_ca=ca.pem', 'absolute path')):
        with Vigie(main=line) as v:
            status, out, err = vigie('check', '-c', v.main)
            assert status == 1 and advice in out + err and 'main.cfg:' in out + err, (line, out, err)


main()
