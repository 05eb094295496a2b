#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=70 timeout=750
# The list of resources and the panel, against one real Vigie: search, filters, actions, languages, narrow, by keyboard only. The steps build on each other.
exec "$(dirname "$0")/lib_run.sh" resources.mjs
