// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import Glibc
import PluginAPI
import PluginTesting
import Testing

/// Every fault against every operation: an answer or a typed error before the deadline, and no session left behind.
@Suite struct FaultMatrixTests {
    private static let faults = FaultKind.all.filter { [.any, .datagram, .ipmi, .chassis].contains($0.scope) }
        .map(\.name)

    @Test(arguments: faults) func everyOperationEndsInTimeWithATypedError(fault: String) async throws {
        try await withBMC(power: .on, faults: [fault]) { bmc in
            let driver = try bmc.driver()
            let limit = Duration.seconds(4)
            for (name, operation) in Self.operations {
                let outcome = await operation(driver, driver.call(limit))
                #expect(outcome.elapsed < limit + .seconds(1), "\(name)")
                #expect(
                    (0...11).contains(outcome.status) && outcome.status != INGOT_E_INTERNAL,
                    "\(name): \(outcome.record.error?.message ?? "")")
                if outcome.status != INGOT_OK { #expect(outcome.record.error?.message.isEmpty == false, "\(name)") }
                if outcome.number >= 0, name == "console" { close(outcome.number) }
            }
        }
    }

    typealias Operation = @Sendable (DriverUnderTest, TestCall) async -> DriverUnderTest.Outcome

    private static let operations: [(String, Operation)] = [
        ("probe", { await $0.probe($1) }), ("power", { await $0.powerState($1) }),
        ("sensors", { await $0.sensors($1) }), ("inventory", { await $0.inventory($1) }),
        ("events", { await $0.read(INGOT_EVENTLOG, call: $1) }), ("boot", { await $0.setBoot(1, 0, $1) }),
        ("off", { await $0.setPower(.doOff, $1) }), ("on", { await $0.setPower(.doOn, $1) }),
        ("console", { await $0.openConsole($1) }),
    ]
}
