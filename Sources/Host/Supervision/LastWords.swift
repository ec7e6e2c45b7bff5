// SPDX-License-Identifier: Apache-2.0

/// The end of what a worker wrote to its standard output and error.
struct LastWords: Sendable {
    private static let kept = 2048
    private static let shown = 400
    private var bytes: [UInt8] = []

    mutating func append(_ more: some Collection<UInt8>) {
        bytes.append(contentsOf: more.suffix(Self.kept))
        if bytes.count > Self.kept { bytes.removeFirst(bytes.count - Self.kept) }
    }

    /// The words in one line; nil when there are none.
    var line: String? {
        let line = oneLine(String(decoding: bytes, as: UTF8.self))
        return line.isEmpty ? nil : String(line.suffix(Self.shown))
    }
}

/// Text with every run of control characters made one separator, so that nothing can forge a line of a log.
func oneLine(_ text: String) -> String {
    var line = ""
    var pending = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format:
            if !line.isEmpty { pending = scalar == "\t" ? " " : " | " }
        default:
            line += pending
            pending = ""
            line.unicodeScalars.append(scalar)
        }
    }
    return line
}
