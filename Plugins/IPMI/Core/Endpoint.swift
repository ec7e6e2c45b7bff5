// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The resolved address and port of a BMC.
struct Endpoint: Sendable, Equatable {
    /// A `sockaddr_in` or `sockaddr_in6`.
    let socketAddress: [UInt8]
    /// `AF_INET` or `AF_INET6`.
    let family: Int32
    /// Address and port as libfreeipmi reads them: `192.0.2.1:623`, `[2001:db8::1]:623`.
    let literal: String

    init?(_ info: addrinfo) {
        guard let address = info.ai_addr, info.ai_family == AF_INET || info.ai_family == AF_INET6 else { return nil }
        var host = [CChar](repeating: 0, count: 128)
        var port = [CChar](repeating: 0, count: 16)
        guard
            getnameinfo(
                address, info.ai_addrlen, &host, socklen_t(host.count), &port, socklen_t(port.count),
                NI_NUMERICHOST | NI_NUMERICSERV) == 0
        else { return nil }
        let hostText = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let portText = String(decoding: port.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        family = info.ai_family
        socketAddress = Array(UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))
        literal = info.ai_family == AF_INET6 ? "[\(hostText)]:\(portText)" : "\(hostText):\(portText)"
    }

    /// A datagram socket connected to the endpoint, so that refusals by its host are heard; nil with errno set.
    func connectedSocket() -> Int32? {
        let descriptor = socket(
            family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let status = socketAddress.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return Int32(-1) }
            return connect(descriptor, address, socklen_t(bytes.count))
        }
        guard status == 0 else {
            let reason = errno
            close(descriptor)
            errno = reason
            return nil
        }
        return descriptor
    }
}
