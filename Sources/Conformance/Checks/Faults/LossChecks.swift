// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 47 to 52: the way to the BMC.
enum LossChecks {
    static func loss(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        target.set(try fault("loss:rate=20%"))
        for _ in 0..<(run.options.isFast ? 5 : 20) {
            try requireOK(await run.touch(device, .within(.seconds(20))), "one datagram in five is lost")
        }
        try await device.close()
        let again = try await run.reach(run.settings(target.endpoint), .within(.seconds(30)))
        try requireOK(again, "one datagram in five is lost, opening included")
    }

    static func deadline(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        try requireOK(await run.touch(device))
        target.set(try fault("hang"))
        let limit: Duration = .seconds(3)
        let answer = try await run.touch(device, .within(limit))
        run.note(answer.text)
        // With datagrams, silence is all there is when nobody is there.
        let allowed: Set<Int32> =
            target.features.contains(.datagram) ? [INGOT_E_TIMEOUT, INGOT_E_UNREACHABLE] : [INGOT_E_TIMEOUT]
        try require(allowed.contains(answer.status), "nothing answers, so the call gives TIMEOUT", answer.text)
        try require(
            answer.took >= limit - .seconds(1) && answer.took <= limit + .seconds(1),
            "the call ends \(limit.text) after its begin, no more than 1 s off", answer.text)
        try await device.close(.within(.seconds(2)))
        let opened = try await run.started().open(run.settings(target.endpoint), .within(limit))
        if let device = opened.1 {
            // A driver that signs in only when it has to.
            let touched = try await run.touch(device, .within(limit))
            try require(
                allowed.contains(touched.status), "a call to a BMC that never answers gives TIMEOUT", touched.text)
            try await device.close(.within(.seconds(2)))
        } else {
            try require(
                [INGOT_E_TIMEOUT, INGOT_E_UNREACHABLE].contains(opened.0.status),
                "open of a BMC that never answers gives TIMEOUT", opened.0.text)
            try require(
                opened.0.took <= limit + .seconds(1), "open ends \(limit.text) after its begin, no more than 1 s late",
                opened.0.text)
        }
    }

    static func lostAnswer(_ run: CheckRun) async throws {
        // The actions of which a second one would show.
        for action in [INGOT_DO_RESET, INGOT_DO_CYCLE, INGOT_DO_NMI, INGOT_DO_ON] {
            guard try run.load().tables.power.actions & (1 << UInt32(action)) != 0 else { continue }
            let (target, device) = try await run.open {
                $0.chassis = Chassis(power: action == INGOT_DO_ON ? .off : .on)
            }
            if let capabilities = try await run.capabilities(device), capabilities.says(Words.action(action)) == false {
                try await device.close()
                await target.stop()
                continue
            }
            let before = target.chassis.snapshot.counts
            target.set(try fault("reply-lost:count=1"))
            var options = CallOptions.within(.seconds(4))
            options.operationID = "kit-lost"
            let answer = try await device.setPower(action, options)
            target.clearFaults()
            // A second one would come late.
            _ = try await target.wait(.seconds(2)) { effects(action, before, $0.counts) > 1 }
            let chassis = target.chassis.snapshot
            let made = effects(action, before, chassis.counts)
            run.note("\(answer.text); \(made) effects")
            try require(
                made == 1, "\(Words.action(action)), whose answer is lost, is made exactly once",
                "it was made \(made) times; \(answer.text)")
            try require(
                answer.isOK || answer.isMaybeApplied,
                "the call says MAYBE_APPLIED (flag of set_error), or OK after it has found out", answer.text)
            try await device.close(.within(.seconds(2)))
            await target.stop()
            return
        }
        throw CheckStop.notApplicable("the driver declares none of reset, cycle, nmi and on")
    }

    private static func effects(_ action: Int32, _ before: EffectCounts, _ after: EffectCounts) -> Int {
        switch action {
        case INGOT_DO_RESET: max(after.resets - before.resets, after.powerOffs - before.powerOffs)
        case INGOT_DO_CYCLE: after.powerOffs - before.powerOffs
        case INGOT_DO_NMI: after.nmis - before.nmis
        default: after.powerOns - before.powerOns
        }
    }

    static func duplicates(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        for name in ["duplicate:rate=50%", "reorder:rate=30%"] {
            target.set(try fault(name))
            for round in 0..<10 {
                let on = round % 2 == 0
                try requireOK(await device.setPower(on ? INGOT_DO_ON : INGOT_DO_OFF, .within(.seconds(20))), name)
                _ = try await target.wait { $0.power == (on ? .on : .off) }
                let answer = try requireOK(await device.power(.within(.seconds(20))), name)
                try require(
                    answer.first == (on ? INGOT_POWER_ON : INGOT_POWER_OFF),
                    "\(name): power.get tells \(on ? "on" : "off")",
                    answer.first.map(Words.state) ?? "nothing")
            }
        }
        target.clearFaults()
        let counts = target.chassis.snapshot.counts
        try require(
            counts.powerOns == 10 && counts.powerOffs == 10, "each change is made once",
            "\(counts.powerOns) power-ons and \(counts.powerOffs) power-offs for ten of each")
        try await device.close()
    }

    static func latency(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        target.set(try fault(run.options.isFast ? "latency:seconds=1.5,jitter=0.2" : "latency:seconds=2,jitter=1"))
        let answer = try await run.touch(device, .within(.seconds(30)))
        try requireOK(answer, "answers are two seconds late, and there are thirty")
        run.note(answer.text)
        target.clearFaults()
        try await device.close()
    }

    static func brokenStreams(_ run: CheckRun) async throws {
        for name in ["reset-mid-body:bytes=1", "half-close"] {
            let (target, device) = try await run.open()
            try requireOK(await run.touch(device))
            target.set(try fault(name))
            let answer = try await run.touch(device, .within(.seconds(5)))
            run.note("\(name): \(Words.status(answer.status))")
            try require(
                [INGOT_E_UNREACHABLE, INGOT_E_PROTOCOL, INGOT_E_TIMEOUT, INGOT_E_BUSY].contains(answer.status),
                "\(name): the call gives UNREACHABLE, PROTOCOL or TIMEOUT", answer.text)
            try require(
                answer.took <= .seconds(6), "\(name): the call ends within its deadline", answer.text)
            target.clearFaults()
            let device2 = try await run.recover(device, target, within: .seconds(20))
            try await device2.close()
            await target.stop()
        }
        let (target, device) = try await run.open()
        target.set(try fault("slice"))
        try requireOK(await run.touch(device, .within(.seconds(20))), "the answer comes one byte at a time")
        try await device.close()
    }
}
