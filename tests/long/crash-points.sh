#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release timeout=3600
# The journal, the databases and the series store on a disk that loses what was not synced, tears pages and fails, at many thousand points (of the journal: four crashes each).
export VIGIE_CRASH_POINTS="${VIGIE_CRASH_POINTS:-10000}"
"$BUILD/tests/unit/test_journal" && "$BUILD/tests/unit/test_series_crash" && exec "$BUILD/tests/unit/test_crash_db"
