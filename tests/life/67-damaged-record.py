#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of all, and then the newest segment of the journal is overwritten, in part or whole, or is gone: what the database of states knows is what Vigie goes on with. Every column that
Livestatus tells of hosts, services, comments and downtimes is as it was."""
import glob
import os
import re
import sqlite3

from lib_start import Full, differences
from lib_vigie import COMMON, Vigie, main, until, vigie

SERVICES = 100


def meta(v, name):
    with sqlite3.connect(f'file:{v.state}/db/state.db?mode=ro', uri=True) as db:
        row = db.execute('SELECT value FROM meta WHERE name = ?', (name,)).fetchone()
    db.close()
    return row[0] if row else 0


def last_record(v):
    status, text, said = vigie('journal', 'dump', '-c', v.main)
    assert status == 0, said
    return max(int(n) for n in re.findall(r'^(\d+) ', text, re.M))


def all_is_in(v):
    """What the newest result of each check brought stands in the database, too."""
    until(lambda: meta(v, 'reached_seq') >= meta(v, 'applied_seq') >= last_record(v), lambda: f'{meta(v, "reached_seq")} {meta(v, "applied_seq")} {last_record(v)}')


def newest_segment(v):
    return sorted(glob.glob(os.path.join(v.state, 'journal', '*.vj')))[-1]


def overwrite(path, parts):
    size = os.path.getsize(path)
    with open(path, 'r+b') as f:
        for begin, end in parts:
            at = 8192 + int((size - 8192) * begin)
            f.seek(at)
            f.write(b'\xa5' * (8192 + int((size - 8192) * end) - at))


def damaged(harm):
    with Full(SERVICES) as v:
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write('vigie_states_every=1\n')
        v.start()
        v.fill()
        before = v.everything()
        assert len(before['comments']) >= 20 and len(before['downtimes']) == 10
        assert any(row['current_notification_number'] > 1 for row in before['services'].values())
        assert any(row['acknowledged'] for row in before['services'].values())
        all_is_in(v)
        v.kill_all()
        harm(newest_segment(v))
        v.start()
        found = until(lambda: re.search(r'the journal is damaged: (\d+) states', v.said()), lambda: v.said())
        said = v.said()
        assert int(found[1]) > 0, said
        found = differences(before, v.everything())
        assert not found, found[:10]

        # It is made whole at once: the next start needs no database.
        until(lambda: len(glob.glob(os.path.join(v.state, 'journal', '*.vj'))) > 1, 'another segment')
        until(lambda: meta(v, 'applied_seq') >= last_record(v), 'the database follows again')
        before = v.everything()
        v.kill_all()
        for path in glob.glob(os.path.join(v.state, 'db', 'state.db*')):
            os.unlink(path)
        v.start()
        assert 'the journal is damaged' not in v.said()[len(said):], v.said()[len(said):]  # the history may say late what it lacks
        found = differences(before, v.everything())
        assert not found, found[:10]
        assert v.stop() == 0
        return said


def test_checkpoint_and_tail():
    damaged(lambda path: overwrite(path, [(0.0, 0.2), (0.5, 0.8)]))


def test_all_but_the_header():
    damaged(lambda path: overwrite(path, [(0.0, 1.0)]))


def test_header_too():
    damaged(lambda path: overwrite(path, [(0.0, 1.0)]) or overwrite_header(path))


def overwrite_header(path):
    with open(path, 'r+b') as f:
        f.write(b'\xa5' * 8192)


def test_gone():
    damaged(os.unlink)


def folder_in_its_place(path):
    os.unlink(path)
    os.mkdir(path)


def test_folder_in_its_place():
    said = damaged(folder_in_its_place)
    assert re.search(r'\.vj:0: it cannot be opened \(.*\): records from \d+ on are lost', said), said


def test_lost_notification():
    """Whether it arrived nobody knows any more: it is sent once more, and not with each start."""
    with Vigie(main='vigie_states_every=1\n') as v:
        told = v.path('told')
        v.put('told', '')
        os.chmod(told, 0o666)
        v.put('objects.cfg', COMMON + f"""
define command {{
 command_name write-down
 command_line /bin/echo $NOTIFICATIONTYPE$ $NOTIFICATIONNUMBER$ >>{told}
}}
define contact {{
 contact_name bob
 host_notification_period always
 service_notification_period always
 host_notification_options d,u,r
 service_notification_options w,u,c,r
 host_notification_commands tell
 service_notification_commands write-down
}}
define host {{
 use th
 host_name h
 address 127.0.0.1
 active_checks_enabled 0
}}
define service {{
 use ts
 host_name h
 service_description s
 active_checks_enabled 0
 max_check_attempts 1
 notification_interval 0
 contacts bob
}}
""")

        def lines():
            with open(told, encoding='utf-8') as f:
                return f.read().split('\n')[:-1]
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write('vigie_states_every=1\n')
        v.start()
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken')
        until(lambda: lines() == ['PROBLEM 1'], lines)
        all_is_in(v)
        v.kill_all()
        overwrite(newest_segment(v), [(0.0, 1.0)])
        v.start()
        until(lambda: lines() == ['PROBLEM 1', 'PROBLEM 1'], lines)
        until(lambda: 'the last notifications of 1 hosts and services' in v.log(), v.log)
        assert v.service(columns='state current_notification_number') == {'state': 2, 'current_notification_number': 1}
        until(lambda: len(glob.glob(os.path.join(v.state, 'journal', '*.vj'))) > 1, 'another segment')
        until(lambda: meta(v, 'applied_seq') >= last_record(v), 'the database follows again')
        v.kill_all()
        v.start()
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;0;fine')
        until(lambda: lines()[-1].startswith('RECOVERY'), lines)
        assert lines()[:2] == ['PROBLEM 1', 'PROBLEM 1'] and len(lines()) == 3, lines()
        assert v.stop() == 0


main()
