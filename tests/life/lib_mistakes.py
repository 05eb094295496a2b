# SPDX-License-Identifier: Apache-2.0
"""One mistake in a generated configuration, as people make them: spoil(config, random) changes its definitions, spoil_text(files, random) their text. Both
return what was done. Not every one is a mistake: which are is for nagios4 to say."""
from lib_generate import DAYS, LETTERS

NUMBERS = ('abc', '', '-1', '1.5x', '0x1F', '99999999999', '-', '5,5', 'null', '1 2', '--3', '1e', '0', '-0.5', '+', '.', '3 ;x')
WRONG_LETTERS = ('x', 'd,x', 'downs', 'D', 'dd', 'du', ',', ',,d', 'n,d', 'a,d', 'd;u', 'DOWN', 'w', 'o', 'p', 'c,', 'null', '', 'n,x', 'N', 'all,x', 'z', '+d')
RANGES = ('25:00-26:00', '24:01-24:00', '12:00', '12-13', '1:00-2:0', '00:00-24:00,', ',00:00-24:00', '08:00-09:60', '10:00-09:00', '24:00-24:00', '00:00-00:00',
          '8:5-9:7', '9:00-17:00 , 18:00-19:00', '09:00 - 17:00', '09:00-17:00-18:00', '0900-1700', '-1:00-2:00', '09:00-', '-17:00', '001:00-02:00', '09:00-17:00,x',
          '09:00:00-17:00:00', 'a09:00-10:00', '09:00-10:00x', '', '00:00-24:00,00:00-24:00', '9:00-10:00,,11:00-12:00')
WRONG_DAYS = ('mon', 'Monday', 'funday', 'day', 'day 0', 'day 32', 'day -32', 'january', 'january 32', 'february 30', 'january 0', 'jan 1', 'monday 0', 'monday 6', 'monday -6',
              'monday 1 jan', '2026-13-01', '2026-00-01', '2026-02-30', '2026-1-1-1', '26-01-01', '2026/01/01', 'day 1 -', 'day - 1', 'day 1 - - 2', 'monday 1 - 2',
              'monday - friday', 'january 1 - day 5', '2026-01-01 - january 1', 'day 1 - 5 / 0', 'day 1 - 5 / -1', 'day 1 - 5 / x', 'day 1 - 5 /2', '2026-01-01 /', 'day 1 2',
              'monday 1 january 5', 'use', 'monday tuesday', '1 day', 'january -1 - -5', 'day 5 - 1', '2027-01-01 - 2026-01-01', 'monday 3 - friday', 'day 1 - 5 / 2 / 3')
UNKNOWN = ('nix', 'nix,', '!nix', '*', '!*', 'NIX', 'null', '', ',', ' , ', '+nix', '+', '!', 'a,!nix', '$HOSTNAME$', '(', '[a', '*nix', 'nix.*')
REFERENCES = ('host_name', 'hostgroup_name', 'contacts', 'contact_groups', 'contactgroups', 'servicegroups', 'hostgroups', 'members', 'hostgroup_members', 'contactgroup_members',
              'servicegroup_members', 'parents', 'check_command', 'event_handler', 'check_period', 'notification_period', 'host_notification_commands',
              'service_notification_commands', 'host_notification_period', 'service_notification_period', 'escalation_period', 'dependency_period', 'exclude', 'use',
              'dependent_host_name', 'dependent_hostgroup_name', 'dependent_service_description', 'servicegroup_name', 'dependent_servicegroup_name', 'service_description')
NUMERIC = ('check_interval', 'retry_interval', 'max_check_attempts', 'notification_interval', 'first_notification_delay', 'freshness_threshold', 'low_flap_threshold',
           'high_flap_threshold', 'active_checks_enabled', 'passive_checks_enabled', 'obsess', 'check_freshness', 'event_handler_enabled', 'flap_detection_enabled',
           'process_perf_data', 'retain_status_information', 'notifications_enabled', 'hourly_value', 'is_volatile', 'parallelize_check', 'first_notification',
           'last_notification', 'minimum_value', 'can_submit_commands', 'inherits_parent', 'register', 'host_notifications_enabled', '2d_coords', '3d_coords')


def of(config, *kinds):
    return [d for d in config.defs if d[0] in kinds]


def registered(config, kind):
    return [d for d in of(config, kind) if any(n in (kind + '_name', kind[:-5] + '_name', 'host_name', 'service_description', 'description') for n, _ in d[1])]


def put(d, name, value):
    """Says it, in place of what is said."""
    for line in d[1]:
        if line[0] == name:
            line[1] = value
            return
    d[1].append([name, value])


def reference(c, r):
    rows = [(d, i) for d in c.defs for i, (n, _) in enumerate(d[1]) if n in REFERENCES]
    d, i = r.choice(rows)
    name, old = d[1][i]
    new = r.choice(UNKNOWN)
    d[1][i][1] = r.choice([new, new, f'{old},{new}', f'{new},{old}'])
    return f'{d[0]} {name} {d[1][i][1]!r}'


def number(c, r):
    names = {'host': NUMERIC[:18], 'service': NUMERIC[:20], 'hostescalation': ('first_notification', 'last_notification', 'notification_interval'),
             'serviceescalation': ('first_notification', 'last_notification', 'notification_interval'), 'contact': ('minimum_value', 'can_submit_commands', 'host_notifications_enabled'),
             'hostdependency': ('inherits_parent',), 'servicedependency': ('inherits_parent',)}
    d = r.choice(of(c, *names))
    name, value = r.choice(names[d[0]] + ('register',) + (('2d_coords', '3d_coords') if d[0] == 'host' else ())), r.choice(NUMBERS)
    put(d, name, value)
    return f'{d[0]} {name} {value!r}'


def letters(c, r):
    rows = {'host': ('notification_options', 'flap_detection_options', 'stalking_options', 'initial_state'), 'contact': ('host_notification_options', 'service_notification_options'),
            'hostescalation': ('escalation_options',), 'serviceescalation': ('escalation_options',), 'hostdependency': ('execution_failure_criteria', 'notification_failure_criteria'),
            'servicedependency': ('execution_failure_criteria', 'notification_failure_criteria')}
    rows['service'] = rows['host']
    d = r.choice(of(c, *rows))
    name = r.choice(rows[d[0]])
    value = r.choice(WRONG_LETTERS + tuple(''.join(LETTERS['service'])) + tuple(LETTERS['host']))
    put(d, name, value)
    return f'{d[0]} {name} {value!r}'


def times(c, r):
    d = r.choice(of(c, 'timeperiod'))
    line = [r.choice(DAYS + ('day 1', '2026-01-01')), r.choice(RANGES)] if r.random() < 0.5 else [r.choice(WRONG_DAYS), r.choice(('00:00-24:00', '09:00-10:00,11:00-12:00'))]
    d[1].append(line)
    return f'timeperiod {line[0]} {line[1]!r}'


def lose(c, r):
    d = r.choice([d for d in c.defs if d[1]])
    return f'{d[0]} without {d[1].pop(r.randrange(len(d[1])))}'


def lose_definition(c, r):
    d = c.defs.pop(r.randrange(len(c.defs)))
    return f'no {d[0]} {d[1][:1]}'


def double(c, r):
    d = r.choice(c.defs)
    c.defs.insert(r.randrange(len(c.defs)), [d[0], [list(x) for x in d[1]]])
    return f'{d[0]} {d[1][:1]} twice'


def double_line(c, r):
    d = r.choice([d for d in c.defs if d[1]])
    name, value = r.choice([line for line in d[1] if line[0] != 'name'] or [['alias', 'x']])
    other = r.choice([d2 for d2 in c.defs if d2[1]])
    values = [v for n, v in other[1] if n == name] or [value]
    d[1].insert(r.randrange(len(d[1]) + 1), [name, r.choice([value, values[0], 'null'])])
    return f'{d[0]} {name} twice'


def foreign(c, r):
    """A line of another kind of definition, or a name with a letter wrong."""
    d, other = r.choice(c.defs), r.choice([d for d in c.defs if d[1]])
    name, value = r.choice([line for line in other[1] if line[0] != 'name'] or [['alias', 'x']])
    name = r.choice([name, name, name[:-1], name + 's', name.upper(), '_', '_' + name, name.replace('_', '-')])
    d[1].append([name, value])
    return f'{d[0]} {name} {value!r}'


def swap(c, r):
    a, b = (r.choice([d for d in c.defs if d[1]]) for _ in range(2))
    x, y = r.choice(a[1]), r.choice(b[1])
    x[1], y[1] = y[1], x[1]
    return f'{a[0]} {x} and {b[0]} {y}'


def loop(c, r):
    what = r.choice(('template', 'template', 'hosts', 'groups', 'groups', 'periods', 'services', 'dependencies'))
    if what == 'template':
        d = r.choice([d for d in c.defs if any(n == 'name' for n, _ in d[1])] or c.defs)
        same = [v for k, lines in c.defs if k == d[0] for n, v in lines if n == 'name']
        put(d, 'use', r.choice(same) if same else 'nix')
        return f'{d[0]} template {d[1]}'
    if what == 'hosts':
        for d in of(c, 'host'):
            if any(n == 'host_name' for n, _ in d[1]) and r.random() < 0.7:
                put(d, 'parents', r.choice(c.host_names))
    elif what == 'groups':
        kind, names = r.choice((('hostgroup', c.hgroups), ('servicegroup', c.sgroups), ('contactgroup', c.cgroups)))
        for d in of(c, kind):
            put(d, kind + '_members', r.choice(names))
    elif what == 'periods':
        for d in of(c, 'timeperiod'):
            put(d, 'exclude', r.choice(c.period_names))
    elif what == 'services':
        for d in of(c, 'service'):
            if r.random() < 0.5:
                put(d, 'parents', f'{r.choice(c.host_names)},{r.choice(c.service_names + ["every"])}')
    else:
        a, b, k = r.choice(c.host_names), r.choice(c.host_names), r.choice((['notification_failure_criteria', 'd,u'], ['execution_failure_criteria', 'n'], ['inherits_parent', '1']))
        c.define('hostdependency', [['host_name', a], ['dependent_host_name', b], k])
        c.define('hostdependency', [['host_name', b], ['dependent_host_name', a], k])
    return 'a loop of ' + what


KINDS = (reference, reference, reference, number, number, letters, letters, times, times, lose, lose, lose_definition, double, double_line, foreign, swap, loop)


def spoil(config, r):
    return r.choice(KINDS)(config, r)


def spoil_text(files, r):
    """One or two lines of the text are lost, doubled, moved, cut, joined or broken."""
    files = [(path, [list(d) for d in defs]) for path, defs in files]
    done = []
    for _ in range(r.randint(1, 2)):
        defs = r.choice([defs for _, defs in files if defs])
        d = r.choice(defs)
        i = r.randrange(len(d))
        what = r.choice(('lose', 'double', 'cut', 'cut front', 'join', 'move', 'break', 'brace', 'head', 'text', 'quote', 'blank'))
        line = d[i]
        if what == 'lose':
            del d[i]
        elif what == 'double':
            d.insert(i, line)
        elif what == 'move':
            d.insert(r.randrange(len(d)), d.pop(i))
        elif what == 'head':
            d[0] = r.choice(('define\n', 'define host\n', 'define host{ host_name x\n', 'defin host {\n', 'define Host {\n', 'define hosts {\n', 'definehost {\n', 'define host { ; x\n', 'Define host {\n'))
        elif what == 'text':
            d.insert(i, r.choice(('x\n', '{\n', '}\n', '} define host {\n', 'host_name\n', '=\n', '\\\n', ';\\\n', '# x \\\n', 'include_file=/nix\n', '}}\n', '} x\n', 'define\n', '\x0c\n')))
        else:
            d[i] = {'cut': line[:-1], 'cut front': line[1:], 'join': line[:-1] + ' \\\n', 'break': line[:len(line) // 2] + '\n' + line[len(line) // 2:],
                    'brace': line[:-1] + r.choice('{}') + '\n', 'quote': line[:-1] + '"\n', 'blank': line.replace(' ', r.choice(('', '\xa0', '  ')), 1)}[what]
        done.append(f'{what} {line!r}')
    return files, ', '.join(done)
