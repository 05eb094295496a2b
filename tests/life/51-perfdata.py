#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: sanitized=long
"""Performance data handed on as Nagios does: a command after each result, lines of a template in a file, a command that takes the file over while nothing is lost, and a named pipe."""
import os
import re

from lib_vigie import Vigie, main, until

COMMANDS = r"""
define command {
 command_name perf
 command_line /bin/echo 'Said: load=0.5\;1\;2 more|load=0.5\;1\;2'
}
define command {
 command_name plain
 command_line /bin/echo nothing
}
define command {
 command_name keep
 command_line /usr/bin/tee -a @D@/kept/$HOSTNAME$-$SERVICEDESC$-$SERVICEPERFDATA$ @D@/kept/$SERVICESTATE$
}
define command {
 command_name slowly
 command_line @D@/slowly
}
define command {
 command_name take
 command_line /bin/mv @D@/perf/services @D@/taken/$TIMET$-services
}
"""
OBJECTS = COMMANDS + """
define host {
 use th
 host_name h
 address 127.0.0.1
 check_command perf
 check_interval 1
}
define service {
 use ts
 host_name h
 service_description s
 check_command perf
 check_interval 1
}
define service {
 use ts
 host_name h
 service_description empty
 check_command plain
 check_interval 1
}
define service {
 use ts
 host_name h
 service_description off
 check_command perf
 check_interval 1
 process_perf_data 0
}
"""


def new(main_lines):
    v = Vigie(OBJECTS)
    for name in ('perf', 'kept', 'taken'):
        os.mkdir(v.path(name))
        os.chmod(v.path(name), 0o777)
    v.put('slowly', f'#!/bin/sh\n[ -e {v.d}/kept/begun ] && exit\n: >{v.d}/kept/begun\nread x <{v.d}/gate\nmv {v.d}/perf/services {v.d}/taken/1\n')
    os.chmod(v.path('slowly'), 0o755)
    for name in ('objects.cfg', 'main.cfg'):
        with open(v.path(name), encoding='utf-8') as f:
            text = f.read()
        v.put(name, (text + (main_lines if name == 'main.cfg' else '')).replace('@D@', v.d))
    return v


def lines(path):
    try:
        with open(path, encoding='utf-8') as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def test_commands():
    with new('process_performance_data=1\nservice_perfdata_command=keep\nservice_perfdata_process_empty_results=0\n') as v:
        v.start()
        until(lambda: os.path.exists(v.path('kept/h-s-load=0.5;1;2')), 'the command was run with its macros')
        before = v.service(service='empty', columns='last_check')['last_check']
        until(lambda: v.service(service='empty', columns='last_check')['last_check'] > before + 1)
        assert sorted(os.listdir(v.path('kept'))) == ['OK', 'h-s-load=0.5;1;2'], 'neither without performance data, nor where it is switched off'
        v.order('DISABLE_PERFORMANCE_DATA')
        until(lambda: 'EXTERNAL COMMAND: DISABLE_PERFORMANCE_DATA' in v.log())
        os.unlink(v.path('kept/h-s-load=0.5;1;2'))
        before = v.service(columns='last_check')['last_check']
        until(lambda: v.service(columns='last_check')['last_check'] > before + 2)
        assert not os.path.exists(v.path('kept/h-s-load=0.5;1;2'))


def test_files_and_their_lines():
    with new('process_performance_data=1\nhost_perfdata_file=@D@/perf/hosts\nservice_perfdata_file=@D@/perf/services\n'
             'service_perfdata_file_template=S\\t$HOSTNAME$\\t$SERVICEDESC$\\t$SERVICEPERFDATA$\\t$SERVICEOUTPUT$\\t$$x\\z\n') as v:
        v.start()
        host = until(lambda: lines(v.path('perf/hosts')))[0]
        assert re.fullmatch(r'\[HOSTPERFDATA\]\t\d+\th\t0\.\d{3}\tSaid: load=0.5:1:2 more\tload=0.5;1;2', host), host
        found = until(lambda: {line for line in lines(v.path('perf/services'))} and set(lines(v.path('perf/services'))))
        until(lambda: len(set(lines(v.path('perf/services')))) == 2)
        found = set(lines(v.path('perf/services')))
        assert found == {'S\th\ts\tload=0.5;1;2\tSaid: load=0.5:1:2 more\t$x\\z', 'S\th\tempty\t\tnothing\t$x\\z'}, found
        v.put('main.cfg', open(v.main, encoding='utf-8').read().replace('/perf/services', '/perf/others'))
        os.kill(v.process.pid, 1)
        until(lambda: lines(v.path('perf/others')), 'a reload names another file')


def test_nothing_is_lost_when_the_file_is_taken():
    with new('process_performance_data=1\nservice_perfdata_file=@D@/perf/services\nservice_perfdata_file_template=$SERVICEDESC$ $SERVICEOUTPUT$\n'
             'service_perfdata_file_processing_interval=1\nservice_perfdata_file_processing_command=take\n') as v:
        v.start()

        def all_lines():
            taken = [line for name in sorted(os.listdir(v.path('taken'))) for line in lines(v.path('taken/' + name))]
            return taken + lines(v.path('perf/services'))
        sent = 0
        while len(os.listdir(v.path('taken'))) < 4:
            for _ in range(50):
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;0;number {sent}')
                sent += 1
            until(lambda: any(line.endswith(f'number {sent - 1}') for line in all_lines()), f'line {sent - 1} is somewhere')
        numbers = [int(line.rsplit(' ', 1)[1]) for line in all_lines() if ' number ' in line]
        assert numbers == list(range(sent)), (len(numbers), sent)
        assert v.stop() == 0


def test_a_command_that_fails():
    """A file that nobody can take grows; the log says why."""
    with new('process_performance_data=1\nservice_perfdata_file=@D@/perf/services\nservice_perfdata_file_processing_interval=1\n'
             'service_perfdata_file_processing_command=no-right\n') as v:
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define command {\n command_name no-right\n command_line /bin/cat /proc/nowhere\n}\n')
        v.start()
        until(lambda: "Service performance data file processing command 'no-right' failed" in v.log(), 'the log says it')
        line = next(line for line in v.log().splitlines() if "file processing command 'no-right' failed" in line)
        assert 'exit status 1' in line and '/proc/nowhere' in line, line


def taken_over(what):
    """Numbered results while the command that takes the file is slow, and something happens meanwhile: each line is in one file, once."""
    with new('process_performance_data=1\nservice_perfdata_file=@D@/perf/services\nservice_perfdata_file_template=$SERVICEDESC$ $SERVICEOUTPUT$\n'
             'service_perfdata_file_processing_interval=1\nservice_perfdata_file_processing_command=slowly\nperfdata_timeout=60\n') as v:
        os.mkfifo(v.path('gate'))
        os.chmod(v.path('gate'), 0o666)
        v.start()

        def all_lines():
            taken = [line for name in sorted(os.listdir(v.path('taken'))) for line in lines(v.path('taken/' + name))]
            return taken + lines(v.path('perf/services'))

        def send(numbers):
            for n in numbers:
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;0;number {n}')
        send(range(50))
        until(lambda: os.path.exists(v.path('kept/begun')), 'the command is under way')
        send(range(50, 100))
        what(v)
        send(range(100, 150))
        until(lambda: v.service(columns='plugin_output')['plugin_output'] == 'number 149')
        open(v.path('gate'), 'w', encoding='utf-8').close()  # now it takes the file
        until(lambda: os.listdir(v.path('taken')))
        send(range(150, 200))
        until(lambda: any(line.endswith('number 199') for line in all_lines()), 'the new file is written')
        numbers = [int(line.rsplit(' ', 1)[1]) for line in all_lines() if ' number ' in line]
        assert numbers == list(range(200)), sorted(set(range(200)) - set(numbers)) or numbers
        assert not any(line.endswith(('number 150', 'number 199')) for name in os.listdir(v.path('taken')) for line in lines(v.path('taken/' + name))), \
            'what came afterwards is not in the file that was taken'


def test_a_reload_while_the_file_is_taken():
    def reload(v):
        engine = [pid for pid, words in v.roles().items() if words[-1:] == ['engine'] or 'engine' in words]
        before = v.said().count('was read again')
        os.kill(v.process.pid, 1)
        until(lambda: v.said().count('was read again') > before)
        assert engine == [pid for pid in v.roles() if pid in engine], 'the engine lives on'
    taken_over(reload)


def test_a_store_that_dies_while_the_file_is_taken():
    def kill(v):
        store = [pid for pid, words in v.roles().items() if '-x' in words and words[words.index('-x') + 1] == 'store']
        os.kill(store[0], 9)
        until(lambda: [pid for pid, words in v.roles().items() if words[-2:] and 'store' in words and pid != store[0]], 'a new store')
    taken_over(kill)


def test_a_store_that_dies_while_lines_wait():
    """What a pipe does not take is kept where a kill of the role that writes it does no harm; and its end does not empty a file of mode w."""
    with new('process_performance_data=1\nservice_perfdata_file=@D@/perf/pipe\nservice_perfdata_file_mode=p\n'
             'host_perfdata_file=@D@/perf/hosts\nhost_perfdata_file_mode=w\n') as v:
        os.mkfifo(v.path('perf/pipe'))
        os.chmod(v.path('perf/pipe'), 0o666)
        with open(os.open(v.path('perf/pipe'), os.O_RDONLY | os.O_NONBLOCK), 'rb', buffering=0) as reader:
            v.start()
            until(lambda: lines(v.path('perf/hosts')), 'a line of the host')
            first = lines(v.path('perf/hosts'))[0]
            v.order('DISABLE_SVC_CHECK;h;s')
            for n in range(300):  # more than a pipe takes
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;0;number {n}|{"x" * 1000}=1')
            until(lambda: v.service(columns='plugin_output')['plugin_output'] == 'number 299')
            store = [pid for pid, words in v.roles().items() if '-x' in words and words[words.index('-x') + 1] == 'store']
            os.kill(store[0], 9)
            until(lambda: [pid for pid, words in v.roles().items() if words[-2:] and 'store' in words and pid != store[0]], 'a new store')
            got = b''

            def numbers():
                nonlocal got
                while more := reader.read(1 << 16):
                    got += more
                return [int(n) for n in re.findall(rb'\tnumber (\d+)\t', got)]
            until(lambda: set(numbers()) == set(range(300)), lambda: f'all come; {len(set(numbers()))} did: {got[-300:]}')
            assert lines(v.path('perf/hosts'))[0] == first


def test_a_pipe():
    with new('process_performance_data=1\nservice_perfdata_file=@D@/perf/pipe\nservice_perfdata_file_mode=p\n') as v:
        os.mkfifo(v.path('perf/pipe'))
        os.chmod(v.path('perf/pipe'), 0o666)
        v.start()
        with open(v.path('perf/pipe'), encoding='utf-8') as f:
            line = f.readline()
        assert line.startswith('[SERVICEPERFDATA]\t'), line


def test_a_file_that_cannot_be_written():
    with new('process_performance_data=1\nservice_perfdata_file=@D@/nowhere/x\nhost_perfdata_file=@D@/perf/hosts\n') as v:
        v.start()
        assert v.said().count('performance data of services is not written into it') == 1, v.said()
        until(lambda: lines(v.path('perf/hosts')), 'the other one is')


main()
