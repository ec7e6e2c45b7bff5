// SPDX-License-Identifier: Apache-2.0

/// A request target taken apart: the segments of its path and its query, percent-decoded (RFC 3986).
struct RequestTarget: Sendable, Equatable {
    /// Without the slashes; a slash at the end makes no difference.
    let segments: [String]
    let query: [HTTPField]

    static let lengthLimit = 4096

    var path: String { "/" + segments.joined(separator: "/") }

    /// nil when the target cannot name a resource: it is malformed, escapes, or holds control characters.
    init?(_ target: String) {
        guard target.utf8.count <= Self.lengthLimit else { return nil }
        var rest = target[...]
        if let scheme = rest.range(of: "://"), !rest.hasPrefix("/") {
            guard let slash = rest[scheme.upperBound...].firstIndex(of: "/") else { return nil }
            rest = rest[slash...]
        }
        guard rest.hasPrefix("/") else { return nil }
        rest = rest.prefix { $0 != "#" }
        let path = rest.prefix { $0 != "?" }
        var segments: [String] = []
        for raw in path.split(separator: "/", omittingEmptySubsequences: true) {
            guard let segment = Self.decode(raw, plusIsSpace: false), segment != ".", segment != "..",
                !segment.contains("/")
            else { return nil }
            segments.append(segment)
        }
        var query: [HTTPField] = []
        if path.endIndex < rest.endIndex {
            for raw in rest[rest.index(after: path.endIndex)...].split(separator: "&").prefix(64) {
                let pair = raw.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let name = Self.decode(pair[0], plusIsSpace: true),
                    let value = Self.decode(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
                else { return nil }
                query.append(HTTPField(name, value))
            }
        }
        self.segments = segments
        self.query = query
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        guard byte < 0x80 else { return nil }
        return Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

extension Substring {
    fileprivate func range(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle), let end = index(start, offsetBy: needle.count, limitedBy: endIndex) {
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
