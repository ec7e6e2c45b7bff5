// SPDX-License-Identifier: Apache-2.0

/// Which version of each of DMTF's schemas (DSP8010) the resources follow.
enum SchemaVersion {
    static let all: [String: String] = [
        "AccountService": "v1_15_0", "ActionInfo": "v1_4_0", "Bios": "v1_2_1", "BootOption": "v1_0_5",
        "Certificate": "v1_8_0", "CertificateLocations": "v1_0_4",
        "CertificateService": "v1_0_4", "Chassis": "v1_25_0", "ComputerSystem": "v1_22_0",
        "Drive": "v1_19_0", "EnvironmentMetrics": "v1_3_1", "EthernetInterface": "v1_11_0", "Event": "v1_10_0",
        "EventDestination": "v1_14_0", "EventService": "v1_10_1", "Fan": "v1_5_1", "JsonSchemaFile": "v1_1_4",
        "LogEntry": "v1_16_0", "LogService": "v1_7_0", "Manager": "v1_19_0", "ManagerAccount": "v1_12_0",
        "ManagerNetworkProtocol": "v1_10_0", "Memory": "v1_19_0", "PCIeDevice": "v1_16_0", "MessageRegistry": "v1_6_2",
        "MessageRegistryFile": "v1_1_3", "Power": "v1_7_2", "PowerSubsystem": "v1_1_2", "PowerSupply": "v1_6_0",
        "PrivilegeRegistry": "v1_1_4", "Processor": "v1_19_0", "Role": "v1_3_2", "SecureBoot": "v1_1_1",
        "Sensor": "v1_9_0", "ServiceRoot": "v1_17_0", "Session": "v1_7_0", "SessionService": "v1_1_9",
        "SoftwareInventory": "v1_10_1", "Storage": "v1_16_0", "Task": "v1_7_3", "TaskService": "v1_2_0",
        "Thermal": "v1_7_2", "ThermalMetrics": "v1_3_1", "ThermalSubsystem": "v1_3_1", "UpdateService": "v1_14_0",
        "VirtualMedia": "v1_6_3",
    ]

    /// Such as `#ComputerSystem.v1_22_0.ComputerSystem`.
    static func type(_ name: String) -> JSON {
        .string(all[name].map { "#\(name).\($0).\(name)" } ?? "#\(name).\(name)")
    }

    /// Where DMTF publishes the JSON schema of a type such as `#ComputerSystem.v1_22_0.ComputerSystem`.
    static func address(ofType type: String) -> String {
        let parts = type.drop { $0 == "#" }.split(separator: ".")
        return "http://redfish.dmtf.org/schemas/v1/\(parts.dropLast().joined(separator: ".")).json"
    }
}

extension JSON {
    /// A resource with the members that every resource has, and its own.
    static func resource(_ type: String, _ path: String, id: String? = nil, name: String, _ own: JSON) -> JSON {
        let id = id ?? path.split(separator: "/").last.map(String.init) ?? ""
        let head: JSON = [
            "@odata.type": SchemaVersion.type(type), "@odata.id": .string(path), "Id": .string(id),
            "Name": .string(name),
        ]
        return .object(head.members + own.members)
    }

    /// A collection of links.
    static func collection(_ type: String, _ path: String, name: String, _ members: [String]) -> JSON {
        collection(type, path, name: name, resources: members.map(JSON.link))
    }

    /// A collection that shows its members whole.
    static func collection(_ type: String, _ path: String, name: String, resources: [JSON]) -> JSON {
        [
            "@odata.type": SchemaVersion.type(type + "Collection"), "@odata.id": .string(path), "Name": .string(name),
            "Members@odata.count": .integer(Int64(resources.count)), "Members": .array(resources),
        ]
    }

    static func texts(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }
}
