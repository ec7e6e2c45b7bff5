// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// An exclusive `flock` on the data directory, so that two management processes never share it.
final class DirectoryLock: Sendable {
    private let descriptor: Mutex<Int32>

    init(directory: URL) throws {
        let path = directory.appendingPathComponent("lock").path
        let fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard fd >= 0 else { throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path]) }
        guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
            let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            Foundation.close(fd)
            throw StoreError.locked(
                directory: directory.path, owner: owner.isEmpty ? "another process" : "process \(owner)")
        }
        ftruncate(fd, 0)
        let pid = "\(getpid())"
        _ = pid.withCString { Foundation.write(fd, $0, strlen($0)) }
        descriptor = Mutex(fd)
    }

    func release() {
        descriptor.withLock { fd in
            if fd >= 0 { Foundation.close(fd) }
            fd = -1
        }
    }

    deinit { release() }
}
