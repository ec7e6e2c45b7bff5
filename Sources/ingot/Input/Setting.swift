// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation

/// One `--set key=value` of a driver's configuration. The value is JSON when it parses as JSON, else text.
struct Setting: ExpressibleByArgument, Equatable {
    /// The number of the `--driver` it belongs to.
    var driver: Int
    var key: String
    var value: JSONValue

    init?(argument: String) {
        let (driver, argument) = DriverScope.split(argument)
        self.driver = driver
        guard let split = argument.firstIndex(of: "="), split != argument.startIndex else { return nil }
        key = String(argument[..<split])
        let text = String(argument[argument.index(after: split)...])
        value = JSONValue(parsing: Data(text.utf8)) ?? .string(text)
    }

    /// The settings as one object.
    ///
    /// - Throws: `ValidationError` when a key is given twice, or is a secret's that must not be in argv.
    static func object(_ settings: [Setting], secrets: Set<String> = ["password", "kg"]) throws -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for setting in settings {
            guard !secrets.contains(setting.key) else {
                throw ValidationError(
                    "--set \(setting.key)=… would show the secret to every user of this host; "
                        + "use --password-file, --secret-file or INGOT_BMC_PASSWORD")
            }
            guard result.updateValue(setting.value, forKey: setting.key) == nil else {
                throw ValidationError("--set \(setting.key) is given twice")
            }
        }
        return result
    }
}
