#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=45
"""Two people who see different hosts, on the running product, by every way there is: lists, counts, single ones, search and completion, the past, measurements, files, actions, jobs, live views, the APIs of others,
Livestatus. Everything of the one is called alpha, everything of the other beta: neither ever reads the other's word. Looking as one of them shows what that one sees; what is taken away ends at once; a
second factor has no way around it."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import struct
import subprocess
import time
import urllib.parse

from lib_vigie import VIGIE, Vigie, free_port, main, until

DAYS = ''.join(f' {day} 00:00-24:00\n' for day in ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'))
SECRET = 'correct zebra lamp forty'
WORDS = {'ann': ('alpha', 'beta'), 'bob': ('beta', 'alpha')}


def objects():
    out = []
    for word, other in (('alpha', 'beta'), ('beta', 'alpha')):
        # One contact is in sight, and much of it is the other's: where it is reached, and a group, periods and commands that nothing in sight refers to.
        out.append(f'define contact {{\n contact_name {word}-person\n host_notification_commands tell,{other}-tell\n service_notification_commands tell,{other}-tell\n host_notification_period {other}-night\n'
                   f' service_notification_period {other}-night\n email {other}@example.org\n pager {other}-pager\n address1 {other}-chat\n address6 {other}-phone\n _DESK {other}-desk\n _{other.upper()} {other}\n'
                   f' contactgroups {word}-team,{other}-watch\n}}\n'
                   f'define contactgroup {{\n contactgroup_name {word}-team\n alias {word}-team\n}}\n'
                   f'define contactgroup {{\n contactgroup_name {word}-watch\n alias {word}-watch\n}}\n'
                   f'define command {{\n command_name {word}-tell\n command_line /bin/true {word}\n}}\n'
                   f'define timeperiod {{\n timeperiod_name {word}-night\n alias {word}-night\n{DAYS}}}\n'
                   f'define command {{\n command_name {word}-check\n command_line /bin/true\n}}\n'
                   f'define timeperiod {{\n timeperiod_name {word}-time\n alias {word}-time\n monday 00:00-24:00\n}}\n'
                   f'define hostgroup {{\n hostgroup_name {word}-hosts\n members {word}1,{word}2\n}}\n'
                   f'define servicegroup {{\n servicegroup_name {word}-services\n members {word}1,{word}-load\n}}\n')
        for n in (1, 2):
            out.append(f'define host {{\n use th\n host_name {word}{n}\n alias {word} machine {n}\n address {word}{n}.example\n check_command {word}-check\n check_period {word}-time\n contacts {word}-person\n contact_groups {word}-team\n active_checks_enabled 0\n max_check_attempts 1\n}}\n'
                       f'define service {{\n use ts\n host_name {word}{n}\n service_description {word}-load\n check_command {word}-check\n contacts {word}-person\n active_checks_enabled 0\n max_check_attempts 1\n}}\n')
    # bob is a contact, too, and told of what he does not see as a user; carl is a contact alone.
    for name, host in (('bob', 'alpha1'), ('carl', 'beta1')):
        out.append(f'define contact {{\n contact_name {name}\n host_notification_commands tell\n service_notification_commands tell\n host_notification_period always\n service_notification_period always\n}}\n'
                   f'define serviceescalation {{\n host_name {host}\n service_description {host[:-1]}-load\n contacts {name}\n first_notification 99\n last_notification 99\n notification_interval 1\n}}\n')
    return ''.join(out)


class Person:
    def __init__(self, port, token=None, as_whom=None):
        self.port, self.token, self.as_whom, self.cookie, self.csrf = port, token, as_whom, None, None

    def headers(self):
        h = {'Accept-Language': 'en'}
        if self.token:
            h['Authorization'] = 'Bearer ' + self.token
        if self.cookie:
            h['Cookie'] = self.cookie
        if self.csrf:
            h['X-CSRF'] = self.csrf
        if self.as_whom:
            h['X-View-As'] = self.as_whom
        return h

    def raw(self, method, path, body=None, more=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        h = {**self.headers(), **(more or {})}
        if body is not None:
            h.setdefault('Content-Type', 'application/json')
        c.request(method, urllib.parse.quote(path, safe='/?=&%'), body, h)
        answer = c.getresponse()
        text = answer.read().decode()
        head = {k.lower(): v for k, v in answer.getheaders()}
        c.close()
        return answer.status, head, text

    def call(self, method, path, body=None):
        status, head, text = self.raw(method, '/api/v1' + path, None if body is None else json.dumps(body))
        if 'set-cookie' in head:
            self.cookie = head['set-cookie'].split(';')[0]
        parsed = json.loads(text or '{}')
        if status in (200, 201):
            self.csrf = parsed.get('session', parsed).get('csrf', self.csrf) if isinstance(parsed, dict) else self.csrf
        return status, parsed

    def get(self, path):
        status, _, text = self.raw('GET', '/api/v1' + path)
        assert status == 200, (path, status, text)
        return text

    def login(self, user, secret=SECRET, **more):
        return self.call('POST', '/login', {'user': user, 'password': secret, **more})


class World:
    """A Vigie with root, ann (operator of alpha), bob (operator of beta), and a token of each scope."""


@contextlib.contextmanager
def new():
    port = free_port()
    with Vigie(objects(), f'vigie_http_listen=127.0.0.1:{port}') as v:
        v.start()
        w = World()
        w.v, w.port = v, port
        subprocess.run([VIGIE, 'ctl', 'user', 'add', 'root', '--role', 'admin', '-c', v.main], input=SECRET + '\n', text=True, check=True, stdout=subprocess.DEVNULL)
        w.root = Person(port)
        assert w.root.login('root')[0] == 200
        w.token, w.person = {}, {}
        for name, (mine, _) in WORDS.items():
            scope = [f'hostgroup:{mine}-hosts']
            assert w.root.call('POST', '/users', {'user': name, 'password': SECRET, 'role': 'operator', 'scope': scope})[0] == 201
            w.token[name] = w.root.call('POST', '/tokens', {'name': name + '-robot', 'role': 'operator', 'scope': scope, 'expires': '1d'})[1]['token']
            w.person[name] = Person(port)
            assert w.person[name].login(name)[0] == 200
        for word in ('alpha', 'beta'):
            for n in (1, 2):
                v.order(f'PROCESS_HOST_CHECK_RESULT;{word}{n};{n - 1};{word} answers|{word}-rta={n}ms')
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;{word}{n};{word}-load;2;{word} is high|{word}-load={n}')
        until(lambda: v.livestatus('GET services\nStats: state = 2') == [[4]] and v.livestatus('GET hosts\nStats: has_been_checked = 1') == [[4]], 'the results')
        w.id = {r['host'] + (';' + r['service'] if r.get('service') else ''): r['id'] for r in json.loads(w.root.get('/resources?limit=100'))['resources']}
        assert len(w.id) == 8, w.id
        yield w


def singles(mine):
    return [f'/contacts/{mine}-person', f'/contact-groups/{mine}-team', f'/hosts/{mine}1', f'/services/{mine}1/{mine}-load', f'/host-groups/{mine}-hosts', f'/service-groups/{mine}-services',
            f'/time-periods/{mine}-time', f'/commands/{mine}-check']


def paths(w, mine):
    """What is asked, of which the answer must be of one's own; some of these want nothing to be there."""
    now = time.time()
    since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(now - 3600))
    one = w.id[f'{mine}1;{mine}-load']
    return ['/resources', '/resources?view=hosts', '/resources?view=services', '/resources?view=problems', '/problems', '/acknowledgements', '/groups', '/hosts', '/services', '/host-groups',
            '/service-groups', '/contacts', '/contact-groups', '/time-periods', '/commands', '/downtimes', '/comments', '/downtimes/recurring', '/events', f'/events/histogram?from={since}', '/availability',
            f'/resources/{one}', f'/resources/{one}/events', f'/resources/{one}/availability', f'/resources/{one}/states', f'/resources/{one}/why', '/series', f'/series/data?from={since}',
            '/notifications', f'/notifications?contact={mine}-person', f'/availability/buckets?from={since}', f'/resources/{one}/availability/buckets?from={since}', *singles(mine),
            '/resources/export', '/resources/export?format=json', '/status', '/jobs', f'/resources?as_of={since}',
            *(f'/resources/complete?q={key}%3A' for key in ('host', 'service', 'alias', 'address', 'contact', 'command', 'period', 'group', 'hostgroup', 'servicegroup', 'label', 'severity'))]


def test_what_each_reads():
    with new() as w:
        until(lambda: 'alpha-load' in w.root.get('/series') and 'beta-load' in w.root.get('/series'), 'the measurements')
        until(lambda: 'alpha1' in w.root.get('/events') and 'beta1' in w.root.get('/events'), 'the history')
        everything = ''
        for name, (mine, other) in WORDS.items():
            p, robot, seen = w.person[name], Person(w.port, w.token[name]), 0
            for path in paths(w, mine):
                text = p.get(path)
                assert other not in text, (name, path, text[max(0, text.find(other) - 200):text.find(other) + 200])
                assert other not in robot.get(path), (name, path)
                seen += mine in text
            assert seen > 30, seen
            for path in paths(w, other):  # by the id of what is not in sight: as of what never was
                m = re.match(r'/resources/(\d+)(.*)', path)
                if m:
                    status, _, text = p.raw('GET', '/api/v1' + path)
                    never = p.raw('GET', f'/api/v1/resources/999999{m.group(2)}')
                    assert (status, text) == (never[0], never[2]) and status == 404, (path, text, never)
            for path in singles(other) + [f'/contact-groups/{mine}-watch', f'/time-periods/{mine}-night', f'/commands/{mine}-tell', f'/contacts/{other}-nobody', f'/hosts/{other}9']:
                status, _, text = p.raw('GET', '/api/v1' + path)
                for word in path.split('/')[2:]:  # what was asked for may be named, and nothing else
                    text = text.replace(word, '')
                assert status == 404 and other not in text, (path, status, text)
            counts = json.loads(p.get('/resources'))
            assert counts['total'] == 4 and counts['matched'] == 4 and counts['counts']['critical'] == 2, counts
            assert json.loads(p.get(f'/resources?q={other}'))['matched'] == 0
            status, _, text = p.raw('GET', f'/api/v1/resources?q=contact%3A{other}-perso')
            assert status == 400 and f'{other}-person' not in text, text
            status, answer = p.call('GET', '/status')
            assert (answer['checks']['hosts'], answer['checks']['services']) == (2, 2) and answer['not_yet'] is None and answer['reload'] is None, answer
            for query in ('query?query=vigie_perfdata', f'series?match[]=vigie_perfdata&start={int(time.time()) - 600}', 'label/host/values', 'label/service/values'):
                status, _, text = p.raw('GET', '/prometheus/api/v1/' + query)
                assert status == 200 and other not in text, (query, text)
            everything += w.root.get('/resources')
        assert 'alpha1' in everything and 'beta1' in everything, 'root sees both'


def plain(text):
    """An answer without moments, which go on, and without numbers of requests and bytes."""
    text = re.sub(r'"(now|at|from|to|known_from|next_check|last_check|expires|used)":"[^"]*"', '', text)
    return re.sub(r'\d{4}-\d\d-\d\dT[\d:.]+Z|-?\d+\.\d+', '', text)


def test_seen_as_another():
    with new() as w:
        looks = Person(w.port, as_whom='ann')
        looks.cookie, looks.csrf = w.root.cookie, w.root.csrf
        for path in paths(w, 'alpha'):
            if path not in ('/status', '/series') and not path.startswith(('/series/data', '/events')):
                assert plain(looks.get(path)) == plain(w.person['ann'].get(path)), path
            assert 'beta' not in looks.get(path), path
        assert looks.raw('GET', '/api/v1/resources/' + w.id['beta1'])[0] == 404
        assert looks.raw('POST', f'/api/v1/resources/{w.id["alpha1"]}/check', '{}')[0] == 403
        for name in ('ann', 'bob'):
            asks = Person(w.port, as_whom='root')
            asks.cookie, asks.csrf = w.person[name].cookie, w.person[name].csrf
            assert asks.raw('GET', '/api/v1/resources')[0] == 403


def comments(w):
    return sorted((c['host'], c['service']) for c in json.loads(w.root.get('/comments?limit=100'))['comments'])


def test_what_each_does():
    with new() as w:
        ann, bob = w.person['ann'], w.person['bob']
        status, answer = ann.call('POST', '/actions', {'action': 'comment', 'filter': {}, 'comment': 'all that match', 'preview': True})
        assert status == 200 and (answer['total'], answer['hosts'], answer['services']) == (4, 2, 2), answer
        status, answer = ann.call('POST', '/actions', {'action': 'comment', 'filter': {}, 'comment': 'all that match'})
        assert status == 200 and answer['done'] == 4, answer
        until(lambda: comments(w) == [('alpha1', ''), ('alpha1', 'alpha-load'), ('alpha2', ''), ('alpha2', 'alpha-load')], 'hers alone')
        assert json.loads(bob.get('/comments'))['comments'] == []
        first = json.loads(ann.get('/comments'))['comments'][0]['id']
        assert bob.call('DELETE', f'/comments/{first}')[0] == 404
        status, answer = ann.call('POST', '/actions', {'action': 'acknowledge', 'resources': [w.id['beta1;beta-load'], w.id['alpha1;alpha-load']], 'comment': 'mine'})
        assert status == 200 and answer['total'] == 1, answer
        until(lambda: w.v.livestatus('GET services\nColumns: host_name\nFilter: acknowledged = 1') == [['alpha1']], 'hers alone')
        for what, body in (('check', {}), ('acknowledge', {'comment': 'c'}), ('comment', {'comment': 'c'}), ('submit', {'state': 0, 'output': 'o'}),
                           ('downtime', {'start': '2030-01-01T00:00:00Z', 'end': '2030-01-02T00:00:00Z', 'comment': 'c'})):
            assert ann.call('POST', f'/resources/{w.id["beta1;beta-load"]}/{what}', body)[0] == 404, what
        status, answer = ann.call('POST', '/downtimes/preview', {'resources': [w.id['beta1'], w.id['alpha1']], 'start': '2030-01-01T00:00:00Z', 'end': '2030-01-02T00:00:00Z', 'services': True})
        assert status == 200 and (answer['hosts'], answer['services'], answer['unknown']) == (1, 1, 1) and 'beta' not in json.dumps(answer), answer
        assert ann.call('POST', '/commands', {'command': '[1] STOP_NOTIFICATIONS'})[0] == 403 and ann.call('GET', '/audit')[0] == 403 and ann.call('GET', '/users')[0] == 403
        # a job is of who began it; a program called like a person is another
        token = w.root.call('POST', '/tokens', {'name': 'ann', 'role': 'operator', 'scope': ['hostgroup:beta-hosts'], 'expires': '1h'})[1]['token']
        assert json.loads(Person(w.port, token).get('/jobs')) == {'jobs': []}
        # results: of one's own only, in any number, and as clients of NRDP send them
        robot = Person(w.port, w.token['ann'])
        status, answer = robot.call('POST', '/results', [{'host': 'beta2', 'service': 'beta-load', 'state': 0, 'output': 'no'}, {'host': 'alpha2', 'service': 'alpha-load', 'state': 0, 'output': 'yes'}])
        assert status == 200 and (answer['accepted'], answer['refused']) == (1, 1), answer
        data = {'checkresults': [{'checkresult': {'type': 'service', 'checktype': '1'}, 'hostname': h + '1', 'servicename': h + '-load', 'state': '1', 'output': 'by nrdp'} for h in ('beta', 'alpha')]}
        _, _, text = robot.raw('POST', '/nrdp/', urllib.parse.urlencode({'token': w.token['ann'], 'cmd': 'submitcheck', 'JSONDATA': json.dumps(data)}), {'Content-Type': 'application/x-www-form-urlencoded'})
        until(lambda: w.v.service('alpha1', 'alpha-load', 'plugin_output') == {'plugin_output': 'by nrdp'}, text)
        assert w.v.service('beta1', 'beta-load', 'plugin_output') == {'plugin_output': 'beta is high'} and w.v.service('beta2', 'beta-load', 'plugin_output') == {'plugin_output': 'beta is high'}


def test_other_apis():
    with new() as w:
        for name, (mine, other) in WORDS.items():
            p = Person(w.port)
            status, _, text = p.raw('POST', '/centreon/api/latest/login', json.dumps({'security': {'credentials': {'login': name, 'password': SECRET}}}))
            assert status == 200, text
            key = {'X-Auth-Token': json.loads(text)['security']['token']}
            for query in ('', '?limit=100', '?search=' + json.dumps({'h.name': {'$rg': other}}), '?search=' + json.dumps({'h.name': {'$rg': '.'}})):
                status, _, text = p.raw('GET', '/centreon/api/latest/monitoring/resources' + query, None, key)
                assert status == 200 and (other not in text or 'search' in query and f'"name":"{other}' not in text), (query, text)
            listed = json.loads(p.raw('GET', '/centreon/api/latest/monitoring/resources?limit=100', None, key)[2])
            assert listed['meta']['total'] == 4, listed
            body = json.dumps({'check': {}, 'resources': [{'type': 'host', 'id': int(w.id[other + '1']), 'parent': None}]})
            assert p.raw('POST', '/centreon/api/latest/monitoring/resources/check', body, key)[0] == 404
            looking = {**key, 'X-View-As': 'root'}
            assert p.raw('GET', '/centreon/api/latest/logout', None, looking)[0] == 403
            assert p.raw('GET', '/centreon/api/latest/monitoring/resources', None, key)[0] == 200


def hosts(w, user, table='hosts', column='name'):
    return sorted({row[0] for row in w.v.livestatus(f'GET {table}\nColumns: {column}\nAuthUser: {user}')})


def test_livestatus():
    with new() as w:
        for name, (mine, other) in WORDS.items():  # bob is a contact of an alpha, and a user: the user counts
            assert hosts(w, name) == [mine + '1', mine + '2'] and hosts(w, name.upper()) == hosts(w, name), name
            for table in ('hosts', 'services', 'hostgroups', 'servicegroups', 'contacts', 'contactgroups', 'commands', 'timeperiods', 'comments', 'downtimes', 'hostsbygroup', 'servicesbygroup',
                          'servicesbyhostgroup', 'log', f'statehist\nFilter: time >= {int(time.time()) - 600}'):
                text = json.dumps(w.v.livestatus(f'GET {table}\nAuthUser: {name}'))
                assert other not in text, (table, text[max(0, text.find(other) - 200):text.find(other) + 100])
            assert w.v.livestatus(f'GET services\nStats: state = 2\nAuthUser: {name}') == [[2]]
            assert w.v.livestatus(f'GET status\nColumns: num_hosts num_services\nAuthUser: {name}') == [[2, 2]]
            until(lambda: mine in json.dumps(w.v.livestatus(f'GET log\nColumns: host_name\nAuthUser: {name}')), 'lines of the log')
        assert hosts(w, 'root') == ['alpha1', 'alpha2', 'beta1', 'beta2']
        assert hosts(w, 'alpha-person') == ['alpha1', 'alpha2'], 'a contact alone: Nagios\' rule'
        assert hosts(w, 'nobody') == [] and hosts(w, 'nobody', 'contacts') == [] and hosts(w, 'ann-robot') == [], 'neither user nor contact'
        # what is given and taken holds at once, for who is made a user as well
        assert hosts(w, 'beta-person') == ['beta1', 'beta2']
        assert w.root.call('POST', '/users', {'user': 'beta-person', 'password': SECRET})[0] == 201
        assert hosts(w, 'beta-person') == [], 'a user without a role'
        assert w.root.call('PUT', '/users/ann', {'role': 'operator', 'scope': ['host:beta2'], 'groups': []})[0] == 200
        assert hosts(w, 'ann') == ['beta2']
        # who waits is judged anew, and need not wait for it
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(w.v.live)
            s.sendall(b'GET hosts\nColumns: name\nAuthUser: bob\nWaitTrigger: program\nWaitTimeout: 100000\n\n')
            until(lambda: w.v.livestatus('GET status\nColumns: livestatus_waiting_connections') == [[1]], 'it waits')
            assert w.root.call('PUT', '/users/bob', {'role': 'operator', 'scope': ['host:beta1'], 'groups': []})[0] == 200
            assert s.recv(1000) == b'beta1\n'


class Stream:
    def __init__(self, p):
        self.s = socket.create_connection(('127.0.0.1', p.port), timeout=60)
        self.s.sendall((f'GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{p.port}\r\n' + ''.join(f'{k}: {v}\r\n' for k, v in p.headers().items()) + '\r\n').encode())
        self.text, self.over = '', False
        self.until('event: counts')

    def more(self):
        chunk = self.s.recv(65536)
        self.over = not chunk or chunk.endswith(b'0\r\n\r\n')
        self.text += chunk.decode()

    def until(self, what):
        while what not in self.text and not self.over:
            self.more()
        assert what in self.text, (what, self.text)

    def ends(self):
        while not self.over:
            self.more()


def test_streams():
    with new() as w:
        ann, bob, both = Stream(w.person['ann']), Stream(w.person['bob']), Stream(w.root)
        for word in ('beta', 'alpha'):
            w.v.order(f'PROCESS_SERVICE_CHECK_RESULT;{word}1;{word}-load;0;{word} is well')
        both.until('alpha is well')
        both.until('beta is well')
        ann.until('alpha is well')
        bob.until('beta is well')
        assert 'beta' not in ann.text and 'alpha' not in bob.text, (ann.text, bob.text)
        assert w.root.call('PUT', '/users/ann', {'role': 'operator', 'scope': ['host:beta2'], 'groups': []})[0] == 200
        ann.ends()
        assert w.root.call('DELETE', '/sessions?user=BOB')[0] == 200, 'names of people have no capitals'
        bob.ends()
        assert w.person['bob'].call('GET', '/session')[0] == 401
        ann = Stream(w.person['ann'])
        assert 'alpha' not in ann.text and '"total":2' in ann.text, ann.text


def code(secret):
    digest = hmac.new(base64.b32decode(secret), struct.pack('>Q', int(time.time()) // 30), hashlib.sha1).digest()
    return '%06d' % ((struct.unpack('>I', digest[digest[-1] & 15:][:4])[0] & 0x7fffffff) % 1000000)


def sent_by_nrdp(p, fields, more=None, query='', xml=False):
    data = json.dumps({'checkresults': [{'checkresult': {'type': 'service', 'checktype': '1'}, 'hostname': 'alpha1', 'servicename': 'alpha-load', 'state': '1', 'output': fields.pop('output')}]})
    fields['JSONDATA'] = data
    if xml:
        fields['XMLDATA'] = ("<?xml version='1.0'?><checkresults><checkresult type='service' checktype='1'><hostname>alpha1</hostname><servicename>alpha-load</servicename><state>1</state>"
                             f"<output>{json.loads(fields.pop('JSONDATA'))['checkresults'][0]['output']}</output></checkresult></checkresults>")
    return p.raw('POST', '/nrdp/' + query, urllib.parse.urlencode({'cmd': 'submitcheck', **fields}), {'Content-Type': 'application/x-www-form-urlencoded', **(more or {})})


def no_way_by_nrdp(w, p, ann, secret, basic):
    """A password is no token, wherever it stands, and neither is a code or the secret of the second factor. What is sent would be seen."""
    key = json.loads(p.raw('POST', '/centreon/api/latest/login', json.dumps({'security': {'credentials': {'login': 'root', 'password': SECRET}}}))[2])['security']['token']
    session = ann.cookie.split('=', 1)[1]
    tokens = ('', 'ann', SECRET, f'ann:{SECRET}', basic, f'Basic {basic}', f'{SECRET}{code(secret)}', f'ann:{SECRET}:{code(secret)}', code(secret), secret, ann.csrf, ann.cookie,
              w.token['bob'][:-1], w.token['bob'] + '\0' + w.token['ann'], '*', 'null', "' OR '1'='1", hashlib.sha256(w.token['ann'].encode()).hexdigest())
    ways = [({'token': token}, None, '', xml) for token in tokens for xml in (False, True)]
    ways += [({}, {'Authorization': 'Basic ' + basic}, '', False), ({}, {'Authorization': 'Bearer ' + SECRET}, '', False), ({}, {'Authorization': 'Bearer ' + session}, '', False),
             ({}, {'Cookie': ann.cookie}, '', False), ({}, {'Cookie': ann.cookie, 'X-CSRF': ann.csrf}, '', False), ({}, {'X-Auth-Token': key}, '', False),
             ({'username': 'ann', 'password': SECRET}, None, '', False), ({'user': 'ann', 'password': SECRET, 'code': code(secret)}, None, '', False),
             ({}, None, '?' + urllib.parse.urlencode({'token': SECRET}), False)]
    for fields, more, query, xml in ways:
        status, _, text = sent_by_nrdp(p, {**fields, 'output': 'came around'}, more, query, xml)
        assert status in (200, 400, 401, 403, 422) and '"status":0' not in text.replace(' ', '') and '<status>0</status>' not in text, (fields, more, query, xml, status, text)
    sent_by_nrdp(p, {'token': w.token['ann'], 'output': 'by a token'})
    until(lambda: w.v.service('alpha1', 'alpha-load', 'plugin_output') == {'plugin_output': 'by a token'}, 'what a token sends')
    told = json.loads(w.root.get(f'/resources/{w.id["alpha1;alpha-load"]}/events'))
    assert 'came around' not in json.dumps(told), told


def test_second_factor_has_no_way_around():
    with new() as w:
        ann = w.person['ann']
        secret = ann.call('POST', '/session/totp', {'password': SECRET})[1]['secret']
        assert ann.call('POST', '/session/totp/confirm', {'code': code(secret)})[0] == 200
        p = Person(w.port)
        status, _, text = p.raw('POST', '/centreon/api/latest/login', json.dumps({'security': {'credentials': {'login': 'ann', 'password': SECRET}}}))
        assert status == 401 and 'token' not in json.loads(text).get('security', {}), text
        status, _, text = p.raw('POST', '/centreon/api/v24.04/login', json.dumps({'security': {'credentials': {'login': 'ann', 'password': SECRET, 'code': code(secret)}}}))
        assert status == 401, 'there is no place for a code'
        basic = base64.b64encode(f'ann:{SECRET}'.encode()).decode()
        no_way_by_nrdp(w, p, ann, secret, basic)
        assert p.raw('GET', '/api/v1/resources', None, {'Authorization': 'Basic ' + basic})[0] == 401
        # who must have one and has none may do nothing anywhere
        assert w.root.call('PUT', '/roles/operator', {'totp_required': True})[0] == 200
        assert w.person['bob'].call('GET', '/resources')[0] == 403 and hosts(w, 'bob') == [] and hosts(w, 'ann') == ['alpha1', 'alpha2']
        status, _, text = p.raw('POST', '/centreon/api/latest/login', json.dumps({'security': {'credentials': {'login': 'bob', 'password': SECRET}}}))
        assert status == 200, text  # as on the page: he may sign in, for how else could he set one up
        key = {'X-Auth-Token': json.loads(text)['security']['token']}
        status, _, text = p.raw('GET', '/centreon/api/latest/monitoring/resources', None, key)
        assert status == 403, (status, text)


def test_an_ended_session_stays_so():
    """Also when the part that keeps sessions dies the moment after."""
    with new() as w:
        ann = w.person['ann']
        cookie = ann.cookie
        assert ann.call('POST', '/logout')[0] == 200
        text = open(os.path.join(w.v.state, 'auth', 'sessions'), encoding='utf-8').read()
        assert ' ann ' not in re.sub(r'(?m)^known.*$', '', text), 'it has left the disk'
        for pid, words in w.v.roles().items():
            if words[1:3] == ['-x', 'auth']:
                os.kill(pid, 9)
        old = Person(w.port)
        old.cookie = cookie
        until(lambda: old.call('GET', '/session')[0] != 503, 'the next one')
        assert old.call('GET', '/session')[0] == 401
        assert re.search(r'(?m)^known 127\.0\.0\.1 ann$', open(os.path.join(w.v.state, 'auth', 'sessions'), encoding='utf-8').read()), 'where she signs in from is remembered'


main()
