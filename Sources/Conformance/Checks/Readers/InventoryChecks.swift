// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host

/// Check 38.
enum InventoryChecks {
    private static let kinds: Set<String> = [
        "system", "chassis", "bmc", "cpu", "memory", "nic", "disk", "psu", "fan", "pcie", "board", "fru", "firmware",
    ]

    static func inventory(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        if target.features.contains(.truth), !target.features.contains(.readers) {
            throw CheckStop.notApplicable("\(target.name) has no inventory")
        }
        let first = try await read(device)
        let second = try await read(device)
        let names = Set(first.map(key))
        try require(names.count == first.count, "no two components have the same kind and id", duplicate(first))
        try require(
            names == Set(second.map(key)), "ids stay the same from call to call",
            names.symmetricDifference(second.map(key)).sorted().prefix(4).joined(separator: ", "))
        try await device.close()
        let again = try await run.open(target)
        let third = try await read(again)
        try require(
            names == Set(third.map(key)), "ids stay the same after closing and opening",
            names.symmetricDifference(third.map(key)).sorted().prefix(4).joined(separator: ", "))
        try await again.close()
        if target.features.contains(.truth) { try compare(first, target.chassis.snapshot) }
        run.note("\(first.count) components")
    }

    private static func key(_ component: JSONValue) -> String {
        "\(component["kind"]?.string ?? "")/\(component["id"]?.string ?? "")"
    }

    private static func duplicate(_ components: [JSONValue]) -> String {
        var seen: Set<String> = []
        return components.map(key).first { !seen.insert($0).inserted } ?? ""
    }

    private static func read(_ device: Device) async throws -> [JSONValue] {
        let answer = try requireOK(await device.read(.inventory, .within(.seconds(60))))
        let components = try answer.emitted("component").map { bytes in
            let component: JSONValue
            do throws(JSONError) { component = try JSONParser.parse(bytes) } catch {
                throw CheckStop.failed(expected: "each component is JSON", seen: error.description)
            }
            let shown = String(component.text.prefix(300))
            try require(
                component["kind"]?.string.map(kinds.contains) == true, "kind is one of the list in docs/driver-json.md",
                shown)
            try require(component["id"]?.string?.isEmpty == false, "id is a text", shown)
            for (member, value) in component.members
            where member.hasSuffix("_bytes") || member.hasSuffix("_mhz") || member.hasSuffix("_mbps")
                || ["cores", "threads", "mhz"].contains(member)
            {
                try require(value.double != nil || value.isNull, "\(member) is a number", shown)
            }
            if let mac = component["mac"]?.string {
                try require(
                    mac.wholeMatch(of: /([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/) != nil, "mac is six bytes with colons",
                    shown)
            }
            return component
        }
        try require(!components.isEmpty, "at least one component is told", "none is")
        return components
    }

    /// What is told of disks and interfaces must be what the machine has.
    private static func compare(_ components: [JSONValue], _ chassis: Chassis) throws {
        let macs = Set(chassis.hardware.networkInterfaces.map { $0.macText.lowercased() })
        for component in components where component["kind"]?.string == "nic" {
            guard let mac = component["mac"]?.string?.lowercased() else { continue }
            try require(
                macs.contains(mac), "the machine has an interface \(mac)",
                "it has \(macs.sorted().joined(separator: ", "))")
        }
        let disks = chassis.hardware.disks
        for component in components where component["kind"]?.string == "disk" {
            guard let serial = component["serial"]?.string else { continue }
            guard let disk = disks.first(where: { $0.serial == serial }) else {
                throw CheckStop.failed(
                    expected: "the machine has a disk \(serial)", seen: disks.map(\.serial).joined(separator: ", "))
            }
            if let size = component["size_bytes"]?.double {
                try require(size == Double(disk.sizeBytes), "disk \(serial) has \(disk.sizeBytes) bytes", "\(size)")
            }
        }
    }
}
