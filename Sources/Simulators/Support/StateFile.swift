// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Small files that the chassis script and the machine share.
enum StateFile {
    /// Makes a directory and its parents.
    static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw SimulatorError.file(path: path, reason: String(describing: error))
        }
    }

    /// Replaces a file in one step.
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try write(bytes: Array(text.utf8), to: path, mode: mode)
    }

    /// Replaces a file in one step.
    static func write(bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws {
        let temporary = path + ".tmp"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(temporary) }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        fchmod(descriptor, mode)
        close(descriptor)
        guard written == bytes.count, rename(temporary, path) == 0 else { throw failure(path) }
    }

    /// The first word of a file; nil when there is none.
    static func word(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4_096 else { return nil }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    /// Runs the body while holding the lock that the chassis script takes too; it is held for milliseconds only.
    static func withLock<Value>(_ path: String, _ body: () -> Value) -> Value {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0 { while flock(descriptor, LOCK_EX) != 0, errno == EINTR {} }
        return body()
    }

    private static func failure(_ path: String) -> SimulatorError {
        .file(path: path, reason: String(cString: strerror(errno)))
    }
}
