// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Dispatch
import Foundation
import Logging

/// `ingot serve`: the management node and deployment server in one process.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the management and deployment server.",
        discussion: """
            Reads a YAML configuration (docs/operations.md describes each member), opens the data directory, takes up \
            the jobs that were under way, and serves until SIGTERM or SIGINT. Logs go to standard error.
            """)

    @Option(name: .long, help: "The configuration file.")
    var config: String = "/etc/ingot/ingot.yaml"

    @Flag(help: "Load plugins into this process, for use with a debugger: a plugin that crashes takes it along.")
    var inProcess = false

    func run() async throws {
        // The database holds live boot tokens: nothing this process makes is for others.
        umask(0o077)
        var configuration = try ServeConfiguration.load(path: config)
        if inProcess { configuration.isolation = "in-process" }
        var logger = Logger(label: "ingot", factory: StreamLogHandler.standardError(label:))
        if let text = configuration.logLevel {
            guard let level = Logger.Level(rawValue: text) else {
                throw ConfigurationError(
                    path: config, reason: "log_level: '\(text)' is not a level such as info or debug")
            }
            logger.logLevel = level
        }
        let daemon = Daemon(
            configuration: configuration, environment: ProcessInfo.processInfo.environment, logger: logger)
        let task = Task { try await daemon.run() }
        let signals = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        defer { for source in signals { source.cancel() } }
        try await task.value
    }
}
