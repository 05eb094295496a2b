#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=80 timeout=750
# Many seeds of the simulator, a quarter of a day each; the debug build runs fewer under sanitizers. A failure says its seed: sim --seed N --seeds 1 --hours 6
set -euo pipefail

"$BUILD/tests/sim/sim" --seed 1000 --seeds "${SEEDS:-120}" --hours 6 >"$TMPDIR/out" || {
    grep -v '^seed' "$TMPDIR/out" || true
    exit 1
}
tail -n 1 "$TMPDIR/out"
