// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import Foundation
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// A certificate with its key, both in PEM.
struct ServerCertificate: Sendable, Equatable {
    var certificate: String
    var key: String

    /// Makes a certificate that signs itself, for 127.0.0.1, ::1 and localhost unless another host is named.
    static func make(host: String? = nil, isExpired: Bool = false) throws -> ServerCertificate {
        let key = P256.Signing.PrivateKey()
        let signer = Certificate.PrivateKey(key)
        let name = try DistinguishedName {
            CommonName(host ?? "Ingot simulated BMC")
            OrganizationName("Ingot")
        }
        let day: TimeInterval = 86_400
        let now = Date()
        let names: [GeneralName] =
            host.map { [.dnsName($0)] } ?? [
                .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                .ipAddress(ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
            ]
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: signer.publicKey,
            notValidBefore: now.addingTimeInterval(-30 * day),
            notValidAfter: now.addingTimeInterval(isExpired ? -day : 365 * day), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            }, issuerPrivateKey: signer)
        return ServerCertificate(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }

    func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        return try NIOSSLContext(configuration: configuration)
    }
}
