#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a Python environment with DMTF's protocol validator and three Redfish clients, once, and prints its folder:
# venv.sh FOLDER
set -eu
folder=$1
stamp="$folder/validator-1.3.2-utilities-3.5.2-redfish-3.4.2-redfishtool-1.1.8-sushy-5.14.0"
if [ ! -e "$stamp" ]; then
    rm -rf "$folder"
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" -m venv "$folder"
    "$folder/bin/pip" --quiet --disable-pip-version-check install \
        redfish_protocol_validator==1.3.2 redfish_utilities==3.5.2 redfish==3.4.2 redfishtool==1.1.8 sushy==5.14.0
    : >"$stamp"
fi
echo "$folder"
