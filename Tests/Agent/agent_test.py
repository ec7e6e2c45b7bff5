#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Boots the agent in QEMU against a small server and looks at the disks afterwards.

    Tests/Agent/agent_test.py [AGENT-DIR]      (default: build/agent; vmlinuz and initrd.img)

Needs qemu-system-x86, e2fsprogs, zstd and gzip; no root. Prints one TAP line per case; exit 0 if all are ok.
INGOT_AGENT_ONLY=happy,digest runs only the named cases. The serial logs stay in build/agent-test.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AGENT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build", "agent"))
LOGS = os.path.join(ROOT, "build", "agent-test")
MIB = 1 << 20
SECONDS = int(os.environ.get("INGOT_AGENT_SECONDS", "120"))
TOKEN = "t0ken-for-tests"
SEED = {
    "user-data": "#cloud-config\nhostname: alpha\n",
    "meta-data": "instance-id: one\n",
    "network-config": "version: 2\n",
}
# What a careless vendor could burn into a board.
HOSTILE_VENDOR = 'Evil "Corp" \\ $(reboot) `id` \';rm'
os.environ["PATH"] += ":/usr/sbin:/sbin"


class Failed(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failed(text)


def make_image(folder):
    """A 24 MiB disk: MBR with one ext4 partition that has /etc/cloud and data that does not compress."""
    tree = os.path.join(folder, "tree")
    os.makedirs(os.path.join(tree, "etc", "cloud"))
    with open(os.path.join(tree, "ballast"), "wb") as file:
        file.write(os.urandom(18 * MIB))
    part = os.path.join(folder, "part")
    with open(part, "wb") as file:
        file.truncate(23 * MIB)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, part], check=True)
    entry = bytes([0x80, 0, 2, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little") + (23 * 2048).to_bytes(4, "little")
    head = bytes(446) + entry + bytes(48) + b"\x55\xaa"
    with open(part, "rb") as file:
        return head + bytes(MIB - 512) + file.read()


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accelerator():
    program = os.path.join(ROOT, "Demo", "accelerator.py")
    command = [sys.executable, program, os.path.join(AGENT, "vmlinuz")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Case:
    """One machine, one server, and what both left behind."""

    def __init__(self, name, folder, image, stored, compression, disks, selectors, digest=None, size=None):
        self.name = name
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        self.image = image
        self.stored = stored
        self.disks = disks
        self.serial = os.path.join(LOGS, name + ".log")
        self.log = os.path.join(self.folder, "requests")
        self.port = free_port()
        self.processes = []
        self.write("image", stored)
        for key, text in SEED.items():
            self.write(key, text.encode())
        plan = ["plan=1", f"image.size={size or len(stored)}",
                f"image.sha256={digest or hashlib.sha256(stored).hexdigest()}", f"image.compression={compression}",
                *selectors, "seed.files=" + " ".join(SEED)]
        self.write("plan", ("\n".join(plan) + "\n").encode())
        # Every disk starts full of a pattern, so that one wrong write shows.
        for index, (_, mib) in enumerate(disks):
            self.write(f"disk{index}", self.pattern(index, mib))

    @staticmethod
    def pattern(index, mib):
        return bytes([0xA0 + index]) * (mib * MIB)

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)

    def disk(self, index):
        with open(os.path.join(self.folder, f"disk{index}"), "rb") as file:
            return file.read()

    def untouched(self, index):
        return self.disk(index) == self.pattern(index, self.disks[index][1])

    def start_server(self, *more):
        path = lambda name: os.path.join(self.folder, name)
        server = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "fake_server.py"), "--port", str(self.port), "--token", TOKEN,
             "--plan", path("plan"), "--image", path("image"), "--seed", self.folder, "--log", self.log, *more],
            stdout=subprocess.PIPE)
        self.processes.append(server)
        server.stdout.readline()
        return server

    def start_machine(self):
        command = ["qemu-system-x86_64", "-accel", ACCELERATOR, "-machine", "q35,graphics=off", "-cpu", "max",
                   "-m", "512", "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot",
                   "-serial", "file:" + self.serial, "-kernel", os.path.join(AGENT, "vmlinuz"),
                   "-initrd", os.path.join(AGENT, "initrd.img"), "-append",
                   f"console=ttyS0,115200 quiet ingot.server=http://10.0.2.2:{self.port} ingot.token={TOKEN}",
                   "-smbios", "type=1,manufacturer=" + HOSTILE_VENDOR + ",product=P1,serial=S1",
                   "-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:00:00:07,romfile="]
        for index, (serial, _) in enumerate(self.disks):
            path = os.path.join(self.folder, f"disk{index}")
            command += ["-drive", f"file={path},if=none,id=d{index},format=raw,cache=unsafe",
                        "-device", f"virtio-blk-pci,drive=d{index},serial={serial}"]
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.processes.append(machine)
        return machine

    def console(self):
        try:
            with open(self.serial, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for(self, machine, done, seconds=SECONDS):
        """Waits for a text on the console, or with None for the end of the machine."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = machine.poll() is not None
            if (done is None and ended) or (done is not None and done in self.console()):
                return
            check(done is None or not ended, f"the machine ended without '{done}'")
            time.sleep(0.2)
        last = [line for line in self.console().splitlines() if "ingot:" in line][-1:]
        raise Failed(f"nothing within {seconds} s; last line: {last}")

    def requests(self, kind):
        try:
            with open(self.log) as file:
                lines = [json.loads(line) for line in file]
        except FileNotFoundError:
            return []
        return [value for name, value in lines if name == kind]

    def failed_with(self, code):
        found = [report["code"] for report in self.requests("failed")]
        check(found == [code], f"expected one report {code}, got {found}")
        check(not self.requests("complete"), "reported complete")

    def ends_blank(self, index):
        data = self.disk(index)
        check(not any(data[:MIB]) and not any(data[-MIB:]), "the ends of the disk are not blank")

    def holds_image(self, index):
        """The disk has the image, but for the file system the seed went to; behind it nothing was touched."""
        data = self.disk(index)
        check(data[:MIB] == self.image[:MIB], "the first MiB differs")
        for name, text in SEED.items():
            check(self.seed(index, name) == text, f"seed file {name} differs")
        tail = data[len(self.image):-MIB]
        check(tail == self.pattern(index, self.disks[index][1])[len(self.image):-MIB], "bytes behind the image changed")
        check(self.ballast(index) == self.ballast_of_image(), "the content of the file system differs")

    def cat(self, disk_path, path):
        part = os.path.join(self.folder, "part.out")
        with open(disk_path, "rb") as source, open(part, "wb") as target:
            source.seek(MIB)
            target.write(source.read(23 * MIB))
        subprocess.run(["e2fsck", "-fn", part], check=True, capture_output=True)
        return subprocess.run(["debugfs", "-R", "cat " + path, part], check=True, capture_output=True).stdout

    def seed(self, index, name):
        return self.cat(os.path.join(self.folder, f"disk{index}"), "/var/lib/cloud/seed/nocloud/" + name).decode()

    def ballast(self, index):
        return hashlib.sha256(self.cat(os.path.join(self.folder, f"disk{index}"), "/ballast")).hexdigest()

    def ballast_of_image(self):
        self.write("original", self.image)
        return hashlib.sha256(self.cat(os.path.join(self.folder, "original"), "/ballast")).hexdigest()

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


def happy(new):
    """an image is written, seeded and reported; the other disk is untouched"""
    case = new(stored=gzip.compress(IMAGE, 1), compression="gzip", disks=[("OTHER", 40), ("TARGET", 40)],
               selectors=["disk.serial=TARGET", f"disk.min_bytes={40 * MIB}"])
    case.start_server()
    case.wait_for(case.start_machine(), None)
    inventory = case.requests("inventory")[0]
    check(inventory["dmi"] == {"vendor": HOSTILE_VENDOR, "product": "P1", "serial": "S1"}, f"DMI: {inventory['dmi']}")
    check([(d["serial"], d["size_bytes"]) for d in inventory["disks"]] == [("OTHER", 40 * MIB), ("TARGET", 40 * MIB)],
          f"disks: {inventory['disks']}")
    check([(n["mac"], n["boot"]) for n in inventory["nics"]] == [("52:54:00:00:00:07", True)], "NICs")
    check(inventory["firmware"] == "bios" and inventory["arch"] == "x86_64" and inventory["cpu"]["count"] == 1, "CPU")
    check(400 * MIB < inventory["memory_bytes"] <= 512 * MIB, f"memory: {inventory['memory_bytes']}")
    check(case.untouched(0), "the other disk was written")
    case.holds_image(1)
    complete = case.requests("complete")
    check(len(complete) == 1 and complete[0]["disk"]["serial"] == "TARGET", f"complete: {complete}")
    check(len({b["boot_id"] for b in case.requests("begin") + complete}) == 1, "the boot id changed")
    check(complete[0]["sha256"] == hashlib.sha256(case.stored).hexdigest(), "digest of the stored image")
    phases = [p["phase"] for p in case.requests("progress")]
    check(phases[0] == "writing" and phases[-2:] == ["verifying", "seeding"], f"phases: {phases}")


def restart(new):
    """the server dies in the middle of the image and comes back: one write, no byte twice"""
    stored = subprocess.run(["zstd", "-1", "-q", "-c"], input=IMAGE, stdout=subprocess.PIPE, check=True).stdout
    case = new(stored=stored, compression="zstd", disks=[("D", 32)], selectors=["disk.serial=D"])
    server = case.start_server("--die-at", str(10 * MIB))
    machine = case.start_machine()
    server.wait(timeout=120)
    case.wait_for(machine, "waiting for the server (image")
    case.start_server()
    case.wait_for(machine, None)
    case.holds_image(0)
    ranges = case.requests("image")
    check(ranges.count([8 * MIB, 16 * MIB - 1]) == 2, f"ranges: {ranges}")
    check(len(case.requests("begin")) == 1 and len(case.requests("complete")) == 1, "begin or complete came twice")


def digest(new):
    """a wrong digest is reported and leaves a disk that does not boot"""
    case = new(stored=IMAGE, compression="none", disks=[("D", 32)], selectors=["disk.serial=D"], digest="0" * 64)
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("image.digest")
    case.ends_blank(0)


def ambiguous(new):
    """two disks that match: nothing is written"""
    case = new(stored=IMAGE, compression="none", disks=[("A", 32), ("B", 32)], selectors=[f"disk.min_bytes={32 * MIB}"])
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("disk.ambiguous")
    check(case.untouched(0) and case.untouched(1), "a disk was written")


def unmatched(new):
    """no disk matches all selectors: nothing is written"""
    case = new(stored=IMAGE, compression="none", disks=[("A", 32)], selectors=["disk.serial=A", "disk.wwn=5000c5001"])
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("disk.unmatched")
    check(case.untouched(0), "the disk was written")


def refused(new):
    """a refused begin: the reason is on the console, nothing is written"""
    case = new(stored=IMAGE, compression="none", disks=[("A", 32)], selectors=["disk.serial=A"])
    case.start_server("--refuse")
    case.wait_for(case.start_machine(), "ingot: stopped")
    check("machine is already deployed" in case.console(), "the console does not say why")
    check(case.untouched(0) and not case.requests("image"), "the disk was written or the image was read")


def too_large(new):
    """an image that decompresses to more than the disk holds"""
    stored = gzip.compress(IMAGE + bytes(16 * MIB), 1)
    case = new(stored=stored, compression="gzip", disks=[("D", 30)], selectors=["disk.serial=D"])
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("image.too-large")
    case.ends_blank(0)


def short(new):
    """a stored image that ends before its announced size"""
    case = new(stored=IMAGE[: 12 * MIB], compression="none", disks=[("D", 32)], selectors=["disk.serial=D"],
               size=len(IMAGE))
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("image.short")
    case.ends_blank(0)


def truncated(new):
    """a compressed image that is cut, with a digest that fits the cut file"""
    stored = gzip.compress(IMAGE, 1)[: 12 * MIB]
    case = new(stored=stored, compression="gzip", disks=[("D", 32)], selectors=["disk.serial=D"])
    case.start_server()
    case.wait_for(case.start_machine(), "ingot: stopped")
    case.failed_with("image.short")
    case.ends_blank(0)


def json_strings(_):
    """any bytes become a JSON string that reads back the same"""
    if not shutil.which("busybox"):
        return
    program = f'run=/nonexistent; . "{ROOT}/Agent/init"; json_string "$1"'
    every = bytes(range(1, 256))
    for raw in [b"", b'"', b"\\", b"\\\\\"n", b"a\nb\tc\x1b[2J", every, b"</script>&${x}`id`%s%n"]:
        out = subprocess.run(["busybox", "sh", "-c", program, "sh", raw], check=True, capture_output=True,
                             env={"INGOT_AGENT_LIBRARY": "1", "PATH": os.environ["PATH"]}).stdout
        check(json.loads(out) == raw.decode("latin-1"), f"{raw!r} became {out!r}")


CASES = [json_strings, happy, restart, digest, ambiguous, unmatched, refused, too_large, short, truncated]


def main():
    global IMAGE, ACCELERATOR
    wanted = [name for name in os.environ.get("INGOT_AGENT_ONLY", "").split(",") if name]
    cases = [case for case in CASES if not wanted or case.__name__ in wanted]
    shutil.rmtree(LOGS, ignore_errors=True)
    os.makedirs(LOGS)
    ACCELERATOR = accelerator()
    failures = 0
    print(f"1..{len(cases)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ingot-agent-test.") as folder:
        IMAGE = make_image(folder)
        for number, run in enumerate(cases, 1):
            made = []

            def new(**arguments):
                made.append(Case(run.__name__, folder, IMAGE, **arguments))
                return made[0]

            start = time.monotonic()
            problem = None
            try:
                run(new)
            except (Failed, subprocess.SubprocessError, OSError, LookupError, ValueError) as error:
                problem = f"{type(error).__name__}: {error}"
            finally:
                for case in made:
                    case.close()
            failures += problem is not None
            print(f"{'not ok' if problem else 'ok'} {number} - {run.__doc__} ({time.monotonic() - start:.1f} s)", flush=True)
            if problem:
                print(f"# {problem}\n# serial log: {LOGS}/{run.__name__}.log", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
