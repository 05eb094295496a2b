#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release timeout=300
# Many seeds of the simulator, a quarter of a day each; the debug build runs fewer under sanitizers. A failure says its seed: sim --seed N --seeds 1 --hours 6
#
# KNOWN: seeds that show faults which are not mended yet, all of downtimes that a trigger or a result begins, over restarts, reloads and in a replay:
#   1006 told: a DOWNTIMEEND was told that the rules have not        1057 again: one notification of a downtime comes in the replay only
#   1086 identity: a reload has changed the notes of a check         1109 again: switches differ after a replay
# Any other seed that fails, fails the test; so does one of these that passes: it is to be taken out then.
set -euo pipefail
KNOWN="1006 1057 1086 1109"

"$BUILD/tests/sim/sim" --seed 1000 --seeds "${SEEDS:-120}" --hours 6 >"$TMPDIR/out" || true
grep -q '^seed' "$TMPDIR/out" || {
    cat "$TMPDIR/out"
    exit 1
}
failed=$(sed -n "s/^invariant .*; seed \([0-9]*\), .*/\1/p" "$TMPDIR/out" | sort -nu | tr '\n' ' ')
if [ "${failed% }" != "$KNOWN" ]; then
    grep -v '^seed' "$TMPDIR/out" || true
    echo "seeds that fail: ${failed:-none}; known: $KNOWN"
    exit 1
fi
tail -n 1 "$TMPDIR/out"
