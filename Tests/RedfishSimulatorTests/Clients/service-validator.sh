#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks every resource of a simulated BMC against DMTF's schemas: service-validator.sh INGOT SCHEMA_DIR [PROFILE]
# SCHEMA_DIR holds the CSDL files of the schema bundle (DSP8010). Ends with the validator's status.
set -eu
ingot=$1 schemas=$2 profile=${3:-generic}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
[ -n "$(find "$schemas" -maxdepth 1 -name 'ServiceRoot_v1.xml' 2>/dev/null)" ] || {
    echo "service-validator.sh: $schemas has no ServiceRoot_v1.xml: SCHEMA_DIR must be the folder of CSDL files" >&2
    exit 2
}
environment=$(sh "$here/venv.sh" "$root/build/test/redfish-clients")
"$environment/bin/pip" --quiet --disable-pip-version-check install redfish_service_validator==3.1.8
work=$(mktemp -d)
"$ingot" sim bmc --kind redfish --http --profile "$profile" >"$work/bmc.json" </dev/null &
bmc=$!
trap 'kill $bmc 2>/dev/null; rm -rf "$work"' EXIT
tries=0
while [ ! -s "$work/bmc.json" ] && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/bmc.json")
cd "$work"
"$environment/bin/rf_service_validator" --user admin --password secret --rhost "$url" --authtype Session \
    --schema_directory "$schemas" --skipschema --logdir "$root/build/test/service-validator"
