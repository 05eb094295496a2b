#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""`vigie simulate`: a written timeline in virtual time, on the common objects and on a configuration, as text and JSON, and what is wrong in one."""
import json
import os
import re
import shutil
import subprocess
import tempfile

from lib_vigie import COMMON, SRC, VIGIE, Skip, main, vigie

HOST = ['define host {', ' use ht', ' host_name h', ' address 127.0.0.1', '}']
SERVICE = ['define service {', ' use st', ' host_name h', ' service_description s', ' max_check_attempts 2', '}']


class Folder:
    def __enter__(self):
        self.d = tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR'))
        return self

    def __exit__(self, *_):
        self.d.cleanup()

    def put(self, name, text):
        path = os.path.join(self.d.name, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text if isinstance(text, str) else json.dumps(text))
        return path


def played(path, *words):
    status, out, said = vigie('simulate', '-o', 'json', path, *words)
    assert status == 0 and not said, (status, out[-500:], said)
    return json.loads(out)


def test_common_objects():
    with Folder() as f:
        path = f.put('t.json', {'name': 'one', 'what': 'a problem is told once', 'objects': HOST + SERVICE, 'plugins': {'h': [0, 'up']}, 'end': 9, 'steps': [
            {'at': 2, 'cmd': 'PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad'}, {'at': 1, 'cmd': ['PROCESS_SERVICE_CHECK_RESULT;h;s;0;good', 'NO_SUCH;x']},
            {'at': 3, 'cmd': 'PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad'}, {'at': 4, 'probe': 'told', 'cmd': 'ADD_SVC_COMMENT;h;s;1;me;since @T+4@'},
            {'at': 5, 'do': 'restart', 'plugin': {'h': [2, 'down']}}, {'at': 6, 'cmd': 'SCHEDULE_FORCED_HOST_CHECK;h;@T@'}]})
        a = played(path)
        assert a == played(path), 'the same twice'
        assert [(n['at'], n['contact'], n['about'], n['host'], n.get('service'), n['state']) for n in a['notified']] == [
            (3.35, 'alice', 'PROBLEM', 'h', 's', 'CRITICAL'), (8.355, 'alice', 'PROBLEM', 'h', None, 'DOWN')], a['notified']
        assert [(c['taken']) for c in a['commands']] == [True, False, True, True, True, True], a['commands']
        states = {p['name']: p['state'] for p in a['probes']}
        assert states['told']['h;s']['current_state'] == '2' and states['told']['h;s']['current_notification_number'] == '1', states
        assert states['end']['h']['current_state'] == '1' and states['end']['h']['state_type'] == '1', states['end']['h']
        assert a['probes'][0]['comments'][0]['comment'] == f'since {a["origin"] + 4}' and a['probes'][0]['comments'][0]['service'] == 's', a['probes'][0]
        assert any('External command refused' in row['line'] for row in a['log'])
        kinds = {e['kind'] for e in a['effects']}
        assert kinds == {'check', 'notification'} and a['effects'][0]['words'][:2] == ['/simulated/plug.sh', '/simulated'], a['effects']
        status, text, _ = vigie('simulate', path)
        assert status == 0 and text.startswith('one: a problem is told once\n\n'), text
        for pattern in (r'^ +3\.350  command PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad$', r'^ +3\.350  state +h;s: CRITICAL hard, attempt 2: bad$', r'^ +3\.350  told +alice: PROBLEM h;s CRITICAL, by n-svc: bad$',
                        r'^ +4\.350  states  "told"$', r'^ +h;s +CRITICAL hard, attempt 2 of 2, notified 1 time: bad$', r'^ +1\.350  log     Warning: External command refused', r'^ +5\.350  do      restart$',
                        r'^\d+ checks? ran\.\nalice was told 2 times\.$'):
            assert re.search(pattern, text, re.M), (pattern, text)
        assert not re.search(r'^ +[-0-9.]+  (log     (?!Warning: External)|check |runs )|PENDING', text, re.M), text
        assert text.count('told    alice') == len(a['notified']) and len(text.splitlines()) < 35, text
        status, text, _ = vigie('simulate', '--all', path)
        for pattern in (r'^ +3\.350  log +SERVICE NOTIFICATION: alice;h;s;CRITICAL;n-svc;bad$', r'^ +[0-9.]+  check   h: /simulated/plug\.sh', r'^ +3\.350  runs    /simulated/rec\.sh',
                        r'^ +zz;zz +PENDING', r'^alice was told 2 times\.$'):
            assert status == 0 and re.search(pattern, text, re.M), (pattern, text)
        status, text, _ = vigie('simulate', '--start', '2026-11-30T09:00:00Z', path, env={'TZ': 'Europe/Paris'})
        assert status == 0 and re.search(r'^2026-11-30 10:00:03 CET      3\.350  told    alice', text, re.M), text


def test_a_configuration():
    with Folder() as f:
        f.put('objects.cfg', COMMON + 'define host {\n use th\n host_name web\n address 127.0.0.1\n}\n'
              'define service {\n use ts\n host_name web\n service_description HTTP\n check_command secret\n max_check_attempts 1\n}\n'
              'define command {\n command_name secret\n command_line $USER1$/false $USER7$\n}\n')
        f.put('resource.cfg', '$USER1$=/bin\n$USER7$=hush-hush\n')
        main_file = f.put('main.cfg', f'cfg_file={f.d.name}/objects.cfg\nresource_file={f.d.name}/resource.cfg\nlog_file={f.d.name}/log\ninterval_length=1\n')
        path = f.put('t.json', {'plugins': {'web;HTTP': [2, 'refused'], 'web': [0, 'up']}, 'steps': [{'at': 150, 'plugin': {'web;HTTP': [0, 'fine']}}], 'end': 300})
        a = played(path, '-c', main_file)
        assert {(n['contact'], n['about'], n['service']) for n in a['notified']} == {('ann', 'PROBLEM', 'HTTP'), ('ann', 'RECOVERY', 'HTTP')}, a['notified']
        assert 'hush' not in json.dumps(a) and any('********' in e['words'] for e in a['effects']), 'secrets are masked'
        assert any(e['words'] == ['/bin/false', '********'] for e in a['effects']), 'a path that exists is no secret, as in operation'
        assert os.listdir(f.d.name).count('log') == 0, 'nothing is written'
        a = played(path, '-c', main_file, '--set', 'enable_notifications=0', '--start', '2026-01-01T00:00:00Z')
        assert not a['notified'] and a['origin'] == 1767225600, a['origin']


def test_relative_paths():
    """From every folder: beside the timeline, above it, at the root, with a main file that is relative, too."""
    with Folder() as f, Folder() as site:
        f.put('t.json', {'steps': [], 'end': 1})
        site.put('objects.cfg', COMMON + 'define host {\n use th\n host_name web\n address 127.0.0.1\n}\n'
                 'define service {\n use ts\n host_name web\n service_description HTTP\n}\n')
        site.put('main.cfg', 'cfg_file=objects.cfg\nlog_file=log\n')
        for here in (f.d.name, os.path.dirname(f.d.name), '/', site.d.name):
            path = os.path.relpath(os.path.join(f.d.name, 't.json'), here)
            main_file = os.path.relpath(os.path.join(site.d.name, 'main.cfg'), here)
            for words in (('simulate', path), ('simulate', '-c', os.path.join(site.d.name, 'main.cfg'), path), ('simulate', '-c', main_file, path)):
                p = subprocess.run([os.path.abspath(VIGIE), *words], capture_output=True, text=True, cwd=here, check=False)
                assert p.returncode == 0 and not p.stderr, (here, words, p.returncode, p.stderr)


def test_the_example_of_the_manual():
    """As man shows it, not as it is written there: it is typed and does what the page says."""
    reader = shutil.which('man') or shutil.which('mandoc')
    if not reader:
        raise Skip('needs man or mandoc')
    page = subprocess.run([reader, *(['-l'] if reader.endswith('/man') else []), os.path.join(SRC, 'docs', 'man', 'vigie.1')], capture_output=True, text=True, check=False,
                          env={**os.environ, 'MANWIDTH': '120', 'LC_ALL': 'C.UTF-8'})
    shown = re.search(r'the file t\.json:\s*\n(.*?)\n +(vigie simulate [^\n]*)\n', re.sub('.\b', '', page.stdout), re.S)
    if 'TIMELINES' not in page.stdout:
        raise Skip('man shows no page here')
    assert shown, 'no example'
    with Folder() as f:
        f.put('t.json', shown[1])
        f.put('objects.cfg', COMMON + 'define host {\n use th\n host_name web1\n address 127.0.0.1\n}\n'
              'define service {\n use ts\n host_name web1\n service_description HTTP\n check_interval 5\n}\n')
        f.put('nagios.cfg', 'cfg_file=objects.cfg\nlog_file=log\n')
        words = [w.replace('/etc/nagios4', f.d.name) for w in shown[2].split()]
        p = subprocess.run([os.path.abspath(VIGIE), *words[1:], '-o', 'json'], capture_output=True, text=True, cwd=f.d.name, check=False)
        assert p.returncode == 0 and not p.stderr, (words, p.stderr)
        told = [(n['about'], n['service']) for n in json.loads(p.stdout)['notified']]
        assert (told[0], told[-1]) == (('PROBLEM', 'HTTP'), ('RECOVERY', 'HTTP')), told


def test_names():
    """An answer for nobody is an error with its place; who is not named is OK, and says so."""
    with Folder() as f:
        f.put('objects.cfg', COMMON + 'define host {\n use th\n host_name web1\n address 127.0.0.1\n}\n'
              'define service {\n use ts\n host_name web1\n service_description HTTP\n}\n')
        main_file = f.put('main.cfg', 'cfg_file=objects.cfg\nlog_file=log\ninterval_length=1\n')
        steps = ' "steps": [{"at": 1, "plugin": {"web1": [0, "{ \\"plugins"],\n   "%s": [2, "no"]}}]}'
        for text, said in (('{"what": "\\"plugins", "end": 1,\n "plugins": {"web1": [0, "up"], "web1;HTTQ": [0, "x"]}, "steps": []}', r"t\.json:2:33: error: there is no service 'web1;HTTQ'; did you mean 'web1;HTTP'\?"),
                           ('{"end": 3,\n' + steps % 'wbe1', r"t\.json:3:4: error: there is no host 'wbe1'; did you mean 'web1'\?"),
                           ('{"end": 3,\n' + steps % 'quite another', r"t\.json:3:4: error: there is no host 'quite another'; write")):
            status, out, err = vigie('simulate', '-c', main_file, f.put('t.json', text))
            assert status == 2 and not out and len(err.splitlines()) == 1 and re.search(said, err), (status, out, err)
        a = played(f.put('t.json', '{"end": 100,' + steps % 'web1;HTTP' + ''), '-c', main_file)
        assert a['probes'][-1]['state']['web1;HTTP']['plugin_output'] == 'no', a['probes'][-1]
        a = played(f.put('t.json', {'end': 100, 'steps': []}), '-c', main_file)
        assert {s['plugin_output'] for s in a['probes'][-1]['state'].values()} == {'OK (no answer in the timeline)'}, a['probes'][-1]


def test_shell_texts():
    """What a shell would be given is shown with the values in it, and secrets stay hidden."""
    with Folder() as f:
        objects = COMMON.replace('command_line /bin/true', 'command_line /usr/bin/printf "%b" "to $CONTACTNAME$: $SERVICEDESC$\\n$SERVICEOUTPUT$" \'is $SERVICESTATE$\' $USER7$ | /bin/false')
        assert objects != COMMON
        f.put('objects.cfg', objects + 'define host {\n use th\n host_name web1\n address 127.0.0.1\n}\n'
              'define service {\n use ts\n host_name web1\n service_description HTTP\n max_check_attempts 1\n}\n')
        f.put('resource.cfg', '$USER7$=hush-hush\n')
        main_file = f.put('main.cfg', 'cfg_file=objects.cfg\nresource_file=resource.cfg\nlog_file=log\ninterval_length=1\n')
        path = f.put('t.json', {'end': 100, 'plugins': {'web1;HTTP': [2, 'it\'s "down"']}, 'steps': []})
        status, out, err = vigie('simulate', '--all', '-c', main_file, path)
        assert status == 0 and '/usr/bin/printf "%b" "to ann: HTTP\\nit' in out and "'is CRITICAL' ******** | /bin/false" in out, (out, err)
        assert 'VIGIE_M' not in out and 'hush' not in out, out


def test_wrong():
    with Folder() as f:
        good = {'objects': HOST, 'steps': [], 'end': 1}
        cases = (('{"end": 1,\n "steps": [}', r't\.json:2:\d+: error: '), ('[]', 'a timeline is a JSON object'), ({'steps': []}, 'end: it is missing'),
                 ({**good, 'steps': [{'at': 0}, {'cmd': 'x'}]}, r'steps\[1\]\.at: it is missing'), ({**good, 'steps': [{'at': '3'}]}, r'steps\[0\]\.at: a number of seconds'),
                 ({**good, 'steps': [{'at': 1, 'do': 'jump'}]}, r'steps\[0\]\.do: write stop'), ({**good, 'plugins': {'h': [7]}}, r'plugins\.h: write \[exit status, output\]'),
                 ({**good, 'plugins': {'h': {'rc': 300}}}, r'plugins\.h\.rc: an exit status'), ({**good, 'objects': ['define host {', ' host_name h', ' colour red', '}']}, r't\.json#objects:3:\d*:? ?'),
                 ({**good, 'main': {'no_such_directive': 1, 'interval_length': []}}, r'main\.interval_length: a text is wanted'), ({**good, 'end': -1}, 'end: it must be'))
        for timeline, said in cases:
            status, out, err = vigie('simulate', f.put('t.json', timeline))
            assert status == 2 and not out and re.search(said, err), (timeline, status, out, err)
        f.put('objects.cfg', COMMON)
        main_file = f.put('main.cfg', 'cfg_file=objects.cfg\nlog_file=log\ndate_format=us')
        wrong = '{"end": 1, "steps": [],\n "what": "main",\n "main": {"log_file": null, "interval_length": 1,\n   "no_such": 1,\n  "date_format": "moon"}}'
        for more in ((), ('-c', main_file)):
            status, out, err = vigie('simulate', *more, f.put('t.json', wrong))
            said = [re.sub('.*/', '', line) for line in err.splitlines() if 't.json:' in line and 'of this timeline' not in line]
            assert status == 2 and not out and len(said) == 2, (status, out, err)
            assert said[0].startswith("t.json:4:4: error: unknown directive 'no_such'") and said[1].startswith("t.json:5:3: warning: date_format is 'moon'"), err
        a = played(f.put('t.json', {'end': 1, 'steps': [], 'main': {'date_format': 'euro'}}), '-c', main_file)
        assert a, 'what the main file says, too, is changed'
        status, _, err = vigie('simulate', f.put('t.json', {**good, 'steps': [{'at': 0, 'colour': 1}]}))
        assert status == 0 and 'steps[0].colour: it means nothing' in err, err
        assert vigie('simulate', os.path.join(f.d.name, 'none.json'))[0] == 2
        assert vigie('simulate', os.path.relpath(f.put('t.json', good)))[0] == 0
        assert vigie('simulate')[0] == 2


def test_the_recorded_ones():
    """Every recorded scenario is a timeline of this format: none has a word that means nothing."""
    folder = os.path.join(SRC, 'tests', 'scenario', 'nagios', 'steps')
    for name in sorted(os.listdir(folder)):
        assert played(os.path.join(folder, name))['probes'][-1]['name'] == 'end', name


main()
