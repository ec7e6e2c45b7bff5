// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 65 to 67.
enum CancelChecks {
    /// An operation of a driver, by name.
    struct Operation: Sendable {
        let name: String
        let make: @Sendable (Device, CallOptions) async throws -> Answer
    }

    /// Everything the driver has that takes a device.
    static func operations(_ subject: Subject, hasReaders: Bool = true) -> [Operation] {
        var list: [Operation] = []
        if subject.tables.driver.probe != nil { list.append(Operation(name: "probe") { try await $0.probe($1) }) }
        if subject.offers(Interface.power) {
            list.append(Operation(name: "power.get") { try await $0.power($1) })
            list.append(Operation(name: "power.set") { try await $0.setPower(INGOT_DO_ON, $1) })
        }
        if subject.offers(Interface.boot) {
            list.append(Operation(name: "boot.get") { try await $0.boot($1) })
            list.append(Operation(name: "boot.set") { try await $0.setBoot(INGOT_BOOT_PXE, 0, $1) })
        }
        for reader in Device.Reader.allCases where hasReaders && subject.offers("ingot.\(reader.rawValue)/1") {
            list.append(Operation(name: "\(reader.rawValue).read") { try await $0.read(reader, $1) })
        }
        return list
    }

    static func cancelling(_ run: CheckRun) async throws {
        let subject = try run.started()
        let points = run.options.isFast ? 4 : 20
        let operations = operations(subject, hasReaders: run.hasReaders)
        var slowest = Duration.zero
        var counts: [String: Int] = [:]
        let answers = try await withThrowingTaskGroup(of: [Answer].self) { group in
            for operation in operations {
                group.addTask { try await cancel(operation, points, run) }
            }
            for operation in operations { group.addTask { try await cancelInSilence(operation, run) } }
            group.addTask { try await cancelOpen(points, run) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for answer in answers {
            slowest = max(slowest, answer.overstayed ?? .zero)
            counts[Words.status(answer.status), default: 0] += 1
            try require(
                answer.isOK || answer.status == INGOT_E_CANCELLED,
                "\(answer.operation), cancelled, gives CANCELLED, or OK when it was done already", answer.text)
            try require(
                (answer.overstayed ?? .zero) <= .seconds(5),
                "\(answer.operation) returns within 5 s of being cancelled",
                "\(answer.overstayed?.text ?? "") later")
        }
        run.note(
            "\(answers.count) calls cancelled: "
                + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
                + "; slowest return after \(slowest.text)")
        if slowest > .seconds(1) {
            throw CheckStop.warned(expected: "a cancelled call returns within 1 s", seen: "one took \(slowest.text)")
        }
    }

    private static func cancel(_ operation: Operation, _ points: Int, _ run: CheckRun) async throws -> [Answer] {
        let (target, first) = try await run.open()
        var device = first
        var random = SeededRandom(seed: run.options.seed, name: operation.name)
        target.set(try fault("latency:seconds=0.3"))
        var answers: [Answer] = []
        for _ in 0..<points {
            var options = CallOptions.within(.seconds(30))
            options.cancelAfter = .milliseconds(Int.random(in: 1...400, using: &random))
            let answer = try await operation.make(device, options)
            answers.append(answer)
            if answer.isOK { continue }
            // A stream with an answer still on its way cannot be used on; a driver may need a new session.
            if (answer.failure?.flags ?? 0) & UInt32(INGOT_ERR_SESSION_LOST) != 0 {
                try await device.close()
                device = try await run.open(target, .within(.seconds(30)))
            }
        }
        target.clearFaults()
        let after = try await run.recover(device, target, within: .seconds(20))
        try await after.close()
        await target.stop()
        return answers
    }

    /// Nothing answers, and the deadline is far.
    private static func cancelInSilence(_ operation: Operation, _ run: CheckRun) async throws -> [Answer] {
        let (target, device) = try await run.open()
        target.set(try fault("hang"))
        var options = CallOptions.within(.seconds(60))
        options.cancelAfter = .milliseconds(150)
        let answer = try await operation.make(device, options)
        target.clearFaults()
        try await device.close(.within(.seconds(5)))
        await target.stop()
        return [answer]
    }

    private static func cancelOpen(_ points: Int, _ run: CheckRun) async throws -> [Answer] {
        let target = try await run.startTarget()
        let settings = try run.settings(target.endpoint)
        var random = SeededRandom(seed: run.options.seed, name: "open")
        target.set(try fault("latency:seconds=0.2"))
        var answers: [Answer] = []
        for _ in 0..<points {
            var options = CallOptions.within(.seconds(30))
            options.cancelAfter = .milliseconds(Int.random(in: 1...500, using: &random))
            let (answer, device) = try await run.started().open(settings, options)
            answers.append(answer)
            try await device?.close()
        }
        await target.stop()
        return answers
    }

    static func beforeItBegins(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        try requireOK(await run.touch(device))
        var options = CallOptions()
        options.cancelAfter = .zero
        let before = await target.statistics().requests
        for operation in operations(device.subject) {
            let answer = try await operation.make(device, options)
            try require(
                answer.status == INGOT_E_CANCELLED, "\(operation.name), cancelled before it begins, gives CANCELLED",
                answer.text)
        }
        try await Task.sleep(for: .milliseconds(100))
        let after = await target.statistics().requests
        try require(
            after == before, "nothing is sent for a call that was cancelled before it began",
            "\(after - before) requests reached the BMC")
        try await run.recover(device, target, within: .seconds(20)).close()
        let untouched = await target.statistics().requests
        let (answer, opened) = try await device.subject.open(run.settings(target.endpoint), options)
        if let opened {
            try await opened.close(options)
        } else {
            try require(
                answer.status == INGOT_E_CANCELLED, "open, cancelled before it begins, gives CANCELLED", answer.text)
        }
        try await Task.sleep(for: .milliseconds(100))
        let last = await target.statistics().requests
        try require(
            last == untouched, "open, cancelled before it begins, sends nothing",
            "\(last - untouched) requests reached the BMC")
    }

    static func closing(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        try await run.open(target).close()
        _ = try await target.settle()
        try await Task.sleep(for: .milliseconds(100))
        try run.load().forget()
        let before = ProcessFacts.now()
        for round in 0..<5 {
            let device = try await run.open(target)
            target.set(try fault(round % 2 == 0 ? "latency:seconds=1" : "hang"))
            var options = CallOptions.within(.seconds(20))
            options.cancelAfter = .milliseconds(50 + 40 * round)
            _ = try await run.touch(device, options)
            options.cancelAfter = .zero
            let closed = try await device.close(options)
            try require(closed.took <= .seconds(5), "close returns within 5 s", closed.text)
            target.clearFaults()
        }
        let left = try await run.leftDescriptors(since: before, target)
        try require(left.isEmpty, "no descriptor stays open", left.sorted().joined(separator: ", "))
        try requireOK(await run.reach(run.settings(target.endpoint)), "afterwards")
    }
}
