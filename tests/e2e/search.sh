#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60 timeout=750
# The search bar, views, saved filters and columns of the list, against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" search.mjs
