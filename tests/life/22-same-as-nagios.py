#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The resolved objects of `vigie check --precache` are those of `nagios4 -vp`: on Debian's sample and on generated configurations."""
import os
import random
import re

from lib_nagios import Box, compare, need_nagios
from lib_vigie import main

SAMPLE = '/etc/nagios4/nagios.cfg'
SEEDS = int(os.environ.get('SEEDS', '40'))


# ---- generated configurations ----

class Writer:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.out = []

    def some(self, of, least=0, most=3):
        return self.r.sample(of, min(len(of), self.r.randint(least, most)))

    def define(self, kind, *lines):
        gap = self.r.choice([' ', '\t', '   '])
        self.out.append(f'define {kind}{self.r.choice(["", " "])}{{\n' + ''.join(
            f' {name}{gap}{value}{self.r.choice(["", "", " ; a remark"])}\n' for name, value in lines if value is not None) + '}\n')

    def maybe(self, name, *values, odds=0.4):
        return (name, self.r.choice(values) if self.r.random() < odds else None)


def host_lines(w, contacts, groups, periods):
    m = w.maybe
    return [m('check_command', 'ok', 'warn!1!2', 'null'), m('check_interval', '3', '0.5', '0'), m('retry_interval', '2'),
            m('contacts', *contacts, '+' + contacts[0], 'null'), m('contact_groups', *groups, '+' + groups[0], 'null'),
            m('notification_interval', '0', '7', '1.5'), m('notification_period', *periods), m('check_period', *periods),
            m('active_checks_enabled', '0', '1'), m('passive_checks_enabled', '0'), m('notifications_enabled', '0', '1'),
            m('flap_detection_enabled', '0'), m('low_flap_threshold', '5.5'), m('first_notification_delay', '4'),
            m('event_handler', 'ok', odds=0.1), m('check_freshness', '1', odds=0.1), m('freshness_threshold', '90', odds=0.1),
            m('notes', 'some text', odds=0.1), m('notes_url', 'http://x/?a=1', odds=0.1), m('_RACK', 'r1', 'r2 upper', odds=0.3),
            m('_ROOM', 'cellar', odds=0.2), m('process_perf_data', '0', odds=0.1), m('obsess', '0', odds=0.1)]


def generate(seed):
    w = Writer(seed)
    hosts = [f'h{i}' for i in range(w.r.randint(1, 8))]
    contacts, cgroups, periods = ['ann', 'bob', 'eve'], ['cg1', 'cg2'], ['always', 'never', 'work']
    hgroups, sgroups = ['hg1', 'hg2', 'hg3'], ['sg1', 'sg2']
    names = ['disk', 'load', 'ping']
    w.define('timeperiod', ('timeperiod_name', 'always'), ('alias', 'a'), *((d, '00:00-24:00') for d in ('monday', 'sunday')))
    w.define('timeperiod', ('timeperiod_name', 'never'), ('alias', 'n'))
    w.define('timeperiod', ('name', 'pt'), ('register', '0'), ('friday', '01:00-02:00'), ('december 25', '00:00-00:00'), ('alias', 't'))
    w.define('timeperiod', ('timeperiod_name', 'work'), ('alias', 'w'), w.maybe('use', 'pt'), ('tuesday', '13:00-18:00,09:00-12:00'),
             w.maybe('exclude', 'never'), w.maybe('2026-01-01', '00:00-24:00'), w.maybe('monday 1 may', '10:00-11:00'), w.maybe('day -1', '00:00-01:00'),
             w.maybe('february 10 - 15', '00:00-24:00'), w.maybe('monday 3 - thursday 4', '02:00-03:00'), w.maybe('2026-01-01 - 2027-02-01 / 3', '00:00-24:00'))
    w.define('command', ('command_name', 'ok'), ('command_line', '/bin/true $HOSTADDRESS$ \\; echo'))
    w.define('command', ('command_name', 'warn'), ('command_line', '$USER1$/check_dummy $ARG1$ "$ARG2$"'))
    w.define('contact', ('name', 'ct'), ('register', '0'), ('host_notification_commands', 'ok'), ('service_notification_commands', 'ok,warn!1'),
             ('host_notification_options', 'd,r'), w.maybe('service_notification_options', 'w,u,c,r,f,s', 'n', 'c'), w.maybe('email', 'a@b'))
    for c in contacts:
        w.define('contact', ('contact_name', c), ('use', 'ct'), w.maybe('contactgroups', 'cg1', 'cg1,cg2'), w.maybe('pager', '123'),
                 w.maybe('host_notification_period', *periods), w.maybe('alias', 'the ' + c), w.maybe('_MOBILE', '42'))
    for g in cgroups:
        w.define('contactgroup', ('contactgroup_name', g), ('alias', g), ('members', ','.join(w.some(contacts, 1)) if g == 'cg1' or w.r.random() < 0.5 else None),
                 ('contactgroup_members', 'cg1' if g == 'cg2' and w.r.random() < 0.5 else None))
    for i, g in enumerate(hgroups):
        w.define('hostgroup', ('hostgroup_name', g), ('members', ','.join(w.some(hosts)) or None), w.maybe('alias', 'group ' + g),
                 ('hostgroup_members', ','.join(w.some(hgroups[:i])) or None))
    for g in sgroups:
        w.define('servicegroup', ('servicegroup_name', g), w.maybe('alias', 'x'))
    w.define('host', ('name', 'top'), ('register', '0'), ('max_check_attempts', '5'), *host_lines(w, contacts, cgroups, periods))
    w.define('host', ('name', 'mid'), ('register', '0'), ('use', 'top'), *host_lines(w, contacts, cgroups, periods))
    w.define('host', ('name', 'other'), ('register', '0'), *host_lines(w, contacts, cgroups, periods), ('hostgroups', w.r.choice(['+hg1', 'hg2'])))
    for i, h in enumerate(hosts):
        w.define('host', ('host_name', h), ('use', w.r.choice(['top', 'mid', 'mid,other', 'top,other', 'other,top'])), w.maybe('alias', 'The ' + h),
                 w.maybe('address', '192.0.2.1'), w.maybe('display_name', 'shown'), ('parents', ','.join(w.some(hosts[:i])) or None),
                 w.maybe('hostgroups', 'hg1', '+hg3', 'null', odds=0.3), w.maybe('max_check_attempts', '1'), *host_lines(w, contacts, cgroups, periods))
    w.define('service', ('name', 'st'), ('register', '0'), ('max_check_attempts', '4'), ('check_command', 'warn!$HOSTNAME$'),
             w.maybe('servicegroups', 'sg1', odds=0.2), *[x for x in host_lines(w, contacts, cgroups, periods) if x[0] != 'check_command'])
    for n in names:
        where = w.r.choice(['host_name', 'hostgroup_name', 'both', 'all'])
        lines = {'host_name': [('host_name', ','.join(w.some(hosts, 1)))], 'hostgroup_name': [('hostgroup_name', w.r.choice(hgroups))],
                 'both': [('host_name', w.r.choice(hosts)), ('hostgroup_name', 'hg1')],
                 'all': [('host_name', '*' if w.r.random() < 0.6 else '*,!' + hosts[0])]}[where]
        w.define('service', ('service_description', n), ('use', 'st'), *lines, w.maybe('contacts', *contacts, '+bob'), w.maybe('is_volatile', '1'),
                 w.maybe('servicegroups', 'sg1,sg2', '+sg2'), w.maybe('stalking_options', 'o,c'), w.maybe('notification_options', 'c,r', 'n', 'w,u,c,r,f,s'),
                 w.maybe('retry_check_interval', '9'), w.maybe('_PORT', '80'), w.maybe('contact_groups', '+cg2'))
    w.define('service', ('service_description', 'every'), ('use', 'st'), ('host_name', '*'))
    if w.r.random() < 0.5:
        w.define('servicegroup', ('servicegroup_name', 'sg3'), ('members', f'{hosts[0]},every'), w.maybe('servicegroup_members', 'sg1'))
    if w.r.random() < 0.5:
        w.define('hostescalation', ('host_name', w.r.choice(hosts + ['*'])), ('contacts', 'eve'), ('first_notification', '2'), ('last_notification', '0'),
                 ('notification_interval', '5'), w.maybe('escalation_options', 'd,r'), w.maybe('escalation_period', *periods))
        w.define('serviceescalation', ('host_name', w.r.choice(hosts)), ('service_description', 'every'), ('contact_groups', 'cg1'),
                 ('first_notification', '3'), ('last_notification', '4'), ('notification_interval', '6'))
    if len(hosts) > 1 and w.r.random() < 0.6:
        w.define('servicedependency', ('host_name', hosts[0]), ('service_description', 'every'), ('dependent_host_name', hosts[1]),
                 ('dependent_service_description', 'every'), w.maybe('notification_failure_criteria', 'w,c', odds=0.7),
                 w.maybe('execution_failure_criteria', 'o,p', 'n'), w.maybe('inherits_parent', '1'))
        w.define('hostdependency', ('host_name', hosts[0]), ('dependent_host_name', hosts[1]), ('notification_failure_criteria', 'd,u'))
    extras(w, hosts, hgroups, sgroups, periods)
    order = w.out[:]
    w.r.shuffle(order)
    return '\n'.join(order)


def extras(w, hosts, hgroups, sgroups, periods):
    """What few configurations have."""
    h = w.r.choice(hosts)
    other = w.r.choice([x for x in hosts if x != h] or [None])
    if w.r.random() < 0.3:
        w.define('hostextinfo', ('host_name', h), ('notes', 'ext'), ('icon_image', 'a.png'), w.maybe('2d_coords', '1,2'))
        w.define('serviceextinfo', ('host_name', h), ('service_description', 'every'), ('action_url', 'http://e'))
    if w.r.random() < 0.4:  # the host's own definition wins over the one of its group
        w.define('service', ('service_description', 'both'), ('use', 'st'), ('hostgroup_name', 'hg1'), ('max_check_attempts', '7'))
        w.define('service', ('service_description', 'both'), ('use', 'st'), ('host_name', h), ('max_check_attempts', '8'))
    if w.r.random() < 0.3 and other:
        w.define('service', ('service_description', 'part'), ('use', 'st'), ('host_name', '*,!' + h))
        w.define('service', ('service_description', 'part2'), ('use', 'st'), ('hostgroup_name', 'hg1,hg2,!hg3'), ('host_name', other))
    if w.r.random() < 0.3:
        w.define('service', ('service_description', 'child'), ('use', 'st'), ('host_name', h), ('parents', f'{h},every'))
    if w.r.random() < 0.3:
        w.define('servicedependency', ('hostgroup_name', 'hg1'), ('host_name', h), ('service_description', 'every'), ('dependent_service_description', 'deps'),
                 ('execution_failure_criteria', 'c'), w.maybe('dependency_period', *periods))
        w.define('service', ('service_description', 'deps'), ('use', 'st'), ('host_name', '*'))
    if w.r.random() < 0.3:
        w.define('serviceescalation', w.maybe('hostgroup_name', 'hg1'), ('host_name', h), ('service_description', w.r.choice(['every', '*'])), ('contacts', 'ann,bob'),
                 ('first_notification', '2'), ('last_notification', '9'), w.maybe('notification_interval', '3'), w.maybe('escalation_options', 'w,c'))
        w.define('hostescalation', ('hostgroup_name', 'hg1'), ('host_name', h), ('contact_groups', 'cg1'), ('first_notification', '2'), ('last_notification', '9'))
    if w.r.random() < 0.3:
        w.define('servicegroup', ('servicegroup_name', 'sgx'), ('members', f'{h},every'))
        w.define('serviceescalation', ('servicegroup_name', 'sgx'), ('contacts', 'eve'), ('first_notification', '1'), ('last_notification', '0'), ('notification_interval', '0'))
    if w.r.random() < 0.3:
        w.define('hostgroup', ('hostgroup_name', 'all'), ('members', w.r.choice(['*', '*,!' + h, h + ' , ' + h])), ('notes', 'n'), ('action_url', 'u'))
        w.define('service', ('service_description', 'long'), ('use', 'st'), ('hostgroup_name', 'al\\\n   l'), ('notes', 'one \\\n   two'))


def mutilate(text, r):
    """One or two lines are lost, doubled, moved, cut or get the value of another."""
    values = ['null', '', '0', 'abc', 'h0', 'h0,h1', '*', '!h0', '+ann', 'a b c', '-1', '1.5', 'n', 'a', 'd,u', 'w', 'nope', 'hg1', 'always', 'ok!a!b', '"x', 'ann,,bob', ' , ']
    lines = text.split('\n')
    for _ in range(r.randint(1, 2)):
        i, j = r.randrange(len(lines)), r.randrange(len(lines))
        words, others = lines[i].split(None, 1), lines[j].split(None, 1)
        inside = len(words) == 2 and not lines[i].startswith('define')
        what = r.choice(['lose', 'double', 'value', 'swap', 'cut', 'join', 'move'])
        if what == 'lose':
            del lines[i]
        elif what in ('double', 'move'):
            lines.insert(i, lines[i if what == 'double' else j])
        elif what == 'value' and inside:
            lines[i] = f' {words[0]} {r.choice(values)}'
        elif what == 'swap' and inside and len(others) == 2:
            lines[i] = f' {words[0]} {others[1]}'
        elif what == 'cut':
            lines[i] = lines[i][:-1]
        elif what == 'join':
            lines[i] += ' \\'
    return '\n'.join(lines)


def test_the_sample_of_debian():
    need_nagios()
    text = ''.join(line for line in open(SAMPLE) if not re.match(r'(log_file|object_cache|precached|temp_file|lock_file|status_file|state_ret|resource|check_result_path)', line))
    with Box('', main=text) as box:
        assert compare(box, 'the sample'), 'nagios4 refuses its own sample'


def test_generated_configurations():
    need_nagios()
    same = 0
    for seed in range(SEEDS):
        with Box(generate(seed)) as box:
            same += compare(box, f'seed {seed}')
    assert same > SEEDS // 2, f'nagios4 accepts only {same} of {SEEDS}: the generator is wrong'


def test_what_nagios_accepts_is_accepted():
    need_nagios()
    accepted, refused = 0, []
    for seed in range(SEEDS * 5):
        with Box(mutilate(generate(seed), random.Random(seed))) as box:
            theirs, _ = box.nagios()
            if theirs is None:
                continue
            accepted += 1
            ours, said = box.vigie()
            if ours is None:
                refused.append(f'seed {seed}: ' + ' | '.join(line for line in said.splitlines() if ' error: ' in line))
    assert accepted > SEEDS, f'only {accepted}: the mutilation is too hard'
    # A name or a command line that says null, and the like, are refused on purpose.
    assert len(refused) * 50 <= accepted, f'{len(refused)} of {accepted} refused:\n' + '\n'.join(refused)


main()
