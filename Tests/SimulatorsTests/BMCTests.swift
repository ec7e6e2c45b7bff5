// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Simulators
import Testing

/// The BMC as `ipmitool` sees it.
@Suite(.timeLimit(.minutes(1)))
struct BMCTests {
    /// The services do not know the machine, so that it stays in its firmware.
    private func withMachine(
        _ adjust: (inout MachineConfiguration) -> Void = { _ in },
        _ body: (Lab, SimulatedMachine, IPMITool) async throws -> Void
    ) async throws {
        try await withLab(machines: adjust) { lab, machines in
            try await body(lab, machines[0], IPMITool(bmc: machines[0].description.bmc))
        }
    }

    private func diskFirst(_ machine: inout MachineConfiguration) {
        machine.bootOrder = [.disk, .network]
    }

    @Test func powerMovesTheMachine() async throws {
        try await withMachine { lab, machine, bmc in
            #expect(try await !bmc.isOn())
            #expect(await machine.state == .off)
            try await bmc.run("power", "on")
            #expect(try await bmc.isOn())
            try await eventually("on") { await machine.state != .off }
            try await bmc.run("power", "reset")
            try await eventually("reset") { lab.scratch.lines("m/machine.log").contains("reset by the BMC") }
            try await bmc.run("power", "off")
            #expect(try await !bmc.isOn())
            try await eventually("off") { await machine.state == .off }
            #expect(lab.scratch.lines("m/bmc.log") == ["set power 1", "set reset 1", "set power 0"])
        }
    }

    @Test func resetNeedsPower() async throws {
        try await withMachine { lab, machine, bmc in
            await #expect(throws: IPMITool.Failed.self) { try await bmc.run("power", "reset") }
            #expect(await machine.state == .off)
            #expect(lab.scratch.lines("m/bmc.log").isEmpty)
        }
    }

    @Test func softOffNeedsAnOperatingSystem() async throws {
        try await withMachine { lab, machine, bmc in
            try await bmc.run("power", "on")
            try await bmc.run("power", "soft")
            try await eventually("ignored") {
                lab.scratch.lines("m/machine.log").contains { $0.hasPrefix("soft-off ignored") }
            }
            #expect(try await bmc.isOn())
        }
    }

    @Test func softOffShutsTheOperatingSystemDown() async throws {
        try await withMachine(diskFirst) { lab, machine, bmc in
            let token = try lab.order(on: machine.configuration, image: Lab.noise(1_000))
            try await bmc.run("power", "on")
            try await eventually("installed") { lab.control[token].completions.count == 1 }
            try await eventually("the operating system") { await machine.state == .os }
            try await bmc.run("power", "soft")
            try await eventually("off") { await machine.state == .off }
            #expect(try await !bmc.isOn())
            try await bmc.run("power", "on")
            try await eventually("the operating system again") { await machine.state == .os }
        }
    }

    @Test func networkBootIsForOnceAndDiskBootStays() async throws {
        try await withMachine(diskFirst) { lab, machine, bmc in
            func device() async throws -> String {
                let text = try await bmc.run("chassis", "bootparam", "get", "5")
                let line = text.split(separator: "\n").first { $0.contains("Boot Device Selector") }
                return line.map(String.init) ?? text
            }
            try await bmc.run("chassis", "bootdev", "pxe")
            #expect(try await device().contains("Force PXE"))
            try await bmc.run("power", "on")
            try await eventually("network first") {
                lab.scratch.lines("m/machine.log").first { $0.hasPrefix("boot ") } == "boot network"
            }
            #expect(try await device().contains("No override"))
            try await bmc.run("chassis", "bootdev", "disk")
            try await bmc.run("power", "reset")
            try await eventually("reset") { lab.scratch.lines("m/machine.log").contains("reset by the BMC") }
            #expect(try await device().contains("Hard-Drive"))
        }
    }

    @Test func ignoredOverrideReadsBackButIsNotObeyed() async throws {
        let lying = { (machine: inout MachineConfiguration) in
            diskFirst(&machine)
            machine.faults.ignoresOverride = true
        }
        try await withMachine(lying) { lab, machine, bmc in
            try await bmc.run("chassis", "bootdev", "pxe")
            try await bmc.run("power", "on")
            try await eventually("a boot") { lab.scratch.lines("m/machine.log").contains { $0.hasPrefix("boot ") } }
            #expect(lab.scratch.lines("m/machine.log").first { $0.hasPrefix("boot ") } == "boot disk")
        }
    }

    @Test func identityIsInTheFRU() async throws {
        try await withMachine { _, machine, bmc in
            let text = try await bmc.run("fru", "print", "0")
            #expect(text.contains("Product Manufacturer  : Ingot"))
            #expect(text.contains("Product Serial        : SIM-m"))
        }
    }

    @Test func twoProcessesCannotShareADirectory() async throws {
        try await withMachine { _, machine, _ in
            await #expect(throws: SimulatorError.self) { try await SimulatedMachine.start(machine.configuration) }
        }
    }

    @Test func occupiedPortIsAClearError() async throws {
        try await withMachine { lab, machine, _ in
            var other = machine.configuration
            other.directory = lab.scratch.path + "/other"
            other.bmcPort = machine.description.bmc.port
            await #expect { try await SimulatedMachine.start(other) } throws: { error in
                String(describing: error).contains("port")
            }
        }
    }

    @Test func stoppingLeavesNoProcess() async throws {
        let lab = try await Lab()
        let machine = try await SimulatedMachine.start(try lab.machines()[0])
        let pid = machine.description.bmc.pid
        #expect(kill(pid, 0) == 0)
        await machine.stop()
        await lab.server.stop()
        #expect(kill(pid, 0) != 0)
    }
}
