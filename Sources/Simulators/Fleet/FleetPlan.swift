// SPDX-License-Identifier: Apache-2.0
public import PXE

/// Names, addresses and ports of several simulated machines.
public struct FleetPlan: Sendable {
    /// How many machines.
    public var count = 1
    /// What their names begin with; one machine alone has the bare name.
    public var name = "sim"
    /// Directory that gets a directory per machine.
    public var directory: String
    /// The network within 127.0.0.0/8 that they take their addresses from.
    public var subnet: IPv4Subnet
    /// The host number of the first machine; those below are left to servers.
    public var firstHost = 11
    /// Port of the first BMC, the others follow; 0 picks free ones.
    public var bmcPortBase = 0
    /// Number of disks of each machine.
    public var disks = 1
    /// Capacity of each disk in bytes.
    public var diskBytes: Int64 = 32 << 30

    /// A plan for one machine.
    public init(directory: String, subnet: IPv4Subnet) {
        self.directory = directory
        self.subnet = subnet
    }

    /// The machines.
    ///
    /// - Parameter adjust: changes what the plan does not say.
    /// - Throws: `SimulatorError.invalid` naming the field that does not fit.
    public func machines(adjust: (inout MachineConfiguration) -> Void = { _ in }) throws -> [MachineConfiguration] {
        guard (1...1_000).contains(count) else { throw invalid("count", "\(count) is not within 1 to 1000") }
        guard subnet.network.isLoopback, subnet.prefixLength >= 8 else {
            throw invalid("subnet", "\(subnet) is not within 127.0.0.0/8")
        }
        let hosts = (UInt64(1) << UInt64(32 - subnet.prefixLength)) - 2
        guard subnet.prefixLength <= 30, hosts >= UInt64(count + firstHost - 1) else {
            throw invalid("subnet", "\(subnet) has fewer than \(count) host addresses from number \(firstHost) on")
        }
        guard bmcPortBase == 0 || (1...65_536 - count).contains(bmcPortBase) else {
            throw invalid("BMC port", "\(bmcPortBase) and the \(count - 1) after it are not all ports")
        }
        guard (1...26).contains(disks), diskBytes > 0 else {
            throw invalid("disks", "1 to 26 disks of more than 0 bytes are possible")
        }
        let allowed = name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isAlphanumeric($0) }
        guard allowed, (1...40).contains(name.utf8.count) else {
            throw invalid("name", "\(name) must be 1 to 40 letters, digits or hyphens")
        }
        return (1...count).map { index in
            let address = IPv4Address(value: subnet.network.value &+ UInt32(firstHost + index - 1))
            let mac = MACAddress(value: 0x5254_0000_0000 | UInt64(address.value & 0x00FF_FFFF))
            let name = count == 1 ? name : "\(name)\(index)"
            var machine = MachineConfiguration(
                name: name, mac: mac, address: address, directory: "\(directory)/\(name)")
            machine.disks = MachineConfiguration.disks(name: name, mac: mac, count: disks, bytes: diskBytes)
            machine.bmcPort = bmcPortBase == 0 ? 0 : bmcPortBase + index - 1
            adjust(&machine)
            return machine
        }
    }

    private func isAlphanumeric(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private func invalid(_ field: String, _ reason: String) -> SimulatorError {
        .invalid(field: field, reason: reason)
    }
}
