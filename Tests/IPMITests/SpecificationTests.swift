// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import IPMISimulator
import PluginAPI
import PluginTesting
import Synchronization
import Testing

@testable import IPMI

/// What `ipmi_sim` and pyghmi's BMC do not have, on Ingot's simulator: it is written from the specification, apart from the
/// driver.
@Suite struct SpecificationTests {
    /// All flags of the boot override, each way, as the machine has them (IPMI 2.0, table 28-14).
    @Test(arguments: [Int32(INGOT_BOOT_PXE), Int32(INGOT_BOOT_DISK), Int32(INGOT_BOOT_CD), Int32(INGOT_BOOT_SETUP)])
    func everyBootFlagIsKept(target: Int32) async throws {
        let persistent = UInt32(INGOT_BOOT_PERSISTENT)
        let (uefi, legacy) = (UInt32(INGOT_BOOT_UEFI), UInt32(INGOT_BOOT_LEGACY))
        try await withBMC { bmc in
            let driver = try bmc.driver()
            for flags in [uefi, legacy, persistent | uefi, persistent | legacy] {
                #expect(await driver.setBoot(target, flags).status == INGOT_OK)
                let read = await driver.bootSetting()
                #expect(read.status == INGOT_OK && read.number == target && read.flags == flags, "\(flags)")
                let kept = bmc.chassis.snapshot.bootOverride
                #expect(kept.persistent == (flags & persistent != 0), "\(flags)")
                #expect(kept.mode == (flags & uefi != 0 ? .uefi : .legacy), "\(flags)")
            }
            #expect(await driver.setBoot(Int32(INGOT_BOOT_NONE)).status == INGOT_OK)
            #expect(bmc.chassis.snapshot.bootOverride.target == .none)
        }
    }

    /// A self-test that takes longer than the sixty seconds after which a BMC drops an override by itself: with the driver's
    /// bit of parameter 3 "once" is still there, and without that bit it would not be.
    @Test(arguments: [true, false]) func onceSurvivesASlowSelfTest(byDriver: Bool) async throws {
        let clock = TestClock()
        let chassis = SharedChassis(Chassis(power: .off), clock: { clock.now })
        let server = try await IPMIServer.start(
            IPMIServer.Configuration(password: BuiltInBMC.password, inactivity: .seconds(1_000)), chassis: chassis)
        let driver = try DriverUnderTest(
            ["host": "127.0.0.1", "port": server.port, "username": "admin"], password: BuiltInBMC.password)
        if byDriver {
            #expect(await driver.setBoot(Int32(INGOT_BOOT_PXE), UInt32(INGOT_BOOT_UEFI)).status == INGOT_OK)
        } else {
            // Parameter 5 alone.
            let body = #"{"netfn": 0, "command": 8, "data": "05a004000000"}"#
            #expect(await driver.invoke("raw", body).status == INGOT_OK)
        }
        #expect(await driver.bootSetting().number == Int32(INGOT_BOOT_PXE))
        clock.advance(.seconds(300))
        let read = await driver.bootSetting()
        #expect(read.number == Int32(byDriver ? INGOT_BOOT_PXE : INGOT_BOOT_NONE))
        #expect((chassis.snapshot.bootOverride.target == .pxe) == byDriver)
        await server.stop()
    }

    @Test func suite17IsSpokenAndPreferred() async throws {
        try await withBMC { bmc in
            let driver = try bmc.driver()
            #expect(await driver.powerState().status == INGOT_OK)
            let session = await driver.probe().json("capabilities").first?["session"] as? [String: Any]
            #expect(session?["cipher_suite"] as? Int == 17, "\(session ?? [:])")
        }
    }

    /// A user may not be raised above the limit of its account: the login is refused by name, once, and nothing happens.
    @Test func privilegeAboveTheUsersLimitIsRefused() async throws {
        let viewer = IPMIServer.User(name: "viewer", password: "canary-View1", privilege: .user)
        try await withBMC(users: [viewer]) { bmc in
            let above = try DriverUnderTest(
                ["host": "127.0.0.1", "port": Int(bmc.port), "username": "viewer", "privilege": "operator"],
                password: viewer.password)
            let refused = await above.powerState()
            #expect(refused.status == INGOT_E_FORBIDDEN, "\(refused.record.error?.message ?? "")")
            #expect(refused.record.error?.detail?.contains("privilege") == true)
            let fitting = try DriverUnderTest(
                ["host": "127.0.0.1", "port": Int(bmc.port), "username": "viewer", "privilege": "user"],
                password: viewer.password)
            #expect(await fitting.powerState().status == INGOT_OK)
            #expect(await fitting.setPower(.doOn).status == INGOT_E_FORBIDDEN)
            #expect(bmc.chassis.snapshot.power == .off)
        }
    }
}

/// A clock that a test moves on by hand, beside the real one.
private final class TestClock: Sendable {
    private let start = ContinuousClock.now
    private let skipped = Mutex(Duration.zero)

    var now: Duration { start.duration(to: .now) + skipped.withLock { $0 } }
    func advance(_ time: Duration) { skipped.withLock { $0 += time } }
}
