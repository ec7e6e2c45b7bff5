#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a Python environment with OpenStack's Redfish emulator and client library, once, and prints its folder:
# sushy-venv.sh FOLDER
set -eu
folder=$1
stamp="$folder/sushy-tools-2.2.0-sushy-5.14.0"
if [ ! -e "$stamp" ]; then
    rm -rf "$folder"
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" -m venv "$folder"
    "$folder/bin/pip" --quiet --disable-pip-version-check install sushy-tools==2.2.0 sushy==5.14.0
    : >"$stamp"
fi
echo "$folder"
