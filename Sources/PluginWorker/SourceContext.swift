// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import PluginAPI

/// One blob behind a descriptor, lent to a plugin as `ingot_source`.
final class SourceContext: @unchecked Sendable {
    private let table: UnsafeMutablePointer<ingot_source>
    private let descriptor: Int32
    private let call: CallContext

    /// Takes ownership of the descriptor.
    init(descriptor: Int32, call: CallContext) {
        self.descriptor = descriptor
        self.call = call
        var facts = stat()
        let size = fstat(descriptor, &facts) == 0 ? UInt64(max(0, facts.st_size)) : 0
        table = .allocate(capacity: 1)
        table.initialize(to: ingot_source())
        table.pointee.struct_size = UInt32(MemoryLayout<ingot_source>.size)
        table.pointee.size = size
        table.pointee.read = { source, path, at, buffer, capacity, got in
            guard let raw = source?.pointee.host_data else { return INGOT_E_INTERNAL }
            let context = Unmanaged<SourceContext>.fromOpaque(raw).takeUnretainedValue()
            return context.read(path, at, buffer, capacity, got)
        }
        table.pointee.host_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close(descriptor)
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// The object to lend while this context lives.
    var pointer: UnsafePointer<ingot_source> { UnsafePointer(table) }

    private func read(
        _ path: UnsafePointer<CChar>?, _ at: UInt64, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int,
        _ got: UnsafeMutablePointer<Int>?
    ) -> ingot_status {
        guard let got else { return INGOT_E_INVALID }
        got.pointee = 0
        guard path == nil else { return INGOT_E_STATE }
        guard !call.isStopped else { return INGOT_E_CANCELLED }
        guard capacity > 0, let offset = off_t(exactly: at) else { return INGOT_OK }
        guard let buffer else { return INGOT_E_INVALID }
        while true {
            let count = pread(descriptor, buffer, capacity, offset)
            if count >= 0 {
                got.pointee = count
                return INGOT_OK
            }
            guard errno == EINTR else { return INGOT_E_INTERNAL }
            guard !call.isStopped else { return INGOT_E_CANCELLED }
        }
    }
}
