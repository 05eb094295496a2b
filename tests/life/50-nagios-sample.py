#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Debian's nagios4 sample configuration runs as it is: same objects, real plugins, the log that scripts parse."""
import os
import re
import subprocess

from lib_vigie import Skip, Vigie, main, until, vigie

SAMPLE = '/etc/nagios4/nagios.cfg'
SERVICES = ['Current Load', 'Current Users', 'HTTP', 'PING', 'Root Partition', 'SSH', 'Swap Usage', 'Total Processes']


class Sample(Vigie):
    """The untouched main file; where it writes is set from outside, so that the machine's own nagios4 is left alone."""

    def __init__(self):
        if not os.path.exists(SAMPLE):
            raise Skip('nagios4-common is not installed')
        if not os.access('/etc/nagios4/resource.cfg', os.R_OK):
            raise Skip('/etc/nagios4/resource.cfg is for root and the group nagios')
        super().__init__()
        self.main = SAMPLE

    def start(self):
        options = [f'log_file={self.path("vigie.log")}', f'command_file={self.path("cmd")}', f'vigie_state_dir={self.state}',
                   f'vigie_livestatus_socket={self.live}', 'vigie_http_listen=']
        if os.getuid() == 0:  # its user is nagios: that user must be able to write the log
            subprocess.run(['chown', 'nagios', self.d], check=True)
        return super().start(*[word for o in options for word in ('--set', o)])


def test_it_is_accepted():
    if not os.path.exists(SAMPLE):
        raise Skip('nagios4-common is not installed')
    code, out, err = vigie('check', '-c', SAMPLE)
    assert code == 0, out + err


def test_same_objects_and_real_results():
    with Sample() as v:
        v.start()
        assert v.livestatus('GET hosts\nColumns: name address') == [['localhost', '127.0.0.1']]
        assert sorted(r[0] for r in v.livestatus('GET services\nColumns: description')) == SERVICES
        for name in SERVICES:
            v.order(f'SCHEDULE_FORCED_SVC_CHECK;localhost;{name};0')
        unchecked = 'GET services\nColumns: description\nFilter: has_been_checked = 0'
        until(lambda: not v.livestatus(unchecked), 'each service has a result')
        outputs = {r[0]: r[1] for r in v.livestatus('GET services\nColumns: description plugin_output')}
        assert outputs['Current Load'].startswith('OK - ') or 'load average' in outputs['Current Load'].lower(), outputs
        assert 'DISK' in outputs['Root Partition'], outputs
        assert 'PING' in outputs['PING'], outputs
        assert v.stop() == 0


def test_the_log_is_the_one_that_scripts_know():
    with Sample() as v:
        v.start()
        v.order('PROCESS_SERVICE_CHECK_RESULT;localhost;SSH;2;made up')
        until(lambda: 'SERVICE ALERT: localhost;SSH;CRITICAL;SOFT;1;made up' in v.log(), 'the alert')
        log = v.log()
        assert 'EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT;localhost;SSH;2;made up' in log, log
        strange = [line for line in log.splitlines() if not re.match(r'^\[\d{10}\] [A-Z]', line)]
        assert not strange, f'not in the format: {strange}'


main()
