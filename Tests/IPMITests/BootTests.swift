// SPDX-License-Identifier: GPL-3.0-or-later
import PluginAPI
import PluginTesting
import Testing

@Suite struct BootTests {
    private static let devices: [(target: Int32, file: String, words: String)] = [
        (INGOT_BOOT_PXE, "pxe", "Force PXE"), (INGOT_BOOT_DISK, "default", "Force Boot from default Hard-Drive"),
        (INGOT_BOOT_CD, "cdrom", "Force Boot from CD/DVD"), (INGOT_BOOT_SETUP, "bios", "Force Boot into BIOS Setup"),
        (INGOT_BOOT_NONE, "none", "No override"),
    ]

    @Test(arguments: devices)
    func theDeviceIsTheOneIpmitoolSees(target: Int32, file: String, words: String) async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let set = await driver.setBoot(target, UInt32(INGOT_BOOT_PERSISTENT | INGOT_BOOT_UEFI))
        #expect(set.status == INGOT_OK)
        #expect(try await bmc.ipmitool("chassis", "bootparam", "get", "5").contains("Boot Device Selector : \(words)"))
        #expect(bmc.sets == ["set boot \(file)"])
        let read = await driver.bootSetting()
        #expect(read.status == INGOT_OK)
        #expect(read.number == target)
    }

    @Test func theBytesAreTheSpecifications() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let outcome = await driver.setBoot(Int32(INGOT_BOOT_PXE), UInt32(INGOT_BOOT_PERSISTENT | INGOT_BOOT_UEFI))
        #expect(outcome.changes.first == [0x00, 0x08, 0x05, 0xe0, 0x04, 0x00, 0x00, 0x00])
        let once = await driver.setBoot(Int32(INGOT_BOOT_DISK))
        #expect(once.changes.first == [0x00, 0x08, 0x05, 0x80, 0x08, 0x00, 0x00, 0x00])
    }

    @Test func droppedFlagsAreReportedAndNoFailure() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let set = await driver.setBoot(Int32(INGOT_BOOT_DISK), UInt32(INGOT_BOOT_PERSISTENT | INGOT_BOOT_UEFI))
        #expect(set.status == INGOT_OK)
        let readback = try #require(set.json("readback").first)
        #expect(readback["device"] as? String == "disk")
        #expect(readback["dropped"] as? [String] == ["valid", "persistent", "uefi"])
        #expect(driver.plugin.log.contains { $0.contains("drops: valid, persistent, uefi") })
        let boot = await driver.probe().json("capabilities").first?["boot"] as? [String: Any]
        #expect(boot?["keeps"] as? String == "device")
    }

    @Test func anExpiredOverrideReadsAsNoneUnlessTheBMCKeepsTheDeviceOnly() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        _ = try await bmc.ipmitool("chassis", "bootdev", "pxe")
        #expect(try await DriverUnderTest(bmc).bootSetting().number == Int32(INGOT_BOOT_NONE))
        let knowing = try DriverUnderTest(bmc, ["quirks": ["open_session_privilege", "boot_selector_only"]])
        #expect(await knowing.bootSetting().number == Int32(INGOT_BOOT_PXE))
    }

    @Test func aBMCThatAcknowledgesAndKeepsAnotherDeviceIsFoundOut() async throws {
        let bmc = try SimulatedBMC(
            script: #"if [ "$operation $1" = "set boot" ]; then echo "set $*" >> bmc.log; exit 0; fi"#)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).setBoot(Int32(INGOT_BOOT_PXE))
        #expect(outcome.status == INGOT_E_PROTOCOL)
        #expect(outcome.record.error?.message.contains("acknowledged but not kept") == true)
        #expect(bmc.sets == ["set boot pxe"])
    }

    private static let impossible: [(target: Int32, flags: UInt32, status: Int32)] = [
        (INGOT_BOOT_HTTP, 0, INGOT_E_UNSUPPORTED), (INGOT_BOOT_USB, 0, INGOT_E_UNSUPPORTED),
        (77, 0, INGOT_E_UNSUPPORTED), (-1, 0, INGOT_E_UNSUPPORTED), (INGOT_BOOT_PXE, 0x100, INGOT_E_UNSUPPORTED),
        (INGOT_BOOT_PXE, INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY, INGOT_E_INVALID),
    ]

    @Test(arguments: impossible)
    func whatCannotBeAskedForIsNotSent(target: Int32, flags: UInt32, status: Int32) async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).setBoot(target, flags)
        #expect(outcome.status == status)
        #expect(outcome.record.wire.isEmpty)
        #expect(bmc.sets.isEmpty)
    }
}
