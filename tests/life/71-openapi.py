#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=25
"""The OpenAPI document of a living Vigie by the schema of OpenAPI 3.1, and every answer by the document, with a validator that is not ours: every route there is is asked, well and wrongly."""
import http.client
import json
import os
import re
import subprocess
import urllib.parse

from lib_vigie import SRC, Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT') or 18470)
OBJECTS = """
define hostgroup {
 hostgroup_name all-hosts
 alias All
 members *
}
define servicegroup {
 servicegroup_name pings
 alias Pings
 members h,s
}
define contactgroup {
 contactgroup_name team
 alias The team
 members ann
}
define host {
 use th
 host_name h
 alias The host
 address 127.0.0.1
 _SNMP_COMMUNITY quite-secret
}
define service {
 use ts
 host_name h
 service_description s
 contact_groups team
}
define service {
 use ts
 host_name h
 service_description bad
 check_command say!2!broken
 max_check_attempts 1
}
"""


NAMES = {'/api/v1/hosts/{name}': 'h', '/api/v1/host-groups/{name}': 'all-hosts', '/api/v1/contact-groups/{name}': 'team', '/api/v1/contacts/{name}': 'ann',
         '/api/v1/commands/{name}': 'say', '/api/v1/service-groups/{name}': 'pings'}


class Program:
    """Asks with a token, as administrator, and keeps every answer."""

    def __init__(self, v):
        status, out, said = vigie('ctl', 'token', 'create', 'prog', '--role', 'admin', '-c', v.main, '-o', 'json')
        assert status == 0, said
        self.token, self.answers = json.loads(out)['token'], []

    def call(self, method, path, body=None, of=None, headers=None):
        c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=60)
        h = {'Authorization': f'Bearer {self.token}', **({'Content-Type': 'application/json'} if body is not None else {}), **(headers or {})}
        c.request(method, path, body if isinstance(body, (str, bytes)) or body is None else json.dumps(body), h)
        answer = c.getresponse()
        text = answer.read()
        c.close()
        self.headers = {k.lower(): v for k, v in answer.getheaders()}
        if answer.status >= 400 and (of or path).startswith('/api/v1') and method != 'HEAD':
            assert self.headers['content-type'] == 'application/problem+json', (method, path, answer.status, self.headers)
        parsed = json.loads(text) if 'json' in self.headers.get('content-type', '') else text
        if of and 'json' in self.headers.get('content-type', ''):
            self.answers.append([method, of, answer.status, parsed])
        return answer.status, parsed


# What is not asked here, and why.
NOT_ASKED = {('GET', '/api/v1/stream'): 'it does not end', ('POST', '/api/v1/logout'): 'a token has none', ('POST', '/api/v1/setup/link'): 'there is a user',
             ('DELETE', '/api/v1/sessions'): 'a token has none'}
# Things that are made, so that they can be changed and deleted.
MADE = {'users': {'name': 'x', 'password': 'four words that differ', 'role': 'viewer'}, 'roles': {'name': 'x', 'rights': ['resources.read']}, 'user-groups': {'name': 'x', 'role': 'viewer'},
        'tokens': {'name': 'x', 'role': 'viewer', 'expires': '1h'}}


def change(p, path, operation, method, real):
    """PUT and DELETE: as they should be, as they should not, and of what there is not."""
    example = operation.get('requestBody', {}).get('content', {}).get('application/json', {}).get('example')
    p.call(method, real, example, of=path)
    if method == 'PUT':
        p.call(method, real, {'nonsense': 1}, of=path)
        p.call(method, real, '[', of=path)
    p.call(method, real + '?nonsense=1', example, of=path)
    p.call(method, real, example, of=path, headers={'If-Match': '"0"'})


def refused_by_web(p):
    """What web refuses before the gate hears of it has the same form."""
    of = '/api/v1/session'
    for method, path, body, headers, want, code in (('GET', of, None, {'Host': 'evil.example'}, 421, 'other_name'), ('GET', of, None, {'Accept-Language': 'x' * 3000}, 431, 'head_large'),
                                                    ('POST', of, b'x' * 300000, {}, 413, 'request_large'), ('GET', of + '?' + 'x' * 20000, None, {}, 431, 'head_large'),
                                                    ('GET', '/nowhere.txt', None, {}, 404, 'no_address'), ('PUT', '/nowhere.txt', None, {}, 405, 'no_method')):
        status, answer = p.call(method, path, body, of=of, headers=headers)
        assert status == want and answer['code'] == code, (method, path, headers, status, answer)
        p.answers[-1][0] = 'GET'
    status, answer = p.call('POST', '/api/v1/downtimes/preview', b'{}', of='/api/v1/downtimes/preview', headers={'Content-Encoding': 'gzip'})
    assert status == 415 and answer['code'] == 'body_coded' and p.headers['accept-encoding'] == 'identity', answer


def validated(document, answers):
    if not os.path.exists(f'{SRC}/ui/node_modules/@seriousme/openapi-schema-validator'):
        raise Skip('needs ui/node_modules')
    p = subprocess.run(['node', f'{SRC}/tests/life/lib_openapi.mjs'], input=json.dumps({'document': document, 'answers': answers}), capture_output=True, text=True,
                       env={**os.environ, 'SRC': SRC}, timeout=100, check=False)
    assert p.returncode == 0, p.stderr
    return p.stdout.strip()


def test_document_and_answers():
    with Vigie(objects=OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        p = Program(v)
        status, document = p.call('GET', '/api/v1/openapi.json', of='/api/v1/openapi.json')
        assert status == 200 and document['openapi'] == '3.1.0'

        def one():
            rows = p.call('GET', '/api/v1/resources?service=bad&host=h')[1].get('resources') or [{}]
            return rows[0].get('state') == 'critical' and rows[0]['id']
        bad = until(one, 'a result')
        end = {'{id}': bad, '{name}': 'always', '{host}': 'h', '{service}': 's'}
        bodies = {'acknowledge': {'comment': 'seen'}, 'downtime': {'start': '2026-01-01T00:00:00Z', 'end': '2036-01-01T00:00:00Z', 'comment': 'work'},
                  'comment': {'comment': 'a word'}, 'submit': {'state': 'warning', 'output': 'sent in|x=1;2;3'}, 'check': {}}
        for name, body in MADE.items():
            p.call('POST', f'/api/v1/{name}', body, of=f'/api/v1/{name}')
        for path, item in document['paths'].items():
            for method, operation in sorted(item.items(), key=lambda x: x[0] != 'post'):
                made = path.startswith(tuple(f'/api/v1/{name}/' for name in MADE))
                real = re.sub(r'{\w+}', lambda m: 'x' if made else NAMES.get(path, end.get(m.group(), 'x')), path)
                if (method.upper(), path) in NOT_ASKED:
                    continue
                if method in ('put', 'delete') or 'requestBody' not in operation and method == 'post':
                    change(p, path, operation, method.upper(), real)
                    continue
                if method == 'post':
                    last = path.split('/')[-1]
                    example = bodies.get(last, operation['requestBody'].get('content', {}).get('application/json', {}).get('example'))
                    p.call('POST', real, example, of=path)
                    p.call('POST', real, {'nonsense': 1}, of=path)
                    p.call('POST', real, '[', of=path)
                elif method == 'get':
                    p.call('GET', real, of=path)
                    if '{' in path:
                        p.call('GET', real.replace(bad, '1').replace('/h', '/x').replace('always', 'x'), of=path)
                    p.call('GET', real + '?nonsense=1', of=path)
                    for name in [n['name'] for n in operation['parameters'] if n.get('in') == 'query']:
                        p.call('GET', f'{real}?{urllib.parse.quote(name)}=%21', of=path)
        for name, query in (('/resources', 'as_of=2036-01-01T00:00:00Z'), ('/resources/{id}', 'as_of=2036-01-01T00:00:00Z'), ('/resources/{id}/why', 'at=2036-01-01T00:00:00Z'),
                            ('/series/data', 'aggregate=mean,max,p95&format=json'), ('/resources', 'limit=1')):
            p.call('GET', f'/api/v1{name}?{query}'.replace('{id}', bad), of=f'/api/v1{name}')
        asked = {(a[0], a[1]) for a in p.answers}
        every = {(m.upper(), path) for path, item in document['paths'].items() for m in item}
        text = {('GET', '/metrics')}  # is no JSON
        assert not every - asked - set(NOT_ASKED) - text - {x for x in every if x[1].startswith('/nrdp')}, every - asked
        refused_by_web(p)
        for kind in ('comments', 'downtimes'):
            for x in p.call('GET', f'/api/v1/{kind}', of=f'/api/v1/{kind}')[1][kind]:
                p.call('DELETE', f'/api/v1/{kind}/{x["id"]}', of=f'/api/v1/{kind}/{{id}}')
        values = {x['name']: x for x in p.call('GET', '/api/v1/hosts/h')[1]['values']}
        assert values['contacts']['source'] == 'template' and values['contacts']['from'][0]['template'] == 'th' and values['contacts']['from'][0]['file'].endswith('.cfg'), values['contacts']
        assert values['alias']['source'] == 'object' and values['alias']['from'][0]['template'] is None and values['hostgroups']['from'][0]['group'] == 'all-hosts', values
        assert values['check_command']['value'] == 'say!0!up' and values['check_interval']['value'] == '60' and values['contacts']['value'] == 'ann', values
        assert {k: values['_SNMP_COMMUNITY'][k] for k in ('value', 'secret', 'source')} == {'value': '********', 'secret': True, 'source': 'object'} and 'quite-secret' not in json.dumps(p.answers), values
        period = p.call('GET', '/api/v1/time-periods/always')[1]
        assert period['inside'] is True and period['next'] == [], period
        status, answer = p.call('GET', '/api/v1/hosts/hh')
        assert status == 404 and answer['code'] == 'no_host' and 'Did you mean h?' in answer['detail'] and answer['errors'] == [{'parameter': 'name', 'detail': answer['detail']}], answer
        good = {a[1] for a in p.answers if a[2] < 300}
        assert {*NAMES, '/api/v1/services/{host}/{service}', '/api/v1/problems', '/api/v1/acknowledgements', '/api/v1/status', '/api/v1/resources/{id}/why', '/api/v1/series', '/api/v1/comments/{id}', '/api/v1/notifications', '/api/v1/availability/buckets', '/api/v1/resources/{id}/availability/buckets', '/prometheus/api/v1/labels'} <= good, good
        wrong = validated(document, p.answers)
        assert not wrong, wrong
        print(f'  {len(p.answers)} answers, {len(good)} paths')


def test_validator_finds():
    """It would say it: an answer with a member too many, one with too few, one of another type."""
    with Vigie(objects=OBJECTS, main=f'vigie_http_listen=127.0.0.1:{PORT}\n') as v:
        v.start()
        p = Program(v)
        document = p.call('GET', '/api/v1/openapi.json')[1]
        session = p.call('GET', '/api/v1/session')[1]
        for broken in ({**session, 'more': 1}, {k: x for k, x in session.items() if k != 'user'}, {**session, 'rights': 'all'}):
            assert validated(document, [['GET', '/api/v1/session', 200, broken]]), broken
        assert validated({**document, 'openapi': '3.1.0', 'paths': {'x': 1}}, [])


main()
