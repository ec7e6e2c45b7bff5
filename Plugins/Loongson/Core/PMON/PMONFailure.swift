// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Why a dialogue with PMON ended before its aim: the step it was at, and what the console showed last.
struct PMONFailure: Error, Equatable {
    enum Reason: Equatable {
        /// Nothing came since the power was switched on.
        case silent
        /// Something came, and no prompt.
        case noPrompt
        /// The machine runs what it boots by itself; the line that says so.
        case pastWindow(String)
        case passwordMissing
        case passwordRefused
        /// What was typed did not come back as it was.
        case echo(String)
        /// The command's answer, or that there was none.
        case refused(String)
        /// The kernel was started and nothing came.
        case notStarted
        case lineLost(String)
        /// The call's own end.
        case stopped(PluginError)
    }

    var reason: Reason
    var step: String
    var transcript: Transcript

    /// How many lines of the console an error tells.
    static let tail = 12

    /// The failure as the host is told.
    var pluginError: PluginError {
        var error: PluginError
        switch reason {
        case .silent:
            error = PluginError(
                .state, "the console stays silent: power at the outlet is no running machine", retryable: true)
        case .noPrompt: error = PluginError(.state, "the firmware's prompt did not come", retryable: true)
        case .pastWindow(let line):
            error = PluginError(.state, "the machine is past its boot window: \(Self.short(line))", retryable: true)
        case .passwordMissing:
            error = .invalid(field: "firmware_password", "is missing, and the firmware asks for it")
        case .passwordRefused: error = PluginError(.auth, "the firmware refuses firmware_password")
        case .echo(let line):
            error = PluginError(.protocol, "the line drops characters; it shows: \(Self.short(line))", retryable: true)
        case .refused(let line): error = PluginError(.state, Self.short(line), retryable: true)
        case .notStarted: error = PluginError(.state, "nothing came from what was started", retryable: true)
        case .lineLost(let reason):
            error = PluginError(.unreachable, "the console was lost: \(reason)", retryable: true)
        case .stopped(let end): error = end
        }
        error.message = "PMON, step \(step): \(error.message)"
        error.detail["step"] = step
        let tail = transcript.tail(Self.tail)
        if !tail.isEmpty { error.detail["transcript"] = tail }
        return error
    }

    private static func short(_ line: String) -> String { String(line.prefix(160)) }
}
