// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Host
internal import PluginAPI
private import PluginWorker

/// Checks of starting, stopping and of a first exercise.
enum LifeChecks {
    static func startAndStop(_ run: CheckRun) async throws {
        let subject = try run.load()
        guard subject.plugin.pointee.start != nil || subject.plugin.pointee.stop != nil else {
            return run.note("the plugin has neither start nor stop")
        }
        let host = HarnessHost(minor: 0)
        // On a thread of its own, whose name a thread of the plugin's would have too.
        func cycles(_ count: Int) async throws {
            let ended = OneAnswer<String>()
            _ = WorkerThread.start(name: "kit-start") {
                for _ in 0..<count {
                    do throws(LoadFailure) { try subject.start(host) } catch { return ended.give(error.reason) }
                    subject.stop()
                }
                ended.give("")
            }
            guard let problem = await ended.take(within: .seconds(50)) else {
                throw CheckStop.hang("starting and stopping does not end")
            }
            try require(problem.isEmpty, "start() answers OK each time", problem)
        }
        // Libraries set themselves up the first few times.
        try await cycles(10)
        try await Task.sleep(for: .milliseconds(50))
        let before = ProcessFacts.now()
        let threads = ProcessFacts.pluginThreads().count
        try require(threads == 0, "own threads have ended when stop() returns", "\(threads) of them live on")
        try await cycles(100)
        try await Task.sleep(for: .milliseconds(50))
        let after = ProcessFacts.now()
        let opened = after.descriptors.filter { before.descriptors[$0.key] == nil && !ProcessFacts.isKitsOwn($0.value) }
        try require(
            opened.count < 10, "no descriptors are left behind",
            "\(opened.count) more are open, such as \(opened.values.sorted().first ?? "")")
        let more = ProcessFacts.pluginThreads().count
        try require(more == 0, "no threads are left behind", "\(more) live on")
        let grown = after.heap - before.heap
        run.note("the heap grew by \(grown) bytes")
        try require(grown < 100 * 256, "no memory is left behind", "the heap grew by \(grown) bytes in 100 rounds")
    }

    static func otherHostVersions(_ run: CheckRun) async throws {
        if run.part != nil {
            let minor = run.input["minor"]?.integer ?? 0
            let subject = try run.load()
            do throws(LoadFailure) {
                try subject.start(HarnessHost(minor: UInt32(clamping: minor), extraBytes: minor == 0 ? 0 : 64))
            } catch { throw CheckStop.failed(expected: "start() answers OK", seen: error.reason) }
            if let settings = DeviceSettings(run.input) {
                var options = CallOptions.within(.seconds(20))
                options.extraBytes = minor == 0 ? 0 : 64
                let (answer, device) = try await subject.open(settings, options)
                guard let device else {
                    throw CheckStop.failed(expected: "driver.open answers OK", seen: answer.text)
                }
                if subject.offers(Interface.power) { try requireOK(await device.power(options)) }
                try await device.close(options)
            }
            return subject.stop()
        }
        let target = try await Exercise.target(run)
        for minor in [0, 99] {
            var input: JSONValue = .object([("minor", .number(minor))])
            if let target { input = try run.settings(target.endpoint).json(adding: input) }
            _ = try await run.inChild("host", input).value("a host of minor version \(minor)")
        }
        if target == nil { run.note("without a target, no device was opened") }
    }

    static func stdoutStaysEmpty(_ run: CheckRun) async throws {
        let file = clinux_memory_file("stdout")
        guard file >= 0, dup2(file, STDOUT_FILENO) >= 0 else { throw CheckStop.trouble("no file for standard output") }
        try await Exercise.run(run)
        fflush(nil)
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw CheckStop.trouble("standard output cannot be examined") }
        var bytes = [UInt8](repeating: 0, count: min(200, max(0, Int(facts.st_size))))
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        try require(facts.st_size == 0, "standard output stays empty", "\(facts.st_size) bytes: \(text)")
    }

    static func sanitizers(_ run: CheckRun) async throws {
        if run.part != nil { return try await Exercise.run(run) }
        guard !run.options.sanitized.isEmpty else {
            throw CheckStop.skipped("no build with a sanitizer was given (--sanitized FILE)")
        }
        for path in run.options.sanitized {
            guard let bytes = FileBytes.read(path, limit: 1 << 30), let file = try? ELFFile(bytes) else {
                throw CheckStop.trouble("\(path) is no shared object")
            }
            let runtime = file.needed.first {
                $0.hasPrefix("libasan") || $0.hasPrefix("libtsan") || $0.hasPrefix("libubsan")
            }
            guard let runtime else {
                throw CheckStop.skipped("\(path) needs no sanitizer runtime; link it dynamically (gcc does)")
            }
            var options = run.options
            options.library = path
            let result = try await run.inChild(
                "exercise", options: options,
                environment: [
                    "LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0:exitcode=99:abort_on_error=0",
                    "TSAN_OPTIONS": "exitcode=99:report_bugs=1", "UBSAN_OPTIONS": "print_stacktrace=1",
                ])
            let report = report(in: result.output, library: path)
            try require(report == nil, "\(runtime) reports nothing", report ?? "")
            // ThreadSanitizer does not know the kit's own locks and ends with its own status for what it thinks of them.
            if !runtime.hasPrefix("libtsan") { _ = try result.value("the exercise under \(runtime)") }
            run.note("\(path) under \(runtime): nothing reported")
        }
    }

    /// The first line of a sanitizer's report in which the library occurs.
    private static func report(in output: String, library: String) -> String? {
        let name = library.split(separator: "/").last.map(String.init) ?? library
        for block in output.split(separator: "==================") {
            let lines = block.split(separator: "\n")
            let head = lines.first { line in
                line.contains("ERROR: AddressSanitizer") || line.contains("WARNING: ThreadSanitizer")
                    || line.contains("runtime error:")
            }
            guard let head else { continue }
            // ThreadSanitizer suspects what was built without it, so only reports from inside the library count.
            if !head.contains("ThreadSanitizer") || lines.contains(where: { $0.contains("(\(name)+") }) {
                return String(head)
            }
        }
        return nil
    }
}
