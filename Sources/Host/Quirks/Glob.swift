// SPDX-License-Identifier: Apache-2.0

/// A pattern over a whole text in which `*` stands for any characters and `?` for one; case does not matter.
public struct Glob: Sendable, Equatable, CustomStringConvertible {
    public let description: String
    private let pattern: [Character]

    public init(_ pattern: String) {
        description = pattern
        self.pattern = Array(pattern.lowercased())
    }

    /// Characters that are not wildcards: the more, the more special the pattern.
    public var literalCount: Int { pattern.count { $0 != "*" && $0 != "?" } }

    /// Whether the pattern fits the whole text. Takes time in proportion to pattern times text at most.
    public func matches(_ text: String) -> Bool {
        let text = Array(text.lowercased())
        var at = 0
        var next = 0
        // Where to go on when what follows the last star does not fit.
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == "*" {
                star = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == "?" || pattern[next] == text[at] {
                next += 1
                at += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                next = last.pattern + 1
                at = last.text + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == "*" }
    }
}
