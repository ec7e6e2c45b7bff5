// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import IPMISimulator

/// Many BMCs in one process, and a third client.
@Suite(.timeLimit(.minutes(1)))
struct FarmTests {
    @Test(.enabled(if: ForeignTool.has("ipmipower")))
    func aThousandFitInOneProcess() async throws {
        let before = try residentKiB()
        let farm = try await IPMIFarm.start(count: 1_000, .init(seed: 1))
        let grown = try residentKiB() - before
        #expect(Set(farm.servers.map(\.port)).count == 1_000)
        #expect(grown < 200 * 1_024, "\(grown) KiB for 1,000 BMCs")
        // Every twentieth, each with a state of its own.
        let chosen = stride(from: 0, to: 1_000, by: 20).map { farm.servers[$0] }
        for server in chosen.prefix(25) { _ = server.machine.perform(.on) }
        // Power takes a moment to come.
        for server in chosen.prefix(25) {
            while server.machine.chassis.snapshot.power != .on { try await Task.sleep(for: .milliseconds(10)) }
        }
        let hosts = chosen.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        let run = await ForeignTool.run(
            "ipmipower",
            ["-h", hosts, "-u", "admin", "-p", "secret", "-l", "ADMIN", "-D", "LAN_2_0", "-I", "17", "--stat"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count { $0.hasSuffix(": on") } == 25 && lines.count { $0.hasSuffix(": off") } == 25, "\(run)")
        await farm.stop()
    }

    @Test func anOpenSessionIsSmall() throws {
        let before = try residentKiB()
        let consoles = try (0..<500).map { _ in try TestConsole.logged() }
        let grown = try residentKiB() - before
        #expect(consoles.allSatisfy { $0.statistics.sessionsOpen == 1 })
        #expect(grown < 500 * 40, "\(grown) KiB for 500 BMCs with a session each, and their clients")
    }

    /// VmRSS of this process.
    private func residentKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
    }

    private static let hasPyghmi = FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/pyghmi")

    @Test(.enabled(if: hasPyghmi, "python3-pyghmi is not installed"))
    func pyghmiReadsAndSets() async throws {
        try await withBMC { bench in
            let program = """
                from pyghmi.ipmi import command
                c = command.Command(bmc='127.0.0.1', userid='admin', password='secret', port=\(bench.server.port))
                print(c.get_power()['powerstate'])
                c.set_bootdev('network', uefiboot=True)
                boot = c.get_bootdev()
                print(boot['bootdev'], boot['persistent'], boot['uefimode'])
                print({s.name: s.value for s in c.get_sensor_data()}['FAN1'])
                print(dict(c.get_inventory())['System']['Product name'])
                print(c.set_power('off', wait=True)['powerstate'])
                """
            let run = await ForeignTool.run("python3", ["-c", program])
            #expect(
                run.output == "on\nnetwork False True\n5600.0\nSimulated machine\noff\n" && run.status == 0, "\(run)")
            #expect(bench.machine.snapshot.bootOverride == BootOverride(.pxe, mode: .uefi))
            #expect(await eventually { bench.machine.snapshot.power == .off })
        }
    }
}
