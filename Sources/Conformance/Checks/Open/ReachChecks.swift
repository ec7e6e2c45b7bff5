// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI

/// Checks 19 to 21: addresses, names and certificates.
enum ReachChecks {
    static func unreachable(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let endpoint = target.endpoint
        let isDatagram = target.features.contains(.datagram)
        await target.stop()
        let limit: Duration = .seconds(6)
        func expect(_ what: String, _ host: String, _ allowed: Set<Int32>) async throws {
            var changed = endpoint
            changed.host = host
            let answer = try await run.reach(run.settings(changed), .within(limit))
            try require(
                allowed.contains(answer.status),
                "\(what) gives \(allowed.sorted().map(Words.status).joined(separator: " or "))", answer.text)
            try require(
                answer.took <= limit + .seconds(1), "\(what) is told before the deadline of \(limit.text) and 1 s",
                answer.text)
            run.note("\(what): \(Words.status(answer.status)) after \(answer.took.text)")
        }
        // A datagram to a closed port need not be answered, and a driver need not hear that it was refused.
        try await expect(
            "a closed port", endpoint.host, isDatagram ? [INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT] : [INGOT_E_UNREACHABLE])
        // A resolver without network may take longer than the deadline; a driver may take addresses alone.
        try await expect(
            "a name that does not resolve", "no-such-host.invalid",
            [INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT, INGOT_E_INVALID])
        try await expect("an address without route", "240.0.0.1", [INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT])
    }

    static func badCertificates(_ run: CheckRun) async throws {
        for name in ["certificate-expired", "certificate-host"] {
            let fault = try fault(name)
            let target = try await run.startTarget { $0.faults = [fault] }
            let answer = try await run.reach(run.settings(target.endpoint))
            try require(
                answer.status == INGOT_E_UNREACHABLE, "\(name): the connection is refused with UNREACHABLE", answer.text
            )
            let sessions = await target.statistics().sessionsOpened
            try require(sessions == 0, "\(name): nobody logs in", "\(sessions) sessions were opened")
            await target.stop()
        }
    }

    static func ipv6(_ run: CheckRun) async throws {
        let target: any SimulatedTarget
        do { target = try await run.startTarget { $0.host = "::1" } } catch let stop as CheckStop { throw stop } catch {
            throw CheckStop.skipped("this system has no IPv6 address ::1 (\(error))")
        }
        let schema = try run.compiledSchema()
        for host in ["::1", "fe80::1%lo"] {
            var endpoint = target.endpoint
            endpoint.host = host
            let settings = try run.settings(endpoint)
            let json = (try? JSONParser.parse(settings.json)) ?? .object([])
            let problem = schema.problems(in: json).first { $0.problem != "is required" }
            try require(problem == nil, "the schema takes the address \(host)", problem?.description ?? "")
            let answer = try await run.reach(settings, .within(.seconds(6)))
            if host == "::1" {
                try requireOK(answer, "the BMC listens on ::1")
            } else {
                // Few that read URLs know scopes in them.
                let unreached: Set<Int32> = [INGOT_OK, INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT]
                let allowed = endpoint.scheme == nil ? unreached : unreached.union([INGOT_E_INVALID])
                try require(
                    allowed.contains(answer.status),
                    "the scoped address \(host), where nobody is, gives UNREACHABLE or TIMEOUT",
                    answer.text)
            }
        }
    }
}
