// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Dispatch
import Foundation
import IPMISimulator
import PXE
import Synchronization

/// A BMC of `IPMISimulator` in this process: its orders reach the machine, and the machine takes the boot override.
final class BuiltInBMC: MachineBMC {
    let host: String
    let passwordFile: String
    private let server: IPMIServer
    private let chassis: SharedChassis
    private let sequence: PowerSequence
    private let hasVanished = Mutex(false)

    /// Counts what changes the power, so that the machine does not overrule what came after.
    private final class PowerSequence: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func next() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    var port: Int { server.port }
    var user: String { SimulatedBMC.user }
    var pid: Int32 { getpid() }
    let quirks: [String]
    var isRunning: Bool { !hasVanished.withLock { $0 } }

    private init(
        host: String, passwordFile: String, server: IPMIServer, chassis: SharedChassis, sequence: PowerSequence,
        quirks: [String]
    ) {
        self.quirks = quirks
        self.host = host
        self.passwordFile = passwordFile
        self.server = server
        self.chassis = chassis
        self.sequence = sequence
    }

    /// Starts the BMC of a machine that is off.
    ///
    /// - Parameter onEvent: called for each order that was carried out, in order.
    /// - Throws: `SimulatorError` when the port cannot be bound.
    static func start(
        _ machine: MachineConfiguration, onEvent: @escaping @Sendable (ChassisEvent) -> Void
    ) async throws -> BuiltInBMC {
        let passwordFile = machine.directory + "/bmc.password"
        let password = try SimulatedBMC.makePassword(passwordFile)
        let log = LineLog(path: machine.directory + "/bmc.log")
        // Orders come on the BMC's event loop, which must not wait for a file.
        let writer = DispatchQueue(label: "dev.ingot.sim.bmc-log")
        let sequence = PowerSequence()
        let chassis = SharedChassis(chassis(of: machine))
        chassis.onAction { action in
            for kind in events(of: action) {
                writer.async { log.append("set \(kind.logged)") }
                onEvent(ChassisEvent(kind, sequence: sequence.next()))
            }
        }
        chassis.onStall { onEvent(ChassisEvent(.stall, sequence: sequence.value)) }
        var configuration = IPMIServer.Configuration(
            host: machine.bmcHost, port: machine.bmcPort, user: SimulatedBMC.user, password: password,
            commandOverride: { request in
                // Only noted; the BMC itself answers.
                if let text = bootOrder(request) { writer.async { log.append("set boot \(text)") } }
                return nil
            })
        if let name = machine.bmcProfile {
            guard let profile = IPMIProfile(named: name) else {
                throw SimulatorError.invalid(field: "BMC profile", reason: "there is no \(name)")
            }
            configuration = chassis.withChassis { [configuration] chassis, _ in
                var configuration = configuration
                profile.apply(to: &configuration, identity: &chassis.identity)
                return configuration
            }
        }
        do {
            let server = try await IPMIServer.start(configuration, chassis: chassis)
            return BuiltInBMC(
                host: machine.bmcHost, passwordFile: passwordFile, server: server, chassis: chassis,
                sequence: sequence, quirks: configuration.behaviours.map(\.rawValue).sorted())
        } catch {
            throw SimulatorError.network(error.description)
        }
    }

    func stop() async {
        vanish()
        await server.stop()
    }

    func vanish() {
        hasVanished.withLock { $0 = true }
        server.vanish()
    }

    func takeBootOverride() -> BootOverride {
        switch chassis.withChassis({ chassis, now in chassis.takeBootOverride(at: now).target }) {
        case .pxe, .http: .pxe
        case .disk: .disk
        case .cd: .cdrom
        case .setup: .bios
        case .none, .usb, .diagnostic, .safe, .floppy: .none
        }
    }

    func recordPowerDown(after number: Int) {
        chassis.withChassis { [sequence] chassis, now in
            if sequence.value == number { chassis.losePower(at: now) }
        }
    }

    /// The same machine as the BMC tells it; power changes at once, since the machine itself takes its time.
    private static func chassis(of machine: MachineConfiguration) -> Chassis {
        var hardware = Hardware(
            processors: 1, coresPerProcessor: machine.processors, memoryBytes: machine.memoryBytes,
            firmwareMode: machine.firmware.kind == .uefi ? .uefi : .legacy)
        hardware.networkInterfaces = [NetworkInterface(name: "NIC.1", mac: Array(machine.mac.octets))]
        hardware.disks = machine.disks.map {
            Disk(name: $0.name, serial: $0.serial, wwn: $0.wwn, sizeBytes: $0.sizeBytes, model: $0.model)
        }
        var chassis = Chassis(
            identity: Identity(serial: machine.serial), hardware: hardware,
            timing: ChassisTiming(on: .zero, off: .zero, cyclePause: .zero, post: machine.timing.post))
        chassis.isDrivenFromOutside = true
        return chassis
    }

    private static func events(of action: PowerAction) -> [ChassisEvent.Kind] {
        switch action {
        case .on: [.power(true)]
        case .off: [.power(false)]
        case .softOff: [.shutdown]
        case .cycle: [.power(false), .power(true)]
        case .reset: [.reset]
        case .nmi: []
        }
    }

    /// The device of a Set System Boot Options with boot flags, as `bmc.log` names it.
    private static func bootOrder(_ request: IPMIRequest) -> String? {
        let data = request.data
        guard request.networkFunction == 0, request.command == 0x08, data.count == 6, data[0] & 0x7F == 5 else {
            return nil
        }
        guard data[1] & 0x80 != 0 else { return "none" }
        return switch data[2] >> 2 & 0x0F {
        case 0x0: "none"
        case 0x1: "pxe"
        case 0x2, 0x9, 0xB: "disk"
        case 0x5, 0x8: "cdrom"
        case 0x6: "bios"
        default: "other"
        }
    }
}

extension ChassisEvent {
    init(_ kind: Kind, sequence: Int) {
        self.kind = kind
        self.sequence = sequence
    }
}

extension ChassisEvent.Kind {
    /// As `bmc.log` has it.
    fileprivate var logged: String {
        switch self {
        case .power(let isOn): "power \(isOn ? 1 : 0)"
        case .reset: "reset 1"
        case .shutdown: "shutdown 1"
        case .stall: "stall 1"
        case .boot(let name): "boot \(name)"
        }
    }
}
