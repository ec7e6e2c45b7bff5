// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// The hash that a cipher suite is built on.
enum HashKind: Sendable {
    case sha1
    case sha256

    /// HMAC (RFC 2104). Made from the hash itself: a farm of BMCs spends most of its time here, and swift-crypto's `HMAC`
    /// costs several times the hashing of so short a message.
    func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let key = key.count > Self.block ? digest(key) : key
        var bytes = [UInt8](repeating: 0x36, count: Self.block)
        for index in key.indices { bytes[index] ^= key[index] }
        bytes.append(contentsOf: message)
        let inner = digest(bytes)
        for index in 0..<Self.block { bytes[index] = 0x5C }
        for index in key.indices { bytes[index] ^= key[index] }
        bytes.replaceSubrange(Self.block..., with: inner)
        return digest(bytes)
    }

    /// Bytes of the hash's block, of both hashes.
    private static let block = 64

    private func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: Insecure.SHA1.hash(data: bytes).withUnsafeBytes { Array($0) }
        case .sha256: SHA256.hash(data: bytes).withUnsafeBytes { Array($0) }
        }
    }

    /// Bytes of an integrity check value: HMAC-SHA1-96, HMAC-SHA256-128.
    var checkLength: Int { self == .sha1 ? 12 : 16 }
}

/// A cipher suite that the simulator speaks (IPMI 2.0 table 22-20): 3 and 17, both with AES-CBC-128.
enum CipherSuite: UInt8, Sendable, CaseIterable {
    case three = 3
    case seventeen = 17

    var hash: HashKind { self == .three ? .sha1 : .sha256 }
    /// RAKP-HMAC-SHA1 or -SHA256 (table 13-17).
    var authentication: UInt8 { self == .three ? 0x01 : 0x03 }
    /// HMAC-SHA1-96 or HMAC-SHA256-128 (table 13-18).
    var integrity: UInt8 { self == .three ? 0x01 : 0x04 }
    /// AES-CBC-128 (table 13-19).
    var confidentiality: UInt8 { 0x01 }

    /// Its record in Get Channel Cipher Suites (table 22-18).
    var record: [UInt8] { [0xC0, rawValue, authentication, 0x40 | integrity, 0x80 | confidentiality] }
}

/// AES-CBC-128 as RMCP+ packs it: the vector, then the payload with its pad and the pad's length (section 13.29).
enum Confidentiality {
    static func encrypt(_ payload: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8]? {
        let pad = (16 - (payload.count + 1) % 16) % 16
        let plain = payload + (0..<pad).map { UInt8($0 + 1) } + [UInt8(pad)]
        guard let iv = try? AES._CBC.IV(ivBytes: vector),
            let cipher = try? AES._CBC.encrypt(plain, using: SymmetricKey(data: key), iv: iv, noPadding: true)
        else { return nil }
        return vector + Array(cipher)
    }

    /// nil when the length or the pad is wrong.
    static func decrypt(_ bytes: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 32, bytes.count % 16 == 0, let iv = try? AES._CBC.IV(ivBytes: bytes[..<16]),
            let data = try? AES._CBC.decrypt(bytes[16...], using: SymmetricKey(data: key), iv: iv, noPadding: true)
        else { return nil }
        let plain = Array(data)
        guard let last = plain.last, last < 16, plain.count > Int(last) else { return nil }
        let end = plain.count - 1 - Int(last)
        guard plain[end..<plain.count - 1].elementsEqual((0..<last).map { $0 + 1 }) else { return nil }
        return Array(plain[..<end])
    }
}
