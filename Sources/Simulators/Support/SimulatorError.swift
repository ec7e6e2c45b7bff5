// SPDX-License-Identifier: Apache-2.0

/// Why a simulator could not start or go on.
public enum SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A program is not installed.
    case missingProgram(String, package: String)
    /// A value of the configuration is wrong.
    case invalid(field: String, reason: String)
    /// A file or directory could not be used.
    case file(path: String, reason: String)
    /// A child process did not start or ended at once.
    case child(program: String, reason: String)
    /// A network exchange failed.
    case network(String)

    /// One line that names the thing.
    public var description: String {
        switch self {
        case .missingProgram(let name, let package):
            "\(name) is not installed; it is in Debian's package \(package): apt-get install \(package)"
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .file(let path, let reason): "\(path): \(reason)"
        case .child(let program, let reason): "\(program): \(reason)"
        case .network(let reason): reason
        }
    }
}
