// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// Whom a driver takes for the BMC it was told to reach.
enum Trust: Equatable, Sendable {
    /// Plain http: nobody is checked.
    case none
    /// The certificate authorities of the machine the driver runs on.
    case system
    /// The authorities in a PEM file.
    case file(String)
    /// The authorities in a PEM text.
    case certificates(String)
    /// The one public key: `sha256//` and the base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469).
    case pin(String)
    /// Anybody, as the operator said in so many words.
    case anybody

    /// At most one way may be given. Throws `invalid` naming the member.
    init(
        isSecure: Bool, insecure: Bool, pin: String?, caFile: String?, caCertificates: String?
    ) throws(PluginError) {
        var ways: [(field: String, trust: Trust)] = []
        if insecure { ways.append(("insecure", .anybody)) }
        if let pin {
            guard let checked = Self.pin(from: pin) else {
                throw .invalid(field: "pin", "is not sha256//BASE64 or 64 hexadecimal digits of a public key's SHA-256")
            }
            ways.append(("pin", .pin(checked)))
        }
        if let caFile {
            guard caFile.hasPrefix("/"), !caFile.utf8.contains(0) else {
                throw .invalid(field: "ca_file", "is not an absolute path")
            }
            ways.append(("ca_file", .file(caFile)))
        }
        if let caCertificates {
            guard caCertificates.contains("-----BEGIN CERTIFICATE-----") else {
                throw .invalid(field: "ca_certificates", "is not PEM")
            }
            ways.append(("ca_certificates", .certificates(caCertificates)))
        }
        if ways.count > 1 { throw .invalid(field: ways[1].field, "cannot stand beside \(ways[0].field)") }
        if let way = ways.first, !isSecure { throw .invalid(field: way.field, "means nothing to an http:// address") }
        self = ways.first?.trust ?? (isSecure ? .system : .none)
    }

    /// libcurl's form of a pin; nil when the text is none.
    static func pin(from text: String) -> String? {
        if text.hasPrefix("sha256//") {
            let base64 = text.dropFirst(8)
            let isBase64 = base64.utf8.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=")
            }
            return base64.utf8.count == 44 && base64.hasSuffix("=") && isBase64 ? text : nil
        }
        let digits = text.filter { $0 != ":" }.map(\.hexDigitValue)
        guard digits.count == 64, !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        let bytes = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
        return "sha256//" + Base64.encode(bytes)
    }
}

/// RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let digit = Int(bits >> UInt32(18 - 6 * place) & 63)
                text.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
