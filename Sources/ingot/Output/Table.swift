// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, rendered with aligned columns and no trailing blanks.
struct Table: Equatable {
    /// One heading, and on which side its column is aligned.
    struct Column: Equatable {
        var title: String
        var alignsRight = false
    }

    var columns: [Column]
    var rows: [[String]] = []

    /// A table with the given headings; one that begins with `>` aligns its column to the right.
    init(_ titles: [String]) {
        columns = titles.map {
            $0.hasPrefix(">") ? Column(title: String($0.dropFirst()), alignsRight: true) : Column(title: $0)
        }
    }

    /// Adds a row; nil and empty cells show as `-`.
    mutating func add(_ cells: [String?]) {
        rows.append(cells.map { cell in cell.flatMap { $0.isEmpty ? nil : Terminal.printable($0) } ?? "-" })
    }

    /// The table as text, one line per row, without a final newline.
    func rendered() -> String {
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            lines.map { column < $0.count ? Table.width($0[column]) : 0 }.max() ?? 0
        }
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() where column < columns.count {
                let padding = String(repeating: " ", count: widths[column] - Table.width(cell))
                line += columns[column].alignsRight ? padding + cell : cell + padding
                if column < columns.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// Columns a text takes on a terminal: wide East Asian characters take two.
    static func width(_ text: String) -> Int {
        text.reduce(0) { sum, character in
            guard let first = character.unicodeScalars.first else { return sum }
            return sum + (isWide(first.value) ? 2 : 1)
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
