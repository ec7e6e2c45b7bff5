// SPDX-License-Identifier: Apache-2.0
import NIOCore

extension IPv4Address {
    /// The IPv4 address of a socket address; nil for other families.
    init?(_ address: SocketAddress?) {
        guard case .v4 = address else { return nil }
        // struct sockaddr_in: family and port take two octets each, then comes the address in network order.
        let word = address?.withSockAddr { pointer, size in
            size >= 8 ? UnsafeRawPointer(pointer).loadUnaligned(fromByteOffset: 4, as: UInt32.self) : 0
        }
        self.init(value: UInt32(bigEndian: word ?? 0))
    }

    /// This address and a port.
    func socketAddress(port: Int) throws -> SocketAddress {
        try SocketAddress(packedIPAddress: ByteBuffer(integer: value), port: port)
    }
}
