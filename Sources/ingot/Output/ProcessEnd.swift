// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// How the process ends: a text for one of the standard streams and an exit code.
struct ProcessEnd: Equatable {
    /// The exit code.
    var code: Int32
    /// What is printed before, if anything.
    var text: String
    /// Whether the text goes to standard error.
    var isError: Bool

    init(exit: CommandExit, text: String = "") {
        self.init(code: exit.rawValue, text: text, isError: exit != .ok)
    }

    /// Maps whatever a command threw. Help and version requests are successes; ArgumentParser's own complaints,
    /// which would be 64, become `CommandExit.usage`.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError:
            self.init(exit: error.exit, text: error.line)
        case is CancellationError:
            self.init(exit: .failed, text: "error: interrupted")
        case let exit as ExitCode:
            self.init(code: exit.rawValue, text: "", isError: false)
        default:
            let exit = Ingot.exitCode(for: error)
            if exit.isSuccess {
                self.init(exit: .ok, text: Ingot.fullMessage(for: error))
            } else if exit == .validationFailure {
                self.init(exit: .usage, text: Ingot.fullMessage(for: error))
            } else {
                self.init(exit: .failed, text: "error: " + Terminal.printable(String(describing: error)))
            }
        }
    }

    private init(code: Int32, text: String, isError: Bool) {
        self.code = code
        self.text = text
        self.isError = isError
    }

    /// Prints and exits.
    func finish() -> Never {
        if !text.isEmpty { (isError ? Output.error : Output.standard).line(text) }
        exit(code)
    }
}
