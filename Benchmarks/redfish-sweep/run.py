# SPDX-License-Identifier: Apache-2.0
"""Sweeps the power of simulated Redfish services with the driver and with Python's libraries, by turns, and compares.

usage: run.py COUNT ROUNDS INGOT PLUGIN.so SWEEP PYTHON

The services run on one core and whoever reads them on another. One sweep beforehand opens the sessions, which are kept. Exits with 1
when the driver is not five times as fast as sushy; the bare library, which knows no resources, is there for comparison. What the
services take themselves is said beside: they are the limit when it is more than the driver takes.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

count, rounds = int(sys.argv[1]), int(sys.argv[2])
ingot, plugin, sweep, python = sys.argv[3:7]
here = os.path.dirname(os.path.abspath(__file__))
cores = sorted(os.sched_getaffinity(0))
server_core, client_core = str(cores[0]), str(cores[-1])


def start(core, *command):
    print("+", " ".join(command), flush=True)
    return subprocess.Popen(["taskset", "-c", core, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def turn(process):
    """One sweep: values, seconds, seconds of CPU."""
    process.stdin.write("go\n")
    process.stdin.flush()
    line = process.stdout.readline().split()
    if len(line) != 3 or int(line[0]) != count:
        raise SystemExit(f"{' '.join(process.args)}: {line}; all {count} services should have answered")
    return float(line[1]), float(line[2])


def server_cpu(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


services = start(server_core, ingot, "sim", "bmc", "--kind", "redfish", "--count", str(count))
try:
    bmcs = [json.loads(services.stdout.readline()) for _ in range(count)]
    addresses = [f"https://{bmc['host']}:{bmc['port']}" for bmc in bmcs]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/addresses", "w") as file:
            file.write("\n".join(addresses))
        with open(f"{folder}/devices", "w") as file:
            for address in addresses:
                file.write(json.dumps({"address": address, "username": "admin", "insecure": True, "quirks": []}) + "\n")
        driver = start(client_core, sweep, plugin, "secret", f"{folder}/devices")
        cold = turn(driver)
        print(f"driver, new sessions: {count / cold[0]:.0f} a second, {cold[1] / count * 1e6:.0f} us of CPU a service")
        turn(driver)
        peers = {}
        for name in ("sushy", "redfish"):
            peers[name] = start(client_core, python, f"{here}/peer.py", name, "secret", f"{folder}/addresses")
            if peers[name].stdout.readline() != "ready\n":
                raise SystemExit(f"{name} does not start")
            turn(peers[name])
        ratios = {name: [] for name in peers}
        costs = {name: [] for name in peers}
        for number in range(rounds):
            for name, peer in peers.items():
                before = server_cpu(services)
                ours = turn(driver)
                serving = server_cpu(services) - before
                theirs = turn(peer)
                ratios[name].append(theirs[0] / ours[0])
                costs[name].append(theirs[1] / max(ours[1], 1e-9))
                print(f"round {number + 1}: driver {count / ours[0]:.0f} a second, {ours[1] / count * 1e6:.0f} us of CPU"
                      f" (services {serving / count * 1e6:.0f} us); {name} {count / theirs[0]:.0f} a second,"
                      f" {theirs[1] / count * 1e6:.0f} us of CPU", flush=True)
        missed = False
        for name in peers:
            middle = statistics.median(ratios[name])
            missed = missed or (name == "sushy" and middle < 5)
            print(f"{name}: the driver reads {middle:.1f} times as many a second"
                  f" ({min(ratios[name]):.1f} to {max(ratios[name]):.1f}), for one part in"
                  f" {statistics.median(costs[name]):.1f} of the CPU")
        for process in [driver, *peers.values()]:
            process.stdin.close()
            process.wait(60)
finally:
    services.kill()
    services.wait()
sys.exit(1 if missed else 0)
