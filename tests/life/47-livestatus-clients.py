#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that people use with Livestatus, as Debian has them, run against the socket: Monitoring::Livestatus (Perl; Thruk is built on it), NagVis' backend, Nagstamon's server class.
NagVis and Nagstamon are unpacked under build/clients and never installed: they want a web server and a desktop, of which nothing is used here."""
import glob
import json
import os
import shutil
import subprocess
import time

from lib_vigie import SRC, Skip, Vigie, free_port, main, until

CLIENTS = os.path.join(SRC, 'build', 'clients')
HERE = os.path.dirname(os.path.abspath(__file__))
OBJECTS = """
define contactgroup {
 contactgroup_name ops
 members ann
}
define hostgroup {
 hostgroup_name all
 alias Everything
 members h,up
}
define servicegroup {
 servicegroup_name some
 alias A few
 members h,s
}
define host {
 use th
 host_name up
 alias The router
 address 127.0.0.1
 active_checks_enabled 0
 _LAT 52.5
 _LONG 13.4
}
define host {
 use th
 host_name h
 alias A host, with more
 address 127.0.0.1
 parents up
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name h
 service_description s
 display_name Service S
 active_checks_enabled 0
 max_check_attempts 1
}
define service {
 use ts
 host_name up
 service_description load
 active_checks_enabled 0
 max_check_attempts 3
}
"""


def unpacked(package, inside):
    """The folder a Debian package is unpacked in; / when it is installed."""
    folder = os.path.join(CLIENTS, package)
    if os.path.exists('/' + inside):
        return '/'
    if not os.path.exists(f'{folder}/{inside}'):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(['apt-get', '-q', 'download', package], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for deb in glob.glob(folder + '/*.deb'):
            subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
            os.remove(deb)
    if not os.path.exists(f'{folder}/{inside}'):
        raise Skip(f'{package} is neither installed nor to be had')
    return folder


def run(*words, **environment):
    p = subprocess.run(words, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False)
    assert p.returncode == 0, (p.returncode, p.stdout[-2000:], p.stderr[-2000:])
    return p.stdout


def started(main=''):
    v = Vigie(OBJECTS, main)
    try:
        v.start()
        v.order('PROCESS_HOST_CHECK_RESULT;up;0;up "and" running|rta=1ms')
        v.order('PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken; really|x=1')
        v.order('PROCESS_HOST_CHECK_RESULT;h;1;no answer')
        v.order('PROCESS_SERVICE_CHECK_RESULT;up;load;1;high')
        v.order(f'SCHEDULE_SVC_DOWNTIME;h;s;{int(time.time()) - 1};{int(time.time()) + 3600};1;0;3600;ann;works')
        until(lambda: v.livestatus('GET downtimes\nColumns: host_name'), 'the last of it')
    except BaseException:
        v.kill()
        raise
    return v


PERL = r"""
use strict; use warnings;
use Monitoring::Livestatus;
use JSON::PP;
my $m = Monitoring::Livestatus->new(peer => $ARGV[0], errors_are_fatal => 0, keepalive => 1, verbose => 0);
my %got;
$got{scalar} = $m->selectscalar_value("GET hosts\nStats: state = 1");
$got{hashes} = $m->selectall_arrayref("GET services\nColumns: host_name description state plugin_output perf_data\nSort: host_name asc", {Slice => 1});
$got{arrays} = $m->selectall_arrayref("GET hosts\nColumns: name parents\nSort: name asc\nLimit: 1\nOffset: 1");
$got{column} = $m->selectcol_arrayref("GET hosts\nColumns: name\nFilter: state != 0\nFilter: state = 0\nOr: 2\nSort: name desc");
$got{hash} = $m->selectall_hashref("GET hosts\nColumns: name alias", 'name');
$got{row} = $m->selectrow_hashref("GET services\nColumns: description\nFilter: host_name = h");
$got{renamed} = $m->selectall_arrayref("GET services\nStats: state = 0 as ok\nStats: state = 2 as critical\nStats: sum state as total", {Slice => 1});
$got{wrapped} = $m->selectall_arrayref("GET services\nColumns: description\nLimit: 1", {wrapped_json => 1, Slice => 1});
$got{total} = $m->{meta_data}{total_count};
$got{wait} = $m->selectall_arrayref("GET services\nColumns: description\nFilter: description = s\nWaitObject: h s\nWaitCondition: state = 2\nWaitTrigger: all\nWaitTimeout: 20000");
for my $wrong ("GET nothing", "GET hosts\nColumns: name nothing", "GET hosts\nFilter: name ~ (") {
    $m->selectall_arrayref($wrong);
    push @{$got{errors}}, [$Monitoring::Livestatus::ErrorCode, $Monitoring::Livestatus::ErrorMessage];
}
$got{after} = $m->selectscalar_value("GET services\nStats: state >= 0");
$m->do("COMMAND [" . time() . "] ACKNOWLEDGE_SVC_PROBLEM;h;s;2;0;0;pl;from perl");
print encode_json(\%got);
"""


def test_monitoring_livestatus():
    if not shutil.which('perl') or subprocess.run(['perl', '-MMonitoring::Livestatus', '-e1'], stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip('there is no Monitoring::Livestatus')
    with started() as v:
        got = json.loads(run('perl', '-e', PERL, v.live))
        assert got['scalar'] == 1
        assert got['hashes'] == [{'host_name': 'h', 'description': 's', 'state': 2, 'plugin_output': 'broken: really', 'perf_data': 'x=1'},
                                 {'host_name': 'up', 'description': 'load', 'state': 1, 'plugin_output': 'high', 'perf_data': ''}], got['hashes']
        assert got['arrays'] == [['up', []]]
        assert got['column'] == ['up', 'h']
        assert got['hash']['h']['alias'] == 'A host, with more' and len(got['hash']) == 2
        assert got['row'] == {'description': 's'}
        assert got['renamed'] == [{'ok': 0, 'critical': 1, 'total': 3}], got['renamed']
        assert got['wrapped'] == [{'description': 's'}] and got['total'] == 2, got
        assert got['wait'] == [['s']]
        assert [e[0] for e in got['errors']] == [404, 400, 400] and 'nothing' in got['errors'][1][1], got['errors']
        assert got['after'] == 2, 'the connection goes on behind errors'
        until(lambda: v.livestatus('GET comments\nColumns: author comment\nFilter: entry_type = 4') == [['pl', 'from perl']], 'the acknowledgement')
        assert v.stop() == 0


def test_nagvis():
    if not shutil.which('php'):
        raise Skip('there is no php')
    folder = unpacked('nagvis', 'usr/share/nagvis/share/server/core/classes/GlobalBackendmklivestatus.php')
    with started() as v:
        got = json.loads(run('php', os.path.join(HERE, 'lib_nagvis.php'), folder, 'unix:' + v.live))
        assert sorted(o['name1'] for o in got['hosts']) == ['h', 'up'] and got['services'] == [{'name1': 'h', 'name2': 's'}]
        assert got['hostgroups'] == [{'name1': 'all', 'name2': 'Everything'}] and got['servicegroups'] == [{'name1': 'some', 'name2': 'A few'}]
        down, up = got['host']['h'], got['host']['up']
        assert down[:4] == [11, 'no answer', False, False] and up[:4] == [10, 'up "and" running', False, False], got['host']
        assert down[14] == 'A host, with more' and up[12] == 'rta=1ms' and up[18] == {'LAT': '52.5', 'LONG': '13.4'}
        assert got['host_hard']['h'][0] == 11
        s = got['service']['h~~s']
        assert s[:4] == [2, 'broken: really', False, True] and s[13] == 'Service S' and s[19:21] == ['ann', 'works'], s
        assert got['host_members']['h'][0][:2] == [2, 'broken: really']
        counts = got['host_counts']['h']['counts']
        assert counts['2'] == {'normal': 0, 'stale': 0, 'ack': 0, 'downtime': 1}, counts
        assert got['host_counts']['up']['counts']['1']['normal'] == 1
        assert sorted(got['hostgroup_hosts']) == ['h', 'up']
        assert got['hostgroup_counts']['all']['counts']['11']['normal'] == 1 and got['hostgroup_counts']['all']['counts']['10']['normal'] == 1, got['hostgroup_counts']
        assert got['servicegroup_counts']['some']['counts']['2']['downtime'] == 1
        assert got['dynamic']['2']['downtime'] == 1 and got['dynamic']['0']['normal'] == 0
        assert got['roots'] == ['up'] and got['children'] == ['h'] and got['parents'] == ['up'] and sorted(got['group_members']) == ['h', 'up']
        assert sorted(set(got['problems'])) == ['h', 'up'] and abs(got['started'] - time.time()) < 600
        assert [(p['name'], p['lat'], p['long']) for p in got['places']] == [('up', '52.5', '13.4')]
        assert got['contacts'] == {'ann': ['ops']}
        assert len(got['after']) == 2, 'a question right behind a command, without an empty line between them'
        until(lambda: v.livestatus('GET comments\nColumns: author comment\nFilter: entry_type = 4') == [['nv', 'seen on a map']], 'the acknowledgement')
        assert v.stop() == 0


NAGSTAMON = r"""
import json, sys
port = sys.argv.pop()
from Nagstamon.Config import conf
from Nagstamon.Servers.Livestatus import LivestatusServer
conf.filter_acknowledged_hosts_services = True
s = LivestatusServer(name='here')
s.monitor_url = f'tcp://127.0.0.1:{port}'
s.init_config()
def look():
    s._get_status()
    return {h.name: {'status': h.status, 'type': h.status_type, 'output': h.status_information, 'downtime': h.scheduled_downtime,
                     'services': {n: [x.status, x.status_type, x.status_information, x.scheduled_downtime, x.attempt] for n, x in h.services.items()}} for h in s.new_hosts.values()}
first = look()
s.hosts = s.new_hosts
s.set_acknowledge({'host': 'h', 'service': 's', 'sticky': True, 'notify': False, 'persistent': True, 'author': 'ns', 'comment': 'from a desktop'})
s.command('ADD_HOST_COMMENT;h;1;ns;one', 'ADD_HOST_COMMENT;h;1;ns;two')
print(json.dumps(first))
"""


def test_nagstamon():
    folder = unpacked('nagstamon', 'usr/lib/python3/dist-packages/Nagstamon/Servers/Livestatus.py')
    environment = {'PYTHONPATH': folder + '/usr/lib/python3/dist-packages', 'QT_QPA_PLATFORM': 'offscreen'}
    port = free_port()
    with started(f'vigie_livestatus_tcp=127.0.0.1:{port}') as v:
        os.mkdir(v.path('home'))
        environment['HOME'] = v.path('home')
        probe = subprocess.run(['/usr/bin/python3', '-c', 'import Nagstamon.Servers.Livestatus'], env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        if 'ModuleNotFoundError' in probe.stderr:
            raise Skip(probe.stderr.strip().splitlines()[-1])
        got = json.loads(run('/usr/bin/python3', '-c', NAGSTAMON, str(port), **environment).splitlines()[-1])
        assert got['h'] == {'status': 'DOWN', 'type': 'soft', 'output': 'no answer', 'downtime': False,
                            'services': {'Service S': ['CRITICAL', got['h']['services']['Service S'][1], 'broken: really', True, 1]}}, got
        # The host of this one is UP: Nagstamon makes it from the columns host_* of the service.
        assert got['up']['status'] == 'UP' and got['up']['services']['load'][:3] == ['WARNING', 'soft', 'high'], got
        until(lambda: v.livestatus('GET comments\nColumns: author comment\nFilter: entry_type = 4') == [['ns', 'from a desktop']], 'the acknowledgement')
        until(lambda: v.livestatus('GET comments\nColumns: comment\nFilter: entry_type = 1\nSort: id asc') == [['one'], ['two']], 'two commands in one request')
        again = json.loads(run('/usr/bin/python3', '-c', NAGSTAMON, str(port), **environment).splitlines()[-1])
        assert not again['h']['services'], 'an acknowledged one is filtered out'
        assert v.stop() == 0


main()
