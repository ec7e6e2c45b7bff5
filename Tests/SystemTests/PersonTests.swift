// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A machine that nothing controls, deployed with the real command line; the test is the person at its button.
@Suite("A person at the machine", .serialized, .timeLimit(.minutes(5)))
struct PersonTests {
    private func waiting(_ site: Site) async -> String? {
        let jobs = await site.get("/v1/jobs?machine=m") as? [[String: Any]] ?? []
        let open = jobs.first { ["running", "waiting"].contains($0["state"] as? String) }
        return (open?["waiting_for"] as? [String: Any])?["person"] as? String
    }

    /// Presses the simulated machine's button, by its BMC, of which Ingot knows nothing here.
    private func press(_ machine: Site.Machine, _ action: String) throws {
        let password = try String(contentsOfFile: machine.bmc.passwordFile, encoding: .utf8)
        try run(
            "/usr/bin/ipmitool",
            [
                "-I", "lanplus", "-C", "17", "-H", machine.bmc.host, "-p", "\(machine.bmc.port)", "-U",
                machine.bmc.user, "-P", password.trimmingCharacters(in: .newlines), "chassis", "power", action,
            ])
    }

    private func enrolled(_ subnet: String) async throws -> (Site, Site.Machine) {
        let site = try Site(subnet: subnet, plugins: ["manual": "Plugins/Manual/plugin.json.in"])
        try await site.startServe()
        try await site.startMachines(1, ["--bmc", "built-in"])
        let machine = try #require(site.machines.first)
        let added = try site.ingot([
            "machine", "add", "m", "--driver", "dev.ingot.manual", "--no-password", "--set", "label=A7", "--set",
            "location=rack 4, unit 12", "--mac", machine.mac, "--address", machine.address, "--firmware", "bios",
        ])
        #expect(added.code == 0, "\(added.output)\n\(site.logTail)")
        return (site, machine)
    }

    @Test func aDeploymentIsCarriedByAPerson() async throws {
        let (site, machine) = try await enrolled("127.73.1.0/24")
        defer { site.close() }
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        let early = try site.ingot(["machine", "confirm", "m"])
        #expect(early.code == 4 && early.output.contains("no job waits for a person"), "\(early.output)")
        let order = try site.ingot(["instance", "deploy", "web", "--machine", "m", "--image", "image", "--no-wait"])
        #expect(order.code == 0, "\(order.output)")
        try await wait("the job to ask for off", seconds: 30) { await waiting(site) == "off" }
        let jobs = try site.ingot(["job", "list"]).output
        #expect(jobs.contains("waiting"), "\(jobs)")

        // A restart of the server forgets nothing.
        site.serve?.terminate()
        try await wait("ingot serve to stop", seconds: 15) { site.serve?.isRunning != true }
        try #require(try await site.startServe(), "\(site.logTail)")
        try await wait("the job to ask for off again", seconds: 30) { await waiting(site) == "off" }

        let wrong = try site.ingot(["machine", "confirm", "m", "--action", "on"])
        #expect(wrong.code == 4 && wrong.output.contains("switched off"), "\(wrong.output)")
        let off = try site.ingot(["machine", "confirm", "m"])
        #expect(off.code == 0 && off.output.contains("switched off"), "\(off.output)")
        try await wait("the job to ask for on", seconds: 30) { await waiting(site) == "on" }
        let again = try site.ingot(["machine", "confirm", "m", "--action", "off"])
        #expect(again.code == 4, "what was confirmed once is not confirmed again: \(again.output)")

        // Nobody confirms: the machine itself shows that it is on.
        try press(machine, "on")
        try await wait("the deployment", seconds: 90) {
            let instance = await site.get("/v1/instances/web") as? [String: Any]
            return instance?["state"] as? String != "deploying"
        }
        let instance = await site.get("/v1/instances/web") as? [String: Any]
        #expect(instance?["state"] as? String == "deployed", "\(site.logTail)")
        #expect(machine.diskLog.filter { $0.contains("write-start") }.count == 1)
        #expect(machine.diskLog.filter { $0.contains("complete") }.count == 1)

        // Layers (c) and (d): switched off and on by hand, it boots from its disk.
        for _ in 0..<2 {
            try press(machine, "off")
            try press(machine, "on")
            try await Task.sleep(for: .seconds(2))
        }
        #expect(machine.diskLog.filter { $0.contains("write-start") }.count == 1)
    }

    @Test func aPowerOrderWaitsAndIsAborted() async throws {
        let (site, _) = try await enrolled("127.73.2.0/24")
        defer { site.close() }
        #expect(try site.ingot(["machine", "power", "m", "status"]).output.contains("unknown"))
        let nmi = try site.ingot(["machine", "power", "m", "nmi"])
        #expect(nmi.code == 4, "\(nmi.output)")
        #expect(try site.ingot(["machine", "power", "m", "on", "--no-wait"]).code == 0)
        try await wait("the job to ask for on", seconds: 30) { await waiting(site) == "on" }
        let jobs = try #require(await site.get("/v1/jobs?machine=m") as? [[String: Any]])
        let job = try #require(jobs.first { $0["kind"] as? String == "power" })
        let what = (job["waiting_for"] as? [String: Any])?["what"] as? String
        #expect(what == "a person to switch on m (label A7, rack 4, unit 12)")
        #expect(try site.ingot(["job", "abort", job["id"] as? String ?? ""]).code == 0)
        #expect(await waiting(site) == nil)
        #expect(try site.ingot(["machine", "confirm", "m"]).code == 4)
    }
}
