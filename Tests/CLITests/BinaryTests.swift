// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Testing

@testable import ingot

/// The executable itself: exit codes, streams, and the processes it leaves or does not leave behind.
@Suite(.timeLimit(.minutes(1)))
struct BinaryTests {
    @Test(arguments: [
        (["--version"], CommandExit.ok), (["version"], .ok), (["--help"], .ok), (["machine", "list", "--help"], .ok),
        (["machine", "list", "--bogus"], .usage), (["bogus"], .usage), (["machine", "power"], .usage),
        (["machine", "list", "--server", "nonsense"], .usage),
        (["machine", "list", "--server", "http://127.0.0.1:1"], .unreachable),
        (["machine", "list", "--token-file", "/nonexistent"], .local),
        (["image", "add", "x", "/nonexistent"], .local),
        (["sim", "machine", "--subnet-base", "10.0.0.0/24"], .usage),
        (["sim", "machine", "--order", "floppy"], .usage),
    ])
    func exitCodes(_ arguments: [String], _ expected: CommandExit) async throws {
        let result = try await Binary.run(arguments)
        #expect(result.status == expected.rawValue)
        #expect(result.output.isEmpty == (expected != .ok))
        #expect(result.error.isEmpty == (expected == .ok))
    }

    @Test func helpTellsTheExitCodes() async throws {
        let help = try await Binary.run(["--help"]).output
        for code in CommandExit.allCases { #expect(help.contains("\(code.rawValue)  \(code.meaning)")) }
    }

    @Test func listsInThreeFormats() async throws {
        let server = try await CannedServer([CannedServer.json(#"{"machines":[{"name":"m1","state":"available"}]}"#)])
        let environment = ["INGOT_SERVER": server.url, "INGOT_TOKEN": "t"]
        let table = try await Binary.run(["machine", "list"], environment: environment)
        #expect(table.output.hasPrefix("NAME  STATE"))
        let json = try await Binary.run(["machine", "list", "-o", "json"], environment: environment)
        #expect(JSONValue(parsing: Data(json.output.utf8))?.elements?.count == 1)
        let yaml = try await Binary.run(["machine", "list", "-o", "yaml"], environment: environment)
        #expect(yaml.output == "- name: m1\n  state: available\n")
        await server.stop()
    }

    @Test func jobsAreWaitedFor() async throws {
        let server = try await CannedServer([
            CannedServer.json(#"{"job":"7"}"#, status: 202),
            CannedServer.json(
                #"{"events":[],"job":{"id":"7","kind":"power","machine":"m1","state":"failed","error":"no power"}}"#),
        ])
        let environment = ["INGOT_SERVER": server.url, "INGOT_TOKEN": "t"]
        let result = try await Binary.run(["machine", "power", "m1", "on"], environment: environment)
        #expect(result.status == CommandExit.failed.rawValue)
        #expect(result.error.contains("error: job 7 (power m1) failed: no power"))
        #expect(server.requests.first?.hasSuffix(#"{"action":"on"}"#) == true)
        await server.stop()
    }

    @Test func noWaitPrintsTheJob() async throws {
        let server = try await CannedServer([CannedServer.json(#"{"job":7}"#, status: 202)])
        let result = try await Binary.run(
            ["machine", "inspect", "m1", "--no-wait"], environment: ["INGOT_SERVER": server.url])
        #expect(result.output == "7\n")
        #expect(server.requests.count == 1)
        await server.stop()
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGKILL])
    func simulatedMachinesEndWithTheProcess(_ signal: Int32) async throws {
        let directory = NSTemporaryDirectory() + "/ingot-cli-sim-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let process = try Binary.prepare(
            ["sim", "machine", "--count", "2", "--name", "m", "--state-dir", directory], environment: [:])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let lines = await firstLines(2, of: output)
        #expect(lines.count == 2)
        let pids = lines.compactMap { JSONValue(parsing: Data($0.utf8))?["bmc"]["pid"].whole }.map(Int32.init)
        #expect(pids.count == 2)
        #expect(pids.allSatisfy { isAlive($0) })
        kill(process.processIdentifier, signal)
        let deadline = ContinuousClock.now + .seconds(10)
        while process.isRunning || pids.contains(where: isAlive), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!process.isRunning)
        #expect(!pids.contains(where: isAlive))
        if signal != SIGKILL { #expect(process.terminationStatus == 0) }
    }

    private func firstLines(_ count: Int, of pipe: Pipe) async -> [String] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var text = ""
                while text.filter({ $0 == "\n" }).count < count {
                    let data = pipe.fileHandleForReading.availableData
                    if data.isEmpty { break }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text.split(separator: "\n").map(String.init))
            }
        }
    }

    /// Whether a process runs; one that has ended and waits to be reaped by init does not.
    private func isAlive(_ pid: Int32) -> Bool {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
        let text = String(decoding: stat, as: UTF8.self)
        return text.split(separator: ")").last?.dropFirst().first != "Z"
    }
}
