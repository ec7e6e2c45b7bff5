#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Ten simulated machines with real IPMI BMCs, enrolled and deployed by Ingot on loopback. Needs no root.
#   run-sim.sh [--bin DIR] [--count N]
set -euo pipefail

cd "$(dirname "$0")/.."
bin=.build/debug
count=10
while [ $# -gt 0 ]; do
    case "$1" in
        --bin) bin=$2; shift 2 ;;
        --count) count=$2; shift 2 ;;
        *) echo "usage: run-sim.sh [--bin DIR] [--count N]" >&2; exit 2 ;;
    esac
done
bin=$(cd "$bin" && pwd)

dir=$(mktemp -d "${TMPDIR:-/tmp}/ingot-sim-XXXXXX")
pids=""
cleanup() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do wait "$pid" 2>/dev/null || true; done
    [ -n "${INGOT_KEEP:-}" ] || rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

free_port() {
    python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if sys.argv[1] == "udp" else socket.SOCK_STREAM)
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' "$1"
}

say() { printf '\n== %s\n' "$*"; }

api=$(free_port tcp) dhcp=$(free_port udp) tftp=$(free_port udp) http=$(free_port tcp)
cat > "$dir/ingot.yaml" <<YAML
data: $dir/data
plugins: [$PWD/build/plugins]
api: {listen: "127.0.0.1:$api"}
deployment: {address: 127.77.0.1, subnet: 127.77.0.0/24, dhcp_port: $dhcp, tftp_port: $tftp, http_port: $http}
agent: {kernel: $PWD/build/agent/vmlinuz, initrd: $PWD/build/agent/initrd.img}
YAML

say "ingot serve, and $count simulated machines, each with an ipmi_sim as its BMC"
INGOT_READY_FILE=$dir/ready "$bin/ingot" serve --config "$dir/ingot.yaml" 2>"$dir/serve.log" &
pids="$pids $!"
"$bin/ingot" sim machine --count "$count" --name sim --state-dir "$dir/machines" --dhcp "127.77.0.1:$dhcp" \
    --tftp-port "$tftp" --subnet-base 127.77.0.0/24 >"$dir/machines.json" &
pids="$pids $!"
for _ in $(seq 300); do
    [ -f "$dir/ready" ] && [ "$(wc -l <"$dir/machines.json")" -ge "$count" ] && break
    sleep 0.1
done
[ -f "$dir/ready" ] || { cat "$dir/serve.log" >&2; exit 1; }

export INGOT_SERVER="http://127.0.0.1:$api" INGOT_TOKEN_FILE="$dir/data/token"
ingot() { "$bin/ingot" "$@"; }

say "a disk image: 8 MiB with a boot sector"
head -c 8388608 /dev/zero >"$dir/disk.raw"
printf '\125\252' | dd of="$dir/disk.raw" bs=1 seek=510 conv=notrunc status=none
gzip -1 -k "$dir/disk.raw"
ingot image add demo "$dir/disk.raw.gz" --sha256 "$(sha256sum "$dir/disk.raw.gz" | cut -d' ' -f1)"

say "enrol the machines (their BMCs are asked who they are)"
start=$(date +%s.%N)
while read -r line; do
    field() { printf '%s' "$line" | jq -r "$1"; }
    ingot machine add "$(field .name)" --driver dev.ingot.ipmi --set host="$(field .bmc.host)" \
        --set port="$(field .bmc.port)" --set username="$(field .bmc.user)" \
        --set quirks="$(field '.bmc.quirks | tojson')" --password-file "$(field .bmc.password_file)" \
        --mac "$(field .mac)" --address "$(field .address)" --firmware "$(field .firmware)" --no-wait >/dev/null
done <"$dir/machines.json"
for _ in $(seq 300); do
    available=$(ingot machine list -o json | jq '[.[] | select(.state == "available")] | length')
    [ "$available" -eq "$count" ] && break
    sleep 0.2
done

say "deploy on all of them at once"
while read -r line; do
    field() { printf '%s' "$line" | jq -r "$1"; }
    ingot instance deploy "host-$(field .name)" --machine "$(field .name)" --image demo \
        --disk-serial "$(field .disk_serial)" --no-wait >/dev/null
done <"$dir/machines.json"
for _ in $(seq 600); do
    going=$(ingot instance list -o json | jq '[.[] | select(.state == "deploying")] | length')
    printf '\r   %s of %s deployed ' "$((count - going))" "$count"
    [ "$going" -eq 0 ] && break
    sleep 0.3
done
printf '\n'
end=$(date +%s.%N)

say "what Ingot says"
ingot machine list
ingot instance list

say "what the disks say"
bad=0
for machine in "$dir"/machines/*/; do
    writes=$(grep -c write-start "$machine/disk.log" || true)
    done_=$(grep -c complete "$machine/disk.log" || true)
    [ "$writes" = 1 ] && [ "$done_" = 1 ] || { bad=$((bad + 1)); echo "   $(basename "$machine"): $writes writes, $done_ completions"; }
done
deployed=$(ingot instance list -o json | jq '[.[] | select(.state == "deployed")] | length')
awk -v n="$deployed" -v c="$count" -v b="$bad" -v s="$start" -v e="$end" 'BEGIN {
    printf "   %d of %d deployed, %d disks written other than exactly once, %.1f s\n", n, c, b, e - s }'
[ "$deployed" -eq "$count" ] && [ "$bad" -eq 0 ]
