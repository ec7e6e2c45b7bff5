// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
public import PluginAPI
import Synchronization

/// A plugin's library, loaded as the worker does it and started with a log that is kept.
public final class LoadedPlugin: @unchecked Sendable {
    public let table: UnsafePointer<ingot_plugin>
    private let host: UnsafeMutablePointer<ingot_host>
    private let lines = Mutex<[String]>([])

    public struct LoadFailure: Error { public var reason: String }

    private static let loaded = Mutex<[String: LoadedPlugin]>([:])

    /// `lib<name>.so` in the folder of the test executable; loaded and started once, as the ABI has it.
    public static func named(_ name: String) throws -> LoadedPlugin {
        try loaded.withLock { loaded in
            if let plugin = loaded[name] { return plugin }
            let plugin = try LoadedPlugin(name)
            loaded[name] = plugin
            return plugin
        }
    }

    private init(_ name: String) throws {
        let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: folder).deletingLastPathComponent().appendingPathComponent("lib\(name).so").path
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "ingot_plugin_v1") else {
            throw LoadFailure(reason: dlerror().map { String(cString: $0) } ?? path)
        }
        typealias Entry = @convention(c) () -> UnsafePointer<ingot_plugin>?
        guard let table = unsafeBitCast(symbol, to: Entry.self)() else { throw LoadFailure(reason: "no table") }
        self.table = table
        host = .allocate(capacity: 1)
        host.initialize(to: ingot_host())
        host.pointee.struct_size = UInt32(MemoryLayout<ingot_host>.size)
        host.pointee.host_data = Unmanaged.passUnretained(self).toOpaque()
        host.pointee.log = { host, level, message, fields in
            guard let data = host?.pointee.host_data, let message else { return }
            let plugin = Unmanaged<LoadedPlugin>.fromOpaque(data).takeUnretainedValue()
            let line = "\(level) \(String(cString: message)) \(fields.map { String(cString: $0) } ?? "")"
            plugin.lines.withLock { $0.append(line) }
        }
        guard let start = table.pointee.start, start(host) == INGOT_OK else { throw LoadFailure(reason: "start") }
    }

    /// The lines logged so far, by any call of any test.
    public var log: [String] { lines.withLock { $0 } }

    /// The interface by its id.
    public func interface<Table>(_ id: String, _ type: Table.Type) throws -> UnsafePointer<Table> {
        guard let table = table.pointee.extension?(id) else { throw LoadFailure(reason: "no \(id)") }
        return table.assumingMemoryBound(to: type)
    }
}
