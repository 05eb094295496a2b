#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=40 timeout=750
# The page Platform and what is said of Vigie on every page, against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" platform.mjs
