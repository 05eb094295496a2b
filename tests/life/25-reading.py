#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=25
"""How files are read and objects resolved, rule by rule: one small configuration a rule, verdict and objects are those of nagios4. What other engines read beside it: at the end."""
import os

from lib_nagios import Box, difference, errors_of, need_nagios
from lib_vigie import SRC, main, vigie

BASE = '''
define command {
 command_name ok
 command_line /bin/true
}
define command {
 command_name ok2
 command_line /bin/true $ARG1$
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
define contact {
 use ct
 contact_name eve
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
}
define host {
 use ht
 host_name web1
 contacts ann
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
define servicegroup {
 servicegroup_name sg1
 members web1,ping,web2,ping
}
define servicegroup {
 servicegroup_name none
}
'''


def obj(kind, **lines):
    return f'define {kind} {{\n' + ''.join(f' {k.rstrip("_")} {v}\n' for k, v in lines.items()) + '}\n'


def host(name='x', **k):
    return obj('host', use_=k.pop('use', 'ht'), host_name=name, **k)


def service(name='new', **k):
    return obj('service', use_=k.pop('use', 'st'), service_description=name, **k)


def template(kind, name, **k):
    return obj(kind, name=name, register='0', **k)


def days(*lines):
    return 'define timeperiod {\n timeperiod_name x\n alias x\n' + ''.join(f' {line}\n' for line in lines) + '}\n'


H = 'define host {\n use ht\n host_name x\n'
LINES = {  # the text of objects.cfg behind BASE
    'a comment behind a value': H + ' alias a name ; not this\n}\n',
    'a semicolon kept by a backslash': H + ' alias a\\; b ; c\n}\n',
    'a semicolon without a blank': H + ' alias a;b\n}\n',
    'a # within a value': H + ' alias a # b\n}\n',
    'a comment line within': H + '# alias y\n; alias z\n \t# alias w\n}\n',
    'a comment behind the brace': 'define host { ; here\n use ht ; x\n host_name x\n} ; there\n',
    'tabs': 'define\thost\t{\n\tuse\t\tht\n\t\thost_name\t x \t\n\talias\ta\tb\n\t}\n',
    'no blank before the brace': 'define host{\n use ht\n host_name x\n}\n',
    'a blank before define': '  \t define host {\n use ht\n host_name x\n  }\n',
    'no blanks at the beginning': 'define host {\nuse ht\nhost_name x\n}\n',
    'all in one line': 'define host { use ht\n host_name x\n}\n',
    'wholly in one line': 'define host{ use ht; host_name x }\n',
    'the brace in the next line': 'define host\n{\n use ht\n host_name x\n}\n',
    'text behind the closing brace': H + '} host_name y\n',
    'a brace behind a value': H + ' alias x }\n}\n',
    'a brace as value': H + ' alias }\n}\n',
    'a missing brace at the end': H,
    'a missing brace between': H + obj('host', use_='ht', host_name='y'),
    'a define within': H + 'define service {\n host_name x\n}\n}\n',
    'a brace too many': H + '}\n}\n',
    'a directive outside': 'alias x\n',
    'an unknown directive': H + ' colour red\n}\n',
    'an unknown object': 'define printer {\n name x\n}\n',
    'DEFINE in capitals': 'DEFINE host {\n use ht\n host_name x\n}\n',
    'a kind in capitals': 'define HOST {\n use ht\n host_name x\n}\n',
    'a directive in capitals': H + ' ALIAS y\n}\n',
    'a directive without a value': H + ' alias\n}\n',
    'a directive without a value, with blanks': H + ' notes \t \n}\n',
    'the same directive twice': H + ' alias a\n alias b\n}\n',
    'the same list twice': H + ' contacts ann\n contacts bob\n}\n',
    'a continued line': H + ' alias a \\\n b\n}\n',
    'a continued list': H + ' contacts ann,\\\nbob\n}\n',
    'a continued list, twice': H + ' contacts \\\n ann,\\\n bob\n}\n',
    'a backslash and a blank': H + ' alias a \\ \n}\n',
    'two backslashes at the end': H + ' alias a\\\\\n notes b\n}\n',
    'three backslashes at the end': H + ' alias a\\\\\\\n notes b\n}\n',
    'a backslash within': H + ' alias a\\b\\\\c\n}\n',
    'a continued comment': H + '# a \\\n alias y\n}\n',
    'a backslash at the end of the file': H + '}\n#\\',
    'CRLF': (H + ' alias y z\n}\n').replace('\n', '\r\n'),
    'CRLF and continuation': (H + ' alias y \\\n z\n}\n').replace('\n', '\r\n'),
    'CR alone': H.replace('\n', '\r') + '}\r',
    'CR within': H + ' alias a\rb\n}\n',
    'UTF-8': H + ' alias é€𝄞\n}\n',
    'a name in UTF-8': 'define host {\n use ht\n host_name höst-日本\n}\n',
    'Latin-1': H + ' alias caf\udce9\n}\n',
    'NUL within': H + ' alias a\0b\n notes c\n}\n',
    'a form feed': H + ' alias a\fb\n\f\n}\n',
    'no line feed at the end': H + '}',
    'a long line': H + ' alias ' + 'y' * 70000 + '\n}\n',
    'many lists in one line': H + ' contacts ' + ','.join(['ann', 'bob'] * 5000) + '\n}\n',
    'blanks in a name': 'define host {\n use ht\n host_name  x   y \n}\n',
    'a forbidden sign in a name': 'define host {\n use ht\n host_name x$\n}\n',
    'include_file among objects': 'include_file=nix.cfg\n',
    'cfg_file among objects': 'cfg_file=nix.cfg\n',
}
FILES = {  # main file, files beside it
    'cfg_dir, and folders within': ('cfg_dir=HERE/d\n', {'d/a.cfg': BASE, 'd/e/f/b.cfg': host('x'), 'd/c.txt': 'nonsense', 'd/.h.cfg': 'nonsense', 'd/e/g.cfg~': 'nonsense'}),
    'cfg_dir of nothing': ('cfg_file=HERE/objects.cfg\ncfg_dir=HERE/nix\n', {}),
    'cfg_file of nothing': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/nix.cfg\n', {}),
    'a relative cfg_file': ('cfg_file=objects.cfg\n', {}),
    'a relative cfg_file below': ('cfg_file=objects.cfg\ncfg_file=./d/../d/a.cfg\n', {'d/a.cfg': host('x')}),
    'a relative cfg_dir': ('cfg_file=objects.cfg\ncfg_dir=d/\n', {'d/a.cfg': host('x')}),
    'a file twice': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/objects.cfg\n', {}),
    'a file by name and by folder': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/d/a.cfg\ncfg_dir=HERE/d\n', {'d/a.cfg': host('x')}),
    'blanks around =': (' cfg_file = HERE/objects.cfg \n', {}),
    'a comment behind a path': ('cfg_file=HERE/objects.cfg ; here\n', {}),
    'a line without =': ('cfg_file=HERE/objects.cfg\nnonsense\n', {}),
    'an empty value': ('cfg_file=HERE/objects.cfg\nadmin_email=\n', {}),
    'an unknown directive': ('cfg_file=HERE/objects.cfg\ncolour=red\n', {}),
    'a directive in capitals': ('cfg_file=HERE/objects.cfg\nLOG_FILE=x\n', {}),
    'the main file in CRLF': ('cfg_file=HERE/objects.cfg\r\ninterval_length=30\r\n', {}),
    'the main file continued': ('cfg_file=HERE/\\\nobjects.cfg\n', {}),
    'a comment continued': ('cfg_file=HERE/objects.cfg\n# \\\ncolour=red\n', {}),
    'a ; comment': ('cfg_file=HERE/objects.cfg\n; colour\n', {}),
    'two resource files': ('cfg_file=HERE/objects.cfg\nresource_file=HERE/r2.cfg\n', {'r2.cfg': '# x\n\n$USER2$=/bin\n$USER256$=y\n$USER257$=z\n$NIX$=1\nnonsense=2\n'}),
    'a resource file of nothing': ('cfg_file=HERE/objects.cfg\nresource_file=HERE/nix.cfg\n', {}),
    'a resource file with an empty value': ('cfg_file=HERE/objects.cfg\nresource_file=HERE/r2.cfg\n', {'r2.cfg': '$USER2$=\n'}),
    'a resource line without =': ('cfg_file=HERE/objects.cfg\nresource_file=HERE/r2.cfg\n', {'r2.cfg': '$USER2$\n'}),
    'include_file': ('cfg_file=HERE/objects.cfg\ninclude_file=HERE/more.cfg\n', {'more.cfg': 'interval_length=30\n'}),
    'no cfg_file': ('interval_length=60\n', {}),
    'an empty file': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/e.cfg\n', {'e.cfg': ''}),
    'a folder as cfg_file': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/d\n', {'d/a.cfg': host('x')}),
    'a file as cfg_dir': ('cfg_file=HERE/objects.cfg\ncfg_dir=HERE/objects.cfg\n', {}),
    'a definition over two files': ('cfg_file=HERE/objects.cfg\ncfg_file=HERE/a.cfg\ncfg_file=HERE/b.cfg\n', {'a.cfg': 'define host {\n use ht\n', 'b.cfg': ' host_name x\n}\n'}),
}

A = template('host', 'a', contacts='ann', check_interval='3', _V='a', _W='wa', notes='na', hostgroups='webs', parents='web1')
B = template('host', 'b', use_='a', contacts='+bob', check_interval='4', _v='b')
C3 = template('host', 'c', use_='b', contacts='+eve')
D = template('host', 'd', contacts='eve', retry_interval='7', notes='nd', hostgroups='dbs')
RULES = {
    # templates
    'three levels': A + B + C3 + host(use='ht,c'),
    'three levels, one taken back': A + B + C3 + host(use='ht,c', check_interval='null'),
    '+ through three levels': A + B + C3 + host(use='ht,c', contacts='+ann'),
    '+ stopped by a plain list': A + B + template('host', 'c', use_='b', contacts='eve') + host(use='ht,c', contacts='+bob'),
    '+ with nothing to add to': host(contacts='+bob'),
    '+ over two templates': A + D + host(use='ht,a,d', contacts='+bob'),
    '+ in the first of two templates': template('host', 'p', contacts='+bob') + A + host(use='ht,p,a'),
    '+ in both of two templates': template('host', 'p', contacts='+bob') + template('host', 'q', contacts='+eve') + host(use='ht,p,q'),
    '+ with a blank': A + host(use='ht,a', contacts='+ bob'),
    '+ twice': A + host(use='ht,a', contacts='++bob'),
    '+ within a list': A + host(use='ht,a', contacts='bob,+eve'),
    '+ on host groups': A + host(use='ht,a', hostgroups='+dbs'),
    '+ on parents': A + host(use='ht,a', parents='+db1'),
    '+ on service groups': template('service', 's', use_='st', servicegroups='sg1') + service(use='s', host_name='web1', servicegroups='+none'),
    '+ on a name': host(notes='+x', alias='+y'),
    '+ on host_name of a service': template('service', 's', use_='st', host_name='web1') + service(use='s', host_name='+web2'),
    '+ on hostgroup_name of a service': template('service', 's', use_='st', hostgroup_name='webs') + service(use='s', hostgroup_name='+dbs'),
    '+ on members': template('hostgroup', 'g', members='web1') + obj('hostgroup', use_='g', hostgroup_name='x', members='+db1'),
    '+ on members of contacts': template('contactgroup', 'g', members='ann') + obj('contactgroup', use_='g', contactgroup_name='x', members='+bob'),
    '+ on the contacts of an escalation': template('hostescalation', 'g', contacts='ann', first_notification='1', last_notification='0') + obj(
        'hostescalation', use_='g', host_name='web1', contacts='+bob'),
    'null at the first level': A + host(use='ht,a', contacts='null', notes='null', hostgroups='null', parents='null'),
    'null at the second level': A + template('host', 'b', use_='a', contacts='null', notes='null', hostgroups='null') + host(use='ht,b'),
    'null at the second level, said again': A + template('host', 'b', use_='a', contacts='null') + host(use='ht,b', contacts='+bob'),
    'null in the first of two templates': template('host', 'n', contacts='null', notes='null') + A + host(use='ht,n,a'),
    'null at the top': template('host', 'n', contacts='null') + template('host', 'm', use_='n', contacts='+bob') + host(use='ht,m'),
    'null for a command': host(check_command='null', event_handler='null') + service(host_name='x', check_command='null'),
    'null for a period': host(check_period='null', notification_period='null'),
    'null for a number': host(check_interval='null', max_check_attempts='null'),
    'null for the description': service(name='null', host_name='web1'),
    'null for host_name': template('service', 's', use_='st', host_name='web1') + service(use='s', host_name='null', hostgroup_name='dbs'),
    'NULL in capitals': A + host(use='ht,a', contacts='NULL'),
    'null within a list': A + host(use='ht,a', contacts='bob,null'),
    'null for a custom variable': A + host(use='ht,a', _V='null'),
    'a template of itself': template('host', 'l', use_='l') + host(use='ht,l'),
    'templates in a circle': template('host', 'l', use_='m') + template('host', 'm', use_='l', contacts='bob') + host(use='ht,l'),
    'a template that is not there': host(use='ht,nix'),
    'a template of another kind': host(use='ht,st'),
    'a template that is registered': obj('host', name='r', use_='ht', host_name='y', contacts='bob', notes='n', alias='l', address='1.2.3.4') + host(use='r'),
    'a name of a host is no template': host(use='web1'),
    'two templates of one name': template('host', 'l', notes='1') + template('host', 'l', notes='2') + host(use='ht,l'),
    'a template used twice': A + host(use='ht,a,a'),
    'a template used before it is defined': host(use='ht,late') + template('host', 'late', notes='n'),
    'a comma behind the templates': host(use='ht,'),
    'a comma before the templates': host(use=',ht'),
    'no template named': host(use=''),
    'use twice': A + 'define host {\n use ht\n use a\n host_name x\n}\n',
    'register 1': obj('host', use_='ht', host_name='x', register='1'),
    'register 2': obj('host', use_='ht', host_name='x', register='2'),
    'register of a word': obj('host', use_='ht', host_name='x', register='yes'),
    'register is not inherited': template('host', 'l', notes='n') + host(use='ht,l'),
    'a template without a name': obj('host', register='0', notes='n'),
    'a name in a template': template('host', 'l', host_name='x', use_='ht') + obj('host', use_='l'),
    'an unregistered service names a host that is not there': obj('service', register='0', use_='st', host_name='nix', service_description='y'),
    'a wrong value in a template that nobody uses': template('host', 'l', max_check_attempts='0', check_interval='-5', contacts='nix'),
    'a wrong number in a template that nobody uses': template('host', 'l', max_check_attempts='x'),
    # custom variables
    'custom variables of several levels': A + B + host(use='ht,b', _X='own', _W='over'),
    'custom variables differ in case only': host(_abc='1', _ABC='2'),
    'a custom variable with blanks and signs': host(_ABC='a  b,c $HOSTNAME$ !x'),
    'a custom variable without a value': 'define host {\n use ht\n host_name x\n _abc\n}\n',
    'a custom variable without a name': host(_='x'),
    'custom variables of services and contacts': service(host_name='web1', _p='1') + obj('contact', use_='ct', contact_name='x', _q='2'),
    'a custom variable of a service template on two hosts': template('service', 's', use_='st', _p='1') + service(use='s', host_name='web1,db1'),
    # services on hosts and groups
    'a service for all hosts': service(host_name='*'),
    'a service for all but one': service(host_name='*,!web1'),
    'a service for all but one, other order': service(host_name='!web1,*'),
    'a service for all groups': service(hostgroup_name='*'),
    'a service for all groups but one': service(hostgroup_name='*,!webs'),
    'a service for a group but one host': service(hostgroup_name='webs', host_name='!web1'),
    'a service for a host and not its group': service(host_name='web1,db1', hostgroup_name='!webs'),
    'a service for an empty group': service(hostgroup_name='none'),
    'a service for an empty group and a host': service(hostgroup_name='none', host_name='web1'),
    'a service for nothing': obj('service', use_='st', service_description='new'),
    'a service for nothing left': service(host_name='web1,!web1'),
    'a service without a description': obj('service', use_='st', host_name='web1'),
    'a service on a host that is not there': service(host_name='web1,nix'),
    'a service twice on one host': service(host_name='web1', notes='1') + service(host_name='web1', notes='2'),
    'a service twice in one list': service(host_name='web1,web1'),
    'a service by host and by group': service(host_name='web1', hostgroup_name='webs'),
    'a service by host over one by group': service(hostgroup_name='webs', notes='g') + service(host_name='web1', notes='h'),
    'a service by host over one by group, other order': service(host_name='web1', notes='h') + service(hostgroup_name='webs', notes='g'),
    'a service by two groups': obj('hostgroup', hostgroup_name='two', members='web1') + service(hostgroup_name='webs', notes='1') + service(hostgroup_name='two', notes='2'),
    'a service by * over one by group': service(hostgroup_name='webs', notes='g') + service(host_name='*', notes='h'),
    'a service by both over a group': service(hostgroup_name='webs', notes='g') + service(host_name='web1', hostgroup_name='dbs', notes='h'),
    'descriptions differ in case only': service(name='New', host_name='web1') + service(name='new', host_name='web1'),
    'descriptions with blanks': service(name=' a  b ', host_name='web1') + obj('servicegroup', servicegroup_name='x', members='web1,a  b'),
    # groups
    'groups within groups': obj('hostgroup', hostgroup_name='y', hostgroup_members='webs,dbs') + obj('hostgroup', hostgroup_name='x', hostgroup_members='y', members='db1'),
    'groups within groups, other order': obj('hostgroup', hostgroup_name='x', hostgroup_members='y') + obj('hostgroup', hostgroup_name='y', hostgroup_members='webs'),
    'a group within itself': obj('hostgroup', hostgroup_name='x', members='db1', hostgroup_members='x'),
    'groups in a circle': obj('hostgroup', hostgroup_name='x', members='db1', hostgroup_members='y') + obj('hostgroup', hostgroup_name='y', members='web1', hostgroup_members='x'),
    'a group of all': obj('hostgroup', hostgroup_name='x', members='*'),
    'a group of all but one': obj('hostgroup', hostgroup_name='x', members='*,!web1'),
    'a group of none but !': obj('hostgroup', hostgroup_name='x', members='!web1'),
    'a group twice': obj('hostgroup', hostgroup_name='x', members='web1') + obj('hostgroup', hostgroup_name='x', members='web2'),
    'a member twice': obj('hostgroup', hostgroup_name='x', members='web1,web1') + host('y', hostgroups='x,x'),
    'a group that is not there': host(hostgroups='nix'),
    'a member that is not there': obj('hostgroup', hostgroup_name='x', members='nix'),
    'a group within that is not there': obj('hostgroup', hostgroup_name='x', hostgroup_members='nix'),
    'members and hostgroups': obj('hostgroup', hostgroup_name='x', members='web1') + host('y', hostgroups='x'),
    'hostgroups of a template that nobody uses': template('host', 'l', hostgroups='none'),
    'an empty contact group': obj('contactgroup', contactgroup_name='x') + host(contact_groups='x'),
    'contact groups within': obj('contactgroup', contactgroup_name='x', contactgroup_members='cg1,cg2') + host(contact_groups='x'),
    'contact groups in a circle': obj('contactgroup', contactgroup_name='x', contactgroup_members='y') + obj('contactgroup', contactgroup_name='y', contactgroup_members='x'),
    'all contacts but one': obj('contactgroup', contactgroup_name='x', members='*,!bob'),
    'service groups by members and services': service(host_name='web1', servicegroups='none,sg1') + obj('servicegroup', servicegroup_name='x', servicegroup_members='none'),
    'a service group of services that are on a group': service(hostgroup_name='webs') + obj('servicegroup', servicegroup_name='x', members='web1,new,web2,new'),
    'a service group of all on a host': obj('servicegroup', servicegroup_name='x', members='web1,*'),
    'a service group of all': obj('servicegroup', servicegroup_name='x', members='*,ping'),
    'a service group with half a pair': obj('servicegroup', servicegroup_name='x', members='web1,ping,web2'),
    'a service group of a service that is not there': obj('servicegroup', servicegroup_name='x', members='web1,nix'),
    'a service group in a circle': obj('servicegroup', servicegroup_name='x', servicegroup_members='y') + obj('servicegroup', servicegroup_name='y', servicegroup_members='x'),
}


def escalation(kind='host', **k):
    return obj(kind + 'escalation', **{'contacts': 'bob', 'first_notification': '2', 'last_notification': '0', 'notification_interval': '5', **k})


def dependency(kind='host', **k):
    return obj(kind + 'dependency', **{'notification_failure_criteria': 'd' if kind == 'host' else 'c', **k})


FULL = host('x', contacts='ann', contact_groups='cg2', notification_interval='7', notification_period='p1', check_period='p2', notification_options='d', _Z='1',
            check_interval='9', first_notification_delay='4', event_handler='ok', notes='n', icon_image='i')
RULES.update({
    # from host to service
    'a service takes from its host': FULL + service(host_name='x'),
    'a service with contacts takes no groups': FULL + service(host_name='x', contacts='bob'),
    'a service with groups takes no contacts': FULL + service(host_name='x', contact_groups='cg1'),
    'a service with null contacts': FULL + service(host_name='x', contacts='null'),
    'a service with null contacts and groups': FULL + service(host_name='x', contacts='null', contact_groups='null'),
    'a service adds to the contacts of its host': FULL + service(host_name='x', contacts='+bob', contact_groups='+cg1'),
    'a service with an own interval and period': FULL + service(host_name='x', notification_interval='1', notification_period='p2'),
    'a service with an interval of a template': FULL + template('service', 's', use_='st', notification_interval='2') + service(use='s', host_name='x'),
    'a service with null for the period': FULL + service(host_name='x', notification_period='null'),
    'a service of several hosts': FULL + host('y', contacts='eve', notification_interval='0') + service(host_name='x,y,web1'),
    'a service on a group takes from each host': FULL + obj('hostgroup', hostgroup_name='two', members='x,web1') + service(hostgroup_name='two'),
    'a host whose contacts come by a template': A + host(use='ht,a') + service(host_name='x'),
    # escalations
    'an escalation of a host': escalation(host_name='web1,web2', escalation_options='d,r', escalation_period='p1'),
    'an escalation of a group': escalation(hostgroup_name='webs'),
    'an escalation of all but one': escalation(host_name='*,!web1'),
    'an escalation of a group but one': escalation(hostgroup_name='webs', host_name='!web2'),
    'an escalation without contacts takes those of the host': FULL + obj('hostescalation', host_name='x', first_notification='2', last_notification='3'),
    'an escalation of services without contacts': FULL + service(host_name='x') + obj('serviceescalation', host_name='x', service_description='new', first_notification='2', last_notification='3'),
    'an escalation of a service group': escalation('service', servicegroup_name='sg1'),
    'an escalation of a service group and a host': escalation('service', servicegroup_name='sg1', host_name='db1', service_description='ping'),
    'an escalation of all services of a host': escalation('service', host_name='web1', service_description='*'),
    'an escalation of all services of a group': service(host_name='web1') + escalation('service', hostgroup_name='webs', service_description='*,!new'),
    'an escalation of two services': service(host_name='web1') + escalation('service', host_name='web1', service_description='ping,new'),
    'an escalation of a service that is not there': escalation('service', host_name='web1', service_description='nix'),
    'an escalation of a service that only one host has': service(host_name='web1') + escalation('service', hostgroup_name='webs', service_description='new'),
    'an escalation without a host': obj('hostescalation', contacts='bob', first_notification='1', last_notification='2'),
    'an escalation without a service': escalation('service', host_name='web1'),
    'an escalation with unknown contacts': escalation(host_name='web1', contacts='nix'),
    'an escalation by template': template('serviceescalation', 'e', contact_groups='cg1', first_notification='1', last_notification='2', host_name='web1') + obj(
        'serviceescalation', use_='e', service_description='ping'),
    # dependencies
    'a dependency of hosts': dependency(host_name='web1', dependent_host_name='web2,db1', execution_failure_criteria='d,u,p', inherits_parent='1', dependency_period='p1'),
    'a dependency of groups': dependency(hostgroup_name='webs', dependent_hostgroup_name='dbs'),
    'a dependency of a group on a host': dependency(host_name='db1', dependent_hostgroup_name='webs'),
    'a dependency of a group on one of its own': dependency(host_name='web1', dependent_hostgroup_name='webs'),
    'a dependency on an empty group': dependency(hostgroup_name='none', dependent_host_name='web1'),
    'a dependency without criteria': obj('hostdependency', host_name='web1', dependent_host_name='web2'),
    'a dependency of all': dependency(host_name='web1', dependent_host_name='*,!web1'),
    'a dependency of services': service(host_name='web1') + dependency('service', host_name='web1', service_description='ping', dependent_host_name='web1', dependent_service_description='new'),
    'a dependency on the same host': service(host_name='web1') + dependency('service', host_name='web1', service_description='ping', dependent_service_description='new'),
    'a dependency on the same host, of a group': service(hostgroup_name='webs') + dependency('service', hostgroup_name='webs', service_description='ping', dependent_service_description='new'),
    'a dependency on the same host, where one lacks it': service(host_name='web1') + dependency('service', hostgroup_name='webs', service_description='ping', dependent_service_description='new'),
    'a dependency of service groups': service(host_name='db1', servicegroups='none') + dependency('service', servicegroup_name='sg1', dependent_servicegroup_name='none'),
    'a dependency of a service group on a service': dependency('service', host_name='db1', service_description='ping', dependent_servicegroup_name='sg1'),
    'a dependency of groups of hosts and services': service(host_name='db1') + dependency('service', hostgroup_name='webs', service_description='ping', dependent_hostgroup_name='dbs',
                                                                                          dependent_service_description='new'),
    'a dependency of all services': service(host_name='web1') + dependency('service', host_name='db1', service_description='ping', dependent_host_name='web1', dependent_service_description='*'),
    'a dependency on itself': dependency('service', host_name='web1', service_description='ping', dependent_host_name='web1', dependent_service_description='ping'),
    'a dependency twice': dependency(host_name='web1', dependent_host_name='web2') * 2,
    'a dependency with unknown letters': dependency(host_name='web1', dependent_host_name='web2', notification_failure_criteria='x'),
    # hosts
    'a host twice': host('x', notes='1') + host('x', notes='2'),
    'a host without services': host('x'),
    'a host without a name': obj('host', use_='ht', alias='x'),
    'a host without attempts': obj('host', host_name='x'),
    'attempts of 0': host(max_check_attempts='0'),
    'attempts below 0': host(max_check_attempts='-1'),
    'parents in a circle': host('x', parents='y') + host('y', parents='x'),
    'a host its own parent': host('x', parents='x'),
    'a parent that is not there': host('x', parents='nix'),
    'parents twice': host('x', parents='web1,web1'),
    'a command that is not there': host(check_command='nix!1'),
    'a command with arguments': host(check_command='ok2!a b!c\\!d!!e!$USER5$'),
    'a command with a blank before !': host(check_command='ok2 !a'),
    'an interval of fractions': host(check_interval='0.25', retry_interval='1.75', notification_interval='.5'),
    'an interval with text': host(check_interval='5m'),
    'intervals below 0': host(check_interval='-1'),
    'a period that is not there': host(check_period='nix'),
    'all options': host(notification_options='a', flap_detection_options='a', stalking_options='a'),
    'no options': host(notification_options='n', flap_detection_options='n', stalking_options='n'),
    'options with blanks': host(notification_options='d , u,  r'),
    'options as words': host(notification_options='down,unreachable'),
    'options without commas': host(notification_options='dur'),
    'coordinates': host(**{'2d_coords': '1,2', '3d_coords': '1.5,2,3'}),
    'half coordinates': host(**{'2d_coords': '1'}),
    'old names': host(normal_check_interval='3', retry_check_interval='4', checks_enabled='0', obsess_over_host='0', gd2_image='x', failure_prediction_enabled='0', host_groups='webs'),
    'a switch of 2': host(active_checks_enabled='2'),
    'a switch of a word': host(active_checks_enabled='no'),
    'extended information': obj('hostextinfo', host_name='web1', notes='n', icon_image='i', **{'2d_coords': '3,4'}) + obj('serviceextinfo', host_name='web1', service_description='ping', notes='n'),
    'extended information does not replace': host('x', notes='own') + obj('hostextinfo', host_name='x', notes='ext', notes_url='u'),
    # contacts
    'a contact without commands': obj('contact', contact_name='x', host_notification_options='d', service_notification_options='c'),
    'a contact without host commands': obj('contact', contact_name='x', service_notification_commands='ok'),
    'a contact without options': obj('contact', contact_name='x', host_notification_commands='ok', service_notification_commands='ok'),
    'a contact twice': obj('contact', use_='ct', contact_name='x') * 2,
    'a contact with commands and arguments': obj('contact', use_='ct', contact_name='x', host_notification_commands='ok2!a,ok', service_notification_commands='ok, ok2!b!c'),
    'a contact with unknown commands': obj('contact', use_='ct', contact_name='x', host_notification_commands='nix'),
    'a contact with addresses': obj('contact', use_='ct', contact_name='x', email='a@b', address1='1', address6='6', pager='p'),
    'a contact with address7': obj('contact', use_='ct', contact_name='x', address7='7'),
    'a contact that joins groups': obj('contact', use_='ct', contact_name='x', contactgroups='cg1,cg2'),
    'importance': obj('contact', use_='ct', contact_name='x', minimum_importance='3') + host(importance='4') + service(host_name='x', hourly_value='5'),
    'a command twice': obj('command', command_name='ok', command_line='/bin/false'),
    'a command without a line': obj('command', command_name='x'),
    'a command line with a semicolon': obj('command', command_name='x', command_line='/bin/sh -c "a; b"'),
    'a command line with an escaped semicolon': obj('command', command_name='x', command_line='/bin/sh -c "a\\; b" ; c'),
    'a command by template': template('command', 'c', command_line='/bin/true') + obj('command', use_='c', command_name='x'),
    # periods
    'hours': days('monday 00:00-24:00', 'tuesday 09:00-12:00,13:00-17:00', 'friday 00:00-00:00'),
    'hours beyond': days('monday 00:00-24:01'),
    'hours beyond, 25': days('monday 00:00-25:00'),
    'hours backwards': days('monday 22:00-06:00'),
    'hours with blanks': days('monday 09:00 - 12:00 , 13:00-14:00'),
    'hours of one digit': days('monday 9:0-12:5'),
    'hours without minutes': days('monday 9-12'),
    'hours of words': days('monday all'),
    'no hours': days('monday'),
    'a day twice': days('monday 01:00-02:00', 'monday 03:00-04:00'),
    'a day in capitals': days('MONDAY 01:00-02:00'),
    'a day cut short': days('mon 01:00-02:00'),
    'dates': days('2026-12-25 00:00-00:00', '2026-12-24 - 2027-01-02 09:00-10:00', '2026-01-01 - 2026-12-31 / 7 01:00-02:00', '2026-01-01 / 3 03:00-04:00'),
    'days of months': days('december 25 00:00-24:00', 'day 1 00:00-01:00', 'day -1 00:00-02:00', 'february -1 00:00-03:00', 'day 2 - 5 00:00-04:00', 'april 10 - may 15 00:00-05:00',
                           'april 10 - 20 00:00-06:00', 'day 1 - 15 / 5 00:00-07:00', 'july 10 - 15 / 2 00:00-08:00'),
    'weekdays of months': days('monday 3 00:00-01:00', 'thursday -1 november 00:00-02:00', 'monday 1 - friday 2 00:00-03:00', 'tuesday 1 april - friday 2 may 00:00-04:00',
                               'tuesday 1 april - friday 2 may / 6 00:00-05:00', 'monday 3 - thursday 4 / 2 00:00-06:00'),
    'a date that no calendar has': days('2026-02-30 00:00-24:00'),
    'a date of nothing': days('smarch 1 00:00-24:00'),
    'exclusions': days('monday 00:00-24:00', 'exclude p1,p2'),
    'exclusions of itself': days('monday 00:00-24:00', 'exclude x'),
    'exclusions in a circle': days('monday 00:00-24:00', 'exclude y') + obj('timeperiod', timeperiod_name='y', alias='y', exclude='x'),
    'exclusions of nothing': days('exclude nix'),
    'a period without alias': obj('timeperiod', timeperiod_name='x', monday='00:00-24:00'),
    'a period twice': days('monday 00:00-24:00') * 2,
    'a period by template': template('timeperiod', 't', monday='01:00-02:00', tuesday='03:00-04:00', exclude='p1') + obj('timeperiod', use_='t', timeperiod_name='x', alias='x', monday='05:00-06:00'),
    'a day of null': template('timeperiod', 't', monday='01:00-02:00') + obj('timeperiod', use_='t', timeperiod_name='x', alias='x', monday='null'),
})
SOME, ALL = 'use_regexp_matching=1\n', 'use_regexp_matching=1\nuse_true_regexp_matching=1\n'
PATTERNS = {
    'a * in a name': (SOME, service(host_name='web*')),
    'a ? in a name': (SOME, service(host_name='web?')),
    'a + in a name': (SOME, service(host_name='web.+')),
    'a \\. in a name': (SOME, service(host_name='w\\.b')),
    'a pattern without signs': (SOME, service(host_name='web')),
    'a pattern of a class': (SOME, service(host_name='web[12]')),
    'a pattern of a part': (ALL, service(host_name='eb')),
    'a pattern that is anchored': (ALL, service(host_name='^web1$')),
    'a pattern of groups': (ALL, service(hostgroup_name='^(webs|dbs)$')),
    'a pattern that is none': (ALL, service(host_name='web(')),
    'a pattern of members': (SOME, obj('hostgroup', hostgroup_name='x', members='web.*')),
    'a pattern in capitals': (ALL, service(host_name='WEB')),
    'a pattern of descriptions': (ALL, escalation('service', host_name='web', service_description='pi')),
    'a pattern with an exclusion': (ALL, service(host_name='.*,!web1')),
    'true matching alone': ('use_true_regexp_matching=1\n', service(host_name='web')),
    'a pattern in parents': (ALL, host('x', parents='web')),
    'a pattern in contacts': (ALL, host('x', contacts='an')),
    'a pattern in use': (ALL, host('x', use='h')),
}
SWITCHES = {
    'an empty group, accepted': ('allow_empty_hostgroup_assignment=1\n', service(hostgroup_name='none')),
    'an empty group, refused': ('allow_empty_hostgroup_assignment=0\n', service(hostgroup_name='none')),
    'an empty group, 2': ('allow_empty_hostgroup_assignment=2\n', service(hostgroup_name='none')),
    'names with other signs': ('illegal_object_name_chars=x\n', host('x')),
    'a value with text': ('interval_length=abc\n', ''),
    'a switch of 2': ('enable_flap_detection=2\n', ''),
    'a strict switch of 2': ('log_notifications=2\n', ''),
    'a global handler that is not there': ('global_host_event_handler=nix\n', ''),
    'an obsess command': ('ocsp_command=ok2!a\nobsess_over_services=1\n', ''),
    'an obsess command that is not there': ('ocsp_command=nix\n', ''),
    'a date format of nothing': ('date_format=klingon\n', ''),
    'x directives': ('xodtemplate_config_file=x\nxyz=1\n', ''),
    'a zone': ('use_timezone=Europe/Paris\n', ''),
    'a zone of nothing': ('use_timezone=Nix/Nowhere\n', ''),
    'a retention interval below 0': ('retention_update_interval=-1\n', ''),
    'user and group': ('nagios_user=nobody\nnagios_group=nogroup\n', ''),
    'a broker module': ('event_broker_options=-1\nbroker_module=/nix.o a=b\n', ''),
    'a performance command that is not there': ('process_performance_data=1\nhost_perfdata_command=nix\n', ''),
}


def all_of(boxes):
    """The rules that nagios4 and vigie see differently."""
    need_nagios()
    wrong, accepted = [], 0
    for name, arguments in boxes:
        with Box(**arguments) as box:
            kind, what = difference(box)
            accepted += box.accepted
        if kind and name not in OURS:
            wrong.append(f'{name}: {what}')
        elif name in OURS and not kind:
            wrong.append(f'{name}: no difference is there, {OURS[name]} says so')
    assert not wrong, f'{len(wrong)}:\n' + '\n'.join(wrong)
    return accepted


OURS = {  # what vigie judges otherwise, and where docs/DIFFERENCES.md has it
    'Latin-1': 'Latin-1',
    'NUL within': 'A byte 0',
    '\0': 'A byte 0',
    '\ufeff': 'A mark at the beginning',
    'main \ufeff': 'A mark at the beginning',
    'blanks around =': 'Blanks before `=`',
    'a ; comment': 'Comments with `;` in the main file',
    'include_file': 'Directives of other engines',
    'parents twice': 'Parents named twice',
}


def test_lines():
    assert all_of((name, {'text': BASE + text}) for name, text in LINES.items()) > 30


def test_files():
    assert all_of((name, {'text': BASE, 'main': top, 'files': files}) for name, (top, files) in FILES.items()) > 8


def test_rules():
    assert all_of((name, {'text': BASE + text}) for name, text in RULES.items()) > 100


def test_patterns():
    assert all_of((name, {'text': BASE + text, 'extra': extra}) for name, (extra, text) in PATTERNS.items()) > 5


def test_switches():
    assert all_of((name, {'text': BASE + text, 'extra': extra}) for name, (extra, text) in SWITCHES.items()) > 5


def test_first_bytes():
    """Before everything: a BOM, a blank line, a comment."""
    need_nagios()
    boxes = [(first, {'text': first + BASE}) for first in ('\ufeff', '\n\n', '# x\n', ';\n', '\0', '\r\n', ' \t')]
    boxes += [('main ' + first, {'text': BASE, 'main': first + 'cfg_file=HERE/objects.cfg\n'}) for first in ('\ufeff', '\r\n', ' \t', '# x \\\n\n')]
    assert all_of(boxes) > 4


def test_the_manual_has_the_differences():
    text = open(os.path.join(SRC, 'docs/DIFFERENCES.md')).read()
    assert not [name for name in OURS.values() if f'**{name}**' not in text]


# ---- what the other engines have in their main files beside it ----

CENTREON = '''accept_passive_host_checks=1 accept_passive_service_checks=1 additional_freshness_latency=15 admin_email=x admin_pager=x aggregate_status_updates=1
allow_empty_hostgroup_assignment=1 auth_file=x auto_reschedule_checks=0 auto_rescheduling_interval=30 auto_rescheduling_window=180 bare_update_check=0 broker_module_directory=x
broker_module_cfg_file=x cached_host_check_horizon=15 cached_service_check_horizon=15 check_external_commands=1 check_for_orphaned_hosts=1 check_for_orphaned_services=1
check_for_updates=0 check_host_freshness=0 check_result_reaper_frequency=10 check_service_freshness=1 child_processes_fork_twice=0 command_check_interval=-1 comment_file=x config_version=1
daemon_dumps_core=0 date_format=euro debug_file=x debug_level=0 debug_verbosity=1 downtime_file=x enable_embedded_perl=0 enable_environment_macros=0 enable_event_handlers=1
enable_failure_prediction=0 enable_flap_detection=0 enable_macros_filter=0 enable_notifications=1 enable_predictive_host_dependency_checks=1 enable_predictive_service_dependency_checks=1
event_broker_options=-1 event_handler_timeout=30 execute_host_checks=1 execute_service_checks=1 external_command_buffer_slots=4096 free_child_process_memory=0 grpc_port=50051
high_host_flap_threshold=30 high_service_flap_threshold=30 host_check_timeout=30 host_down_disable_service_checks=0 host_freshness_check_interval=60 host_inter_check_delay_method=s
host_perfdata_file_mode=a host_perfdata_file_processing_interval=0 illegal_object_name_chars=~ instance_heartbeat_interval=30 interval_length=60 log_event_handlers=1
log_external_commands=1 log_file_line=1 log_flush_period=2 log_host_retries=0 log_initial_states=0 log_legacy_enabled=0 log_level_checks=info log_level_commands=warning
log_level_comments=info log_level_config=info log_level_downtimes=info log_level_eventbroker=info log_level_events=info log_level_external_command=info log_level_functions=trace
log_level_macros=off log_level_notifications=error log_level_otl=error log_level_process=info log_level_runtime=critical log_notifications=1 log_passive_checks=1 log_pid=1
log_rotation_method=n log_service_retries=0 log_v2_enabled=1 log_v2_logger=file low_host_flap_threshold=20 low_service_flap_threshold=20 macros_filter=HOSTNAME max_concurrent_checks=0
max_debug_file_size=1000 max_file_descriptors=0 max_host_check_spread=30 max_log_file_size=0 max_service_check_spread=30 nagios_group=x nagios_user=x notification_timeout=30
obsess_over_hosts=0 obsess_over_services=0 ochp_timeout=15 ocsp_timeout=15 p1_file=x perfdata_timeout=5 poller_id=1 poller_name=x process_performance_data=0 retain_state_information=1
retained_contact_host_attribute_mask=0 retained_contact_service_attribute_mask=0 retained_host_attribute_mask=0 retained_process_host_attribute_mask=0
retained_process_service_attribute_mask=0 retained_service_attribute_mask=0 retention_scheduling_horizon=900 retention_update_interval=60 rpc_listen_address=localhost rpc_port=50051
send_recovery_notifications_anyways=0 service_check_timeout=60 service_freshness_check_interval=60 service_inter_check_delay_method=s service_interleave_factor=s
service_perfdata_file_mode=a service_perfdata_file_processing_interval=0 service_reaper_frequency=10 sleep_time=0.5 soft_state_dependencies=0 status_update_interval=60 temp_path=/tmp
time_change_threshold=900 use_aggressive_host_checking=0 use_agressive_host_checking=0 use_embedded_perl_implicitly=0 use_large_installation_tweaks=0 use_regexp_matching=0
use_retained_program_state=1 use_retained_scheduling_info=1 use_setpgid=1 use_syslog=0 use_timezone=UTC use_true_regexp_matching=0 xcddefault_comment_file=x xdddefault_downtime_file=x'''
NAEMON = '''allow_circular_dependencies=0 check_workers=2 enable_notification_suppression_reason_logging=1 freshness_check_interval=60 host_perfdata_process_empty_results=1
host_skip_check_dependency_status=-1 log_current_states=1 max_check_result_file_age=3600 max_check_result_reaper_time=30 naemon_group=x naemon_user=x passive_host_checks_are_soft=0
retained_scheduling_randomize_window=60 service_check_timeout_state=u service_perfdata_process_empty_results=1 service_skip_check_dependency_status=-1
service_skip_check_host_down_status=-1 translate_passive_host_checks=0 xodtemplate_anything=1'''
SEVERITY = obj('severity', severity_name='s1', id='1', level='2', icon_id='3', type='service')
TAG = obj('tag', tag_id='1', tag_name='t1', type='hostcategory')
OTHERS = {
    'hosts of Centreon': host('x', host_id='7', poller_id='1', timezone=':Europe/Paris', acknowledgement_timeout='5', recovery_notification_delay='1', severity_id='1', category_tags='1,2',
                              group_tags='1', icon_id='4', _HOST_ID='7'),
    'services of Centreon': service(host_name='web1', host_id='7', service_id='8', timezone='UTC', acknowledgement_timeout='5', recovery_notification_delay='1', severity_id='1',
                                    category_tags='1,2', group_tags='1', icon_id='4', _SERVICE_ID='8'),
    'groups of Centreon': obj('hostgroup', hostgroup_name='x', hostgroup_id='3') + obj('servicegroup', servicegroup_name='x', servicegroup_id='4'),
    'contacts of Centreon': obj('contact', use_='ct', contact_name='x', timezone='UTC', _CID='1'),
    'connectors': obj('connector', connector_name='c', connector_line='/bin/cat') + obj('command', command_name='x', command_line='/bin/true', connector='c'),
    'severities and tags': SEVERITY + TAG,
    'anomalies': obj('anomalydetection', host_name='web1', host_id='1', service_id='9', service_description='odd', dependent_service_id='2', metric_name='m',
                     thresholds_file='/t.json', sensitivity='0.5', status_change='1', max_check_attempts='3', internal_id='1'),
    'importance of Naemon': host('x', hourly_value='3') + service(host_name='x', hourly_value='4') + obj('contact', use_='ct', contact_name='x', minimum_value='3'),
    'custom variables everywhere': ''.join(obj(kind, **{first: 'x', 'alias': 'x', '_V': '1'}) for kind, first in (
        ('hostgroup', 'hostgroup_name'), ('servicegroup', 'servicegroup_name'), ('contactgroup', 'contactgroup_name'), ('timeperiod', 'timeperiod_name')))
        + obj('command', command_name='x', command_line='/bin/true', _V='1') + escalation(host_name='web1', _V='1') + dependency(host_name='web1', dependent_host_name='db1', _V='1'),
}


def accepted(box):
    ours, said = box.vigie()
    assert ours is not None, errors_of(said)
    return ours, said


def test_directives_of_other_engines():
    for lines in (CENTREON, NAEMON):
        with Box(text=BASE, extra=''.join(f'{line}\n' for line in lines.split())) as box:
            accepted(box)
    for name, text in OTHERS.items():
        with Box(text=BASE + text) as box:
            ours, said = accepted(box)
    with Box(text=BASE + OTHERS['hosts of Centreon']) as box:
        assert "there is no severity with the number '1' for a host" in accepted(box)[1]


def test_values_by_name():
    """resource_file of Centreon Engine: any $NAME$ that is no macro, secret like $USERn$; the precache file has them as written."""
    resource = {'resource.cfg': '$USER1$=/usr/lib/nagios/plugins\n$PLUGINS$=/usr/lib/nagios/plugins\n$PASS$=geheim\n$HOSTNAME$=x\n'}
    text = BASE + obj('command', command_name='named', command_line='$PLUGINS$/check_dummy 0 $PASS$') + service(host_name='web1', check_command='named')
    with Box(text=text, files=resource) as box:
        ours, said = accepted(box)
        assert ours[('command', 'named', 0)]['command_line'] == '$PLUGINS$/check_dummy 0 $PASS$'
        assert "'$HOSTNAME$' is none of" in said and 'puts a secret on the command line' in said and '$PASS$  ' in said and 'geheim' not in said, said
        code, out, err = vigie('config', 'show', '-c', box.main, 'main')
        assert '$PLUGINS$' in out and '$PASS$' in out and 'geheim' not in out + err, out + err


def test_main_files_of_naemon():
    """include_file and include_dir name more main files; relative paths begin at the main file."""
    files = {'more.cfg': 'cfg_file=x.cfg\n', 'x.cfg': host('x'), 'd/a.cfg': 'cfg_file=y.cfg\n', 'd/.b.cfg': 'nonsense\n', 'd/c.conf': 'nonsense\n', 'd/e/f.cfg': 'nonsense\n', 'y.cfg': host('y')}
    with Box(text=BASE, main='cfg_file=objects.cfg\ninclude_file=more.cfg\ninclude_dir=d\n', files=files) as box:
        ours, _ = accepted(box)
        assert ('host', 'x', 0) in ours and ('host', 'y', 0) in ours


main()
