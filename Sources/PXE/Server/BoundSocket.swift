// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// Opens bound sockets for NIO to take over.
///
/// NIO's own sockets would be inherited by every child process, and a child that outlives this process (a plugin's
/// worker after a crash) would keep the ports from the next start.
enum BoundSocket {
    /// Why a socket could not be opened.
    struct Failure: Error {
        var errno: CInt
    }

    /// A UDP socket, on one interface only when `interface` is given.
    static func udp(_ address: IPv4Address, port: Int, interface: String? = nil) throws(Failure) -> CInt {
        try check(clinux_udp_bind(interface, address.value.bigEndian, UInt16(truncatingIfNeeded: port)))
    }

    /// A TCP socket, not listening yet.
    static func tcp(_ address: IPv4Address, port: Int) throws(Failure) -> CInt {
        try check(clinux_tcp_bind(address.value.bigEndian, UInt16(truncatingIfNeeded: port)))
    }

    private static func check(_ descriptor: CInt) throws(Failure) -> CInt {
        guard descriptor >= 0 else { throw Failure(errno: -descriptor) }
        return descriptor
    }
}
