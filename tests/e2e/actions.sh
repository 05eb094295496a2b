#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=60 timeout=750
# Actions on one and on many, against one real Vigie: all that match, jobs with progress, undo, what a downtime would mean, results sent in, rights, export.
exec "$(dirname "$0")/lib_run.sh" actions.mjs
