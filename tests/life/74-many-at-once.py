#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40
"""Many at once on the running product: results in bulk that outlive kill -9 when they were acknowledged, an action for all that match as a job that is taken back, a gate that dies with a job, and a whole list as a file."""
import csv
import http.client
import io
import json
import os
import signal

from lib_vigie import Vigie, free_port, main, until, vigie

HOSTS, SERVICES = 30, 10
OBJECTS = ''.join(f'define host {{\n use th\n host_name h{h:02}\n address 127.0.0.1\n active_checks_enabled 0\n}}\n' + ''.join(
    f'define service {{\n use ts\n host_name h{h:02}\n service_description s{s}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for s in range(SERVICES)) for h in range(HOSTS))


class Web(Vigie):
    def __init__(self):
        self.port = free_port()
        super().__init__(OBJECTS, main=f'vigie_http_listen=127.0.0.1:{self.port}\n')
        self.token = None

    def begin(self):
        self.start()
        status, out, said = vigie('ctl', 'token', 'create', 'many', '--role', 'operator', '-c', self.main, '-o', 'json')
        assert status == 0, (out, said)
        self.token = json.loads(out)['token']

    def call(self, method, path, body=None, kind='application/json'):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        c.request(method, '/api/v1' + path, body if isinstance(body, (str, type(None))) else json.dumps(body),
                  {'Authorization': f'Bearer {self.token}', **({'Content-Type': kind} if body is not None else {})})
        r = c.getresponse()
        self.headers = {k.lower(): v for k, v in r.getheaders()}
        text = r.read()
        c.close()
        try:
            return r.status, json.loads(text)
        except ValueError:
            return r.status, text.decode()

    def role(self, name):
        return next(pid for pid, words in self.roles().items() if words[1:3] == ['-x', name])

    def critical(self):
        return self.livestatus('GET services\nStats: state = 2')[0][0]


def rows(state, more=()):
    return [{'host': f'h{h:02}', 'service': f's{s}', 'state': state, 'output': f'h{h} s{s} says {state}', 'performance_data': 'v=1'} for h in range(HOSTS) for s in range(SERVICES)] + list(more)


def test_results():
    with Web() as v:
        v.begin()
        status, answer = v.call('POST', '/results', rows('critical', [{'host': 'nobody', 'state': 0, 'output': ''}, {'host': 'h00', 'state': 'ok', 'output': 'x'}]))
        assert status == 200 and answer['accepted'] == HOSTS * SERVICES and [p['row'] for p in answer['problems']] == [301, 302], answer
        assert [(p['field'], p['code']) for p in answer['problems']] == [('host', 'no_host'), ('state', 'state_host')], answer
        v.kill_all()  # what was acknowledged is on disk
        v.start()
        assert v.critical() == HOSTS * SERVICES
        assert v.service('h03', 's4')['plugin_output'] == 'h3 s4 says critical'
        lines = '\n'.join(json.dumps(r) for r in rows(0)[:20]) + '\n{no json}\n'
        status, answer = v.call('POST', '/results?all_or_nothing=1', lines, 'application/x-ndjson')
        assert status == 422 and answer['code'] == 'rows_refused' and answer['problems'][0]['row'] == 21, answer
        assert v.critical() == HOSTS * SERVICES
        status, answer = v.call('POST', '/results', lines, 'application/x-ndjson')
        assert status == 200 and answer['accepted'] == 20, answer
        until(lambda: v.critical() == HOSTS * SERVICES - 20, 'they are taken')
        v.order('DISABLE_PASSIVE_SVC_CHECKS;h29;s9')
        until(lambda: v.livestatus('GET services\nStats: accept_passive_checks = 0') == [[1]], 'it is switched off')
        status, answer = v.call('POST', '/results', rows(0)[-2:])
        assert status == 200 and answer['accepted'] == 1 and answer['problems'][0]['code'] == 'engine_refuses' and answer['problems'][0]['row'] == 2, answer
        status, answer = v.call('POST', '/results', '[{"host":"h00","state":0,"output":"x"}]', 'text/plain')
        assert status == 415, answer


def test_a_job_and_back():
    with Web() as v:
        v.begin()
        assert v.call('POST', '/results', rows(2))[0] == 200
        until(lambda: v.call('GET', '/resources?filter=problems&limit=1')[1]['matched'] == HOSTS * SERVICES, 'all are shown')
        act = {'action': 'acknowledge', 'filter': {'filter': 'problems'}, 'comment': 'a known fault'}
        status, answer = v.call('POST', '/actions', {**act, 'expected': 7})
        assert status == 409 and '300' in answer['detail'], answer
        status, answer = v.call('POST', '/actions', {**act, 'expected': 300})
        assert status == 202 and v.headers['location'] == f'/api/v1/jobs/{answer["id"]}', (status, answer)
        job = answer['id']
        done = until(lambda: (lambda a: a if a['state'] == 'done' else None)(v.call('GET', f'/jobs/{job}')[1]), 'the job is done')
        assert done['done'] == 300 and done['failed'] == 0 and done['undo']['action'] == 'unacknowledge', done
        assert v.livestatus('GET services\nStats: acknowledged = 1') == [[300]]
        status, answer = v.call('POST', '/actions', done['undo'])
        assert status == 202, answer
        until(lambda: v.livestatus('GET services\nStats: acknowledged = 1') == [[0]], 'it is taken back')
        assert len(v.call('GET', '/jobs')[1]['jobs']) == 2
        os.kill(v.role('gate'), signal.SIGKILL)
        status, answer = until(lambda: (lambda a: a if a[0] == 410 else None)(v.call('GET', f'/jobs/{job}')), 'the next gate')
        assert answer['code'] == 'job_lost', answer


def test_one_and_back():
    with Web() as v:
        v.begin()
        resource = v.call('GET', '/resources?host=h00&kind=host')[1]['resources'][0]['id']
        when = {'start': '2036-01-01T10:00:00Z', 'end': '2036-01-01T12:00:00Z'}
        status, answer = v.call('POST', '/downtimes/preview', {'resources': [resource], **when})
        assert status == 200 and (answer['hosts'], answer['services'], answer['quiet_services']) == (1, 0, SERVICES) and not answer['overlaps'], answer
        status, answer = v.call('POST', f'/resources/{resource}/downtime', {**when, 'comment': 'moves', 'services': True})
        assert status == 200 and answer['done'] == 1 + SERVICES, answer
        until(lambda: len(v.call('GET', '/downtimes')[1]['downtimes']) == 1 + SERVICES, 'they are shown')
        assert v.call('POST', '/downtimes/preview', {'resources': [resource], **when})[1]['overlap_count'] == 1
        status, answer = v.call('POST', '/actions', answer['undo'])
        assert status == 200 and answer['done'] == 1 + SERVICES, answer
        until(lambda: not v.call('GET', '/downtimes')[1]['downtimes'], 'they are cancelled')


def test_files():
    with Web() as v:
        v.begin()
        v.call('POST', '/results', [{'host': 'h01', 'service': 's1', 'state': 2, 'output': '=1+1, "so"'}])
        until(lambda: v.critical() == 1, 'it is taken')
        status, text = v.call('GET', '/resources/export?sort=name')
        assert status == 200 and v.headers['content-type'].startswith('text/csv') and v.headers['content-disposition'].startswith('attachment; filename="vigie-')
        head, *lines = csv.reader(io.StringIO(text))
        assert len(lines) == HOSTS * (SERVICES + 1) and all(len(r) == len(head) for r in lines)
        assert [r[-1] for r in lines if r[:2] == ['h01', 's1']] == ['\'=1+1, "so"']
        status, whole = v.call('GET', '/resources/export?format=json&filter=problems')
        assert status == 200 and [(r['host'], r['service']) for r in whole['resources']] == [('h01', 's1')], whole
        assert v.call('GET', '/resources/export?limit=5')[0] == 400


main()
