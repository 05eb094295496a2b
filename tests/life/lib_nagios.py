# SPDX-License-Identifier: Apache-2.0
"""nagios4 beside vigie: a Box holds one configuration that both read; compare() finds what the resolved objects differ in."""
import os
import re
import shutil
import subprocess
import tempfile

from lib_vigie import SRC, Skip, vigie

NAGIOS = next((path for path in ('/usr/sbin/nagios4', SRC + '/build/rival/usr/sbin/nagios4') if os.access(path, os.X_OK)), '')  # the second: ./dev bench
RESOURCE = '$USER1$=/usr/lib/nagios/plugins\n$USER5$=hidden\n'
# What is not compared, with the reason.
IGNORED = {
    'initial_state',  # nagios 4.4.6 writes its own default, whatever is said
}
# nagios4 writes these twice where a service is defined for a host and for its group; the second changes nothing.
SETS = {'hostdependency', 'servicedependency', 'hostescalation', 'serviceescalation'}
LISTS = {'host_notification_commands', 'service_notification_commands', 'members', 'contacts', 'contact_groups', 'parents', 'exclude'}


def options_of(value):
    """Letters in any order; all of them are an a, which nagios4 writes only where nothing else was said."""
    letters = ','.join(sorted(value.split(',')))
    return 'a' if letters in ('c,f,r,s,u,w', 'd,f,r,s,u') else letters


def objects(text):
    """{(type, identity, how many alike stood before): {directive: value}} of a precache file."""
    found = {}
    for m in re.finditer(r'^define (\w+) \{\n(.*?)^\t\}', text, re.S | re.M):
        kind, fields, last_name = m[1], {}, ''
        for line in m[2].splitlines():
            name, _, value = line[1:].partition('\t')
            if name in IGNORED or (name == 'display_name' and value in ('', last_name)):
                continue
            if name.endswith('_name') or name == 'service_description':
                last_name = value
            if re.fullmatch(r'-[\d.]+|4294967295', value) and not name.endswith('_notification'):
                value = '0.000000' if '.' in value else '0'  # what is below 0 counts as 0
            if name.endswith('options'):
                value = options_of(value.replace('o', 'u') if kind == 'host' else value)  # nagios4 writes UP as an u there
            elif kind == 'timeperiod' and name not in ('timeperiod_name', 'alias'):
                value = ','.join(sorted(set(value.split(','))))  # hours, or names of periods
            elif name.endswith('threshold') and '.' in value:
                value = min(int(float(value) * 100 + 0.001), 10000)  # hundredths are kept; nagios4 keeps four bytes
            elif kind == 'servicegroup' and name == 'members':
                w = value.split(',')
                value = sorted(set(zip(w[::2], w[1::2])))  # nagios4 writes some twice
            elif name in LISTS:
                value = ','.join(sorted(value.split(',')))
            if kind == 'timeperiod' and name in fields:  # one day may stand there twice
                value = ' '.join(sorted([fields[name], value]))
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
        again = 0
        while (kind, identity, again) in found and kind not in SETS:
            again += 1
        found[(kind, identity, again)] = fields
    return found


class Box:
    """A main file whose paths lie in a folder that nagios4's own user may write; more than objects.cfg: files, {path: text}."""

    def __init__(self, text='', main='', extra='', files=None):
        self.d = tempfile.mkdtemp(prefix='vigie-same-')
        os.chmod(self.d, 0o777)
        self.main = self.d + '/main.cfg'
        for path, content in {'objects.cfg': text, 'resource.cfg': RESOURCE, **(files or {})}.items():
            os.makedirs(os.path.dirname(f'{self.d}/{path}'), exist_ok=True)
            with open(f'{self.d}/{path}', 'w', encoding='utf-8', errors='surrogateescape', newline='') as f:
                f.write(content)
        with open(self.main, 'w') as f:
            f.write((main or 'cfg_file=HERE/objects.cfg\n').replace('HERE', self.d))
            f.write('illegal_macro_output_chars=`~$&|\n')
            for name in ('log_file', 'object_cache_file', 'precached_object_file', 'temp_file', 'lock_file', 'status_file',
                         'state_retention_file'):
                f.write(f'{name}={self.d}/{name}\n')
            f.write(f'resource_file={self.d}/resource.cfg\ncheck_result_path={self.d}\n{extra}')

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if not kind:
            shutil.rmtree(self.d, ignore_errors=True)

    def nagios(self):
        """The objects, or None where it refuses them; and what was said."""
        need_nagios()
        p = subprocess.run([NAGIOS, '-vp', self.main], capture_output=True, text=True, errors='replace')
        path = self.d + '/precached_object_file'
        self.crashed = p.returncode < 0
        return objects(open(path, errors='replace', newline='\n').read()) if p.returncode == 0 and os.path.exists(path) else None, p.stdout + p.stderr

    def vigie(self):
        code, out, err = vigie('check', '--precache', self.d + '/ours', self.main)
        if code not in (0, 1):
            raise AssertionError(f'vigie check ended with {code}: {err[-2000:]}')
        return objects(open(self.d + '/ours', newline='\n').read()) if code == 0 else None, out + err


def errors_of(said):
    return ' | '.join(line.split(': ', 1)[-1] for line in said.splitlines() if ' error: ' in line)


# What nagios4 refuses and vigie accepts: how nagios4 says it, and the name under which docs/DIFFERENCES.md gives the reason.
KNOWN = [
    (r"Could not find an?y? ?\w+ matching (host name '.*' and description )?'!", 'Exclusions among regular expressions'),
    (r"Invalid \w+ object directive '_", 'Custom variables on every object'),
    (r"Template ' [^']+' specified", 'Blanks in `use`'),
    (r'There are no (services|hosts) defined', 'No services, no hosts'),
    (r'There are no contacts defined', 'No contacts'),
]


def is_known(said, main):
    """One of the reasons for which nagios4 refused it is a difference that the manual has."""
    return any(re.search(pattern, said) and (not name.startswith('Exclusions') or 'use_regexp_matching=1' in main) for pattern, name in KNOWN)


def difference(box):
    """('', '') where both say the same; else (kind of difference, what it is)."""
    theirs, theirs_said = box.nagios()
    ours, ours_said = box.vigie()
    box.accepted = theirs is not None
    if box.crashed or (theirs is None and ours is None):  # nagios4 crashes by some mistakes: there is nothing to compare with
        return '', ''
    if ours is None:
        if re.fullmatch(r'(error: the parents of this service lead back to it; take one parent out( \| )?)+', errors_of(ours_said)):
            return '', ''  # docs/DIFFERENCES.md: circles of services
        return 'refused', f'nagios4 accepts what vigie refuses: {errors_of(ours_said)}'
    if theirs is None:
        if is_known(theirs_said, open(box.main).read()):
            return '', ''
        return 'accepted', 'vigie accepts what nagios4 refuses: ' + ' | '.join(
            line for line in theirs_said.splitlines() if line.startswith('Error:'))[:600]
    for key in sorted(set(theirs) | set(ours)):
        if key not in ours or key not in theirs:
            who, has = ('vigie', theirs) if key not in ours else ('nagios4', ours)
            return f'{who} lacks {key[0]}', f'{who} has no {key[0]} {key[1]}'
        a, b = theirs[key], ours[key]
        for name in sorted(set(a) | set(b)):
            if a.get(name) != b.get(name):
                return f'{key[0]} {name}', f'{key[0]} {key[1]}: {name}: nagios4 {a.get(name)!r}, vigie {b.get(name)!r}'
    return '', ''


def compare(box, name):
    """Asserts that both judge it alike, and resolve it alike; True where they accept it."""
    kind, what = difference(box)
    assert not kind, f'{name}: {what}\nkept in {box.d}'
    return box.accepted


def need_nagios():
    if not NAGIOS:
        raise Skip('nagios4 is not installed')
