// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BMCModel
import OutletSimulator
import PMONSimulator
import PXE
import Simulators

/// `ingot sim machine --kind loongson-pmon`.
struct SimPMONOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UDP port of the first PDU; 0 picks free ones.", valueName: "port"))
    var pduPortBase: UInt16 = 0

    @Option(
        name: .customLong("disk-file"),
        help: ArgumentHelp(
            "A file on the board's disk; may be given more than once.",
            valueName: "/dev/fs/ext2@wd0/boot/vmlinux=file"))
    var diskFiles: [String] = []

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "Something that goes wrong with firmware, line or PDU; may be given more than once.",
            valueName: "name[:args]"))
    var faults: [String] = []

    @Option(help: "What random decisions are made from.")
    var seed: UInt64?

    var isUsed: Bool { pduPortBase != 0 || !diskFiles.isEmpty || !faults.isEmpty || seed != nil }

    /// How to reach a machine; printed as one line of JSON.
    struct Description: Encodable {
        struct Console: Encodable {
            var host: String
            var port: Int
        }
        struct Outlet: Encodable {
            var host: String
            var port: Int
            var outlet: Int
            var model: String
            var community: String
        }
        var kind = SimMachineKind.loongsonPMON.rawValue
        var name: String
        /// What `ifaddr` is to set: an address of this host that is the machine's own.
        var address: String
        var mac: String
        var console: Console
        var outlet: Outlet
        var stateDirectory: String

        private enum CodingKeys: String, CodingKey {
            case kind, name, address, mac, console, outlet
            case stateDirectory = "state_dir"
        }
    }

    /// Runs the machines until the signal.
    func run(_ machines: [MachineConfiguration], until stop: StopSignal) async throws {
        let known: [Fault]
        do {
            known = try faults.map { try Fault($0) }
        } catch let error as FaultError {
            throw CommandError(.usage, error.description, field: "--fault")
        }
        let disk = try disk()
        guard pduPortBase == 0 || Int(pduPortBase) + machines.count <= 65_536 else {
            throw CommandError(
                .usage, "\(pduPortBase) leaves no room for \(machines.count) PDUs", field: "--pdu-port-base")
        }
        var running: [OutletFedMachine] = []
        do {
            for (index, machine) in machines.enumerated() {
                running.append(try await start(machine, index, known, disk))
            }
            for (started, machine) in zip(running, machines) {
                Output.standard.line(try SimMachine.line(Self.describe(started, machine)))
            }
            await stop.wait()
        } catch {
            for machine in running { await machine.stop() }
            if let error = error as? OutletServerError { throw CommandError(.local, error.description) }
            throw error
        }
        for machine in running { await machine.stop() }
    }

    private func start(
        _ machine: MachineConfiguration, _ index: Int, _ faults: [Fault], _ disk: [String: String]
    ) async throws -> OutletFedMachine {
        var configuration = PMONMachine.Configuration(directory: machine.directory)
        configuration.host = machine.bmcHost
        configuration.port = machine.bmcPort
        configuration.tftpPort = machine.tftpPort
        configuration.disk = disk
        let seed = (seed ?? 0) &+ UInt64(index)
        configuration.settings.seed = seed
        let pdu = OutletServer.Configuration(
            host: machine.bmcHost, port: pduPortBase == 0 ? 0 : Int(pduPortBase) + index, name: machine.name)
        let chassis = FaultyChassis(SharedChassis(Self.outlet), faults: FaultInjector(faults, seed: seed))
        return try await OutletFedMachine.start(configuration, pdu: pdu, chassis: chassis)
    }

    private static var outlet: Chassis {
        var chassis = Chassis()
        chassis.isDrivenFromOutside = true
        return chassis
    }

    private func disk() throws -> [String: String] {
        var disk: [String: String] = [:]
        for text in diskFiles {
            let pair = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, pair[0].hasPrefix("/dev/") else {
                throw CommandError(
                    .usage, "\(text) is not like /dev/fs/ext2@wd0/boot/vmlinux=FILE", field: "--disk-file")
            }
            disk[pair[0]] = pair[1]
        }
        return disk
    }

    private static func describe(_ running: OutletFedMachine, _ machine: MachineConfiguration) -> Description {
        let pdu = running.pdu.configuration
        return Description(
            name: machine.name, address: machine.address.description, mac: machine.mac.description,
            console: Description.Console(host: machine.bmcHost, port: running.machine.consolePort),
            outlet: Description.Outlet(
                host: pdu.host, port: running.pdu.port, outlet: OutletFedMachine.outlet, model: pdu.model.name,
                community: pdu.community), stateDirectory: machine.directory)
    }
}
