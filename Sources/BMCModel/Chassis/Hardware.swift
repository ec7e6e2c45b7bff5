// SPDX-License-Identifier: Apache-2.0

/// A network interface of a machine.
public struct NetworkInterface: Sendable, Equatable {
    public var name: String
    /// Six bytes.
    public var mac: [UInt8]
    public var speedMbps: Int

    public init(name: String, mac: [UInt8], speedMbps: Int = 10_000) {
        self.name = name
        self.mac = mac
        self.speedMbps = speedMbps
    }

    /// Such as `52:54:00:12:34:56`.
    public var macText: String {
        mac.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: ":")
    }
}

/// A disk of a machine.
public struct Disk: Sendable, Equatable {
    public var name: String
    public var serial: String
    public var wwn: String
    public var sizeBytes: Int64
    public var model: String

    public init(name: String, serial: String, wwn: String = "", sizeBytes: Int64 = 480_103_981_056, model: String = "")
    {
        self.name = name
        self.serial = serial
        self.wwn = wwn
        self.sizeBytes = sizeBytes
        self.model = model
    }
}

/// What a machine is made of.
public struct Hardware: Sendable, Equatable {
    public var processors: Int
    public var coresPerProcessor: Int
    public var processorModel: String
    public var memoryBytes: Int64
    public var memoryModules: Int
    public var networkInterfaces: [NetworkInterface]
    public var disks: [Disk]
    /// `x86_64`, `aarch64`, `loongarch64`, `mips64el`.
    public var architecture: String
    /// How its firmware boots when nothing else is asked for.
    public var firmwareMode: BootMode

    public init(
        processors: Int = 2, coresPerProcessor: Int = 16, processorModel: String = "Simulated CPU 2.40GHz",
        memoryBytes: Int64 = 137_438_953_472, memoryModules: Int = 8,
        networkInterfaces: [NetworkInterface] = [
            NetworkInterface(name: "NIC.1", mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56]),
            NetworkInterface(name: "NIC.2", mac: [0x52, 0x54, 0, 0x12, 0x34, 0x57]),
        ],
        disks: [Disk] = [Disk(name: "Disk.1", serial: "SIMDISK1", wwn: "0x5000c500a1b2c3d4", model: "Simulated SSD")],
        architecture: String = "x86_64", firmwareMode: BootMode = .uefi
    ) {
        self.processors = processors
        self.coresPerProcessor = coresPerProcessor
        self.processorModel = processorModel
        self.memoryBytes = memoryBytes
        self.memoryModules = memoryModules
        self.networkInterfaces = networkInterfaces
        self.disks = disks
        self.architecture = architecture
        self.firmwareMode = firmwareMode
    }
}
