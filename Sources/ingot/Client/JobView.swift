// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation

/// A job as the server describes it.
struct JobView: Sendable, Equatable {
    /// What a job waits for, since when, and when it gives up.
    struct Waiting: Sendable, Equatable {
        var what: String
        var since: Date?
        var deadline: Date?
        /// `on` or `off`: what a person is to do at the machine and then confirm.
        var person: String?
    }

    var id: String
    var kind: String
    var machine: String
    var instance: String?
    var state: String
    var phase: String
    var step: String?
    var permille: Int
    var waiting: Waiting?
    var error: String?
    var created: Date?
    var updated: Date?

    /// Reads a job.
    ///
    /// - Throws: `CommandError` with `.badAnswer` when the identifier or the state is missing.
    init(_ json: JSONValue) throws {
        guard let id = json["id"].text, let state = json["state"].text else {
            throw CommandError(.badAnswer, "the server sent a job without an identifier or a state")
        }
        self.id = id
        self.state = state
        kind = json["kind"].text ?? "job"
        machine = json["machine"].text ?? "-"
        instance = json["instance"].text
        phase = json["phase"].text ?? ""
        step = json["step"].text
        permille = Int(max(0, min(1_000, json["permille"].whole ?? 0)))
        let wait = json["waiting_for"]
        if let what = wait["what"].text {
            waiting = Waiting(
                what: what, since: Timestamp.date(wait["since"]), deadline: Timestamp.date(wait["deadline"]),
                person: wait["person"].text)
        }
        let reason = json["error"]["message"].text
        error =
            json["error"].text
            ?? reason.map { [json["error"]["code"].text, $0].compactMap { $0 }.joined(separator: ": ") }
        created = Timestamp.date(json["created"])
        updated = Timestamp.date(json["updated"])
    }

    /// Whether the job will not change any more.
    var isFinished: Bool { ["succeeded", "failed", "aborted"].contains(state) }

    /// `deploy web1 on m1` or `power m1`.
    var title: String {
        instance.map { "\(kind) \($0) on \(machine)" } ?? "\(kind) \(machine)"
    }
}

/// One entry of a job's history.
struct JobEvent: Sendable, Equatable {
    var sequence: Int64
    var at: Date?
    var phase: String
    var message: String

    /// Reads an event; what is missing stays empty.
    init(_ json: JSONValue) {
        sequence = json["seq"].whole ?? 0
        at = Timestamp.date(json["at"])
        phase = json["phase"].text ?? ""
        message = json["message"].text ?? ""
    }
}
