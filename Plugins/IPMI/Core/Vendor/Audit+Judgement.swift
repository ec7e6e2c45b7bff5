// SPDX-License-Identifier: GPL-3.0-or-later

extension Audit {
    /// Suites 0 to 2 have no authentication or no encryption. A suite whose highest privilege is 0 is listed and cannot be
    /// used (IPMI 2.0, table 23-4, parameter 24).
    static func judge(cipherSuites: [UInt8], privileges: [UInt8: UInt8]) -> [Finding] {
        var findings: [Finding] = []
        let usable = cipherSuites.filter { privileges[$0] != 0 }
        if usable.contains(0) {
            findings.append(
                Finding(
                    id: "cipher-zero", severity: "critical",
                    message: "cipher suite 0 is enabled: anybody who knows a user name gets in without its password",
                    remedy: "ipmitool lan set CHANNEL cipher_privs X… with an X for suite 0"))
        }
        let clear = usable.filter { [1, 2, 6, 7, 11, 15, 16].contains($0) }
        if !clear.isEmpty {
            findings.append(
                Finding(
                    id: "cipher-clear", severity: "warning",
                    message: "cipher suites without encryption are enabled: "
                        + clear.map(String.init).joined(separator: ", "),
                    remedy: "ipmitool lan set CHANNEL cipher_privs with an X for each of them"))
        }
        if !cipherSuites.isEmpty, !usable.contains(17) {
            findings.append(
                Finding(
                    id: "cipher-sha1", severity: "info", message: "cipher suite 17 (SHA-256) is not offered",
                    remedy: "update the BMC's firmware"))
        }
        return findings
    }

    /// The answer to Get Channel Authentication Capabilities (IPMI 2.0, table 22-15).
    static func judge(authentication bytes: [UInt8]) -> [Finding] {
        guard bytes.count >= 3 else { return [] }
        var findings: [Finding] = []
        if bytes[1] & 0x01 != 0 {
            findings.append(
                Finding(
                    id: "ipmi15-none", severity: "critical",
                    message: "IPMI 1.5 sessions without authentication are enabled",
                    remedy: "ipmitool lan set CHANNEL auth ADMIN MD5, and so for every privilege"))
        }
        if bytes[2] & 0x01 != 0 {
            findings.append(
                Finding(
                    id: "anonymous-login", severity: "critical",
                    message: "the user without name and password may log in",
                    remedy: "ipmitool user disable 1"))
        } else if bytes[2] & 0x02 != 0 {
            findings.append(
                Finding(
                    id: "anonymous-user", severity: "warning", message: "a user without a name may log in",
                    remedy: "ipmitool user disable 1"))
        }
        return findings
    }

    static func judge(users: [User]) -> [Finding] {
        users.filter { $0.enabled && $0.name.isEmpty && $0.privilege != "callback" }.map {
            Finding(
                id: "anonymous-user", severity: "warning",
                message: "user \($0.id) has no name and may log in as \($0.privilege)",
                remedy: "ipmitool user disable \($0.id)")
        }
    }

    /// Sessions that dead workers left, and how near their number is to the most there can be.
    static func judge(sessions: Sessions) -> [Finding] {
        var findings: [Finding] = []
        if sessions.leftOverLeft > 0 {
            findings.append(
                Finding(
                    id: "sessions-left-over", severity: "warning",
                    message: "\(sessions.leftOverLeft) sessions of workers that died could not be closed",
                    remedy: "wait until the BMC ends them (a minute), or reset the BMC"))
        }
        if let limit = sessions.limit, limit > 0, sessions.open * 4 >= limit * 3 {
            findings.append(
                Finding(
                    id: "sessions-scarce", severity: "warning",
                    message: "\(sessions.open) of \(limit) sessions are in use",
                    remedy: "ipmitool session info all names who has them; end what is not needed"))
        }
        return findings
    }
}
