// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Simulators
import Synchronization
import Testing

/// Whole installations: real BMC, real DHCP, TFTP and HTTP services, real client sockets.
@Suite(.timeLimit(.minutes(2)))
struct DeploymentTests {
    private func directory(_ machine: SimulatedMachine) -> String {
        machine.configuration.name
    }

    @Test(arguments: [FirmwareKind.bios, .uefi, .uefiHTTP])
    func installsOnceAndThenBootsFromTheDisk(_ firmware: FirmwareKind) async throws {
        let adjust = { (machine: inout MachineConfiguration) in machine.firmware = firmware }
        try await withLab(machines: adjust) { lab, machines in
            let machine = machines[0]
            let image = Lab.noise(5 << 20)
            let token = try lab.order(on: machine.configuration, image: image)
            let bmc = IPMITool(bmc: machine.description.bmc)
            try await bmc.run("chassis", "bootdev", "pxe")
            try await bmc.run("power", "on")
            try await eventually("complete") { lab.control[token].completions.count == 1 }
            try lab.setLocal(machine.configuration)
            try await eventually("the operating system") { await machine.state == .os }
            try await eventually("phone-home") { !lab.control[token].hellos.isEmpty }
            // Network first, by the BIOS order: the boot services send it to the disk.
            try await bmc.run("power", "reset")
            try await eventually("left the operating system") { await machine.state != .os }
            try await eventually("the operating system again") { await machine.state == .os }

            let name = directory(machine)
            #expect(lab.scratch.bytes("\(name)/disk.img") == image)
            let log = lab.scratch.lines("\(name)/disk.log")
            #expect(
                log.map { $0.split(separator: " ")[0] }
                    == ["install-begin", "write-start", "write-done", "seed", "complete"])
            #expect(log.first?.hasPrefix("install-begin token=\(token.prefix(8)) boot_id=") == true)
            #expect(log[2] == "write-done sha256=\(Lab.digest(image))")
            #expect(lab.control[token].bootIDs.count == 1)
            #expect(lab.control[token].hellos.count == 1)
            #expect(lab.control[token].imageRequests == 2)
            let inventory = String(decoding: lab.control[token].inventories.first ?? [], as: UTF8.self)
            #expect(inventory.contains("\"serial\":\"\(machine.description.diskSerial)\""))
            #expect(inventory.contains("\"memory_bytes\":17179869184"))
            #expect(!lab.scratch.lines("\(name)/machine.log").joined().contains(token))
        }
    }

    @Test(arguments: [("gzip", "/usr/bin/gzip"), ("zstd", "/usr/bin/zstd")])
    func unpacksCompressedImages(_ name: String, _ program: String) async throws {
        try await withLab { lab, machines in
            let machine = machines[0]
            let image = [UInt8](repeating: 7, count: 3 << 20) + Lab.noise(1 << 16)
            let plain = try lab.scratch.write("plain", image)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = ["-qk", plain]
            try process.run()
            process.waitUntilExit()
            let packed = try #require(lab.scratch.bytes(name == "gzip" ? "plain.gz" : "plain.zst"))
            let token = try lab.order(on: machine.configuration, image: packed, compression: name)
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("complete") { lab.control[token].completions.count == 1 }
            #expect(lab.scratch.bytes("\(directory(machine))/disk.img") == image)
        }
    }

    @Test func goesOnAfterServerFailures() async throws {
        try await withLab { lab, machines in
            let machine = machines[0]
            let image = Lab.noise(9 << 20)
            let token = try lab.order(on: machine.configuration, image: image)
            lab.control[token].imageFailures = 3
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("complete") { lab.control[token].completions.count == 1 }
            #expect(lab.control[token].imageRequests == 6)
            #expect(lab.scratch.lines("\(directory(machine))/disk.log").filter { $0 == "write-start" }.count == 1)
            #expect(lab.scratch.bytes("\(directory(machine))/disk.img") == image)
        }
    }

    @Test func goesOnAfterTheServerRestarted() async throws {
        let adjust = { (machine: inout MachineConfiguration) in machine.faults.imageBytesPerSecond = 3 << 20 }
        try await withLab(machines: adjust) { lab, machines in
            let machine = machines[0]
            let image = Lab.noise(6 << 20)
            let token = try lab.order(on: machine.configuration, image: image)
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("the first bytes") { (lab.scratch.bytes("m/disk.img")?.count ?? 0) > 0 }
            let second = try lab.replacement()
            await lab.server.stop()
            try await eventually("the agent finds no server") {
                lab.scratch.lines("m/machine.log").contains { $0.hasPrefix("retry ") }
            }
            try await second.start()
            try await eventually("complete") { lab.control[token].completions.count == 1 }
            await second.stop()
            #expect(lab.scratch.bytes("m/disk.img") == image)
            #expect(lab.control[token].bootIDs.count == 1)
            #expect(lab.scratch.lines("m/disk.log").filter { $0 == "write-start" }.count == 1)
        }
    }

    @Test func refusedBeginWritesNothing() async throws {
        try await withLab { lab, machines in
            let machine = machines[0]
            let token = try lab.order(on: machine.configuration, image: Lab.noise(1_000))
            lab.control[token].refusesToBegin = true
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("halted") { if case .halted = await machine.state { true } else { false } }
            #expect(lab.scratch.lines("\(directory(machine))/disk.log").isEmpty)
            #expect(lab.scratch.bytes("\(directory(machine))/disk.img") == nil)
        }
    }

    @Test(arguments: [
        ("image.digest", "", 1_000), ("disk.unmatched", "disk.serial=other", 1_000),
        ("image.too-large", "", 2 << 20),
    ])
    func reportsWhyItStops(_ code: String, _ extra: String, _ size: Int) async throws {
        let adjust = { (machine: inout MachineConfiguration) in
            machine.faults.corruptsImage = code == "image.digest"
            machine.disks[0].sizeBytes = 1 << 20
        }
        try await withLab(machines: adjust) { lab, machines in
            let machine = machines[0]
            let token = try lab.order(on: machine.configuration, image: Lab.noise(size), extra: extra)
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("failed") { lab.control[token].failures.count == 1 }
            let report = String(decoding: lab.control[token].failures[0], as: UTF8.self)
            #expect(report.contains("\"code\":\"\(code)\""))
            #expect(lab.control[token].completions.isEmpty)
            #expect(!lab.scratch.lines("\(directory(machine))/disk.log").contains { $0.hasPrefix("write-done") })
        }
    }

    @Test func imageThatUnpacksToMoreThanTheDisk() async throws {
        let adjust = { (machine: inout MachineConfiguration) in machine.disks[0].sizeBytes = 1 << 20 }
        try await withLab(machines: adjust) { lab, machines in
            let plain = try lab.scratch.write("zeros", [UInt8](repeating: 0, count: (1 << 20) + 1))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = [plain]
            try process.run()
            process.waitUntilExit()
            let packed = try #require(lab.scratch.bytes("zeros.gz"))
            let token = try lab.order(on: machines[0].configuration, image: packed, compression: "gzip")
            try await IPMITool(bmc: machines[0].description.bmc).run("power", "on")
            try await eventually("failed") { lab.control[token].failures.count == 1 }
            #expect(String(decoding: lab.control[token].failures[0], as: UTF8.self).contains("image.too-large"))
        }
    }

    @Test func truncatedArchiveIsNotInstalled() async throws {
        try await withLab { lab, machines in
            let plain = try lab.scratch.write("noise", Lab.noise(100_000))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = [plain]
            try process.run()
            process.waitUntilExit()
            let packed = Array(try #require(lab.scratch.bytes("noise.gz")).dropLast(50_000))
            let token = try lab.order(on: machines[0].configuration, image: packed, compression: "gzip")
            try await IPMITool(bmc: machines[0].description.bmc).run("power", "on")
            try await eventually("failed") { lab.control[token].failures.count == 1 }
            #expect(String(decoding: lab.control[token].failures[0], as: UTF8.self).contains("image.digest"))
            #expect(lab.scratch.bytes("m/installed.json") == nil)
        }
    }

    @Test func twoFittingDisksAreAmbiguous() async throws {
        let extraDisks = { (machine: inout MachineConfiguration) in
            machine.disks = MachineConfiguration.disks(name: "x", mac: machine.mac, count: 2, bytes: 64 << 20)
        }
        try await withLab(machines: extraDisks) { lab, machines in
            let token = try lab.order(on: machines[0].configuration, image: Lab.noise(1_000))
            try await IPMITool(bmc: machines[0].description.bmc).run("power", "on")
            try await eventually("failed") { lab.control[token].failures.count == 1 }
            #expect(String(decoding: lab.control[token].failures[0], as: UTF8.self).contains("disk.ambiguous"))
        }
    }

    @Test func powerOffStopsWritingAtOnce() async throws {
        let adjust = { (machine: inout MachineConfiguration) in machine.faults.imageBytesPerSecond = 200_000 }
        try await withLab(machines: adjust) { lab, machines in
            let machine = machines[0]
            let token = try lab.order(on: machine.configuration, image: Lab.noise(8 << 20))
            let bmc = IPMITool(bmc: machine.description.bmc)
            try await bmc.run("power", "on")
            let image = "\(directory(machine))/disk.img"
            try await eventually("the first bytes") { (lab.scratch.bytes(image)?.count ?? 0) > 0 }
            try await bmc.run("power", "off")
            try await eventually("off") { await machine.state == .off }
            let written = lab.scratch.bytes(image)?.count
            let requests = lab.control[token].imageRequests
            // A whole new boot and its begin, during which the old agent would have written on.
            try lab.setLocal(machine.configuration)
            try await bmc.run("power", "on")
            try await eventually("no bootable device") { await machine.state == .noBootDevice }
            #expect(lab.scratch.bytes(image)?.count == written)
            #expect(lab.control[token].imageRequests == requests)
            #expect(lab.control[token].completions.isEmpty)
        }
    }

    @Test func bmcDiesAndTheMachineGoesOn() async throws {
        let adjust = { (machine: inout MachineConfiguration) in machine.faults.bmcVanishesAfter = .installBegin }
        try await withLab(machines: adjust) { lab, machines in
            let machine = machines[0]
            let token = try lab.order(on: machine.configuration, image: Lab.noise(100_000))
            try await IPMITool(bmc: machine.description.bmc).run("power", "on")
            try await eventually("complete") { lab.control[token].completions.count == 1 }
            try await eventually("the BMC is gone") { !machine.isBMCRunning }
        }
    }

    @Test func unknownMachinesGetNoAnswer() async throws {
        try await withLab { lab, machines in
            try await IPMITool(bmc: machines[0].description.bmc).run("power", "on")
            try await eventually("no offer") {
                lab.scratch.lines("\(directory(machines[0]))/machine.log").contains { $0.contains("DHCP: no offer") }
            }
            let served = lab.control.events.withLock { events in
                events.contains { if case .dhcp = $0.kind { true } else { false } }
            }
            #expect(!served)
        }
    }

    @Test func fiftyMachinesAtOnce() async throws {
        try await withLab(count: 50) { lab, machines in
            let image = Lab.noise(1 << 20)
            var tokens: [String] = []
            for machine in machines { tokens.append(try lab.order(on: machine.configuration, image: image)) }
            for machine in machines { try await IPMITool(bmc: machine.description.bmc).run("power", "on") }
            try await eventually("all complete", within: .seconds(60)) {
                tokens.allSatisfy { lab.control[$0].completions.count == 1 }
            }
            for machine in machines {
                let log = lab.scratch.lines("\(directory(machine))/disk.log")
                #expect(log.filter { $0 == "write-start" }.count == 1)
            }
        }
    }
}
