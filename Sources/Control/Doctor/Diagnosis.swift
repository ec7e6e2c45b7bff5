// SPDX-License-Identifier: Apache-2.0
import Host

/// What a look at a machine and the set-up of its BMC has found.
public struct Diagnosis: Sendable, Equatable, Codable {
    public var machine: String
    /// The worst first.
    public var findings: [Finding]
    /// What each driver's audit told beside its findings, by the driver's id.
    public var audits: [String: JSONValue]

    init(_ machine: Machine, reports: [DriverReport], answers: [AuditAnswer]) {
        self.machine = machine.name
        var findings = Self.findings(of: machine, reports)
        var audits: [String: JSONValue] = [:]
        for answer in answers {
            if let failure = answer.failure { findings.append(Self.failed(failure, "the audit")) }
            guard let json = answer.json else { continue }
            guard case .object(var members)? = JSONValue(jsonText: json) else {
                findings.append(
                    Finding(
                        id: "audit-garbled", severity: .warning, message: "the audit's answer is no JSON object",
                        remedy: "report it to the driver's vendor", driver: answer.driver))
                continue
            }
            findings += Finding.told(by: answer.driver, in: .object(members))
            members["findings"] = nil
            audits[answer.driver] = .object(members)
        }
        if answers.isEmpty, !findings.contains(where: { $0.id == "driver-failed" }) {
            findings.append(
                Finding(
                    id: "no-audit", severity: .info,
                    message: "none of the machine's drivers can look over its BMC's set-up"))
        }
        self.findings = findings.worstFirst
        self.audits = audits
    }

    /// What the server knows by itself.
    private static func findings(of machine: Machine, _ reports: [DriverReport]) -> [Finding] {
        var findings = reports.compactMap(\.failure).map { failed($0, "the probe") }
        if machine.bootVerdict == .lied {
            findings.append(
                Finding(
                    id: "boot-lied", severity: .warning,
                    message: "the BMC acknowledged a boot device, and the machine booted from another one",
                    remedy:
                        "put network boot and then the disk first in the firmware's boot order, or add the BMC's quirk")
            )
        }
        if machine.hold {
            findings.append(
                Finding(
                    id: "held", severity: .info, message: "the machine is on hold: nothing automatic touches it",
                    remedy: "ingot machine hold \(machine.name) --release"))
        }
        return findings
    }

    private static func failed(_ failure: DriverAttempt, _ what: String) -> Finding {
        Finding(
            id: "driver-failed", severity: .critical,
            message: "\(what) failed: \(failure.status): \(failure.message)", remedy: remedy(failure.status),
            driver: failure.driver)
    }

    private static func remedy(_ status: String) -> String? {
        switch status {
        case "unreachable", "timeout":
            "check address, port and cabling of the BMC, and that IPMI or Redfish is switched on"
        case "auth": "correct user and password with `ingot machine update`, or reset the account on the BMC"
        case "forbidden": "give the account the administrator privilege on the BMC"
        case "busy": "wait; close other sessions of the BMC if it stays busy"
        case "invalid": "correct the driver's configuration with `ingot machine update`"
        default: nil
        }
    }
}
