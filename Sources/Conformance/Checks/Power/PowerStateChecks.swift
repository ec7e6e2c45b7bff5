// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 25 and 26.
enum PowerStateChecks {
    static func stateIsTrue(_ run: CheckRun) async throws {
        let timing = ChassisTiming(on: .seconds(2), off: .seconds(2))
        let (target, device) = try await run.open { $0.chassis = Chassis(timing: timing, power: .off) }
        func expect(_ allowed: Set<Int32>, _ when: String) async throws {
            let answer = try requireOK(await device.power(), when)
            let state = answer.first.map(Words.state) ?? "nothing"
            try require(
                answer.first.map(allowed.contains) == true,
                "\(when), power.get tells \(allowed.sorted().map(Words.state).joined(separator: " or "))", state)
        }
        try await expect([INGOT_POWER_OFF], "of a machine that is off")
        target.operate(.on)
        // Many BMCs know no state between off and on; then the state is the one before or UNKNOWN.
        try await expect(
            [INGOT_POWER_CHANGING, INGOT_POWER_UNKNOWN, INGOT_POWER_OFF, INGOT_POWER_ON], "while it switches on")
        _ = try await target.wait { $0.power == .on }
        try await expect([INGOT_POWER_ON], "of a machine that was switched on by somebody else")
        target.operate(.off)
        _ = try await target.wait { $0.power == .off }
        try await expect([INGOT_POWER_OFF], "of a machine that was switched off by somebody else")
        target.chassis.withChassis { chassis, _ in chassis.timing = ChassisTiming() }
        target.operate(.on)
        _ = try await target.wait { $0.power == .on }
        target.losePower()
        try await expect([INGOT_POWER_OFF], "of a machine that has lost its power")
        try await device.close()
    }

    static func alreadyThere(_ run: CheckRun) async throws {
        for (state, action) in [(PowerState.on, INGOT_DO_ON), (.off, INGOT_DO_OFF)] {
            let (target, device) = try await run.open { $0.chassis = Chassis(power: state) }
            guard device.subject.tables.power.actions & (1 << UInt32(action)) != 0 else {
                try await device.close()
                continue
            }
            let before = target.chassis.snapshot
            try requireOK(await device.setPower(action), "the machine is \(state.rawValue) already")
            try await Task.sleep(for: .milliseconds(300))
            let after = target.chassis.snapshot
            try require(
                after.power == state && after.counts == before.counts && after.boots.count == before.boots.count,
                "nothing happens to the machine",
                "it is \(after.power.rawValue), with \(changes(before.counts, after.counts))")
            try await device.close()
            await target.stop()
        }
    }

    /// What has been done to a machine in between, in words.
    static func changes(_ before: EffectCounts, _ after: EffectCounts) -> String {
        let pairs = [
            (after.powerOns - before.powerOns, "power-on"), (after.powerOffs - before.powerOffs, "power-off"),
            (after.resets - before.resets, "reset"), (after.softOffs - before.softOffs, "request to shut down"),
            (after.nmis - before.nmis, "NMI"),
        ]
        let words = pairs.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)" }
        return words.isEmpty ? "no effect" : words.joined(separator: ", ")
    }
}
