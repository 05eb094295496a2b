#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a person really gets wrong in a configuration: one message each, with the place and what to do."""
import json
import os
import re
import subprocess

from lib_vigie import ONE, VIGIE, Vigie, main, vigie

SERVICE = 'define service {\n use ts\n host_name h\n service_description %s\n %s\n}\n'


def check(objects, extra=''):
    v = Vigie(objects=objects, main=extra)
    code, out, err = vigie('check', '-c', v.main)
    return code, out + err, v


def refused(objects, *words, extra=''):
    """It must be refused by check and by run, naming the file, a line, and the words."""
    code, text, v = check(objects, extra)
    with v:
        assert code == 1, f'vigie check ended with {code}:\n{text}'
        for word in words:
            assert word in text, f'"{word}" is not in:\n{text}'
        assert re.search(r'\.cfg:\d+', text), f'no place is named in:\n{text}'
        said = v.refuses()
        assert words[0] in said, f'vigie run does not say "{words[0]}":\n{said}'


def test_a_good_one_passes():
    code, text, v = check(ONE)
    with v:
        assert code == 0, text


def test_missing_brace():
    refused(ONE + 'define host {\n use th\n host_name g\n address 127.0.0.1\n', '}')


def test_unknown_template():
    refused(ONE + SERVICE % ('t', 'use no-such-template'), 'no-such-template')


def only(objects, *words, level='error', extra=''):
    """One complaint, and it has all the words: what follows from the cause is not said beside it."""
    code, text, v = check(objects, extra)
    with v:
        said = [line for line in text.splitlines() if ': error: ' in line or ': warning: ' in line]
        assert len(said) == 1 and f': {level}: ' in said[0] and all(w in said[0] for w in words), text
        assert code == (1 if level == 'error' else 0), text


def test_a_file_of_the_wrong_kind():
    # Objects in the main file, and lines of a main file among objects: one message, whatever their number.
    only(ONE, 'put definitions into a file of their own', extra='define host {\n host_name a\n address=b\n}\ndefine host {\n host_name c\n}\n')
    only(ONE + 'interval_length=60\nenable_notifications=1\n', "'interval_length' is a directive of a main file")
    only(ONE + 'define host\n{\n use th\n host_name g\n address 127.0.0.1\n}\n', "'{' on a line of its own")


def test_what_nagios_warns_of():
    only(ONE + SERVICE % ('x', 'check_interval 10\n notification_interval 5'), 'notification_interval is shorter than check_interval', level='warning')
    only(ONE + SERVICE % ('x', 'notification_options r'), 'recoveries are told, and no problem is', level='warning')


def test_what_was_meant():
    only(ONE + 'define timeperiod {\n timeperiod_name t\n alias T\n tusday 09:00-17:00\n}\n', "did you mean 'tuesday'?")
    only(ONE + SERVICE % ('Disk space', '') + 'define serviceescalation {\n host_name h\n service_description Disk spcae\n contacts ann\n first_notification 1\n last_notification 0\n}\n',
         "did you mean 'Disk space'?")


MISTAKES = [  # what Nagios lets pass, and what it is told as
    (SERVICE % ('x', 'notification_options r'), 'recoveries are told, and no problem is'),
    ('define timeperiod {\n timeperiod_name f\n alias F\n february 30 00:00-24:00\n}\n', "no such day as 'february 30'"),
    ('define timeperiod {\n timeperiod_name f\n alias F\n june 1 - june 31 00:00-24:00\n}\n', 'no such day'),
    ('define host {\n name t1\n use t2\n register 0\n}\ndefine host {\n name t2\n use t1\n register 0\n}\n', 'uses itself in a circle'),
    (SERVICE % ('x', 'check_interval soon'), "check_interval is 'soon'; write a number"),
    (SERVICE % ('x', 'active_checks_enabled maybe'), 'write 0 or 1'),
    (SERVICE % ('x', 'notes a\n notes b'), 'notes stands twice'),
    (SERVICE % ('x', 'check_command say!0!$NOSUCHMACRO$'), 'there is no macro $NOSUCHMACRO$'),
    (SERVICE % ('x', 'check_command say!0!$USER77$'), '$USER77$ has no value'),
    ('define timeperiod {\n timeperiod_name back\n alias b\n monday 17:00-09:00\n}\n', 'ends before it begins'),
    (SERVICE % ('s', ''), 'is defined again'),
]


def test_two_ways_to_judge():
    """A Nagios main file: as Nagios does, with a warning where it is surely a mistake. A native one: an error."""
    for objects, words in MISTAKES:
        with Vigie(objects=ONE + objects) as v:
            code, out, _ = vigie('check', v.main)
            said = [line for line in out.splitlines() if words in line]
            assert code == 0 and said and all(': warning: ' in line and re.match(r'.*\.cfg:\d+:\d+: ', line) for line in said), (words, code, out)
            assert json.loads(vigie('check', '-o', 'json', v.main)[1])['mode'] == 'nagios'
            native = v.path('vigie.conf')
            os.rename(v.main, native)
            code, out, _ = vigie('check', native)
            assert code == 1 and any(words in line and ': error: ' in line for line in out.splitlines()), (words, code, out)
            assert json.loads(vigie('check', '-o', 'json', native)[1])['mode'] == 'native'


def test_json_has_all():
    with Vigie(objects=ONE + SERVICE % ('x', 'check_command shout!a') + 'define command {\n command_name shout\n command_line /bin/echo $ARG1$ | cat\n}\n') as v:
        d = json.loads(vigie('check', '-o', 'json', v.main)[1])
        assert d['verdict'] == 'accepted' and d['errors'] == 0 and d['counts']['services'] == 2, d
        assert [x['command'] for x in d['shell_commands']] == ['shout'] and d['shell_commands'][0]['file'] == v.path('objects.cfg') and d['shell_commands'][0]['line'] > 0, d
        assert d['exposed_secrets'] == [] and set(d) >= {'mode', 'messages', 'not_yet'}, d
        d = json.loads(vigie('check', '-o', 'json', '--set', 'check_wrong=1', v.main)[1])
        assert d['verdict'] == 'refused' and all('line' not in m and 'file' not in m for m in d['messages'] if 'check_wrong' in m['text']), d


def test_only_the_cause():
    bare = 'define service {\n host_name h\n service_description t\n check_command say!0!x\n contacts ann\n check_period always\n %s\n}\n'
    only(ONE + bare % 'use ts0', "no service template 'ts0'", "did you mean 'ts'?")
    only(ONE + 'define service {\n use ts\n host_name h\n', 'has no end')
    only(ONE + 'define host {\n host_name g\n use nowhere-defined\n}\n', "no host template 'nowhere-defined'")
    only(ONE + bare % 'max_check_attempts 0', ':68:21', 'must be 1 or more')
    only(ONE + bare % 'check_interval 5', 'has no max_check_attempts')


def test_macros_that_are_none():
    line = 'define command {\n command_name c\n command_line /bin/echo %s\n}\n' + SERVICE % ('t', 'check_command c!1!2')
    only(ONE + line % '$SERVICEDESK$', '$SERVICEDESK$', 'Did you mean $SERVICEDESC$?', level='warning')
    only(ONE + line % '-H $HOSTADDRESS -w $ARG1$ -c $ARG2$', '$HOSTADDRESS has no second dollar sign', level='warning')
    only(ONE + line % '-w $ARG1$ -c $ARG2', '$ARG2 has no second dollar sign', level='warning')
    only(ONE + line % '$USER7$/check_x', '$USER7$ has no value', 'resource_file', level='warning')
    code, text, v = check(ONE + line % '5 $$ or $HOSTADDRESS$:$ARG1$$ARG2$ $HOSTSTATE:h$')
    with v:
        assert code == 0 and '0 warnings' in text, text


def test_unknown_command():
    refused(ONE + SERVICE % ('t', 'check_command no-such-command'), 'no-such-command')


def test_unknown_host():
    refused(ONE + SERVICE.replace('host_name h', 'host_name nobody') % ('t', ''), 'nobody')


def test_unknown_period():
    refused(ONE + SERVICE % ('t', 'check_period never-defined'), 'never-defined')


def test_misspelt_directive_is_guessed():
    code, text, v = check(ONE + SERVICE % ('t', 'max_check_atempts 3'))
    with v:
        assert 'max_check_atempts' in text and 'max_check_attempts' in text, text


def test_number_expected():
    refused(ONE + SERVICE % ('t', 'max_check_attempts three'), 'three')


def test_missing_file():
    refused(ONE, 'nothing-here.cfg', extra='cfg_file=/nonexistent/nothing-here.cfg')


def test_missing_main_file():
    code, out, err = vigie('check', '-c', '/nonexistent/main.cfg')
    assert code == 1 and '/nonexistent/main.cfg' in out + err, (code, out, err)


def test_plugin_that_does_not_exist_is_a_warning():
    objects = ONE + 'define command {\n command_name gone\n command_line /nonexistent/check_gone -x\n}\n'
    code, text, v = check(objects + SERVICE % ('t', 'check_command gone'))
    with v:
        # It may be installed later, or on another machine: said, not refused; the check itself says it again.
        assert code == 0 and '/nonexistent/check_gone' in text, (code, text)


def test_json_for_programs():
    import json
    v = Vigie(objects=ONE + SERVICE % ('t', 'check_command no-such-command'))
    with v:
        code, out, err = vigie('check', '-o', 'json', '-c', v.main)
        assert code == 1, (code, out, err)
        assert 'no-such-command' in json.dumps(json.loads(out))


def test_options_that_a_start_would_refuse():
    """Said by check already, with the place; the other half of these is what they should be."""
    for line, advice in (('vigie_http_listen=0.0.0.0:8080', '127.0.0.1:PORT'), ('vigie_http_listen=8080', 'ADDR:PORT'),
                         ('vigie_state_dir=relative', 'absolute'), ('vigie_runners=0', 'from 1 to 16'), ('vigie_max_concurrent_notifications=0', 'from 1 to 10000'), ('vigie_site=32768', 'from 0 to 32767'),
                         ('vigie_syslog=journal', 'write journald'), ('vigie_syslog=loghost:514', 'in numbers'), ('vigie_syslog=127.0.0.1', 'ADDRESS:PORT'),
                         ('vigie_journal_size=12', 'at least'), ('vigie_smtp_tls=yes', 'auto, required or off'), ('vigie_shell=maybe', 'on or off'),
                         ('vigie_session_idle=30', 'a span of time such as 90s, 5m or 12h, at least 1m'), ('log_file=', 'write a path, or take the line out'),
                         ('vigie_audit_days=0', 'write a number of days, from 1 to 36500')):
        with Vigie(main=line) as v:
            status, out, said = vigie('check', v.main)
            place = next((one for one in out.splitlines() if 'error' in one), '')
            assert status == 1 and re.search(r'main\.cfg:\d+:\d+: error: ', place) and advice in place, (line, out, said)


def test_strict():
    """What has warnings only is refused if one asks for it; what has none is not."""
    warned = ONE + SERVICE % ('t', 'check_command missing') + 'define command {\n command_name missing\n command_line /nowhere/check_x\n}\n'
    for objects, options, code, words in ((warned, (), 0, 'accepted, 1 warning'), (warned, ('--strict',), 1, 'refused, 0 errors, 1 warning; without --strict'),
                                          (ONE, ('--strict',), 0, 'accepted, 0 warnings')):
        with Vigie(objects=objects) as v:
            status, out, said = vigie('check', *options, v.main)
            assert status == code and words in out and not said, (status, out, said)
            status, out, said = vigie('check', '-o', 'json', *options, v.main)
            assert status == code and json.loads(out)['verdict'] == words.split(',')[0], (status, out, said)




def test_usage():
    assert vigie('check', '--no-such-option')[0] == 2
    assert vigie('no-such-command')[0] == 2
    assert vigie('run', '--no-such-option')[0] == 2


os.environ.pop('VIGIE_SET', None)
main()
