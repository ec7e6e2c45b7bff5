// SPDX-License-Identifier: Apache-2.0

/// Pairs of a label and a value, one per line, for `show` commands.
struct Details {
    private var pairs: [(String, String)] = []

    /// Adds a line; nil is left out.
    mutating func add(_ label: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        pairs.append((label, Terminal.printable(value)))
    }

    /// The lines, values aligned.
    func rendered() -> String {
        let width = pairs.map { Table.width($0.0) }.max() ?? 0
        return pairs.map { label, value in
            label + ":" + String(repeating: " ", count: width - Table.width(label) + 2) + value
        }.joined(separator: "\n")
    }
}
