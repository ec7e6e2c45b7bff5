// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation

/// Options that say with which drivers a machine is reached, and how.
struct DriverOptions: ParsableArguments {
    @Option(
        name: .customLong("driver"),
        help: ArgumentHelp(
            """
            A driver plugin that controls it. Several are tried in this order, each capability with the first that has \
            it; --set, --password-file and --secret-file belong to the --driver before them.
            """, valueName: "id"))
    var drivers: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A value of the driver's configuration; JSON, or text.", valueName: "key=value"))
    var settings: [Setting] = []

    @Option(
        name: .customLong("password-file"),
        help: ArgumentHelp(
            "File whose first line is the BMC's password; one file given serves all drivers.", valueName: "file"))
    var passwordFiles: [PasswordFile] = []

    @Option(
        name: .customLong("secret-file"),
        help: ArgumentHelp("Another secret of the driver, from a file's first line.", valueName: "key=file"))
    var secretFiles: [SecretFile] = []

    @Option(
        name: .customLong("quirk"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A quirk to use (+) or not to use (-) for this machine, whatever the rows say.", valueName: "+name|-name"))
    var quirks: [QuirkArgument] = []

    func validate() throws {
        let first = passwordFiles.map(\.driver)
        guard Set(first).count == first.count else { throw ValidationError("--password-file is given twice") }
    }

    /// The configuration of one driver with its secrets in it.
    func config(_ driver: Int) throws -> [String: JSONValue] {
        var config = try Setting.object(settings.filter { $0.driver == driver })
        for secret in secretFiles where secret.driver == driver {
            config[secret.key] = .string(try PasswordSource.secret(file: secret.path))
        }
        if let file = passwordFiles.first(where: { $0.driver == driver }) {
            config["password"] = .string(try PasswordSource.secret(file: file.path))
        }
        return config
    }

    /// The list of drivers, each with its settings.
    ///
    /// - Parameters:
    ///   - password: of drivers that have no file of their own.
    ///   - takesPassword: whether a driver has a password at all.
    func list(password: String?, takesPassword: (String) -> Bool) throws -> JSONValue {
        .array(
            try drivers.enumerated().map { index, driver in
                var config = try config(index)
                if let password, config["password"] == nil, takesPassword(driver) {
                    config["password"] = .string(password)
                }
                return .object(["driver": .string(driver), "configuration": .object(config)])
            })
    }

    /// The server's plugins that have a password in their configuration.
    static func driversWithPassword(_ client: APIClient) async throws -> Set<String> {
        let plugins = try await client.list(["plugins"], key: "plugins").elements ?? []
        return Set(
            plugins.filter { $0["config_schema"]["properties"]["password"]["writeOnly"].flag == true }
                .compactMap { $0["id"].text })
    }
}

/// One `--quirk +name` or `--quirk -name`.
struct QuirkArgument: ExpressibleByArgument, Equatable {
    var name: String
    var isAdded: Bool

    init?(argument: String) {
        guard let sign = argument.first, sign == "+" || sign == "-", argument.count > 1 else { return nil }
        name = String(argument.dropFirst())
        isAdded = sign == "+"
    }

    /// What an operator said before, changed by these.
    static func merged(_ arguments: [QuirkArgument], into before: JSONValue = .null) -> JSONValue {
        var add = before["add"].elements?.compactMap(\.text) ?? []
        var remove = before["remove"].elements?.compactMap(\.text) ?? []
        for argument in arguments {
            add.removeAll { $0 == argument.name }
            remove.removeAll { $0 == argument.name }
            if argument.isAdded { add.append(argument.name) } else { remove.append(argument.name) }
        }
        return .object(["add": .array(add.map { .string($0) }), "remove": .array(remove.map { .string($0) })])
    }
}
