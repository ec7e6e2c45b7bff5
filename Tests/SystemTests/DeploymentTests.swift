// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Whole deployments against simulated machines: real DHCP, TFTP, HTTP and IPMI between real processes.
@Suite("Deployment", .serialized, .timeLimit(.minutes(20)))
struct DeploymentTests {
    @Test func oneOrderOneInstallation() async throws {
        let site = try Site(subnet: "127.70.1.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1)
        let machine = try #require(site.machines.first)
        let added = try site.enrol(machine)
        #expect(added.code == 0, "\(added.output)\n\(site.logTail)")
        try await deploy(site, machine)
        expectOneInstallation(machine)
        // What Ingot says and what another IPMI client reads from the BMC are the same.
        let password = try String(contentsOfFile: machine.bmc.passwordFile, encoding: .utf8)
        let judge = try run(
            "/usr/bin/ipmitool",
            [
                "-I", "lanplus", "-C", "3", "-H", machine.bmc.host, "-p", "\(machine.bmc.port)", "-U",
                machine.bmc.user, "-P", password.trimmingCharacters(in: .newlines), "chassis", "power", "status",
            ])
        #expect(judge.output.contains("is on"))
        #expect(try site.ingot(["machine", "power", machine.name, "status"]).output.contains("on"))
    }

    /// `kill -9` at every write of a whole deployment, before and after it reached the disk.
    @Test func killedAtEveryWriteTheJobGoesOn() async throws {
        let site = try Site(subnet: "127.70.2.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1)
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0, "\(site.logTail)")
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        try await stopServe(site)

        var kills = 0
        for side in ["before", "after"] {
            for number in 1...60 {
                let before = (disk: machine.diskLog.count, bmc: machine.bmcLog.count)
                guard try await site.startServe(kill: "\(side):\(number)") else {
                    // Died while it came up: nothing was ordered yet.
                    kills += 1
                    continue
                }
                let name = "i-\(side)-\(number)"
                _ = try site.ingot(
                    ["instance", "deploy", name, "--machine", machine.name, "--image", "image", "--no-wait"])
                try await wait("deployment or death", seconds: 60) {
                    guard site.serve?.isRunning == true else { return true }
                    return await state(site, name) != "deploying"
                }
                let died = site.serve?.isRunning == false
                if died { try #require(try await site.startServe(), "\(site.logTail)") }
                // The order may have died before it was accepted; then it is simply given again.
                if await state(site, name) == nil {
                    _ = try site.ingot(
                        ["instance", "deploy", name, "--machine", machine.name, "--image", "image", "--no-wait"])
                }
                try await wait("\(name) to be deployed after a kill \(side) write \(number)", seconds: 90) {
                    await state(site, name) != "deploying"
                }
                let end = await state(site, name)
                #expect(end == "deployed", "\(name): \(end ?? "gone")\n\(site.logTail)")
                let disk = machine.diskLog.dropFirst(before.disk)
                #expect(
                    disk.filter { $0.contains("write-start") }.count == 1, "\(name): \(disk.joined(separator: "\n"))")
                #expect(
                    disk.filter { $0.contains("write-done") }.count == 1, "\(name): \(disk.joined(separator: "\n"))")
                let powerOns = machine.bmcLog.dropFirst(before.bmc).filter { $0.contains("set power 1") }
                #expect(powerOns.count == 1, "\(name): \(machine.bmcLog.dropFirst(before.bmc).joined(separator: "\n"))")
                if !died {
                    // The switch is still armed: not for what follows.
                    try await stopServe(site)
                    try #require(try await site.startServe())
                }
                let removed = try site.ingot(["instance", "delete", name])
                #expect(removed.code == 0, "\(removed.output)")
                try await stopServe(site)
                if !died { break }
                kills += 1
            }
        }
        #expect(kills > 20, "only \(kills) writes were hit: does the switch still work?")
    }

    @Test(arguments: ["one_time_network_boot", "persistent_disk_boot", "local_boot_answer", "one_time_token"])
    func eachLayerAloneKeepsTheMachineOnItsDisk(layer: String) async throws {
        let names = ["one_time_network_boot", "persistent_disk_boot", "local_boot_answer", "one_time_token"]
        let index = (names.firstIndex(of: layer) ?? 0) + 3
        let site = try Site(
            subnet: "127.70.\(index).0/24", layers: Dictionary(uniqueKeysWithValues: names.map { ($0, $0 == layer) }))
        defer { site.close() }
        try await site.startServe()
        // Layer (a) alone protects a machine whose own order has the disk first; the others one that asks the network first.
        try await site.startMachines(
            1, ["--order", layer == "one_time_network_boot" ? "disk,network" : "network,disk"])
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0, "\(site.logTail)")
        try await deploy(site, machine)
        for _ in 0..<3 {
            let before = machine.bmcLog.count
            #expect(try site.ingot(["machine", "power", machine.name, "cycle"]).code == 0)
            #expect(machine.bmcLog.count > before)
            try await Task.sleep(for: .seconds(2))
        }
        expectOneInstallation(machine)
    }

    @Test func fiftyMachinesAtOnce() async throws {
        let site = try Site(subnet: "127.70.8.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(50)
        let image = try site.makeImage(bytes: 1 << 20)
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        for machine in site.machines { #expect(try site.enrol(machine, wait: false).code == 0) }
        try await wait("50 machines to be available", seconds: 120) {
            let machines = await site.get("/v1/machines") as? [[String: Any]] ?? []
            return machines.filter { $0["state"] as? String == "available" }.count == 50
        }
        for machine in site.machines {
            let order = try site.ingot(
                ["instance", "deploy", "i-\(machine.name)", "--machine", machine.name, "--image", "image", "--no-wait"])
            #expect(order.code == 0, "\(order.output)")
        }
        try await wait("50 deployments", seconds: 240) {
            let instances = await site.get("/v1/instances") as? [[String: Any]] ?? []
            return instances.filter { $0["state"] as? String != "deploying" }.count == 50
        }
        let instances = await site.get("/v1/instances") as? [[String: Any]] ?? []
        #expect(instances.filter { $0["state"] as? String == "deployed" }.count == 50, "\(site.logTail)")
        for machine in site.machines { expectOneInstallation(machine) }
    }

    // MARK: Steps

    private func deploy(_ site: Site, _ machine: Site.Machine) async throws {
        let image = try site.makeImage()
        let added = try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256])
        #expect(added.code == 0, "\(added.output)")
        let order = try site.ingot(["instance", "deploy", "web", "--machine", machine.name, "--image", "image"])
        #expect(order.code == 0, "\(order.output)\n\(site.logTail)")
    }

    private func expectOneInstallation(_ machine: Site.Machine) {
        let log = machine.diskLog
        #expect(log.filter { $0.contains("write-start") }.count == 1, "\(log.joined(separator: "\n"))")
        #expect(log.filter { $0.contains("complete") }.count == 1, "\(log.joined(separator: "\n"))")
    }

    private func state(_ site: Site, _ instance: String) async -> String? {
        (await site.get("/v1/instances/\(instance)") as? [String: Any])?["state"] as? String
    }

    private func stopServe(_ site: Site) async throws {
        site.serve?.terminate()
        try await wait("ingot serve to stop", seconds: 15) { site.serve?.isRunning != true }
    }
}
