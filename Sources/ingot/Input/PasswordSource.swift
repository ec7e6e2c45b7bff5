// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds a BMC's password without ever taking it from the command line.
enum PasswordSource {
    /// The password from the file, from INGOT_BMC_PASSWORD, or asked for on the terminal; nil when there is none of
    /// these.
    static func password(file: String?, environment: [String: String], prompt: String) throws -> String? {
        if let file { return try secret(file: file) }
        if let password = environment["INGOT_BMC_PASSWORD"] { return password }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        return try ask(prompt)
    }

    /// The first line of a file that holds a secret.
    static func secret(file: String) throws -> String {
        let text = try LocalFile.text(file, limit: 4_096, purpose: "password file")
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else { throw CommandError(.local, "the password file \(file) is empty") }
        return String(line)
    }

    /// Reads a line from the terminal without echo.
    private static func ask(_ prompt: String) throws -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw CommandError(.local, "cannot switch off the terminal's echo to ask for the password")
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Output.error.write("\n")
        }
        Output.error.write(Terminal.printable(prompt))
        guard let line = readLine(strippingNewline: true) else {
            throw CommandError(.usage, "no password was given")
        }
        return line
    }
}
