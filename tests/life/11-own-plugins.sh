#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugins that Vigie brings: guidelines kept (one line, a state, performance data), wrong use is UNKNOWN.
cd "${SRC:-.}/plugins" || exit 1
passed=0 failed=0
# expect STATUS PATTERN COMMAND...
expect()
{
    status=$1 pattern=$2
    shift 2
    output=$("$@" 2>&1)
    got=$?
    if [ "$got" = "$status" ] && printf '%s\n' "$output" | head -n 1 | grep -Eq "$pattern"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $*: exit $got (expected $status), said: $output"
    fi
}
perf='^[A-Z]+ [A-Z]+: [^|]+\|[a-z_]+=[0-9]+[a-zA-Z%]*(;[0-9]*){0,4}( [a-z_]+=[0-9]+[a-zA-Z%]*(;[0-9]*){0,4})*$'
expect 0 "$perf" ./check_linux memory -w 100 -c 101
expect 1 '^MEMORY WARNING' ./check_linux memory -w 0 -c 101
expect 2 '^MEMORY CRITICAL' ./check_linux memory -w 0 -c 0
expect 0 "$perf" ./check_linux files -w 100 -c 101
expect 0 "$perf" ./check_linux uptime -w 0
expect 1 '^UPTIME WARNING' ./check_linux uptime -w 4000000000
expect 0 "$perf" ./check_linux tcp -w 100000 -c 100000
expect 2 '^TCP CRITICAL' ./check_linux tcp -w 0 -c 0
expect 0 "$perf" ./check_linux interface lo
expect 2 '^INTERFACE CRITICAL: nosuch0' ./check_linux interface nosuch0
expect 3 '^usage' ./check_linux interface ../../etc
expect 0 '^RESOLVER OK: localhost' ./check_linux resolver localhost
expect 1 '^RESOLVER WARNING' ./check_linux resolver no-such-name.invalid
expect 3 '^LINUX UNKNOWN' ./check_linux memory -w many
expect 3 '^usage' ./check_linux
expect 3 '^usage' ./check_linux no-such-mode
future=$(mktemp)
touch -d '+1 day' "$future"
expect 2 '^CLOCK CRITICAL: the clock is [0-9]+ s behind' ./check_linux clock "$future"
rm -f "$future"
expect 2 '^VIGIE CRITICAL: nothing listens' ./check_vigie -p 1
expect 3 '^VIGIE UNKNOWN' ./check_vigie
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
