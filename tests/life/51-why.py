#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`vigie ctl why`: what a living Vigie decided and would decide, of the whole and of each contact, now and at a moment before."""
import json
import os
import re
import time

from lib_vigie import Vigie, main, until, vigie

CONTACT = """
define contact {{
 contact_name {name}
 host_notification_period always
 service_notification_period {period}
 host_notification_options d,u,r
 service_notification_options {options}
 host_notification_commands tell
 service_notification_commands tell
 service_notifications_enabled {on}
}}
"""
PEOPLE = ''.join(CONTACT.format(name=name, period=period, options=options, on=on) for name, period, options, on in
                 (('night', 'never', 'w,u,c,r', 1), ('calm', 'always', 'u,r', 1), ('away', 'always', 'w,u,c,r', 0), ('boss', 'always', 'w,u,c,r', 1)))
OBJECTS = PEOPLE + """
define timeperiod {
 timeperiod_name never
 alias never
}
define host {
 use th
 host_name h
 address 127.0.0.1
}
define service {
 use ts
 host_name h
 service_description s
 active_checks_enabled 0
 max_check_attempts 2
 contacts ann,night,calm,away
 notification_interval 600
}
define serviceescalation {
 host_name h
 service_description s
 contacts boss
 first_notification 2
 last_notification 0
 notification_interval 600
}
define service {
 use ts
 host_name h
 service_description nightly
 check_period never
 check_interval 1
}
define service {
 use ts
 host_name h
 service_description asked only
 check_interval 0
}
"""


class Asked(Vigie):
    def why(self, *words):
        status, out, said = vigie('ctl', 'why', '-c', self.main, *words)
        assert status == 0, (words, status, out, said)
        return out

    def json(self, *words):
        return json.loads(self.why(*words, '-o', 'json'))

    def result(self, code):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;{code};state {code}')


def contacts(of):
    return {c['contact']: c['reason']['code'] for c in of['contacts']}


def decided(v, what):
    """The last decision in the history, when its reason is this one; the history follows in a moment."""
    def look():
        a = v.json('h/s')
        return a if a['decision'] and a['decision']['reason']['code'] == what else None
    return until(look, f'the decision {what}')


def test_told_and_not():
    with Asked(OBJECTS) as v:
        v.start()
        a = v.json('h', 's')
        assert a['why']['code'] == 'STATE_PENDING' and a['decision'] is None and a['would'] is None, a
        assert [r['code'] for r in a['next']] == ['RUN_PASSIVE'], a
        v.result(2)
        a = decided(v, 'NOTIFY_SOFT')
        assert a['decision']['reason']['args'] == ['1', '2'] and not a['decision']['hard'], a
        assert a['why']['code'] == 'STATE_PASSIVE' and a['state']['state'] == 'critical', a
        assert ', problem\n' in v.why('h/s', '--lang', 'en') and 'problème\n' in v.why('h/s', '-l', 'fr'), v.why('h/s')
        between = time.time()
        v.result(2)
        a = decided(v, 'TOLD')
        assert contacts(a['decision']) == {'ann': 'CONTACT_TOLD', 'night': 'CONTACT_PERIOD', 'calm': 'CONTACT_OPTION', 'away': 'CONTACT_OFF',
                                           'boss': 'ESCALATION_FROM'}, a
        assert a['decision']['about'] == 'problem' and a['decision']['number'] == 1, a
        assert a['last_decision']['code'] == 'TOLD' and a['would']['reason']['code'] == 'NOTIFY_INTERVAL', a
        assert contacts(a['would'])['boss'] == 'CONTACT_WANTS' and contacts(a['would'])['ann'] == 'CONTACT_ESCALATED', a

        english, french = v.why('h/s', '--lang', 'en'), v.why('h;s', '-l', 'fr')
        for text in ('h > s is CRITICAL since ', 'confirmed (attempt 2).', "Its results come from outside; nothing is executed for it.", 'problem, number 1',
                     'Contacts notified: 1.', '+ ann:              notified', "- night:            outside the contact's notification period never",
                     '- boss:             its escalation counts from notification 2 on', 'If its result came again now:'):
            assert text in english, (text, english)
        for text in ('h > s : CRITIQUE depuis le ', 'confirmé (tentative 2).', 'Contacts prévenus : 1.', '+ ann :             prévenu',
                     '- night :           hors de la période de notification never du contact'):
            assert text in french, (text, french)
        assert re.search(r'CRITIQUE depuis le \d{4}-\d\d-\d\d à \d\d:', french), french
        environment = os.environ.copy()
        try:
            os.environ.update(LANG='fr_FR.UTF-8', LC_ALL='', LC_MESSAGES='')
            assert 'CRITIQUE' in v.why('h/s')
        finally:
            os.environ.clear()
            os.environ.update(environment)

        then = v.json('h/s', '--at', time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(between + 1)))
        assert then['decision']['reason']['code'] in ('NOTIFY_SOFT', 'TOLD') and then['at'] and 'would' not in then, then
        long_ago = v.json('h/s', '--at', '2001-01-01')
        assert long_ago['decision'] is None and long_ago['state'] is None, long_ago
        assert 'Nothing is known of h > s at that moment.' in v.why('h/s', '--at', '2001-01-01', '--lang', 'en')


def test_parents():
    """A host that cannot be reached: behind whom, in both languages and on the page, after a restart as well."""
    def look():
        for lang, words in (('en', 'All its parents are down or unreachable, so it cannot be reached: left, right.'),
                            ('fr', 'Tous ses parents sont indisponibles ou injoignables, il est donc injoignable : left, right.')):
            assert words in v.why('child', '--lang', lang), v.why('child', '--lang', lang)

    host = 'define host {{\n use th\n host_name {}\n address 127.0.0.1\n active_checks_enabled 0\n{}}}\n'
    with Asked(OBJECTS + host.format('left', '') + host.format('right', '') + host.format('child', ' parents left,right\n'), 'translate_passive_host_checks=1\n') as v:
        v.start()
        for name in ('left', 'right', 'child'):
            v.order(f'PROCESS_HOST_CHECK_RESULT;{name};1;down')
        until(lambda: v.json('child')['state']['state'] == 'unreachable', 'the child is unreachable')
        a = v.json('child')
        assert a['why']['code'] == 'STATE_PARENTS' and a['why']['object'] == 'left, right', a
        look()
        assert v.stop() == 0
        v.start()
        look()


def test_downtime_and_restart():
    with Asked(OBJECTS) as v:
        v.start()
        now = int(time.time())
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;s;{now - 5};{now + 3600};1;0;0;ann;work')
        v.result(2)
        v.result(2)
        a = decided(v, 'NOTIFY_DOWNTIME')
        assert a['decision']['hard'] and a['decision']['contacts'] == [], a
        for lang, words in (('en', 'A downtime of it is in effect'), ('fr', 'Une de ses maintenances est en cours')):
            out = vigie('ctl', 'why', '-c', v.main, 'h/s', '--lang', lang)[1]
            assert words in out, out
        assert v.stop() == 0
        v.start()
        a = v.json('h/s')
        assert a['last_decision']['code'] == 'NOTIFY_DOWNTIME' and a['decision']['reason']['code'] == 'NOTIFY_DOWNTIME', a
        assert contacts(a['would'])['ann'] == 'CONTACT_WANTS', a


def test_why_it_does_not_run():
    with Asked(OBJECTS) as v:
        v.start()
        a = until(lambda: (a := v.json('h/nightly'))['ran'] and a, 'its turn came')
        assert a['ran']['code'] == 'RUN_PERIOD' and a['ran']['object'] == 'never' and a['ran']['text_en'].startswith('It did not run at '), a
        assert [r['code'] for r in a['next']] == ['RUN_PLANNED', 'RUN_PERIOD'], a
        assert [r['code'] for r in v.json('h/asked only')['next']] == ['RUN_NO_INTERVAL'], a
        a = until(lambda: (a := v.json('h'))['ran'] and a['why']['code'] == 'STATE_RESULT' and a, 'the host was checked')
        assert a['ran']['code'] in ('RAN_PLANNED', 'RAN_ON_DEMAND') and a['next'][0]['code'] == 'RUN_PLANNED', a
        then = until(lambda: (a := v.json('h/nightly', '--at', '0s'))['ran'] and a, 'it stands in the history')
        assert then['ran']['code'] == 'RUN_PERIOD', then


def test_bad_words():
    with Asked(OBJECTS) as v:
        v.start()
        for words, status, said in ((['nohost/s'], 1, "there is no host 'nohost'"), (['h/nothing'], 1, "has no service 'nothing'"), ([], 2, 'HOST [SERVICE]'),
                                    (['h', '--lang', 'de'], 2, 'takes en or fr'), (['h', '--at', 'soon'], 2, '--at takes a time')):
            code, out, err = vigie('ctl', 'why', '-c', v.main, *words)
            assert code == status and said in err and not out, (words, code, out, err)
        for words, status, said in ((['nohost/s'], 1, "il n'y a pas d'hôte « nohost » (vigie ctl list --kind host les nomme tous)"),
                                    (['hh'], 1, "il n'y a pas d'hôte « hh » ; vouliez-vous dire « h » ? (vigie"),
                                    (['h/night'], 1, "l'hôte « h » n'a pas de service « night » ; vouliez-vous dire « nightly » ?"),
                                    ([''], 2, "le nom de l'hôte est vide"), (['h', '--at', 'soon'], 2, '--at attend un moment'),
                                    (['h', '--at', '1900-01-01'], 1, 'doit être un moment'), (['h', '--at', '2099-01-01'], 2, 'est dans le futur : ici il est')):
            code, out, err = vigie('ctl', 'why', '-c', v.main, '-l', 'fr', *words)
            assert code == status and said in err and not out, (words, code, out, err)
        assert v.stop() == 0
        code, out, err = vigie('ctl', 'why', '-c', v.main, '-l', 'fr', 'h')
        assert code == 1 and 'impossible de joindre' in err and not out, (code, out, err)


main()
