#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes a configuration that watches this machine, for `./dev run`, and prints the path of its main file.
#   make-config.sh --base DIR [--port N] [--plugins DIR]
# DIR/etc is written anew at each call, but for DIR/etc/conf.d, which is yours; DIR/state is Vigie's own.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
base='' port=8484 plugins=/usr/lib/nagios/plugins
while [ $# -gt 0 ]; do
    case $1 in
    --base) base=$2 ;;
    --port) port=$2 ;;
    --plugins) plugins=$2 ;;
    *)
        echo "usage: make-config.sh --base DIR [--port N] [--plugins DIR]" >&2
        exit 2
        ;;
    esac
    shift 2
done
[ -n "$base" ] || { echo "make-config.sh: --base is missing" >&2; exit 2; }
case $port in '' | *[!0-9]*) echo "make-config.sh: the port must be a number: $port" >&2 && exit 2 ;; esac
[ -x "$plugins/check_load" ] || { echo "make-config.sh: no plugins in $plugins (Debian: monitoring-plugins-basic)" >&2; exit 1; }

umask 022
# Plugins run under an id of their own: it must reach them, and nothing else here is secret.
mkdir -p "$base/etc/conf.d" "$base/log" "$base/run" "$base/plugins"
base=$(cd "$base" && pwd)
cp -p "$here"/plugins/check_* "$base/plugins/"
chmod 755 "$base/plugins"/check_*

# A name as the Nagios format allows it.
clean()
{
    printf '%s' "$1" | tr -d '`~!$%^&*|'\''"<>?,()=;\\'
}
host=$(clean "$(uname -n)")
[ -n "$host" ] || host=localhost

main="$base/etc/vigie.cfg"
cat >"$main" <<TEXT
# Made by dist/local/make-config.sh for this machine; the next ./dev run writes it anew. Your own objects: etc/conf.d/*.cfg
log_file=$base/log/vigie.log
cfg_file=$base/etc/local.cfg
cfg_dir=$base/etc/conf.d
resource_file=$base/etc/resource.cfg
command_file=$base/run/vigie.cmd
check_external_commands=1
interval_length=60
max_service_check_spread=1
max_host_check_spread=1
service_check_timeout=60
execute_service_checks=1
accept_passive_service_checks=1
enable_notifications=1
retain_state_information=1
date_format=iso8601
illegal_object_name_chars=\`~!\$%^&*|'"<>?,()=
illegal_macro_output_chars=\`~\$&|'"<>
vigie_state_dir=$base/state
vigie_http_listen=127.0.0.1:$port
vigie_livestatus_socket=$base/run/live
TEXT
cat >"$base/etc/resource.cfg" <<TEXT
\$USER1\$=$plugins
\$USER2\$=$base/plugins
TEXT

objects="$base/etc/local.cfg"
exec 4>"$objects"
put()
{
    printf '%s\n' "$@" >&4
}
command_()
{
    put "define command {" "    command_name  $1" "    command_line  $2" "}"
}
# service NAME COMMAND [INTERVAL]
service()
{
    put "define service {" "    use                  local-service" "    host_name            $host" \
        "    service_description  $1" "    check_command        $2"
    if [ $# -gt 2 ]; then put "    check_interval       $3"; fi
    put "}"
}

put "# Made by dist/local/make-config.sh: this machine, watched with Debian's monitoring-plugins and two of Vigie's own."
cat >&4 <<TEXT
define timeperiod {
    timeperiod_name  24x7
    alias            Always
    sunday           00:00-24:00
    monday           00:00-24:00
    tuesday          00:00-24:00
    wednesday        00:00-24:00
    thursday         00:00-24:00
    friday           00:00-24:00
    saturday         00:00-24:00
}
# Nobody is told anything until you say how: put an address and notification commands here, or a contact in conf.d.
define contact {
    contact_name                   you
    alias                          You
    host_notifications_enabled     0
    service_notifications_enabled  0
    host_notification_period       24x7
    service_notification_period    24x7
    host_notification_options      d,u,r
    service_notification_options   w,u,c,r
    host_notification_commands     notify-nobody
    service_notification_commands  notify-nobody
}
define host {
    name                   local-host
    check_command          ping-loopback
    check_interval         1
    retry_interval         1
    max_check_attempts     3
    check_period           24x7
    notification_period    24x7
    notification_interval  60
    contacts               you
    register               0
}
define service {
    name                   local-service
    check_interval         1
    retry_interval         1
    max_check_attempts     3
    check_period           24x7
    notification_period    24x7
    notification_interval  60
    contacts               you
    register               0
}
define host {
    use        local-host
    host_name  $host
    alias      This machine
    address    127.0.0.1
}
TEXT
command_ notify-nobody '/bin/true'
command_ ping-loopback '$USER1$/check_ping -H $HOSTADDRESS$ -w 100,20% -c 500,60% -p 1'
command_ ping '$USER1$/check_ping -H $HOSTADDRESS$ -w 100,20% -c 500,60% -p 3'
command_ load '$USER1$/check_load -r -w $ARG1$ -c $ARG2$'
command_ disk '$USER1$/check_disk -w $ARG1$ -c $ARG2$ -W 10% -K 5% -p $ARG3$'
command_ swap '$USER1$/check_swap -w $ARG1$ -c $ARG2$'
command_ processes '$USER1$/check_procs -w $ARG1$ -c $ARG2$'
command_ zombies '$USER1$/check_procs -w $ARG1$ -c $ARG2$ -s Z'
command_ process '$USER1$/check_procs -c 1: -C $ARG1$'
command_ users '$USER1$/check_users -w $ARG1$ -c $ARG2$'
command_ ssh '$USER1$/check_ssh -p $ARG1$ $HOSTADDRESS$'
command_ http '$USER1$/check_http -H localhost -I $HOSTADDRESS$ -p $ARG1$ -u $ARG2$ -w 2 -c 5'
command_ file-age '$USER1$/check_file_age -w $ARG2$ -c $ARG3$ -f $ARG1$'
command_ updates '$USER1$/check_apt -t 55'
command_ mail-queue '$USER1$/check_mailq -w $ARG1$ -c $ARG2$'
command_ linux '$USER2$/check_linux $ARG1$'
command_ vigie '$USER2$/check_vigie -p $ARG1$'

service "Vigie" "vigie!$port"
service "Vigie web page" "http!$port!/"
service "Load" "load!2,1.5,1!4,3,2"
service "Memory" "linux!memory -w 80 -c 90"
service "Processes" "processes!600!1200"
service "Zombie processes" "zombies!5!20"
service "Users" "users!20!50"
service "Clock" "linux!clock $base/etc/vigie.cfg"
service "Uptime" "linux!uptime"
service "Open files" "linux!files"
service "TCP connections" "linux!tcp"
service "Name resolution" "linux!resolver"
service "Ping" "ping"
service "Restart waiting" "linux!reboot" 10

if [ "$(wc -l </proc/swaps)" -gt 1 ]; then service "Swap" "swap!30%!10%"; fi

# One service for each file system that holds data; a device mounted twice is shown once.
seen=' '
{
    echo "/ root /"
    findmnt --raw --noheadings --output TARGET,FSTYPE,SOURCE 2>/dev/null || true
} | while read -r target type source; do
    case $type in
    root | ext[234] | xfs | btrfs | zfs | f2fs | vfat | exfat | ntfs* | fuseblk | nfs | nfs4 | cifs | ceph) ;;
    *) continue ;;
    esac
    if [ "$type" != root ] && [ "$target" = / ]; then
        seen="$seen$source "
        continue
    fi
    case $seen in *" $source "*) continue ;; esac
    seen="$seen$source "
    case $target in *\\x* | *[!A-Za-z0-9/._+@:-]*) continue ;; esac # a name that the format or a shell would not take as it is
    service "Disk $target" "disk!15%!7%!$target"
done

for dir in /sys/class/net/*; do
    name=${dir##*/}
    # Real interfaces have a device behind them; a bare container may have none.
    if [ -e "$dir/device" ] && [ "$(cat "$dir/operstate")" = up ]; then service "Network $(clean "$name")" "linux!interface $name"; fi
done

# Is something listening on that TCP port of this machine?
listens()
{
    hex=$(printf ':%04X 0' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" {print $2 " 0"}' | grep -qF "$hex"
}
if listens 22; then service "SSH" "ssh!22"; fi
if [ -d /run/systemd/system ]; then service "systemd units" "linux!units"; fi
if [ -x /usr/sbin/cron ] && [ -e /run/crond.pid ]; then service "cron" "process!cron"; fi
if command -v mailq >/dev/null && listens 25; then service "Mail queue" "mail-queue!20!100" 5; fi
if [ -d /var/lib/apt/lists/partial ]; then
    service "Package lists" "file-age!/var/lib/apt/lists!1209600!5184000" 60
    service "Package updates" "updates" 60
fi
echo "$main"
