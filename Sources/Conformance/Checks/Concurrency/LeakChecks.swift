internal import BMCModel
// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Host
internal import PluginAPI
private import PluginWorker

/// Checks 68 to 70: what is left over time and after a crash.
enum LeakChecks {
    /// What a process held after a batch of rounds.
    private struct Sample {
        let descriptors: Int
        let threads: Int
        let heap: Int
        let resident: Int

        init() {
            clinux_heap_trim()
            let facts = ProcessFacts.now()
            descriptors = facts.descriptors.values.count { !ProcessFacts.isKitsOwn($0) }
            threads = ProcessFacts.pluginThreads().count
            heap = facts.heap
            resident = facts.resident
        }

        var json: JSONValue {
            .object([
                ("descriptors", .number(descriptors)), ("threads", .number(threads)), ("heap", .number(heap)),
                ("resident", .number(resident)),
            ])
        }
    }

    static func nothingGrows(_ run: CheckRun) async throws {
        // The driver in a process without a simulator, so that everything that grows is its own.
        if run.part != nil { return try await cycles(run) }
        let target = try await run.startTarget()
        let isOurs = target.features.contains(.truth)
        let rounds = !isOurs ? 48 : run.options.isFast ? 300 : 1_000
        let input = try run.settings(target.endpoint).json(adding: .object([("rounds", .number(rounds))]))
        let value = try await run.inChild("cycles", input).value("\(rounds) rounds of open, call and close")
        let samples = value["samples"]?.elements ?? []
        func series(_ name: String) -> [Int] { samples.compactMap { $0[name]?.integer } }
        try judge("descriptors", series("descriptors"), rounds)
        try judge("threads", series("threads"), rounds)
        let heap = series("heap")
        let perRound = growth(heap, rounds)
        let resident = series("resident")
        run.note(
            "\(rounds) rounds; heap \(heap.first ?? 0) to \(heap.last ?? 0) bytes, "
                + "resident \((resident.first ?? 0) >> 10) to \((resident.last ?? 0) >> 10) KiB")
        // Every batch must have grown: a cache that fills and then stays is no leak.
        let steps = zip(heap.dropFirst(heap.count / 3), heap.dropFirst(heap.count / 3 + 1)).map { $1 - $0 }
        let isSteady = !steps.isEmpty && steps.allSatisfy { $0 > 0 }
        try require(
            !(isSteady && perRound >= 16), "the memory in use does not grow round by round",
            "it grows by \(perRound) bytes with each round")
        let residentGrowth = growth(resident, rounds)
        try require(
            residentGrowth < 4_096, "resident memory does not grow round by round",
            "it grows by \(residentGrowth) bytes with each round")
        let open = try await target.settle().openSessions
        try require(open == 0, "no session stays on the BMC", "\(open) are still open")
    }

    private static func judge(_ what: String, _ series: [Int], _ rounds: Int) throws {
        guard let first = series.dropFirst(series.count / 3).first, let last = series.last else { return }
        try require(
            last - first <= 2, "the number of \(what) stays",
            "it grows from \(first) to \(last) in \(rounds) rounds (\(series.map(String.init).joined(separator: ", ")))"
        )
    }

    /// Bytes a round over the last two thirds.
    private static func growth(_ series: [Int], _ rounds: Int) -> Int {
        guard series.count > 3 else { return 0 }
        let start = series.count / 3
        let batches = series.count - 1 - start
        return (series[series.count - 1] - series[start]) / max(1, batches * rounds / series.count)
    }

    /// Every round on one thread and without the kit's own machinery, so that nothing grows but what the driver keeps.
    private static func cycles(_ run: CheckRun) async throws {
        guard let settings = DeviceSettings(run.input), let rounds = run.input["rounds"]?.integer else {
            throw CheckStop.trouble("no settings")
        }
        let subject = try run.started()
        let ended = OneAnswer<Result<JSONValue, CheckStop>>()
        let isStarted = WorkerThread.start(name: "kit-cycles", interruptible: true) {
            var samples: [Sample] = []
            samples.reserveCapacity(16)
            for _ in 0..<12 {
                for _ in 0..<max(1, rounds / 12) {
                    if let stop = cycle(subject, settings) { return ended.give(.failure(stop)) }
                    HarnessCall.forget()
                }
                usleep(30_000)
                samples.append(Sample())
            }
            ended.give(.success(.object([("samples", .array(samples.map(\.json)))])))
        }
        guard isStarted, let result = await ended.take(within: .seconds(180)) else {
            throw CheckStop.hang("the rounds do not end")
        }
        run.answer(try result.get())
    }

    private static func call(
        _ settings: DeviceSettings, _ body: (UnsafePointer<ingot_call>) -> ingot_status
    ) -> ingot_status {
        let call = HarnessCall(
            deadline: clinux_monotonic_ns() + 20_000_000_000, operationID: "", secrets: settings.secrets)
        call.enter()
        defer { call.leave() }
        return body(call.pointer)
    }

    /// Open, one call, one that is refused, close; nil when all went well.
    private static func cycle(_ subject: Subject, _ settings: DeviceSettings) -> CheckStop? {
        let tables = subject.tables
        var device: OpaquePointer?
        let opened = call(settings) { call in
            settings.json.withCString { tables.driver.open?(call, $0, &device) ?? INGOT_E_UNSUPPORTED }
        }
        guard opened == INGOT_OK, let device else {
            return .failed(expected: "open answers OK each time", seen: Words.status(opened))
        }
        var first: Int32 = 0
        var flags: UInt32 = 0
        let touched = call(settings) { call in
            if let get = tables.power.get { return get(device, call, &first) }
            if let get = tables.boot.get { return get(device, call, &first, &flags) }
            return tables.driver.probe?(device, call) ?? INGOT_OK
        }
        _ = call(settings) { call in tables.power.set?(device, call, 77) ?? INGOT_OK }
        _ = call(settings) { call in
            tables.driver.close?(device, call)
            return INGOT_OK
        }
        guard touched == INGOT_OK else {
            return .failed(expected: "a call answers OK each time", seen: Words.status(touched))
        }
        return nil
    }

    static func soak(_ run: CheckRun) async throws {
        let (target, first) = try await run.open()
        var device = first
        let seconds = run.options.isFast ? min(run.options.soakSeconds, 2) : run.options.soakSeconds
        let end = ContinuousClock.now + .seconds(seconds)
        // A short run calls more often, so that it shows anything at all.
        let pause: Duration = seconds >= 600 ? .seconds(1) : .milliseconds(20)
        var calls = 0
        try requireOK(await run.touch(device))
        let before = Sample()
        while ContinuousClock.now < end {
            let answer = try await run.touch(device)
            try requireOK(answer, "call \(calls)")
            calls += 1
            if calls % 500 == 0 {
                try await device.close()
                device = try await run.open(target)
            }
            try await Task.sleep(for: pause)
        }
        device.subject.forget()
        let after = Sample()
        run.note("ran \(Int(seconds)) s of the 86,400 s of a day (--soak SECONDS), \(calls) calls")
        try require(
            after.descriptors <= before.descriptors + 2 && after.threads <= before.threads + 2,
            "descriptors and threads stay",
            "\(before.descriptors) and \(before.threads), then \(after.descriptors) and \(after.threads)")
        try require(
            after.resident < before.resident + (64 << 20), "resident memory stays",
            "it grew by \((after.resident - before.resident) >> 20) MiB")
        try await device.close()
    }

    static func killedWorker(_ run: CheckRun) async throws {
        if run.part != nil {
            guard let settings = DeviceSettings(run.input) else { throw CheckStop.trouble("no settings") }
            let (answer, device) = try await run.started().open(settings)
            guard let device else { throw CheckStop.failed(expected: "driver.open answers OK", seen: answer.text) }
            run.say(.object([("opened", .bool(true))]))
            while true { _ = try await run.touch(device, .within(.seconds(20))) }
        }
        let target = try await run.startTarget()
        let input = try run.settings(target.endpoint).json()
        for round in 0..<3 {
            let child = try run.startChild("victim", input)
            var isOpen = false
            for await line in child.lines {
                isOpen = (try? JSONParser.parse(line))?["opened"] != nil
                break
            }
            guard isOpen else {
                throw CheckStop.failed(
                    expected: "a worker opens the device",
                    seen: "it ended (\(await child.wait(within: .seconds(5)))): \(child.lastWords)")
            }
            target.set(try fault("latency:seconds=0.3"))
            try await Task.sleep(for: .milliseconds(100 + 70 * round))
            child.kill()
            _ = await child.wait(within: .seconds(10))
            target.clearFaults()
            let answer = try await run.reach(run.settings(target.endpoint), .within(.seconds(20)))
            try requireOK(answer, "the worker before was killed in the middle of a call")
        }
        let open = try await target.settle(.seconds(3)).openSessions
        run.note("\(open) sessions are still open on the BMC after three kills")
        if !target.features.contains(.datagram) {
            try require(open == 0, "no session hangs on", "\(open) are still open")
        }
    }
}
