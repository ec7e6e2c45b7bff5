// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Simulators
import Testing

/// A machine behind Ingot's own BMC, as `ipmitool` sees it.
@Suite(.timeLimit(.minutes(1)))
struct BuiltInBMCTests {
    private func withMachine(
        diskFirst: Bool = false, _ body: (Lab, SimulatedMachine, IPMITool) async throws -> Void
    ) async throws {
        try await withLab { machine in
            machine.bmcKind = .builtIn
            if diskFirst { machine.bootOrder = [.disk, .network] }
        } _: { lab, machines in
            try await body(lab, machines[0], IPMITool(bmc: machines[0].description.bmc))
        }
    }

    @Test func powerMovesTheMachine() async throws {
        try await withMachine { lab, machine, bmc in
            #expect(machine.description.bmc.quirks.isEmpty)
            #expect(try await !bmc.isOn())
            await #expect(throws: IPMITool.Failed.self) { try await bmc.run("power", "reset") }
            try await bmc.run("power", "on")
            #expect(try await bmc.isOn())
            try await eventually("on") { await machine.state != .off }
            try await bmc.run("power", "cycle")
            try await eventually("cycled") {
                lab.scratch.lines("m/machine.log").count { $0.hasPrefix("power-on") } == 2
            }
            try await bmc.run("power", "off")
            #expect(try await !bmc.isOn())
            try await eventually("off") { await machine.state == .off }
            try await eventually("the log") {
                lab.scratch.lines("m/bmc.log") == ["set power 1", "set power 0", "set power 1", "set power 0"]
            }
        }
    }

    @Test func theMachineSwitchesItselfOff() async throws {
        try await withMachine(diskFirst: true) { lab, machine, bmc in
            let token = try lab.order(on: machine.configuration, image: Lab.noise(1_000))
            try await bmc.run("power", "on")
            try await eventually("installed") { lab.control[token].completions.count == 1 }
            try await eventually("the operating system") { await machine.state == .os }
            try await bmc.run("power", "soft")
            try await eventually("off") { await machine.state == .off }
            #expect(try await !bmc.isOn())
        }
    }

    @Test func firmwareTakesTheOverride() async throws {
        try await withMachine(diskFirst: true) { lab, machine, bmc in
            func flags() async throws -> String { try await bmc.run("chassis", "bootparam", "get", "5") }
            // A machine that finds nothing to boot tries again by itself, so boots are counted from a reset on.
            func firstBoot(afterReset number: Int) -> String? {
                let resets = lab.scratch.lines("m/machine.log").split(omittingEmptySubsequences: false) {
                    $0.hasPrefix("reset")
                }
                return resets.count > number ? resets[number].first { $0.hasPrefix("boot ") } : nil
            }
            try await bmc.run("chassis", "bootdev", "pxe", "options=efiboot")
            #expect(try await flags().contains("Boot Flag Valid"))
            try await bmc.run("power", "on")
            try await eventually("network first") { firstBoot(afterReset: 0) == "boot network" }
            #expect(try await flags().contains("Boot Flag Invalid"))
            try await bmc.run("chassis", "bootdev", "disk", "options=persistent")
            for number in 1...2 {
                try await bmc.run("power", "reset")
                try await eventually("disk") { firstBoot(afterReset: number) == "boot disk" }
            }
            #expect(try await flags().contains("Boot Flag Valid"))
        }
    }

    @Test func aBMCThatVanishesLeavesTheMachine() async throws {
        try await withMachine { _, machine, bmc in
            try await bmc.run("power", "on")
            try await eventually("on") { await machine.state != .off }
            machine.loseBMC()
            #expect(!machine.isBMCRunning)
            await #expect(throws: IPMITool.Failed.self) { try await bmc.run("power", "status") }
            #expect(await machine.state != .off)
        }
    }
}

/// A machine behind Loongson's BMC.
@Suite(.timeLimit(.minutes(1)))
struct LoongsonBMCTests {
    @Test func aResetOfTheBMCHaltsTheMachine() async throws {
        try await withLab { machine in
            machine.bmcKind = .builtIn
            machine.bmcProfile = "loongson-ls2k"
        } _: { lab, machines in
            let machine = machines[0]
            let bmc = IPMITool(bmc: machine.description.bmc)
            #expect(machine.description.bmc.quirks == ["boot_no_timeout_parameter"])
            #expect(try await bmc.run("fru", "print", "0").contains("LOONGSON"))
            try await bmc.run("power", "on")
            try await eventually("on") { await machine.state != .off }
            try await bmc.run("mc", "reset", "cold")
            try await eventually("halted") {
                if case .halted(let reason) = await machine.state { reason.contains("bus") } else { false }
            }
        }
    }
}
