// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BMCModel
import Foundation
import Testing

@testable import ingot

/// `ingot sim bmc` and `ingot sim faults`.
@Suite(.timeLimit(.minutes(1)))
struct SimBMCTests {
    @Test func optionsBecomeOrders() throws {
        let command = try SimBMC.parse(["--count", "3", "--port", "7000", "--fault", "loss:20%", "--seed", "9"])
        let orders = try command.orders()
        #expect(orders.map(\.port) == [7_000, 7_001, 7_002])
        #expect(orders.map(\.seed) == [9, 10, 11])
        #expect(Set(orders.map { $0.machine.chassis.snapshot.identity.serial }).count == 3)
        #expect(orders[0].machine.faults.present("loss")?["rate"] == 0.2)
        #expect(throws: CommandError.self) { try SimBMC.parse(["--fault", "bogus"]).orders() }
        #expect(throws: (any Error).self) { try SimBMC.parse(["--count", "0"]) }
    }

    @Test func aBMCTellsItsWayAndTakesCommands() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Binary.path)
        process.arguments = ["sim", "bmc", "--count", "2", "--behaviour", "short_device_id"]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        input.fileHandleForWriting.write(Data("power\nfault bogus\nfault loss:0.5\nclear\nquit\n".utf8))
        let (text, complaints) = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let text = output.fileHandleForReading.readDataToEndOfFile()
                let complaints = errors.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(
                    returning: (String(decoding: text, as: UTF8.self), String(decoding: complaints, as: UTF8.self)))
            }
        }
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == 3, "\(text)")
        for (index, line) in lines.prefix(2).enumerated() {
            let told = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(told["name"] as? String == "bmc-\(index)" && told["kind"] as? String == "ipmi")
            #expect((told["port"] as? Int ?? 0) > 0 && told["quirks"] as? [String] == ["short_device_id"])
        }
        #expect(lines.last == #"{"bmc-0":"off","bmc-1":"off"}"#)
        #expect(complaints == "error: there is no fault bogus\n")
    }

    @Test func wrongWordsAreNamed() async throws {
        let behaviour = try await Binary.run(["sim", "bmc", "--behaviour", "bogus"])
        #expect(behaviour.status == CommandExit.usage.rawValue && behaviour.error.contains("short_device_id"))
        let fault = try await Binary.run(["sim", "bmc", "--fault", "loss:often"])
        #expect(fault.status == CommandExit.usage.rawValue && fault.error.contains("rate"))
    }

    @Test func profilesAreListedByKind() async throws {
        let table = SimProfiles.table()
        #expect(table.rows.contains { $0[0] == "ipmi" && $0[1] == "openipmi" && $0[3].contains("boot_selector_only") })
        #expect(table.rows.contains { $0[0] == "redfish" })
        #expect(table.rows.contains { $0[0] == "outlet" && $0[1] == "apc-rpdu" })
        let wrong = try await Binary.run(["sim", "bmc", "--profile", "bogus"])
        #expect(wrong.status == CommandExit.usage.rawValue && wrong.error.contains("loongson-ls2k"))
    }

    @Test func aPDUTellsItsModel() async throws {
        let order = try #require(try SimBMC.parse(["--kind", "outlet", "--profile", "eaton-epdu"]).orders().first)
        let pdu = try await SimBMCKind.outlet.start(order)
        let told = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(pdu.description)) as? [String: Any]
        #expect(told?["kind"] as? String == "outlet" && told?["profile"] as? String == "eaton-epdu")
        #expect(told?["user"] == nil && told?["password"] as? String == "secret")
        await pdu.stop()
        let wrong = try await Binary.run(["sim", "bmc", "--kind", "outlet", "--profile", "bogus"])
        #expect(wrong.status == CommandExit.usage.rawValue && wrong.error.contains("raritan-pdu2"))
    }

    @Test func faultsAreListed() async throws {
        let table = try await Binary.run(["sim", "faults"]).output
        for kind in FaultKind.all { #expect(table.contains(kind.name)) }
        let json = try await Binary.run(["sim", "faults", "-o", "json"]).output
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(rows.count == FaultKind.all.count)
    }
}
