#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release
"""No function of ours has the name of one of the libraries that the same program loads: the linker would take ours for theirs without a word."""
import os
import re
import subprocess

from lib_vigie import main

BUILD = os.environ.get('BUILD') or os.path.dirname(os.environ['VIGIE'])
PROGRAMS = ['vigie', 'vigie-core', 'vigie-local', 'vigie-net', 'vigie-export', 'vigie-db', 'vigie-gate', 'vigie-web', 'vigie-web-tls', 'vigie-all']
OF_THE_COMPILER = {'_init', '_fini', 'main', '_start', '__data_start', 'data_start', '_edata', '_end', '__bss_start', '_IO_stdin_used',
                   'stdin', 'stdout', 'stderr',  # copies of the library's own
                   '__cpu_indicator_init', '__cpu_model'}  # libgcc's, beside libgcc_s, which a C++ library brings


def names(*words):
    out = subprocess.run(['nm', '--defined-only', *words], capture_output=True, text=True, check=True).stdout
    return {m[1].split('@')[0] for m in re.finditer(r'^\S* [TDBRVW] (\S+)$', out, re.M)}


def libraries(program):
    out = subprocess.run(['ldd', program], capture_output=True, text=True, check=True).stdout
    return [os.path.realpath(path) for path in re.findall(r'=> (/\S+)', out)]


def test_no_name_twice():
    seen = 0
    for program in PROGRAMS:
        ours = names(os.path.join(BUILD, program)) - OF_THE_COMPILER
        assert 'buf_add' in ours, f'{program}: its names cannot be read'
        for library in libraries(os.path.join(BUILD, program)):
            twice = ours & names('-D', library)
            assert not twice, f'{program} and {library} both have {sorted(twice)}'
            seen += 1
    assert seen > 10


main()
