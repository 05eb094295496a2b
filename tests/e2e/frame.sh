#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60 timeout=750
# What stands around every page: menu, addresses, rights, keys, themes, parts that are loaded later, a server that is away; against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" frame.mjs
