#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sweeps COUNT simulated Redfish services with the driver and with loops over two Python libraries (sushy, redfish), by turns;
# exits with 1 when the driver is not five times as fast as sushy. Wants a quiet machine with two cores.
# usage: run.sh [COUNT] [ROUNDS] [BIN]
set -eu
count=${1:-200}
rounds=${2:-5}
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${3:-$root/.build/release}
if [ $# -lt 3 ]; then
    swift build --package-path "$root" -c release --product ingot
    swift build --package-path "$root" -c release --product ingot-redfish
fi
python=$(sh "$root/Tests/RedfishSimulatorTests/Clients/venv.sh" "$root/build/test/redfish-clients")/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -Wall -Wextra -I "$root/Sources/PluginAPI/include" "$root/Benchmarks/redfish-sweep/sweep.c" -o "$work/sweep" -ldl
"$python" "$root/Benchmarks/redfish-sweep/run.py" "$count" "$rounds" "$bin/ingot" "$bin/libingot-redfish.so" "$work/sweep" \
    "$python"
