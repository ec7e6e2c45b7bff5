// SPDX-License-Identifier: GPL-3.0-or-later

/// A line typed at PMON's prompt, and what says that it worked.
struct PMONCommand: Equatable, Sendable {
    /// What the answer is held against. PMON has no exit status: it says something, or it says nothing.
    enum Check: Equatable, Sendable {
        /// The answer has none of the words that PMON fails with.
        case noComplaint
        /// "Entry address is …": a kernel is loaded.
        case entryAddress
        /// `set NAME` shows this value.
        case variable(String, is: String)
        /// Whatever it says, the prompt comes back.
        case anything
        /// The prompt does not come back and something else does.
        case starts
    }

    /// Its name in progress reports and errors.
    var step: String
    var line: String
    var check: Check
    /// How long the answer may take.
    var limit: Duration = .seconds(15)

    /// Longest line that PMON's line editor takes; what is typed behind it is lost.
    static let longestLine = 161

    /// Words with which PMON's commands fail, in lower case.
    private static let complaints = [
        "boot failed", "invalid", "not found", "cannot", "can't", "illegal", "unknown", "usage", "no such", "failed",
        "timed out", "time out", "unreachable", "refused", "denied", "error", "bad ",
    ]

    /// nil when the answer is right, else the line that says why not.
    func complaint(about answer: [String]) -> String? {
        switch check {
        case .starts, .anything: return nil
        case .entryAddress:
            let failure = answer.last { $0.contains("boot failed") || $0.contains("invalid file format") }
            if let failure { return failure }
            guard !answer.contains(where: { $0.contains("Entry address is") }) else { return nil }
            return answer.last { !$0.isEmpty } ?? "no answer"
        case .noComplaint:
            // What was asked for is often named in the answer, and may be called anything.
            let words = line.lowercased().split(separator: " ").dropFirst()
            return answer.last { line in
                let said = words.reduce(line.lowercased()) { $0.replacing($1, with: "") }
                return Self.complaints.contains { said.contains($0) }
            }
        case .variable(let name, let value):
            guard answer.contains(where: { Self.value(of: name, in: $0) == value }) else {
                let shown = answer.last { !$0.isEmpty } ?? "nothing"
                return "\(name) was set and reads back: \(shown)"
            }
            return nil
        }
    }

    /// The value in a line such as `al1 = /dev/fs/ext2@wd0/boot/vmlinux` or `append = "console=ttyS0"`.
    static func value(of name: String, in line: String) -> String? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, trimmed(parts[0]) == name else { return nil }
        let value = trimmed(parts[1])
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
        return String(value.dropFirst().dropLast())
    }

    private static func trimmed(_ text: Substring) -> String {
        String(String(text.drop { $0 == " " }.reversed()).drop { $0 == " " }.reversed())
    }
}
