// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// The worker's own full-size copies of a plugin's interface tables. What a plugin lacks answers UNSUPPORTED, so no
/// caller asks whether a function is there.
struct Interfaces: @unchecked Sendable {
    private(set) var driver = ingot_driver()
    private(set) var power = ingot_power()
    private(set) var boot = ingot_boot()
    private(set) var inventory = ingot_reader()
    private(set) var sensors = ingot_reader()
    private(set) var eventLog = ingot_reader()
    private(set) var console = ingot_console()
    private(set) var media = ingot_job()
    private(set) var firmware = ingot_job()
    private(set) var vendor = ingot_vendor()
    private(set) var sweep = ingot_sweep()
    private(set) var installer = ingot_installer()

    /// Fetches every listed interface this worker knows.
    /// - Throws: `LoadFailure` for a listed interface that is not answered, or too small to be one.
    init(_ plugin: UnsafePointer<ingot_plugin>, listed: [String]) throws(LoadFailure) {
        let fetch = plugin.pointee.extension
        for id in listed {
            switch id {
            case INGOT_DRIVER: try Self.copy(fetch, id, to: &driver)
            case INGOT_POWER: try Self.copy(fetch, id, to: &power)
            case INGOT_BOOT: try Self.copy(fetch, id, to: &boot)
            case INGOT_INVENTORY: try Self.copy(fetch, id, to: &inventory)
            case INGOT_SENSORS: try Self.copy(fetch, id, to: &sensors)
            case INGOT_EVENTLOG: try Self.copy(fetch, id, to: &eventLog)
            case INGOT_CONSOLE: try Self.copy(fetch, id, to: &console)
            case INGOT_MEDIA: try Self.copy(fetch, id, to: &media)
            case INGOT_FIRMWARE: try Self.copy(fetch, id, to: &firmware)
            case INGOT_VENDOR: try Self.copy(fetch, id, to: &vendor)
            case INGOT_SWEEP: try Self.copy(fetch, id, to: &sweep)
            case INGOT_INSTALLER: try Self.copy(fetch, id, to: &installer)
            default: break
            }
        }
        if listed.contains(INGOT_DRIVER) {
            guard driver.open != nil, driver.close != nil else {
                throw LoadFailure(reason: "\(INGOT_DRIVER) has no open or no close")
            }
        }
        fillGaps()
    }

    private static func copy<Table>(
        _ fetch: (@convention(c) (UnsafePointer<CChar>?) -> UnsafeRawPointer?)?, _ id: String, to table: inout Table
    ) throws(LoadFailure) {
        guard let raw = fetch?(id) else { throw LoadFailure(reason: "\(id) is listed, but extension() answers NULL") }
        guard Int(bitPattern: raw) % MemoryLayout<Table>.alignment == 0 else {
            throw LoadFailure(reason: "\(id) is not aligned")
        }
        let size = raw.load(as: UInt32.self)
        guard size >= 16 else { throw LoadFailure(reason: "\(id) has struct_size \(size), too small for any table") }
        // Whole fields only: after the first eight bytes every field is a pointer.
        let count = min(Int(size), MemoryLayout<Table>.size) & ~7
        withUnsafeMutableBytes(of: &table) { $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: count)) }
    }

    private mutating func fillGaps() {
        if driver.open == nil { driver.open = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if driver.close == nil { driver.close = { _, _ in } }
        if driver.probe == nil { driver.probe = { _, _ in INGOT_E_UNSUPPORTED } }
        if power.get == nil { power.get = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if power.set == nil { power.set = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if boot.get == nil { boot.get = { _, _, _, _ in INGOT_E_UNSUPPORTED } }
        if boot.set == nil { boot.set = { _, _, _, _ in INGOT_E_UNSUPPORTED } }
        Self.fillGaps(&inventory)
        Self.fillGaps(&sensors)
        Self.fillGaps(&eventLog)
        Self.fillGaps(&media)
        Self.fillGaps(&firmware)
        if console.open == nil { console.open = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if vendor.invoke == nil { vendor.invoke = { _, _, _, _, _ in INGOT_E_UNSUPPORTED } }
        if sweep.read == nil { sweep.read = { _, _, _, _ in INGOT_E_UNSUPPORTED } }
        if installer.detect == nil { installer.detect = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if installer.render == nil { installer.render = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if installer.event == nil { installer.event = { _, _ in INGOT_E_UNSUPPORTED } }
    }

    private static func fillGaps(_ reader: inout ingot_reader) {
        if reader.read == nil { reader.read = { _, _, _ in INGOT_E_UNSUPPORTED } }
        if reader.clear == nil { reader.clear = { _, _ in INGOT_E_UNSUPPORTED } }
    }

    private static func fillGaps(_ job: inout ingot_job) {
        if job.begin == nil { job.begin = { _, _, _, _ in INGOT_E_UNSUPPORTED } }
        if job.poll == nil { job.poll = { _, _, _, _ in INGOT_E_UNSUPPORTED } }
        if job.end == nil { job.end = { _, _, _ in INGOT_E_UNSUPPORTED } }
    }
}
