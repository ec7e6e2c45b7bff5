// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import PluginAPI
internal import Synchronization

/// Why the library is not a usable plugin, in one line.
struct LoadFailure: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

/// The plugin under test, loaded into this process and never unloaded.
final class Subject: @unchecked Sendable {
    let path: String
    let plugin: UnsafePointer<ingot_plugin>
    let entry: ingot_plugin_v1_fn
    let descriptor: Descriptor
    let tables: Tables
    /// Times of calls that answered OK, in nanoseconds, by operation.
    let latencies = Mutex<[String: [UInt64]]>([:])
    /// Everything that was misused over all calls.
    let misuses = Mutex<[String]>([])
    /// The last calls, to notice what a plugin does with them afterwards.
    let lateCalls = Mutex<[HarnessCall]>([])
    private let activeHost = Mutex<HarnessHost?>(nil)

    /// Loads a library as a worker does.
    /// - Throws: `LoadFailure` in the loader's own words, or saying what is wrong in the plugin.
    init(path: String) throws(LoadFailure) {
        self.path = path
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw LoadFailure(reason: dlerror().map { String(cString: $0) } ?? "dlopen failed")
        }
        guard let symbol = dlsym(handle, INGOT_ENTRY_V1),
            let entry = unsafeBitCast(symbol, to: ingot_plugin_v1_fn?.self)
        else { throw LoadFailure(reason: "the library does not export \(INGOT_ENTRY_V1)") }
        self.entry = entry
        guard let plugin = entry() else { throw LoadFailure(reason: "\(INGOT_ENTRY_V1) answered NULL") }
        self.plugin = plugin
        descriptor = try Descriptor(plugin)
        tables = Tables(plugin, listed: descriptor.extensions)
    }

    /// Where log lines go; nil before `start`.
    var host: HarnessHost? { activeHost.withLock { $0 } }

    /// Starts the plugin.
    /// - Throws: `LoadFailure` when `start` does not answer OK.
    func start(_ host: HarnessHost = HarnessHost(minor: UInt32(INGOT_MINOR))) throws(LoadFailure) {
        activeHost.withLock { $0 = host }
        guard let start = plugin.pointee.start else { return }
        let status = start(host.table)
        guard status == INGOT_OK else { throw LoadFailure(reason: "start() answered \(Words.status(status))") }
    }

    /// Stops the plugin; every device must be closed.
    func stop() { plugin.pointee.stop?() }

    /// Whether the plugin lists an interface.
    func has(_ interface: String) -> Bool { descriptor.extensions.contains(interface) }

    /// Whether the plugin lists an interface and has the functions without which it is nothing.
    func offers(_ interface: String) -> Bool {
        guard has(interface) else { return false }
        return switch interface {
        case INGOT_DRIVER: tables.driver.open != nil && tables.driver.close != nil
        case INGOT_POWER: tables.power.get != nil && tables.power.set != nil
        case INGOT_BOOT: tables.boot.get != nil && tables.boot.set != nil
        case INGOT_SENSORS: tables.sensors.read != nil
        case INGOT_INVENTORY: tables.inventory.read != nil
        case INGOT_EVENTLOG: tables.eventLog.read != nil
        default: true
        }
    }
}

/// What a plugin says about itself, copied out of its memory.
struct Descriptor: Sendable, Equatable {
    let structSize: UInt32
    let minor: UInt32
    let id: String
    let name: String
    let vendor: String
    let version: String
    let license: String
    let configSchema: String
    let extensions: [String]

    init(_ plugin: UnsafePointer<ingot_plugin>) throws(LoadFailure) {
        structSize = plugin.pointee.struct_size
        guard structSize >= UInt32(MemoryLayout<ingot_plugin>.size) else {
            throw LoadFailure(
                reason: "the descriptor has struct_size \(structSize); "
                    + "ABI 1 needs at least \(MemoryLayout<ingot_plugin>.size)")
        }
        minor = plugin.pointee.minor
        id = try Self.text(plugin.pointee.id, "id")
        name = try Self.text(plugin.pointee.name, "name")
        vendor = try Self.text(plugin.pointee.vendor, "vendor")
        version = try Self.text(plugin.pointee.version, "version")
        license = try Self.text(plugin.pointee.license, "license")
        configSchema = plugin.pointee.config_schema.map { String(cString: $0) } ?? ""
        guard plugin.pointee.extension != nil else {
            throw LoadFailure(reason: "the descriptor has no extension function")
        }
        guard let list = plugin.pointee.extensions else {
            throw LoadFailure(reason: "the descriptor has no list of extensions")
        }
        var extensions: [String] = []
        while let entry = list[extensions.count] {
            guard extensions.count < 64 else { throw LoadFailure(reason: "the descriptor lists over 64 extensions") }
            extensions.append(String(cString: entry))
        }
        self.extensions = extensions
    }

    private static func text(_ pointer: UnsafePointer<CChar>?, _ field: String) throws(LoadFailure) -> String {
        guard let pointer else { throw LoadFailure(reason: "the descriptor has no \(field)") }
        return String(cString: pointer)
    }
}
