// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
public import PXE
import Store

extension Controller {
    /// Takes what the boot services saw and gives it to the machine's job as evidence.
    public func take(_ event: PXEEvent) async {
        guard let mac = event.mac else {
            logger.info("boot services: \(event.kind)")
            return
        }
        let observation = Self.observation(event.kind)
        logger.log(
            level: observation == nil ? .debug : .info, "boot services: \(observation?.text ?? "\(event.kind)")",
            metadata: ["mac": "\(mac)"])
        guard let observation else { return }
        guard let name = try? await store.read({ try $0.all(Machine.self).first { $0.mac == mac }?.name }),
            let job = await runner.activeJob(machine: name)
        else { return }
        do {
            try await runner.submit(.observed(observation), to: job.id)
        } catch {
            logger.error("what the boot services saw of \(name) could not be written: \(error)")
        }
    }

    /// What an event proves, if anything. Only the script that starts the installer counts as network boot: an
    /// address or a boot program alone may go to a machine that then boots from its disk.
    static func observation(_ kind: PXEEvent.Kind) -> Observation? {
        switch kind {
        case .scriptServed(.install): .networkBoot("the network program fetched its script")
        case .scriptServed(.local): .localBoot("the network program")
        case .dhcp(_, .acknowledge, .localBoot(.bootMenu)): .localBoot("the firmware (local disk menu)")
        case .leftForDisk: .localBoot("the firmware (HTTP boot)")
        case .dhcp(.os, .acknowledge, .addressOnly): .systemAddress
        default: nil
        }
    }

    /// Answers a request that came to the deployment server's HTTP port under `/agent/` or `/hello/`.
    public func answer(_ request: AgentRequest) async -> AgentResponse {
        let answer = await answerAgent(
            method: request.method, path: request.path, token: request.bearerToken, body: request.body,
            mac: request.client?.mac)
        switch answer {
        case .noContent: return AgentResponse(status: 204)
        case .text(let text): return .text(200, text)
        case .file(let path): return AgentResponse(status: 200, body: .file(path: path))
        case .refused(let status, let reason): return .text(status, reason + "\n")
        }
    }
}
