// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host

/// Builds drivers of the zoo and lets the kit judge them, as a person would from the command line.
final class ZooLab: Sendable {
    struct Failure: Error { let text: String }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)
    /// The command that was built along with the tests.
    static let ingot: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().appending(path: "ingot").path
    }()

    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ingot-zoo-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The library of a driver with these mistakes; the manifest lies beside it.
    func build(_ mistakes: [String]) throws -> String {
        let place = directory + "/" + (mistakes.isEmpty ? "GOOD" : mistakes.joined(separator: "-"))
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let library = place + "/zoo.so"
        var arguments = ["-O1", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fvisibility=hidden"]
        arguments += ["-I", Self.root + "/Sources/PluginAPI/include"] + mistakes.map { "-D\($0)" }
        let built = try Self.run("/usr/bin/cc", arguments + ["-o", library, Self.root + "/Tests/Zoo/zoo.c"])
        guard built.status == 0 else { throw Failure(text: built.output) }
        try FileManager.default.copyItem(atPath: Self.root + "/Tests/Zoo/zoo.json", toPath: place + "/plugin.json.in")
        return library
    }

    /// How checks of a driver ended.
    struct Judgement: Sendable {
        let status: Int32
        let output: String
        /// Outcome by the check's name.
        let outcomes: [String: String]
        let seen: [String: String]
        let verdict: String
    }

    func judge(_ library: String, _ arguments: [String]) throws -> Judgement {
        let certificate = directory + "/\(UUID().uuidString).json"
        let run = try Self.run(
            Self.ingot,
            ["driver", "check", library, "--fast", "--fuzz-time", "3", "--soak", "1", "--certificate", certificate]
                + arguments)
        guard let data = FileManager.default.contents(atPath: certificate) else { throw Failure(text: run.output) }
        let json = try JSONParser.parse(Array(data))
        var outcomes: [String: String] = [:]
        var seen: [String: String] = [:]
        guard case .array(let checks) = json["predicate"]?["ingot"]?["checks"] ?? .null else {
            throw Failure(text: run.output)
        }
        for check in checks {
            guard let id = check["id"]?.string else { continue }
            outcomes[id] = check["outcome"]?.string
            seen[id] = check["seen"]?.string ?? check["reason"]?.string
        }
        return Judgement(
            status: run.status, output: run.output, outcomes: outcomes, seen: seen,
            verdict: json["predicate"]?["ingot"]?["verdict"]?.string ?? "")
    }

    /// Runs a program to its end; both outputs together.
    static func run(_ program: String, _ arguments: [String], input: String? = nil) throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    static func has(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }
}
