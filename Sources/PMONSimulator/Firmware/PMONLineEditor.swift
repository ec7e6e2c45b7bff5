// SPDX-License-Identifier: Apache-2.0

/// The line that is typed at the prompt: characters in, what is echoed out.
struct PMONLineEditor: Equatable {
    enum Step: Equatable {
        case echo([UInt8])
        case line(String)
        /// ^C.
        case interrupt
    }

    /// What a line holds; more is not taken, and not echoed.
    static let capacity = 160

    private var line: [UInt8] = []
    private var escape: Escape = .none

    private enum Escape { case none, begun, bracket }

    mutating func take(_ byte: UInt8) -> Step {
        switch escape {
        case .begun:
            escape = byte == UInt8(ascii: "[") ? .bracket : .none
            return .echo([])
        case .bracket:
            escape = .none
            return .echo([])
        case .none: break
        }
        switch byte {
        case 0x03:
            line = []
            return .interrupt
        case 0x0A, 0x0D:
            defer { line = [] }
            return .line(String(decoding: line, as: UTF8.self))
        case 0x08, 0x7F:
            guard !line.isEmpty else { return .echo([]) }
            line.removeLast()
            return .echo(Self.rubOut)
        case 0x15, 0x17:
            defer { line = [] }
            return .echo(line.flatMap { _ in Self.rubOut })
        case 0x1B:
            escape = .begun
            return .echo([])
        case 0x09: return .echo([])
        case 0x20...0x7E:
            guard line.count <= Self.capacity else { return .echo([]) }
            line.append(byte)
            return .echo([byte])
        default: return .echo([0x07])
        }
    }

    private static let rubOut: [UInt8] = [0x08, 0x20, 0x08]
}
