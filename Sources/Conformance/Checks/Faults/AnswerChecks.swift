// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 53 to 55 and 61: what the BMC answers.
enum AnswerChecks {
    static func nonsense(_ run: CheckRun) async throws {
        let (target, first) = try await run.open()
        var device = first
        try requireOK(await run.touch(device))
        var faults = ["garbage", "truncate"]
        if target.features.contains(.redfish) {
            faults += ["bad-json", "oversize:mib=10", "deep-json:depth=100000", "link-cycle"]
        }
        let before = ProcessFacts.now().resident
        var most = 0
        for name in faults {
            target.set(try fault(name))
            let answer = try await run.touch(device, .within(.seconds(5)))
            most = max(most, ProcessFacts.now().resident - before)
            run.note("\(name): \(Words.status(answer.status))")
            // What is no packet at all is thrown away by a datagram protocol; a cut connection may be told as such.
            var allowed: Set<Int32> = [INGOT_E_PROTOCOL]
            if target.features.contains(.datagram) || name == "truncate" {
                allowed.formUnion([INGOT_E_TIMEOUT, INGOT_E_UNREACHABLE])
            }
            if name == "link-cycle" { allowed.insert(INGOT_OK) }
            if name == "oversize:mib=10" { allowed.formUnion([INGOT_E_TIMEOUT]) }
            try require(
                allowed.contains(answer.status),
                "\(name): the call gives \(allowed.sorted().map(Words.status).joined(separator: " or "))", answer.text)
            target.clearFaults()
            device = try await run.recover(device, target, within: .seconds(20))
        }
        try require(most < 200 << 20, "no answer costs more than 200 MiB", "\(most >> 20) MiB")
        try await device.close()
    }

    static func wrongPackets(_ run: CheckRun) async throws {
        for name in ["wrong-checksum", "wrong-sequence", "wrong-session-id", "wrong-auth-code"] {
            let (target, device) = try await run.open { $0.chassis = .running() }
            try requireOK(await device.power())
            target.set(try fault(name))
            let answer = try await device.power(.within(.seconds(4)))
            run.note("\(name): \(Words.status(answer.status))")
            try require(
                [INGOT_E_TIMEOUT, INGOT_E_PROTOCOL, INGOT_E_UNREACHABLE].contains(answer.status),
                "\(name): the packet is not believed, so the call gives TIMEOUT or PROTOCOL", answer.text)
            target.clearFaults()
            let again = try await run.recover(device, target, within: .seconds(30))
            try await again.close()
            await target.stop()
        }
        // One bad packet among good ones is ignored.
        let (target, device) = try await run.open()
        target.set(try fault("wrong-checksum:rate=30%"))
        try requireOK(await device.power(.within(.seconds(20))), "one packet in three has a wrong checksum")
        try await device.close()
    }

    static func httpStatuses(_ run: CheckRun) async throws {
        let expected: [(Int, Set<Int32>)] = [
            (401, [INGOT_E_AUTH]), (403, [INGOT_E_FORBIDDEN]),
            (404, [INGOT_E_UNSUPPORTED, INGOT_E_STATE, INGOT_E_PROTOCOL]), (409, [INGOT_E_BUSY, INGOT_E_STATE]),
            (429, [INGOT_E_BUSY]), (500, [INGOT_E_INTERNAL, INGOT_E_BUSY, INGOT_E_PROTOCOL, INGOT_E_STATE]),
            (503, [INGOT_E_BUSY]),
        ]
        for (code, statuses) in expected {
            let (target, device) = try await run.open { $0.chassis = .running() }
            try requireOK(await device.power())
            target.set(try fault("status:code=\(code)"))
            let answer = try await device.power(.within(.seconds(8)))
            run.note("HTTP \(code): \(Words.status(answer.status))")
            try require(
                statuses.contains(answer.status),
                "HTTP \(code) gives \(statuses.sorted().map(Words.status).joined(separator: " or "))", answer.text)
            try require(
                answer.failure?.vendorCode == Int32(code), "vendor_code is the HTTP status \(code)",
                "it is \(answer.failure?.vendorCode ?? 0)")
            target.clearFaults()
            try await device.close()
            await target.stop()
        }
        let (target, device) = try await run.open()
        target.set(try fault("retry-after:seconds=7,count=1000"))
        let answer = try await device.power(.within(.seconds(3)))
        try require(
            answer.status == INGOT_E_BUSY && (6_000...8_000).contains(Int(answer.failure?.retryAfterMilliseconds ?? 0)),
            "503 with Retry-After: 7 gives BUSY with retry_after_ms 7000, when there is no time to wait",
            "\(answer.text), retry_after_ms \(answer.failure?.retryAfterMilliseconds ?? 0)")
        target.set(try fault("retry-after:seconds=1,count=1"))
        let patient = try await device.power(.within(.seconds(20)))
        try require(
            patient.isOK || patient.status == INGOT_E_BUSY,
            "503 with Retry-After: 1 is waited for, or handed on as BUSY",
            patient.text)
        target.clearFaults()
        try await device.close()
    }

    static func redirects(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        target.set(try fault("redirect"))
        let answer = try await run.touch(device, .within(.seconds(6)))
        run.note(answer.text)
        try require(!answer.isOK, "a redirect to another host is not followed", answer.text)
        try require(
            [INGOT_E_PROTOCOL, INGOT_E_UNREACHABLE, INGOT_E_FORBIDDEN, INGOT_E_STATE, INGOT_E_UNSUPPORTED]
                .contains(answer.status),
            "a redirect to another host gives PROTOCOL", answer.text)
        target.clearFaults()
        try await device.close()
    }
}
