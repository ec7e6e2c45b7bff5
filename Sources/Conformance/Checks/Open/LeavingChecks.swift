// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 22 and 23: what stays behind.
enum LeavingChecks {
    static func noSessionStays(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let subject = try run.started()
        let settings = try run.settings(target.endpoint)
        let rounds = run.options.isFast ? 10 : 50
        for round in 1...rounds {
            let (answer, device) = try await subject.open(settings)
            guard let device else {
                throw CheckStop.failed(expected: "open \(round) of \(rounds) answers OK", seen: answer.text)
            }
            let touched = try await run.touch(device)
            try requireOK(touched, "round \(round)")
            try await device.close()
        }
        let statistics = try await target.settle()
        run.note("\(statistics.sessionsOpened) sessions were opened")
        try require(
            statistics.openSessions == 0, "no session stays on the BMC", "\(statistics.openSessions) are still open")
    }

    static func failingOpenLeavesNothing(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let subject = try run.started()
        let settings = try run.settings(target.endpoint)
        // Once through, so that what is made once is there.
        try requireOK(await run.reach(settings))
        _ = try await target.settle()
        try await Task.sleep(for: .milliseconds(100))
        subject.forget()
        let before = ProcessFacts.now()
        var names = ["garbage", "hang", "firmware-update"]
        if target.features.contains(.stream) {
            names += ["refuse", "half-close", "truncate", "reset-mid-body:bytes=1"]
        }
        if target.features.contains(.ipmi) { names += ["rakp-truncated", "rakp-status"] }
        for name in names {
            target.set(try fault(name))
            let (answer, device) = try await subject.open(settings, .within(.seconds(2)))
            run.note("\(name): \(Words.status(answer.status))")
            if let device {
                _ = try await run.touch(device, .within(.seconds(2)))
                try await device.close(.within(.seconds(2)))
            }
            target.clearFaults()
        }
        var wrong = target.endpoint
        wrong.password = "Wrong6Zk9"
        _ = try await run.reach(run.settings(wrong))
        // The BMC goes away under an open device.
        let device = try await run.open(target)
        target.set(try fault("hang"))
        _ = try await run.touch(device, .within(.seconds(1)))
        try await device.close(.within(.seconds(2)))
        target.clearFaults()
        try requireOK(await run.reach(settings), "after all these failures")
        let statistics = try await target.settle()
        if !target.features.contains(.datagram) {
            try require(
                statistics.openSessions == 0, "no session stays on the BMC", "\(statistics.openSessions) are still open"
            )
        }
        let left = try await run.leftDescriptors(since: before, target)
        try require(left.isEmpty, "no descriptor stays open", left.sorted().joined(separator: ", "))
    }
}
