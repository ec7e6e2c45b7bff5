// SPDX-License-Identifier: Apache-2.0

extension LosslessStringConvertible {
    /// Decodes a string and parses it, or throws `DecodingError.dataCorrupted` that says what was expected.
    static func decoded(from decoder: any Decoder, as expected: String) throws -> Self {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not \(expected)")
        }
        return value
    }

    /// Encodes the description as a string.
    func encodeDescription(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
