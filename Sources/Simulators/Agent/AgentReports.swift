// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE

/// The bodies that the agent posts.
enum AgentReports {
    /// A report as JSON.
    static func encoded(_ report: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(report))
    }

    struct Begin: Encodable {
        var bootID: String

        private enum CodingKeys: String, CodingKey {
            case bootID = "boot_id"
        }
    }

    struct Progress: Encodable {
        var bootID: String
        var phase: String
        var permille: Int

        private enum CodingKeys: String, CodingKey {
            case bootID = "boot_id"
            case phase, permille
        }
    }

    struct Failed: Encodable {
        var bootID: String
        var code: String
        var reason: String

        private enum CodingKeys: String, CodingKey {
            case bootID = "boot_id"
            case code, reason
        }
    }

    struct Complete: Encodable {
        struct Disk: Encodable {
            var name: String
            var serial: String
            var sizeBytes: Int64
        }

        var bootID: String
        var disk: Disk
        var sha256: String

        private enum CodingKeys: String, CodingKey {
            case bootID = "boot_id"
            case disk, sha256
        }

        init(bootID: String, disk: SimulatedDisk, sha256: String) {
            self.bootID = bootID
            self.disk = Disk(name: disk.name, serial: disk.serial, sizeBytes: disk.sizeBytes)
            self.sha256 = sha256
        }
    }

    struct Inventory: Encodable {
        struct Processor: Encodable {
            var model: String
            var count: Int
        }
        struct Disk: Encodable {
            var name: String
            var sizeBytes: Int64
            var serial: String
            var wwn: String
            var model: String
        }
        struct Interface: Encodable {
            var name: String
            var mac: String
            var speedMbps: Int
            var boot: Bool
        }
        struct Identity: Encodable {
            var vendor: String
            var product: String
            var serial: String
        }

        var bootID: String
        var arch = "x86_64"
        var firmware: String
        var cpu: Processor
        var memoryBytes: Int64
        var disks: [Disk]
        var nics: [Interface]
        var dmi: Identity

        private enum CodingKeys: String, CodingKey {
            case arch, firmware, cpu, memoryBytes, disks, nics, dmi
            case bootID = "boot_id"
        }

        init(bootID: String, configuration: MachineConfiguration) {
            self.bootID = bootID
            firmware = configuration.firmware.kind.rawValue
            cpu = Processor(model: "Simulated processor", count: configuration.processors)
            memoryBytes = configuration.memoryBytes
            disks = configuration.disks.map {
                Disk(name: $0.name, sizeBytes: $0.sizeBytes, serial: $0.serial, wwn: $0.wwn, model: $0.model)
            }
            nics = [Interface(name: "eth0", mac: configuration.mac.description, speedMbps: 1_000, boot: true)]
            dmi = Identity(vendor: "Ingot", product: "Simulated machine", serial: configuration.serial)
        }
    }
}

extension MachineConfiguration {
    /// The machine's serial number, the same in its BMC and in its firmware's tables.
    var serial: String { "SIM-\(name)" }
}
