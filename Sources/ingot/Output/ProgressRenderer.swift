// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Turns the course of a job into terminal output: one block that is drawn again and again on a terminal, one line
/// per change anywhere else. Pure: facts and a time in, text out.
struct ProgressRenderer {
    private let terminal: Terminal
    private let zone: TimeZone
    private var blockHeight = 0
    private var last: Shown?

    private struct Shown: Equatable {
        var state: String
        var phase: String
        var step: String?
        var tenth: Int
        var waiting: String?
    }

    init(terminal: Terminal, zone: TimeZone = .current) {
        self.terminal = terminal
        self.zone = zone
    }

    /// The text to print for the job as it is now and the events that are new.
    mutating func update(_ job: JobView, events: [JobEvent], now: Date) -> String {
        terminal.isInteractive ? block(job, events: events, now: now) : lines(job, events: events, now: now)
    }

    /// The text to print when something happens that is not the job's: the server went away, or came back.
    mutating func notice(_ message: String, now: Date) -> String {
        guard terminal.isInteractive else { return "\(Timestamp.text(now)) \(Terminal.printable(message))\n" }
        let text = erase() + terminal.coloured(fitted(message), .yellow) + "\n"
        blockHeight = 1
        return text
    }

    // MARK: Lines

    private mutating func lines(_ job: JobView, events: [JobEvent], now: Date) -> String {
        var text = ""
        for event in events {
            let parts = [event.phase, event.message].filter { !$0.isEmpty }.joined(separator: ": ")
            text += "\(Timestamp.text(event.at ?? now)) \(Terminal.printable("\(job.title): \(parts)"))\n"
        }
        let shown = Shown(
            state: job.state, phase: job.phase, step: job.step, tenth: job.permille / 100,
            waiting: job.waiting?.what)
        if shown != last {
            last = shown
            text += "\(Timestamp.text(job.updated ?? now)) \(Terminal.printable(summary(job, now: now)))\n"
        }
        return text
    }

    private func summary(_ job: JobView, now: Date) -> String {
        var text = "\(job.title): \(job.state)"
        if !job.phase.isEmpty { text += ", \(stage(job))" }
        if !job.isFinished || job.permille > 0 { text += ", \(job.permille / 10) %" }
        if let waiting = job.waiting { text += ", " + phrase(waiting, now: now) }
        if let error = job.error { text += ", \(error)" }
        return text
    }

    // MARK: Block

    private mutating func block(_ job: JobView, events: [JobEvent], now: Date) -> String {
        var rows = [fitted("\(job.title)  job \(job.id)")]
        rows.append(bar(job))
        if let waiting = job.waiting, !job.isFinished {
            rows.append(terminal.coloured(fitted(phrase(waiting, now: now)), .yellow))
        } else if let error = job.error {
            rows.append(terminal.coloured(fitted(error), .red))
        } else if let message = events.last?.message, !message.isEmpty {
            rows.append(fitted(message))
        }
        let text = erase() + rows.map { $0 + "\n" }.joined()
        blockHeight = rows.count
        return text
    }

    private func bar(_ job: JobView) -> String {
        let label = job.isFinished ? job.state : stage(job)
        let percent = "\(job.permille / 10) %"
        let room = max(8, min(40, terminal.width - Table.width(label) - 12))
        let full = job.permille * room / 1_000
        let drawn = String(repeating: "#", count: full) + String(repeating: ".", count: room - full)
        let colour: Terminal.Colour =
            switch job.state {
            case "succeeded": .green
            case "failed", "aborted": .red
            default: .cyan
            }
        return terminal.coloured(fitted(label, room: terminal.width - room - 10), colour) + "  [\(drawn)] \(percent)"
    }

    private func erase() -> String {
        blockHeight == 0 ? "" : "\u{1B}[\(blockHeight)A\r\u{1B}[J"
    }

    private func fitted(_ text: String, room: Int? = nil) -> String {
        let room = max(4, room ?? terminal.width - 1)
        let text = Terminal.printable(text)
        guard Table.width(text) > room else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += Table.width(String(character))
            if used > room - 1 { break }
            result.append(character)
        }
        return result + "…"
    }

    // MARK: Words

    private func stage(_ job: JobView) -> String {
        let step = job.step.flatMap { $0.isEmpty || $0 == job.phase ? nil : " (\($0))" } ?? ""
        return (job.phase.isEmpty ? job.state : job.phase) + step
    }

    private func phrase(_ waiting: JobView.Waiting, now: Date) -> String {
        var text = "waiting for \(waiting.what)"
        if let since = waiting.since {
            text += ", since \(Units.duration(now.timeIntervalSince(since)))"
        }
        if let deadline = waiting.deadline { text += ", until \(Timestamp.clock(deadline, zone: zone))" }
        return text
    }
}
