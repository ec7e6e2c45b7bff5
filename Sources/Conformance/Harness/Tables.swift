// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// Full-size copies of a plugin's interface tables; what the plugin lacks stays NULL.
struct Tables: @unchecked Sendable {
    private(set) var driver = ingot_driver()
    private(set) var power = ingot_power()
    private(set) var boot = ingot_boot()
    private(set) var sensors = ingot_reader()
    private(set) var inventory = ingot_reader()
    private(set) var eventLog = ingot_reader()
    private(set) var console = ingot_console()
    private(set) var firmware = ingot_job()
    private(set) var media = ingot_job()
    private(set) var sweep = ingot_sweep()
    private(set) var vendor = ingot_vendor()
    private(set) var installer = ingot_installer()

    init(_ plugin: UnsafePointer<ingot_plugin>, listed: [String]) {
        func fetch(_ id: String) -> UnsafeRawPointer? { listed.contains(id) ? plugin.pointee.extension(id) : nil }
        Self.copy(fetch(INGOT_DRIVER), to: &driver)
        Self.copy(fetch(INGOT_POWER), to: &power)
        Self.copy(fetch(INGOT_BOOT), to: &boot)
        Self.copy(fetch(INGOT_SENSORS), to: &sensors)
        Self.copy(fetch(INGOT_INVENTORY), to: &inventory)
        Self.copy(fetch(INGOT_EVENTLOG), to: &eventLog)
        Self.copy(fetch(INGOT_CONSOLE), to: &console)
        Self.copy(fetch(INGOT_FIRMWARE), to: &firmware)
        Self.copy(fetch(INGOT_MEDIA), to: &media)
        Self.copy(fetch(INGOT_SWEEP), to: &sweep)
        Self.copy(fetch(INGOT_VENDOR), to: &vendor)
        Self.copy(fetch(INGOT_INSTALLER), to: &installer)
    }

    private static func copy<Table>(_ raw: UnsafeRawPointer?, to table: inout Table) {
        guard let raw, Int(bitPattern: raw) % MemoryLayout<Table>.alignment == 0 else { return }
        let size = raw.load(as: UInt32.self)
        // Whole fields only: after the first eight bytes every field is a pointer.
        let count = min(Int(size), MemoryLayout<Table>.size) & ~7
        withUnsafeMutableBytes(of: &table) { $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: count)) }
    }

    /// What revision 1 of each interface measures, and the slots it has, by id.
    static let layouts: [(id: String, size: Int, slots: [String])] = [
        (INGOT_DRIVER, MemoryLayout<ingot_driver>.size, ["open", "close", "probe"]),
        (INGOT_POWER, MemoryLayout<ingot_power>.size, ["get", "set"]),
        (INGOT_BOOT, MemoryLayout<ingot_boot>.size, ["get", "set"]),
        (INGOT_SENSORS, MemoryLayout<ingot_reader>.size, ["read", "clear"]),
        (INGOT_INVENTORY, MemoryLayout<ingot_reader>.size, ["read", "clear"]),
        (INGOT_EVENTLOG, MemoryLayout<ingot_reader>.size, ["read", "clear"]),
        (INGOT_CONSOLE, MemoryLayout<ingot_console>.size, ["open"]),
        (INGOT_FIRMWARE, MemoryLayout<ingot_job>.size, ["begin", "poll", "end"]),
        (INGOT_MEDIA, MemoryLayout<ingot_job>.size, ["begin", "poll", "end"]),
        (INGOT_SWEEP, MemoryLayout<ingot_sweep>.size, ["read"]),
        (INGOT_VENDOR, MemoryLayout<ingot_vendor>.size, ["invoke"]),
        (INGOT_INSTALLER, MemoryLayout<ingot_installer>.size, ["detect", "render", "event"]),
    ]
}
