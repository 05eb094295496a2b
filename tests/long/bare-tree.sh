#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release serial timeout=5400
# A newcomer's machine: Debian 12 with nothing but git, made by debootstrap from whatever mirror this machine uses.
# In it a clean clone (what is committed; not what lies about) must run with ./dev run and pass ./dev test.
#   BARE_STAGES="build run test"   what to do there        BARE_DIR=DIR   where the tree goes (about 3 GB)
set -eu
SRC=${SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
STAGES=${BARE_STAGES:-build run test}
PORT=${PORT:-18484}

[ "$(id -u)" = 0 ] || { echo "needs root for debootstrap and chroot"; exit 77; }
command -v debootstrap >/dev/null || { echo "needs debootstrap"; exit 77; }

# All mounts are ours alone and end with us; so do all processes inside.
if [ -z "${BARE_INSIDE:-}" ]; then
    DIR=${BARE_DIR:-$(mktemp -d /var/tmp/vigie-bare-XXXXXX)}
    mkdir -p "$DIR"
    export BARE_INSIDE=1 BARE_DIR=$DIR
    status=0
    unshare --mount --pid --fork --kill-child --propagation private "$0" || status=$?
    [ -n "${BARE_KEEP:-}" ] || rm -rf --one-file-system "$DIR"
    exit $status
fi
TREE=$BARE_DIR/tree

# "URI CODENAME" of each Debian 12 source that this machine's apt knows.
sources()
{
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
        awk '$2 ~ /^bookworm/ && ($3 ~ /^Debian/) {print $1, $2}' | sort -u
}

make_tree()
{
    local mirror
    mirror=$(sources | awk '$2 == "bookworm" {print $1; exit}')
    [ -n "$mirror" ] || { echo "this machine's apt knows no Debian 12 source"; exit 77; }
    echo "debootstrap (minbase and git)"
    debootstrap --variant=minbase --include=git,ca-certificates bookworm "$TREE" "$mirror" >"$BARE_DIR/debootstrap.log" 2>&1 ||
        { tail -n 20 "$BARE_DIR/debootstrap.log"; exit 1; }
    sources | while read -r uri codename; do
        if [ "$codename" = bookworm-backports ]; then continue; fi
        echo "deb $uri $codename main"
    done >"$TREE/etc/apt/sources.list"
    # What this machine needs to reach its mirror and registry: proxies, transports, names, certificates.
    grep -lsE '^ *Acquire' /etc/apt/apt.conf /etc/apt/apt.conf.d/* 2>/dev/null | while read -r f; do
        cp -p "$f" "$TREE/etc/apt/apt.conf.d/90-host-$(basename "$f")"
    done || true
    cp -L /etc/resolv.conf /etc/hosts "$TREE/etc/" 2>/dev/null || true
    mkdir -p "$TREE/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$TREE/etc/ssl/certs/" 2>/dev/null || true
    if [ -f "$HOME/.npmrc" ]; then grep -v nodedir "$HOME/.npmrc" >"$TREE/root/.npmrc" || true; fi
    # Services of installed packages are no part of this.
    printf '#!/bin/sh\nexit 101\n' >"$TREE/usr/sbin/policy-rc.d"
    chmod 755 "$TREE/usr/sbin/policy-rc.d"
}

mount_tree()
{
    mount --bind "$TREE" "$TREE" # so that its / is a mount point, as on a machine
    mount -t proc proc "$TREE/proc"
    mount --rbind /sys "$TREE/sys"
    mount --rbind /dev "$TREE/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$TREE/dev/shm"
    mount -t tmpfs -o mode=1777 tmpfs "$TREE/tmp"
}

enter()
{
    exec chroot "$TREE" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        TERM=dumb VIGIE_PORT="$PORT" ${JOBS:+JOBS=$JOBS} ${http_proxy:+http_proxy=$http_proxy} \
        ${https_proxy:+https_proxy=$https_proxy} bash -c "cd /srv/vigie && $1"
}

inside()
{
    (enter "$1")
}

page_answers()
{
    # shellcheck disable=SC2016
    timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0 && printf "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 && head -n 1 <&3' \
        "$PORT" 2>/dev/null | grep -q ' 200'
}

# Services that have been checked, as vigie ctl counts them.
checked()
{
    inside "build/release/vigie ctl list -c /var/lib/vigie-dev/etc/vigie.cfg -o json" 2>/dev/null |
        grep -o '"state": *"[a-z]*"' | grep -vc pending
}

stage_run()
{
    local pid status=0 since=$SECONDS ready
    (enter "exec ./dev run") >"$BARE_DIR/run.log" 2>&1 &
    pid=$!
    until page_answers; do
        if ! kill -0 $pid 2>/dev/null || [ $((SECONDS - since)) -gt 1500 ]; then
            tail -n 40 "$BARE_DIR/run.log"
            echo "./dev run showed no page"
            exit 1
        fi
        sleep 1
    done
    ready=$SECONDS
    echo "page after $((ready - since)) s"
    until [ "$(checked)" -ge 12 ]; do
        if [ $((SECONDS - ready)) -gt 60 ]; then
            inside "build/release/vigie ctl list -c /var/lib/vigie-dev/etc/vigie.cfg"
            echo "after 60 s not a dozen services were checked"
            exit 1
        fi
        sleep 1
    done
    echo "a dozen services checked $((SECONDS - ready)) s later"
    grep -q READY "$BARE_DIR/run.log" || { tail -n 40 "$BARE_DIR/run.log"; echo "no READY line"; exit 1; }
    kill -TERM $pid
    wait $pid || status=$?
    [ $status = 0 ] || { tail -n 20 "$BARE_DIR/run.log"; echo "vigie run ended with $status at SIGTERM"; exit 1; }
}

[ -x "$TREE/usr/bin/git" ] || make_tree
mount_tree
rm -rf "$TREE/srv/vigie"
git clone -q --no-hardlinks "$SRC" "$TREE/srv/vigie"
for stage in $STAGES; do
    echo "stage $stage"
    case $stage in
    build) inside "./dev build" ;;
    run) stage_run ;;
    test) inside "./dev test" ;;
    *) inside "$stage" ;;
    esac
done
echo "the bare tree: all well"
