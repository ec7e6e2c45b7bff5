// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import Foundation
private import OutletSimulator
private import PMONSimulator

/// A board with PMON as a target: its outlet is the endpoint, its console is `{console}` in a configuration. The truth is
/// that of the outlet; a boot order is nowhere but in the driver until the firmware is told.
struct PMONTarget: SimulatedTarget {
    let name = "loongson-pmon"
    var features: Set<TargetFeature> { Self.entry.features }
    let endpoint: Endpoint
    let chassis: SharedChassis
    let faults: FaultInjector
    private let board: OutletFedMachine

    static let entry = TargetCatalogue.Entry(
        features: [.datagram, .snmp, .firmware, .faults, .truth, .requests], start: { try await PMONTarget($0) })

    private init(_ options: TargetOptions) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ingot-kit-\(UUID().uuidString)")
            .path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let kernel = directory + "/vmlinux"
        try Data(StandInKernel.bytes).write(to: URL(filePath: kernel))
        chassis = SharedChassis(options.chassis)
        faults = FaultInjector(options.faults, seed: options.seed)
        var configuration = PMONMachine.Configuration(directory: directory)
        configuration.host = options.host
        configuration.settings.timing = .quick
        configuration.settings.seed = options.seed
        configuration.emulator = nil
        configuration.disk["/dev/fs/ext2@wd0/boot/vmlinux"] = kernel
        do {
            board = try await OutletFedMachine.start(
                configuration,
                pdu: OutletServer.Configuration(host: options.host, port: options.port, community: options.password),
                chassis: FaultyChassis(chassis, faults: faults))
        } catch {
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        endpoint = Endpoint(
            host: options.host, port: board.pdu.port, user: options.user, password: options.password,
            more: ["console": "\(host):\(board.machine.consolePort)"])
    }

    func statistics() async -> TargetStatistics {
        let statistics = board.pdu.statistics
        return TargetStatistics(loginsFailed: statistics.refused, requests: statistics.datagramsIn)
    }

    func operate(_ action: PowerAction) {
        _ = chassis.perform(action)
        board.machine.setOutlet(on: action != .off && action != .softOff)
    }

    func losePower() { board.losePower() }

    func hasStartedSystem() async -> Bool? { board.machine.status.hasStartedSystem }

    func stop() async {
        await board.stop()
        try? FileManager.default.removeItem(atPath: board.machine.configuration.directory)
    }
}
