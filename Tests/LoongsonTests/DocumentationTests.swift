// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Host
import Testing

/// What docs/loongson.md has people type is a configuration that the host and the driver take.
@Suite("Loongson document", .timeLimit(.minutes(1)))
struct DocumentationTests {
    @Test func theExamplesOfMachineAddAreAccepted() async throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "docs/loongson.md"), encoding: .utf8)
        let commands = page.components(separatedBy: "```").filter { $0.contains("ingot machine add") }
        #expect(commands.count == 3)
        try await MachineRoom.run { room in
            for command in commands {
                let members = command.matches(of: /--set ([a-z_]+)=(?:'([^']*)'|([^\s']+))/).map { match in
                    "\"\(match.1)\": " + (match.2.map(String.init) ?? "\"\(match.3 ?? "")\"")
                }
                let device = try room.host.device(
                    name: "example", driver: "dev.ingot.loongson", configJSON: "{\(members.joined(separator: ", "))}",
                    secrets: ["community": Secret("private"), "password": Secret("secret")])
                // Nothing is at these addresses; the driver opens the device all the same.
                do {
                    #expect(try await device.bootSetting(deadline: .seconds(1)).target == .none)
                } catch let error as DriverError {
                    #expect([.unsupported, .unreachable, .timeout].contains(error.status), "\(command): \(error)")
                }
                await device.close()
            }
        }
    }
}
