#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Freezes the present ABI as Tests/ABI/VERSION: freeze.sh VERSION. Refuses to touch a version that is frozen already.
set -eu

version=${1:?usage: freeze.sh VERSION}
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$root/Tests/ABI/$version
[ ! -e "$folder/SHA256SUMS" ] || { echo "freeze: $folder is frozen" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "freeze: the frozen library is for x86-64" >&2; exit 1; }

mkdir -p "$folder"
cp "$root/Sources/PluginAPI/include/ingot.h" "$folder/ingot.h"
[ -e "$folder/driver.c" ] || cp "$root/Tests/ABI/1.0/driver.c" "$folder/driver.c"
cc -std=gnu17 -O2 -s -fPIC -shared -fvisibility=hidden -Wl,--build-id=none -I "$folder" -o "$folder/driver-x86_64.so" \
    "$folder/driver.c" -lpthread
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -g -O0 -fdebug-prefix-map="$root=." -fPIC -shared -fvisibility=hidden -I "$folder" -o "$work/libpin.so" "$root/Tests/ABI/pin.c"
abidw --no-corpus-path --no-comp-dir-path --out-file "$folder/ingot.abi" "$work/libpin.so"
(cd "$folder" && sha256sum ingot.h driver.c driver-x86_64.so ingot.abi >SHA256SUMS)
echo "frozen: $folder"
