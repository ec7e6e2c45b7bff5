// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit

/// Name, password and BMC key of one login; the bytes are wiped when it ends.
final class LinkCredentials {
    let username: [UInt8]
    /// The password, padded to 20 bytes.
    private(set) var userKey: [UInt8]
    /// The BMC key, padded to 20 bytes; the password when there is none.
    private(set) var bmcKey: [UInt8]

    init(_ credentials: borrowing Session.Credentials) {
        username = Array(credentials.username.utf8)
        let userKey = credentials.password.withPaddedBytes(to: 20) { Array($0.prefix(20)) }
        self.userKey = userKey
        switch credentials.key {
        case .some(let key): bmcKey = key.withPaddedBytes(to: 20) { Array($0.prefix(20)) }
        case .none: bmcKey = userKey
        }
    }

    /// For tests.
    init(username: String, password: String, bmcKey: [UInt8]? = nil) {
        self.username = Array(username.utf8)
        let text = Array(password.utf8.prefix(20))
        userKey = text + [UInt8](repeating: 0, count: 20 - text.count)
        self.bmcKey = bmcKey ?? userKey
    }

    deinit {
        userKey.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } }
        bmcKey.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } }
    }
}

/// What both sides know after the first two messages of a login, and the codes that follow (IPMI 2.0, section 13.31).
struct LinkHandshake {
    var suite: LinkSuite
    /// Requested privilege, with the bit for a look-up by name only.
    var role: UInt8
    var username: [UInt8]
    /// Session ids of console and BMC.
    var consoleID: UInt32
    var bmcID: UInt32 = 0
    var consoleRandom: [UInt8]
    var bmcRandom: [UInt8] = []
    var bmcGUID: [UInt8] = []

    private var user: [UInt8] { [role, UInt8(truncatingIfNeeded: username.count)] + username }

    /// What RAKP message 2 must end with when both have the same password.
    func rakp2Code(_ userKey: KeyedHash) -> [UInt8] {
        userKey.code(
            LinkPacket.bytes32(consoleID) + LinkPacket.bytes32(bmcID) + consoleRandom + bmcRandom + bmcGUID + user)
    }

    /// What RAKP message 3 ends with.
    func rakp3Code(_ userKey: KeyedHash) -> [UInt8] {
        userKey.code(bmcRandom + LinkPacket.bytes32(consoleID) + user)
    }

    /// The session integrity key.
    func sessionKey(_ bmcKey: KeyedHash) -> [UInt8] {
        bmcKey.code(consoleRandom + bmcRandom + user)
    }

    /// What RAKP message 4 must end with.
    func rakp4Code(_ sessionKey: KeyedHash) -> [UInt8] {
        Array(sessionKey.code(consoleRandom + LinkPacket.bytes32(bmcID) + bmcGUID).prefix(suite.codeLength))
    }
}

/// The keys of an open session (IPMI 2.0, section 13.32).
final class LinkKeys {
    let suite: LinkSuite
    let integrity: KeyedHash
    let cipher: BlockCipher

    /// From the session integrity key; nil when libgcrypt refuses.
    init?(_ suite: LinkSuite, sessionKey: KeyedHash) {
        let first = sessionKey.code([UInt8](repeating: 1, count: 20))
        let second = sessionKey.code([UInt8](repeating: 2, count: 20))
        guard let integrity = KeyedHash(suite.hash, key: first), second.count >= 16,
            let cipher = BlockCipher(key: Array(second.prefix(16)))
        else { return nil }
        self.suite = suite
        self.integrity = integrity
        self.cipher = cipher
    }
}
