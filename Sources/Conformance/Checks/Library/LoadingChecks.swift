// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Host
internal import PluginAPI
private import PluginWorker

/// Checks of loading and of the entry.
enum LoadingChecks {
    static func loads(_ run: CheckRun) throws {
        let subject = try run.load()
        run.note("\(subject.descriptor.id) \(subject.descriptor.version), minor \(subject.descriptor.minor)")
        try require(
            !subject.descriptor.extensions.isEmpty, "the descriptor lists at least one interface", "it lists none")
    }

    static func entryIsPure(_ run: CheckRun) async throws {
        try await Task.sleep(for: .milliseconds(50))
        let before = ProcessFacts.now()
        // On a thread of its own, whose name a thread of the plugin's would have too.
        let loaded = OneAnswer<Bool>()
        _ = WorkerThread.start(name: "kit-load") {
            _ = try? run.load()
            loaded.give(true)
        }
        guard await loaded.take(within: .seconds(15)) != nil else { throw CheckStop.hang("loading does not end") }
        let subject = try run.load()
        // A thread that began while the library was loaded may take a moment to show.
        try await Task.sleep(for: .milliseconds(50))
        let after = ProcessFacts.now()
        let threads = ProcessFacts.pluginThreads()
        try require(
            threads.isEmpty, "loading and entry start no threads",
            "there are threads named \(threads.joined(separator: ", "))")
        let opened = after.descriptors.filter { entry in
            before.descriptors[entry.key] == nil && !ProcessFacts.isKitsOwn(entry.value)
                && !entry.value.contains("timerfd")
        }
        try require(
            opened.isEmpty, "loading and entry keep no descriptors open",
            "open are \(opened.values.sorted().joined(separator: ", "))")
        let entry = subject.entry
        let ended = OneAnswer<(filter: Int32, same: Bool)>()
        let plugin = Handed(value: subject.plugin)
        let isStarted = WorkerThread.start(name: "kit-watched") {
            let filter = clinux_watch_thread(CLINUX_WATCH_PURE)
            var isSame = true
            if filter == 0 {
                for _ in 0..<3 where entry() != plugin.value { isSame = false }
            }
            ended.give((filter, isSame))
        }
        guard isStarted, let (filter, isSame) = await ended.take(within: .seconds(10)) else {
            throw CheckStop.hang("\(subject.descriptor.id): the entry does not return")
        }
        guard filter == 0 else {
            throw CheckStop.skipped("this system has no seccomp filters: \(String(cString: strerror(-filter)))")
        }
        try require(isSame, "the entry answers the same pointer each time", "it answers different pointers")
        var numbers = [Int](repeating: 0, count: 8)
        let count = Int(clinux_watched_calls(&numbers, 8))
        let names = numbers.prefix(count).map { number in
            clinux_call_name(number).map { String(cString: $0) } ?? "system call \(number)"
        }
        try require(
            count == 0, "the entry makes no system calls beyond memory and locks",
            "it called \(names.joined(separator: ", "))")
    }

    static func loadsQuickly(_ run: CheckRun) async throws {
        if run.part == "load" { return try load(run) }
        var best = UInt64.max
        for _ in 0..<5 {
            let result = try await run.inChild("load")
            guard let nanoseconds = try result.value("loading")["nanoseconds"]?.integer else { continue }
            best = min(best, UInt64(clamping: nanoseconds))
            if best < 100_000_000 { break }
        }
        run.note("loaded in \((Double(best) / 1e6 * 100).rounded() / 100) ms")
        try require(best < 100_000_000, "less than 100 ms", "\(best / 1_000_000) ms at best of five times")
    }

    private static func load(_ run: CheckRun) throws {
        let start = clinux_monotonic_ns()
        _ = try run.load()
        run.answer(.object([("nanoseconds", .number(clinux_monotonic_ns() - start))]))
    }
}
