// SPDX-License-Identifier: Apache-2.0

/// A Linux kernel command line.
public struct KernelCommandLine: Sendable, Equatable {
    /// The whole text.
    public let text: String

    /// Wraps a command line.
    public init(_ text: String) {
        self.text = text
    }

    /// The value of the last `name=value`; nil when there is none.
    public subscript(name: String) -> String? {
        let prefix = name + "="
        return words.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The text with the token cut to its first eight characters, for logs.
    public var withoutToken: String {
        words.map { word in
            word.hasPrefix("ingot.token=") ? String(word.prefix("ingot.token=".count + 8)) : String(word)
        }.joined(separator: " ")
    }

    private var words: [Substring] { text.split(separator: " ") }
}
