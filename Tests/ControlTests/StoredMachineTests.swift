// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import PXE
import Store
import Testing

@testable import Control

/// Machines in the store, and what becomes of those that an older version wrote.
@Suite("Stored machines")
struct StoredMachineTests {
    /// As version 0.1.0 wrote it.
    private static let old = #"""
        {"address":3221225985,"bootVerdict":"verified","capabilities":{"power":{"supported":true}},
         "config":{"host":"10.0.0.5","port":623},"driver":"dev.ingot.ipmi","firmware":"uefi","hold":false,
         "mac":90520730730497,"name":"m1","secretNames":["kg","password"],"state":"available"}
        """#

    @Test func anOldMachineKeepsItsDriverAndSecrets() throws {
        // Address and MAC are written by the types themselves, whatever their form is.
        let template = try JSONEncoder().encode(try Self.machine())
        var members = try #require(JSONSerialization.jsonObject(with: template) as? [String: Any])
        let old = try #require(JSONSerialization.jsonObject(with: Data(Self.old.utf8)) as? [String: Any])
        for key in ["drivers", "quirks", "reports"] { members[key] = nil }
        for key in ["config", "driver", "secretNames", "capabilities"] { members[key] = old[key] }
        let data = try JSONSerialization.data(withJSONObject: members)
        let machine = try JSONDecoder().decode(Machine.self, from: data)
        #expect(
            machine.drivers == [
                DriverBinding(
                    driver: "dev.ingot.ipmi", config: ["host": .string("10.0.0.5"), "port": .integer(623)],
                    secrets: ["kg": "machine/m1/kg", "password": "machine/m1/password"])
            ])
        #expect(machine.reports == [])
        #expect(machine.quirks.isEmpty)
        // Once written anew it is what it is now.
        #expect(try JSONDecoder().decode(Machine.self, from: JSONEncoder().encode(machine)) == machine)
    }

    @Test func aMachineSurvivesTheStore() throws {
        var machine = try Self.machine()
        machine.quirks = QuirkOverride(add: ["a"], remove: ["b"])
        machine.reports = [
            DriverReport(
                driver: "d", at: Date(timeIntervalSince1970: 77),
                capabilities: Capabilities(extensions: ["ingot.power/1"]),
                quirks: [AppliedQuirk(quirk: "a", state: .applied, reason: "r")],
                failure: DriverAttempt(driver: "d", status: "timeout", message: "m"))
        ]
        #expect(try JSONDecoder().decode(Machine.self, from: JSONEncoder().encode(machine)) == machine)
    }

    static func machine() throws -> Machine {
        Machine(
            name: "m1", drivers: [DriverBinding(driver: "d", config: [:])],
            mac: try #require(MACAddress("52:54:00:00:00:01")), address: try #require(IPv4Address("192.0.2.1")),
            firmware: .uefi, state: .available, power: nil, hold: false, instance: nil, job: nil, failure: nil,
            inventory: nil, agentInventory: nil, bootVerdict: .verified)
    }
}
