#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every test and ends with one line that counts them: "N passed, N failed, N skipped".
#   1. swift test: units, properties, and whole deployments on loopback
#   2. the agent in QEMU against a small server of its own
#   3. one real deployment: QEMU's BIOS, network boot, disk, three reboots (root only)
set -uo pipefail

cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
mkdir -p build/test
started=$(date +%s)

section() { printf '\n== %s (after %s s)\n' "$1" "$(($(date +%s) - started))"; }

section "swift test"
swift test --disable-xctest 2>&1 | tee build/test/swift.log | grep -vE '^◇|started\.$|^\[[0-9]+/[0-9]+\]'
status=${PIPESTATUS[0]}
ok=$(grep -cE '^✔ Test .* passed after' build/test/swift.log || true)
skip=$(grep -cE '^➜ Test .* skipped' build/test/swift.log || true)
bad=$(grep -cE '^✘ Test .* failed after' build/test/swift.log || true)
[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))

# TAP: "ok 1 - …", "not ok 2 - …", "ok 3 - … # SKIP reason".
tap() {
    section "$1"
    shift
    "$@" 2>&1 | tee build/test/tap.log
    status=${PIPESTATUS[0]}
    skip=$(grep -cE '^ok .*# SKIP' build/test/tap.log || true)
    ok=$(($(grep -cE '^ok ' build/test/tap.log || true) - skip))
    bad=$(grep -cE '^not ok ' build/test/tap.log || true)
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

tap "the agent in QEMU" python3 Tests/Agent/agent_test.py build/agent

if [ "$(id -u)" -eq 0 ] && [ -r /dev/net/tun ]; then
    tap "one real deployment" bash Demo/run.sh --firmware bios --tap
else
    tap "one real deployment" echo "ok 1 - a real deployment # SKIP needs root and /dev/net/tun"
fi

printf '\n%s s\n%s passed, %s failed, %s skipped\n' "$(($(date +%s) - started))" "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
