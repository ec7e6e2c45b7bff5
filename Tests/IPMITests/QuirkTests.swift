// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Glibc
import IPMISimulator
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

/// Each quirk against the simulator's behaviour of the same name: without it an operation fails or does not hold, with it
/// the same operation works.
@Suite struct QuirkTests {
    @Test(arguments: Behaviour.allCases) func theOperationNeedsTheQuirk(behaviour: Behaviour) async throws {
        let without = try await Self.works(behaviour, quirks: [])
        let with = try await Self.works(behaviour, quirks: [behaviour.rawValue])
        #expect(!without, "\(behaviour.rawValue) is not needed")
        #expect(with, "\(behaviour.rawValue) does not help")
    }

    @Test func everyBehaviourIsAQuirk() {
        for behaviour in Behaviour.allCases { #expect(Quirk(rawValue: behaviour.rawValue) != nil) }
    }

    private static func works(_ behaviour: Behaviour, quirks: [String]) async throws -> Bool {
        var result = false
        let timing = ChassisTiming(post: .milliseconds(50))
        // Eleven bytes are within the specification and read without help; some BMCs send fewer.
        let short: (@Sendable (IPMIRequest) -> IPMIResponse?) = { request in
            request.networkFunction == 6 && request.command == 1
                ? IPMIResponse(data: [0x20, 0x01, 0x02, 0x10, 0x02, 0xbf]) : nil
        }
        let override = behaviour == .shortDeviceID ? short : nil
        try await withBMC(timing: timing, behaviours: [behaviour], override: override) { bmc in
            let driver = try bmc.driver(["quirks": quirks])
            result = try await operation(behaviour, bmc, driver)
        }
        return result
    }

    private static func operation(
        _ behaviour: Behaviour, _ bmc: BuiltInBMC, _ driver: DriverUnderTest
    ) async throws -> Bool {
        let uefi = UInt32(INGOT_BOOT_UEFI)
        switch behaviour {
        case .openSessionPrivilege:
            return await driver.powerState().status == INGOT_OK
        case .bootSelectorOnly:
            // Set by another hand, so that this device has not learned it.
            _ = await (try bmc.driver(["quirks": [behaviour.rawValue]])).setBoot(Int32(INGOT_BOOT_PXE), uefi)
            return await driver.bootSetting().number == Int32(INGOT_BOOT_PXE)
        case .bootNoTimeoutParameter:
            guard await driver.setBoot(Int32(INGOT_BOOT_PXE), uefi).status == INGOT_OK else { return false }
            // A minute goes by: the BMC has dropped the override.
            bmc.chassis.withChassis { chassis, now in chassis.setBoot(.none, lapsesAfter: nil, at: now) }
            guard await driver.setPower(.doOn).status == INGOT_OK else { return false }
            try await Task.sleep(for: .milliseconds(400))
            return bmc.chassis.snapshot.boots.last?.byOverride == true
        case .bootUEFIDisk24:
            return await driver.setBoot(Int32(INGOT_BOOT_DISK), uefi).status == INGOT_OK
                && bmc.chassis.snapshot.bootOverride.target == .disk
        case .solNoPayloadCheck:
            let console = await driver.openConsole()
            if console.status == INGOT_OK { close(console.number) }
            return console.status == INGOT_OK
        case .cipher3Only:
            let state = await driver.powerState()
            return state.status == INGOT_OK && bmc.server.statistics.loginsTried == 1
        case .shortDeviceID:
            return await driver.inventory().status == INGOT_OK
        case .cycleUnsupported:
            guard await driver.setPower(.doOn).status == INGOT_OK else { return false }
            let cycle = await driver.setPower(.doCycle)
            return cycle.status == INGOT_OK && bmc.chassis.snapshot.counts.powerOffs == 1
                && bmc.chassis.snapshot.power == .on
        }
    }
}
