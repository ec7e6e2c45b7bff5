// SPDX-License-Identifier: Apache-2.0

/// One datagram on port 623 (IPMI 2.0 section 13.1, ASF 2.0 section 3.2).
enum RMCPDatagram: Equatable {
    /// An ASF presence ping.
    case ping(tag: UInt8)
    /// An IPMI message in a header of IPMI 1.5.
    case plain(PlainPacket)
    /// An IPMI message, session set-up or payload in a header of RMCP+.
    case plus(PlusPacket)

    /// Reads a datagram; nil when it is none of these or ends early.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= 1_024 else { return nil }
        var reader = ByteReader(bytes)
        guard reader.byte() == 0x06, reader.byte() != nil, reader.byte() != nil, let messageClass = reader.byte() else {
            return nil
        }
        switch messageClass {
        case 0x06:
            guard reader.bytes(4) == Self.asf, reader.byte() == 0x80, let tag = reader.byte() else { return nil }
            self = .ping(tag: tag)
        case 0x07:
            guard bytes.count > 4 else { return nil }
            if bytes[4] == 0x06 {
                guard let packet = PlusPacket(&reader, all: bytes) else { return nil }
                self = .plus(packet)
            } else {
                guard let packet = PlainPacket(&reader) else { return nil }
                self = .plain(packet)
            }
        default: return nil
        }
    }

    /// The RMCP header of IPMI: version, reserved, no acknowledge, class.
    static let header: [UInt8] = [0x06, 0x00, 0xFF, 0x07]

    /// ASF's enterprise number, 4542.
    private static let asf: [UInt8] = [0x00, 0x00, 0x11, 0xBE]

    /// The answer to a presence ping: IPMI is supported, nothing else.
    static func pong(tag: UInt8) -> [UInt8] {
        [0x06, 0x00, 0xFF, 0x06] + asf + [0x40, tag, 0x00, 0x10] + asf + [0, 0, 0, 0, 0x81, 0x00, 0, 0, 0, 0, 0, 0]
    }
}

/// An IPMI 1.5 session header and its message (IPMI 2.0 table 13-8).
struct PlainPacket: Equatable {
    var authenticationType: UInt8
    var sequence: UInt32
    var sessionID: UInt32
    var message: [UInt8]

    init?(_ reader: inout ByteReader) {
        guard let type = reader.byte(), let sequence = reader.double(), let id = reader.double() else { return nil }
        if type != 0, reader.bytes(16) == nil { return nil }
        guard let length = reader.byte(), let message = reader.bytes(Int(length)) else { return nil }
        (authenticationType, self.sequence, sessionID, self.message) = (type, sequence, id, message)
    }

    /// A message outside any session.
    static func encode(message: [UInt8]) -> [UInt8] {
        RMCPDatagram.header + [0] + [UInt8](repeating: 0, count: 8) + [UInt8(clamping: message.count)] + message
    }
}

/// What an RMCP+ packet carries (IPMI 2.0 table 13-16).
enum PayloadType {
    static let ipmi: UInt8 = 0x00
    static let sol: UInt8 = 0x01
    static let openSessionRequest: UInt8 = 0x10
    static let openSessionResponse: UInt8 = 0x11
    static let rakp1: UInt8 = 0x12
    static let rakp2: UInt8 = 0x13
    static let rakp3: UInt8 = 0x14
    static let rakp4: UInt8 = 0x15
}

/// An RMCP+ packet as it is on the wire: the payload may be encrypted, the trailer is not checked yet.
struct PlusPacket: Equatable {
    var payloadType: UInt8
    var isEncrypted: Bool
    var isAuthenticated: Bool
    var sessionID: UInt32
    var sequence: UInt32
    var payload: [UInt8]
    /// All from the authentication type to the end: what the integrity check covers, and its value.
    var signed: [UInt8]

    init?(_ reader: inout ByteReader, all: [UInt8]) {
        guard reader.byte() == 0x06, let type = reader.byte() else { return nil }
        payloadType = type & 0x3F
        isEncrypted = type & 0x80 != 0
        isAuthenticated = type & 0x40 != 0
        if payloadType == 0x02, reader.bytes(6) == nil { return nil }
        guard let id = reader.double(), let sequence = reader.double(), let length = reader.word(),
            let payload = reader.bytes(Int(length))
        else { return nil }
        (sessionID, self.sequence, self.payload) = (id, sequence, payload)
        signed = Array(all[4...])
    }

    /// The part of a packet from the authentication type to the payload's end.
    static func head(
        type: UInt8, isEncrypted: Bool, isAuthenticated: Bool, sessionID: UInt32, sequence: UInt32, payload: [UInt8]
    ) -> [UInt8] {
        [0x06, type | (isEncrypted ? 0x80 : 0) | (isAuthenticated ? 0x40 : 0)] + sessionID.wire + sequence.wire
            + UInt16(clamping: payload.count).wire + payload
    }

    /// A packet outside any session.
    static func encode(type: UInt8, payload: [UInt8]) -> [UInt8] {
        RMCPDatagram.header
            + head(
                type: type, isEncrypted: false, isAuthenticated: false, sessionID: 0, sequence: 0, payload: payload)
    }
}
