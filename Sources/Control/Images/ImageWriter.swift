// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Synchronization

/// Writes one incoming image and hashes it on the way. Blocking: call on a thread of one's own.
final class ImageWriter: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var hash = SHA256()
        var size: Int64 = 0
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
    }

    func open() throws {
        try state.withLock { state in
            state.descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
            guard state.descriptor >= 0 else { throw failure("create") }
        }
    }

    func write(_ chunk: ArraySlice<UInt8>) throws {
        try state.withLock { state in
            var rest = chunk
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Foundation.write(state.descriptor, $0.baseAddress, $0.count) }
                if written < 0 {
                    if errno == EINTR { continue }
                    throw failure("write")
                }
                rest = rest.dropFirst(written)
            }
            chunk.withUnsafeBytes { state.hash.update(bufferPointer: $0) }
            state.size += Int64(chunk.count)
        }
    }

    /// Flushes to disk; returns digest (lower-case hex) and size.
    func close() throws -> (sha256: String, size: Int64) {
        try state.withLock { state in
            guard fsync(state.descriptor) == 0 else { throw failure("flush") }
            Foundation.close(state.descriptor)
            state.descriptor = -1
            let digest = state.hash.finalize().map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
            return (digest, state.size)
        }
    }

    func publish(as final: String) throws {
        guard rename(path, final) == 0 else { throw failure("rename") }
        let directory = Foundation.open((final as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            Foundation.close(directory)
        }
    }

    func discard() {
        state.withLock { state in
            if state.descriptor >= 0 { Foundation.close(state.descriptor) }
            state.descriptor = -1
        }
        unlink(path)
    }

    private func failure(_ verb: String) -> ControlError {
        let reason = String(cString: strerror(errno))
        let full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
        return ControlError(
            full ? .storageFull : .conflict, "cannot \(verb) the image file in the image repository: \(reason)",
            field: nil)
    }
}
