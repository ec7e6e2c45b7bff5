# SPDX-License-Identifier: Apache-2.0
"""Reads the power of many services with a Python library, one after the other, once for each line on standard input.

usage: peer.py sushy|redfish PASSWORD ADDRESSES

ADDRESSES is a file with one address a line. Sessions and connections are kept between rounds, as the libraries do. For each round
it prints how many gave a value, the seconds it took and the seconds of CPU.
"""
import resource
import sys
import time
import warnings

library, password, path = sys.argv[1:4]
addresses = open(path).read().split()
warnings.filterwarnings("ignore")


def sushy_readers():
    import sushy

    def reader(address):
        root = sushy.Sushy(address, verify=False, auth=sushy.auth.SessionAuth("admin", password))
        system = root.get_system_collection().get_members()[0]

        def read():
            system.refresh(force=True)
            return system.power_state is not None

        return read, root._conn._session.close

    return [reader(address) for address in addresses]


def redfish_readers():
    import redfish

    def reader(address):
        client = redfish.redfish_client(base_url=address, username="admin", password=password)
        client.login(auth="session")
        system = client.get("/redfish/v1/Systems").dict["Members"][0]["@odata.id"]
        return lambda: client.get(system).dict["PowerState"] is not None, client.logout

    return [reader(address) for address in addresses]


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


readers = {"sushy": sushy_readers, "redfish": redfish_readers}[library]()
print("ready", flush=True)
for _ in sys.stdin:
    begin, cpu = time.monotonic(), used()
    values = sum(read() for read, _ in readers)
    print(values, time.monotonic() - begin, used() - cpu, flush=True)
for _, close in readers:
    close()
