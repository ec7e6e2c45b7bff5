// SPDX-License-Identifier: Apache-2.0

/// A host name, with or without a domain (RFC 1123, section 2.1; RFC 1035, section 2.3.4).
struct Hostname: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let labels = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == "-" }
        }
        guard areLabels, text.utf8.count <= 253 else { throw Refusal("is not a host name by RFC 1123") }
        guard labels.last?.contains(where: { !("0"..."9").contains($0) }) == true else {
            throw Refusal("is not a host name: its last label is a number")
        }
        self.text = text
    }

    /// The name without its domain.
    var short: String { String(text.prefix { $0 != "." }) }
    /// The whole name, when it has a domain.
    var qualified: String? { text.contains(".") ? text : nil }
}

/// The name of a machine in Ingot.
struct MachineName: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let scalars = text.unicodeScalars
        guard (1...128).contains(scalars.count), scalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw Refusal("is not 1 to 128 characters without control characters")
        }
        self.text = text
    }
}

/// The one-time token of an installation, as it may stand in a URL, a header and a kernel command line.
struct Token: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let marks = "-._~".unicodeScalars
        guard (1...256).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.isASCIILetterOrDigit || marks.contains($0) })
        else { throw Refusal("is not 1 to 256 letters, digits or -._~") }
        self.text = text
    }
}

/// A kernel console such as `ttyS0,115200n8` (Linux, admin-guide/serial-console).
struct Console: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let parts = text.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...16).contains(parts[0].count),
            parts.allSatisfy({ (1...16).contains($0.count) && $0.allSatisfy(\.isASCIILetterOrDigit) })
        else { throw Refusal("is not a console such as ttyS0,115200n8") }
        self.text = text
    }
}

/// A SHA-256 digest, 64 hexadecimal digits, kept in lower case.
struct SHA256Digest: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        guard text.utf8.count == 64, text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit) else {
            throw Refusal("is not a SHA-256 digest of 64 hexadecimal digits")
        }
        self.text = text.lowercased()
    }
}

/// A number of bytes above 0.
struct PositiveBytes: Decodable, Equatable {
    let count: Int64

    init(from decoder: any Decoder) throws {
        count = try decoder.singleValueContainer().decode(Int64.self)
        guard count > 0 else { throw decoder.refused("is not a number of bytes above 0") }
    }
}
