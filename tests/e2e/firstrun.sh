#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=30 timeout=750
# The first steps, against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" firstrun.mjs
