// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Simulators
import Testing

@testable import ingot

/// `ingot sim machine` with Loongson's kinds.
@Suite(.timeLimit(.minutes(1)))
struct SimMachineTests {
    @Test func kindsBecomeMachines() throws {
        let ls2k = try SimMachine.parse(["--kind", "loongson-ls2k"]).machines()
        #expect(ls2k.first?.bmcKind == .builtIn && ls2k.first?.bmcProfile == "loongson-ls2k")
        #expect(try SimMachine.parse([]).machines().first?.bmcProfile == nil)
        #expect(throws: (any Error).self) { try SimMachine.parse(["--fault", "line-noise"]) }
        #expect(throws: (any Error).self) { try SimMachine.parse(["--kind", "loongson"]) }
    }

    @Test func wrongWordsAreNamed() async throws {
        for (option, value) in [("--fault", "bogus"), ("--disk-file", "/boot/vmlinux")] {
            let run = try await Binary.run(["sim", "machine", "--kind", "loongson-pmon", option, value])
            #expect(run.status == CommandExit.usage.rawValue && run.error.contains(value), "\(option)")
        }
    }

    @Test func aBoardTellsItsConsoleAndOutlet() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/ingot-sim-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Binary.path)
        process.arguments = [
            "sim", "machine", "--kind", "loongson-pmon", "--count", "2", "--state-dir", folder, "--fault", "echo-slow",
        ]
        let output = Pipe()
        (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, output)
        try process.run()
        let text = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = Data()
                while text.count(where: { $0 == 0x0A }) < 2 {
                    let more = output.fileHandleForReading.availableData
                    guard !more.isEmpty else { break }
                    text += more
                }
                process.terminate()
                process.waitUntilExit()
                continuation.resume(returning: text)
            }
        }
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: 0x0A)
        #expect(lines.count == 2)
        for (index, line) in lines.enumerated() {
            let told = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            #expect(told["name"] as? String == "sim\(index + 1)" && told["kind"] as? String == "loongson-pmon")
            #expect(told["address"] as? String == "127.77.0.\(11 + index)")
            let console = try #require(told["console"] as? [String: Any])
            let outlet = try #require(told["outlet"] as? [String: Any])
            #expect((console["port"] as? Int ?? 0) > 0 && (outlet["port"] as? Int ?? 0) > 0)
            #expect(outlet["model"] as? String == "apc-rpdu" && outlet["outlet"] as? Int == 1)
        }
    }
}
