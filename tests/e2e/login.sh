#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=40 timeout=750
# Before anyone is signed in, against one real Vigie: set-up, sign in, too many tries, the end of a session.
exec "$(dirname "$0")/lib_run.sh" login.mjs
