// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// A regular file, opened to be lent to a worker.
final class SourceFile: Sendable {
    let descriptor: Int32

    /// - Throws: `DriverError` that names the path.
    init(path: String, what: String) throws(DriverError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw DriverError(status: .invalid, message: "\(what) \(path) cannot be opened: \(reason)")
        }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw DriverError(status: .invalid, message: "\(what) \(path) is not a regular file")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
