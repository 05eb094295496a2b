#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=50
"""`vigie check` judges a configuration as `nagios4 -v` does, and the resolved objects of --precache are those of `nagios4 -vp`: on what packages of Debian
install, and on generated configurations of the whole language, as they are and with a mistake. SEEDS=5000 for more of them, FIRST=1234 SEEDS=1 for one."""
import glob
import gzip
import os
import random
import re
from concurrent.futures import ThreadPoolExecutor

from lib_generate import Config
from lib_mistakes import spoil, spoil_text
from lib_nagios import KNOWN, Box, compare, need_nagios
from lib_vigie import SRC, Skip, main

FIRST, SEEDS = int(os.environ.get('FIRST', '0')), int(os.environ.get('SEEDS', '150'))


def boxed(config, files):
    """The configuration on disk: some files named by cfg_file, those in a folder by cfg_dir."""
    texts = {path: ''.join(line for d in defs for line in d) for path, defs in files}
    names = [f'cfg_file=HERE/{path}\n' for path in texts if '/' not in path]
    return Box(files=texts, main=''.join(f'{line}\n' for line in config.main) + ''.join(names) + ('cfg_dir=HERE/dir\n' if any('/' in p for p in texts) else ''))


def all_seeds(one):
    """How many of the seeds both accept; the first that they differ in fails."""
    need_nagios()
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(one, range(FIRST, FIRST + SEEDS)))


def test_generated_configurations():
    def one(seed):
        config = Config(seed)
        with boxed(config, config.layout()) as box:
            return compare(box, f'FIRST={seed}')
    accepted = all_seeds(one)
    assert accepted * 4 > SEEDS or SEEDS < 20, f'nagios4 accepts only {accepted} of {SEEDS}: the generator is wrong'


def test_with_a_mistake():
    def one(seed):
        config, r = Config(seed), random.Random(seed * 7 + 1)
        what = spoil(config, r)
        with boxed(config, config.layout()) as box:
            return compare(box, f'FIRST={seed}, {what}')
    all_seeds(one)


def test_with_a_broken_line():
    def one(seed):
        config, r = Config(seed), random.Random(seed * 7 + 2)
        files, what = spoil_text(config.layout(), r)
        with boxed(config, files) as box:
            return compare(box, f'FIRST={seed}, {what}')
    all_seeds(one)


def test_the_manual_has_the_differences():
    with open(os.path.join(SRC, 'docs/DIFFERENCES.md'), encoding='utf-8') as f:
        text = f.read()
    for _, name in KNOWN:
        assert f'* **{name}**' in text, f'docs/DIFFERENCES.md does not have: {name}'


# ---- what packages of Debian install ----

def readable(path):
    with gzip.open(path) if path.endswith('.gz') else open(path, 'rb') as f:
        return f.read().decode('utf-8', 'surrogateescape')


def installed(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(pattern, recursive=True) if os.path.isfile(path))


SAMPLE = '/etc/nagios4'
COMMANDS = ('/etc/nagios-plugins/config/*.cfg', '/usr/share/nagios-snmp-plugins/pluginconfig/*.cfg')
OTHERS = COMMANDS + ('/usr/share/monitoring-plugins/templates-*/*.cfg', '/usr/share/doc/nagios4-common/examples/**/*.cfg*', '/etc/nagios3/**/*.cfg', '/etc/icinga/*.cfg',
                     '/etc/nagvis/maps/*.cfg', '/usr/share/doc/*nagios*/**/*.cfg*', '/usr/share/doc/*nagios*/**/*.tpl')


def named(paths, inside=''):
    return {f'{inside}{i}-{os.path.basename(path).removesuffix(".gz")}': readable(path) for i, path in enumerate(paths)}


def need_sample():
    need_nagios()
    if not os.path.exists(SAMPLE + '/nagios.cfg'):
        raise Skip('nagios4-common is not installed')


def test_the_sample_of_debian():
    need_sample()
    text = ''.join(line for line in readable(SAMPLE + '/nagios.cfg').splitlines(True)
                   if not re.match(r'(log_file|object_cache|precached|temp_file|lock_file|status_file|state_ret|resource|check_result_path)', line))
    with Box(main=text) as box:
        assert compare(box, 'the sample'), 'nagios4 refuses its own sample'


def test_all_commands_of_packages():
    need_sample()
    files = {**named(installed(SAMPLE + '/objects/*.cfg')), **named(installed(*COMMANDS), 'commands/')}
    with Box(files=files, main=''.join(f'cfg_file=HERE/{path}\n' for path in files if '/' not in path) + 'cfg_dir=HERE/commands\n') as box:
        assert compare(box, 'all commands'), box.nagios()[1]


def test_each_file_of_packages():
    need_sample()
    sample, commands = named(installed(SAMPLE + '/objects/*.cfg')), installed(*COMMANDS)

    def one(path):
        files = {**sample, **named([p for p in commands if p != path], 'commands/'), 'x.cfg': readable(path)}
        with Box(files=files, main=''.join(f'cfg_file=HERE/{p}\n' for p in files)) as box:
            return compare(box, path)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(one, installed(*OTHERS))) > 10 or len(commands) < 20


main()
