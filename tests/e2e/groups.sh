#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=30
# Groups and columns of the list of a real Vigie, in Debian's chromium.
exec "$(dirname "$0")/lib_run.sh" groups.mjs
