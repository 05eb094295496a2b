#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release seconds=90 timeout=900
# Every page of the table of pages, in both languages and themes, wide and on a telephone, full of what strangers may hand in; against one real Vigie.
exec "$(dirname "$0")/lib_run.sh" pages.mjs
