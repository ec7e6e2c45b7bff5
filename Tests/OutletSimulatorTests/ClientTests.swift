// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import OutletSimulator
import Synchronization
import Testing

/// Net-SNMP's own programs as the client.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/snmpget"), "snmpget (package snmp) is not installed"))
struct ClientTests {
    /// Runs a program of Net-SNMP; its output when it ended with 0, what it complained about otherwise.
    private func run(_ program: String, _ words: String...) async throws -> (isGood: Bool, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(program)")
        process.arguments = words
        process.environment = ["MIBS": "", "PATH": "/usr/bin:/bin"]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                do {
                    try process.run()
                    let text = output.fileHandleForReading.readDataToEndOfFile()
                    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    let isGood = process.terminationStatus == 0
                    continuation.resume(
                        returning: (isGood, String(decoding: isGood ? text : complaints, as: UTF8.self)))
                } catch { continuation.resume(throwing: error) }
            }
        }
    }

    @Test(arguments: ["1", "2c"])
    func snmpgetAndSnmpsetDriveAnOutlet(_ version: String) async throws {
        let told = Mutex<[String]>([])
        let machine = SharedChassis(Chassis())
        let pdu = try await OutletServer.start(.init(), outlets: [5: machine]) { outlet, isOn in
            told.withLock { $0.append("\(outlet) \(isOn)") }
        }
        let agent = "127.0.0.1:\(pdu.port)"
        let state = "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.5"
        let command = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.5"
        let before = try await run("snmpget", "-v\(version)", "-c", "public", "-Oqv", agent, state)
        #expect(before == (true, "2\n"))
        let denied = try await run("snmpset", "-v\(version)", "-c", "public", agent, command, "i", "1")
        #expect(!denied.isGood && denied.text.contains(version == "1" ? "noSuchName" : "noAccess"), "\(denied)")
        let wrong = try await run("snmpset", "-v\(version)", "-c", "private", agent, command, "i", "42")
        #expect(!wrong.isGood && wrong.text.contains(version == "1" ? "badValue" : "wrongValue"), "\(wrong)")
        let set = try await run("snmpset", "-v\(version)", "-c", "private", "-Oqv", agent, command, "i", "1")
        #expect(set == (true, "1\n"))
        let end = ContinuousClock.now + .seconds(20)
        while told.withLock({ $0.isEmpty }), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
        #expect(told.withLock { $0 } == ["5 true"], "without another datagram")
        #expect(machine.snapshot.counts.powerOns == 1)
        #expect(try await run("snmpget", "-v\(version)", "-c", "public", "-Oqv", agent, state) == (true, "1\n"))
        let silent = try await run("snmpget", "-v\(version)", "-c", "bogus", "-r0", "-t1", agent, state)
        #expect(!silent.isGood && silent.text.contains("Timeout"))
        await pdu.stop()
    }

    private func values(_ walk: String) -> [Substring] {
        walk.split(separator: "\n").filter { $0.contains(" = INTEGER: ") }
    }

    @Test func snmpwalkAndSnmpbulkwalkSeeTheSame() async throws {
        let pdu = try await OutletServer.start(.init(outlets: 48))
        let agent = "127.0.0.1:\(pdu.port)"
        let walk = try await run("snmpwalk", "-v1", "-c", "public", "-On", agent, "1.3.6.1.4.1.318")
        let bulk = try await run("snmpbulkwalk", "-v2c", "-c", "public", "-On", "-Cr20", agent, "1.3.6.1.4.1.318")
        #expect(walk.isGood && bulk.isGood, "\(walk.text) \(bulk.text)")
        // The two versions say in different words that this was all.
        let (lines, others) = (values(walk.text), values(bulk.text))
        #expect(lines.count == 96 && others == lines)
        let system = try await run("snmpwalk", "-v2c", "-c", "public", "-On", agent, "1.3.6.1.2.1.1")
        #expect(system.text.contains("OID: .1.3.6.1.4.1.318.1.3.4.5") && system.text.contains("Timeticks"))
        await pdu.stop()
    }
}
