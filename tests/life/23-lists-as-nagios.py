#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60
"""Every list of names in the language, with every form a list can have: verdict and resolved objects are those of nagios4."""
from lib_nagios import Box, need_nagios
from lib_vigie import main

BASE = '''
define command {
 command_name ok
 command_line /bin/true
}
define command {
 command_name ok2
 command_line /bin/true
}
define timeperiod {
 timeperiod_name p1
 alias p1
 monday 00:00-24:00
}
define timeperiod {
 timeperiod_name p2
 alias p2
 sunday 00:00-24:00
}
define contact {
 name ct
 register 0
 host_notification_commands ok
 service_notification_commands ok
 host_notification_options d
 service_notification_options c
}
define contact {
 use ct
 contact_name ann
}
define contact {
 use ct
 contact_name bob
}
define contactgroup {
 contactgroup_name cg1
 members ann
}
define contactgroup {
 contactgroup_name cg2
 members bob
}
define host {
 name ht
 register 0
 max_check_attempts 3
 contacts ann
}
define host {
 use ht
 host_name web1
}
define host {
 use ht
 host_name web2
}
define host {
 use ht
 host_name db1
}
define hostgroup {
 hostgroup_name webs
 members web1,web2
}
define hostgroup {
 hostgroup_name dbs
 members db1
}
define hostgroup {
 hostgroup_name none
}
define service {
 name st
 register 0
 check_command ok
 max_check_attempts 3
}
define service {
 use st
 host_name web1,web2,db1
 service_description ping
}
define service {
 use st
 host_name web1
 service_description http
}
define servicegroup {
 servicegroup_name sg1
 members web1,ping,web2,ping
}
define servicegroup {
 servicegroup_name sg2
 members db1,ping
}
define servicegroup {
 servicegroup_name none
}
'''
REGEXP = 'use_regexp_matching=1\n'
TRUE_REGEXP = REGEXP + 'use_true_regexp_matching=1\n'


def obj(kind, **lines):
    return f'define {kind} {{\n' + ''.join(f' {k} {v}\n' for k, v in lines.items()) + '}\n'


def service(**k):
    return obj('service', use='st', service_description='new', **k)


def host(**k):
    return obj('host', use='ht', host_name='x', **k)


def service_escalation(**k):
    return obj('serviceescalation', **{'contacts': 'bob', 'first_notification': '2', 'last_notification': '0', **k})


def host_escalation(**k):
    return obj('hostescalation', **{'contacts': 'bob', 'first_notification': '2', 'last_notification': '0', **k})


def host_dependency(**k):
    return obj('hostdependency', **{'notification_failure_criteria': 'd', **k})


def service_dependency(**k):
    return obj('servicedependency', **{'notification_failure_criteria': 'c', **k})


HOSTS, HGROUPS, CONTACTS, CGROUPS, SGROUPS, NAMES = ('web1', 'db1', 'web'), ('webs', 'dbs', 'web'), ('ann', 'bob', 'an'), ('cg1', 'cg2', 'cg'), \
    ('sg1', 'sg2', 'sg'), ('ping', 'http', 'pin')
ROWS = {  # the definition with a list in it; two names of the kind, and the beginning of the first
    'service host_name': (lambda v: service(host_name=v), HOSTS),
    'service hostgroup_name': (lambda v: service(hostgroup_name=v), HGROUPS),
    'service contacts': (lambda v: service(host_name='web1', contacts=v), CONTACTS),
    'service contact_groups': (lambda v: service(host_name='web1', contact_groups=v), CGROUPS),
    'service servicegroups': (lambda v: service(host_name='web1', servicegroups=v), SGROUPS),
    'service parents': (lambda v: service(host_name='web1', parents=v), NAMES),
    'host contacts': (lambda v: host(contacts=v), CONTACTS),
    'host contact_groups': (lambda v: host(contact_groups=v), CGROUPS),
    'host parents': (lambda v: host(parents=v), HOSTS),
    'host hostgroups': (lambda v: host(hostgroups=v), HGROUPS),
    'hostgroup members': (lambda v: obj('hostgroup', hostgroup_name='x', members=v), HOSTS),
    'hostgroup hostgroup_members': (lambda v: obj('hostgroup', hostgroup_name='x', hostgroup_members=v), HGROUPS),
    'contactgroup members': (lambda v: obj('contactgroup', contactgroup_name='x', members=v), CONTACTS),
    'contactgroup contactgroup_members': (lambda v: obj('contactgroup', contactgroup_name='x', contactgroup_members=v), CGROUPS),
    'contact contactgroups': (lambda v: obj('contact', use='ct', contact_name='x', contactgroups=v), CGROUPS),
    'contact host_notification_commands': (lambda v: obj('contact', use='ct', contact_name='x', host_notification_commands=v), ('ok', 'ok2', 'o')),
    'servicegroup servicegroup_members': (lambda v: obj('servicegroup', servicegroup_name='x', servicegroup_members=v), SGROUPS),
    'servicegroup members, host': (lambda v: obj('servicegroup', servicegroup_name='x', members=v + ',ping'), HOSTS),
    'servicegroup members, description': (lambda v: obj('servicegroup', servicegroup_name='x', members='web1,' + v), NAMES),
    'serviceescalation host_name': (lambda v: service_escalation(host_name=v, service_description='ping'), HOSTS),
    'serviceescalation hostgroup_name': (lambda v: service_escalation(hostgroup_name=v, service_description='ping'), HGROUPS),
    'serviceescalation servicegroup_name': (lambda v: service_escalation(servicegroup_name=v), SGROUPS),
    'serviceescalation service_description': (lambda v: service_escalation(host_name='web1', service_description=v), NAMES),
    'serviceescalation contacts': (lambda v: service_escalation(host_name='web1', service_description='ping', contacts=v), CONTACTS),
    'hostescalation contacts': (lambda v: host_escalation(host_name='web1', contacts=v), CONTACTS),
    'hostescalation contact_groups': (lambda v: host_escalation(host_name='web1', contacts='null', contact_groups=v), CGROUPS),
    'hostescalation host_name': (lambda v: host_escalation(host_name=v), HOSTS),
    'hostescalation hostgroup_name': (lambda v: host_escalation(hostgroup_name=v), HGROUPS),
    'hostdependency host_name': (lambda v: host() + host_dependency(host_name=v, dependent_host_name='x'), HOSTS),
    'hostdependency dependent_host_name': (lambda v: host() + host_dependency(host_name='x', dependent_host_name=v), HOSTS),
    'hostdependency hostgroup_name': (lambda v: host() + host_dependency(hostgroup_name=v, dependent_host_name='x'), HGROUPS),
    'hostdependency dependent_hostgroup_name': (lambda v: host() + host_dependency(host_name='x', dependent_hostgroup_name=v), HGROUPS),
    'servicedependency host_name': (lambda v: service_dependency(host_name=v, service_description='ping', dependent_host_name='web1',
                                                                 dependent_service_description='http'), HOSTS),
    'servicedependency hostgroup_name': (lambda v: service_dependency(hostgroup_name=v, service_description='ping', dependent_host_name='web1',
                                                                      dependent_service_description='http'), HGROUPS),
    'servicedependency servicegroup_name': (lambda v: service_dependency(servicegroup_name=v, dependent_host_name='web1',
                                                                         dependent_service_description='http'), SGROUPS),
    'servicedependency service_description': (lambda v: service(host_name='web1') + service_dependency(
        host_name='web1', service_description=v, dependent_host_name='web1', dependent_service_description='new'), NAMES),
    'servicedependency dependent_host_name': (lambda v: service_dependency(host_name='web1', service_description='http', dependent_host_name=v,
                                                                           dependent_service_description='ping'), HOSTS),
    'servicedependency dependent_servicegroup_name': (lambda v: service_dependency(host_name='web1', service_description='http',
                                                                                   dependent_servicegroup_name=v), SGROUPS),
    'servicedependency dependent_service_description': (lambda v: service(host_name='web1') + service_dependency(
        host_name='web1', service_description='new', dependent_host_name='web1', dependent_service_description=v), NAMES),
    'timeperiod exclude': (lambda v: obj('timeperiod', timeperiod_name='x', alias='x', exclude=v), ('p1', 'p2', 'p')),
    'hostextinfo host_name': (lambda v: obj('hostextinfo', host_name=v, notes='n'), HOSTS),
    'hostextinfo hostgroup_name': (lambda v: obj('hostextinfo', hostgroup_name=v, notes='n'), HGROUPS),
    'serviceextinfo host_name': (lambda v: obj('serviceextinfo', host_name=v, service_description='ping', notes='n'), HOSTS),
    'serviceextinfo hostgroup_name': (lambda v: obj('serviceextinfo', hostgroup_name=v, service_description='ping', notes='n'), HGROUPS),
    'serviceextinfo service_description': (lambda v: obj('serviceextinfo', host_name='web1', service_description=v, notes='n'), NAMES),
}
# a, b: names; r: how the first begins
FORMS = ['{a}', '{a},{b}', '*', '*,!{b}', '{a},!{b}', '!{b}', '{a},{b},!{b}', '{a},nix', '{a},!nix', 'nix', 'null', '+{a}', '{a},,{b}', '{a},', '{a} {b}',
         ' {a} , {b} ']
PATTERNS = ['{r}.*', '.*', '{a},zz.*', 'zz.*', '{r}(.*', '{r}?.*,{b}', '{a}']


def verdicts(text, main=''):
    with Box(BASE + text) as box:
        with open(box.main, 'a') as f:
            f.write(main)
        return box.nagios(), box.vigie()


def differs(text, main=''):
    """None, or what is wrong. What nagios4 refuses is our affair."""
    (theirs, said), (ours, ours_said) = verdicts(text, main)
    if theirs is None or theirs == ours:
        return None
    if ours is None:
        return 'nagios4 accepts it: ' + ' | '.join(line for line in ours_said.splitlines() if ' error: ' in line)
    return '; '.join(f'{k[0]}: nagios4 {theirs.get(k)}, vigie {ours.get(k)}' for k in sorted(set(theirs) | set(ours)) if theirs.get(k) != ours.get(k))


def run(forms, main=''):
    need_nagios()
    wrong = []
    for row, (make, (a, b, r)) in ROWS.items():
        for form in forms:
            value = form.format(a=a, b=b, r=r)
            why = differs(make(value), main)
            if why:
                wrong.append(f'{row} {value}: {why}')
    assert not wrong, f'{len(wrong)} lists:\n' + '\n'.join(wrong)


def test_lists():
    run(FORMS)


def test_patterns():
    run(PATTERNS, REGEXP)


def test_every_name_a_pattern():
    run(['{a}', '{r}', '^{r}', '{r}[0-9a-z]+$', '({a}|{b})'], TRUE_REGEXP)


def test_patterns_are_refused_without_the_switch():
    for row in ('service host_name', 'hostgroup members', 'serviceescalation service_description'):
        make, (_, _, r) = ROWS[row]
        _, (ours, said) = verdicts(make(r + '.*'))
        assert ours is None and ('there is no' in said or 'has no service' in said), said


RULES = {
    'an escalation adds to the contacts': host_escalation(host_name='web1', contacts='+bob') + service_escalation(host_name='web1', service_description='ping', contacts='+bob'),
    'an escalation adds to the groups': host_escalation(host_name='web1', contacts='null', contact_groups='+cg2'),
    'an escalation without contacts': host_escalation(host_name='web1', contacts='null'),
    'an escalation for a group and a host': host_escalation(hostgroup_name='webs', host_name='db1,!db1,!web1'),
    'an escalation for nobody left': service_escalation(host_name='*,!web2', service_description='ping'),
    'a service keeps nothing of its host': service(host_name='web1', contacts='null'),
    'a service adds to nothing': service(host_name='web1', contacts='+bob'),
    'a service without the period of its host': host(notification_period='p1') + obj('service', use='st', service_description='new', host_name='x', notification_period='null'),
    'a service with the period of its host': host(notification_period='p1', check_period='p2', notification_interval='7') + obj(
        'service', use='st', service_description='new', host_name='x'),
    'contacts of a template and own groups': obj('service', name='s2', use='st', register='0', contacts='bob') + obj(
        'service', use='s2', service_description='new', host_name='web1', contact_groups='cg1'),
    'dependents on the same host': service_dependency(host_name='web1', service_description='http', dependent_service_description='ping'),
    'masters on the same host': service_dependency(service_description='http', dependent_host_name='web1', dependent_service_description='ping'),
    'a host excluded from a group': service(hostgroup_name='webs', host_name='!web1'),
    'a group excluded': service(hostgroup_name='*,!webs'),
    'a group excluded from the hosts': service(host_name='*', hostgroup_name='!webs'),
    'the host itself over its group': service(hostgroup_name='webs', max_check_attempts='7') + service(host_name='web1', max_check_attempts='8'),
    'execution criteria of none': host_dependency(host_name='web1', dependent_host_name='web2', notification_failure_criteria='n', execution_failure_criteria='n'),
    'parents are pairs': service(host_name='web1', parents='web1,ping,web1,http'),
    'services excluded from a group': obj('servicegroup', servicegroup_name='x', members='web1,*,web1,!ping'),
}


def test_rules():
    need_nagios()
    wrong = [f'{name}: {why}' for name, text in RULES.items() for why in [differs(text)] if why]
    assert not wrong, '\n'.join(wrong)


REFUSED = {  # and the place
    'a host depends on itself': host_dependency(host_name='web1', dependent_host_name='web1'),
    'services depend in a circle': service_dependency(host_name='web1', service_description='ping', dependent_host_name='web2', dependent_service_description='ping')
                                   + service_dependency(host_name='web2', service_description='ping', dependent_host_name='web1', dependent_service_description='ping'),
    'hosts depend in a circle of three': ''.join(host_dependency(host_name=a, dependent_host_name=b) for a, b in (('web1', 'web2'), ('web2', 'db1'), ('db1', 'web1'))),
    'a dependency of nothing': service_dependency(host_name='web1', service_description='ping'),
    'an escalation for an empty group': host_escalation(hostgroup_name='none'),
    'an escalation for an empty service group': service_escalation(servicegroup_name='none'),
    'groups that leave nothing': host(hostgroups='webs,!webs'),
    'a comma too many': obj('hostgroup', hostgroup_name='x', hostgroup_members='webs,'),
    'all contacts': service(host_name='web1', contacts='*'),
    'a service that is its own parent': service(host_name='web1', parents='web1,new'),
    'hosts that are each other\'s parents': obj('host', use='ht', host_name='y', parents='z') + obj('host', use='ht', host_name='z', parents='y'),
}


def test_what_nagios_refuses():
    need_nagios()
    wrong = []
    for name, text in REFUSED.items():
        (theirs, _), (ours, said) = verdicts(text)
        if theirs is not None or ours is not None or 'objects.cfg:' not in said:
            wrong.append(f'{name}: nagios4 {"accepts" if theirs else "refuses"}, vigie {"accepts" if ours else "refuses"}: {said}')
    assert not wrong, '\n'.join(wrong)


main()
