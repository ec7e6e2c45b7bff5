#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lays out the plugin SDK: install.sh PREFIX [DESTDIR]
#
#   include/ingot.h, include/ingot-kit.h     the ABI, and helpers for C and C++
#   lib/pkgconfig/ingot-plugin.pc            where all of this is
#   share/ingot/install-plugin.sh            installs a plugin with its manifest
#   share/ingot/plugin.map                   linker version script
#   share/ingot/ingot-plugin-kit/                       Swift package with PluginAPI and PluginKit
#
# PREFIX is where it will be used, DESTDIR a place to put it for packaging.
set -eu

[ $# -ge 1 ] && [ $# -le 2 ] || { echo "usage: install.sh PREFIX [DESTDIR]" >&2; exit 2; }
case $1 in
/*) prefix=${1%/} ;;
*) prefix=$(pwd)/${1%/} ;;
esac
root=${2:-}$prefix
source=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^.*current = "\([^"]*\)".*$/\1/p' "$source/Sources/ingot/Version.swift")
umask 022

put() { # mode, file, place
    mkdir -p "$(dirname "$root/$3")"
    cp "$2" "$root/$3.new"
    chmod "$1" "$root/$3.new"
    mv -f "$root/$3.new" "$root/$3"
}

put 0644 "$source/Sources/PluginAPI/include/ingot.h" include/ingot.h
put 0644 "$source/SDK/include/ingot-kit.h" include/ingot-kit.h
put 0755 "$source/Plugins/install-plugin.sh" share/ingot/install-plugin.sh
put 0644 "$source/Plugins/plugin.map" share/ingot/plugin.map

# Without what an older version left behind; the place of the package stays, so that builds against it stay valid.
swift=share/ingot/ingot-plugin-kit
rm -rf "$root/$swift/Sources.new"
mkdir -p "$root/$swift/Sources.new"
cp -R "$source/Sources/PluginAPI" "$source/Sources/PluginKit" "$root/$swift/Sources.new/"
rm -rf "$root/$swift/Sources"
mv "$root/$swift/Sources.new" "$root/$swift/Sources"
put 0644 "$source/SDK/swift/Package.swift" $swift/Package.swift

mkdir -p "$root/lib/pkgconfig"
sed "s|@PREFIX@|$prefix|; s|@VERSION@|${version:-0}|" "$source/SDK/ingot-plugin.pc.in" >"$root/lib/pkgconfig/.new.pc"
chmod 0644 "$root/lib/pkgconfig/.new.pc"
mv -f "$root/lib/pkgconfig/.new.pc" "$root/lib/pkgconfig/ingot-plugin.pc"
