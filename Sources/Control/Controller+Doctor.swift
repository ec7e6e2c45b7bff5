// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host

extension Controller {
    /// Probes a machine's drivers and has them look over its BMC's set-up; nothing is changed.
    ///
    /// - Throws: `ControlError` when there is no such machine. A BMC that does not answer is a finding.
    public func doctor(_ name: String) async throws -> Diagnosis {
        let device = try await devices.device(name)
        let limit = Duration.seconds(policy.timeouts.call)
        // The probe of a driver that failed is in its report.
        _ = try? await device.refresh(deadline: limit)
        let answers = await device.audit(operation: "audit/\(Token.make().prefix(16))", deadline: limit * 2)
        return Diagnosis(try await machine(name), reports: await device.reports, answers: answers)
    }
}
