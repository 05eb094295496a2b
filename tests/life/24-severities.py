#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Severities and tags of Centreon Engine's configuration: whose they are, and lists by them."""
import json

from lib_vigie import Vigie, main, until, vigie


def obj(kind, **values):
    return f'define {kind} {{\n' + ''.join(f' {k} {v}\n' for k, v in values.items()) + '}\n'


def host(name, **more):
    return obj('host', use='th', host_name=name, address='127.0.0.1', active_checks_enabled='0', **more)


def service(name, **more):
    return obj('service', use='ts', host_name='h1', service_description=name, active_checks_enabled='0', max_check_attempts='1', **more)


OBJECTS = (
    obj('severity', id='1', severity_name='vital', level='1', icon_id='7', type='host') + obj('severity', id='1', severity_name='high', level='1', type='service')
    + obj('severity', id='2', severity_name='low', level='5', type='service') + obj('severity', id='9', severity_name='none', level='9', type='planet')
    + obj('tag', id='1', tag_name='web', type='hostgroup') + obj('tag', id='1', tag_name='web', type='servicegroup')
    + obj('tag', id='2', tag_name='paris', type='hostcategory') + obj('tag', id='3', tag_name='lyon', type='servicecategory')
    + host('h1', severity_id='1', group_tags='1', category_tags='2') + host('h2', category_tags='2,4', severity_id='2')
    + obj('service', name='graded', register='0', severity='2', category_tags='3')
    + service('a', severity_id='1') + service('b', group_tags='1') + service('c').replace('use ts', 'use graded,ts') + service('d'))


def names(answer):
    return [r['host'] + (';' + r['service'] if 'service' in r else '') for r in answer['resources']]


def test_severities_and_tags():
    with Vigie(objects=OBJECTS) as v:
        status, out, said = vigie('check', '-c', v.main)
        assert status == 0 and "there is no severity with the number '2' for a host" in said + out, said + out
        assert "there is no tag with the number '4' for a host" in said + out and 'this severity has no type that is known' in said + out
        assert 'not acted on' not in said + out or 'severity' not in (said + out).split('not acted on')[1], said + out
        v.start()

        def ctl(*words):
            status, out, said = vigie('ctl', words[0], '-c', v.main, *words[1:])
            assert status == 0, (words, status, out, said)
            return out

        def listed(*words):
            return names(json.loads(ctl('list', *words, '-o', 'json')))
        assert sorted(listed('--level', '1')) == ['h1', 'h1;a']
        assert listed('--level', '5,7') == ['h1;c']
        assert sorted(listed('--level', '1,5', '--kind', 'service')) == ['h1;a', 'h1;c']
        assert sorted(listed('--tag', 'web')) == ['h1', 'h1;b']
        assert sorted(listed('--tag', 'paris')) == ['h1', 'h2'] and listed('--tag', 'lyon') == ['h1;c']
        status, out, said = vigie('ctl', 'list', '-c', v.main, '--tag', 'pari')
        assert status == 1 and 'Did you mean paris?' in said, 'an empty list would look like good news'
        assert listed('--tag', 'web', '--level', '1') == ['h1']
        assert listed('--sort', 'severity_level')[2:3] == ['h1;c'] and set(listed('--sort', 'severity_level')[:2]) == {'h1', 'h1;a'}
        v.order('PROCESS_SERVICE_CHECK_RESULT;h1;a;2;bad')
        until(lambda: v.service('h1', 'a')['plugin_output'] == 'bad', 'the result')
        assert listed('--sort', 'severity_level')[:3] == ['h1;a', 'h1', 'h1;c'], 'in a level the worse comes first'
        shown = ctl('show', 'h1')
        assert 'severity       vital (level 1)\n' in shown and 'tags           web (hostgroup), paris (hostcategory)\n' in shown, shown
        assert 'severity' not in ctl('show', 'h1', 'd') and 'tags ' not in ctl('show', 'h1', 'd')
        detail = json.loads(ctl('show', 'h1', '-o', 'json'))
        assert detail['severity'] == {'name': 'vital', 'level': 1, 'icon': '7'}, detail
        assert detail['tags'] == [{'name': 'web', 'kind': 'hostgroup'}, {'name': 'paris', 'kind': 'hostcategory'}]
        status, out, said = vigie('ctl', 'list', '-c', v.main, '--level', 'high')
        assert status == 1 and 'severity level is a number' in said, said
        status, out, said = vigie('ctl', 'list', '-c', v.main, '--tag', 'web', '--at', '1h')
        assert status == 1 and 'leave severity_level and tag out' in said, said
        assert v.stop() == 0


main()
