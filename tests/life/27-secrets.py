#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=45 sanitized=long
"""Secrets planted in every place where a configuration may hold one: the commands that need them get them, and nothing else that Vigie writes, answers or keeps in memory has them."""
import json
import os
import re
import stat

from lib_vigie import Vigie, main, until, vigie

MARK = 'hush'
# Never in one piece here, so that this very file is no hit.
WORDS = {n: f'{MARK}-{n}-7c1e' for n in ('user', 'community', 'contact', 'token', 'smtp', 'hook', 'path', 'extra')}
PLUGIN = '''#!/bin/sh
printf '%s\\n' "$*" >> {out}
echo fine
exit {code}
'''
MAY_HOLD = {'runner', 'prober', 'notifier'}  # those that map the secret segment


def objects(v_path):
    return f'''define command {{
 command_name watch
 command_line {v_path('plugin')} $_HOSTSNMP_COMMUNITY$ $USER3$ $_SERVICEAPI_TOKEN$ $ARG1$
}}
define command {{
 command_name lost
 command_line $USER4$/check_nothing -x
}}
define command {{
 command_name inform
 command_line {v_path('informer')} $CONTACTNAME$ $_CONTACTPASSWORD$ $_HOSTSNMP_COMMUNITY$
}}
define contact {{
 contact_name zoe
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands inform
 service_notification_commands inform
 vigie_webhook http://127.0.0.1:9/{WORDS['hook']}
 _PASSWORD {WORDS['contact']}
}}
define host {{
 use th
 host_name h
 address 127.0.0.1
 contacts zoe
 _SNMP_COMMUNITY {WORDS['community']}
 _PLAIN seen
}}
define service {{
 use ts
 host_name h
 service_description s
 check_command watch!{WORDS['extra'][:4]}
 max_check_attempts 1
 contacts zoe
 _API_TOKEN {WORDS['token']}
}}
define service {{
 use ts
 host_name h
 service_description gone
 check_command lost
 max_check_attempts 1
 contacts zoe
}}
'''


def script(v, name, code):
    path = v.path(name)
    v.put(name, PLUGIN.format(out=v.path(f'got-{name}'), code=code))
    os.chmod(path, 0o755)
    v.put(f'got-{name}', '')
    os.chmod(v.path(f'got-{name}'), 0o666)


def planted(**more):
    v = Vigie('', **more)
    v.put('objects.cfg', open(v.path('objects.cfg')).read() + objects(v.path))
    v.put('resource.cfg', f'$USER3$={WORDS["user"]}\n$USER4$=/opt/{WORDS["path"]}\n')
    with open(v.main, 'a') as f:
        f.write(f'resource_file={v.path("resource.cfg")}\nvigie_smtp_user=me\nvigie_smtp_password={WORDS["smtp"]}\n')
    script(v, 'plugin', 2)
    script(v, 'informer', 0)
    return v


def got(v, name):
    with open(v.path(f'got-{name}')) as f:
        return f.read()


def clean(what, text):
    if isinstance(text, str):
        text = text.encode()
    found = re.findall(re.escape(MARK.encode()) + rb'-[a-z]+-7c1e', text)
    assert not found, f'{what} has {sorted(set(found))}: ... {text[max(0, text.index(found[0]) - 200):][:400]!r} ...'


def ctl(v, word, *more):
    status, out, said = vigie('ctl', word, '-c', v.main, *more)
    return out + said


def answers(v):
    for words in (['status', '-o', 'json'], ['list'], ['show', 'h'], ['show', 'h', 's'], ['show', 'h', 'gone', '-o', 'json'], ['show', 'h', 's', '-o', 'json'],
                  ['log'], ['log', '-o', 'json'], ['why', 'h', 's'], ['why', 'h', 'gone']):
        yield 'ctl ' + ' '.join(words), ctl(v, *words)
    for table in ('hosts', 'services', 'contacts', 'commands', 'log', 'status', 'comments', 'columns'):
        yield f'Livestatus {table}', json.dumps(v.livestatus(f'GET {table}'))


def memory(pid):
    with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as mem:
        for line in maps:
            where, rights, *_ = line.split()
            if 'r' not in rights or line.rstrip().endswith(('[vvar]', '[vsyscall]')):
                continue
            a, b = (int(x, 16) for x in where.split('-'))
            if b - a > 1 << 30:  # a sanitizer's shadow
                continue
            try:
                mem.seek(a)
                yield line.strip(), mem.read(b - a)
            except (OSError, ValueError, OverflowError):
                continue


def test_nothing_shows_them():
    with planted() as v:
        v.start()
        until(lambda: WORDS['community'] in got(v, 'plugin'), 'the plugin ran')
        line = got(v, 'plugin').splitlines()[0]
        assert line.split() == [WORDS['community'], WORDS['user'], WORDS['token'], MARK], line
        until(lambda: f'zoe {WORDS["contact"]} {WORDS["community"]}' in got(v, 'informer'), 'the notification command ran')
        until(lambda: v.service(service='gone')['has_been_checked'] == 1, 'the lost plugin has its result')
        until(lambda: 'tried again' in v.said(), 'the web hook failed, and Vigie says so')
        for what, text in answers(v):
            clean(what, text)
        assert '"value": "seen"' in ctl(v, 'show', 'h', '-o', 'json') or 'PLAIN' in json.dumps(v.livestatus('GET hosts\nColumns: custom_variables'))
        if os.geteuid() == 0:
            held = set()
            roles = {pid: words[words.index('-x') + 1] for pid, words in v.roles().items() if '-x' in words}
            assert {'engine', 'gate', 'store', 'auth', 'web', 'local', 'reader'} - {'web'} <= set(roles.values()), roles
            for pid, role in [*roles.items(), (v.process.pid, 'parent')]:
                with open(f'/proc/{pid}/limits') as f:
                    assert role == 'parent' or re.search(r'Max core file size +0 ', f.read()), role
                if role in MAY_HOLD:
                    held.add(any(WORDS['user'].encode() in text for _, text in memory(pid)))
                else:
                    for where, text in memory(pid):
                        clean(f'the memory of {role}, {where}', text)
            assert True in held, 'nobody has the secret: this look into memories sees nothing'
        assert v.stop() == 0
        clean('what it said', v.said())
        clean('the log', v.log())
        for folder, _, names in os.walk(v.state):
            for name in names:
                path = os.path.join(folder, name)
                if stat.S_ISREG(os.lstat(path).st_mode):
                    with open(path, 'rb') as f:
                        clean(path, f.read())


def test_no_error_quotes_them():
    wrong = [
        ('resource.cfg', f'$USER3$ {WORDS["user"]}\n'), ('resource.cfg', f'$USER999$={WORDS["user"]}\n'), ('resource.cfg', f'USER3={WORDS["user"]}\n'),
        ('resource.cfg', f'$USER3={WORDS["user"]}\n'),
        ('objects.cfg', f'define host {{\n host_name x\n _PASSWORD {WORDS["token"]}\n _PASSWORD {WORDS["token"]}2\n use nothing\n}}\n'),
        ('objects.cfg', f'define host {{\n host_name x\n max_check_attempts 1\n check_command lost!{WORDS["extra"][:5]}\n _SNMP_COMMUNITY {WORDS["community"]}\n'),
        ('objects.cfg', f'define contact {{\n contact_name y\n vigie_webhook {WORDS["hook"]}\n}}\n'),
        ('objects.cfg', f'define host {{\n host_name x\n SNMP_COMMUNITY {WORDS["community"]}\n}}\n'),
        ('objects.cfg', f'_PASSWORD {WORDS["token"]}\n'),
        ('objects.cfg', f'define host {{\n host_name x\n max_check_attempts 1\n check_command cut\n}}\ndefine command {{\n command_name cut\n command_line /bin/true "$USER3$\n}}\n'),
        ('main.cfg', f'vigie_smtp_passwrd={WORDS["smtp"]}\n'), ('main.cfg', f'vigie_smtp_password {WORDS["smtp"]}\n'),
    ]
    for name, text in wrong:
        with planted() as v:
            with open(v.path(name), 'a') as f:
                f.write(text)
            for words in (['check', v.main], ['check', '-o', 'json', v.main]):
                _, out, said = vigie(*words)
                clean(f'{words} of {text!r}', out + said)


def test_the_precache_file_is_none_of_the_configuration():
    with planted() as v:
        for name in (v.main, v.path('resource.cfg'), v.path('objects.cfg')):
            before = open(name).read()
            status, _, said = vigie('check', '--precache', name, v.main)
            assert status == 1 and 'is a file of this configuration' in said and open(name).read() == before, said


def test_the_precache_file_keeps_them_as_written():
    with planted() as v:
        out = v.path('precache')
        os.umask(0)
        try:
            assert vigie('check', '--precache', out, v.main)[0] == 0
        finally:
            os.umask(0o022)
        assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
        with open(out) as f:
            text = f.read()
        assert f'_SNMP_COMMUNITY\t{WORDS["community"]}' in text and '$USER3$' in text and WORDS['user'] not in text and WORDS['path'] not in text


def test_check_lists_who_exposes_them():
    with planted() as v:
        status, out, _ = vigie('check', v.main)
        assert status == 0 and '2 commands put a secret on the command line' in out and '$USER4$ begins this command and is a path that does not exist' in out, out
        found = json.loads(vigie('check', '-o', 'json', v.main)[1])['exposed_secrets']
        told = {(x['command'], x['macro']): x for x in found}
        assert set(told) == {('watch', '$_HOSTSNMP_COMMUNITY$'), ('watch', '$USER3$'), ('watch', '$_SERVICEAPI_TOKEN$'),
                             ('inform', '$_CONTACTPASSWORD$'), ('inform', '$_HOSTSNMP_COMMUNITY$')}, told
        lines = open(v.path('objects.cfg')).read().splitlines()
        for (command, macro), x in told.items():
            assert x['file'] == v.path('objects.cfg') and macro in lines[x['line'] - 1] and x['uses'] >= 1, x
        clean('the list', json.dumps(found))


main()
