# SPDX-License-Identifier: Apache-2.0
"""Drives a service with OpenStack's library: sushy_client.py URL CERTIFICATE SYSTEM"""
import sys
import time

import sushy
from sushy import auth

url, certificate, path = sys.argv[1:4]
login = auth.SessionOrBasicAuth(username="admin", password="secret")
root = sushy.Sushy(url, verify=certificate, auth=login)
system = root.get_system(path)


def wait(state):
    deadline = time.time() + 10
    while system.power_state != state and time.time() < deadline:
        time.sleep(0.05)
        system.refresh(force=True)
    assert system.power_state == state, system.power_state


assert system.power_state == sushy.POWER_STATE_OFF
system.set_system_boot_options(target=sushy.BOOT_SOURCE_TARGET_PXE, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE,
                               mode=sushy.BOOT_SOURCE_MODE_UEFI)
system.refresh(force=True)
assert system.boot["target"] == sushy.BOOT_SOURCE_TARGET_PXE, system.boot
assert system.boot["enabled"] == sushy.BOOT_SOURCE_ENABLED_ONCE
system.reset_system(sushy.RESET_ON)
wait(sushy.POWER_STATE_ON)
system.reset_system(sushy.RESET_FORCE_OFF)
wait(sushy.POWER_STATE_OFF)
assert system.memory_summary.size_gib == 128
assert len(system.processors.get_members()) == 2
assert len(system.ethernet_interfaces.get_members()) == 2
drives = [drive for storage in system.storage.get_members() for drive in storage.drives]
assert [drive.serial_number for drive in drives] == ["SIMDISK1"]
assert system.secure_boot.enabled
assert "BootMode" in system.bios.attributes
system.bios.set_attribute("BootMode", "Bios")
manager = system.managers[0]
assert manager.manager_type == sushy.MANAGER_TYPE_BMC
try:
    media = manager.virtual_media.get_members()
except Exception:
    media = system.virtual_media.get_members()
cd = next(m for m in media if sushy.VIRTUAL_MEDIA_CD in m.media_types)
cd.insert_media("http://192.0.2.1/x.iso")
cd.refresh(force=True)
assert cd.inserted and cd.image == "http://192.0.2.1/x.iso"
cd.eject_media()
cd.refresh(force=True)
assert not cd.inserted
chassis = root.get_chassis_collection().get_members()[0]
assert chassis.manufacturer
update = root.get_update_service()
assert {f.version for f in update.firmware_inventory.get_members()}
monitor = update.simple_update("http://192.0.2.1/bmc-2.10.bin", targets=[])
deadline = time.time() + 10
while monitor.check_is_processing and time.time() < deadline:
    time.sleep(0.1)
assert not monitor.check_is_processing
print("ok", manager.firmware_version)
