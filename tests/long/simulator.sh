#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release timeout=7200
# 10,000 seeds of the simulator, and 480 of the time periods. A failure says its seed.
set -euo pipefail
"$BUILD/tests/sim/sim" --seed 10000 --seeds 9900 --hours 6 >"$TMPDIR/out" || {
    grep -v '^seed' "$TMPDIR/out"
    exit 1
}
"$BUILD/tests/sim/sim" --seed 50000 --seeds 100 --hours 96 >>"$TMPDIR/out" || {
    grep -v '^seed' "$TMPDIR/out"
    exit 1
}
tail -n 1 "$TMPDIR/out"
"$SRC/tests/scenario/time-periods.py" --seed 1000 --seeds 480
# A year of 100 services at five minutes, and a day of 10,000: how fast the core is by itself here.
"$BUILD/tests/sim/speed" 10 100 300 365
"$BUILD/tests/sim/speed" 1000 10000 300 1
"$SRC/tests/scenario/all-roles.py" --seeds 20 --results 300000
