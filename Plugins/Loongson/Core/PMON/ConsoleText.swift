// SPDX-License-Identifier: GPL-3.0-or-later

/// What a terminal would show of a serial line: bytes go in, lines come out.
///
/// PMON moves its cursor back and writes over what is there, so the line under way is kept with a cursor. Escape sequences
/// are swallowed; of them only "erase to the end of the line" and "cursor left" count. Bytes that are no printable ASCII
/// show as `?`, control bytes not at all. A line is complete at its newline or at its longest.
struct ConsoleText {
    private enum Escape {
        case none
        case begun
        /// `ESC (` and the like: one more byte.
        case charset
        case sequence(length: Int)
        case text(length: Int)
    }

    /// The line under way.
    private(set) var line: [UInt8] = []
    private var column = 0
    private var escape = Escape.none

    /// The most bytes of a line.
    static let longestLine = 1024
    private static let longestSequence = 64
    private static let longestText = 256

    /// Takes a byte; gives a line back once it is complete.
    mutating func take(_ byte: UInt8) -> String? {
        switch escape {
        case .none: break
        case .begun:
            switch byte {
            case UInt8(ascii: "["): escape = .sequence(length: 0)
            case UInt8(ascii: "]"): escape = .text(length: 0)
            case UInt8(ascii: "("), UInt8(ascii: ")"): escape = .charset
            default: escape = .none
            }
            return nil
        case .charset:
            escape = .none
            return nil
        case .sequence(let length):
            escape = length < Self.longestSequence ? .sequence(length: length + 1) : .none
            guard (0x40...0x7e).contains(byte) else { return nil }
            escape = .none
            if byte == UInt8(ascii: "K") { line.removeSubrange(min(column, line.count)...) }
            if byte == UInt8(ascii: "D") { column = max(column - 1, 0) }
            return nil
        case .text(let length):
            let isOver = byte == 0x07 || byte == UInt8(ascii: "\\") || length >= Self.longestText
            escape = isOver ? .none : .text(length: length + 1)
            return nil
        }
        return show(byte)
    }

    private mutating func show(_ byte: UInt8) -> String? {
        switch byte {
        case 0x1b: escape = .begun
        case 0x08: column = max(column - 1, 0)
        case 0x0d: column = 0
        case 0x0a: return complete()
        case 0x09: return put(UInt8(ascii: " "))
        case 0x20...0x7e: return put(byte)
        case 0x80...: return put(UInt8(ascii: "?"))
        default: break
        }
        return nil
    }

    private mutating func put(_ byte: UInt8) -> String? {
        if column < line.count { line[column] = byte } else { line.append(byte) }
        column += 1
        return line.count < Self.longestLine ? nil : complete()
    }

    private mutating func complete() -> String {
        defer {
            line.removeAll(keepingCapacity: true)
            column = 0
        }
        return text
    }

    /// The line under way without the blanks at its end.
    var text: String {
        let end = line.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        return String(decoding: line[..<end], as: UTF8.self)
    }
}
