// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Dispatch
import Foundation
import PXE
import Simulators

/// `ingot sim machine`.
struct SimMachine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "Run simulated machines: servers with BMCs that answer IPMI, and Loongson's boards.",
        discussion: """
            Prints one line of JSON per machine when all of them are ready, then runs until SIGTERM or SIGINT. The \
            machines are off at first. They need no privileges: they reach the DHCP server on loopback as their own \
            relay agents. What they do is in machine.log, disk.log and bmc.log of their state directories.

            --kind loongson-ls2k is a server behind Loongson's 2K BMC. --kind loongson-pmon is a board without a BMC: \
            its firmware PMON on a TCP console, and a PDU whose outlet 1 feeds it; `g` starts kernels in \
            qemu-system-mips64el. There --bmc-host and --bmc-port-base are where the consoles are, and --tftp-port is \
            the port that `load tftp://…` asks.
            """)

    @Option(help: "server, loongson-ls2k or loongson-pmon.")
    var kind = SimMachineKind.server

    @Option(help: "Number of machines.")
    var count = 1

    @Option(help: "Name of one machine, or what the names of several begin with.")
    var name = "sim"

    @Option(help: ArgumentHelp("Directory that gets a directory per machine.", valueName: "directory"))
    var stateDir = "sim"

    @Option(help: ArgumentHelp("The DHCP server.", valueName: "host:port"))
    var dhcp = HostPort(host: "127.0.0.1", port: 67)

    @Option(help: ArgumentHelp("The TFTP server's port.", valueName: "port"))
    var tftpPort: UInt16 = 69

    @Option(help: ArgumentHelp("Network of the machines' addresses, within 127.0.0.0/8.", valueName: "network"))
    var subnetBase = "127.77.0.0/24"

    @Option(help: "The BMCs: built-in (Ingot's own) or openipmi (ipmi_sim of Debian's package openipmi).")
    var bmc = BMCKind.openIPMI

    @Option(help: ArgumentHelp("IPv4 address of the BMCs.", valueName: "address"))
    var bmcHost = "127.0.0.1"

    @Option(help: ArgumentHelp("Port of the first BMC; 0 picks free ones.", valueName: "port"))
    var bmcPortBase: UInt16 = 0

    @OptionGroup(title: "Hardware") var hardware: SimHardwareOptions
    @OptionGroup(title: "Trouble") var trouble: SimFaultOptions
    @OptionGroup(title: "loongson-pmon") var pmon: SimPMONOptions

    func validate() throws {
        guard kind == .loongsonPMON || !pmon.isUsed else {
            throw ValidationError("--pdu-port-base, --disk-file, --fault and --seed are for --kind loongson-pmon")
        }
    }

    func run() async throws {
        let configurations = try machines()
        signal(SIGPIPE, SIG_IGN)
        let stop = StopSignal()
        do {
            if kind == .loongsonPMON { return try await pmon.run(configurations, until: stop) }
            let fleet = try await SimulatedFleet.start(configurations)
            for machine in fleet.machines { Output.standard.line(try Self.line(machine.description)) }
            await stop.wait()
            await fleet.stop()
        } catch let error as SimulatorError {
            throw CommandError(.local, error.description)
        }
    }

    /// The machines that the options describe.
    func machines() throws -> [MachineConfiguration] {
        guard let subnet = IPv4Subnet(subnetBase) else {
            throw CommandError(.usage, "\(subnetBase) is no network like 127.77.0.0/24", field: "--subnet-base")
        }
        var plan = FleetPlan(directory: URL(fileURLWithPath: stateDir).standardizedFileURL.path, subnet: subnet)
        plan.count = count
        plan.name = name
        plan.bmcPortBase = Int(bmcPortBase)
        plan.disks = hardware.disks
        plan.diskBytes = hardware.diskSize.bytes
        do {
            return try plan.machines { machine in
                machine.bmcKind = kind == .loongsonLS2K ? .builtIn : bmc
                machine.bmcProfile = kind == .loongsonLS2K ? kind.rawValue : nil
                machine.bmcHost = bmcHost
                machine.dhcpHost = dhcp.host
                machine.dhcpPort = dhcp.port
                machine.tftpPort = Int(tftpPort)
                hardware.apply(to: &machine)
                machine.faults = trouble.faults
            }
        } catch let error as SimulatorError {
            throw CommandError(.usage, error.description)
        }
    }

    static func line(_ description: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(description), as: UTF8.self)
    }
}
