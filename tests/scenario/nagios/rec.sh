#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rec.sh SANDBOX KIND WORDS...: notes an effect: a notification, an event handler, an obsess command.
dir=$1
shift
words=''
for word in "$@"; do words="$words|$word"; done
printf '%s%s\n' "$(date +%s.%N)" "$words" >>"$dir/effects.log"
