// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// Checks of `extension()` and its tables.
enum InterfaceChecks {
    static func listedInterfacesAnswer(_ run: CheckRun) throws {
        let subject = try run.load()
        var seen: Set<String> = []
        for id in subject.descriptor.extensions {
            try require(seen.insert(id).inserted, "each interface is listed once", "\(id) is listed twice")
            guard let table = subject.plugin.pointee.extension(id) else {
                throw CheckStop.failed(
                    expected: "extension(\"\(id)\") answers a table, because it is listed", seen: "NULL")
            }
            try require(
                subject.plugin.pointee.extension(id) == table,
                "extension(\"\(id)\") answers the same pointer each time",
                "another pointer the second time")
            guard let layout = Tables.layouts.first(where: { $0.id == id }) else {
                run.note("\(id) is not of this kit's version")
                continue
            }
            try require(
                Int(bitPattern: table) % 8 == 0, "the table of \(id) is aligned to 8 bytes", "it is not")
            let size = table.load(as: UInt32.self)
            try require(
                size >= layout.size, "struct_size of \(id) is at least \(layout.size), as in revision 1", "\(size)")
            let missing = requiredSlots(id).filter { slot(table, layout, $0) == 0 }
            try require(
                missing.isEmpty, "\(id) has the functions without which it is nothing",
                "\(missing.joined(separator: ", ")) is NULL")
        }
        try require(!seen.isEmpty, "at least one interface is listed", "none is")
        try require(
            seen.contains(Interface.driver) || seen.isDisjoint(with: deviceInterfaces),
            "\(Interface.driver) is listed along with interfaces that need a device", "it is not")
    }

    private static let deviceInterfaces: Set<String> = [
        Interface.power, Interface.boot, Interface.sensors, Interface.inventory, Interface.eventLog, Interface.console,
        Interface.firmware, Interface.media, Interface.sweep, Interface.vendor,
    ]

    private static func requiredSlots(_ id: String) -> [String] {
        switch id {
        case Interface.driver: ["open", "close"]
        case Interface.power, Interface.boot: ["get", "set"]
        case Interface.installer: ["detect", "render"]
        default: Tables.layouts.first { $0.id == id }.map { Array($0.slots.prefix(1)) } ?? []
        }
    }

    private static func slot(
        _ table: UnsafeRawPointer, _ layout: (id: String, size: Int, slots: [String]), _ name: String
    ) -> UInt {
        guard let index = layout.slots.firstIndex(of: name) else { return 0 }
        let offset = 8 + index * MemoryLayout<UInt>.size
        guard offset + MemoryLayout<UInt>.size <= Int(table.load(as: UInt32.self)) else { return 0 }
        return table.load(fromByteOffset: offset, as: UInt.self)
    }

    static func unknownInterfacesAreNull(_ run: CheckRun) throws {
        let subject = try run.load()
        var ids = [
            "", "/", "ingot", "ingot.", "dev.example.unknown/1", "ingot.nothing/1",
            String(repeating: "x", count: 4_000),
        ]
        for id in subject.descriptor.extensions {
            ids += [id + "x", id + "0", id + " ", id + "/1", String(id.dropLast()), id.uppercased(), " " + id]
        }
        for layout in Tables.layouts where !subject.has(layout.id) { ids.append(layout.id) }
        for id in ids where !subject.has(id) {
            try require(
                subject.plugin.pointee.extension(id) == nil, "extension(\"\(id.prefix(60))\") answers NULL",
                "it answers a table")
        }
    }

    static func slotsAreCallable(_ run: CheckRun) throws {
        let subject = try run.load()
        let code = try executableRanges()
        var places: [(String, UInt)] = [
            ("extension", UInt(bitPattern: unsafeBitCast(subject.plugin.pointee.extension, to: Int.self)))
        ]
        if let start = subject.plugin.pointee.start {
            places.append(("start", UInt(bitPattern: unsafeBitCast(start, to: Int.self))))
        }
        if let stop = subject.plugin.pointee.stop {
            places.append(("stop", UInt(bitPattern: unsafeBitCast(stop, to: Int.self))))
        }
        for layout in Tables.layouts where subject.has(layout.id) {
            guard let table = subject.plugin.pointee.extension(layout.id), Int(bitPattern: table) % 8 == 0 else {
                continue
            }
            for name in layout.slots {
                let address = slot(table, layout, name)
                if address != 0 { places.append(("\(layout.id) \(name)", address)) }
            }
        }
        for (name, address) in places {
            try require(
                code.contains { $0.contains(address) }, "\(name) points to executable memory",
                "it points to 0x\(String(address, radix: 16)), where there is no code")
        }
        run.note("\(places.count) slots")
    }

    private static func executableRanges() throws -> [Range<UInt>] {
        guard let text = FileBytes.text("/proc/self/maps", limit: 16 << 20) else {
            throw CheckStop.trouble("cannot read /proc/self/maps")
        }
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1].contains("x") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }
}
