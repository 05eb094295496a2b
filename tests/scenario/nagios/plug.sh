#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plug.sh SANDBOX KEY [WORDS...]: the plugin whose answer a scenario sets (SANDBOX/plugins/KEY.{out,rc,sleep,sig}).
# Notes that it ran, and with which words.
dir=$1 key=$2
shift 2
words=''
for word in "$@"; do words="$words|$word"; done
printf '%s|RUN|%s%s\n' "$(date +%s.%N)" "$key" "$words" >>"$dir/effects.log"
answer=$dir/plugins/$key
[ ! -f "$answer.sleep" ] || sleep "$(cat "$answer.sleep")"
[ ! -f "$answer.sig" ] || kill -"$(cat "$answer.sig")" $$
[ ! -f "$answer.out" ] || cat "$answer.out"
[ ! -f "$answer.rc" ] || exit "$(cat "$answer.rc")"
exit 0
