// SPDX-License-Identifier: Apache-2.0

/// Checks of opening devices and of their configuration.
enum OpenChecks {
    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must,
        needs: [String] = [Interface.driver], features: Set<TargetFeature> = [],
        places: Set<Check.Place> = [.simulator],
        limit: Duration = .seconds(60), body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        Check(
            number, id, requirement, .open, level: level, needs: needs, features: features, places: places,
            limit: limit, body: body)
    }

    static let all: [Check] = [
        check(
            15, "missing-member-is-named",
            "A configuration without a member the driver cannot do without is refused by the schema, or by open with "
                + "INVALID and the member's name.", places: [.simulator, .hardware],
            body: ConfigurationChecks.missingMemberIsNamed),
        check(
            16, "wrong-values-are-refused",
            "A value of the wrong type or out of range is refused by the schema, or by open with INVALID.",
            places: [.simulator, .hardware],
            body: ConfigurationChecks.wrongValuesAreRefused),
        check(
            17, "wrong-password", "A wrong password gives AUTH after at most two attempts to log in.",
            features: [.sessions], body: CredentialChecks.wrongPassword),
        check(
            18, "low-privilege", "A change that the user may not make gives FORBIDDEN and is not made.",
            needs: [Interface.driver, Interface.power], features: [.faults, .truth], body: CredentialChecks.lowPrivilege
        ),
        check(
            19, "unreachable",
            "A closed port and a name that does not resolve give UNREACHABLE, an address without route gives that or "
                + "TIMEOUT, all in time.", limit: .seconds(90), body: ReachChecks.unreachable),
        check(
            20, "bad-certificates", "A certificate that has expired or names another host is refused.",
            features: [.tls, .faults], body: ReachChecks.badCertificates),
        check(21, "ipv6", "IPv6 addresses work, and scoped ones are understood.", body: ReachChecks.ipv6),
        check(
            22, "no-session-stays", "Opening and closing fifty times leaves no session on the BMC.",
            features: [.sessions], limit: .seconds(120), body: LeavingChecks.noSessionStays),
        check(
            23, "failing-open-leaves-nothing",
            "However opening or the device fails, no descriptor and no session stays and close works.",
            features: [.faults], limit: .seconds(120), body: LeavingChecks.failingOpenLeavesNothing),
        check(
            24, "secrets-stay-secret",
            "No secret occurs in log lines, errors, results, progress, or in wire reports that are not marked sensitive.",
            body: SecretChecks.secretsStaySecret),
        check(
            76, "secrets-are-wiped", "After close no secret is left in the driver's memory.", level: .should,
            limit: .seconds(90), body: SecretChecks.secretsAreWiped),
    ]
}
