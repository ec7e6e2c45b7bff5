// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PXE
import Store

/// What the agent is answered.
enum AgentAnswer: Sendable, Equatable {
    /// 204.
    case noContent
    /// 200 with text.
    case text(String)
    /// 200 or 206 with the bytes of a file.
    case file(path: String)
    /// Another status with its reason; 4xx stops the agent, 5xx makes it try again.
    case refused(status: Int, reason: String)
}

extension Controller {
    /// Answers one request of the agent or of a freshly installed system.
    ///
    /// Nothing here is answered without a live one-time token; the HTTP server has already checked that the request
    /// comes from the machine's own address.
    /// - Parameters:
    ///   - path: `/agent/v1/…` or `/hello/<token>`.
    ///   - token: the bearer token, when there is one.
    ///   - body: at most 1 MiB.
    ///   - mac: the machine that holds the sender's address, when known; a token of another machine is refused.
    func answerAgent(
        method: String, path: String, token: String?, body: [UInt8], mac: MACAddress?
    ) async -> AgentAnswer {
        do {
            if let hello = path.removing(prefix: "/hello/") { return try await greet(hello) }
            guard let token, let job = await runner.job(token: token) else {
                return .refused(status: 403, reason: "this boot token is not valid (any more)")
            }
            if let mac, try await machine(job.machine).mac != mac {
                return .refused(status: 403, reason: "this boot token belongs to another machine")
            }
            if await runner.isHeld(job.machine) {
                return .refused(status: 503, reason: "machine \(job.machine) is on hold")
            }
            switch (method, path) {
            case ("POST", "/agent/v1/inventory"): return try await inventory(job, body)
            case ("POST", "/agent/v1/begin"): return try await beginInstall(job, token, body)
            case ("GET", "/agent/v1/image"): return image(job)
            case ("POST", "/agent/v1/progress"):
                let report = try decode(ProgressReport.self, body)
                try check(report.bootID)
                let progress = Observation.agentProgress(
                    bootID: report.bootID, phase: report.phase.bounded(32), permille: report.permille)
                try await runner.submit(.observed(progress), to: job.id)
                return .noContent
            case ("POST", "/agent/v1/complete"): return try await complete(job, body)
            case ("POST", "/agent/v1/failed"):
                let report = try decode(FailureReport.self, body)
                try check(report.bootID)
                try await runner.submit(
                    .observed(
                        .agentFailed(
                            bootID: report.bootID, code: report.code.bounded(64), reason: report.reason.bounded(500))),
                    to: job.id)
                return .noContent
            case ("GET", let path):
                guard let name = path.removing(prefix: "/agent/v1/answer/"),
                    let text = job.facts.rendered?.answers[name]
                else { return .refused(status: 404, reason: "there is no \(path.bounded(100))") }
                return .text(text)
            default: return .refused(status: 404, reason: "there is no \(method) \(path.bounded(100))")
            }
        } catch let error as ControlError {
            return .refused(status: error.code == .storageFull ? 507 : 400, reason: error.description)
        } catch {
            // The store takes no writes right now: the agent tries again.
            let shown = path.hasPrefix("/hello/") ? "/hello/…" : path.bounded(100)
            logger.error("agent request \(shown) failed: \(error)")
            return .refused(status: 503, reason: "try again: \(error)")
        }
    }

    private func greet(_ token: String) async throws -> AgentAnswer {
        guard let job = try await runner.deployment(helloToken: token), !job.facts.greeted else {
            return .refused(status: 403, reason: "this greeting token is not valid (any more)")
        }
        try await runner.submit(.observed(.hello), to: job.id)
        return .noContent
    }

    private func inventory(_ job: Job, _ body: [UInt8]) async throws -> AgentAnswer {
        let value = try decode(JSONValue.self, body)
        guard case .object = value, let bootID = value["boot_id"].text else {
            throw ControlError(.invalid, "the inventory names no boot", field: "boot_id")
        }
        try check(bootID)
        guard body.count <= 1 << 16 else { throw ControlError(.invalid, "the inventory is larger than 64 KiB") }
        try await store.write { transaction in
            guard var machine = try transaction.get(Machine.self, job.machine) else { return }
            machine.agentInventory = value
            try transaction.put(machine)
        }
        try await runner.submit(.observed(.agentStarted(bootID: bootID)), to: job.id)
        return .noContent
    }

    private func beginInstall(_ job: Job, _ token: String, _ body: [UInt8]) async throws -> AgentAnswer {
        let report = try decode(BootReport.self, body)
        try check(report.bootID)
        let after = try await runner.submit(
            .observed(.agentBegan(bootID: report.bootID, token: token)), to: job.id)
        let granted = after.facts.grantedBootID == report.bootID && after.step == .install && !after.state.isOver
        guard granted, let plan = after.facts.rendered?.answers["plan"] else {
            return .refused(
                status: 409,
                reason: "not let in: job \(job.id) is at \(after.step.rawValue)"
                    + (after.facts.grantedBootID == nil ? "" : " and another start of the agent has begun already"))
        }
        return .text(plan)
    }

    private func image(_ job: Job) -> AgentAnswer {
        guard job.step == .install, case .deploy(let sha256, _) = job.order else {
            return .refused(status: 409, reason: "job \(job.id) is at \(job.step.rawValue), not installing")
        }
        return .file(path: site.imagePath(sha256: sha256))
    }

    private func complete(_ job: Job, _ body: [UInt8]) async throws -> AgentAnswer {
        let report = try decode(CompletionReport.self, body)
        try check(report.bootID)
        guard report.sha256.utf8.count == 64, report.sha256.allSatisfy(\.isHexDigit) else {
            throw ControlError(.invalid, "the digest has other than 64 hex digits", field: "sha256")
        }
        let disk = [report.disk.name, report.disk.serial].compactMap { $0 }.filter { !$0.isEmpty }.joined(
            separator: " ")
        var after = try await runner.submit(
            .observed(
                .agentCompleted(bootID: report.bootID, sha256: report.sha256.lowercased(), disk: disk.bounded(200))),
            to: job.id)
        guard after.facts.grantedBootID == report.bootID, after.facts.disk != nil, after.state != .failed else {
            return .refused(status: 409, reason: "job \(job.id) did not take the completion")
        }
        // The agent reboots on the reply: hold it until the BMC keeps disk boot, but not for ever.
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while after.step == .bootDisk, !after.state.isOver, ContinuousClock.now < end, !Task.isCancelled {
            let version = await runner.version(of: job.id)
            await runner.waitForChange(of: job.id, after: version, timeout: .seconds(1))
            after = try await runner.current(job.id) ?? after
        }
        return .noContent
    }

    /// A boot id is a short word that agents make; it is kept and shown, so nothing else is let in.
    private func check(_ bootID: String) throws {
        let sound = bootID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        guard sound, (1...64).contains(bootID.utf8.count) else {
            throw ControlError(.invalid, "a boot id is 1 to 64 letters, digits or hyphens", field: "boot_id")
        }
    }

    private func decode<T: Decodable>(_ type: T.Type, _ body: [UInt8]) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ControlError(.invalid, "the report does not decode as \(type)")
        }
    }
}

private struct BootReport: Decodable {
    let bootID: String
    enum CodingKeys: String, CodingKey { case bootID = "boot_id" }
}

private struct ProgressReport: Decodable {
    let bootID: String
    let phase: String
    let permille: Int
    enum CodingKeys: String, CodingKey {
        case phase, permille
        case bootID = "boot_id"
    }
}

private struct CompletionReport: Decodable {
    struct Disk: Decodable {
        let name: String
        let serial: String?
    }
    let bootID: String
    let disk: Disk
    let sha256: String
    enum CodingKeys: String, CodingKey {
        case disk, sha256
        case bootID = "boot_id"
    }
}

private struct FailureReport: Decodable {
    let bootID: String
    let code: String
    let reason: String
    enum CodingKeys: String, CodingKey {
        case code, reason
        case bootID = "boot_id"
    }
}

extension String {
    /// The rest after `prefix`; nil when it does not begin so.
    fileprivate func removing(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }

    /// At most `limit` characters, control characters replaced: fit for logs and journal.
    func bounded(_ limit: Int) -> String {
        String(prefix(limit).map { $0.isNewline || ($0.asciiValue ?? 32) < 32 ? " " : $0 })
    }
}
