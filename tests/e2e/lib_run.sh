#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Drives Debian's chromium through the web application of a real Vigie as the file that is named tells it. By hand, against one that runs already:
#   VIGIE_URL=http://127.0.0.1:8484 VIGIE_SETUP_TOKEN=... tests/e2e/resources.sh
set -u
cd "$(dirname "$0")" || exit 1

skip()
{
    echo "$1"
    if [ -n "${CI:-}" ]; then exit 1; fi # CI has everything: there, a test that cannot run has failed
    exit 77
}
command -v "${VIGIE_CHROMIUM:-chromium}" >/dev/null || skip "chromium is not installed (./dev install test)"
[ -d ../../ui/node_modules/playwright-core ] || skip "ui/node_modules is missing (cd ui && npm ci)"
[ -n "${VIGIE_URL:-}" ] || [ -x "${VIGIE:=../../build/release/vigie}" ] || skip "there is no $VIGIE (./dev build)"
export VIGIE

log=$(mktemp)
node --test "$1" >"$log" 2>&1
code=$?
cat "$log"
count() { sed -n "s/^# $1 \([0-9]*\)\$/\1/p" "$log"; }
echo "$(count pass) passed, $(count fail) failed, $(count skipped) skipped"
rm -f "$log"
exit $code
