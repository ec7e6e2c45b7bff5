#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The demo's network: a namespace with nothing but a bridge and taps, so that its DHCP never meets a real network.
#
#   Demo/net.sh up NAMESPACE ADDRESS/LENGTH TAP…
#   Demo/net.sh down NAMESPACE        (ends the processes inside, then removes it; never fails)

set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

up() { # NAMESPACE ADDRESS TAP…
    local ns=$1 address=$2 tap
    shift 2
    ip netns add "$ns"
    ip -n "$ns" link set lo up
    ip -n "$ns" link add br0 type bridge stp_state 0 forward_delay 0
    ip -n "$ns" addr add "$address" dev br0
    ip -n "$ns" link set br0 up
    for tap in "$@"; do
        ip netns exec "$ns" ip tuntap add dev "$tap" mode tap
        ip -n "$ns" link set "$tap" master br0 up
    done
}

# Only processes inside this namespace are ended; it has a name of its own, so they are the demo's.
down() { # NAMESPACE
    local ns=$1 signal pids try
    ip netns list | grep -qw -- "$ns" || return 0
    for signal in TERM KILL; do
        for try in 1 2 3 4 5 6 7 8 9 10; do
            pids=$(ip netns pids "$ns" 2>/dev/null || true)
            [ -n "$pids" ] || break 2
            # shellcheck disable=SC2086
            if [ "$try" = 1 ]; then kill -s "$signal" $pids 2>/dev/null || true; fi
            sleep 0.2
        done
    done
    ip netns del "$ns" 2>/dev/null || true
}

case ${1:-} in
    up) shift; up "$@" ;;
    down) shift; down "$@" ;;
    *) echo "usage: net.sh up NAMESPACE ADDRESS/LENGTH TAP… | down NAMESPACE" >&2; exit 64 ;;
esac
