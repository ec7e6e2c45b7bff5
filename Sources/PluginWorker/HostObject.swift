// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import PluginAPI
internal import Synchronization

/// The `ingot_host` a plugin sees. Never freed, because a plugin's threads may hold it until the process ends.
final class HostObject: @unchecked Sendable {
    /// Takes a log line: severity, message, JSON.
    typealias Sink = @Sendable (Int32, String, String?) -> Void

    let sink = Mutex<Sink?>(nil)
    let table: UnsafePointer<ingot_host>

    init() {
        let table = UnsafeMutablePointer<ingot_host>.allocate(capacity: 1)
        table.initialize(to: ingot_host())
        table.pointee.struct_size = UInt32(MemoryLayout<ingot_host>.size)
        table.pointee.minor = INGOT_MINOR
        table.pointee.name = UnsafePointer(strdup("ingot"))
        table.pointee.version = UnsafePointer(strdup("1.0"))
        table.pointee.log = { host, level, message, fields in
            guard let host, let message, let raw = host.pointee.host_data else { return }
            let object = Unmanaged<HostObject>.fromOpaque(raw).takeUnretainedValue()
            let sink = object.sink.withLock { $0 }
            sink?(level, String(cString: message), fields.map { String(cString: $0) })
        }
        table.pointee.extension = { _, _ in nil }
        self.table = UnsafePointer(table)
        table.pointee.host_data = Unmanaged.passRetained(self).toOpaque()
    }
}
