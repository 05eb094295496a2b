#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: timeout=3600
# The journal on a disk that loses what was not synced, at many thousand points (four crashes each).
VIGIE_CRASH_POINTS=${VIGIE_CRASH_POINTS:-10000} exec "$BUILD/tests/unit/test_journal"
