#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the QEMU accelerator to use: kvm or tcg.

    Demo/accelerator.py KERNEL

/dev/kvm may exist, open, and even run the firmware, and still hang a kernel (nested virtualisation). So a probe
machine starts KERNEL without a root file system and must reach the kernel's own panic within a few seconds.
INGOT_ACCELERATOR=kvm|tcg overrides the probe.
"""

import os
import selectors
import subprocess
import sys
import time

SECONDS = 8


def choose(kernel):
    forced = os.environ.get("INGOT_ACCELERATOR")
    if forced:
        return forced
    return "kvm" if os.access("/dev/kvm", os.R_OK | os.W_OK) and starts(kernel) else "tcg"


def starts(kernel):
    """Whether a machine with KVM gets as far as looking for its root file system."""
    probe = subprocess.Popen(
        ["qemu-system-x86_64", "-accel", "kvm", "-machine", "q35,graphics=off", "-cpu", "max", "-m", "256",
         "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot", "-serial", "stdio", "-kernel", kernel,
         "-append", "console=ttyS0,115200 panic=-1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = b""
    deadline = time.monotonic() + SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(probe.stdout, selectors.EVENT_READ)
        while b"Kernel panic" not in seen and time.monotonic() < deadline:
            if selector.select(deadline - time.monotonic()):
                data = os.read(probe.stdout.fileno(), 65536)
                if not data:
                    break
                seen += data
    probe.kill()
    probe.wait()
    probe.stdout.close()
    return b"Kernel panic" in seen


if __name__ == "__main__":
    print(choose(sys.argv[1]))
