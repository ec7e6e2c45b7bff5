// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Dispatch
import Foundation
import OutletSimulator
import Testing

/// A machine whose only control is the outlet that feeds it: a whole deployment without a boot order.
@Suite("A machine on an outlet", .serialized, .timeLimit(.minutes(5)))
struct OutletDeploymentTests {
    /// A PDU whose outlet 5 feeds a simulated machine: what the outlet does, the machine's power does. Orders go to the
    /// machine one after the other, by its BMC, of which Ingot knows nothing here.
    private func feed(_ machine: Site.Machine) async throws -> OutletServer {
        let password = try String(contentsOfFile: machine.bmc.passwordFile, encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        let wire = DispatchQueue(label: "dev.ingot.test.outlet")
        return try await OutletServer.start(.init(community: "pdu-secret")) { outlet, isOn in
            guard outlet == 5 else { return }
            wire.async {
                _ = try? run(
                    "/usr/bin/ipmitool",
                    [
                        "-I", "lanplus", "-C", "17", "-H", machine.bmc.host, "-p", "\(machine.bmc.port)", "-U",
                        machine.bmc.user, "-P", password, "chassis", "power", isOn ? "on" : "off",
                    ], check: false)
            }
        }
    }

    @Test func aDeploymentGoesWithoutABootOrder() async throws {
        let site = try Site(subnet: "127.74.1.0/24", plugins: ["outlet": "Plugins/Outlet/plugin.json.in"])
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1, ["--bmc", "built-in", "--order", "network,disk"])
        let machine = try #require(site.machines.first)
        let pdu = try await feed(machine)
        let community = site.directory.appendingPathComponent("pdu.community").path
        try Data("pdu-secret\n".utf8).write(to: URL(fileURLWithPath: community))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: community)

        // As docs/outlet.md has it, but for the port.
        let added = try site.ingot([
            "machine", "add", "web1", "--driver", "dev.ingot.outlet", "--no-password", "--mac", machine.mac,
            "--address",
            machine.address, "--set",
            #"outlet={"host": "127.0.0.1", "port": \#(pdu.port), "model": "apc-rpdu", "outlets": ["5"], "off_seconds": 1}"#,
            "--secret-file", "community=\(community)",
        ])
        #expect(added.code == 0, "\(added.output)\n\(site.logTail)")
        #expect(try site.ingot(["machine", "power", "web1", "status"]).output.contains("off"))
        let boot = try site.ingot(["machine", "boot", "web1", "pxe"])
        #expect(boot.code == 4, "\(boot.output)")

        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        let order = try site.ingot(["instance", "deploy", "web", "--machine", "web1", "--image", "image"])
        #expect(order.code == 0, "\(order.output)\n\(site.logTail)")
        let jobs = try #require(await site.get("/v1/jobs?machine=web1") as? [[String: Any]])
        let id = try #require(jobs.first { $0["kind"] as? String == "deploy" }?["id"] as? String)
        let page = try #require(await site.get("/v1/jobs/\(id)/events") as? [String: Any])
        let journal = (page["events"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
        for step in ["boot-network", "boot-disk"] {
            #expect(journal.contains { $0.hasPrefix("\(step) done: not supported") }, "\(journal)")
        }
        #expect(pdu.statistics.orders.map(\.action) == [.on], "it was off already, so it is switched once")
        #expect(machine.diskLog.filter { $0.contains("complete") }.count == 1)

        // Layers (c) and (d): a machine that asks the network first starts from its disk.
        for _ in 0..<2 {
            #expect(try site.ingot(["machine", "power", "web1", "cycle"]).code == 0)
            try await Task.sleep(for: .seconds(2))
        }
        #expect(machine.diskLog.filter { $0.contains("write-start") }.count == 1)
        #expect(pdu.statistics.orders.map(\.action) == [.on, .off, .on, .off, .on])
        #expect(try site.ingot(["machine", "power", "web1", "status"]).output.contains("on"))

        // The worker may speak to the PDU, and to nobody's other ports, where the kernel can see to it.
        let plugins = try #require(await site.get("/v1/plugins") as? [[String: Any]])
        let outlet = try #require(plugins.first { $0["id"] as? String == "dev.ingot.outlet" })
        #expect(outlet["network"] as? [String] == ["udp/161"])
        #expect(outlet["confinement"] != nil)
        let secrets = try site.ingot(["machine", "show", "web1"]).output
        #expect(secrets.contains("community (sealed)") && !secrets.contains("pdu-secret"), "\(secrets)")
        await pdu.stop()
    }
}
