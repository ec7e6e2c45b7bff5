// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Keeps a second process out of a machine's state directory.
final class DirectoryLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// - Throws: `SimulatorError.file` when another process holds the directory.
    init(_ directory: String) throws {
        let path = directory + "/owner.lock"
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw SimulatorError.file(path: path, reason: String(cString: strerror(errno))) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw SimulatorError.file(path: directory, reason: "another process simulates the machine in there")
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    /// Lets others in.
    func release() {
        descriptor.withLock {
            if $0 >= 0 { close($0) }
            $0 = -1
        }
    }
}
