// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import PluginAPI
internal import Synchronization

/// The `ingot_host` the plugin under test sees. It is never freed: a plugin's threads may hold it until the process ends.
final class HarnessHost: @unchecked Sendable {
    struct Line: Sendable {
        var level: Int32
        var message: String
        var fields: String?
    }

    let lines = Mutex<[Line]>([])
    let table: UnsafePointer<ingot_host>

    /// - Parameters:
    ///   - minor: the version the host claims.
    ///   - extraBytes: what a later host would have added to the structure.
    init(minor: UInt32, extraBytes: Int = 0) {
        let size = MemoryLayout<ingot_host>.size + extraBytes
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: size)
        let table = memory.bindMemory(to: ingot_host.self, capacity: 1)
        table.initialize(to: ingot_host())
        table.pointee.struct_size = UInt32(size)
        table.pointee.minor = minor
        table.pointee.name = UnsafePointer(strdup("ingot"))
        table.pointee.version = UnsafePointer(strdup(Kit.version))
        table.pointee.log = { host, level, message, fields in
            guard let raw = host?.pointee.host_data, let message else { return }
            let line = Line(
                level: level, message: String(cString: message), fields: fields.map { String(cString: $0) })
            Unmanaged<HarnessHost>.fromOpaque(raw).takeUnretainedValue().lines.withLock { lines in
                if lines.count < 10_000 { lines.append(line) }
            }
        }
        table.pointee.extension = { _, _ in nil }
        self.table = UnsafePointer(table)
        table.pointee.host_data = Unmanaged.passRetained(self).toOpaque()
    }
}
