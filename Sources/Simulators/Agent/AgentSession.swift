// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import PXE
import PlainHTTP

/// The agent on a simulated machine: the same requests in the same order as the real one.
struct AgentSession {
    /// The machine it runs on.
    let configuration: MachineConfiguration
    /// The deployment server, like `http://127.0.0.1:8080`.
    let server: String
    /// The one-time token.
    let token: String
    /// Names this start of the agent.
    let bootID: String
    let http: MachineClient
    let disks: DiskStore
    /// Writes to the machine's log.
    let note: @Sendable (MachineEvent, String) async -> Void

    /// Bytes of the image that are asked for at once.
    static let rangeBytes: Int64 = 4 << 20

    /// Why the agent stops; with a code, the server is told.
    struct Stop: Error {
        var code: String?
        var reason: String
    }

    /// Runs from the inventory to the reboot.
    func run() async throws -> ActivityResult {
        do {
            try await install()
            return .agentReboots
        } catch let stop as Stop {
            await note(.failed, [stop.code, stop.reason].compactMap { $0 }.joined(separator: ": "))
            if let code = stop.code {
                let report = AgentReports.Failed(bootID: bootID, code: code, reason: stop.reason)
                _ = try? await post("failed", report)
            }
            return .agentHalted(stop.reason)
        }
    }

    private func install() async throws {
        try await postChecked("inventory", AgentReports.Inventory(bootID: bootID, configuration: configuration))
        await note(.inventory, "sent")
        let answer = try await post("begin", AgentReports.Begin(bootID: bootID))
        await note(.begin, "status=\(answer.status)")
        guard answer.status == 200 else {
            throw Stop(code: nil, reason: "the server refused to begin: \(answer.status) \(answer.text.prefix(200))")
        }
        let plan = try plan(answer.text)
        let target = try choose(plan)
        let disk = configuration.disks[target]
        disks.log.append("install-begin token=\(token.prefix(8)) boot_id=\(bootID) disk=\(disk.name)")
        await note(.installBegin, "disk=\(disk.name) image=\(plan.imageSize) compression=\(plan.compression.rawValue)")
        let digest = try await write(plan, to: target)
        let seed = try await fetchSeed(plan)
        try disks.install(DiskStore.Installation(disk: target, sha256: digest, seed: seed))
        await note(.seed, plan.seedFiles.joined(separator: " "))
        let report = AgentReports.Complete(bootID: bootID, disk: disk, sha256: digest)
        try await postChecked("complete", report)
        disks.log.append("complete")
        await note(.complete, "")
    }

    private func plan(_ text: String) throws -> AgentPlan {
        do throws(AgentPlan.InvalidPlan) {
            return try AgentPlan(text)
        } catch {
            throw Stop(code: "plan", reason: "the plan's \(error.field) is missing or wrong")
        }
    }

    private func choose(_ plan: AgentPlan) throws -> Int {
        do throws(DiskRule.Refusal) {
            return try plan.disk.choose(from: configuration.disks)
        } catch {
            throw Stop(code: error.rawValue, reason: "\(configuration.disks.count) disks, \(error)")
        }
    }

    private func fetchSeed(_ plan: AgentPlan) async throws -> [String: String] {
        guard !plan.seedFiles.isEmpty else { return [:] }
        _ = try? await post("progress", AgentReports.Progress(bootID: bootID, phase: "seeding", permille: 1_000))
        var seed: [String: String] = [:]
        for name in plan.seedFiles {
            let answer = try await call(.GET, "answer/\(name)")
            guard answer.status == 200 else {
                throw Stop(code: "seed", reason: "\(name): the server answered \(answer.status)")
            }
            seed[name] = answer.text
        }
        return seed
    }
}
