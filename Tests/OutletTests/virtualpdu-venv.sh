#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a Python environment with OpenStack's virtualpdu, once, and prints its folder: virtualpdu-venv.sh FOLDER
#
# virtualpdu finds its machines by libvirt's bindings, which come from Debian (python3-libvirt).
set -eu
folder=$1
stamp="$folder/virtualpdu-2.2.0"
if [ ! -e "$stamp" ]; then
    rm -rf "$folder"
    /usr/bin/python3 -c 'import libvirt'
    /usr/bin/python3 -m venv --system-site-packages "$folder"
    "$folder/bin/pip" --quiet --disable-pip-version-check install virtualpdu==2.2.0 pysnmp-lextudio==5.0.34 'pyasn1<0.6'
    : >"$stamp"
fi
echo "$folder"
