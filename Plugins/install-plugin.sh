#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs one plugin: install-plugin.sh LIBRARY.so MANIFEST-TEMPLATE.json PLUGINS-DIRECTORY
#
# The template is the plugin's manifest with "sha256": "@SHA256@". The library and the finished plugin.json go to
# PLUGINS-DIRECTORY/<id>/, the library first, each by a rename, so that nobody sees half a file.
set -eu

fail() {
    echo "install-plugin: $*" >&2
    exit 1
}

# The text of a member of the template; the first one counts, so "id" and "library" stand before the schema.
member() {
    sed -n 's/^.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*$/\1/p' "$template" | head -n 1
}

[ $# -eq 3 ] || fail "usage: install-plugin.sh LIBRARY.so MANIFEST-TEMPLATE.json PLUGINS-DIRECTORY"
library=$1
template=$2
plugins=$3
[ -f "$library" ] || fail "$library is not a file"
[ -f "$template" ] || fail "$template is not a file"
grep -q '@SHA256@' "$template" || fail "$template has no @SHA256@"

id=$(member id)
name=$(member library)
case $id in '' | *[!a-z0-9._-]* | .*) fail "$template has no usable \"id\"" ;; esac
case $name in '' | */* | . | ..) fail "$template has no usable \"library\"" ;; esac

directory=$plugins/$id
umask 022
mkdir -p "$directory"
chmod 0755 "$plugins" "$directory"
trap 'rm -f "$directory/.new.$$.so" "$directory/.new.$$.json"' EXIT
trap 'exit 1' HUP INT TERM

cp "$library" "$directory/.new.$$.so"
chmod 0755 "$directory/.new.$$.so"
digest=$(sha256sum "$directory/.new.$$.so" | sed 's/[^0-9a-f].*$//')
sed "s/@SHA256@/$digest/" "$template" >"$directory/.new.$$.json"
chmod 0644 "$directory/.new.$$.json"
mv -f "$directory/.new.$$.so" "$directory/$name"
mv -f "$directory/.new.$$.json" "$directory/plugin.json"
