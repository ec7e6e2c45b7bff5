// SPDX-License-Identifier: Apache-2.0
private import Crypto
private import Foundation
internal import Host

/// A signed statement: a DSSE v1 envelope with an Ed25519 signature.
public enum Envelope {
    /// Signs a statement.
    /// - Throws: `KitError` when the key is none.
    public static func sign(_ statement: String, keyPEM: String) throws -> String {
        let seed = try PEM.privateKey(keyPEM)
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        let payload = Array(statement.utf8)
        let signature = try key.signature(for: encoding(payload, type: Certificate.payloadType))
        return JSONValue.object([
            ("payloadType", .string(Certificate.payloadType)),
            ("payload", .string(Data(payload).base64EncodedString())),
            (
                "signatures",
                .array([
                    .object([
                        ("keyid", .string(keyID(Array(key.publicKey.rawRepresentation)))),
                        ("sig", .string(signature.base64EncodedString())),
                    ])
                ])
            ),
        ]).text
    }

    /// What a file holds: the statement, and whether the key has signed it.
    struct Opened {
        var statement: [UInt8]
        /// nil when the file has no signature at all, or there is no key to check it with.
        var isSigned: Bool
        var signatureHolds: Bool?
    }

    /// Opens an envelope or a bare statement.
    /// - Throws: `KitError` when it is neither.
    static func open(_ text: String, publicKeyPEM: String?) throws -> Opened {
        let json: JSONValue
        do { json = try JSONParser.parse(text) } catch { throw KitError("the certificate is not JSON: \(error)") }
        guard let payloadText = json["payload"]?.string else {
            return Opened(statement: Array(text.utf8), isSigned: false, signatureHolds: nil)
        }
        guard let type = json["payloadType"]?.string, let payload = Data(base64Encoded: payloadText) else {
            throw KitError("the envelope has no payload")
        }
        guard let publicKeyPEM else {
            return Opened(statement: Array(payload), isSigned: true, signatureHolds: nil)
        }
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: PEM.publicKey(publicKeyPEM))
        let signed = encoding(Array(payload), type: type)
        let holds = (json["signatures"]?.elements ?? []).contains { entry in
            guard let signature = entry["sig"]?.string.flatMap({ Data(base64Encoded: $0) }) else { return false }
            return key.isValidSignature(signature, for: signed)
        }
        return Opened(statement: Array(payload), isSigned: true, signatureHolds: holds)
    }

    /// DSSE's pre-authentication encoding.
    private static func encoding(_ payload: [UInt8], type: String) -> Data {
        Data("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + Data(payload)
    }

    private static func keyID(_ publicKey: [UInt8]) -> String {
        SHA256.hash(data: publicKey).prefix(8).map { byte in
            String(byte, radix: 16).count == 1 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }.joined()
    }
}

/// Ed25519 keys as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them (RFC 8410).
enum PEM {
    /// The 32 bytes of a private key: PKCS#8 with version 0 or 1.
    static func privateKey(_ text: String) throws -> [UInt8] {
        let bytes = try der(text, "PRIVATE KEY")
        // INTEGER version, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING { 32 bytes } }
        let head: [UInt8] = [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
        guard bytes.count >= 48, bytes[0] == 0x30, bytes[2] == 0x02, bytes[3] == 0x01, bytes[4] <= 1,
            Array(bytes[5..<16]) == head
        else { throw KitError("the key is not an Ed25519 private key in PKCS#8") }
        return Array(bytes[16..<48])
    }

    /// The 32 bytes of a public key: SubjectPublicKeyInfo.
    static func publicKey(_ text: String) throws -> [UInt8] {
        let bytes = try der(text, "PUBLIC KEY")
        let head: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        guard bytes.count == 44, bytes.starts(with: head) else {
            throw KitError("the key is not an Ed25519 public key")
        }
        return Array(bytes[12...])
    }

    private static func der(_ text: String, _ label: String) throws -> [UInt8] {
        guard let start = text.range(of: "-----BEGIN \(label)-----"),
            let end = text.range(of: "-----END \(label)-----"), start.upperBound <= end.lowerBound
        else { throw KitError("there is no \(label) in the PEM file") }
        let body = text[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: String(body)) else { throw KitError("the PEM file is not base64") }
        return Array(data)
    }
}
