// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation

/// A secret as it lies in the database: AES-GCM nonce, ciphertext and tag.
public struct SealedSecret: Sendable {
    let bytes: Data
}

/// Seals secrets under a key that is not in the database (file `key`, 32 bytes, mode 0600).
public struct SecretBox: Sendable {
    private let key: SymmetricKey

    /// Reads the key file of the data directory, making it at first use.
    ///
    /// - Throws: `StoreError.badPrivateFile` when the file has another size or is readable by others.
    public init(directory: URL) throws {
        let url = directory.appendingPathComponent("key")
        let bytes = try PrivateFile.load(url) { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) } }
        guard bytes.count == 32 else {
            throw StoreError.badPrivateFile(path: url.path, reason: "has \(bytes.count) bytes instead of 32")
        }
        key = SymmetricKey(data: bytes)
    }

    /// Seals `plain`, bound to `id` so that a sealed value cannot be moved to another owner.
    public func seal(_ plain: Data, id: String) throws -> SealedSecret {
        let box = try AES.GCM.seal(plain, using: key, authenticating: Data(id.utf8))
        guard let combined = box.combined else { throw StoreError.sealBroken(id: id) }
        return SealedSecret(bytes: combined)
    }

    /// Opens what `seal` made.
    ///
    /// - Throws: `StoreError.sealBroken` when key, id or bytes do not match.
    public func open(_ sealed: SealedSecret, id: String) throws -> Data {
        do {
            return try AES.GCM.open(
                AES.GCM.SealedBox(combined: sealed.bytes), using: key, authenticating: Data(id.utf8))
        } catch {
            throw StoreError.sealBroken(id: id)
        }
    }
}
