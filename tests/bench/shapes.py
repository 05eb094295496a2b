# SPDX-License-Identifier: Apache-2.0
"""`./dev bench config`: configurations of different shapes, read, resolved and verified by Vigie, nagios4 and icinga2.

    flat        each service is a definition with a template
    groups      services on host groups: few definitions, many hosts
    templates   five templates deep, lists with +, custom variables, contact groups
    relations   escalations and dependencies by groups, parents, service groups
    lists       regular expressions for host names
Each engine reads the same hosts and services in its own language. icinga2 gets those shapes that its language has without a change of meaning.
"""
import grp
import os
import pwd
import random
import subprocess
import time

import engines

PER_HOST = 20
SHAPES = ('flat', 'groups', 'templates', 'relations', 'lists')
HOST = 'define host{\n use th\n host_name %s\n address 127.0.0.1\n%s}\n'
SERVICE = 'define service{\n use ts\n service_description %s\n%s}\n'


def base():
    return engines.BASE.format(plugin='/bin/true', log='/dev/null', interval=60).replace('bench-host', 'th').replace('bench-service\n', 'ts\n notification_interval 60\n')


def nagios_objects(shape, n):
    hosts, out = max(1, n // PER_HOST), [base()]
    r = random.Random(1)
    if shape == 'flat':
        out += [HOST % (f'h{h}', '') for h in range(hosts)]
        out += [SERVICE % (f's{s // hosts}', f' host_name h{s % hosts}\n check_command stamp!{s}\n') for s in range(n)]
    elif shape == 'groups':
        out += [HOST % (f'h{h}', f' hostgroups g{h % 50}\n') for h in range(hosts)]
        out += [f'define hostgroup{{\n hostgroup_name g{g}\n}}\n' for g in range(50)]
        out += ['define hostgroup{\n hostgroup_name all\n hostgroup_members ' + ','.join(f'g{g}' for g in range(50)) + '\n}\n']
        out += [SERVICE % (f's{s}', f' hostgroup_name all\n check_command stamp!{s}\n') for s in range(PER_HOST)]
    elif shape == 'templates':
        out += [f'define contact{{\n contact_name c{i}\n host_notification_commands stamp!0\n service_notification_commands stamp!0\n}}\n' for i in range(20)]
        out += [f'define contactgroup{{\n contactgroup_name cg{i}\n members c{i},c{(i + 7) % 20}\n}}\n' for i in range(20)]
        above = {'host': 'th', 'service': 'ts'}
        for kind in ('host', 'service'):
            for d in range(5):
                out.append(f'define {kind}{{\n name {kind}{d}\n use {above[kind]}\n register 0\n contacts +c{d}\n contact_groups +cg{d}\n _LEVEL{d} {d}\n notes level {d}\n}}\n')
                above[kind] = f'{kind}{d}'
        out += [HOST.replace('use th', 'use host4') % (f'h{h}', f' contact_groups +cg{h % 20}\n _RACK r{h % 40}\n') for h in range(hosts)]
        out += [SERVICE.replace('use ts', 'use service4') % (f's{s // hosts}', f' host_name h{s % hosts}\n check_command stamp!$_HOSTRACK$!$_SERVICELEVEL2$\n contacts +c{s % 20}\n')
                for s in range(n)]
    elif shape == 'relations':
        out += [HOST % (f'h{h}', f' hostgroups g{h % 50}\n' + (f' parents h{h // 10}\n' if h else '')) for h in range(hosts)]
        out += [f'define hostgroup{{\n hostgroup_name g{g}\n}}\n' for g in range(50)]
        out += [f'define servicegroup{{\n servicegroup_name sg{g}\n}}\n' for g in range(20)]
        out += [SERVICE % (f's{s}', ' hostgroup_name ' + ','.join(f'g{g}' for g in range(50)) + f'\n check_command stamp!{s}\n servicegroups sg{s % 20}\n') for s in range(PER_HOST)]
        out += [f'define serviceescalation{{\n hostgroup_name g{g}\n service_description s{g % PER_HOST}\n contacts nobody\n first_notification 2\n last_notification 0\n notification_interval 30\n}}\n'
                for g in range(50)]
        out += [f'define hostescalation{{\n hostgroup_name g{g}\n contacts nobody\n first_notification 2\n last_notification 0\n notification_interval 30\n}}\n' for g in range(50)]
        out += [f'define servicedependency{{\n hostgroup_name g{g}\n service_description s0\n dependent_service_description s1,s2\n execution_failure_criteria c\n notification_failure_criteria w,c\n}}\n'
                for g in range(50)]
    else:
        out += [HOST % (f'{r.choice(("web", "db", "app"))}{h:05}', '') for h in range(hosts)]
        for s in range(PER_HOST):
            where = ('.*', 'web.*,db.*,app.*')[s % 2]
            out.append(SERVICE % (f's{s}', f' host_name {where}\n check_command stamp!{s}\n'))
    return ''.join(out)


ICINGA = '''object CheckCommand "stamp" {
 command = [ "/bin/true" ]
}
template Host "th" {
 check_command = "stamp"
 enable_active_checks = false
 max_check_attempts = 1
}
template Service "ts" {
 check_command = "stamp"
 check_interval = 60
 retry_interval = 60
 max_check_attempts = 3
}
'''


def icinga_objects(shape, n):
    hosts, out = max(1, n // PER_HOST), [ICINGA]
    if shape == 'flat':
        out += [f'object Host "h{h}" {{\n import "th"\n address = "127.0.0.1"\n}}\n' for h in range(hosts)]
        out += [f'object Service "s{s // hosts}" {{\n import "ts"\n host_name = "h{s % hosts}"\n vars.n = {s}\n}}\n' for s in range(n)]
    elif shape == 'groups':
        out += [f'object HostGroup "g{g}" {{}}\n' for g in range(50)] + ['object HostGroup "all" {}\n']
        out += [f'object Host "h{h}" {{\n import "th"\n address = "127.0.0.1"\n groups = [ "g{h % 50}", "all" ]\n}}\n' for h in range(hosts)]
        out += [f'apply Service "s{s}" {{\n import "ts"\n vars.n = {s}\n assign where "all" in host.groups\n}}\n' for s in range(PER_HOST)]
    else:
        return None
    return ''.join(out)


class Shaped:
    def __init__(self, folder, rival, icinga, vigie):
        self.d = os.path.join(folder, 'shapes')
        paths = [(n, f'{self.d}/ic') for n in ('DataDir', 'CacheDir', 'SpoolDir', 'InitRunDir', 'LogDir')] + [
            (n, f'{self.d}/ic/{n}') for n in ('ObjectsPath', 'VarsPath', 'StatePath', 'ModAttrPath', 'PidPath')]
        paths += [('RunAsUser', pwd.getpwuid(os.getuid()).pw_name), ('RunAsGroup', grp.getgrgid(os.getgid()).gr_name)]
        self.commands = {'vigie': [vigie, 'check', f'{self.d}/main.cfg'], 'nagios4': [rival, '-v', f'{self.d}/main.cfg'] if rival else None,
                         'icinga2': icinga + ['daemon', '-C', '-c', f'{self.d}/icinga.conf'] + [w for name, value in paths for w in ('-D', f'{name}={value}')] if icinga else None}

    def write(self, shape, n):
        os.makedirs(f'{self.d}/spool', exist_ok=True)
        os.makedirs(f'{self.d}/ic', exist_ok=True)
        main = engines.MAIN.format(d=self.d, user='nagios_user=root\nnagios_group=root\n' if os.getuid() == 0 else '')
        if shape == 'lists':
            main += 'use_regexp_matching=1\n'
        with open(f'{self.d}/main.cfg', 'w') as f:
            f.write(main)
        with open(f'{self.d}/objects.cfg', 'w') as f:
            f.write(nagios_objects(shape, n))
        icinga = icinga_objects(shape, n)
        with open(f'{self.d}/icinga.conf', 'w') as f:
            f.write(icinga or '')
        return {'vigie': True, 'nagios4': True, 'icinga2': icinga is not None}

    def seconds(self, engine):
        """One run on one processor; the time of the whole process."""
        with open(f'{self.d}/{engine}.out', 'w') as out:
            begin = time.monotonic()
            p = subprocess.run(['taskset', '-c', '0', *self.commands[engine]], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            took = time.monotonic() - begin
        if p.returncode != 0:
            with open(f'{self.d}/{engine}.out') as f:
                raise RuntimeError(f'{engine} refuses the configuration:\n{f.read()[-1500:]}')
        return took


def run(table, shaped, sizes, reps):
    """Engines take turns, and the best of the rounds counts: what disturbs one round disturbs all."""
    for n in sizes:
        for shape in SHAPES:
            asked = [e for e, there in shaped.write(shape, n).items() if there and shaped.commands[e]]
            best = {}
            for _ in range(reps):
                for e in asked:
                    took = shaped.seconds(e)
                    best[e] = min(best.get(e, took), took)
            for e in asked:
                table.add(f'config_{shape}_{n // 1000}k', 's', e, best[e])
