// SPDX-License-Identifier: Apache-2.0

/// The target of a request: decoded path and raw query.
struct HTTPTarget: Hashable, Sendable {
    /// The path with percent escapes decoded.
    var path: String
    /// What follows the question mark, not decoded.
    var query: String

    /// Longest target looked at, in octets.
    static let maximumLength = 2048

    /// Reads an origin-form or absolute-form target (RFC 9112 section 3.2); nil when it is malformed.
    init?(_ uri: String) {
        guard uri.utf8.count <= Self.maximumLength else { return nil }
        var rest = uri[...]
        if rest.lowercased().hasPrefix("http://") {
            rest = rest.dropFirst(7)
            rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let raw = parts.first, raw.hasPrefix("/"), let path = Self.decode(raw) else { return nil }
        self.path = path
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The value of a query item, not decoded.
    func item(_ name: String) -> Substring? {
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, pair[0] == name { return pair[1] }
        }
        return nil
    }

    private static func decode(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let octet = iterator.next() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard let high = iterator.next().flatMap(Hexadecimal.digit),
                let low = iterator.next().flatMap(Hexadecimal.digit)
            else { return nil }
            octets.append(high << 4 | low)
        }
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }
}
