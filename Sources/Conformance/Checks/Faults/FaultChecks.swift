// SPDX-License-Identifier: Apache-2.0

/// Checks of what a driver does when the way to the BMC, or the BMC, goes wrong.
enum FaultChecks {
    private static let power = [Interface.driver, Interface.power]

    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must,
        needs: [String] = [Interface.driver], features: Set<TargetFeature> = [], hazard: Check.Hazard = .none,
        limit: Duration = .seconds(60), body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        Check(
            number, id, requirement, .faults, level: level, needs: needs, features: features.union([.faults]),
            hazard: hazard, limit: limit, body: body)
    }

    static let all: [Check] = [
        check(
            47, "loss", "With one datagram in five lost, calls still succeed.", features: [.datagram],
            limit: .seconds(120), body: LossChecks.loss),
        check(
            48, "deadline", "When nothing answers, a call gives TIMEOUT at its deadline, no more than 1 s off.",
            body: LossChecks.deadline),
        check(
            49, "lost-answer",
            "When the answer to a change is lost, the call says MAYBE_APPLIED or finds out, and the change is made once.",
            needs: power, features: [.truth], hazard: .reboots, body: LossChecks.lostAnswer),
        check(
            50, "duplicates-and-disorder", "Datagrams that come twice or in another order do no harm.", needs: power,
            features: [.datagram, .truth], limit: .seconds(120), body: LossChecks.duplicates),
        check(
            51, "latency", "With answers two seconds late, calls still succeed.", limit: .seconds(120),
            body: LossChecks.latency),
        check(
            52, "broken-streams",
            "A connection that is reset or half-closed gives an error of the connection; bytes that come one by one "
                + "are put together.", features: [.stream], body: LossChecks.brokenStreams),
        check(
            53, "nonsense", "Garbage, truncated, endless and deeply nested answers give PROTOCOL and cost no memory.",
            limit: .seconds(120), body: AnswerChecks.nonsense),
        check(
            54, "wrong-ipmi-packets",
            "IPMI packets with a wrong checksum, sequence number, session or authentication code are not believed.",
            needs: power, features: [.ipmi, .truth], limit: .seconds(120), body: AnswerChecks.wrongPackets),
        check(
            55, "http-statuses", "HTTP statuses become the statuses of the ABI, and Retry-After is handed on.",
            needs: power, features: [.redfish], limit: .seconds(120), body: AnswerChecks.httpStatuses),
        check(
            56, "sessions-full", "When the BMC has no session left, open gives BUSY, and works again later.",
            features: [.sessions], body: SessionChecks.full),
        check(
            57, "session-expires", "A session that has ended by itself is renewed without the caller noticing.",
            features: [.sessions], body: SessionChecks.expires),
        check(
            58, "bmc-restarts", "After a restart of the BMC, between calls or during one, the device answers again.",
            hazard: .reboots, limit: .seconds(150), body: SessionChecks.restarts),
        check(
            59, "firmware-update-running", "While the BMC updates its firmware, calls give BUSY and change nothing.",
            needs: power, features: [.truth], body: SessionChecks.updateRunning),
        check(
            60, "clock-jumps", "A BMC whose clock is a day off works as ever.", body: SessionChecks.clockJumps),
        check(
            61, "redirects", "A redirect to another host is not followed.", features: [.redfish],
            body: AnswerChecks.redirects),
        check(
            62, "address-changes", "When a name leads to another address, the next open goes there.",
            features: [.truth], body: AddressChecks.addressChanges),
        check(
            77, "every-fault",
            "Under every fault, every operation gives what is true or an error of the ABI that hides nothing, and the "
                + "device answers again afterwards.", hazard: .destructive, limit: .seconds(300),
            body: EveryFault.everyFault),
    ]
}
