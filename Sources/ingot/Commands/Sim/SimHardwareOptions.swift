// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import Simulators

extension FirmwareKind: ExpressibleByArgument {}
extension BMCKind: ExpressibleByArgument {}

/// What simulated machines are made of.
struct SimHardwareOptions: ParsableArguments {
    @Option(help: "bios, uefi or uefi-http.")
    var firmware = FirmwareKind.bios

    @Option(help: ArgumentHelp("The firmware's boot order.", valueName: "network,disk"))
    var order = BootOrder(devices: [.network, .disk])

    @Option(help: "Number of disks of each machine.")
    var disks = 1

    @Option(help: ArgumentHelp("Capacity of each disk.", valueName: "size"))
    var diskSize = ByteCount(bytes: 32 << 30)

    @Option(help: ArgumentHelp("How long the firmware's self-test takes.", valueName: "s"))
    var postTime = 0.2

    func validate() throws {
        guard (0...3_600).contains(postTime) else { throw ValidationError("--post-time must be 0 to 3600 seconds") }
    }

    /// Takes the options over into a machine.
    func apply(to machine: inout MachineConfiguration) {
        machine.firmware = firmware
        machine.bootOrder = order.devices
        machine.timing.post = .seconds(postTime)
    }
}

/// A boot order on the command line: `network,disk`.
struct BootOrder: ExpressibleByArgument, Equatable {
    var devices: [BootDevice]

    init(devices: [BootDevice]) {
        self.devices = devices
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        devices = words.compactMap { BootDevice(rawValue: String($0)) }
        guard devices.count == words.count, Set(devices).count == devices.count else { return nil }
    }

    var defaultValueDescription: String { devices.map(\.rawValue).joined(separator: ",") }
}
