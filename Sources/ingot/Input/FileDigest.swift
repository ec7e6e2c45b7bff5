// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A file's size and SHA-256.
struct FileDigest: Equatable {
    /// Bytes.
    var size: Int64
    /// 64 lower-case hexadecimal digits.
    var hex: String

    /// Reads a file once, a mebibyte at a time.
    ///
    /// - Throws: `CommandError` with `.local` when it cannot be read or is empty.
    static func sha256(_ path: String) throws -> FileDigest {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandError(.local, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { try? handle.close() }
        var hash = SHA256()
        var size: Int64 = 0
        do {
            while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
                hash.update(data: chunk)
                size += Int64(chunk.count)
            }
        } catch {
            throw CommandError(.local, "cannot read \(path): \(error.localizedDescription)")
        }
        guard size > 0 else { throw CommandError(.local, "\(path) is empty") }
        let hex = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return FileDigest(size: size, hex: hex)
    }
}
