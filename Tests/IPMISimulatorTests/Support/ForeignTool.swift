// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator

/// A program that Ingot did not write, run against a simulated BMC.
enum ForeignTool {
    struct Run: CustomStringConvertible {
        var status: Int32
        var output: String
        var description: String { "status \(status): \(output)" }
    }

    /// Whether a program is installed.
    static func has(_ name: String) -> Bool { path(name) != nil }

    private static func path(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program on a thread of its own, for at most `limit` seconds; returns what it printed on both streams.
    static func run(
        _ name: String, _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
        limit: TimeInterval = 60
    ) async -> Run {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: execute(name, arguments, input, environment, limit))
            }
        }
    }

    private static func execute(
        _ name: String, _ arguments: [String], _ input: String?, _ environment: [String: String], _ limit: TimeInterval
    ) -> Run {
        guard let path = path(name) else { return Run(status: -1, output: "\(name) is not installed") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = [String(Int(limit)), path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let typed = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : typed
        do { try process.run() } catch { return Run(status: -1, output: "\(error)") }
        if let input {
            typed.fileHandleForWriting.write(Data(input.utf8))
            try? typed.fileHandleForWriting.close()
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }
}

/// A BMC on loopback with the tools that are pointed at it.
struct Bench {
    let server: IPMIServer
    var suite = 3
    var user = "admin"
    var password = "secret"

    var machine: SharedChassis { server.machine.chassis }

    func ipmitool(_ arguments: String..., level: String = "ADMINISTRATOR") async -> ForeignTool.Run {
        await ForeignTool.run(
            "ipmitool",
            [
                "-I", "lanplus", "-H", "127.0.0.1", "-p", String(server.port), "-U", user, "-P", password, "-C",
                String(suite), "-L", level, "-N", "1", "-R", "2",
            ] + arguments)
    }

    /// A tool of FreeIPMI, without any workaround flag.
    func freeipmi(_ tool: String, _ arguments: String..., level: String = "ADMIN") async -> ForeignTool.Run {
        var options = [
            "-h", "127.0.0.1:\(server.port)", "-u", user, "-p", password, "-l", level, "-D", "LAN_2_0", "-I",
            String(suite),
        ]
        // ipmipower has only one kind of driver for each version.
        if tool == "ipmiconsole" { options.removeAll { $0 == "-D" || $0 == "LAN_2_0" } }
        return await ForeignTool.run(tool, options + arguments)
    }
}

/// Runs a body against a BMC on a free port of loopback and stops it.
func withBMC(
    _ configuration: IPMIServer.Configuration = IPMIServer.Configuration(seed: 1),
    _ chassis: Chassis = Chassis(power: .on), faults: [String] = [], _ body: (Bench) async throws -> Void
) async throws {
    let server = try await IPMIServer.start(
        configuration, chassis: SharedChassis(chassis),
        faults: FaultInjector(try faults.map { try Fault($0) }, seed: 1))
    do {
        try await body(Bench(server: server, user: configuration.user, password: configuration.password))
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// Waits until something holds, ten seconds at most.
func eventually(_ holds: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<200 {
        if try await holds() { return true }
        try? await Task.sleep(for: .milliseconds(50))
    }
    return false
}
