// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// A console's descriptor that a worker's plugin serves. It is the caller's; here it is only looked at.
struct OpenConsole: Sendable {
    private let descriptor: Int32
    private let device: UInt
    private let inode: UInt

    /// nil when the descriptor is none.
    init?(_ descriptor: Int32) {
        guard let (device, inode) = Self.identity(descriptor) else { return nil }
        self.descriptor = descriptor
        self.device = device
        self.inode = inode
    }

    /// Whether the caller still has it.
    var isOpen: Bool { Self.identity(descriptor).map { $0 == (device, inode) } ?? false }

    private static func identity(_ descriptor: Int32) -> (UInt, UInt)? {
        var facts = stat()
        guard descriptor >= 0, fstat(descriptor, &facts) == 0 else { return nil }
        return (UInt(facts.st_dev), UInt(facts.st_ino))
    }
}
