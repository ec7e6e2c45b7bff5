#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Outlets behind snmpd's `pass`: pdu.sh FOLDER -g|-n|-s OID [TYPE VALUE]
#
# FOLDER/outlet.N holds "on" or "off" for outlet N; every SET is a line in FOLDER/sets. FOLDER/stuck keeps outlets as they
# are although SETs succeed; FOLDER/slow is how many seconds a SET takes before it is answered.
folder=$1 operation=$2 oid=$3 value=$5
outlet=$folder/outlet.${oid##*.}

case $oid in
.1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.[0-9]*) codes="1 2" kind=apc-command ;;
.1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.[0-9]*) codes="1 2" kind=state ;;
.1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.[0-9]*) codes="1 2" kind=apc-command ;;
.1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.[0-9]*) codes="2 1" kind=state ;;
.1.3.6.1.4.1.13742.6.4.1.2.1.2.1.[0-9]*) codes="1 0" kind=raritan-command ;;
.1.3.6.1.4.1.13742.6.4.1.2.1.3.1.[0-9]*) codes="7 8" kind=state ;;
.1.3.6.1.4.1.534.6.6.7.6.6.1.2.0.[0-9]*) codes="1 0" kind=state ;;
.1.3.6.1.4.1.534.6.6.7.6.6.1.3.0.[0-9]*) codes="-1 -1" kind=eaton-off ;;
.1.3.6.1.4.1.534.6.6.7.6.6.1.4.0.[0-9]*) codes="-1 -1" kind=eaton-on ;;
*) exit 0 ;;
esac
[ -f "$outlet" ] || exit 0

case $operation in
-g)
    state=$(cat "$outlet")
    set -- $codes
    [ "$state" = on ] || shift
    printf '%s\ninteger\n%s\n' "$oid" "$1"
    ;;
-s)
    case $kind:$value in
    apc-command:1 | raritan-command:1 | eaton-on:0) new=on ;;
    apc-command:2 | raritan-command:0 | eaton-off:0) new=off ;;
    apc-command:3 | raritan-command:2) new=on ;;
    state:*) echo not-writable; exit 0 ;;
    *) echo wrong-value; exit 0 ;;
    esac
    echo "${oid##*.} $value" >>"$folder/sets"
    [ -f "$folder/stuck" ] || echo "$new" >"$outlet"
    [ ! -f "$folder/slow" ] || sleep "$(cat "$folder/slow")"
    ;;
esac
