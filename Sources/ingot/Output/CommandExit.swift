// SPDX-License-Identifier: Apache-2.0

/// The exit codes of every `ingot` command. They are part of the interface: scripts may rely on them.
enum CommandExit: Int32, CaseIterable {
    /// The command did what it was asked.
    case ok = 0
    /// The job that was started or watched failed or was aborted, or a local operation failed.
    case failed = 1
    /// The command line is wrong: an unknown option, a missing or malformed argument.
    case usage = 2
    /// The machine, image, instance, job or plugin does not exist.
    case notFound = 3
    /// The server refused the request: invalid value, conflict, or not possible now.
    case refused = 4
    /// The token is missing, wrong, or not enough.
    case unauthorised = 5
    /// No connection to the server.
    case unreachable = 6
    /// Neither an answer nor an end of the job within the time allowed; the job itself goes on.
    case timeout = 7
    /// The server answered with something that is not its protocol, or with an internal error.
    case badAnswer = 8
    /// A local file or program that the command needs is missing or unusable.
    case local = 9

    /// One line per code for `--help`.
    var meaning: String {
        switch self {
        case .ok: "done"
        case .failed: "the job or operation failed or was aborted"
        case .usage: "wrong command line"
        case .notFound: "no such machine, image, instance, job or plugin"
        case .refused: "refused by the server: invalid, conflicting, or not possible now"
        case .unauthorised: "token missing, wrong, or not enough"
        case .unreachable: "server unreachable"
        case .timeout: "no answer, or the job has not ended, within the time allowed"
        case .badAnswer: "the server's answer makes no sense, or is an internal error"
        case .local: "a local file or program is missing or unusable"
        }
    }

    /// The table of all codes, as shown by `ingot --help`.
    static var helpText: String {
        "EXIT CODES:\n" + allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
    }
}
