// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// Bytes lent to a plugin as `ingot_source`.
final class HarnessSource: @unchecked Sendable {
    private let table: UnsafeMutablePointer<ingot_source>
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        table = .allocate(capacity: 1)
        table.initialize(to: ingot_source())
        table.pointee.struct_size = UInt32(MemoryLayout<ingot_source>.size)
        table.pointee.size = UInt64(bytes.count)
        table.pointee.read = { source, path, at, buffer, capacity, got in
            guard let got, let raw = source?.pointee.host_data else { return INGOT_E_INTERNAL }
            got.pointee = 0
            guard path == nil else { return INGOT_E_STATE }
            let bytes = Unmanaged<HarnessSource>.fromOpaque(raw).takeUnretainedValue().bytes
            guard capacity > 0, at < UInt64(bytes.count) else { return INGOT_OK }
            guard let buffer else { return INGOT_E_INVALID }
            let piece = bytes[Int(at)...].prefix(capacity)
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: piece)
            got.pointee = piece.count
            return INGOT_OK
        }
        table.pointee.host_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// The object to lend while this one lives.
    var pointer: UnsafePointer<ingot_source> { UnsafePointer(table) }
}
