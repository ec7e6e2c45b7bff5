// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Synchronization

/// Marks a UDP port as that of a session this process keeps, also while no socket has it.
final class LivePort: Sendable {
    private static let ports = Mutex<[UInt16: Int]>([:])

    let number: UInt16

    init(_ number: UInt16) {
        self.number = number
        Self.ports.withLock { $0[number, default: 0] += 1 }
    }

    deinit {
        Self.ports.withLock { ports in
            let uses = ports[number, default: 1] - 1
            ports[number] = uses > 0 ? uses : nil
        }
    }

    /// The port of the socket; nil when it has none.
    convenience init?(of descriptor: Int32) {
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &name) { bytes in
            getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        // IPv4 and IPv6 addresses have the port in the same place, the higher byte first.
        let port = withUnsafeBytes(of: &name) { UInt16($0[2]) << 8 | UInt16($0[3]) }
        guard status == 0, port != 0 else { return nil }
        self.init(port)
    }

    /// No session of this process and no socket on this host has the port. False when that cannot be found out.
    static func isDead(_ port: UInt16, family: Int32) -> Bool {
        guard port != 0, ports.withLock({ $0[port] == nil }) else { return false }
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return bind(descriptor, family, to: port)
    }

    /// Binds a socket to a port of all addresses, 0 for any free one; false when somebody has it.
    @discardableResult
    static func bind(_ descriptor: Int32, _ family: Int32, to port: UInt16) -> Bool {
        var name = sockaddr_storage()
        return withUnsafeMutableBytes(of: &name) { bytes in
            bytes.storeBytes(of: sa_family_t(family), as: sa_family_t.self)
            bytes[2] = UInt8(port >> 8)
            bytes[3] = UInt8(port & 0xff)
            let length = family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
            let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return Glibc.bind(descriptor, address, socklen_t(length)) == 0
        }
    }
}
