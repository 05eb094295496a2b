#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release timeout=7200
# The generated configurations of tests/life/22-same-as-nagios.py, for long.
SEEDS=${SEEDS:-5000} exec python3 "$SRC/tests/life/22-same-as-nagios.py"
