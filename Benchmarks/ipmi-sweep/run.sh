#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sweeps COUNT simulated BMCs (OpenIPMI's ipmi_sim) with the IPMI driver, ipmipower and ipmitool, one after the other.
# usage: run.sh [COUNT] [PLUGIN.so]
set -euo pipefail
count=${1:-200}
here=$(cd "$(dirname "$0")" && pwd)
plugin=${2:-$here/../../.build/release/libingot-ipmi.so}
work=$(mktemp -d)
pids=()
finish() { kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
gcc -O2 -D_GNU_SOURCE -Wall -Wextra -I "$here/../../Sources/PluginAPI/include" "$here/sweep.c" -o "$work/sweep" -ldl
first=21000
for ((i = 0; i < count; i++)); do
    mkdir -p "$work/$i"
    cat > "$work/$i/lan.conf" <<END
name "b$i"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 $((first + i))
    priv_limit admin
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  user 2 true "admin" "secret" admin 10 none md2 md5 straight
END
    printf 'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n' > "$work/$i/b.emu"
    (cd "$work/$i" && exec ipmi_sim -c lan.conf -f b.emu -s "$work/$i" -n > /dev/null 2>&1) &
    pids+=($!)
done
sleep 2
# The first sweep wakes the simulators; the second opens sessions as a sweep in service does.
"$work/sweep" "$plugin" $first "$count" secret '["open_session_privilege"]' 0 > /dev/null
echo "== driver"
"$work/sweep" "$plugin" $first "$count" secret '["open_session_privilege"]' 3
echo "== ipmipower --stat"
hosts=$(seq -s, -f "127.0.0.1:%.0f" $first $((first + count - 1)))
for round in 1 2; do
    begin=$(date +%s.%N)
    answered=$(ipmipower -h "$hosts" -u admin -p secret -l ADMIN -D LAN_2_0 -I 3 -W opensesspriv --stat 2>/dev/null | grep -cE ': (on|off)' || true)
    end=$(date +%s.%N)
    awk -v a="$answered" -v n="$count" -v t="$(echo "$end - $begin" | bc)" 'BEGIN { printf "%d of %d answered, %.3f s, %.0f a second\n", a, n, t, n / t }'
done
echo "== ipmitool, one after the other (20 BMCs)"
begin=$(date +%s.%N)
for ((i = 0; i < 20 && i < count; i++)); do
    ipmitool -I lanplus -C 3 -H 127.0.0.1 -p $((first + i)) -U admin -P secret power status > /dev/null 2>&1 || true
done
end=$(date +%s.%N)
awk -v t="$(echo "$end - $begin" | bc)" 'BEGIN { printf "%.3f s, %.0f a second\n", t, 20 / t }'
