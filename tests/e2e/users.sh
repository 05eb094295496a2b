#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=30 timeout=750
# The pages Users, User groups, Roles, Tokens and Sessions, against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" users.mjs
