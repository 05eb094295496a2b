# SPDX-License-Identifier: Apache-2.0
"""Configurations that use the whole language of Nagios 4, made from a seed: Config(seed) has files of definitions, each a list of lines.

The same seed gives the same configuration. mistakes.py of the same folder spoils one."""
import random

FLAG = ('0', '1', '1', '0', '2', '-1', '01', '1.9', '0.9')
COUNT = ('1', '3', '5', '07', '2.9', '+4', '12abc', '1e1')
UNITS = ('5', '1', '0.5', '10.25', '03', '+2', '1e1', '7.', '.5', '2m')
UNITS0 = UNITS + ('0', '0', '0.0')
SECONDS = ('0', '60', '90.7', '1e3', '007')
PERCENT = ('5', '5.5', '12.25', '0', '0.0', '33.33', '99.999')
TEXTS = ('plain', 'two words', 'with  two blanks', "quote's \"here\"", 'dollar $HOSTNAME$', 'a=b', 'x,y,z', 'hash # inside', 'semi \\; colon', 'été ñ 漢字',
         'tab\there', 'null', 'null and more', '+plus', '!not', '0', '-', '{brace}', 'back\\slash', '%20&amp;', '<b>bold</b>', '*', 'a!b\\!c')
URLS = ('http://x/?a=1&b=2', '/n/$HOSTNAME$', 'https://e.org/#top', 'null')
IMAGES = ('a.png', 'dir/b.gd2', 'null', 'with blank.png')
COORDS2 = ('1,2', '-5,7', '10 , 20', '0,0', '1.9,2.9', '3,4,5')
COORDS3 = ('1,2,3', '-1.5,2.25,0', '1.0 , 2 , 3')
ARGS = ('', '!1', '!1!2', '!a\\!b!c', '!$HOSTADDRESS$!$USER5$', '! blank ! in ', '!-w 5,5 -c "x y"', '!', '!!x', '!été', '!a\\\\b')
WORDS = {
    'host': {'d': 'down', 'u': 'unreachable', 'r': 'recovery', 'f': 'flapping', 's': 'downtime', 'o': 'up', 'p': 'pending'},
    'service': {'w': 'warning', 'u': 'unknown', 'c': 'critical', 'r': 'recovery', 'f': 'flapping', 's': 'downtime', 'o': 'ok', 'p': 'pending'},
}
LETTERS = {  # what each list of letters may say
    'host': 'durfs', 'host flap': 'odu', 'host stalk': 'odu', 'host fail': 'odup', 'host escalation': 'dur',
    'service': 'wucrfs', 'service flap': 'owuc', 'service stalk': 'owuc', 'service fail': 'owucp', 'service escalation': 'wucr',
}
DAYS = ('sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday')
MONTHS = ('january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december')
HOST_NAMES = ('h0', 'h1', 'h2', 'h10', 'web-1.example.org', 'Élan', 'data base', 'H1', 'x_y', 'a.b', 'srv:9', '10.0.0.1')
SERVICE_NAMES = ('ping', 'Disk /', 'load avg', 'été', 'HTTP:80', 'cpu (all)', 'c++', 'a.b', 'PING', '50%', 'x y  z')


class Config:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.defs = []  # [kind, [[directive, value], ...]]
        self.main = []
        self.regexp = self.r.choice([0, 0, 0, 0, 0, 1, 1, 2])
        self.pool()
        self.commands()
        self.periods()
        self.contacts()
        self.hosts()
        self.services()
        self.groups()
        self.relations()
        self.extinfo()
        self.main_file()

    # ---- small choices ----

    def odds(self, p):
        return self.r.random() < p

    def some(self, of, least=0, most=3):
        return self.r.sample(list(of), min(len(of), self.r.randint(least, most)))

    def names(self, base, n):
        """n names of a kind: plain ones, and odd ones."""
        return [f'{base}{i}' for i in range(n)]

    def pool(self):
        r = self.r
        self.host_names = r.sample(HOST_NAMES, r.randint(1, 7))
        self.service_names = r.sample(SERVICE_NAMES, r.randint(1, 5))
        self.hgroups = [f'hg{i}' for i in range(r.randint(1, 4))] + self.some(('hosts: all', 'Gruppe ä'), 0, 1)
        self.sgroups = [f'sg{i}' for i in range(r.randint(1, 3))] + self.some(('services, no'.replace(',', ''), 'sg.x'), 0, 1)
        self.contact_names = r.sample(('ann', 'bob', 'eve', 'Zoé', 'on call'), r.randint(1, 4))
        self.cgroups = [f'cg{i}' for i in range(r.randint(1, 3))]
        self.period_names = ['always', 'never', 'work', 'odd days', 'x'][:r.randint(2, 5)]
        self.command_names = ['ok', 'warn', 'odd cmd', 'mail-it', 'o.k'][:r.randint(2, 5)]

    def spell(self, names):
        """A list of names with commas, and blanks that mean nothing."""
        return self.r.choice([',', ',', ',', ', ', ' ,', ' , ']).join(names)

    def listing(self, names, odd=0.1, least=1, star=False, no=False, most=3):
        """A list of names: plain, with * or !, or (with regular expressions) patterns."""
        if not names:
            return None
        r, chosen = self.r, self.some(names, least, most)
        if star and self.odds(0.12):
            chosen = ['*'] + (['!' + r.choice(names)] if no and self.odds(0.4) and len(names) > 1 else [])
        elif no and len(chosen) > 1 and self.odds(0.15):
            chosen[-1] = '!' + chosen[-1]
        elif no and chosen and self.odds(odd):
            chosen.append('!' + r.choice(names))
        if chosen and self.odds(odd * 0.3):
            chosen.append(chosen[0])
        if chosen and self.regexp and star and self.odds(0.4):
            n = r.choice(names)
            chosen[0] = r.choice([n[0] + '.*', '.*' + n[-1], '.*', '^' + n[:2] + '.*$', n[:1] + '?' + n[1:2] + '.*', '[' + n[0] + 'x].*'])
        return self.spell(chosen)

    def additive(self, value, plus=0.25, null=0.08):
        if value is None or self.odds(null):
            return 'null' if self.odds(0.9) else None
        return ('+' if self.odds(plus) else '') + value

    def letters(self, kind):
        r, known = self.r, LETTERS[kind]
        pick = r.random()
        if pick < 0.1:
            return r.choice(['n', 'none'])
        if pick < 0.22:
            return r.choice(['a', 'all'])
        chosen = self.some(known, 1, len(known))
        words = WORDS[kind.split()[0]]
        return r.choice([',', ',', ', ', ' ,', ' ']).join(words[c] if self.odds(0.2) else c for c in chosen)

    def maybe(self, odds, name, values):
        """[[name, one of values]] or []"""
        if not self.odds(odds):
            return []
        value = values() if callable(values) else self.r.choice(values)
        return [] if value is None else [[name, value]]

    def rows(self, odds, *rows):
        out = []
        for name, values in rows:
            if isinstance(name, tuple):
                name = self.r.choice(name)
            out += self.maybe(odds, name, values)
        self.r.shuffle(out)
        return out

    def define(self, kind, *parts):
        lines = [list(x) for part in parts for x in part if x[1] is not None]
        self.defs.append([kind, lines])

    def custom(self, odds=0.3):
        out = []
        for _ in range(3):
            if self.odds(odds):
                out.append(['_' + self.r.choice(('RACK', 'rack', 'Room_2', 'snmp-v', 'É', '1', 'PORT', 'A.B')),
                            self.r.choice(TEXTS + ('', '42'))])
        return out

    def command(self):
        return self.r.choice(self.command_names) + self.r.choice(ARGS)

    def plain_command(self):
        """One of a list: nothing in it parts it."""
        return self.r.choice([c for c in self.command_names if ' ' not in c]) + self.r.choice([a for a in ARGS if ' ' not in a and ',' not in a])

    def nullable(self, values, null=0.08):
        return lambda: 'null' if self.odds(null) else values() if callable(values) else self.r.choice(values)

    # ---- templates: several levels, and several at once ----

    def templates(self, kind, n, make):
        """n templates whose parents are any of those before; returns a function that gives a `use` line."""
        names = []
        for i in range(n):
            use = self.use(names, 0.6)
            name = f'{kind[0]}t{i}'
            reg = [['register', '0']] if not self.odds(0.03) or kind in ('hostescalation', 'serviceescalation') else [['register', 'no']]
            self.define(kind, [['name', name]], reg, use, make())
            names.append(name)
        return lambda odds=0.7: self.use(names, odds)

    def use(self, names, odds):
        if not names or not self.odds(odds):
            return []
        return [['use', ','.join(self.some(names, 1, 3))]]

    # ---- commands, periods, contacts ----

    def commands(self):
        lines = ('/bin/true $HOSTADDRESS$ \\; echo', '$USER1$/check_dummy $ARG1$ "$ARG2$"', '/bin/echo été | cat > /dev/null', 'null',
                 '/x/y -a \\! -b $_HOSTRACK$ $$', "printf '%b' 'a\\nb' # no remark")
        use = self.templates('command', self.r.randint(0, 1), lambda: [['command_line', self.r.choice(lines)]])
        for name in self.command_names:
            inherit = use(0.2)
            self.define('command', [['command_name', name]], inherit, [['command_line', self.r.choice(lines)]] if not inherit or self.odds(0.5) else [])

    def times(self):
        r, out, at = self.r, [], 0
        for _ in range(r.choice([1, 1, 1, 2, 3])):
            a, b = sorted(r.sample(range(0, 1441), 2))
            form = r.choice(['{:02d}:{:02d}', '{:02d}:{:02d}', '{}:{:02d}', '{:02d}:{}' if a % 60 > 9 and b % 60 > 9 else '{:02d}:{:02d}'])
            out.append(form.format(a // 60, a % 60) + '-' + form.format(b // 60, b % 60))
        if self.odds(0.3):
            out = ['00:00-24:00']
        return ','.join(out)

    def day(self):
        r = self.r
        n = lambda: r.choice([1, 2, 10, 15, 28, 31, -1, -2, 3])
        w, m, w2, m2 = r.choice(DAYS), r.choice(MONTHS), r.choice(DAYS), r.choice(MONTHS)
        k, k2 = r.choice([1, 2, 3, 4, -1, -2]), r.choice([1, 2, 3, 4, -1])
        forms = [w, w, w, w, f'{m} {n()}', f'day {n()}', f'{w} {k}', f'{w} {k} {m}', '2026-02-%02d' % r.randint(1, 28), '2026-7-4',
                 f'2026-01-{r.randint(10, 20)} - 2027-02-01', f'{m} {n()} - {m2} {n()}', f'{m} 5 - 20', f'day 1 - {n()}', f'day 2 - day {n()}',
                 f'{w} {k} - {w2} {k2}', f'{w} {k} {m} - {w2} {k2} {m2}']
        day = r.choice(forms)
        if (' - ' in day or day[0] == '2') and self.odds(0.3):
            day += r.choice([' / 2', ' / 3', ' / 7', ' / 1'])
        return day

    def days(self, most):
        return [[self.day(), self.times()] for _ in range(self.r.randint(0, most))]

    def periods(self):
        use = self.templates('timeperiod', self.r.randint(0, 3), lambda: self.days(3) + self.maybe(0.2, 'alias', TEXTS))
        for i, name in enumerate(self.period_names):
            exclude = self.maybe(0.3, 'exclude', lambda: self.spell(self.some(self.period_names[:i], 1))) if i else []
            days = self.days(6) if name != 'never' else []
            self.define('timeperiod', [['timeperiod_name', name]], [['alias', self.r.choice(TEXTS[:8])]], use(0.5), exclude, days)

    def contact_lines(self, odds):
        r = self.r
        commands = lambda: ','.join(self.plain_command() for _ in range(r.choice([1, 1, 2])))
        return self.rows(
            odds, ('alias', TEXTS), ('email', ('a@b', 'null', 'x@y z', 'ä@ö')), ('pager', ('123', '+49 1', 'null')),
            ('host_notification_period', self.nullable(self.period_names)), ('service_notification_period', self.nullable(self.period_names)),
            ('host_notification_options', lambda: self.letters('host')), ('service_notification_options', lambda: self.letters('service')),
            ('host_notifications_enabled', FLAG), ('service_notifications_enabled', FLAG), ('can_submit_commands', FLAG),
            ('retain_status_information', FLAG), ('retain_nonstatus_information', FLAG),
            (('minimum_value', 'minimum_importance'), COUNT + ('0',)), ('host_notification_commands', commands), ('service_notification_commands', commands),
            *((f'address{i}', TEXTS) for i in range(1, 7) if self.odds(0.3))) + self.custom()

    def contacts(self):
        joins = lambda: self.maybe(0.2, r.choice(['contactgroups', 'contact_groups']), lambda: self.additive(self.listing(self.cgroups, no=True)))
        r = self.r
        use = self.templates('contact', r.randint(0, 3), lambda: self.contact_lines(0.3) + joins())
        for name in self.contact_names:
            own = self.contact_lines(0.3)
            must = [[f'{k}_notification_commands', self.plain_command()] for k in ('host', 'service') if f'{k}_notification_commands' not in [x[0] for x in own]]
            self.define('contact', [['contact_name', name]], use(), must, own, joins())

    # ---- hosts and services ----

    def check_lines(self, kind, odds):
        """What hosts and services have in common."""
        host = kind == 'host'
        p = self.nullable(self.period_names)
        return self.rows(
            odds, ('display_name', TEXTS), ('check_command', self.nullable(self.command) if host else self.command), ('check_period', p),
            ('initial_state', ('o', 'd', 'u', 'up', 'down', 'unreachable') if host else ('o', 'w', 'c', 'u', 'ok', 'warning', 'critical', 'unknown')),
            ('max_check_attempts', COUNT), (('check_interval', 'normal_check_interval'), UNITS0), (('retry_interval', 'retry_check_interval'), UNITS),
            ('active_checks_enabled', FLAG), ('passive_checks_enabled', FLAG), (('obsess_over_' + kind, 'obsess'), FLAG),
            ('check_freshness', FLAG), ('freshness_threshold', SECONDS), ('event_handler', self.nullable(self.command)), ('event_handler_enabled', FLAG),
            ('low_flap_threshold', PERCENT), ('high_flap_threshold', PERCENT), ('flap_detection_enabled', FLAG),
            ('flap_detection_options', lambda: self.letters(kind + ' flap')), ('process_perf_data', FLAG),
            ('retain_status_information', FLAG), ('retain_nonstatus_information', FLAG),
            ('contacts', lambda: self.additive(self.listing(self.contact_names))), ('contact_groups', lambda: self.additive(self.listing(self.cgroups))),
            ('notification_interval', UNITS0), ('first_notification_delay', UNITS0), ('notification_period', p),
            ('notification_options', lambda: self.letters(kind)), ('notifications_enabled', FLAG), ('stalking_options', lambda: self.letters(kind + ' stalk')),
            ('notes', TEXTS), ('notes_url', URLS), ('action_url', URLS), ('icon_image', IMAGES), ('icon_image_alt', TEXTS),
            (('hourly_value', 'importance'), COUNT + ('0',))) + self.custom()

    def host_lines(self, odds):
        return self.check_lines('host', odds) + self.rows(
            odds, ('alias', TEXTS), ('address', ('192.0.2.1', 'fe80::1', 'a b', 'null')), (('statusmap_image', 'gd2_image'), IMAGES), ('vrml_image', IMAGES),
            ('2d_coords', COORDS2), ('3d_coords', COORDS3), (('hostgroups', 'host_groups'), lambda: self.additive(self.listing(self.hgroups, star=True, no=True))))

    def hosts(self):
        odds = self.r.choice([0.05, 0.15, 0.3, 0.6])
        use = self.templates('host', self.r.randint(0, 5), lambda: self.host_lines(odds))
        for i, name in enumerate(self.host_names):
            parents = self.maybe(0.3, 'parents', lambda: self.additive(self.listing(self.host_names[:i], 0)) if i else None)
            own = self.host_lines(odds)
            must = [['max_check_attempts', '4']] if self.odds(0.995) and 'max_check_attempts' not in [x[0] for x in own] else []
            self.define('host', [['host_name', name]], use(), must, own, parents, self.maybe(0.05, 'name', ['named ' + name]))

    def service_lines(self, odds):
        return self.check_lines('service', odds) + self.rows(
            odds, ('is_volatile', FLAG), ('parallelize_check', FLAG), ('failure_prediction_enabled', FLAG),
            (('servicegroups', 'service_groups'), lambda: self.additive(self.listing(self.sgroups, star=True, no=True))))

    def where(self):
        """Lines that say which hosts."""
        r = self.r
        pick = r.random()
        host, group = r.choice(['host_name', 'host_name', 'host', 'hosts']), r.choice(['hostgroup_name', 'hostgroup', 'hostgroups'])
        hosts, groups = self.listing(self.host_names, star=True, no=True), self.listing(self.hgroups, star=True, no=True)
        return [[host, hosts]] if pick < 0.5 else [[group, groups]] if pick < 0.75 else [[host, hosts], [group, groups]]

    def services(self):
        r, odds = self.r, self.r.choice([0.05, 0.15, 0.3, 0.6])
        use = self.templates('service', r.randint(0, 5), lambda: self.service_lines(odds) + (self.where() if self.odds(0.1) else []) + (
            [['check_command', '!' + self.command()]] if self.odds(0.05) else []))
        base = [[['max_check_attempts', '3'], ['check_command', self.command()]]]
        full = lambda own: [x for x in base[0] if x[0] not in [y[0] for y in own] and self.odds(0.995)]
        everywhere = self.service_lines(odds)
        self.define('service', [['service_description', 'every'], ['host_name', '*' if not self.regexp or self.odds(0.5) else '.*']], use(), full(everywhere), everywhere)
        for name in self.service_names:
            for _ in range(r.choice([1, 1, 1, 2])):  # two of one name: on other hosts, or not
                own = self.service_lines(odds)
                parents = self.maybe(0.1, 'parents', lambda: r.choice(['every', f'{r.choice(self.host_names)},every', f'{r.choice(self.host_names)},every,{self.host_names[0]},every']))
                self.define('service', [[r.choice(['service_description', 'service_description', 'description']), name]], use(), full(own), own, self.where(), parents)

    # ---- groups ----

    def groups(self):
        r = self.r
        about = lambda: self.rows(0.25, ('notes', TEXTS), ('notes_url', URLS), ('action_url', URLS)) + self.maybe(0.6, 'alias', TEXTS)
        use = self.templates('hostgroup', r.randint(0, 2), lambda: about() + self.maybe(0.3, 'members', lambda: self.additive(self.listing(self.host_names, star=True, no=True))))
        for i, g in enumerate(self.hgroups):
            self.define('hostgroup', [['hostgroup_name', g]], use(0.3), about(),
                        self.maybe(0.75, 'members', lambda: self.additive(self.listing(self.host_names, star=True, no=True), 0.1)),
                        self.maybe(0.4, 'hostgroup_members', lambda: self.additive(self.listing(self.hgroups[:i], 0), 0.1)))
        pairs = lambda: self.spell([f'{r.choice(self.host_names)},every' for _ in range(r.randint(1, 3))])
        use = self.templates('servicegroup', r.randint(0, 2), lambda: about() + self.maybe(0.3, 'members', lambda: self.additive(pairs())))
        for i, g in enumerate(self.sgroups):
            self.define('servicegroup', [['servicegroup_name', g]], use(0.3), about(), self.maybe(0.6, 'members', lambda: self.additive(pairs(), 0.1)),
                        self.maybe(0.4, 'servicegroup_members', lambda: self.additive(self.listing(self.sgroups[:i], 0), 0.1)))
        use = self.templates('contactgroup', r.randint(0, 2), lambda: self.maybe(0.5, 'alias', TEXTS) + self.maybe(
            0.4, 'members', lambda: self.additive(self.listing(self.contact_names))))
        for i, g in enumerate(self.cgroups):
            self.define('contactgroup', [['contactgroup_name', g]], use(0.3), self.maybe(0.8, 'alias', TEXTS),
                        self.maybe(0.9, 'members', lambda: self.additive(self.listing(self.contact_names, star=True, no=True), 0.1)),
                        self.maybe(0.4, 'contactgroup_members', lambda: self.additive(self.listing(self.cgroups[:i], 0), 0.1)))

    # ---- escalations, dependencies ----

    def described(self, prefix=''):
        """Lines that say which services: by lists, by groups of hosts, by service groups."""
        r = self.r
        pick = r.random()
        name = prefix + 'service_description'
        names = 'every' if self.odds(0.75) else self.r.choice(['*', 'every,*', 'every,!nix']) if not self.odds(0.2) else r.choice(self.service_names)
        hosts = self.listing(self.host_names, star=True, no=True)
        groups = self.listing(self.hgroups, star=True, no=True)
        if pick < 0.55:
            return [[prefix + 'host_name', hosts], [name, names]]
        if pick < 0.7:
            return [[prefix + 'hostgroup_name', groups], [name, names]]
        if pick < 0.8:
            return [[prefix + 'hostgroup_name', groups], [prefix + 'host_name', hosts], [name, names]]
        if pick < 0.9:
            return [[prefix + 'servicegroup_name', self.listing(self.sgroups, star=True, no=True)]]
        return [[prefix + 'servicegroup_name', self.listing(self.sgroups)], [prefix + 'host_name', hosts], [name, names]]

    def hosted(self, prefix=''):
        pick = self.r.random()
        hosts, groups = [prefix + 'host_name', self.listing(self.host_names, star=True, no=True)], [prefix + 'hostgroup_name', self.listing(self.hgroups, star=True, no=True)]
        return [hosts] if pick < 0.6 else [groups] if pick < 0.8 else [hosts, groups]

    def escalation_lines(self, kind, odds):
        return self.rows(odds, ('contacts', lambda: self.additive(self.listing(self.contact_names))), ('contact_groups', lambda: self.additive(self.listing(self.cgroups))),
                         ('notification_interval', UNITS0), ('escalation_period', self.nullable(self.period_names)),
                         ('escalation_options', lambda: self.letters(kind + ' escalation'))) + self.rows(
                             0.9, ('first_notification', ('0', '1', '2', '03')), ('last_notification', ('0', '5', '7.9')))

    def relations(self):
        r = self.r
        for kind, where in (('host', self.hosted), ('service', self.described)):
            if self.odds(0.4):
                use = self.templates(kind + 'escalation', r.randint(0, 2), lambda: self.escalation_lines(kind, 0.4) + (where() if self.odds(0.2) else []))
                for _ in range(r.randint(1, 3)):
                    self.define(kind + 'escalation', use(0.5), where(), self.escalation_lines(kind, 0.5))
            if self.odds(0.4):
                criteria = lambda: self.rows(0.6, (('notification_failure_criteria', 'notification_failure_options'), lambda: self.letters(kind + ' fail')),
                                             (('execution_failure_criteria', 'execution_failure_options'), lambda: self.letters(kind + ' fail'))) + self.rows(
                                                 0.3, ('inherits_parent', FLAG), ('dependency_period', self.nullable(self.period_names)))
                use = self.templates(kind + 'dependency', r.randint(0, 2), criteria)
                for _ in range(r.randint(1, 2)):
                    self.define(kind + 'dependency', use(0.4), *(self.tied(kind) if self.odds(0.7) else (where(), where('dependent_'))), criteria())

    def tied(self, kind):
        """Two sides that are no circle: the first host and the others."""
        first, others = self.host_names[0], self.host_names[1:]
        if not others:
            return ([['host_name', first], ['service_description', 'every']], [['dependent_service_description', self.service_names[0]]]) if kind == 'service' else ()
        if kind == 'host':
            return [['host_name', first]], [['dependent_host_name', self.listing(others)]]
        pick = self.r.random()
        if pick < 0.15:
            return [['host_name', self.listing(self.host_names)], ['service_description', 'every']], [['dependent_service_description', self.service_names[0]]]
        if pick < 0.3:
            return [['service_description', 'every']], [['dependent_host_name', self.listing(others)], ['dependent_service_description', self.service_names[0]]]
        return [['host_name', first], ['service_description', 'every']], [['dependent_host_name', self.listing(others)], ['dependent_service_description', 'every']]

    def extinfo(self):
        r = self.r
        common = lambda: self.rows(0.5, ('notes', TEXTS), ('notes_url', URLS), ('action_url', URLS), ('icon_image', IMAGES), ('icon_image_alt', TEXTS))
        if self.odds(0.25):
            use = self.templates('hostextinfo', r.randint(0, 2), common)
            for _ in range(r.randint(1, 3)):
                self.define('hostextinfo', use(0.4), self.hosted(), common(), self.rows(
                    0.4, ('vrml_image', IMAGES), (('statusmap_image', 'gd2_image'), IMAGES), ('2d_coords', COORDS2), ('3d_coords', COORDS3)))
        if self.odds(0.25):
            use = self.templates('serviceextinfo', r.randint(0, 2), common)
            for _ in range(r.randint(1, 3)):
                self.define('serviceextinfo', use(0.4), self.hosted(), [['service_description', r.choice(['every', 'every', 'every,*', '*'])]], common())

    def main_file(self):
        rows = self.main
        rows.append(f'allow_empty_hostgroup_assignment={1 if self.odds(0.9) else self.r.choice([0, 2])}')
        if self.regexp:
            rows.append('use_regexp_matching=1')
        if self.regexp == 2:
            rows.append('use_true_regexp_matching=1')
        for name, values in (('interval_length', ('60', '1', '30', '7')), ('illegal_object_name_chars', ('~!$%^&*"|\'<>?=', '`~')), ('date_format', ('us', 'iso8601')),
                             ('use_large_installation_tweaks', ('0', '1')), ('soft_state_dependencies', ('1',)), ('enable_predictive_host_dependency_checks', ('0',))):
            if self.odds(0.1) and not (name.startswith('illegal') and self.odds(0.6)):
                rows.append(f'{name}={self.r.choice(values)}')
        self.r.shuffle(rows)

    # ---- as text ----

    def layout(self):
        """[(path, [definition: [line, ...], ...])]: definitions in any order over several files, in any writing."""
        r = self.r
        defs = self.defs[:]
        if self.odds(0.7):
            r.shuffle(defs)
        tidy = self.odds(0.3)
        files = ['objects.cfg'] + (self.some(('dir/a.cfg', 'dir/sub/b.cfg', 'other.cfg', 'dir/c.cfg'), 0, 3) if self.odds(0.3) else [])
        out = {f: [] for f in files}
        for kind, lines in defs:
            out[r.choice(files)].append(self.written(kind, lines, tidy))
        return list(out.items())

    def written(self, kind, lines, tidy):
        r = self.r
        end = '\n'
        if tidy:
            return [f'define {kind} {{\n'] + [f' {n} {v}\n' for n, v in lines] + ['}\n']
        head = r.choice(['define {} {{', 'define {}{{', '  define   {}  {{', 'define\t{}\t{{', 'define {} {{   ; a remark', 'define {}\t{{\r'])
        out = [head.format(kind) + end]
        for name, value in lines:
            gap = r.choice([' ', '\t', '    ', ' \t '])
            tail = r.choice(['', '', '', '', ' ', '\t', ' ; remark', ';x', '\r'])
            line = f'{r.choice(["", " ", "    ", chr(9)])}{name}{gap}{value}{tail}'
            if self.odds(0.03) and ' ' in value.strip():
                at = line.rindex(' ', 0, len(line) - len(tail)) if ' ' in line[:len(line) - len(tail)].strip() else None
                if at:
                    line = line[:at] + ' \\\n    ' + line[at + 1:]
            out.append(line + end)
            if self.odds(0.03):
                out.append(r.choice(['\n', '# a remark\n', '   ; another\n', ' \t\n', '#\n']))
        out.append(r.choice(['}', '}', ' }', '\t}\t', '} ; end', '}\r']) + end)
        if self.odds(0.1):
            out.append(r.choice(['\n\n', '# between\n', ';;\n']))
        return out
