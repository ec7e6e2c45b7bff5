// SPDX-License-Identifier: Apache-2.0

/// Counts the events of a `text/event-stream` (WHATWG HTML, section "Server-sent events"; DSP0266, "Server-sent events").
///
/// What an event says is not kept: the log tells it, with a place to read on from. So a line may be as long as it likes.
struct EventStreamParser {
    /// The beginning of the line that is coming in.
    private var line: [UInt8] = []
    private var lastWasReturn = false
    private var hasData = false
    private static let field = Array("data".utf8)

    /// How many events have become complete with these bytes.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Int {
        var events = 0
        for byte in bytes {
            defer { lastWasReturn = byte == UInt8(ascii: "\r") }
            switch byte {
            case UInt8(ascii: "\n") where lastWasReturn: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): events += endLine() ? 1 : 0
            default:
                if line.count <= Self.field.count { line.append(byte) }
            }
        }
        return events
    }

    /// True when the line ends an event.
    private mutating func endLine() -> Bool {
        defer { line = [] }
        if line.isEmpty {
            defer { hasData = false }
            return hasData
        }
        let isData = line.starts(with: Self.field) && (line.count == 4 || line[4] == UInt8(ascii: ":"))
        hasData = hasData || isData
        return false
    }
}
