# SPDX-License-Identifier: Apache-2.0
"""Runs virtualpdu over libvirt's test driver: libvirt-pdu.py CONFIGURATION STATE-FILE

The one machine of test:///default lasts as long as a connection to it, so one is kept open. STATE-FILE says whether the
machine runs: "on" or "off", whatever the PDU tells.
"""
import os
import sys
import threading
import time

import libvirt
import virtualpdu.main

connection = libvirt.open("test:///default")
machine = connection.lookupByName("test")
state = sys.argv.pop()


def watch():
    while True:
        with open(state + ".new", "w") as file:
            file.write("on" if machine.isActive() else "off")
        os.rename(state + ".new", state)
        time.sleep(0.02)


threading.Thread(target=watch, daemon=True).start()
sys.exit(virtualpdu.main.main())
