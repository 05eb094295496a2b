#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""vigie config: where values come from, what differs in effect between two configurations, the graph of parents and dependencies."""
import json
import os
import re
import shutil
import subprocess
import tempfile

from lib_vigie import SRC, VIGIE, main, vigie

OBJECTS = '''define timeperiod {
 timeperiod_name always
 alias always
 monday 00:00-24:00
 sunday 00:00-24:00
}
define command {
 command_name ok
 command_line /bin/true $ARG1$ $USER3$
}
define contact {
 contact_name ann
 host_notification_commands ok
 service_notification_commands ok
 vigie_webhook http://127.0.0.1/hush-hook
}
define contact {
 contact_name bob
 host_notification_commands ok
 service_notification_commands ok
}
define contactgroup {
 contactgroup_name team
 members bob
}
define host {
 name base
 register 0
 max_check_attempts 5
 contacts ann
 notification_interval 7
 _RACK r1
 _SNMP_COMMUNITY hush-base
}
define host {
 name linux
 use base
 register 0
 contacts +bob
 check_command ok!1
 notes null
}
define host {
 host_name web1
 use linux
 address 192.0.2.1
 _SNMP_COMMUNITY hush-web1
 notes_url null
}
define host {
 host_name db1
 use linux
 contacts null
 contact_groups team
 parents web1
 hostgroups dbs
}
define hostgroup {
 hostgroup_name dbs
}
define hostgroup {
 hostgroup_name webs
 members web1
}
define hostgroup {
 hostgroup_name all
 hostgroup_members webs,dbs
}
define service {
 name disk-t
 register 0
 check_command ok!2
 max_check_attempts 3
}
define service {
 use disk-t
 service_description disk
 hostgroup_name all
}
define service {
 use disk-t
 host_name web1
 service_description http
 contacts bob
 servicegroups front
}
define servicegroup {
 servicegroup_name front
}
define servicegroup {
 servicegroup_name every
 members db1,disk
 servicegroup_members front
}
define servicedependency {
 host_name db1
 service_description disk
 dependent_host_name web1
 dependent_service_description http
 execution_failure_criteria c
 notification_failure_criteria w,c
}
define hostescalation {
 host_name web1
 contacts bob
 first_notification 2
 last_notification 4
 notification_interval 5
}
'''


class Place:
    def __init__(self, objects=OBJECTS, extra=''):
        self.d = tempfile.mkdtemp(prefix='c', dir=os.environ.get('TMPDIR'))
        self.put('resource.cfg', '$USER1$=/bin\n$USER3$=hush-user\n')
        self.put('objects.cfg', objects)
        self.main = self.put('nagios.cfg', f'cfg_file=objects.cfg\nresource_file=resource.cfg\nlog_file={self.d}/log\n{extra}')

    def __enter__(self):
        return self

    def __exit__(self, *what):
        shutil.rmtree(self.d)

    def put(self, name, text):
        path = os.path.join(self.d, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def show(self, *words):
        status, out, said = vigie('config', 'show', '-c', self.main, *words)
        assert status == 0 and not said, (words, status, said)
        return out

    def json(self, *words):
        return json.loads(self.show('-o', 'json', *words))

    def row(self, name, *words):
        return next(r for r in self.json(*words)['values'] if r['name'] == name)


def line_of(text, n=1, objects=OBJECTS):
    """The number of the nth line with that text."""
    found = [i + 1 for i, line in enumerate(objects.splitlines()) if line.strip() == text]
    return found[n - 1]


def test_origin_of_each_kind():
    with Place() as p:
        objects = os.path.join(p.d, 'objects.cfg')

        def came(name, *words):
            r = p.row(name, *words)
            return r['value'], r['source'], [(f['value'], f['line'], f['through']) for f in r['from']]
        host = ('host', 'web1')
        assert came('address', *host) == ('192.0.2.1', 'file', [('192.0.2.1', line_of('address 192.0.2.1'), [])])
        assert came('max_check_attempts', *host) == ('5', 'file', [('5', line_of('max_check_attempts 5'), ['linux', 'base'])])
        assert came('contacts', *host) == ('ann,bob', 'file', [('+bob', line_of('contacts +bob'), ['linux']), ('ann', line_of('contacts ann'), ['linux', 'base'])])
        assert came('check_interval', *host) == ('5', 'default', [])
        assert came('alias', *host) == ('web1', 'default', [])
        assert came('notes_url', *host) == ('', 'file', [('null', line_of('notes_url null'), [])])
        assert came('_RACK', *host) == ('r1', 'file', [('r1', line_of('_RACK r1'), ['linux', 'base'])])
        assert came('contacts', 'host', 'db1') == ('', 'file', [('null', line_of('contacts null'), [])])
        disk = ('service', 'web1', 'disk')
        assert came('contacts', *disk) == ('ann,bob', 'host', [('+bob', line_of('contacts +bob'), ['linux']), ('ann', line_of('contacts ann'), ['linux', 'base'])])
        assert came('notification_interval', *disk) == ('7', 'host', [('7', line_of('notification_interval 7'), ['linux', 'base'])])
        assert came('contacts', 'service', 'web1', 'http') == ('bob', 'file', [('bob', line_of('contacts bob'), [])])
        assert came('contacts', 'host', 'linux')[0] == 'ann,bob'
        assert came('monday', 'timeperiod', 'always') == ('00:00-24:00', 'file', [('00:00-24:00', 4, [])])
        assert p.json(*host)['line'] == line_of('host_name web1') - 1 and p.json('host', 'linux')['template'] is True
        assert all(f['file'] == objects for r in p.json(*host)['values'] for f in r['from'])
        text = p.show('host', 'web1', '--origin')
        assert f'\n(files below {p.d})\n' in text, text  # so that lines are short
        assert re.search(rf'^  max_check_attempts +5 +objects.cfg:{line_of("max_check_attempts 5")} +linux > base$', text, re.M), text
        assert re.search(rf'^  contacts +ann,bob +\+bob in objects.cfg:{line_of("contacts +bob")} +linux\n +ann in objects.cfg:{line_of("contacts ann")} +linux > base$',
                         text, re.M), text
        assert ':' not in next(line for line in p.show('host', 'web1').splitlines() if 'max_check_attempts' in line)


def test_groups_and_what_brings_a_service():
    with Place() as p:
        def groups(*words):
            return [(g['type'], g['name'], g['by'], g.get('inner')) for g in p.json(*words)['groups']]
        assert groups('host', 'web1') == [('hostgroup', 'all', 'hostgroup_members', 'webs'), ('hostgroup', 'webs', 'members', None)]
        assert groups('host', 'db1') == [('hostgroup', 'all', 'hostgroup_members', 'dbs'), ('hostgroup', 'dbs', 'hostgroups', None)]
        assert groups('service', 'db1', 'disk') == [('hostgroup', 'all', 'hostgroup_name', None), ('servicegroup', 'every', 'members', None)]
        assert groups('service', 'web1', 'http') == [('servicegroup', 'every', 'servicegroup_members', 'front'), ('servicegroup', 'front', 'servicegroups', None)]
        assert groups('contact', 'bob') == [('contactgroup', 'team', 'members', None)]


def test_the_main_file():
    with Place(extra='cfg_file=more.cfg\ncfg_file=most.cfg\nmax_concurrent_checks=7\n') as p:
        p.put('more.cfg', '')
        p.put('most.cfg', '')
        text = p.show('main', '--origin', '--set', 'max_concurrent_checks=8')
        assert text.startswith(f'main file nagios.cfg\n(files below {p.d})\n'), text
        assert re.findall(r'cfg_file +\S*?(\w+\.cfg)\s+(nagios.cfg:\d)', text) == [('objects.cfg', 'nagios.cfg:1'), ('more.cfg', 'nagios.cfg:4'), ('most.cfg', 'nagios.cfg:5')], text
        assert re.search(r'^  max_concurrent_checks +8 +--set$', text, re.M) and re.search(r'^  interval_length +60 +default$', text, re.M), text
        assert '$USER1$ ' in text and re.search(r'^  \$USER3\$ +\*{8} +resource.cfg:2$', text, re.M), text


def test_members_of_groups():
    with Place() as p:
        def members(*words):
            return [(m['name'], m.get('service'), m['by'], m.get('inner'), m['line']) for m in p.json(*words)['members']]
        assert members('hostgroup', 'dbs') == [('db1', None, 'hostgroups', None, line_of('hostgroups dbs'))]
        inner = line_of('hostgroup_members webs,dbs')
        assert members('hostgroup', 'all') == [('db1', None, 'hostgroup_members', 'dbs', inner), ('web1', None, 'hostgroup_members', 'webs', inner)]
        assert members('servicegroup', 'every') == [('db1', 'disk', 'members', None, line_of('members db1,disk')),
                                                    ('web1', 'http', 'servicegroup_members', 'front', line_of('servicegroup_members front'))]
        assert 'Members\n  db1 > disk   by members\n' in p.show('servicegroup', 'every')
        assert 'Brought to it by\n  all  by hostgroup_name in objects.cfg:' in p.show('service', 'db1', 'disk', '--origin')


def test_what_has_no_name():
    with Place() as p:
        escalation, = p.json('hostescalation', 'web1')
        rows = {r['name']: (r['value'], r['source']) for r in escalation['values']}
        assert rows['contacts'] == ('bob', 'file') and rows['notification_interval'] == ('5', 'file') and escalation['line'] == line_of('define hostescalation {'), escalation
        assert len(p.json('servicedependency', 'web1', 'http')) == 1
        assert 'hostescalation of web1, defined in objects.cfg:' in p.show('hostescalation', 'web1', '--origin')
        for words, status, say in ((('hostescalation', 'db1'), 1, "'db1' has no hostescalation"), (('serviceescalation', 'db1', 'disk'), 1, "'db1;disk' has no serviceescalation"),
                                   (('hostescalation', 'wbe1'), 1, "did you mean 'web1'"), (('serviceescalation', 'web1'), 2, 'HOST SERVICE'),
                                   (('hostescalation', 'web1', 'http'), 2, 'hostescalation HOST'), (('hostextinfo', 'web1'), 2, 'show host NAME')):
            got, out, said = vigie('config', 'show', '-c', p.main, *words)
            assert got == status and not out and say in said and said.count('\n') == 1, (words, got, out, said)
        assert vigie('config', 'list', '-c', p.main, 'serviceescalation') == (0, '', '')
        out = vigie('config', 'list', '-c', p.main, 'servicedependency')[1]
        assert out == f'web1\thttp\t{p.d}/objects.cfg:{line_of("define servicedependency {")}\n', out


def test_where_files_are_told_from():
    """The main file is named from here and the others whole: they are told alike."""
    with Place() as p:
        with open(p.main, encoding='utf-8') as f:
            text = re.sub(r'(?m)^cfg_file=(?!/)', f'cfg_file={p.d}/', f.read())
        with open(p.main, 'w', encoding='utf-8') as f:
            f.write(text)
        for name in (os.path.basename(p.main), f'./{os.path.basename(p.main)}', f'{os.path.basename(p.d)}/{os.path.basename(p.main)}'):
            got = subprocess.run([VIGIE, 'config', 'show', '-c', name, 'host', 'web1'], cwd=os.path.dirname(p.d) if name[0] != '.' and '/' in name else p.d, capture_output=True, text=True, check=True).stdout
            assert 'defined in objects.cfg:' in got and f'{p.d}/' not in got, got


def test_names_of_services():
    with Place() as p:
        want = p.show('service', 'web1', 'http')
        for words in (('web1;http',), ('web1/http',), ('http',)):
            assert p.show('service', *words) == want, words
        assert p.json('service', 'disk-t')['template'] is True
        status, out, said = vigie('config', 'show', '-c', p.main, 'service', 'disk')
        assert status == 1 and not out and '2 hosts' in said and 'db1, web1' in said, said
        status, _, said = vigie('config', 'show', '-c', p.main, 'service', 'web1')
        assert status == 1 and "'web1' is a host" in said and 'disk' in said, said


def test_wrong_words():
    with Place() as p:
        for words, status, say in (
                (('show', '-c', p.main, 'host', 'wbe1'), 1, "did you mean 'web1'"), (('show', '-c', p.main, 'hots', 'web1'), 2, "did you mean 'host'"),
                (('show', '-c', p.main, 'service', 'web1', 'htp'), 1, "did you mean 'http'"),
                (('show', '-c', p.main, 'service', 'web1/htp'), 1, "did you mean 'http'"), (('show', '-c', p.main, 'service', 'wbe1;http'), 1, "did you mean 'web1'"),
                (('show', '-c', p.main, 'host'), 2, 'show host NAME'),
                (('show', '-c', p.main, 'main', 'x'), 2, 'show main'), (('shwo',), 2, 'show, list, diff or graph'), ((), 2, 'show|list|diff|graph'),
                (('show', '-c', '/nowhere.cfg', 'host', 'x'), 2, '/nowhere.cfg'), (('diff', p.main), 2, 'diff A B'),
                (('diff', p.main, '/nowhere.cfg'), 2, '/nowhere.cfg'), (('list', '-c', p.main, 'hosst'), 2, "did you mean 'host'"),
                (('list', '-c', p.main, '-o', 'yaml'), 2, 'text or json')):
            got, out, said = vigie('config', *words)
            assert got == status and not out and say in said and said.count('\n') == 1, (words, got, out, said)


def test_a_refused_configuration():
    with Place(OBJECTS + 'define host {\n host_name lost\n use nothing\n}\n') as p, Place() as whole:
        status, out, said = vigie('config', 'show', '-c', p.main, 'host', 'web1')
        assert status == 0 and '192.0.2.1' in out, (status, said)
        error = next(line for line in vigie('check', p.main)[1].splitlines() if ': error: ' in line)
        assert said == f'{error}\nvigie config: {p.main} is refused: 1 error\n', (said, error)
        status, out, said = vigie('config', 'diff', whole.main, p.main)
        assert status == 2 and not out and error in said, said


def test_secrets_are_masked():
    with Place() as p, Place(OBJECTS.replace('hush-web1', 'hush-new').replace('hush-hook', 'hush-post')) as q:
        q.put('resource.cfg', '$USER1$=/bin\n$USER3$=hush-other\n')
        commands = (('show', '-c', p.main, 'host', 'web1', '--origin'), ('show', '-c', p.main, 'host', 'base', '-o', 'json'), ('show', '-c', p.main, 'main', '--origin'),
                    ('show', '-c', p.main, 'contact', 'ann', '--origin'), ('diff', p.main, q.main), ('diff', p.main, q.main, '-o', 'json'))
        for words in commands:
            _, out, said = vigie('config', *words)
            assert 'hush' not in out + said and '********' in out, (words, out, said)
        if os.geteuid() == 0:
            for words in commands:
                assert 'hush' in vigie('config', *words, '--show-secrets')[1], words
            p_nobody = subprocess.run(['setpriv', '--reuid', '65534', '--clear-groups', os.environ.get('VIGIE', 'vigie'), 'config', 'show', 'main', '--show-secrets'],
                                      capture_output=True, text=True)
            assert p_nobody.returncode == 2 and 'root only' in p_nobody.stderr, p_nobody
        out = vigie('config', 'diff', p.main, q.main)[1]
        assert '~ contact ann\n    vigie_webhook: ******** -> ********' in out, out
        assert '_SNMP_COMMUNITY: ******** -> ******** (a secret that differs)' in out and '$USER3$: ********' in out, out


def test_diff_sees_effects_only():
    same = OBJECTS.replace(' use linux\n address', ' use linux\n check_command ok!1\n max_check_attempts 5\n address')  # said at another place
    same = re.sub(r'(define \w+ )\{', r'\1 {  ; told otherwise', same).replace('hostgroup_members webs,dbs', 'hostgroup_members dbs , webs')
    blocks = re.findall(r'define.*?\n\}\n', same, re.S)
    with Place() as p, Place(''.join(reversed(blocks)), extra='max_concurrent_checks=0\n') as q:
        status, out, said = vigie('config', 'diff', p.main, q.main)
        # the folder of the log alone
        assert (status, out) == (1, f'~ main\n    log_file: {p.d}/log -> {q.d}/log\n0 added, 0 removed, 1 changed\n'), (status, out, said)
    changed = (OBJECTS.replace('max_check_attempts 5', 'max_check_attempts 6').replace(' parents web1\n', '').replace('first_notification 2', 'first_notification 3')
               .replace(' use disk-t\n host_name web1', ' use disk-t\n host_name db1').replace('dependent_host_name web1', 'dependent_host_name db1'))
    with Place() as p:
        other = p.put('other.cfg', changed)
        q = p.put('new.cfg', open(p.main).read().replace('objects.cfg', other))
        status, out, said = vigie('config', 'diff', p.main, q)
        assert status == 1 and re.findall(r'^[-+~] .*$', out, re.M) == [
            '~ host db1', '~ host web1', '- hostescalation web1, notifications 2 to 4', '+ hostescalation web1, notifications 3 to 4', '+ service db1;http',
            '- service web1;http', '+ servicedependency db1;http on db1;disk', '+ servicedependency db1;http on db1;disk',
            '- servicedependency web1;http on db1;disk', '- servicedependency web1;http on db1;disk', '~ servicegroup every', '~ servicegroup front'], (out, said)
        assert '~ host db1\n    parents: web1 -> (not there)\n    max_check_attempts: 5 -> 6\n' in out, out


def test_diff_of_members():
    with Place() as p:
        other = p.put('other.cfg', OBJECTS.replace(' members web1\n', ' members web1,db1\n').replace('alias always', 'alias day'))
        q = p.put('new.cfg', open(p.main).read().replace('objects.cfg', other))
        status, out, _ = vigie('config', 'diff', p.main, q)
        assert status == 1 and out == ('~ hostgroup webs\n    members: web1 -> db1,web1\n~ timeperiod always\n    alias: always -> day\n'
                                       '0 added, 0 removed, 2 changed\n'), out
        d = json.loads(vigie('config', 'diff', p.main, q, '-o', 'json')[1])
        assert d == {'same': False, 'objects': [
            {'change': 'changed', 'type': 'hostgroup', 'name': 'webs', 'values': [{'name': 'members', 'old': 'web1', 'new': 'db1,web1'}]},
            {'change': 'changed', 'type': 'timeperiod', 'name': 'always', 'values': [{'name': 'alias', 'old': 'always', 'new': 'day'}]}]}, d
        status, out, _ = vigie('config', 'diff', p.main, p.main)
        assert status == 0 and out == 'They mean the same.\n'


def test_diff_of_a_template_is_told_once():
    many = OBJECTS + ''.join(f'define host {{\n host_name h{i}\n use linux\n}}\n' for i in range(8))
    with Place(many) as p:
        other = p.put('other.cfg', many.replace('max_check_attempts 5', 'max_check_attempts 6').replace('host_name h7\n use linux', 'host_name h7\n use linux\n alias seven'))
        q = p.put('new.cfg', open(p.main).read().replace('objects.cfg', other))
        out = vigie('config', 'diff', p.main, q)[1]
        assert out == ('~ host db1, h0, h1 and 6 more, alike\n    max_check_attempts: 5 -> 6\n~ host h7\n    alias: h7 -> seven\n    max_check_attempts: 5 -> 6\n'
                       '0 added, 0 removed, 10 changed\n'), out
        assert len(json.loads(vigie('config', 'diff', p.main, q, '-o', 'json')[1])['objects']) == 10


def test_graph_is_dot():
    odd = 'define host {\n host_name a "quoted\\\\ name\n use linux\n parents db1\n}\n'
    with Place(OBJECTS + odd) as p:
        status, out, said = vigie('config', 'graph', '-c', p.main)
        assert status == 0, said
        assert '  "web1" -> "db1";\n' in out and '  "db1;disk" -> "web1;http" [style=dashed, label="execution, notification"];\n' in out, out
        for line in out.splitlines()[4:-1]:
            word = r'"(?:[^"\\]|\\.)*"'
            assert re.fullmatch(rf'  {word}( -> {word}( \[style=dashed, label={word}\])?)?;', line), line
        if shutil.which('dot'):
            drawn = subprocess.run(['dot', '-Tplain'], input=out, capture_output=True, text=True)
            assert drawn.returncode == 0 and drawn.stdout.count('\nnode ') == 5, drawn


def test_list():
    with Place() as p:
        out = vigie('config', 'list', '-c', p.main, 'service')[1]
        assert [line.split('\t')[:2] for line in out.splitlines()] == [['db1', 'disk'], ['web1', 'disk'], ['web1', 'http']], out
        everything = json.loads(vigie('config', 'list', '-c', p.main, '-o', 'json')[1])
        assert {x['type'] for x in everything} == {'host', 'service', 'hostgroup', 'servicegroup', 'contact', 'contactgroup', 'command', 'timeperiod',
                                                  'servicedependency', 'hostescalation'}


def test_the_manual_knows_every_option():
    with open(os.path.join(SRC, 'docs/man/vigie.1'), encoding='utf-8') as f:
        page = f.read()
    said = vigie('config', '--help')[1]
    for name in re.findall(r'--([a-z-]+)', said):
        if name not in ('help',):
            assert f'Fl -{name}' in page, name
    for word in ('show', 'list', 'diff', 'graph'):
        assert re.search(rf'\.Cm config\n(.*\n)*?.*\b{word}\b', page), word


main()
