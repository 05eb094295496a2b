#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=40 timeout=750
# The panel of one resource, against one real Vigie: its tabs, addresses and keys; hosts around it; configuration with its origin; running a check at once.
exec "$(dirname "$0")/lib_run.sh" panel.mjs
