// SPDX-License-Identifier: Apache-2.0
public import BMCModel
public import OutletSimulator

/// A machine with PMON whose power comes from an outlet of a PDU: what a driver without a BMC has in hand.
///
/// ```swift
/// let rack = try await OutletFedMachine.start(configuration)
/// // SNMP at rack.pdu.port, outlet 1; console at rack.machine.consolePort.
/// ```
public struct OutletFedMachine: Sendable {
    /// The outlet that the machine hangs on.
    public static let outlet = 1

    public let machine: PMONMachine
    public let pdu: OutletServer
    /// The outlet: it is on as long as it gives power, also to a machine that has switched itself off.
    public let chassis: FaultyChassis

    /// Starts both; the machine is on when the outlet is.
    ///
    /// - Parameter chassis: the outlet's state, its switching times, and the faults of both.
    /// - Throws: `SimulatorError` or `OutletServerError` when one of them cannot be started.
    public static func start(
        _ configuration: PMONMachine.Configuration, pdu: OutletServer.Configuration = OutletServer.Configuration(),
        chassis: FaultyChassis
    ) async throws -> OutletFedMachine {
        var configuration = configuration
        configuration.faults = chassis.faults
        let machine = try await PMONMachine.start(configuration)
        do {
            let pdu = try await OutletServer.start(pdu, machines: [outlet: chassis], faults: chassis.faults) {
                number, isOn in
                if number == outlet { machine.setOutlet(on: isOn) }
            }
            machine.setOutlet(on: chassis.chassis.snapshot.power.hasPower)
            return OutletFedMachine(machine: machine, pdu: pdu, chassis: chassis)
        } catch {
            await machine.stop()
            throw error
        }
    }

    /// Somebody pulls the plug.
    public func losePower() {
        chassis.chassis.withChassis { chassis, now in chassis.losePower(at: now) }
        machine.setOutlet(on: false)
    }

    /// Ends both.
    public func stop() async {
        await pdu.stop()
        await machine.stop()
    }
}
