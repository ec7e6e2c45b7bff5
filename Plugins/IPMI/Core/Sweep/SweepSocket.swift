// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Synchronization

/// One UDP socket for all BMCs of an address family.
final class SweepSocket: Sendable {
    let descriptor: Int32
    let family: Int32
    /// Its port, under which sessions opened through it are known to live.
    let livePort: LivePort?

    /// What came in.
    enum Arrival {
        /// A packet and the address it came from.
        case packet([UInt8], from: [UInt8])
        /// The host at an address says that nobody listens there.
        case refusal(by: [UInt8], code: Int32)
    }

    private init?(_ family: Int32) {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(family, kind, 0)
        self.family = family
        guard descriptor >= 0 else {
            livePort = nil
            return nil
        }
        // The port is taken now instead of with the first packet.
        LivePort.bind(descriptor, family, to: 0)
        livePort = LivePort(of: descriptor)
        var size: Int32 = 4 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        // Refusals by hosts are heard (IP_RECVERR, IPV6_RECVERR).
        var on: Int32 = 1
        let (level, option): (Int32, Int32) = family == AF_INET6 ? (41, 25) : (0, 11)
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next entry of the queue of errors; nil when it is empty.
    func refusal() -> Arrival? {
        var name = sockaddr_storage()
        var control = [UInt8](repeating: 0, count: 512)
        var message = msghdr()
        let count = withUnsafeMutableBytes(of: &name) { name in
            control.withUnsafeMutableBytes { control in
                message.msg_name = name.baseAddress
                message.msg_namelen = socklen_t(name.count)
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                return recvmsg(descriptor, &message, Int32(MSG_ERRQUEUE) | Int32(MSG_DONTWAIT))
            }
        }
        guard count >= 0 else { return nil }
        let address = withUnsafeBytes(of: &name) { Array($0.prefix(Int(message.msg_namelen))) }
        // After the header of the control message stands the errno (struct sock_extended_err).
        let head = MemoryLayout<cmsghdr>.size
        let code = control.withUnsafeBytes {
            message.msg_controllen >= head + 4 ? $0.loadUnaligned(fromByteOffset: head, as: UInt32.self) : 0
        }
        return .refusal(by: address, code: Int32(truncatingIfNeeded: code))
    }

    // MARK: Sockets at rest

    private static let resting = Mutex<[SweepSocket]>([])

    /// A socket that no sweep uses now.
    static func take(_ family: Int32) -> SweepSocket? {
        let rested = resting.withLock { resting in
            resting.firstIndex { $0.family == family }.map { resting.remove(at: $0) }
        }
        return rested ?? SweepSocket(family)
    }

    /// Keeps it for the next sweep.
    static func put(_ socket: SweepSocket) { resting.withLock { $0.append(socket) } }

    /// Closes the sockets at rest.
    static func closeAll() { resting.withLock { $0.removeAll() } }
}
