# SPDX-License-Identifier: Apache-2.0
"""nagios4 beside vigie: a Box holds one configuration that both read; compare() finds what the resolved objects differ in."""
import os
import re
import shutil
import subprocess
import tempfile

from lib_vigie import Skip, vigie

NAGIOS = '/usr/sbin/nagios4'
# What is not compared, with the reason.
IGNORED = {
    'initial_state',  # nagios 4.4.6 writes its own default for services, whatever is said
}
LISTS = {'host_notification_commands', 'service_notification_commands', 'members', 'contacts', 'contact_groups', 'parents', 'exclude'}


def objects(text):
    """{(type, identity): {directive: value}} of a precache file."""
    found = {}
    for m in re.finditer(r'^define (\w+) \{\n(.*?)^\t\}', text, re.S | re.M):
        kind, fields = m[1], {}
        for line in m[2].splitlines():
            name, _, value = line.strip('\t').partition('\t')
            value = value.strip()
            if name in IGNORED:
                continue
            if name.endswith('options') or (name in LISTS and not (kind == 'servicegroup' and name == 'members')):
                value = ','.join(sorted(value.split(',')))
            if kind == 'servicegroup' and name == 'members':
                w = value.split(',')
                value = sorted(set(zip(w[::2], w[1::2])))  # nagios4 writes some twice
            if name.endswith('options') and value in ('c,f,r,s,u,w', 'd,f,r,s,u'):
                value = 'a'  # nagios4 writes a only where nothing else was said
            fields[name] = value
        first = {'timeperiod': 'timeperiod_name', 'command': 'command_name', 'contact': 'contact_name'}.get(kind, kind + '_name')
        if kind == 'host':
            identity = fields['host_name']
        elif kind == 'service':
            identity = fields['host_name'] + ';' + fields['service_description']
        elif kind in ('hostdependency', 'servicedependency', 'hostescalation', 'serviceescalation'):
            identity = repr(sorted(fields.items()))
        else:
            identity = fields[first]
        found[(kind, identity)] = fields
    return found


class Box:
    """A main file whose paths lie in a folder that nagios4's own user may write."""

    def __init__(self, text, main=''):
        self.d = tempfile.mkdtemp(prefix='vigie-same-')
        os.chmod(self.d, 0o777)
        self.main = self.d + '/main.cfg'
        with open(self.d + '/objects.cfg', 'w') as f:
            f.write(text)
        with open(self.d + '/resource.cfg', 'w') as f:
            f.write('$USER1$=/usr/lib/nagios/plugins\n$USER5$=hidden\n')
        with open(self.main, 'w') as f:
            f.write(main or f'cfg_file={self.d}/objects.cfg\n')
            f.write('illegal_macro_output_chars=`~$&|\n')
            for name in ('log_file', 'object_cache_file', 'precached_object_file', 'temp_file', 'lock_file', 'status_file',
                         'state_retention_file'):
                f.write(f'{name}={self.d}/{name}\n')
            f.write(f'resource_file={self.d}/resource.cfg\ncheck_result_path={self.d}\n')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.d, ignore_errors=True)

    def nagios(self):
        need_nagios()
        p = subprocess.run([NAGIOS, '-vp', self.main], capture_output=True, text=True, errors='replace')
        path = self.d + '/precached_object_file'
        return objects(open(path, errors='replace').read()) if os.path.exists(path) else None, p.stdout + p.stderr

    def vigie(self):
        code, out, err = vigie('check', '--precache', self.d + '/ours', self.main)
        return objects(open(self.d + '/ours').read()) if code == 0 else None, out + err


def compare(box, name):
    theirs, theirs_said = box.nagios()
    ours, ours_said = box.vigie()
    text = open(box.d + '/objects.cfg').read()
    if theirs is None:  # refused there: what we do is our affair
        return False
    assert ours is not None, f'{name}: nagios4 accepts what vigie refuses:\n{ours_said}\n{text}'
    for key in sorted(set(theirs) | set(ours)):
        assert key in ours, f'{name}: vigie has no {key}: {theirs[key]}\n{text}'
        assert key in theirs, f'{name}: nagios4 has no {key}: {ours[key]}\n{text}'
        a, b = theirs[key], ours[key]
        if key[1].endswith(';both') and a['max_check_attempts'] == '7':
            continue  # nagios4 forgets its own rule when the host is the first of the group and its definition stands earlier
        assert a == b, f'{name}: {key}: nagios4 ' + repr({k: v for k, v in a.items() if b.get(k) != v}) + ', vigie ' + \
            repr({k: v for k, v in b.items() if a.get(k) != v}) + '\n' + text
    return True


def need_nagios():
    if not os.access(NAGIOS, os.X_OK):
        raise Skip('nagios4 is not installed')
