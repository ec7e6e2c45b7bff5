// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Carries a dialogue out over a console, within a call.
struct PMONSession {
    /// Secret with the firmware's password.
    static let passwordSecret = "firmware_password"

    private var link: ConsoleLink
    private var dialogue: PMONDialogue
    private let clock = ContinuousClock()

    /// Kept back from the deadline, so that what the call was at can still be told.
    private static let reserve: Duration = .milliseconds(300)

    init(_ dialogue: PMONDialogue, over link: ConsoleLink) {
        self.dialogue = dialogue
        self.link = link
    }

    /// Talks until the commands are done.
    /// - Throws: `PMONFailure`.
    mutating func run(_ call: borrowing Call) throws(PMONFailure) {
        let begin = clock.now
        var step = ""
        while true {
            do throws(PluginError) {
                dialogue.advance(to: begin.duration(to: clock.now))
                try perform(call)
                switch dialogue.outcome {
                case .done: return
                case .failed(let failure): throw failure.pluginError
                case nil: break
                }
                if dialogue.step != step {
                    step = dialogue.step
                    call.progress(0, step)
                }
                try call.checkCancelled()
                let left = call.remaining - Self.reserve
                guard left > .zero else { throw call.deadlineNears }
                let due = dialogue.wake - begin.duration(to: clock.now)
                if let bytes = try link.receive(within: min(max(due, .milliseconds(1)), left), call) {
                    call.wire(.received, "console", dialogue.isSecret ? [] : bytes, sensitive: dialogue.isSecret)
                    dialogue.receive(bytes, at: begin.duration(to: clock.now))
                }
            } catch {
                let isStop = [.timeout, .cancelled].contains(error.status)
                dialogue.end(isStop ? .stopped(error) : .lineLost(error.message))
                if case .failed(let failure) = dialogue.outcome { throw failure }
                return
            }
        }
    }

    private mutating func perform(_ call: borrowing Call) throws(PluginError) {
        for action in dialogue.takeActions() {
            switch action {
            case .type(let bytes):
                call.wire(.sent, "console", bytes)
                try link.send(bytes, call)
            case .typePassword:
                guard let password = try call.secret(Self.passwordSecret), Self.isTypable(password) else {
                    dialogue.end(.passwordMissing)
                    return
                }
                call.wire(.sent, "console", sensitive: true)
                try link.send(password, call)
                try link.send([0x0d], call)
            }
        }
    }

    /// Printable ASCII, which is what PMON takes, and at most 49 of it.
    static func isTypable(_ password: borrowing SecretBuffer) -> Bool {
        password.withBytes { bytes in (1...49).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7e).contains($0) }
        }
    }
}

extension Call {
    /// The deadline is so near that nothing more is begun.
    var deadlineNears: PluginError { PluginError(.timeout, "the deadline passed", retryable: true) }
}
