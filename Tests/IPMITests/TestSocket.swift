// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A UDP socket on loopback.
final class TestSocket: Sendable {
    let descriptor: Int32
    let port: UInt16

    /// Bound to a port of the address, 0 for a free one.
    init?(_ address: String, _ port: UInt16) {
        guard let descriptor = Self.open(address, port, bind) else { return nil }
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutableBytes(of: &name) { bytes in
            getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard status == 0 else { return nil }
        self.descriptor = descriptor
        self.port = UInt16(bigEndian: name.sin6_port)
    }

    /// Connected to a port of the address.
    init?(connectedTo address: String, _ port: UInt16) {
        guard let descriptor = Self.open(address, port, connect) else { return nil }
        self.descriptor = descriptor
        self.port = port
    }

    func send(_ bytes: [UInt8]) { Glibc.send(descriptor, bytes, bytes.count, 0) }

    /// Waits for a datagram; nil when none comes in time.
    func receive(milliseconds: Int32) -> [UInt8]? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }

    func close() { Glibc.close(descriptor) }

    private static func open(
        _ address: String, _ port: UInt16, _ use: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &list) == 0, let info = list?.pointee else { return nil }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, use(descriptor, info.ai_addr, info.ai_addrlen) == 0 else { return nil }
        return descriptor
    }
}
