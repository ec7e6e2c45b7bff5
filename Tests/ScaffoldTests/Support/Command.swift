// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program that is run to its end.
struct Command {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let status: Int32
    let output: String

    /// Runs a line of shell; both outputs end up in one text.
    static func shell(
        _ line: String, in directory: String? = nil, environment: [String: String] = [:]
    ) throws -> Command {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Command(status: process.terminationStatus, output: text)
    }

    /// Runs a line of shell that must succeed.
    @discardableResult
    static func run(
        _ line: String, in directory: String? = nil, environment: [String: String] = [:]
    ) throws -> String {
        let done = try shell(line, in: directory, environment: environment)
        guard done.status == 0 else { throw Failure(description: "\(line): \(done.status)\n\(done.output)") }
        return done.output
    }

    /// Whether all of these programs are installed.
    static func exists(_ programs: String...) -> Bool {
        programs.allSatisfy { (try? shell("command -v \($0)"))?.status == 0 }
    }
}
