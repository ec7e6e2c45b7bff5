// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 27 to 29.
enum PowerActionChecks {
    static func actionsWork(_ run: CheckRun) async throws {
        var made: [String] = []
        let declared = try run.load().tables.power.actions
        for action in Words.actions where declared & (1 << UInt32(action.value)) != 0 {
            let (target, device) = try await run.open { options in
                options.chassis = Chassis(power: action.value == INGOT_DO_ON ? .off : .on)
            }
            if let capabilities = try await run.capabilities(device), capabilities.says(action.name) == false {
                run.note("\(action.name): the device does not have it, says probe")
                try await device.close()
                await target.stop()
                continue
            }
            let before = target.chassis.snapshot.counts
            let answer = try await device.setPower(action.value, .within(.seconds(30)))
            if answer.status == INGOT_E_UNSUPPORTED, try await run.capabilities(device)?.says(action.name) != true {
                run.note("\(action.name): the device does not have it, says the driver")
                try await device.close()
                await target.stop()
                continue
            }
            try requireOK(answer, "the driver declares \(action.name)")
            let after = try await target.wait { isDone(action.value, before, $0) }
            try require(
                isDone(action.value, before, after), expectation(action.value),
                "it is \(after.power.rawValue), with \(PowerStateChecks.changes(before, after.counts))")
            made.append(action.name)
            try await device.close()
            await target.stop()
        }
        run.note("made: \(made.joined(separator: ", "))")
        try require(!made.isEmpty, "the driver declares at least one action", "it declares none that the device has")
    }

    private static func isDone(_ action: Int32, _ before: EffectCounts, _ chassis: Chassis) -> Bool {
        let after = chassis.counts
        return switch action {
        case INGOT_DO_ON: chassis.power == .on && after.powerOns == before.powerOns + 1
        case INGOT_DO_OFF: chassis.power == .off
        case INGOT_DO_SOFT_OFF: chassis.power == .off && after.softOffs > before.softOffs
        case INGOT_DO_CYCLE:
            chassis.power == .on && after.powerOffs == before.powerOffs + 1 && after.powerOns == before.powerOns + 1
        case INGOT_DO_RESET:
            chassis.power == .on
                && (after.resets == before.resets + 1 || after.powerOffs == before.powerOffs + 1)
        default: after.nmis == before.nmis + 1
        }
    }

    private static func expectation(_ action: Int32) -> String {
        switch action {
        case INGOT_DO_ON: "after ON the machine is on, switched on once"
        case INGOT_DO_OFF: "after OFF the machine is off"
        case INGOT_DO_SOFT_OFF: "after SOFT_OFF the machine was asked to shut down and is off"
        case INGOT_DO_CYCLE: "after CYCLE the machine has gone off and on once"
        case INGOT_DO_RESET: "after RESET the machine is on and was reset once"
        default: "after NMI the machine has got one NMI"
        }
    }

    static func undeclaredActions(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        let declared = device.subject.tables.power.actions
        try requireOK(await device.power())
        let before = await target.statistics()
        let counts = target.chassis.snapshot.counts
        let candidates: [Int32] = [1, 2, 3, 4, 5, 6, 0, 7, 8, 31, 32, 33, 64, 1_000, -1, .min, .max]
        var asked = 0
        for action in candidates {
            if (0..<32).contains(action), declared & (1 << UInt32(action)) != 0 { continue }
            asked += 1
            let answer = try await device.setPower(action)
            try require(
                answer.status == INGOT_E_UNSUPPORTED,
                "\(Words.action(action)), which is not declared, gives UNSUPPORTED",
                answer.text)
        }
        let after = await target.statistics()
        try require(
            after.requests == before.requests, "nothing is sent for an action that is not declared",
            "\(after.requests - before.requests) requests reached the BMC")
        try require(
            target.chassis.snapshot.counts == counts, "nothing happens to the machine",
            PowerStateChecks.changes(counts, target.chassis.snapshot.counts))
        run.note("\(asked) actions asked for")
        try await device.close()
    }

    static func repeatingIsHarmless(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        for (action, name) in [(INGOT_DO_ON, "on"), (INGOT_DO_OFF, "off")] {
            guard device.subject.tables.power.actions & (1 << UInt32(action)) != 0 else { continue }
            let before = target.chassis.snapshot.counts
            for _ in 0..<10 {
                var options = CallOptions()
                options.operationID = "kit-\(name)"
                try requireOK(await device.setPower(action, options))
                // The machine may be on its way; what counts is what it was told in the end.
                _ = try await target.wait { $0.power.steady != nil }
            }
            let after = target.chassis.snapshot
            let effects =
                action == INGOT_DO_ON
                ? after.counts.powerOns - before.powerOns : after.counts.powerOffs - before.powerOffs
            let others = after.counts.resets - before.resets + after.counts.nmis - before.nmis
            try require(
                effects == 1 && others == 0 && after.power.rawValue == name,
                "ten times \(name) switch the machine \(name) once",
                "it is \(after.power.rawValue), with \(PowerStateChecks.changes(before, after.counts))")
        }
        try await device.close()
    }
}
