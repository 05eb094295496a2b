#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release
"""A dozen Vigies with folders of their own run side by side, and each ends within ten seconds."""
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from lib_vigie import Vigie, main, until


def test_side_by_side():
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(Vigie()) for _ in range(12)]
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(Vigie.start, all_of_them))
            for i, v in enumerate(all_of_them):
                v.order(f'PROCESS_SERVICE_CHECK_RESULT;h;s;1;result of number {i}')
            for i, v in enumerate(all_of_them):
                until(lambda: v.service()['plugin_output'] == f'result of number {i}', f'number {i} has its own result')
            statuses = list(pool.map(Vigie.stop, all_of_them))
        assert statuses == [0] * 12, statuses


main()
