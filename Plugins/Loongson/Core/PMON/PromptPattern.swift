// SPDX-License-Identifier: GPL-3.0-or-later

/// How the firmware's prompt looks: a text with `*` for anything, found at the end of a line.
///
/// Looking takes time in proportion to the line, whatever the pattern and the line are.
struct PromptPattern: Equatable {
    private let parts: [[UInt8]]

    /// nil for a pattern without a character that is not `*` or a blank, or with one that no console shows.
    init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        let isShown = bytes.allSatisfy { (0x20...0x7e).contains($0) }
        guard isShown, bytes.contains(where: { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: " ") }) else { return nil }
        var parts = bytes.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
        // Blanks at the end of a line are not seen.
        while parts.last?.last == UInt8(ascii: " ") { parts[parts.count - 1].removeLast() }
        self.parts = parts
    }

    /// The line ends with the prompt.
    func ends(_ line: String) -> Bool {
        var rest = Array(line.utf8)[...]
        for (index, part) in parts.reversed().enumerated() {
            if index == 0 {
                guard rest.count >= part.count, rest.suffix(part.count).elementsEqual(part) else { return false }
                rest = rest.dropLast(part.count)
            } else {
                guard let found = Self.last(part, in: rest) else { return false }
                rest = rest[..<found]
            }
        }
        return true
    }

    /// Where a part is found last; parts are short and lines bounded.
    private static func last(_ part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= part.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - part.count).last { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
