// SPDX-License-Identifier: Apache-2.0
private import Foundation
internal import Host

/// Failures somebody knows about, until a day: `{"check-id": {"reason": "…", "until": "2027-01-31"}}`.
///
/// A known failure does not fail the run, but it still keeps the profile from being earned.
struct KnownFailures: Sendable {
    private struct Entry: Sendable {
        let reason: String
        let until: String
    }

    private var entries: [String: Entry] = [:]

    /// - Throws: `KitError` when the file cannot be used, or names a day that is none.
    init(path: String?) throws {
        guard let path else { return }
        guard let text = FileBytes.text(path, limit: 1 << 20) else { throw KitError("cannot read \(path)") }
        let json: JSONValue
        do { json = try JSONParser.parse(text) } catch { throw KitError("\(path): \(error)") }
        for member in json.members {
            guard let reason = member.value["reason"]?.string, let until = member.value["until"]?.string,
                until.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil
            else { throw KitError("\(path): \(member.key) needs \"reason\" and \"until\" (YYYY-MM-DD)") }
            guard CheckTable.named(member.key) != nil else {
                throw KitError("\(path): there is no check \(member.key)")
            }
            entries[member.key] = Entry(reason: reason, until: until)
        }
    }

    /// Turns a failure that is known and not overdue into a known failure.
    func apply(to outcome: inout Outcome, check: Check) {
        guard outcome.isFailure, let entry = entries[check.id] else { return }
        guard Self.today() <= entry.until else {
            outcome.notes.append("known until \(entry.until), which is over: \(entry.reason)")
            return
        }
        outcome.reason = "\(entry.reason) (until \(entry.until); was: \(outcome.kind.rawValue))"
        outcome.kind = .knownFail
    }

    private static func today() -> String {
        Date().formatted(.iso8601.year().month().day())
    }
}
