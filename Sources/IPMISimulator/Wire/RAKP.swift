// SPDX-License-Identifier: Apache-2.0

/// What console and BMC have told each other, and the keys that come of it (IPMI 2.0 sections 13.20 to 13.23, 13.31).
struct KeyExchange: Equatable {
    var consoleSessionID: UInt32
    var bmcSessionID: UInt32
    /// 16 bytes each.
    var consoleRandom: [UInt8]
    var bmcRandom: [UInt8]
    var guid: [UInt8]
    /// As it came in RAKP message 1, with the name-only bit.
    var role: UInt8
    var userName: [UInt8]

    /// Key exchange authentication code of RAKP message 2.
    func code2(_ hash: HashKind, userKey: [UInt8]) -> [UInt8] {
        hash.hmac(
            key: userKey,
            consoleSessionID.wire + bmcSessionID.wire + consoleRandom + bmcRandom + guid + roleAndName)
    }

    /// Key exchange authentication code of RAKP message 3.
    func code3(_ hash: HashKind, userKey: [UInt8]) -> [UInt8] {
        hash.hmac(key: userKey, bmcRandom + consoleSessionID.wire + roleAndName)
    }

    /// The session integrity key.
    func sessionKey(_ hash: HashKind, bmcKey: [UInt8]) -> [UInt8] {
        hash.hmac(key: bmcKey, consoleRandom + bmcRandom + roleAndName)
    }

    /// Integrity check value of RAKP message 4.
    func code4(_ hash: HashKind, sessionKey: [UInt8]) -> [UInt8] {
        Array(hash.hmac(key: sessionKey, consoleRandom + bmcSessionID.wire + guid).prefix(hash.checkLength))
    }

    private var roleAndName: [UInt8] { [role, UInt8(clamping: userName.count)] + userName }
}

/// The keys of an open session.
struct SessionKeys: Equatable {
    /// Of the integrity check.
    let integrity: [UInt8]
    /// Of AES, 16 bytes.
    let confidentiality: [UInt8]

    init(_ hash: HashKind, sessionKey: [UInt8]) {
        integrity = hash.hmac(key: sessionKey, [UInt8](repeating: 1, count: 20))
        confidentiality = Array(hash.hmac(key: sessionKey, [UInt8](repeating: 2, count: 20)).prefix(16))
    }
}

/// RMCP+ and RAKP status codes (IPMI 2.0 table 13-15).
enum RAKPStatus {
    static let success: UInt8 = 0x00
    static let noResources: UInt8 = 0x01
    static let invalidSessionID: UInt8 = 0x02
    static let invalidRole: UInt8 = 0x09
    static let unauthorisedRole: UInt8 = 0x0A
    static let invalidNameLength: UInt8 = 0x0C
    static let unauthorisedName: UInt8 = 0x0D
    static let invalidCheckValue: UInt8 = 0x0F
    static let noCipherSuiteMatch: UInt8 = 0x11
    static let illegalParameter: UInt8 = 0x12
}
