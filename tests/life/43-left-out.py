#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=40
"""A line of the command file, of a file of commands, or a result of a result file that ends one engine after another is left out after the second: the others are done, and it is said what it was.
A library before libc has a bug of the engine's: it is killed where it looks for the service `ends`."""
import os
import re
import time

from lib_vigie import Vigie, main, shim, until, vigie

ENDS = 'ends-the-engine'
OBJECTS = 'define host {\n use th\n host_name h\n address 127.0.0.1\n active_checks_enabled 0\n}\n' + ''.join(
    f'define service {{\n use ts\n host_name h\n service_description {s}\n active_checks_enabled 0\n max_check_attempts 1\n}}\n' for s in ('s', ENDS))
MAIN = 'log_passive_checks=1\ncheck_result_reaper_frequency=1\n'
WHY = 'the engine ended each time that it did this command, and it is left out (please report this)'


BUG = f"""#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
static int is_engine;
__attribute__((constructor)) static void begin(int argc, char **argv)
{{
    for (int i = 1; i + 1 < argc; i++)
        is_engine = is_engine || (strcmp(argv[i], "-x") == 0 && strcmp(argv[i + 1], "engine") == 0);
}}
int memcmp(const void *a, const void *b, size_t n)
{{
    static const char name[] = "{ENDS}";
    const unsigned char *x = a, *y = b;
    size_t i = 0;
    while (i < n && x[i] == y[i])
        i++;
    if (is_engine && i == n && n == sizeof(name) - 1 && strncmp((const char *)x, name, n) == 0)
        kill(getpid(), SIGKILL);
    return i < n ? x[i] - y[i] : 0;
}}
"""


def result(text, service='s'):
    return f'[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;h;{service};0;{text}\n'


def taken(v):
    return re.findall(r'PASSIVE SERVICE CHECK: h;s;0;(.*)\n', v.log())


def engines_that_ended(v):
    return v.said().count('engine (process of instance 0) was ended by signal 9')


def give(v, text):
    fd = os.open(v.path('cmd'), os.O_WRONLY)
    os.write(fd, text.encode())
    os.close(fd)


def refused_events(v):
    """As they stand in the record."""
    status, out, err = vigie('ctl', 'log', '-c', v.main)
    assert status == 0, err
    return [line for line in out.splitlines() if f'(refused: {WHY}' in line]


def test_line():
    with Vigie(OBJECTS, MAIN) as v:
        v.start(env=shim(v, BUG))
        give(v, result('before') + result('one', ENDS) + result('between') + result('another', ENDS) + result('after'))
        until(lambda: taken(v)[-1:] == ['after'], lambda: f'the line behind them; {taken(v)}, {v.said()[-1500:]}')
        assert taken(v) == ['before', 'between', 'after'], taken(v)
        refused = [line for line in v.log().splitlines() if 'External command refused' in line]
        assert len(refused) == 2 and all(f'{WHY}: [' in line for line in refused), refused
        assert refused[0].endswith(f';{ENDS};0;one') and refused[1].endswith(f';{ENDS};0;another'), refused
        assert engines_that_ended(v) == 4, v.said()
        until(lambda: len(refused_events(v)) == 2, lambda: f'the record: {refused_events(v)}')
        give(v, result('later'))
        until(lambda: taken(v)[-1:] == ['later'], 'it goes on')
        assert v.stop() == 0
        v.start()
        give(v, result('after a start'))
        until(lambda: taken(v)[-1:] == ['after a start'], 'it goes on')
        assert taken(v) == ['before', 'between', 'after', 'later', 'after a start'], taken(v)


def test_file_of_commands():
    with Vigie(OBJECTS, MAIN) as v:
        v.put('lines', result('before') + result('one', ENDS) + result('after'))
        v.start(env=shim(v, BUG))
        give(v, f'[{int(time.time())}] PROCESS_FILE;{v.path("lines")};0\n')
        until(lambda: taken(v)[-1:] == ['after'], lambda: f'the line behind it; {taken(v)}, {v.said()[-1500:]}')
        assert taken(v) == ['before', 'after'] and v.log().count(WHY) == 1
        assert engines_that_ended(v) == 2, v.said()


def test_result_file():
    with Vigie(OBJECTS, MAIN) as v:
        folder = v.path('spool')
        os.mkdir(folder, 0o755)
        with open(v.main, 'a', encoding='utf-8') as f:
            f.write(f'check_result_path={folder}\n')
        text = ''.join(f'host_name=h\nservice_description={s}\ncheck_type=1\nreturn_code=0\noutput={o}\n\n' for o, s in (('before', 's'), ('one', ENDS), ('after', 's')))
        for name, what in (('c000001', text), ('c000001.ok', '')):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
                f.write(what)
            os.chmod(os.path.join(folder, name), 0o644)
        v.start(env=shim(v, BUG))
        until(lambda: not os.listdir(folder), lambda: f'the folder is empty; {v.said()[-1500:]}')
        until(lambda: taken(v)[-1:] == ['after'], 'the log')
        assert taken(v) == ['before', 'after'], taken(v)
        assert v.log().count('Warning: Result refused: c000001:7: the engine ended each time') == 1, v.log()
        assert engines_that_ended(v) == 2, v.said()


main()
