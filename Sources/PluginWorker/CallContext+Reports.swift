// SPDX-License-Identifier: Apache-2.0
private import CLinux
internal import PluginAPI
private import PluginWire
private import Synchronization

/// What a plugin may do with its call object. Everything from the plugin is copied and bounded here.
extension CallContext {
    private static let maximumKey = 255
    /// Progress of one call goes to the host at most this often, unless the step changes.
    private static let progressInterval: UInt64 = 50_000_000

    /// Keeps a copy of the reason for failing.
    func setError(_ error: UnsafePointer<ingot_error>?) {
        guard let error, error.pointee.struct_size >= 24 else { return }
        var failure = Failure()
        failure.flags = error.pointee.flags
        failure.vendorCode = error.pointee.vendor_code
        failure.retryAfter = error.pointee.retry_after_ms
        failure.message = error.pointee.message.map { String(cString: $0) } ?? ""
        if error.pointee.struct_size >= 32 { failure.detail = error.pointee.detail_json.map { String(cString: $0) } }
        notes.withLock { $0.failure = failure }
    }

    /// Reports how far the call is.
    func progress(_ permille: UInt32, _ stage: UnsafePointer<CChar>?) {
        let stage = stage.map { String(cString: $0) }
        let now = clinux_monotonic_ns()
        let isDue = notes.withLock { notes in
            guard notes.lastStage != stage || now &- notes.lastProgress >= Self.progressInterval else { return false }
            notes.lastStage = stage
            notes.lastProgress = now
            return true
        }
        guard isDue else { return }
        var frame = FrameEncoder(.progress, call: id)
        try? frame.append(.permille, min(permille, 1000))
        if let stage { try? frame.append(.stage, text: stage, limit: 200) }
        _ = channel.send(frame.finish())
    }

    /// Sends one named result, in as many frames as it needs.
    func emit(_ key: UnsafePointer<CChar>?, _ data: UnsafeRawPointer?, _ count: Int) -> ingot_status {
        guard let key, data != nil || count == 0, count >= 0 else { return INGOT_E_INVALID }
        let name = Array(String(cString: key).utf8)
        guard !name.isEmpty, name.count <= Self.maximumKey else { return INGOT_E_INVALID }
        let value = UnsafeRawBufferPointer(start: data, count: count)
        return emitting.withLock { _ in
            var at = 0
            repeat {
                let piece = value.dropFirst(at).prefix(Frame.maximumPiece)
                let isLast = at + piece.count == count
                var frame = FrameEncoder(
                    .emit, flags: isLast ? [] : .more, call: id, capacity: piece.count + name.count + 64)
                guard (try? frame.append(.key, name)) != nil, (try? frame.append(.data, piece)) != nil else {
                    return INGOT_E_INTERNAL
                }
                guard channel.send(frame.finish()) == 0 else { return INGOT_E_CANCELLED }
                at += piece.count
            } while at < count
            return INGOT_OK
        }
    }

    /// Copies a secret into the plugin's buffer.
    func secret(
        _ name: UnsafePointer<CChar>?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
        _ length: UnsafeMutablePointer<Int>?
    ) -> ingot_status {
        guard let name, let length else { return INGOT_E_INVALID }
        length.pointee = 0
        guard let secret = secrets[String(cString: name)] else { return INGOT_E_STATE }
        length.pointee = secret.count
        guard secret.count <= capacity else { return INGOT_E_INVALID }
        guard secret.count > 0 else { return INGOT_OK }
        guard let buffer else { return INGOT_E_INVALID }
        secret.withBytes { UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyMemory(from: $0) }
        return INGOT_OK
    }

    /// Tells the host that bytes are about to leave for the device: once per call that changes something, or all of
    /// them, with the bytes, when the host traces.
    func wire(
        _ received: Int32, _ name: UnsafePointer<CChar>?, _ flags: UInt32, _ data: UnsafeRawPointer?, _ count: Int
    ) {
        guard !isTraced else { return trace(received, name, flags, data, count) }
        guard received == 0, function.isMutating else { return }
        let isFirst = notes.withLock { notes in
            defer { notes.reportedWire = true }
            return !notes.reportedWire
        }
        guard isFirst else { return }
        var frame = wireFrame(received, name, flags, count, [])
        _ = channel.send(frame.finish())
    }

    private func trace(
        _ received: Int32, _ name: UnsafePointer<CChar>?, _ flags: UInt32, _ data: UnsafeRawPointer?, _ count: Int
    ) {
        let isSecret = flags & INGOT_WIRE_SENSITIVE != 0
        let value = UnsafeRawBufferPointer(
            start: isSecret ? nil : data, count: isSecret || data == nil ? 0 : max(0, count))
        emitting.withLock { _ in
            var at = 0
            repeat {
                let piece = value.dropFirst(at).prefix(Frame.maximumPiece)
                at += piece.count
                var frame = wireFrame(received, name, flags, count, at < value.count ? .more : [])
                try? frame.append(.data, piece)
                guard channel.send(frame.finish()) == 0 else { return }
            } while at < value.count
        }
    }

    private func wireFrame(
        _ received: Int32, _ name: UnsafePointer<CChar>?, _ flags: UInt32, _ count: Int, _ marks: FrameFlags
    ) -> FrameEncoder {
        var frame = FrameEncoder(.wire, flags: marks, call: id)
        try? frame.append(.received, UInt32(received == 0 ? 0 : 1))
        if let name { try? frame.append(.wireProtocol, text: String(cString: name), limit: 64) }
        try? frame.append(.byteCount, UInt64(max(0, count)))
        try? frame.append(.wireFlags, flags)
        try? frame.append(.moment, clinux_monotonic_ns())
        return frame
    }
}
