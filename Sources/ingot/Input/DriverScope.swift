// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Lets options belong to the `--driver` before them.
///
/// ArgumentParser collects each option apart and forgets what stood between. So, before it parses, the values of options
/// that belong to a driver are marked with the number of their driver when there is more than one.
enum DriverScope {
    private static let mark: Character = "\u{1}"
    private static let scoped = ["--set", "--password-file", "--secret-file"]

    /// The arguments of `ingot` with the values of scoped options marked.
    static func marked(_ arguments: [String]) -> [String] {
        guard arguments.count > 2, arguments[0] == "machine", ["add", "update"].contains(arguments[1]),
            arguments.count(where: { $0 == "--driver" || $0.hasPrefix("--driver=") }) > 1
        else { return arguments }
        var result: [String] = []
        var driver = -1
        var isValue = false
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            if isValue {
                result.append(marked(argument, max(0, driver)))
                isValue = false
            } else if argument == "--driver" || argument.hasPrefix("--driver=") {
                driver += 1
                result.append(argument)
            } else if scoped.contains(argument) {
                isValue = true
                result.append(argument)
            } else if let equals = argument.firstIndex(of: "="), scoped.contains(String(argument[..<equals])) {
                let value = String(argument[argument.index(after: equals)...])
                result.append(argument[...equals] + marked(value, max(0, driver)))
            } else {
                result.append(argument)
            }
        }
        return result
    }

    private static func marked(_ value: String, _ driver: Int) -> String { "\(mark)\(driver)\(mark)\(value)" }

    /// A value and the number of the driver it belongs to; the first one's when it was not marked.
    static func split(_ argument: String) -> (driver: Int, value: String) {
        guard argument.first == mark else { return (0, argument) }
        let parts = argument.dropFirst().split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let driver = Int(parts[0]) else { return (0, argument) }
        return (driver, String(parts[1]))
    }
}

/// One `--password-file FILE`.
struct PasswordFile: ExpressibleByArgument, Equatable {
    var driver: Int
    var path: String

    init?(argument: String) {
        (driver, path) = DriverScope.split(argument)
    }
}

/// One `--secret-file key=file`.
struct SecretFile: ExpressibleByArgument {
    var driver: Int
    var key: String
    var path: String

    init?(argument: String) {
        let (driver, text) = DriverScope.split(argument)
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.driver = driver
        key = String(parts[0])
        path = String(parts[1])
    }
}
