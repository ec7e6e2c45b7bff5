#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A QEMU machine that behaves like a server behind a BMC.

    Demo/vm.py create DIR --firmware bios|uefi --mac MAC --tap TAP --disk-serial S [--network-first] …
    Demo/vm.py on|off|soft|reset|nmi|apply|power|wait-off DIR
    Demo/vm.py boot DIR none|pxe|disk|cdrom|bios      (without a target: prints it)

DIR holds everything: machine.json (what it is), disk.raw, serial.log, boot (the BMC's boot override), vm.log,
qemu.pid and the QMP sockets. `pxe` is used up by the next power-on or reset, whoever causes it; `disk` stays.
Without an override the machine follows its own order: the network card first with --network-first, else the disk.
"""

import argparse
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
SETTLE_SECONDS = 2
BOOT_TARGETS = ("none", "pxe", "disk", "cdrom", "bios")


class MachineError(Exception):
    """Something about the machine; the text names it."""


class QMP:
    """One connection to a QEMU monitor socket."""

    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rw")
        self.read()
        self.call("qmp_capabilities")

    def read(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("QEMU closed its monitor")
        return json.loads(line)

    def call(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            answer = self.read()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MachineError(f"QMP {command}: {answer['error'].get('desc')}")

    def set_order(self, first):
        """Takes effect at the machine's next reset. Two devices never share an index, so one is parked first."""
        order = ("nic0", "disk0") if first == "nic" else ("disk0", "nic0")
        for device, index in ((order[0], 98), (order[1], 99), (order[0], 1), (order[1], 2)):
            self.call("qom-set", path=f"/machine/peripheral/{device}", property="bootindex", value=index)

    def close(self):
        self.stream.close()
        self.socket.close()


class Machine:
    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        with open(self.path("machine.json")) as file:
            self.settings = json.load(file)

    def path(self, name):
        return os.path.join(self.directory, name)

    def keep_power(self):
        with open(self.path("power"), "w") as file:
            file.write("1\n" if self.pid() else "0\n")

    def note(self, text):
        with open(self.path("vm.log"), "a") as log:
            log.write(time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()) + text + "\n")

    # Power

    def pid(self):
        """The process id of the running QEMU, or None. A stale pid file of a dead process does not count."""
        try:
            with open(self.path("qemu.pid")) as file:
                pid = int(file.read())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return pid if self.path("qmp.sock").encode() in file.read() else None
        except (OSError, ValueError):
            return None

    def on(self):
        if self.pid():
            return
        first = self.next_first()
        subprocess.run(self.command(first), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, timeout=60)
        self.note(f"power on, {first} first")
        self.keep_power()
        self.started()
        self.watch()

    def off(self):
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        if not self.wait_off(5):
            os.kill(pid, signal.SIGKILL)
            self.wait_off(5)
        self.note("power off")
        self.keep_power()

    def wait_off(self, seconds):
        deadline = time.monotonic() + seconds
        while self.pid():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def soft(self):
        self.monitor("system_powerdown")

    def nmi(self):
        self.monitor("inject-nmi")

    def reset(self):
        self.apply()
        self.monitor("system_reset")

    def monitor(self, command):
        if self.pid():
            connection = QMP(self.path("qmp.sock"))
            connection.call(command)
            connection.close()

    # Boot order

    def boot(self):
        try:
            with open(self.path("boot")) as file:
                return file.read().strip() or "none"
        except FileNotFoundError:
            return "none"

    def set_boot(self, target):
        before = self.boot()
        with open(self.path("boot.new"), "w") as file:
            file.write(target + "\n")
        os.replace(self.path("boot.new"), self.path("boot"))
        if target != before:
            self.note(f"boot override {before} -> {target}")
        self.apply()

    def apply(self):
        """Gives a running machine the order for its next start."""
        if self.pid():
            connection = QMP(self.path("qmp.sock"))
            connection.set_order(self.next_first())
            connection.close()

    def next_first(self):
        """Which device the next start tries first."""
        override = self.boot()
        if override == "pxe":
            return "nic"
        if override == "disk":
            return "disk"
        return "nic" if self.settings["network_first"] else "disk"

    def started(self):
        """A start has read the order: a one-shot override is used up, and the next start gets what follows."""
        self.set_boot("none" if self.boot() == "pxe" else self.boot())

    def watch(self):
        """A process that lives as long as QEMU and sees the resets the guest makes itself."""
        if os.fork():
            return
        os.setsid()
        if os.fork():
            os._exit(0)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.closerange(3, 256)
        try:
            self.follow_events()
        except (OSError, ValueError, MachineError) as error:
            self.note(f"watcher ended: {error}")
        os._exit(0)

    def follow_events(self):
        """Notes resets and shutdowns. One reset often is two: SeaBIOS answers a reset with one of its own, so a
        one-shot override counts as used only when the machine has stayed up for a moment."""
        events = QMP(self.path("events.sock"))
        data = b""
        settling = False
        while True:
            ready, _, _ = select.select([events.socket], [], [], SETTLE_SECONDS if settling else None)
            if not ready:
                settling = False
                self.started()
                continue
            received = events.socket.recv(65536)
            if not received:
                self.note("QEMU ended")
                return
            *lines, data = (data + received).split(b"\n")
            for event in map(json.loads, filter(None, lines)):
                name = event.get("event")
                if name == "RESET":
                    settling = True
                    cause = "the guest" if event["data"].get("guest") else "the BMC"
                    self.note(f"reset by {cause}, {self.next_first()} first")
                elif name in ("SHUTDOWN", "POWERDOWN", "GUEST_PANICKED"):
                    self.note(name.lower())

    # QEMU

    def command(self, first):
        settings = self.settings
        nic, disk = (1, 2) if first == "nic" else (2, 1)
        uefi = settings["firmware"] == "uefi"
        # OVMF has its own virtio-net driver and PXE; without the option ROM it uses them, as a server's firmware would.
        rom = ",romfile=" if uefi else ""
        command = [
            "qemu-system-x86_64", "-name", settings["name"], "-accel", settings["accelerator"] + (
                ",tb-size=512" if settings["accelerator"] == "tcg" else ""),
            "-nodefaults", "-machine", "q35,graphics=off", "-cpu", "max", "-m", str(settings["memory_mib"]),
            "-display", "none", "-vga", "none", "-daemonize", "-pidfile", self.path("qemu.pid"),
            "-chardev", f"file,id=serial0,path={self.path('serial.log')},append=on", "-serial", "chardev:serial0",
            "-qmp", f"unix:{self.path('qmp.sock')},server=on,wait=off",
            "-qmp", f"unix:{self.path('events.sock')},server=on,wait=off",
            "-netdev", f"tap,id=n0,ifname={settings['tap']},script=no,downscript=no",
            "-device", f"virtio-net-pci,netdev=n0,id=nic0,mac={settings['mac']},bootindex={nic}{rom}",
            "-drive", f"file={self.path('disk.raw')},if=none,id=d0,format=raw,cache=unsafe,discard=unmap",
            "-device", f"virtio-blk-pci,drive=d0,id=disk0,serial={settings['disk_serial']},bootindex={disk}",
            "-device", "virtio-rng-pci",
            "-smbios", f"type=1,manufacturer=Ingot,product=Demo,serial={settings['disk_serial']}",
        ]
        if uefi:
            command += [
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}",
                "-drive", f"if=pflash,format=raw,unit=1,file={self.path('vars.fd')}",
                "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n",
            ]
        return command


def create(arguments):
    os.makedirs(arguments.directory, exist_ok=True)
    settings = {
        "name": os.path.basename(os.path.abspath(arguments.directory)), "firmware": arguments.firmware,
        "mac": arguments.mac, "tap": arguments.tap, "disk_serial": arguments.disk_serial,
        "memory_mib": arguments.memory_mib, "network_first": arguments.network_first,
        "accelerator": arguments.accelerator,
    }
    with open(os.path.join(arguments.directory, "machine.json"), "w") as file:
        json.dump(settings, file, indent=1)
    machine = Machine(arguments.directory)
    with open(machine.path("disk.raw"), "wb") as disk:
        disk.truncate(arguments.disk_mib << 20)
    if arguments.firmware == "uefi":
        shutil.copyfile(OVMF_VARS, machine.path("vars.fd"))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("create")
    new.add_argument("directory")
    new.add_argument("--firmware", choices=("bios", "uefi"), default="bios")
    new.add_argument("--mac", required=True)
    new.add_argument("--tap", required=True)
    new.add_argument("--disk-serial", required=True)
    new.add_argument("--disk-mib", type=int, default=2048)
    new.add_argument("--memory-mib", type=int, default=1024)
    new.add_argument("--network-first", action="store_true")
    new.add_argument("--accelerator", choices=("tcg", "kvm"), default="tcg")
    for name in ("on", "off", "soft", "reset", "nmi", "apply", "power", "wait-off"):
        commands.add_parser(name).add_argument("directory")
    boot = commands.add_parser("boot")
    boot.add_argument("directory")
    boot.add_argument("target", nargs="?", choices=BOOT_TARGETS)
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.command == "create":
        create(arguments)
        return 0
    machine = Machine(arguments.directory)
    if arguments.command == "power":
        print(1 if machine.pid() else 0)
    elif arguments.command == "wait-off":
        return 0 if machine.wait_off(60) else 1
    elif arguments.command == "boot":
        if arguments.target is None:
            print(machine.boot())
        else:
            machine.set_boot(arguments.target)
    else:
        getattr(machine, arguments.command)()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"vm: QEMU did not start: {error.stderr.decode(errors='replace').strip()}")
    except (MachineError, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"vm: {error}")
