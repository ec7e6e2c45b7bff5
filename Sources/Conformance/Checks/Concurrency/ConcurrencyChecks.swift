// SPDX-License-Identifier: Apache-2.0

/// Checks of many calls, of cancelling and of what is left over time.
enum ConcurrencyChecks {
    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must,
        needs: [String] = [Interface.driver], features: Set<TargetFeature> = [], hazard: Check.Hazard = .none,
        places: Set<Check.Place> = [.simulator], limit: Duration = .seconds(60),
        body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        Check(
            number, id, requirement, .concurrency, level: level, needs: needs, features: features, hazard: hazard,
            places: places, limit: limit, body: body)
    }

    static let all: [Check] = [
        check(
            63, "no-cross-talk", "Sixty-four devices used at the same time each answer for their own machine.",
            needs: [Interface.driver, Interface.power], features: [.truth], limit: .seconds(120),
            body: ParallelChecks.noCrossTalk),
        check(
            64, "overlapping-calls", "A driver that says CONCURRENT answers eight overlapping calls on one device.",
            places: [.simulator, .hardware], body: ParallelChecks.overlappingCalls),
        check(
            65, "cancelling",
            "A call that is cancelled at any moment returns within 5 s (better within 1 s) with CANCELLED or its answer.",
            features: [.faults], limit: .seconds(150), body: CancelChecks.cancelling),
        check(
            66, "cancelled-before-it-begins", "A call that is cancelled before it begins sends nothing.",
            features: [.requests], body: CancelChecks.beforeItBegins),
        check(
            67, "closing-after-cancel",
            "Closing right after a cancelled call, itself cancelled, works and leaves nothing.",
            features: [.faults], body: CancelChecks.closing),
        check(
            68, "nothing-grows", "A thousand times open, call and close leave no descriptor, thread or memory behind.",
            places: [.simulator, .hardware], limit: .seconds(200), body: LeakChecks.nothingGrows),
        check(
            69, "soak", "A day of one call a second leaves nothing behind.", level: .should,
            places: [.simulator, .hardware], limit: .seconds(60), body: LeakChecks.soak),
        check(
            70, "killed-worker", "After its worker was killed in a call, the next open works and no session hangs on.",
            features: [.sessions, .faults], limit: .seconds(120), body: LeakChecks.killedWorker),
        check(
            71, "fuzz",
            "Any sequence of calls and faults leaves the driver alive, its answers sound and nothing done twice.",
            features: [.faults, .truth], hazard: .reboots, limit: .seconds(120), body: FuzzChecks.fuzz),
        check(
            72, "replay", "The calls of a recorded trace come out as they were recorded, each time.",
            places: [.replay], limit: .seconds(120), body: ReplayChecks.replay),
        check(
            73, "call-object",
            "The call object is used as declared, and never after the function has returned.",
            body: CallObjectChecks.callObject),
        check(
            74, "statuses-and-errors",
            "Every call answers a status of the ABI, and a failing one says why in one line.",
            features: [.faults], body: CallObjectChecks.statusesAndErrors),
        check(
            75, "process-stays-as-it-is",
            "Signal handlers, directory, file mask and locale of the process stay as they are.",
            places: [.simulator, .hardware], body: CallObjectChecks.processStaysAsItIs),
    ]
}
