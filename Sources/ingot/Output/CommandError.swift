// SPDX-License-Identifier: Apache-2.0

/// A failure that ends a command: what to print, and the exit code that goes with it.
struct CommandError: Error, Equatable {
    /// The kind of failure, which is also the exit code.
    var exit: CommandExit
    /// What happened, in words; already free of control characters.
    var message: String
    /// The field of the request that is to blame, when the server named one.
    var field: String?
    /// The server's code of the error, when it gave one.
    var code: String?

    init(_ exit: CommandExit, _ message: String, field: String? = nil) {
        self.exit = exit
        self.message = Terminal.printable(message)
        self.field = field.map(Terminal.printable)
    }

    /// The line for standard error: `error: message (field)`.
    var line: String {
        field.map { "error: \(message) (\($0))" } ?? "error: \(message)"
    }
}
