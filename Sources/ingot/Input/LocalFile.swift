// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads small local files that a command line names.
enum LocalFile {
    /// The bytes of a file.
    ///
    /// - Throws: `CommandError` with `.local` when it cannot be read or has more than `limit` bytes.
    static func bytes(_ path: String, limit: Int, purpose: String) throws -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandError(.local, "cannot read the \(purpose) \(path): \(String(cString: strerror(errno)))")
        }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw CommandError(.local, "the \(purpose) \(path) has more than \(limit) bytes")
            }
            return data
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(.local, "cannot read the \(purpose) \(path): \(error.localizedDescription)")
        }
    }

    /// The text of a file.
    ///
    /// - Throws: `CommandError` with `.local` when it cannot be read, is too large or not UTF-8.
    static func text(_ path: String, limit: Int, purpose: String) throws -> String {
        guard let text = String(data: try bytes(path, limit: limit, purpose: purpose), encoding: .utf8) else {
            throw CommandError(.local, "the \(purpose) \(path) is not UTF-8 text")
        }
        return text
    }
}
