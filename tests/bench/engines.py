# SPDX-License-Identifier: Apache-2.0
"""The two engines of the bench: how each is given N services, checked, started, observed and ended."""
import os
import pwd
import re
import shutil
import signal
import struct
import subprocess
import time

HOST_SERVICES = 20  # services of one host
RECORD = struct.calcsize('qq')

MAIN = """log_file={d}/core.log
cfg_file={d}/objects.cfg
object_cache_file={d}/objects.cache
precached_object_file={d}/objects.precache
status_file={d}/status.dat
status_update_interval=30
lock_file={d}/core.pid
temp_file={d}/core.tmp
temp_path={d}
command_file={d}/core.cmd
query_socket={d}/core.qh
log_archive_path={d}
check_result_path={d}/spool
{user}check_external_commands=1
use_syslog=0
check_for_updates=0
event_broker_options=0
interval_length=1
max_concurrent_checks=0
cached_host_check_horizon=0
cached_service_check_horizon=0
retain_state_information=0
use_large_installation_tweaks=1
enable_environment_macros=0
enable_notifications=0
enable_flap_detection=0
execute_host_checks=0
process_performance_data=0
log_service_retries=1
log_initial_states=0
log_current_states=0
illegal_macro_output_chars=`~$&|'"<>
"""
DAYS = ''.join(f' {d} 00:00-24:00\n' for d in
               ('sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'))
BASE = """define timeperiod{{
 timeperiod_name always
 alias Always
""" + DAYS + """}}
define command{{
 command_name stamp
 command_line {plugin} $ARG1$ {log}
}}
define contact{{
 contact_name nobody
 host_notifications_enabled 0
 service_notifications_enabled 0
 host_notification_period always
 service_notification_period always
 host_notification_options n
 service_notification_options n
 host_notification_commands stamp!0
 service_notification_commands stamp!0
}}
define host{{
 name bench-host
 register 0
 check_command stamp!0
 active_checks_enabled 0
 max_check_attempts 1
 check_period always
 notification_period always
 contacts nobody
}}
define service{{
 name bench-service
 register 0
 check_interval {interval}
 retry_interval {interval}
 max_check_attempts 3
 check_period always
 notification_period always
 contacts nobody
}}
"""


def processes(root):
    """The process and all that descend from it: pid -> (comm, cpu seconds with reaped children's)."""
    children, facts, tick = {}, {}, os.sysconf('SC_CLK_TCK')
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open(f'/proc/{name}/stat') as f:
                head, rest = f.read().rsplit(')', 1)
        except OSError:
            continue
        field = rest.split()
        facts[int(name)] = (head.split('(', 1)[1], sum(int(field[i]) for i in (11, 12, 13, 14)) / tick)
        children.setdefault(int(field[1]), []).append(int(name))
    found, todo = {}, [root]
    while todo:
        pid = todo.pop()
        if pid in facts:
            found[pid] = facts[pid]
            todo += children.get(pid, [])
    return found


def pss_kib(pids):
    total = 0
    for pid in pids:
        try:
            with open(f'/proc/{pid}/smaps_rollup') as f:
                total += int(re.search(r'^Pss:\s+(\d+)', f.read(), re.M)[1])
        except (OSError, TypeError):
            pass
    return total


class Engine:
    """One engine with one configuration in a folder of its own."""
    name, program, ready_word = '', '', ''

    def __init__(self, folder, plugin):
        self.d, self.plugin = os.path.join(folder, self.name), plugin
        self.log, self.process, self.begin = os.path.join('/dev/shm', f'vigie-bench-{os.getpid()}'), None, 0.0

    def configure(self, services, interval):
        shutil.rmtree(self.d, ignore_errors=True)
        os.makedirs(self.d + '/spool')
        user = 'nagios_user=nobody\nnagios_group=nogroup\n' if os.getuid() == 0 else ''
        with open(self.d + '/main.cfg', 'w') as f:
            f.write(MAIN.format(d=self.d, user=user) + self.own_lines())
        hosts = max(1, services // HOST_SERVICES)
        with open(self.d + '/objects.cfg', 'w') as f:
            f.write(BASE.format(plugin=self.plugin, log=self.log, interval=interval))
            for h in range(hosts):
                f.write(f'define host{{\n use bench-host\n host_name h{h}\n address 127.0.0.1\n}}\n')
            for s in range(services):
                f.write(f'define service{{\n use bench-service\n host_name h{s % hosts}\n service_description s{s}\n'
                        f' check_command stamp!{s + 1}\n}}\n')
        if os.getuid() == 0:
            nobody = pwd.getpwnam('nobody')
            for path in (self.d, self.d + '/spool'):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        with open(self.log, 'w'):
            pass
        os.chmod(self.log, 0o666)

    def own_lines(self):
        return ''

    def verify(self):
        """Seconds that checking the configuration takes."""
        begin = time.monotonic()
        with open(self.d + '/verify.out', 'w') as out:
            p = subprocess.run(self.verify_command(), stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        took = time.monotonic() - begin
        if p.returncode != 0:
            with open(self.d + '/verify.out') as f:
                raise RuntimeError(f'{self.name} refuses the configuration:\n{f.read()[-2000:]}')
        return took

    def start(self):
        self.begin = time.monotonic()
        with open(self.d + '/run.out', 'w') as out:
            self.process = subprocess.Popen(self.run_command(), stdout=out, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, start_new_session=True)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def alive(self):
        if self.process.poll() is not None:
            with open(self.d + '/run.out') as f:
                raise RuntimeError(f'{self.name} ended by itself:\n{f.read()[-2000:]}')

    def wait_first(self, limit):
        """(seconds to the first plugin's start, to the first result in the log); None for what did not come."""
        ran = stored = None
        while time.monotonic() - self.begin < limit and stored is None:
            self.alive()
            if ran is None and self.count():
                ran = self.stamps()[0][1] / 1e9 - self.begin
            if self.logged():
                stored = time.monotonic() - self.begin
            time.sleep(0.01)
        return ran, stored

    def wait_ready(self, limit):
        """Seconds from the start to the word READY; None of an engine that does not say it."""
        while self.ready_word and time.monotonic() - self.begin < limit:
            self.alive()
            with open(self.d + '/run.out', errors='replace') as f:
                if self.ready_word in f.read():
                    return time.monotonic() - self.begin
            time.sleep(0.005)
        return None

    def logged(self):
        try:
            with open(self.d + '/core.log', 'rb') as f:
                return b'SERVICE ALERT' in f.read()
        except OSError:
            return False

    def count(self):
        return os.path.getsize(self.log) // RECORD

    def stamps(self, first=0):
        with open(self.log, 'rb') as f:
            f.seek(first * RECORD)
            data = f.read()
        return list(struct.iter_unpack('qq', data[:len(data) // RECORD * RECORD]))

    def cpu(self):
        return sum(cpu for _, cpu in processes(self.process.pid).values())

    def memory_kib(self):
        plugin = os.path.basename(self.plugin)[:15]
        return pss_kib([pid for pid, (comm, _) in processes(self.process.pid).items() if comm != plugin])

    def stop(self):
        if not self.process:
            return
        pids = list(processes(self.process.pid))
        for sig, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
            try:
                self.process.send_signal(sig)
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        end = time.monotonic() + 10  # what the engine left behind
        while time.monotonic() < end and any(self.ours(p) for p in pids):
            time.sleep(0.1)
        for pid in pids:
            if self.ours(pid):
                os.kill(pid, signal.SIGKILL)
        self.process = None
        os.unlink(self.log)

    def ours(self, pid):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as f:
                words = f.read()
        except OSError:
            return False
        return self.d.encode() in words or self.program.encode() in words or self.plugin.encode() in words


class Nagios(Engine):
    name = 'nagios4'

    def __init__(self, folder, plugin, program):
        super().__init__(folder, plugin)
        self.program = program

    def verify_command(self):
        return [self.program, '-v', self.d + '/main.cfg']

    def run_command(self):
        return [self.program, self.d + '/main.cfg']


class Vigie(Engine):
    name, ready_word = 'vigie', 'READY'

    def __init__(self, folder, plugin, program):
        super().__init__(folder, plugin)
        self.program = program

    def own_lines(self):
        return f'vigie_state_dir={self.d}/state\nvigie_http_listen=\n'

    def verify_command(self):
        return [self.program, 'check', '-c', self.d + '/main.cfg']

    def run_command(self):
        return [self.program, 'run', '-c', self.d + '/main.cfg']
