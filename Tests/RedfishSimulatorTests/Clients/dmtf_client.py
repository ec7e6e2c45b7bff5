# SPDX-License-Identifier: Apache-2.0
"""Drives a service with DMTF's Python library: dmtf_client.py URL CERTIFICATE AUTH SYSTEM"""
import sys
import time

import redfish

url, certificate, auth, path = sys.argv[1:5]
client = redfish.redfish_client(base_url=url, username="admin", password="secret", cafile=certificate)
client.login(auth=auth)
try:
    system = client.get(path)
    assert system.status == 200, system
    target = system.dict["Actions"]["#ComputerSystem.Reset"]["target"]
    boot = {"Boot": {"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once",
                     "BootSourceOverrideMode": "UEFI"}}
    changed = client.patch(path, body=boot, headers={"If-Match": system.getheader("ETag")})
    assert changed.status in (200, 204), changed
    assert client.get(path).dict["Boot"]["BootSourceOverrideTarget"] == "Pxe"
    answer = client.post(target, body={"ResetType": "On"})
    assert answer.status == 204, answer
    deadline = time.time() + 10
    while client.get(path).dict["PowerState"] != "On" and time.time() < deadline:
        time.sleep(0.05)
    assert client.get(path).dict["PowerState"] == "On"
    wrong = client.post(target, body={"ResetType": "Sideways"})
    assert wrong.status == 400, wrong
    info = wrong.dict["error"]["@Message.ExtendedInfo"][0]
    assert info["MessageId"].endswith(".ActionParameterValueNotInList"), info
finally:
    client.logout()
print("ok", auth)
