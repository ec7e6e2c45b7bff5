#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The demo: Ingot deploys a QEMU machine over IPMI and PXE, and the machine then stays on its disk.
#
#   Demo/run.sh [--bin DIR] [--firmware bios|uefi|both] [--reboots N] [--keep] [--tap]
#
# In a network namespace of its own: `ingot serve` (DHCP, TFTP, HTTP, API), OpenIPMI's ipmi_sim as the BMC, and one
# machine whose own boot order has the network card before the disk. After the deployment the BMC's boot override is
# cleared and the machine is reset three times: each time its firmware asks the network first, and each time it must
# end on the disk. Exit 0 only if everything seen was right. Nothing of it is left running afterwards.
#
# Needs root. Results stay in build/demo/<firmware>: serial.log, serve.log, capture.pcap, bmc.log, events.
# --tap prints each check as a line of TAP as well. Environment: INGOT_ACCELERATOR (kvm|tcg).

set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/.." && pwd)
ingot=$top/.build/debug/ingot
plugins=$top/build/plugins
agent=$top/build/agent
image=$top/build/demo-image
results=$top/build/demo

ns=ingot-demo-$$
server=192.168.77.1
http_port=8080
api_port=8443
ipmi_port=9623
machine=rack1-node1
instance=web1
hostname=web1
address=192.168.77.10
disk_serial=DEMO0001
bmc_user=admin
tap=tap0
reboots=3

firmwares="bios uefi"
keep=0
tap_output=0
rows=()
failures=0
pids=()

# ---------------------------------------------------------------- words

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() { echo "demo: $*" >&2; exit 1; }

# One line of the final table.
record() { # ok|FAILED WHAT SEEN
    rows+=("$(printf '%-6s %-5s %-46s %s' "$1" "$firmware" "$2" "$3")")
    note "$1: $2: $3"
    if [ "$1" != ok ]; then failures=$((failures + 1)); fi
    if [ "$tap_output" = 1 ]; then
        if [ "$1" = ok ]; then echo "ok ${#rows[@]} - $firmware: $2"; else echo "not ok ${#rows[@]} - $firmware: $2"; fi
    fi
}

# Runs a check: records its output, and ok or FAILED by its exit status.
expect() { # WHAT COMMAND…
    local what=$1 seen
    shift
    if seen=$("$@" 2>&1); then record ok "$what" "$seen"; else record FAILED "$what" "$seen"; fi
}

inside() { ip netns exec "$ns" "$@"; }

# ---------------------------------------------------------------- preconditions

options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --firmware)
                case ${2:-} in
                    bios | uefi) firmwares=$2 ;;
                    both) firmwares="bios uefi" ;;
                    *) die "--firmware takes bios, uefi or both" ;;
                esac
                shift 2
                ;;
            --bin) ingot=$(cd "$2" && pwd)/ingot; shift 2 ;;
            --keep) keep=1; shift ;;
            --reboots) reboots=$2; shift 2 ;;
            --tap) tap_output=1; shift ;;
            *) die "usage: run.sh [--bin DIR] [--firmware bios|uefi|both] [--reboots N] [--keep] [--tap]" ;;
        esac
    done
}

check_host() {
    [ "$(id -u)" = 0 ] || die "needs root: it makes a network namespace and taps (make demo-sim does not)"
    local tool missing=()
    for tool in qemu-system-x86_64 ipmi_sim ipmitool ip tcpdump jq python3 flock ssh ssh-keygen pgrep; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} = 0 ] || die "missing tools: ${missing[*]} (run make setup)"
    [ -x "$ingot" ] || die "no $ingot (run make build, or set INGOT)"
    [ -r /dev/net/tun ] || die "no /dev/net/tun: this kernel cannot make taps"
    [ -r /usr/share/OVMF/OVMF_CODE_4M.fd ] || die "no OVMF (package ovmf)"
}

build_parts() {
    say "building the agent and the demo's disk image (only what changed)"
    "$here/../Agent/build.sh" "$agent"
    "$here/image/build.sh" "$image"
    accelerator=$("$here/accelerator.py" "$agent/vmlinuz")
    note "accelerator: $accelerator"
    # Emulated in software, everything takes longer; the limits below are multiplied by this.
    if [ "$accelerator" = kvm ]; then patience=1; else patience=4; fi
}

# ---------------------------------------------------------------- processes

# Starts a program in the namespace and remembers its process id.
start() { # LOG COMMAND…
    local log=$1
    shift
    ip netns exec "$ns" "$@" >>"$log" 2>&1 </dev/null &
    pids+=($!)
}

stop_all() {
    local pid
    if [ -n "${dir:-}" ] && [ -e "$dir/machine.json" ]; then "$here/vm.py" off "$dir" || true; fi
    for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
    wait_until 15 none_running || true
    # What is still there is ended by force.
    "$here/net.sh" down "$ns"
    for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done
    pids=()
}

none_running() { [ -z "$(ip netns pids "$ns" 2>/dev/null)" ]; }

cleanup() {
    local status=$?
    trap - EXIT INT TERM
    if [ "$keep" = 1 ] && [ "$status" != 0 ]; then
        echo "demo: left running for a look: namespace $ns, files $dir (end it: $here/net.sh down $ns)" >&2
    else
        stop_all
    fi
    exit "$status"
}

# Polls a condition: seconds, then a command.
wait_until() { # SECONDS COMMAND…
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}

# ---------------------------------------------------------------- the parts of the lab

start_network() {
    "$here/net.sh" up "$ns" "$server/24" "$tap"
    start "$dir/tcpdump.log" tcpdump -i br0 -s 512 -U -w "$dir/capture.pcap"
}

create_machine() {
    "$here/vm.py" create "$dir" --firmware "$firmware" --mac "$mac" --tap "$tap" --disk-serial "$disk_serial" \
        --disk-mib 2048 --network-first --accelerator "$accelerator"
    "$here/bmc/configure" "$dir" "$ipmi_port" "$bmc_user" "$dir/bmc.password"
    start "$dir/ipmi_sim.log" ipmi_sim -c "$dir/bmc/lan.conf" -f "$dir/bmc/bmc.emu" -s "$dir/bmc/state" -n
    wait_until 10 ipmi chassis power status || die "the BMC does not answer (see $dir/ipmi_sim.log)"
}

# The judge of the BMC's state: not Ingot's own code.
ipmi() {
    inside env IPMITOOL_PASSWORD="$(cat "$dir/bmc.password")" \
        ipmitool -I lanplus -H 127.0.0.1 -p "$ipmi_port" -U "$bmc_user" -E -C 3 "$@"
}

write_config() {
    cat >"$dir/ingot.yaml" <<EOF
data: $dir/data
plugins: [$plugins]
agent: {kernel: $agent/vmlinuz, initrd: $agent/initrd.img}
api: {listen: "127.0.0.1:$api_port"}
deployment:
  interface: br0
  address: $server
  subnet: 192.168.77.0/24
  http_port: $http_port
EOF
}

start_ingot() {
    write_config
    start "$dir/serve.log" "$ingot" serve --config "$dir/ingot.yaml"
    wait_until 30 ingot machine list || die "ingot serve does not answer (see $dir/serve.log)"
}

ingot() {
    inside env INGOT_SERVER="http://127.0.0.1:$api_port" INGOT_TOKEN_FILE="$dir/data/token" "$ingot" "$@"
}

# ---------------------------------------------------------------- the story

add_machine() {
    say "$firmware: taking the machine under management over IPMI"
    # ipmi_sim wants the open-session workaround and keeps only the device of the boot flags.
    ingot machine add "$machine" --driver dev.ingot.ipmi --set host=127.0.0.1 --set "port=$ipmi_port" \
        --set "username=$bmc_user" --set 'quirks=["open_session_privilege", "boot_selector_only"]' \
        --password-file "$dir/bmc.password" --mac "$mac" --address "$address" --firmware "$firmware"
}

add_image() {
    ingot image add debian12 "$image/debian.raw.gz" --sha256 "$(cat "$image/debian.raw.gz.sha256")"
}

deploy() {
    say "$firmware: deploying $instance (the machine is off; Ingot turns it on)"
    local begin=$SECONDS
    # Behind, so that a signal ends the demo at once.
    ingot instance deploy "$instance" --machine "$machine" --image debian12 --hostname "$hostname" \
        --ssh-key-file "$dir/key.pub" --disk-serial "$disk_serial" --console ttyS0,115200n8 \
        --network "mac=$mac,address=$address/24,gateway=$server" &
    pids+=($!)
    if wait $!; then
        record ok "deployment" "succeeded in $((SECONDS - begin)) s"
    else
        record FAILED "deployment" "ingot instance deploy failed after $((SECONDS - begin)) s (serve.log, serial.log)"
        return 1
    fi
}

# The login prompt of the installed host in what the machine wrote since a mark.
serial_since() { tail -c +"$(($1 + 1))" "$dir/serial.log" | tr -d '\r'; }
login_since() { serial_since "$1" | grep -aq "^$hostname login:"; }
boot_line_since() { serial_since "$1" | grep -ao 'demo disk: boot [0-9]* machine-id [0-9a-f]*' | tail -n 1; }

wait_for_login() { # MARK WHAT
    if wait_until $((150 * patience)) login_since "$1"; then
        record ok "$2: login prompt" "$hostname login:"
    else
        record FAILED "$2: login prompt" "none; the console ends with: $(tail -c 200 "$dir/serial.log" | tr -cd '\040-\176')"
        return 1
    fi
}

check_first_boot() {
    say "$firmware: first boot from the disk"
    wait_for_login 0 "first boot" || return 1
    first_line=$(boot_line_since 0)
    expect "first boot: the disk counts its boots" first_boot_is_one
    expect "first boot: ssh with the ordered key" ssh_hostname
    expect "BMC after the deployment (ipmitool)" bmc_boots_from_disk
    expect "power: Ingot and ipmitool agree" power_agrees
    expect "one installation: begin requests on the wire" begin_count
}

first_boot_is_one() {
    echo "$first_line"
    case $first_line in "demo disk: boot 1 machine-id "*) ;; *) return 1 ;; esac
}

ssh_hostname() {
    local seen
    # The prompt can be there a moment before sshd.
    wait_until $((15 * patience)) host_ssh true || { echo "no ssh"; return 1; }
    seen=$(host_ssh hostname)
    echo "$seen"
    [ "$seen" = "$hostname" ]
}

host_ssh() {
    inside ssh -n -i "$dir/key" -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "debian@$address" "$@"
}

bmc_boots_from_disk() {
    local seen
    seen=$(ipmi chassis bootparam get 5 | sed -n 's/.*Boot Device Selector : //p')
    echo "$seen"
    case $seen in *Hard-Drive*) ;; *) return 1 ;; esac
}

power_agrees() {
    local bmc mine
    bmc=$(ipmi chassis power status | sed 's/Chassis Power is //')
    mine=$(ingot machine show "$machine" -o json | jq -r '.power.state')
    echo "ipmitool $bmc, ingot $mine"
    [ "$bmc" = "$mine" ]
}

# What the capture says, by the installer's own question.
begin_count() {
    local count
    # tcpdump may name the request in its own line (it begins with IP) and shows it in the payload: count the payload.
    count=$(tcpdump -nn -t -A -r "$dir/capture.pcap" "tcp dst port $http_port" 2>/dev/null |
        grep -a 'POST /agent/v1/begin' | grep -avc '^IP ' || true)
    echo "$count"
    [ "$count" = 1 ]
}

# DHCP requests of the machine's firmware (vendor class PXEClient or HTTPClient) since a moment in the capture.
firmware_requests_since() { # EPOCH
    tcpdump -nn -tt -v -e -r "$dir/capture.pcap" "ether src $mac and udp dst port 67" 2>/dev/null |
        awk -v since="$1" '/^[0-9]+\.[0-9]+ / { fresh = ($1 >= since) } fresh && /(PXEClient|HTTPClient)/ { n++ } END { print n + 0 }'
}

asked_network_since() {
    local count
    count=$(firmware_requests_since "$1")
    echo "$count DHCP requests by the firmware"
    [ "$count" -gt 0 ]
}

# Ingot's own account: what it answered to this machine since a line of its log.
local_answers_since() { # LINE
    local seen
    seen=$(tail -n "+$(($1 + 1))" "$dir/serve.log" | grep -aiE 'local' | grep -ai "$mac" | tail -n 1 || true)
    echo "${seen##*boot services: }"
    [ -n "$seen" ]
}

# One reset with the network card first and no override at the BMC.
reboot_once() { # NUMBER
    local what="reboot $1" mark lines since line
    say "$firmware: $what with network boot first"
    ipmi chassis bootdev none >/dev/null || true
    mark=$(stat -c %s "$dir/serial.log")
    lines=$(wc -l <"$dir/serve.log")
    since=$(date +%s)
    ingot machine power "$machine" reset
    wait_for_login "$mark" "$what" || return 1
    line=$(boot_line_since "$mark")
    if [ "${line##* }" = "${first_line##* }" ] && [ "$(echo "$line" | awk '{print $4}')" = $(($1 + 1)) ]; then
        record ok "$what: the same disk, one boot more" "$line"
    else
        record FAILED "$what: the same disk, one boot more" "before: $first_line; now: $line"
    fi
    expect "$what: the firmware asked the network" asked_network_since "$since"
    expect "$what: Ingot answered local boot" local_answers_since "$lines"
}

check_end() {
    expect "still one installation after $reboots reboots" begin_count
    expect "power: Ingot and ipmitool agree" power_agrees
}

run_firmware() {
    firmware=$1
    case $firmware in bios) mac=52:54:00:77:00:10 ;; uefi) mac=52:54:00:77:00:20 ;; esac
    dir=$results/$firmware
    rm -rf "$dir"
    mkdir -p "$dir"
    (umask 077 && head -c 12 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | head -c 16 >"$dir/bmc.password")
    ssh-keygen -q -t ed25519 -N '' -C demo -f "$dir/key"
    say "$firmware: network namespace $ns, BMC on port $ipmi_port, results in $dir"
    start_network
    create_machine
    start_ingot
    add_machine
    add_image
    local number
    if deploy && check_first_boot; then
        for ((number = 1; number <= reboots; number++)); do reboot_once "$number" || break; done
        check_end
    fi
    stop_all
    expect "nothing left behind" nothing_left
}

nothing_left() {
    if ip netns list | grep -qw "$ns"; then echo "namespace $ns"; return 1; fi
    local left
    left=$(pgrep -fa "$dir/" | grep -E 'qemu-system|ipmi_sim|tcpdump|vm\.py|ingot serve' || true)
    if [ -n "$left" ]; then echo "processes: $left"; return 1; fi
    echo "no namespace, no process"
}

summary() {
    say "what was seen"
    printf '%s\n' ${rows[@]+"${rows[@]}"}
    if [ $failures = 0 ]; then
        printf '\nAll %d checks held (%d s).\n' ${#rows[@]} $SECONDS
    else
        printf '\n%d of %d checks FAILED (%d s). Logs: %s\n' $failures ${#rows[@]} $SECONDS "$results"
    fi
}

main() {
    options "$@"
    check_host
    firmware=-
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    build_parts
    local each
    for each in $firmwares; do run_firmware "$each"; done
    summary
    [ $failures = 0 ]
}

main "$@"
