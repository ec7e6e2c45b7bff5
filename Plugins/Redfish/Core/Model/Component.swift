// SPDX-License-Identifier: Apache-2.0

/// The parts of a machine as `ingot.inventory/1` tells them, made from the resources that describe them.
enum Component {
    /// A part by its kind; the id is the path below the service, which is the same from call to call.
    static func make(_ kind: String, _ resource: Resource, _ more: KeyValuePairs<String, JSON?> = [:]) -> JSON {
        var members: [String: JSON] = ["kind": .string(kind), "id": .string(id(of: resource.path))]
        let json = resource.json
        let texts: KeyValuePairs<String, JSON?> = [
            "name": json["Name"], "vendor": json["Manufacturer"], "model": json["Model"],
            "serial": json["SerialNumber"], "firmware": json["FirmwareVersion"],
        ]
        for (name, value) in texts { members[name] = .text(value?.trimmedText) }
        for (name, value) in more { members[name] = value ?? members[name] }
        return .object(members)
    }

    static func id(of path: String) -> String {
        let prefix = "/redfish/v1/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// A part that is listed and not there.
    static func isAbsent(_ resource: Resource) -> Bool { resource["Status", "State"]?.text == "Absent" }

    static func system(_ system: Resource, architecture: JSON?, secureBoot: Bool?) -> JSON {
        make(
            "system", system,
            [
                "uuid": .text(system["UUID"]?.trimmedText), "asset_tag": .text(system["AssetTag"]?.trimmedText),
                "firmware": .text(system["BiosVersion"]?.trimmedText), "architecture": architecture,
                "boot_mode": .text(system["Boot", "BootSourceOverrideMode"]?.text?.lowercased()),
                "secure_boot": secureBoot.map { $0 ? "enabled" : "disabled" },
                "health": .text(system["Status", "Health"]?.text?.lowercased()),
            ])
    }

    static func chassis(_ chassis: Resource) -> JSON {
        make(
            "chassis", chassis,
            [
                "power": .text(chassis["PowerState"]?.text?.lowercased()),
                "intrusion": .text(chassis["PhysicalSecurity", "IntrusionSensor"]?.text?.lowercased()),
                "asset_tag": .text(chassis["AssetTag"]?.trimmedText),
            ])
    }

    static func bmc(_ manager: Resource, interface: Resource?) -> JSON {
        make(
            "bmc", manager,
            [
                "mac": .text(interface.flatMap(mac)),
                "address": .text(interface?["IPv4Addresses"]?.array?.first?["Address"]?.trimmedText),
            ])
    }

    static func processor(_ processor: Resource) -> JSON {
        make(
            processor["ProcessorType"]?.text ?? "CPU" == "CPU" ? "cpu" : "board", processor,
            [
                "cores": .whole(processor["TotalCores"]?.integer),
                "threads": .whole(processor["TotalThreads"]?.integer),
                "mhz": .whole((processor["OperatingSpeedMHz"] ?? processor["MaxSpeedMHz"])?.integer),
                "architecture": architecture(of: processor),
            ])
    }

    /// `x86-64` and the like, in the words the Linux kernel uses.
    static func architecture(of processor: Resource) -> JSON? {
        switch processor["InstructionSet"]?.text ?? processor["ProcessorArchitecture"]?.text {
        case "x86-64", "x86": "x86_64"
        case "ARM-A64", "ARM": "aarch64"
        case "MIPS64", "MIPS": "mips64"
        case let other?: .string(other.lowercased())
        case nil: nil
        }
    }

    static func memory(_ memory: Resource) -> JSON {
        let size = memory["CapacityMiB"]?.integer.flatMap { (0..<1 << 40).contains($0) ? $0 << 20 : nil }
        return make(
            "memory", memory,
            [
                "size_bytes": .whole(size), "speed_mhz": .whole(memory["OperatingSpeedMhz"]?.integer),
                "slot": .text(memory["DeviceLocator"]?.trimmedText),
                "vendor": .text(memory["Manufacturer"]?.trimmedText),
                "model": .text(memory["PartNumber"]?.trimmedText),
            ])
    }

    static func nic(_ interface: Resource) -> JSON {
        make(
            "nic", interface,
            [
                "mac": .text(mac(interface)), "speed_mbps": .whole(interface["SpeedMbps"]?.integer),
                "link": link(interface["LinkStatus"]?.text),
            ])
    }

    static func mac(_ interface: Resource) -> String? {
        let text =
            interface["PermanentMACAddress"]?.trimmedText ?? interface["MACAddress"]?.trimmedText
            ?? interface["Ethernet", "PermanentMACAddress"]?.trimmedText
            ?? interface["Ethernet", "MACAddress"]?.trimmedText
        let digits = (text ?? "").filter(\.isHexDigit).lowercased()
        guard digits.count == 12, digits != "000000000000" else { return nil }
        return stride(from: 0, to: 12, by: 2).map { String(digits.dropFirst($0).prefix(2)) }.joined(separator: ":")
    }

    private static func link(_ status: String?) -> JSON? {
        switch status {
        case "LinkUp", "Up": "up"
        case "LinkDown", "NoLink", "Down": "down"
        default: nil
        }
    }

    static func drive(_ drive: Resource) -> JSON {
        let identifiers = drive["Identifiers"]?.array ?? []
        let wwn = identifiers.first { ["NAA", "EUI", "NGUID", "FC_WWN"].contains($0["DurableNameFormat"]?.text) }
        let isNVMe = drive["Protocol"]?.text == "NVMe"
        return make(
            "disk", drive,
            [
                "size_bytes": .whole(drive["CapacityBytes"]?.integer),
                "wwn": .text(wwn?["DurableName"]?.trimmedText?.lowercased()),
                "media": isNVMe ? "nvme" : .text(drive["MediaType"]?.text?.lowercased()),
                "bus": .text(drive["Protocol"]?.text?.lowercased()), "firmware": .text(drive["Revision"]?.trimmedText),
            ])
    }

    static func firmware(_ item: Resource) -> JSON {
        make("firmware", item, ["firmware": .text(item["Version"]?.trimmedText)])
    }
}
