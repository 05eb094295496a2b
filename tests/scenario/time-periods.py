#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60 timeout=750
"""Time periods, recurring downtimes, escalations and zones against a naive calendar: days are enumerated one by one, hours minute by minute, the zones' rules are those of Python's zoneinfo.

    time-periods.py [--seed N] [--seeds N]

Each seed makes random periods of every form that the manual of Nagios knows (dates, days of a month, weekdays of a month, ranges over months and years, steps, exclusions
in exclusions), chooses a zone and days of 1995 to 2037, those on which the zone's clock was set first, and asks tests/sim/calendar. Differences are printed with the seed.
What is wanted where Nagios itself errs (design: daylight saving handled right): a range covers the minutes whose wall clock reads inside it, from its begin up to, not
including, its end; a range of days over the end of a month or year goes on in the next.
"""
import argparse
import calendar
import datetime
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo

from lib_seed import BUILD, failures

PROGRAM = os.path.join(BUILD, 'tests', 'sim', 'calendar')
ZONES = ['Europe/Paris', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'America/St_Johns', 'Pacific/Apia', 'Etc/UTC',
         'Europe/London', 'Europe/Dublin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Tehran', 'Asia/Gaza', 'Africa/Cairo', 'Antarctica/Troll', 'Pacific/Chatham',
         'Pacific/Auckland', 'Asia/Pyongyang', 'America/Caracas', 'Europe/Istanbul', 'Pacific/Kiritimati', 'America/Nuuk', 'Asia/Kolkata']
YEARS = range(1995, 2038)
WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']  # as datetime counts them
MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']
HORIZON = 730
DAY = datetime.timedelta(days=1)


# ---- the naive calendar ----

def day_of_month(year, month, n):
    last = calendar.monthrange(year, month)[1]
    n = n if n > 0 else last + 1 + n
    return datetime.date(year, month, n) if 1 <= n <= last else None


def weekday_of_month(year, month, weekday, n):
    days = [datetime.date(year, month, d) for d in range(1, calendar.monthrange(year, month)[1] + 1)]
    days = [d for d in days if d.weekday() == weekday]
    return days[n - 1 if n > 0 else n] if abs(n) <= len(days) else None


def later(year, month):
    return (year + 1, 1) if month == 12 else (year, month + 1)


def year_range(x, year, side):
    """Begin (0) or end (1) of an exception that comes once a year."""
    return month_range(x, year, x['month'][side], side)


def month_range(x, year, month, side):
    n = x['n'][side]
    day = weekday_of_month(year, month, x['weekday'][side], n) if 'weekday' in x['kind'] else day_of_month(year, month, n)
    if day is None and side == 1 and n > 0:  # "day 1 - 31", "monday 2 - friday 5" of a month that is too short
        return day_of_month(year, month, -1)
    return day


def ranges_of(x):
    """All ranges of days, begin and end, that an exception makes in the years that count."""
    if x['kind'] == 'date':
        yield x['from'], x['to'] or datetime.date(YEARS[-1] + 4, 1, 1)
        return
    for year in range(YEARS[0] - 2, YEARS[-1] + 4):
        if x['kind'] in ('month date', 'month weekday'):
            begin, end = year_range(x, year, 0), year_range(x, year, 1)
            if begin and end and end < begin:
                end = year_range(x, year + 1, 1)
            yield begin, end
            continue
        for month in range(1, 13):
            begin, end = month_range(x, year, month, 0), month_range(x, year, month, 1)
            if begin and end and end < begin:
                end = month_range(x, *later(year, month), 1)
            yield begin, end


def days_of(x):
    days = set()
    for begin, end in ranges_of(x):
        if begin is None or end is None:
            continue
        day, step = begin, max(1, x['step'])
        while day <= end:
            days.add(day)
            day += step * DAY
    return days


ORDER = ['date', 'month date', 'month day', 'month weekday', 'weekday']


class Period:
    def __init__(self, name, weekdays, exceptions, excludes):
        self.name, self.weekdays, self.exceptions, self.excludes = name, weekdays, exceptions, excludes
        self.by_rank = [(days_of(x), x['times']) for kind in ORDER for x in exceptions if x['kind'] == kind]
        self.minutes = {}

    def day(self, date):
        """A byte for each minute of the wall clock: inside or not."""
        if date not in self.minutes:
            times = next((t for days, t in self.by_rank if date in days), self.weekdays[date.weekday()])
            inside = bytearray(1440)
            for begin, end in times:
                for minute in range(begin, end):
                    inside[minute] = 1
            for other in self.excludes:
                for minute, excluded in enumerate(other.day(date)):
                    if excluded:
                        inside[minute] = 0
            self.minutes[date] = bytes(inside)
        return self.minutes[date]

    def text(self):
        lines = [f'timeperiod_name {self.name}', 'alias a']
        lines += [f'{name} {times_text(self.weekdays[i])}' for i, name in enumerate(WEEKDAYS) if self.weekdays[i]]
        lines += [f'{x["text"]} {times_text(x["times"])}' for x in self.exceptions]
        if self.excludes:
            lines.append('exclude ' + ','.join(p.name for p in self.excludes))
        return 'define timeperiod {\n ' + '\n '.join(lines) + '\n}\n'


class Clock:
    """Minutes of a zone, each asked of zoneinfo by itself."""

    def __init__(self, zone):
        self.zone, self.cache = zoneinfo.ZoneInfo(zone), {}

    def local(self, at):
        return datetime.datetime.fromtimestamp(at, self.zone)

    def hour(self, at):
        """The wall clock's (date, minute) in the 60 minutes from at on."""
        if at not in self.cache:
            times = [self.local(at + 60 * i) for i in range(60)]
            self.cache[at] = [(t.date(), t.hour * 60 + t.minute) for t in times]
        return self.cache[at]

    def minutes(self, period, at, hours):
        return ''.join(str(period.day(date)[m]) for h in range(hours) for date, m in self.hour(at + 3600 * h))

    def seek(self, period, at, wanted):
        """The first minute from at (a whole one) on that is inside, or is not; None within the horizon."""
        while at % 3600:
            t = self.local(at)
            if period.day(t.date())[t.hour * 60 + t.minute] == wanted:
                return at
            at += 60
        for _ in range(HORIZON):
            first, last = self.local(at).date(), self.local(at + 86340).date()
            days = [first + DAY * i for i in range((last - first).days + 1)]
            if any(wanted in period.day(d) for d in days):
                for h in range(24):
                    for i, (date, m) in enumerate(self.hour(at + 3600 * h)):
                        if period.day(date)[m] == wanted:
                            return at + 3600 * h + 60 * i
            at += 86400
        return None

    def jumps(self):
        """UTC hours behind which the offset changes."""
        found, begin, end = [], datetime.datetime(YEARS[0], 1, 1), datetime.datetime(YEARS[-1] + 1, 1, 1)
        utc = datetime.timezone.utc
        at = int(begin.replace(tzinfo=utc).timestamp())
        stop = int(end.replace(tzinfo=utc).timestamp())
        before = self.local(at).utcoffset()
        for t in range(at, stop, 86400):
            now = self.local(t).utcoffset()
            if now != before:
                found.append(next(h for h in range(t - 86400, t + 3600, 3600) if self.local(h + 3599).utcoffset() == now))
            before = now
        return found


# ---- making periods ----

def times_text(times):
    return ','.join(f'{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}' for a, b in times) or '00:00-00:00'


def some_times(r):
    if r.random() < 0.35:
        return [(0, 1440)]
    if r.random() < 0.1:
        return []
    step = r.choice([60, 30, 15, 1])
    edges = sorted(r.sample(range(0, 1440 // step + 1), 2 * r.choice([1, 1, 2, 3])))
    times = [(a * step, b * step) for a, b in zip(edges[::2], edges[1::2])]
    if r.random() < 0.3:  # where clocks are set
        times = [(r.choice([0, 30, 60, 90, 105]), r.choice([120, 135, 150, 180, 200]))]
    return times


def some_day(r):
    return r.choice([1, 2, 5, 10, 15, 28, 29, 30, 31, -1, -2, -3, -7, -28, -31, r.randint(1, 31), -r.randint(1, 31)])


def some_step(r, many):
    return r.choice([0, 0, 1, 2, 3, 7, r.randint(2, many)])


def exception(r):
    kind = r.choice(ORDER)
    ranged, step = r.random() < 0.6, 0
    if kind == 'date':
        begin = datetime.date(r.choice(YEARS), 1, 1) + r.randint(0, 364) * DAY
        end = begin + r.choice([0, 1, 6, 30, 100, 400, 3000]) * DAY if ranged else begin
        step = some_step(r, 60)
        if not ranged and step > 1:
            end = None
        text = begin.isoformat() + (f' - {end.isoformat()}' if ranged else '')
        return {'kind': kind, 'from': begin, 'to': end, 'step': step, 'text': text + (f' / {step}' if step else ''), 'times': some_times(r)}
    n = [some_day(r), some_day(r)] if kind in ('month date', 'month day') else [r.choice([1, 2, 3, 4, 5, -1, -2, -5]) for _ in range(2)]
    month = [r.randint(1, 12), r.randint(1, 12)]
    weekday = [r.randint(0, 6), r.randint(0, 6)]
    if ranged and r.random() < 0.4:  # written short: only the second number
        month[1], weekday[1] = month[0], weekday[0]
        short = True
    else:
        short = False
    if not ranged:
        n[1], month[1], weekday[1] = n[0], month[0], weekday[0]

    def side(i):
        if kind == 'month date':
            return f'{MONTHS[month[i] - 1]} {n[i]}'
        if kind == 'month day':
            return f'day {n[i]}'
        return f'{WEEKDAYS[weekday[i]]} {n[i]}' + (f' {MONTHS[month[i] - 1]}' if kind == 'month weekday' else '')

    text = side(0)
    if ranged:
        text += f' - {n[1]}' if short and kind != 'month weekday' else f' - {side(1)}'
        step = some_step(r, 40)
    if kind == 'weekday' and weekday[0] == weekday[1] and n[0] == n[1]:
        step = 0  # with a step, Nagios goes on to the end of the month: a rule of its own, not of the manual
    return {'kind': kind, 'n': n, 'month': month, 'weekday': weekday, 'step': step, 'times': some_times(r), 'text': text + (f' / {step}' if step else '')}


def some_periods(r, n):
    periods = []
    for i in range(n):
        weekdays = [some_times(r) if r.random() < 0.7 else [] for _ in range(7)]
        if r.random() < 0.2:
            weekdays = [[]] * 7
        exceptions = {}
        for _ in range(r.choice([0, 1, 1, 2, 3, 6])):
            x = exception(r)
            exceptions.setdefault(x['text'], x)
        excludes = r.sample(periods, min(len(periods), r.choice([0, 0, 1, 2])))
        depth = 1 + max((p.depth for p in excludes), default=0)
        if depth > 6:
            excludes, depth = [], 1
        periods.append(Period(f'p{i}', weekdays, list(exceptions.values()), excludes))
        periods[-1].depth = depth
    return periods


# ---- a world that lives by them ----

class Service:
    """One that is critical from its first check, in the first minute, on, and looked at each minute."""

    def __init__(self, r, name, periods):
        self.name, self.interval = name, r.choice([300, 900, 1800])
        self.period, self.downtime = r.choice(periods + [None] * 12), r.choice(periods + [None] * 8)
        self.escalations = []
        for contact in ('e0', 'e1', 'e2')[:r.choice([0, 1, 2, 3])]:
            first = r.randint(1, 4)
            self.escalations.append((contact, first, r.choice([0, first, first + r.randint(1, 9)]), r.choice(periods + [None] * 6)))

    def text(self):
        lines = ['host_name h', f'service_description {self.name}', 'check_command c', 'check_interval 60', 'retry_interval 60', 'max_check_attempts 1',
                 'contacts c0', f'notification_interval {self.interval}', 'notification_options c,r']
        lines += [f'notification_period {self.period.name}'] if self.period else []
        lines += [f'vigie_downtime_period {self.downtime.name}'] if self.downtime else []
        text = 'define service {\n ' + '\n '.join(lines) + '\n}\n'
        for contact, first, last, period in self.escalations:
            lines = ['host_name h', f'service_description {self.name}', f'contacts {contact}', f'first_notification {first}', f'last_notification {last}']
            lines += [f'escalation_period {period.name}'] if period else []
            text += 'define serviceescalation {\n ' + '\n '.join(lines) + '\n}\n'
        return text


COMMAND = 'define command {\n command_name c\n command_line /bin/true\n}\n'
CONTACT = ('define contact {{\n contact_name {}\n host_notification_commands c\n service_notification_commands c\n service_notification_options c,r\n'
           ' host_notification_options n\n}}\n')


def world_text(services):
    return (COMMAND + ''.join(CONTACT.format(c) for c in ('c0', 'e0', 'e1', 'e2')) +
            'define host {\n host_name h\n max_check_attempts 1\n}\n' + ''.join(s.text() for s in services))


def stretches(inside):
    """[begin, end) of the runs of 1, by place."""
    edges = [i for i in range(len(inside) + 1) if (inside[i - 1:i] or '0') != (inside[i:i + 1] or '0')]
    return list(zip(edges[::2], edges[1::2]))


def wrong_downtimes(clock, service, at, hours, begins, ends):
    if not service.downtime:
        return 'a downtime that nobody wanted' if begins or ends else ''
    inside = clock.minutes(service.downtime, at, hours)
    wanted = stretches(inside)
    if begins != [at + 60 * a for a, _ in wanted]:
        return f'downtimes begin at {begins}, not {[at + 60 * a for a, _ in wanted]}'
    last = [at + 60 * b for _, b in wanted if b < 60 * hours]
    return '' if ends == last else f'downtimes end at {ends}, not {last}'


def wrong_notices(clock, service, at, hours, told):
    """told: [(moment, number, contacts)]"""
    def holds(period, t):
        local = clock.local(t)
        return period.day(local.date())[local.hour * 60 + local.minute] == 1

    allowed = clock.minutes(service.period, at, hours) if service.period else '1' * (60 * hours)
    down = clock.minutes(service.downtime, at, hours) if service.downtime else '0' * (60 * hours)
    before = None
    for i, (t, number, contacts) in enumerate(told):
        minute = (t - at) // 60
        early = before is not None and t - before < service.interval
        if early and '0' in allowed[(before - at) // 60:minute]:  # held back by its period, it is told when that begins, as by Nagios
            early = False
        if number != i + 1 or allowed[minute] != '1' or down[minute] != '0' or early:
            return f'told at {t} for the {number}. time'
        wanted = {c for c, first, last, period in service.escalations
                  if first <= number and (not last or number <= last) and (not period or holds(period, t))} or {'c0'}
        if contacts != wanted:
            return f'at {t}, the {number}. time, {sorted(contacts)} were told, not {sorted(wanted)}'
        before = t
    # Nobody waits longer than for the interval and the next check, when there was one that could be told.
    moments = [t for t, _, _ in told] + [at + 3600 * hours]
    since = at
    for t in moments:
        first = (since - at + 59) // 60 + 2
        silent = [m for m in range(first, (t - at) // 60 - 2) if all(allowed[k] == '1' and down[k] == '0' for k in range(m - 1, m + 3))]
        if silent:
            return f'not told from {since} to {t}, though it could be at {at + 60 * silent[0]}'
        since = t + service.interval
    return ''


def wrong_world(clock, services, question, answer):
    _, at, hours = question.split()
    at, hours = int(at), int(hours)
    told, begins, ends = {}, {}, {}
    for word in answer.split(';')[:-1]:
        kind, t, name, *rest = word.split()
        if int(t) >= at + 3600 * hours:
            continue
        if kind == 'told':
            told.setdefault(name, {}).setdefault((int(t), int(rest[1])), set()).add(rest[0])
        else:
            (begins if kind == 'begin' else ends).setdefault(name, []).append(int(t))
    for s in services:
        notices = [(t, n, c) for (t, n), c in told.get(s.name, {}).items()]
        wrong = (wrong_downtimes(clock, s, at, hours, begins.get(s.name, []), ends.get(s.name, [])) or
                 wrong_notices(clock, s, at, hours, notices))
        if wrong:
            return f'{s.name}: {wrong}\n{s.text()}' + ''.join(p.text() for p in [s.period, s.downtime] + [e[3] for e in s.escalations] if p)
    return ''


# ---- asking ----

def ask(folder, periods, services, zone, questions):
    path = os.path.join(folder, 'o.cfg')
    with open(path, 'w') as f:
        f.write(''.join(p.text() for p in periods) + world_text(services))
    p = subprocess.run([PROGRAM, path, zone], input='\n'.join(questions) + '\n', capture_output=True, text=True, check=False)
    if p.returncode != 0:
        raise RuntimeError(f'{PROGRAM}: status {p.returncode}\n{p.stderr}')
    return p.stdout.split('\n')[:-1]


def hour(t):
    return t - t % 3600


def moments(r, clock, n):
    """Whole hours UTC: before clock changes, at ends of years and months, anywhere."""
    first = int(datetime.datetime(YEARS[0], 1, 2, tzinfo=datetime.timezone.utc).timestamp())
    last = int(datetime.datetime(YEARS[-1], 12, 1, tzinfo=datetime.timezone.utc).timestamp())
    jumps = clock.jumps()
    found = [hour(r.choice(jumps)) - 3600 * r.randint(1, 30) for _ in range(n // 2) if jumps]
    for _ in range(n // 4):
        end = datetime.datetime(r.choice(YEARS[:-1]), r.choice([12, 12, 2, r.randint(1, 12)]), 28, tzinfo=datetime.timezone.utc)
        found.append(int(end.timestamp()) + 3600 * r.randint(0, 90))
    while len(found) < n:
        found.append(hour(r.randint(first, last)))
    return found


def about_periods(r, clock, periods):
    for at in moments(r, clock, 12):
        for p in r.sample(periods, 6):
            hours = r.choice([30, 60])
            yield f'inside {p.name} {at} 60 {60 * hours}', clock.minutes(p, at, hours)
    for at in moments(r, clock, 8):
        for p in r.sample(periods, 6):
            begin = clock.seek(p, at, 1)
            end = clock.seek(p, begin, 0) if begin is not None else None
            yield f'next {p.name} {at}', f'{"-" if begin is None else begin} {"-" if end is None else end}'


def first_at(clock, reads):
    """Naively: the first second at which the wall clock reads this, or the one at which it jumps over it."""
    around = int(reads.replace(tzinfo=datetime.timezone.utc).timestamp())
    for t in range(hour(around - 30 * 3600), around + 30 * 3600, 60):  # clocks are set at whole minutes
        if clock.local(t + 59).replace(tzinfo=None) >= reads:
            return next(s for s in range(t, t + 60) if clock.local(s).replace(tzinfo=None) >= reads)
    raise AssertionError(reads)


def about_zone(r, clock):
    for at in moments(r, clock, 30):
        at += r.randint(0, 7200)
        t = clock.local(at)
        yield f'local {at}', (f'{t:%Y-%m-%d %H:%M:%S} {t.isoweekday() % 7} {t.timetuple().tm_yday - 1} '
                              f'{int(t.utcoffset().total_seconds())} {t.tzname()}')
    for at in moments(r, clock, 10):
        t = clock.local(at + r.randint(0, 100000)).replace(tzinfo=None)
        yield f'utc {t.year} {t.month} {t.day} {t.hour} {t.minute} {t.second}', str(first_at(clock, t))
    for jump in clock.jumps()[::7]:  # wall clock times that are not there
        t = clock.local(jump - 1).replace(tzinfo=None) + datetime.timedelta(minutes=r.choice([1, 10, 29, 31, 59, 61]))
        yield f'utc {t.year} {t.month} {t.day} {t.hour} {t.minute} {t.second}', str(first_at(clock, t))


def difference(question, wanted, got):
    if question.startswith('inside'):
        at = int(question.split()[2])
        for i, (a, b) in enumerate(zip(wanted, got)):
            if a != b:
                return f'at {at + 60 * i}: is {b}, not {a}'
    return f'is {got}, not {wanted}'


def one_seed(seed, folder):
    r = random.Random(seed)
    zone = ZONES[seed % len(ZONES)]
    clock, periods = Clock(zone), some_periods(r, 24)
    services = [Service(r, f's{i}', periods) for i in range(8)]
    asked = list(about_periods(r, clock, periods)) + list(about_zone(r, clock))
    asked += [(f'world {at} {r.choice([30, 48])}', '') for at in moments(r, clock, 4)]
    answers = ask(folder, periods, services, zone, [q for q, _ in asked])
    bad = len(asked) - len(answers)
    for (question, wanted), got in zip(asked, answers):
        if question.startswith('next') and '-' in wanted:  # beyond the horizon, either may stop a day earlier
            far = [int(g) - int(question.split()[2]) for g in got.split() if g != '-']
            if wanted.split()[0] == got.split()[0] or (far and far[-1] > (HORIZON - 3) * 86400):
                continue
        if question.startswith('world'):
            wrong = wrong_world(clock, services, question, got)
            bad += wrong != ''
            print(f'seed {seed}, {zone}: {question}: {wrong}\n' if wrong else '', end='')
        elif wanted != got:
            bad += 1
            print(f'seed {seed}, {zone}: {question[:80]}\n  {difference(question, wanted, got)}')
            p = next((p for p in periods if p.name == question.split()[1]), None)
            for shown in [p] + p.excludes if p and bad < 4 else []:
                print(shown.text())
    return len(asked), bad


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--seeds', type=int, default=len(ZONES))
    a = a.parse_args()
    n = bad = 0

    def one(seed):
        nonlocal n, bad
        asked, wrong = one_seed(seed, folder)
        n, bad = n + asked, bad + wrong
        return wrong

    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR')) as folder:
        failed = failures(range(a.seed, a.seed + a.seeds), one)
    print(f'{n} questions of {a.seeds} seeds, {bad} answered wrongly')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
