// SPDX-License-Identifier: GPL-3.0-or-later

/// RMCP+ packets (IPMI 2.0, section 13.6).
enum LinkPacket {
    /// Payload types (table 13-16).
    enum Payload {
        static let ipmi: UInt8 = 0x00
        static let serial: UInt8 = 0x01
        static let openSessionRequest: UInt8 = 0x10
        static let openSessionResponse: UInt8 = 0x11
        static let rakp1: UInt8 = 0x12
        static let rakp2: UInt8 = 0x13
        static let rakp3: UInt8 = 0x14
        static let rakp4: UInt8 = 0x15
    }

    private static let header: [UInt8] = [0x06, 0x00, 0xff, 0x07, 0x06]

    /// A packet outside a session.
    static func plain(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        header + [type] + [UInt8](repeating: 0, count: 8) + bytes16(payload.count) + payload
    }

    /// A packet of a session, encrypted and authenticated.
    static func sealed(
        _ type: UInt8, _ payload: [UInt8], session: UInt32, sequence: UInt32, _ keys: LinkKeys
    ) -> [UInt8] {
        let body = keys.cipher.seal(payload, iv: RandomBytes.make(BlockCipher.block))
        var packet: [UInt8] = []
        packet.reserveCapacity(64 + body.count)
        packet += header
        packet.append(0xc0 | type)
        packet += bytes32(session)
        packet += bytes32(sequence)
        packet += bytes16(body.count)
        packet += body
        // From the authentication type to the next-header byte the length is a multiple of four.
        let pad = (4 - (packet.count - 4 + 2) % 4) % 4
        for _ in 0..<pad { packet.append(0xff) }
        packet.append(UInt8(pad))
        packet.append(0x07)
        let code = packet.withUnsafeBytes { keys.integrity.code(of: .init(rebasing: $0[4...])) }
        return packet + code.prefix(keys.suite.codeLength)
    }

    /// What stands before the payload of a packet.
    struct Head: Equatable {
        var type: UInt8
        var isEncrypted: Bool
        var isAuthenticated: Bool
        var session: UInt32
        var sequence: UInt32
        /// Where the payload is in the packet.
        var payload: Range<Int>

        /// Nil when the bytes are no RMCP+ packet.
        init?(_ packet: [UInt8]) {
            guard packet.count >= 16, packet[0] == 0x06, packet[3] & 0x1f == 0x07, packet[4] == 0x06 else { return nil }
            type = packet[5] & 0x3f
            isEncrypted = packet[5] & 0x80 != 0
            isAuthenticated = packet[5] & 0x40 != 0
            session = number32(packet, 6)
            sequence = number32(packet, 10)
            let length = Int(packet[14]) | Int(packet[15]) << 8
            guard 16 + length <= packet.count else { return nil }
            payload = 16..<16 + length
        }
    }

    /// The payload of a packet of a session; nil when its code is wrong, it is not encrypted, or its padding is broken.
    static func open(_ packet: [UInt8], _ head: Head, _ keys: LinkKeys) -> [UInt8]? {
        let codeLength = keys.suite.codeLength
        guard head.isEncrypted, head.isAuthenticated, packet.count >= head.payload.upperBound + 2 + codeLength else {
            return nil
        }
        let end = packet.count - codeLength
        let code = packet.withUnsafeBytes { keys.integrity.code(of: .init(rebasing: $0[4..<end])) }
        var difference: UInt8 = 0
        for index in 0..<codeLength { difference |= code[index] ^ packet[end + index] }
        guard code.count >= codeLength, difference == 0 else { return nil }
        return keys.cipher.open(packet[head.payload])
    }

    static func bytes32(_ number: UInt32) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8),
            UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 24),
        ]
    }

    static func bytes16(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }

    /// Four bytes, the lowest first; they must be there.
    static func number32(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
    }
}
