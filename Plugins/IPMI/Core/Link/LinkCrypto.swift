// SPDX-License-Identifier: GPL-3.0-or-later
import CGcrypt
import Glibc

/// The algorithms of a cipher suite (IPMI 2.0, table 22-20) that a link speaks: those with HMAC for login and packets and
/// with AES.
struct LinkSuite: Equatable {
    let id: UInt8
    /// Numbers of the authentication, integrity and confidentiality algorithm.
    let algorithms: [UInt8]
    /// libgcrypt's hash.
    let hash: Int32
    /// Bytes of a packet's authentication code.
    let codeLength: Int

    /// Nil for a suite that is not one of 3, 8 and 17.
    init?(_ id: UInt8) {
        self.id = id
        switch id {
        case 3: (algorithms, hash, codeLength) = ([1, 1, 1], Int32(GCRY_MD_SHA1.rawValue), 12)
        case 8: (algorithms, hash, codeLength) = ([2, 2, 1], Int32(GCRY_MD_MD5.rawValue), 16)
        case 17: (algorithms, hash, codeLength) = ([3, 4, 1], Int32(GCRY_MD_SHA256.rawValue), 16)
        default: return nil
        }
    }
}

/// An HMAC with a fixed key. Not thread-safe.
final class KeyedHash {
    private let handle: gcry_md_hd_t
    private let hash: Int32
    private let length: Int

    /// Nil when libgcrypt refuses.
    init?(_ hash: Int32, key: [UInt8]) {
        var opened: gcry_md_hd_t?
        guard gcry_md_open(&opened, hash, UInt32(GCRY_MD_FLAG_HMAC.rawValue)) == 0, let opened else { return nil }
        handle = opened
        self.hash = hash
        length = Int(gcry_md_get_algo_dlen(hash))
        guard gcry_md_setkey(handle, key, key.count) == 0 else { return nil }
    }

    deinit { gcry_md_close(handle) }

    /// The code of the bytes.
    func code(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        return bytes.withUnsafeBytes { code(of: $0) }
    }

    func code(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        gcry_md_reset(handle)
        gcry_md_write(handle, bytes.baseAddress, bytes.count)
        guard let digest = gcry_md_read(handle, hash) else { return [] }
        return Array(UnsafeBufferPointer(start: digest, count: length))
    }
}

/// AES-128 in CBC mode with a fixed key, as RMCP+ uses it. Not thread-safe.
final class BlockCipher {
    static let block = 16
    private let handle: gcry_cipher_hd_t

    /// Nil when libgcrypt refuses.
    init?(key: [UInt8]) {
        var opened: gcry_cipher_hd_t?
        let aes = Int32(GCRY_CIPHER_AES.rawValue)
        guard key.count == 16, gcry_cipher_open(&opened, aes, Int32(GCRY_CIPHER_MODE_CBC.rawValue), 0) == 0,
            let opened
        else { return nil }
        handle = opened
        guard gcry_cipher_setkey(handle, key, key.count) == 0 else { return nil }
    }

    deinit { gcry_cipher_close(handle) }

    /// Padded and encrypted, the initialisation vector first (IPMI 2.0, section 13.29).
    func seal(_ payload: [UInt8], iv: [UInt8]) -> [UInt8] {
        let pad = (Self.block - (payload.count + 1) % Self.block) % Self.block
        var plain = payload
        for count in 0..<pad { plain.append(UInt8(count + 1)) }
        plain.append(UInt8(pad))
        gcry_cipher_setiv(handle, iv, iv.count)
        gcry_cipher_encrypt(handle, &plain, plain.count, nil, 0)
        return iv + plain
    }

    /// The payload, or nil when lengths or padding do not fit.
    func open(_ sealed: ArraySlice<UInt8>) -> [UInt8]? {
        guard sealed.count >= 2 * Self.block, sealed.count % Self.block == 0 else { return nil }
        let iv = Array(sealed.prefix(Self.block))
        var text = Array(sealed.dropFirst(Self.block))
        gcry_cipher_setiv(handle, iv, iv.count)
        guard gcry_cipher_decrypt(handle, &text, text.count, nil, 0) == 0, let pad = text.last,
            Int(pad) < Self.block, text.count > Int(pad)
        else { return nil }
        for index in 0..<Int(pad) where text[text.count - 1 - Int(pad) + index] != UInt8(index + 1) { return nil }
        text.removeLast(Int(pad) + 1)
        return text
    }
}

/// Bytes for nonces and session ids.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        gcry_create_nonce(&bytes, count)
        return bytes
    }
}
