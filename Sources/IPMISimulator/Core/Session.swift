// SPDX-License-Identifier: Apache-2.0

/// One RMCP+ session, from the Open Session request on.
struct Session {
    enum Stage: Equatable {
        case opened
        /// RAKP message 2 was sent.
        case challenged
        case active
    }

    /// The BMC's number of it.
    let id: UInt32
    let consoleID: UInt32
    /// 1 to 63, for Get Session Info.
    let handle: UInt8
    let suite: CipherSuite
    var peer: Peer
    var stage = Stage.opened
    let openedAt: Duration
    var lastSeen: Duration

    var exchange: KeyExchange
    var sessionKey: [UInt8] = []
    var keys: SessionKeys?

    var userID: UInt8 = 0
    /// The most that this session may be raised to.
    var limit = Privilege.user
    var privilege = Privilege.user
    var inbound = SequenceWindow()
    var outbound: UInt32 = 0

    init(
        id: UInt32, consoleID: UInt32, handle: UInt8, suite: CipherSuite, peer: Peer, guid: [UInt8], at now: Duration
    ) {
        self.id = id
        self.consoleID = consoleID
        self.handle = handle
        self.suite = suite
        self.peer = peer
        openedAt = now
        lastSeen = now
        exchange = KeyExchange(
            consoleSessionID: consoleID, bmcSessionID: id, consoleRandom: [], bmcRandom: [], guid: guid, role: 0,
            userName: [])
    }

    /// The payload of a packet of this session; nil when its check value, its number or its encryption is wrong.
    mutating func open(_ packet: PlusPacket) -> [UInt8]? {
        guard let keys, packet.isAuthenticated else { return nil }
        let length = suite.hash.checkLength
        guard packet.signed.count > packet.payload.count + length + 2 else { return nil }
        let body = Array(packet.signed.dropLast(length))
        let check = suite.hash.hmac(key: keys.integrity, body).prefix(length)
        guard body.last == 0x07, check.elementsEqual(packet.signed.suffix(length)) else { return nil }
        guard inbound.accept(packet.sequence) else { return nil }
        guard packet.isEncrypted else { return packet.payloadType == PayloadType.ipmi ? nil : packet.payload }
        return Confidentiality.decrypt(packet.payload, key: keys.confidentiality)
    }

    /// A packet of this session.
    mutating func seal(
        _ payload: [UInt8], type: UInt8, isEncrypted: Bool = true, vector: [UInt8], sessionID: UInt32? = nil
    ) -> [UInt8] {
        guard let keys else { return [] }
        outbound = outbound == .max ? 1 : outbound + 1
        let carried =
            isEncrypted
            ? Confidentiality.encrypt(payload, key: keys.confidentiality, vector: vector) ?? [] : payload
        var body = PlusPacket.head(
            type: type, isEncrypted: isEncrypted, isAuthenticated: true, sessionID: sessionID ?? consoleID,
            sequence: outbound, payload: carried)
        let pad = (4 - (body.count + 2) % 4) % 4
        body += [UInt8](repeating: 0xFF, count: pad) + [UInt8(pad), 0x07]
        return RMCPDatagram.header + body
            + suite.hash.hmac(key: keys.integrity, body).prefix(suite.hash.checkLength)
    }
}
