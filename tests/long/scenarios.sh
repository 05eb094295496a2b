#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release serial timeout=1200
# Every scenario of tests/scenario in real time, with the built program.
set -euo pipefail
exec python3 "$SRC/tests/scenario/nagios.py" --all
