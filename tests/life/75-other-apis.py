#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=60
"""Programs of others, against the running product: Nagstamon's own server type Centreon, as Debian has it, lists, acknowledges, plans downtimes and has checks made; the calls that later
versions of it make; results as send_nrdp's versions send them (Debian packages none of them: what they put on the wire is written down here)."""
import http.client
import importlib.util
import json
import os
import re
import subprocess
import urllib.parse

from lib_vigie import SRC, Skip, Vigie, free_port, main, until

CLIENTS = os.path.join(SRC, 'build', 'clients')
PASSWORD = 'correct zebra lamp forty'
OBJECTS = """
define host {
 use th
 host_name up
 address 127.0.0.1
 active_checks_enabled 0
}
define host {
 use th
 host_name h
 alias A host
 address 192.0.2.1
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name h
 service_description s
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name up
 service_description load
 active_checks_enabled 0
 max_check_attempts 3
}
"""


class Web:
    """A Vigie with its page, an administrator, an operator `ns` and a token."""
    def __init__(self):
        self.port = free_port()
        self.v = Vigie(OBJECTS, f'vigie_http_listen=127.0.0.1:{self.port}')

    def __enter__(self):
        v = self.v
        try:
            v.start()
            link = until(lambda: re.search(r'#setup=(\S+)', v.said()), 'the set-up link').group(1)
            head, answer = self.call('POST', '/api/v1/setup', json.dumps({'token': link, 'user': 'root', 'password': PASSWORD}), {'Content-Type': 'application/json'})
            assert answer['role'] == 'admin', answer
            own = {'Content-Type': 'application/json', 'Cookie': head['set-cookie'].split(';')[0], 'X-CSRF': answer['csrf']}
            self.call('POST', '/api/v1/users', json.dumps({'user': 'ns', 'password': PASSWORD, 'role': 'operator'}), own)
            self.token = self.call('POST', '/api/v1/tokens', json.dumps({'name': 'robot', 'role': 'operator', 'expires': '1d'}), own)[1]['token']
            self.viewer = self.call('POST', '/api/v1/tokens', json.dumps({'name': 'looker', 'role': 'viewer', 'expires': '1d'}), own)[1]['token']
            v.order('PROCESS_HOST_CHECK_RESULT;up;0;running')
            v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken; really|x=1')
            v.order('PROCESS_HOST_CHECK_RESULT;h;1;no answer')
            v.order('PROCESS_SERVICE_CHECK_RESULT;up;load;1;high')
            until(lambda: v.livestatus('GET services\nColumns: state\nFilter: description = load') == [[1]], 'the last of it')
        except BaseException:
            v.kill()
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.v.__exit__(kind, value, trace)

    def raw(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        c.request(method, urllib.parse.quote(path, safe='/?=&%'), body, headers or {})
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text

    def call(self, method, path, body=None, headers=None):
        status, head, text = self.raw(method, path, body, headers)
        assert status in (200, 201), (status, text)
        return head, json.loads(text)


def unpacked():
    """What 47-livestatus-clients does to have Nagstamon."""
    spec = importlib.util.spec_from_file_location('clients', os.path.join(SRC, 'tests/life/47-livestatus-clients.py'))
    text = open(spec.origin, encoding='utf-8').read().rsplit('\nmain()', 1)[0]
    names = {'__file__': spec.origin, '__name__': 'clients'}
    exec(compile(text, spec.origin, 'exec'), names)
    return names['unpacked']('nagstamon', 'usr/lib/python3/dist-packages/Nagstamon/Servers/Livestatus.py')


NAGSTAMON = r"""
import datetime, json, sys
url, user, password = sys.argv[1:4]
from Nagstamon.Config import conf, Server
from Nagstamon.Servers import create_server
given = Server()
given.type, given.name, given.save_password = 'Centreon', 'here', True
given.monitor_url = given.monitor_cgi_url = url
given.username, given.password = user, password
conf.servers['here'] = given
s = create_server(given)
assert type(s).__module__.endswith('CentreonAPI'), type(s).__module__
s.init_config()
def look():
    s.new_hosts = {}
    wrong = s._get_status()
    assert not wrong or not wrong.error, wrong.error
    return {h.name: {'status': h.status, 'output': h.status_information, 'acknowledged': h.acknowledged, 'downtime': h.scheduled_downtime, 'attempt': h.attempt,
                     'services': {n: [x.status, x.status_type, x.status_information, x.acknowledged, x.scheduled_downtime, x.attempt, x.passiveonly] for n, x in h.services.items()}}
            for h in s.new_hosts.values()}
first = look()
address = s.GetHost('h').result
s._set_acknowledge('h', 's', 'me', 'from a desktop', True, False, True)
now = datetime.datetime.now()
s._set_downtime('h', '', 'me', 'works', 1, (now - datetime.timedelta(minutes=1)).strftime('%Y-%m-%d %H:%M'), (now + datetime.timedelta(hours=2)).strftime('%Y-%m-%d %H:%M'), 2, 0)
s._set_recheck('up', 'load')
print(json.dumps([first, address, look()]))
"""


def test_nagstamon():
    folder = unpacked()
    with Web() as w:
        home = w.v.path('home')
        os.mkdir(home)
        environment = {**os.environ, 'PYTHONPATH': folder + '/usr/lib/python3/dist-packages', 'QT_QPA_PLATFORM': 'offscreen', 'HOME': home}
        probe = subprocess.run(['/usr/bin/python3', '-c', 'import Nagstamon.Servers'], env=environment, capture_output=True, text=True, check=False)
        if 'ModuleNotFoundError' in probe.stderr:
            raise Skip(probe.stderr.strip().splitlines()[-1])
        for prefix, before in (('', False), ('/centreon', True)):
            p = subprocess.run(['/usr/bin/python3', '-c', NAGSTAMON, f'http://127.0.0.1:{w.port}{prefix}', 'ns', PASSWORD], env=environment, capture_output=True, text=True, timeout=100, check=False)
            assert p.returncode == 0 and 'Traceback' not in p.stdout + p.stderr, (p.stdout[-3000:], p.stderr[-3000:])
            first, address, after = json.loads(p.stdout.splitlines()[-1])
            assert address == '192.0.2.1'
            assert first['h'] == {'status': 'DOWN', 'output': 'no answer', 'acknowledged': False, 'downtime': before, 'attempt': '1/1 (H)',
                                  'services': {'s': ['CRITICAL', 'hard', 'broken: really', before, before, '1/1 (H)', True]}}, first
            if not before:
                assert first['up']['status'] == 'UP' and first['up']['services']['load'][:3] == ['WARNING', 'soft', 'high'], first
            assert after['h']['downtime'] and after['h']['services']['s'][3:5] == [True, True], after
            # ... the recheck was forced, and the check says that all is well
            until(lambda: w.v.livestatus('GET services\nColumns: state\nFilter: description = load') == [[0]], 'the check made now')
        assert w.v.livestatus('GET comments\nColumns: author comment\nFilter: entry_type = 4')[0] == ['ns', 'from a desktop']
        assert w.v.livestatus('GET downtimes\nColumns: host_name author comment is_service duration')[0][:4] == ['h', 'ns', 'works', 0]
        # a wrong password is refused, and nothing is listed
        p = subprocess.run(['/usr/bin/python3', '-c', NAGSTAMON, f'http://127.0.0.1:{w.port}', 'ns', 'wrong'], env=environment, capture_output=True, text=True, timeout=100, check=False)
        first, refusal, after = json.loads(p.stdout.splitlines()[-1])
        assert first == after == {} and refusal['code'] == 401, p.stdout
        assert w.v.stop() == 0


def test_later_nagstamon():
    """3.14 and later, as it was recorded: version 24, a look before signing in, parents of hosts that are the host."""
    with Web() as w:
        base = '/centreon/api/v24.04'
        assert w.call('GET', '/centreon/api/latest/platform/versions')[1]['web']['major'] == '24'
        status, _, text = w.raw('GET', base + '/monitoring/resources?limit=1')
        assert status == 401 and json.loads(text)['code'] == 401, (status, text)
        status, _, text = w.raw('POST', base + '/login', json.dumps({'security': {'credentials': {'login': 'ns', 'password': 'wrong'}}}))
        assert status == 401 and json.loads(text)['message'], text
        _, answer = until(lambda: login(w, base), 'signing in after a wrong password')
        auth = {'X-Auth-Token': answer['security']['token']}
        _, found = w.call('GET', base + '/monitoring/resources?types=["host"]&statuses=["WARNING","DOWN","CRITICAL","UNKNOWN"]&limit=9999', headers=auth)
        row = found['result'][0]
        assert found['meta']['total'] == 1 and row['name'] == 'h' and row['fqdn'] == '192.0.2.1' and row['is_acknowledged'] is False and row['severity'] is None, found
        _, found = w.call('GET', base + '/monitoring/resources?types=["metaservice","service"]&statuses=["WARNING","DOWN","CRITICAL","UNKNOWN"]&limit=9999&search='
                          + urllib.parse.quote('{"$and":[{"h.name":{"$rg":"^(h|up)$"}},{"s.description":{"$rg":"."}}]}'), headers=auth)
        assert [r['parent']['name'] + '/' + r['name'] for r in found['result']] == ['h/s', 'up/load'], found
        service = found['result'][0]
        body = {'acknowledgement': {'comment': 'seen', 'with_services': True, 'is_notify_contacts': False, 'is_persistent_comment': True, 'is_sticky': True},
                'resources': [{'type': 'host', 'id': row['id'], 'parent': {'id': row['id']}}]}
        status, _, text = w.raw('POST', base + '/monitoring/resources/acknowledge', json.dumps(body), auth)
        assert (status, text) == (204, ''), (status, text)
        assert sorted(w.v.livestatus('GET comments\nColumns: host_name service_description author comment\nFilter: entry_type = 4')) == [['h', '', 'ns', 'seen'], ['h', 's', 'ns', 'seen']]
        body = {'check': {'is_forced': True}, 'resources': [{'type': 'service', 'id': service['id'], 'parent': {'id': service['parent']['id']}}]}
        assert w.raw('POST', base + '/monitoring/resources/check', json.dumps(body), auth)[0] == 204
        until(lambda: w.v.livestatus('GET services\nColumns: state\nFilter: description = s') == [[0]], 'the check made now')
        # a token instead of a session; who may only look may only look
        viewer = {'X-Auth-Token': w.viewer}
        assert w.call('GET', base + '/monitoring/resources?limit=0', headers=viewer)[1]['meta']['total'] == 4
        status, _, text = w.raw('POST', base + '/monitoring/resources/check', json.dumps(body), viewer)
        assert status == 403 and 'have checks run' in json.loads(text)['message'], text
        assert w.call('GET', base + '/logout', headers=auth)[1]['message']
        assert w.raw('GET', base + '/monitoring/resources?limit=0', headers=auth)[0] == 401
        assert w.v.stop() == 0


def login(w, base):
    """After a wrong password the next one waits a moment (429)."""
    status, head, text = w.raw('POST', base + '/login', json.dumps({'security': {'credentials': {'login': 'ns', 'password': PASSWORD}}}))
    return (head, json.loads(text)) if status == 200 else None


def test_nrdp():
    with Web() as w:
        form = {'Content-Type': 'application/x-www-form-urlencoded'}
        # send_nrdp.py: coded as it should be
        xml = ("<?xml version='1.0'?>\n<checkresults>\n<checkresult type='service' checktype='1'><hostname>up</hostname><servicename>load</servicename><state>2</state>"
               '<output>CRITICAL: 5 &lt; 7|load=5;;7</output></checkresult></checkresults>')
        status, head, text = w.raw('POST', '/nrdp/', urllib.parse.urlencode({'token': w.token, 'cmd': 'submitcheck', 'XMLDATA': xml}), form)
        assert status == 200 and head['content-type'].startswith('text/xml') and '<status>0</status>' in text and '<message>OK</message>' in text, text
        assert w.v.livestatus('GET services\nColumns: state plugin_output perf_data\nFilter: description = load') == [[2, 'CRITICAL: 5 < 7', 'load=5;;7']], 'it is there when it is answered'
        # send_nrdp.sh: nothing is coded
        body = (f'token={w.token}&cmd=submitcheck&XMLDATA=<?xml version=\'1.0\'?><checkresults><checkresult type=\'host\' checktype=\'1\'><hostname>up</hostname><state>1</state>'
                '<output><![CDATA[DOWN: 100% %26 more\\nsecond line]]></output></checkresult></checkresults>')
        _, _, text = w.raw('POST', '/nrdp/', body, form)
        assert '<status>0</status>' in text, text
        assert w.v.livestatus('GET hosts\nColumns: state plugin_output long_plugin_output\nFilter: name = up') == [[1, 'DOWN: 100% & more', 'second line']]
        # JSON, and some of it cannot be taken
        data = {'checkresults': [{'checkresult': {'type': 'host', 'checktype': '1'}, 'hostname': 'nobody', 'state': '0', 'output': 'x'},
                                 {'checkresult': {'type': 'host', 'checktype': '1'}, 'hostname': 'up', 'state': '0', 'output': 'here again'}]}
        _, _, text = w.raw('POST', '/nrdp', urllib.parse.urlencode({'token': w.token, 'cmd': 'submitcheck', 'JSONDATA': json.dumps(data)}), form)
        answer = json.loads(text)['result']
        assert answer['status'] == 0 and '1 of 2' in answer['message'] and 'nobody' in answer['message'] and answer['meta']['output'] == '1 checks processed', answer
        # many, more than whoever comes may send elsewhere
        many = '<checkresults>' + ''.join(f"<checkresult type='service'><hostname>up</hostname><servicename>load</servicename><state>{i % 3}</state><output>number {i}</output></checkresult>"
                                          for i in range(200)) + '</checkresults>'
        assert 16 * 1024 < len(many) < 40 * 1024
        status, _, text = w.raw('POST', '/nrdp/', f'cmd=submitcheck&token={w.token}&XMLDATA={many}', form)
        assert '200 checks processed' in text, (status, text)
        assert w.v.livestatus('GET services\nColumns: plugin_output\nFilter: description = load') == [['number 199']]
        # who may not
        for token in ('wrong', 'vgt_' + 'x' * 43, w.viewer, ''):
            status, _, text = w.raw('POST', '/nrdp/', urllib.parse.urlencode({'token': token, 'cmd': 'submitcheck', 'XMLDATA': xml}), form)
            assert status == 200 and '<status>-1</status>' in text, (token, text)
        assert w.raw('GET', f'/nrdp/?token={w.token}&cmd=submitcheck')[2].count('<status>-1</status>') == 1
        assert w.v.livestatus('GET services\nColumns: plugin_output\nFilter: description = load') == [['number 199']]
        assert w.v.stop() == 0


main()
