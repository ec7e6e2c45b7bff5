// SPDX-License-Identifier: GPL-3.0-or-later

/// The last lines that a console showed, as much as fits in a few kilobytes.
struct Transcript: Equatable {
    private var lines: [String] = []
    private var size = 0
    /// The most bytes that are kept.
    static let limit = 4096

    /// Keeps a line; empty ones do not count.
    mutating func add(_ line: String) {
        guard !line.isEmpty else { return }
        lines.append(line)
        size += line.utf8.count + 1
        while size > Self.limit, lines.count > 1 { size -= lines.removeFirst().utf8.count + 1 }
    }

    /// The last lines with newlines between them, at most `count`.
    func tail(_ count: Int) -> String { lines.suffix(count).joined(separator: "\n") }

    /// The line that came last.
    var last: String? { lines.last }
}
