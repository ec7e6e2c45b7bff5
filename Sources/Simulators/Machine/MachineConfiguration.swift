// SPDX-License-Identifier: Apache-2.0
public import PXE

/// Everything that makes one simulated machine.
public struct MachineConfiguration: Sendable {
    /// Its name.
    public var name: String
    /// The MAC address of its network interface.
    public var mac: MACAddress
    /// Its own address in 127.0.0.0/8, from which it speaks before it has a lease and as its own relay agent.
    public var address: IPv4Address
    /// Absolute path of its state directory.
    public var directory: String
    /// The firmware.
    public var firmware = FirmwareKind.bios
    /// The firmware's boot order.
    public var bootOrder: [BootDevice] = [.network, .disk]
    /// The disks, the first one first.
    public var disks: [SimulatedDisk]
    /// Memory in bytes.
    public var memoryBytes: Int64 = 16 << 30
    /// Number of processors.
    public var processors = 8
    /// Which BMC it has.
    public var bmcKind = BMCKind.openIPMI
    /// Whose BMC Ingot's own is like, by its name in `IPMIProfile`; nil for one by the specification.
    public var bmcProfile: String?
    /// IPv4 address that the BMC listens on.
    public var bmcHost = "127.0.0.1"
    /// UDP port that the BMC listens on; 0 picks a free one.
    public var bmcPort = 0
    /// Host of the DHCP server.
    public var dhcpHost = "127.0.0.1"
    /// Port of the DHCP server.
    public var dhcpPort = 67
    /// Port of the TFTP server.
    public var tftpPort = 69
    /// How long things take.
    public var timing = MachineTiming()
    /// Trouble to make.
    public var faults = MachineFaults()

    /// Describes a machine with one disk, named after it.
    public init(name: String, mac: MACAddress, address: IPv4Address, directory: String, diskBytes: Int64 = 32 << 30) {
        self.name = name
        self.mac = mac
        self.address = address
        self.directory = directory
        disks = Self.disks(name: name, mac: mac, count: 1, bytes: diskBytes)
    }

    /// Disks `sda`, `sdb`, … with serial numbers `SIM-NAME-0`, `SIM-NAME-1`, ….
    public static func disks(name: String, mac: MACAddress, count: Int, bytes: Int64) -> [SimulatedDisk] {
        (0..<count).map { index in
            let wwn = "0x5" + String(mac.value &+ UInt64(index) << 40 | 1 << 59, radix: 16).suffix(15)
            return SimulatedDisk(
                name: "sd" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(clamping: index))), sizeBytes: bytes,
                serial: "SIM-\(name)-\(index)", wwn: wwn)
        }
    }
}

/// How long the steps of a simulated machine take.
public struct MachineTiming: Sendable {
    /// The firmware's self-test.
    public var post = Duration.milliseconds(200)
    /// The pause after which a machine without a bootable device tries again.
    public var bootRetry = Duration.seconds(5)
    /// The operating system's way down after a soft power-off.
    public var shutdown = Duration.milliseconds(200)
    /// How long DHCP waits for an answer to each packet before it is sent again; the last wait ends the attempt.
    public var dhcpWaits: [Duration] = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8)]
    /// The first and the longest pause before the agent repeats a request that found no server.
    public var agentPause = (first: Duration.milliseconds(100), longest: Duration.seconds(5))
    /// For how long the agent repeats a request before it gives up.
    public var agentPatience = Duration.seconds(600)
    /// The longest that iPXE's `sleep` takes.
    public var longestSleep = Duration.seconds(10)

    /// The times of a fast machine.
    public init() {}
}
