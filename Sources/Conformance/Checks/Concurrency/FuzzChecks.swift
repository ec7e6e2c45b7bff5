// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Check 71.
enum FuzzChecks {
    static func fuzz(_ run: CheckRun) async throws {
        var random = run.random
        let target = try await run.startTarget()
        let subject = try run.started()
        let settings = try run.settings(target.endpoint)
        let operations = CancelChecks.operations(subject)
        var faults = [
            "latency:seconds=0.05,jitter=0.1", "garbage:rate=0.3", "truncate:rate=0.3", "node-busy:rate=0.3", "hang",
            "reply-lost:count=1", "session-expiry:seconds=0.2,count=1",
        ]
        if target.features.contains(.stream) {
            faults += ["reset-mid-body:rate=0.3,bytes=2", "half-close:rate=0.3", "slice", "refuse"]
        }
        if target.features.contains(.datagram) { faults += ["loss:rate=0.3", "duplicate", "reorder"] }
        if target.features.contains(.ipmi) {
            faults += ["wrong-checksum:rate=0.3", "wrong-sequence:rate=0.3", "rakp-truncated:rate=0.5"]
        }
        let seconds = run.options.isFast ? min(4, run.options.fuzzSeconds) : run.options.fuzzSeconds
        let end = ContinuousClock.now + .seconds(seconds)
        var device: Device?
        var steps: [String] = []
        var calls = 0
        while ContinuousClock.now < end {
            if Int.random(in: 0..<4, using: &random) == 0 {
                if Bool.random(using: &random) {
                    target.clearFaults()
                    steps.append("clear")
                } else if let name = faults.randomElement(using: &random) {
                    target.set(try fault(name))
                    steps.append("fault \(name)")
                }
            }
            var options = CallOptions.within(.milliseconds(Int.random(in: 100...700, using: &random)))
            if Int.random(in: 0..<5, using: &random) == 0 {
                options.cancelAfter = .milliseconds(Int.random(in: 0...200, using: &random))
            }
            let answer: Answer
            if let open = device {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    answer = try await open.close(options)
                    device = nil
                } else if let operation = operations.randomElement(using: &random) {
                    let before = target.chassis.snapshot.counts
                    answer = try await operation.make(open, options)
                    let after = target.chassis.snapshot.counts
                    try require(
                        after.powerOns - before.powerOns <= 1, "one call has one effect",
                        "\(operation.name) had more; \(tail(steps))")
                } else {
                    break
                }
            } else {
                let (opened, new) = try await subject.open(settings, options)
                answer = opened
                device = new
            }
            steps.append(answer.operation)
            calls += 1
            try require(
                Words.isStatus(answer.status), "\(answer.operation) answers a status of the ABI",
                "\(answer.status); \(tail(steps))")
            try require(
                (answer.overstayed ?? .zero) <= .seconds(5), "\(answer.operation) returns within 5 s of its deadline",
                "\(answer.text); \(tail(steps))")
            if answer.isOK, answer.operation == "power.get" {
                try require(
                    (0...3).contains(answer.first ?? -1), "power.get gives a state",
                    "\(answer.first ?? -1); \(tail(steps))")
            }
        }
        target.clearFaults()
        try await device?.close(.within(.seconds(5)))
        let last = try await run.reach(settings, .within(.seconds(20)))
        try requireOK(last, "after \(calls) calls with faults; \(tail(steps))")
        run.note(
            "ran \(seconds) s of the 600 s of a full run (--fuzz-time SECONDS), \(calls) calls with seed \(run.options.seed)"
        )
    }

    private static func tail(_ steps: [String]) -> String { "last steps: " + steps.suffix(8).joined(separator: ", ") }
}
