// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The `ingot` executable of this build.
struct Binary {
    /// What a run gave.
    struct Result {
        var status: Int32
        var output: String
        var error: String
    }

    /// Its path: beside the test bundle that runs.
    static var path: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("ingot").path
        }
    }

    /// Runs a command line to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Result {
        let process = try prepare(arguments, environment: environment)
        let output = Pipe()
        let error = Pipe()
        process.standardOutput = output
        process.standardError = error
        try process.run()
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let text = (try? output.fileHandleForReading.readToEnd()) ?? Data()
                let problems = (try? error.fileHandleForReading.readToEnd()) ?? Data()
                process.waitUntilExit()
                continuation.resume(
                    returning: Result(
                        status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
                        error: String(decoding: problems, as: UTF8.self)))
            }
        }
    }

    /// A process that is not started yet; it sees no settings of the one who runs the tests.
    static func prepare(_ arguments: [String], environment: [String: String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.environment = ["HOME": "/dev/null", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) {
            $1
        }
        return process
    }
}
