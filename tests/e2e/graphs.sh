#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=130 timeout=750
# Graphs, strips and small lines of a real Vigie, in Debian's chromium.
exec "$(dirname "$0")/lib_run.sh" graphs.mjs
