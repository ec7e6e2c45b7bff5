// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// A name as it can stand in a path.
    static func identifier(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }

    private static let fine: JSON = ["State": "Enabled", "Health": "OK"]

    /// What the system is made of: processors, memory, network interfaces, drives.
    static func partRoutes(_ profile: RedfishProfile) -> [Route] {
        var routes = processorRoutes(profile) + memoryRoutes(profile) + networkRoutes(profile)
        if profile.hasStorage { routes += storageRoutes(profile) }
        return routes
    }

    private static func processorRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/Processors"
        @Sendable func id(_ number: Int) -> String { "\(profile.processorPrefix)\(number)" }
        return [
            Route(path) { _, exchange in
                .collection(
                    "Processor", path, name: "Processors",
                    (0..<max(0, exchange.machine.hardware.processors)).map { "\(path)/\(id($0 + 1))" })
            },
            Route("\(path)/{processor}") { _, exchange in
                let hardware = exchange.machine.hardware
                guard
                    let number = (0..<max(0, hardware.processors)).first(where: { id($0 + 1) == exchange["processor"] })
                else { return nil }
                let set = Self.instructionSet(hardware.architecture)
                return .resource(
                    "Processor", "\(path)/\(id(number + 1))", name: "Processor",
                    [
                        "Socket": .string("CPU \(number + 1)"), "ProcessorType": "CPU",
                        "Model": .string(hardware.processorModel), "Manufacturer": "Simulated",
                        "ProcessorArchitecture": .string(set.0), "InstructionSet": .string(set.1),
                        "TotalCores": .integer(Int64(hardware.coresPerProcessor)),
                        "TotalThreads": .integer(Int64(hardware.coresPerProcessor * 2)), "MaxSpeedMHz": 2400,
                        "Status": Self.fine,
                    ])
            },
        ]
    }

    private static func instructionSet(_ architecture: String) -> (String, String) {
        switch architecture {
        case "x86_64": ("x86", "x86-64")
        case "aarch64": ("ARM", "ARM-A64")
        case "mips64el": ("MIPS", "MIPS64")
        default: ("OEM", "OEM")
        }
    }

    private static func memoryRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/Memory"
        @Sendable func id(_ number: Int) -> String { "\(profile.memoryPrefix)\(number)" }
        return [
            Route(path) { _, exchange in
                .collection(
                    "Memory", path, name: "Memory Modules",
                    (0..<max(0, exchange.machine.hardware.memoryModules)).map { "\(path)/\(id($0 + 1))" })
            },
            Route("\(path)/{module}") { _, exchange in
                let hardware = exchange.machine.hardware
                let modules = max(0, hardware.memoryModules)
                guard let number = (0..<modules).first(where: { id($0 + 1) == exchange["module"] }) else { return nil }
                return .resource(
                    "Memory", "\(path)/\(id(number + 1))", name: "DIMM",
                    [
                        "DeviceLocator": .string("DIMM \(number + 1)"), "MemoryType": "DRAM",
                        "MemoryDeviceType": "DDR4", "Manufacturer": "Simulated",
                        "SerialNumber": .string("SIMDIMM\(number + 1)"), "PartNumber": "SIM-DIMM",
                        "CapacityMiB": .integer((hardware.memoryBytes >> 20) / Int64(max(1, modules))),
                        "OperatingSpeedMhz": 3200, "Status": Self.fine,
                    ])
            },
        ]
    }

    private static func networkRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/EthernetInterfaces"
        return [
            Route(path) { _, exchange in
                .collection(
                    "EthernetInterface", path, name: "Ethernet Interfaces",
                    exchange.machine.hardware.networkInterfaces.map { "\(path)/\(Self.identifier($0.name))" })
            },
            Route("\(path)/{interface}") { _, exchange in
                guard
                    let interface = exchange.machine.hardware.networkInterfaces.first(where: {
                        Self.identifier($0.name) == exchange["interface"]
                    })
                else { return nil }
                return .resource(
                    "EthernetInterface", "\(path)/\(Self.identifier(interface.name))", name: interface.name,
                    [
                        "MACAddress": .string(interface.macText), "PermanentMACAddress": .string(interface.macText),
                        "SpeedMbps": .integer(Int64(interface.speedMbps)), "FullDuplex": true, "InterfaceEnabled": true,
                        "LinkStatus": exchange.machine.power.hasPower ? "LinkUp" : "NoLink", "Status": Self.fine,
                    ])
            },
        ]
    }

    private static func storageRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/Storage"
        let controller = "\(path)/\(profile.storageID)"
        @Sendable func drive(_ disk: Disk) -> String { "\(controller)/Drives/\(Self.identifier(disk.name))" }
        return [
            Route(path) { _, _ in .collection("Storage", path, name: "Storage", [controller]) },
            Route(controller) { _, exchange in
                let disks = exchange.machine.hardware.disks
                return .resource(
                    "Storage", controller, name: "Storage Controller",
                    [
                        "StorageControllers": [
                            [
                                "@odata.id": .string("\(controller)#/StorageControllers/0"), "MemberId": "0",
                                "Name": "Controller", "Manufacturer": "Simulated", "Model": "HBA",
                                "FirmwareVersion": "1.0", "Status": Self.fine,
                            ]
                        ],
                        "Drives": .array(disks.map { .link(drive($0)) }),
                        "Drives@odata.count": .integer(Int64(disks.count)), "Status": Self.fine,
                    ])
            },
            Route("\(controller)/Drives/{drive}") { service, exchange in
                guard
                    let disk = exchange.machine.hardware.disks.first(where: {
                        Self.identifier($0.name) == exchange["drive"]
                    })
                else { return nil }
                let isNVMe = disk.model.lowercased().contains("nvme")
                let isDisk = disk.model.lowercased().contains("hdd")
                return .resource(
                    "Drive", drive(disk), name: disk.name,
                    [
                        "Manufacturer": "Simulated", "Model": .string(disk.model), "SerialNumber": .string(disk.serial),
                        "CapacityBytes": .integer(disk.sizeBytes), "BlockSizeBytes": 512,
                        "MediaType": isDisk ? "HDD" : "SSD", "Protocol": isNVMe ? "NVMe" : "SATA",
                        "Identifiers": disk.wwn.isEmpty
                            ? []
                            : [
                                [
                                    "DurableName": .string(
                                        disk.wwn.hasPrefix("0x") ? String(disk.wwn.dropFirst(2)) : disk.wwn),
                                    "DurableNameFormat": "NAA",
                                ]
                            ],
                        "Status": Self.fine, "Links": ["Chassis": .link(service.profile.chassisPath)],
                    ])
            },
        ]
    }
}
