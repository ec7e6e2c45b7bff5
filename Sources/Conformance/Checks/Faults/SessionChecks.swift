// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 56 to 60: sessions, restarts, updates and clocks.
enum SessionChecks {
    static func full(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let settings = try run.settings(target.endpoint)
        target.set(try fault("session-limit:count=2"))
        let devices = [try await run.open(target), try await run.open(target)]
        for device in devices { try requireOK(await run.touch(device), "two sessions are allowed") }
        let open = await target.statistics().openSessions
        guard open >= 2 else {
            for device in devices { try await device.close() }
            throw CheckStop.notApplicable(
                "the driver keeps no session between calls (\(open) are open with two devices)")
        }
        let answer = try await run.reach(settings)
        try require(answer.status == INGOT_E_BUSY, "a third device, with two sessions allowed, gives BUSY", answer.text)
        for device in devices { try await device.close() }
        let left = try await target.settle().openSessions
        try require(left == 0, "no session stays on the BMC", "\(left) are still open")
        try requireOK(await run.reach(settings), "the sessions are free again")
    }

    static func expires(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.faults = [] }
        try requireOK(await run.touch(device))
        let before = await target.statistics().sessionsOpened
        target.set(try fault("session-expiry:seconds=0.5,count=1"))
        try await Task.sleep(for: .milliseconds(900))
        let answer = try await run.touch(device, .within(.seconds(20)))
        let opened = await target.statistics().sessionsOpened - before
        run.note("\(answer.text); \(opened) new sessions")
        try requireOK(answer, "the session has ended by itself, which is no reason to fail")
        try require(opened <= 2, "one new session", "\(opened) new sessions")
        target.clearFaults()
        try await device.close()
    }

    static func restarts(_ run: CheckRun) async throws {
        let (target, first) = try await run.open()
        var device = first
        try requireOK(await run.touch(device))
        for (name, what) in [
            ("bmc-restart:after=0,seconds=1,count=1", "in the middle of a call"),
            ("bmc-restart:after=1,seconds=2,count=1", "between calls"),
        ] {
            target.set(try fault(name))
            let start = ContinuousClock.now
            _ = try await run.touch(device, .within(.seconds(5)))
            device = try await run.recover(device, target, within: .seconds(120))
            run.note("restart \(what): answers again after \(start.duration(to: .now).text)")
            target.clearFaults()
        }
        try await device.close()
    }

    static func updateRunning(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        try requireOK(await device.power())
        target.set(try fault("firmware-update"))
        let read = try await device.power(.within(.seconds(6)))
        try require(read.status == INGOT_E_BUSY, "power.get gives BUSY", read.text)
        let change = try await device.setPower(INGOT_DO_ON, .within(.seconds(6)))
        try require(change.status == INGOT_E_BUSY, "power.set gives BUSY", change.text)
        let chassis = target.chassis.snapshot
        try require(chassis.power == .off, "nothing happens to the machine", "it is \(chassis.power.rawValue)")
        target.clearFaults()
        let again = try await run.recover(device, target, within: .seconds(30))
        try await again.close()
    }

    static func clockJumps(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        for seconds in [86_400, -86_400] {
            target.set(try fault("clock-jump:seconds=\(seconds)"))
            try requireOK(await run.touch(device), "the BMC's clock is \(seconds) seconds off")
            if device.subject.offers(Interface.eventLog), target.features.contains(.readers) {
                try requireOK(
                    await device.read(.eventlog, .within(.seconds(30))), "the BMC's clock is \(seconds) seconds off")
            }
        }
        target.clearFaults()
        try await device.close()
    }
}
