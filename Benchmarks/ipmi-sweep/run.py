#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sweeps simulated BMCs with the IPMI driver, FreeIPMI's ipmipower and an ipmitool loop, in turns.

usage: run.py [ROUNDS]

The BMCs are Ingot's own (ipmi-farm) on one core, the client is on another one; what the BMCs have counted decides
whether a sweep was whole. Each figure is the median of ROUNDS rounds (5), each ratio the median of the rounds' ratios.
Exits with 1 when a goal is missed. Wants a release build and two idle cores.
"""
import json, os, resource, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "../../.build/release")
PLUGIN = os.path.join(BIN, "libingot-ipmi.so")
PORT, MANY, SOME, LOOP = 24623, 10_000, 1_000, 20
CLIENT, FARM = "0", "1"
SWEEP_SECONDS, FAULTY_SECONDS = 60, 3
# A twentieth is dead and a twentieth answers five seconds late.
DEAD, SLOW = ("hang", 20, 7), ("latency:seconds=5", 20, 13)


class Farm:
    """So many BMCs in a process of their own."""

    def __init__(self, count, port, faults=()):
        self.port, self.count = port, count
        arguments = [str(word) for fault in faults for word in fault]
        self.process = subprocess.Popen(
            ["taskset", "-c", FARM, os.path.join(BIN, "ipmi-farm"), str(count), str(port), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def counted(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def address(index):
    network = (64 << 8) + index // 250
    return f"127.{network >> 8}.{network & 255}.{index % 250 + 1}"


def is_healthy(index):
    return all(index % every != first for _, every, first in (DEAD, SLOW))


def timed(command):
    """Wall clock and CPU seconds of a command, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    run = subprocess.run(command, capture_output=True, text=True)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout


class Bench:
    def __init__(self, folder, rounds):
        self.folder, self.rounds, self.missed = folder, rounds, []
        self.sweep = os.path.join(folder, "sweep")
        subprocess.run(
            ["gcc", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-I", os.path.join(HERE, "../../Sources/PluginAPI/include"),
             os.path.join(HERE, "sweep.c"), "-o", self.sweep, "-ldl"], check=True)

    def hosts(self, count, port):
        path = os.path.join(self.folder, f"hosts-{count}-{port}")
        with open(path, "w") as file:
            for index in range(count):
                file.write(f"{address(index)} {port} {int(is_healthy(index))}\n")
        return path

    def driver_command(self, count, port, kept, seconds=SWEEP_SECONDS):
        return ["taskset", "-c", CLIENT, self.sweep, PLUGIN, self.hosts(count, port), "secret", "[]", str(kept), str(seconds)]

    def driver(self, count, port, kept=3, seconds=SWEEP_SECONDS):
        """The sweep with new sessions, and the median one with kept sessions."""
        run = subprocess.run(self.driver_command(count, port, kept, seconds), capture_output=True, text=True, check=True)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        rest = sorted(lines[1:], key=lambda line: line["seconds"])
        return lines[0], rest[len(rest) // 2] if rest else None

    def goal(self, name, value, wanted, unit="", least=True):
        is_met = value >= wanted if least else value <= wanted
        if not is_met:
            self.missed.append(name)
        print(f"  {'ok    ' if is_met else 'MISSED'} {name}: {value:.2f}{unit} (goal {'>=' if least else '<='} {wanted}{unit})")

    def ipmipower_command(self):
        hosts = f"127.64.[0-{SOME // 250 - 1}].[1-250]:{PORT}"
        return ["taskset", "-c", CLIENT, "ipmipower", "-h", hosts, "-u", "admin", "-p", "secret", "-l", "ADMIN", "-D",
                "LAN_2_0", "-I", "3", "--stat"]

    def ipmitool_command(self, index):
        return ["taskset", "-c", CLIENT, "ipmitool", "-I", "lanplus", "-C", "3", "-H", address(index), "-p", str(PORT), "-U",
                "admin", "-P", "secret", "power", "status"]

    def speed(self):
        farm = Farm(SOME, PORT)
        print("$ " + " ".join(self.driver_command(SOME, PORT, 3)))
        print("$ " + " ".join(self.ipmipower_command()))
        print(f"$ for each of {LOOP} BMCs: " + " ".join(self.ipmitool_command(0)))
        new, kept, power, tool = [], [], [], []
        for _ in range(self.rounds):
            one, again = self.driver(SOME, PORT)
            assert one["values"] == again["values"] == SOME, (one, again)
            new.append((one["seconds"] / SOME, one["cpu_us_per_bmc"]))
            kept.append((again["seconds"] / SOME, again["cpu_us_per_bmc"]))
            wall, cpu, text = timed(self.ipmipower_command())
            answered = sum(line.endswith((": on", ": off")) for line in text.splitlines())
            assert answered == SOME, f"ipmipower: {answered} of {SOME}"
            power.append((wall / SOME, cpu / SOME * 1e6))
            wall, cpu = 0, 0
            for index in range(LOOP):
                one_wall, one_cpu, text = timed(self.ipmitool_command(index))
                assert "Chassis Power is" in text, text
                wall, cpu = wall + one_wall, cpu + one_cpu
            tool.append((wall / LOOP, cpu / LOOP * 1e6))
            memory = one["session_bytes"]
        farm.stop()
        for name, rows in (("driver, new sessions", new), ("driver, kept sessions", kept), ("ipmipower --stat", power),
                           ("ipmitool loop", tool)):
            rates = [1 / wall for wall, _ in rows]
            print(f"  {name:22} {statistics.median(rates):9.0f} BMCs a second ({min(rates):.0f} to {max(rates):.0f}), "
                  f"{statistics.median(cpu for _, cpu in rows):8.1f} us of CPU a BMC")
        for name, ours, theirs, wanted in (
                ("new sessions / ipmipower", new, power, 4), ("kept sessions / ipmipower", kept, power, 15),
                ("kept sessions / ipmitool loop", kept, tool, 100), ("new sessions / ipmitool loop", new, tool, 100)):
            self.goal(name, statistics.median(b[0] / a[0] for a, b in zip(ours, theirs)), wanted, "x")
            print(f"         in CPU: {statistics.median(b[1] / a[1] for a, b in zip(ours, theirs)):.1f}x")
        self.goal("memory of an open session", memory / 1024, 20, " KB", least=False)

    def scale(self):
        farm = Farm(MANY, PORT)
        print("$ " + " ".join(self.driver_command(MANY, PORT, 1)))
        one, again = self.driver(MANY, PORT, kept=1)
        counted = farm.counted()
        farm.stop()
        print(f"  {MANY} BMCs: {one['per_second']} a second new, {again['per_second']} kept; the BMCs counted {counted}")
        self.goal("BMCs asked, by their own count", counted["bmcs_asked"], MANY)
        self.goal("values of 10,000, new", one["values"], MANY)
        self.goal("values of 10,000, kept", again["values"], MANY)

    def faults(self):
        sound, faulty = Farm(SOME, PORT), Farm(SOME, PORT + 1, (DEAD, SLOW))
        print(f"$ faults: {DEAD} {SLOW}")
        print("$ " + " ".join(self.driver_command(SOME, PORT + 1, 3, FAULTY_SECONDS)))
        pairs = []
        for _ in range(max(self.rounds, 5)):
            pairs.append((self.driver(SOME, PORT, 3, FAULTY_SECONDS), self.driver(SOME, PORT + 1, 3, FAULTY_SECONDS)))
        sound.stop()
        faulty.stop()
        for place, name in ((0, "new"), (1, "kept")):
            before = statistics.median(a[place]["p99_ms"] for a, _ in pairs)
            after = statistics.median(b[place]["p99_ms"] for _, b in pairs)
            print(f"  p99 of healthy BMCs, {name} sessions: {before:.2f} ms, with 5 % dead and 5 % slow ones {after:.2f} ms")
            self.goal(f"p99 of healthy BMCs, {name}, with faults / without",
                      statistics.median(b[place]["p99_ms"] / a[place]["p99_ms"] for a, b in pairs), 1.02, "x", least=False)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, rounds)
        bench.speed()
        bench.scale()
        bench.faults()
    if bench.missed:
        sys.exit("missed: " + ", ".join(bench.missed))


if __name__ == "__main__":
    main()
