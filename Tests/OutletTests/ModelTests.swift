// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Outlet

/// The table's numbers beside what other sources have: a MIB file, or a program that drives such PDUs.
struct ModelTests {
    struct Source: Sendable, CustomTestStringConvertible {
        var model: String
        var on: String
        var off: String
        /// Object and value that mean on.
        var state: String
        var from: String
        var testDescription: String { "\(model), \(from)" }
    }

    private static let sources = [
        Source(
            model: "apc-rpdu", on: "318.1.1.12.3.3.1.1.4=1", off: "318.1.1.12.3.3.1.1.4=2",
            state: "318.1.1.12.3.5.1.1.4=1", from: "virtualpdu 2.2.0, apc_rackpdu.py"),
        Source(
            model: "apc-rpdu2", on: "318.1.1.26.9.2.4.1.5=1", off: "318.1.1.26.9.2.4.1.5=2",
            state: "318.1.1.26.9.2.3.1.5=2", from: "PowerNet-MIB, as programs by others quote it"),
        Source(
            model: "apc-masterswitch", on: "318.1.1.4.4.2.1.3=1", off: "318.1.1.4.4.2.1.3=2",
            state: "318.1.1.4.4.2.1.3=1", from: "OpenStack Ironic, SNMPDriverAPCMasterSwitch"),
        Source(
            model: "cyberpower", on: "3808.1.1.3.3.3.1.1.4=1", off: "3808.1.1.3.3.3.1.1.4=2",
            state: "3808.1.1.3.3.5.1.1.4=1", from: "CPS-MIB 2.11, as a labgrid driver quotes it"),
        Source(
            model: "servertech-sentry3", on: "1718.3.2.3.1.11=1", off: "1718.3.2.3.1.11=2", state: "1718.3.2.3.1.5=1",
            from: "sonic-mgmt, snmp_pdu_controllers.py"),
        Source(
            model: "servertech-sentry4", on: "1718.4.1.8.5.1.2=1", off: "1718.4.1.8.5.1.2=2",
            state: "1718.4.1.8.3.1.1=1", from: "Sentry4-MIB of 2017-06-15"),
        Source(
            model: "raritan-pdu2", on: "13742.6.4.1.2.1.2=1", off: "13742.6.4.1.2.1.2=0", state: "13742.6.4.1.2.1.3=7",
            from: "Network UPS Tools, raritan-px2-mib.c"),
        Source(
            model: "eaton-epdu", on: "534.6.6.7.6.6.1.4=0", off: "534.6.6.7.6.6.1.3=0", state: "534.6.6.7.6.6.1.2=1",
            from: "Network UPS Tools, eaton-pdu-marlin-mib.c"),
    ]

    @Test func everyModelHasASource() {
        #expect(Set(Self.sources.map(\.model)) == Set(OutletModel.table.keys))
    }

    @Test(arguments: sources)
    func theTableSaysWhatOthersSay(_ source: Source) throws {
        let model = try #require(OutletModel.table[source.model])
        func text(_ command: OutletModel.Command) -> String { "\(command.object)=\(command.value)" }
        #expect(text(model.on) == "1.3.6.1.4.1.\(source.on)")
        #expect(text(model.off) == "1.3.6.1.4.1.\(source.off)")
        #expect(model.onValues.map { "\(model.state)=\($0)" } == ["1.3.6.1.4.1.\(source.state)"])
    }
}
