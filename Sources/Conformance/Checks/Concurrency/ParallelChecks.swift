// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 63 and 64.
enum ParallelChecks {
    static func noCrossTalk(_ run: CheckRun) async throws {
        let isProcess = run.options.target == .simulator("openipmi")
        let count = isProcess ? 4 : run.options.isFast ? 16 : 64
        var pairs: [(target: any SimulatedTarget, device: Device)] = []
        for index in 0..<count {
            let target = try await run.startTarget { options in
                options.chassis = Chassis(power: index % 2 == 0 ? .on : .off)
                options.password = "Canary\(index)Qx2"
            }
            pairs.append((target, try await run.open(target, .within(.seconds(30)))))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, pair) in pairs.enumerated() {
                group.addTask {
                    for round in 0..<5 {
                        let wanted = pair.target.chassis.snapshot.power
                        let answer = try requireOK(
                            await pair.device.power(.within(.seconds(30))), "device \(index) of \(count), in parallel")
                        try require(
                            answer.first == wanted.steady, "device \(index) of \(count) tells \(wanted.rawValue)",
                            answer.first.map(Words.state) ?? "nothing")
                        if round == 2 {
                            let action = wanted == .on ? INGOT_DO_OFF : INGOT_DO_ON
                            guard pair.device.subject.tables.power.actions & (1 << UInt32(action)) != 0 else {
                                continue
                            }
                            try requireOK(await pair.device.setPower(action, .within(.seconds(30))))
                            let chassis = try await pair.target.wait { $0.power.steady != nil && $0.power != wanted }
                            try require(
                                chassis.power != wanted,
                                "\(Words.action(action)) for device \(index) reaches its machine",
                                "the machine is still \(chassis.power.rawValue)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for (index, pair) in pairs.enumerated() {
            let counts = pair.target.chassis.snapshot.counts
            try require(
                counts.powerOns + counts.powerOffs <= 1, "machine \(index) of \(count) was switched once at most",
                PowerStateChecks.changes(EffectCounts.none, counts))
            try await pair.device.close()
        }
        run.note("\(count) devices")
    }

    static func overlappingCalls(_ run: CheckRun) async throws {
        let subject = try run.started()
        guard subject.tables.driver.flags & UInt32(INGOT_DRIVER_CONCURRENT) != 0 else {
            throw CheckStop.notApplicable("the driver does not say CONCURRENT")
        }
        let (target, device) = try await run.open { $0.chassis = .running() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10 {
                        let answer = try requireOK(await run.touch(device, .within(.seconds(30))), "eight at a time")
                        if subject.offers(Interface.power), target.features.contains(.truth) {
                            try require(
                                answer.first == INGOT_POWER_ON, "each of eight overlapping calls tells on",
                                answer.first.map(Words.state) ?? "nothing")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await device.close()
        await target.stop()
    }
}

extension EffectCounts {
    /// Nothing has been done.
    static var none: EffectCounts { Chassis().counts }
}
