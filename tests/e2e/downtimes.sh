#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60 timeout=750
# Downtimes, acknowledgements and their calendar, against a real Vigie, in Debian's chromium.
exec "$(dirname "$0")/lib_run.sh" downtimes.mjs
