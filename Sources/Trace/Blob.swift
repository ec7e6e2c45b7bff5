// SPDX-License-Identifier: Apache-2.0

/// Bytes as a trace keeps them: as text when they are printable UTF-8, in hexadecimal otherwise.
public enum Blob: Sendable, Equatable, Codable {
    case text(String)
    case bytes([UInt8])
    /// Only the number of bytes was kept.
    case secret(count: Int)

    private enum Keys: String, CodingKey { case text, hex, secret }

    public init(_ bytes: [UInt8]) {
        let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        if isPlain, let text = String(validating: bytes, as: UTF8.self) {
            self = .text(text)
        } else {
            self = .bytes(bytes)
        }
    }

    /// The bytes; nil when they were secret.
    public var content: [UInt8]? {
        switch self {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .secret: nil
        }
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        if let text = try values.decodeIfPresent(String.self, forKey: .text) {
            self = .text(text)
        } else if let digits = try values.decodeIfPresent(String.self, forKey: .hex) {
            guard let bytes = Hexadecimal.bytes(digits) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .hex, in: values, debugDescription: "hex has something that is no pair of digits")
            }
            self = .bytes(bytes)
        } else {
            self = .secret(count: try values.decode(Int.self, forKey: .secret))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        switch self {
        case .text(let text): try values.encode(text, forKey: .text)
        case .bytes(let bytes): try values.encode(Hexadecimal.digits(bytes), forKey: .hex)
        case .secret(let count): try values.encode(count, forKey: .secret)
        }
    }
}

/// Pairs of lower-case hexadecimal digits.
enum Hexadecimal {
    static func digits(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[at], let low = digits[at + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
