// SPDX-License-Identifier: Apache-2.0
private import Crypto
internal import Host

/// Makes all checks of a run, each in a process of its own.
public struct Runner: Sendable {
    public let options: CheckOptions
    /// Told when a check begins and when it has ended, in the order of the plan.
    public var onProgress: @Sendable (_ done: Int, _ of: Int, _ running: String) -> Void = { _, _, _ in }
    /// Told each result as soon as it and all before it are there.
    public var onResult: @Sendable (CheckResult) -> Void = { _ in }

    public init(_ options: CheckOptions) { self.options = options }

    /// The checks of this run, whether they concern the driver or not.
    /// - Throws: `KitError` for a check that does not exist, or a script that cannot be read.
    public func selection() throws -> [Check] {
        let problems = ScriptChecks.problems(options.scripts)
        guard problems.isEmpty else { throw KitError(problems.joined(separator: "\n")) }
        let scripts = ScriptChecks.load(options.scripts)
        let all = CheckTable.all + scripts
        var checks = all
        if !options.only.isEmpty {
            var seen: Set<String> = []
            checks = try options.only.filter { seen.insert($0).inserted }.map { name in
                guard let check = all.first(where: { $0.id == name || String($0.number) == name }) else {
                    throw KitError("there is no check \(name); `ingot driver check --list` shows all")
                }
                return check
            }
        } else if let profile = options.profile {
            checks = all.filter { profile.covers($0, without: options.without) }
        }
        return checks
    }

    /// Makes every check.
    public func run() async throws -> Report {
        guard let bytes = FileBytes.read(options.library, limit: 1 << 30) else {
            throw KitError("cannot read \(options.library)")
        }
        let digest = SHA256.hash(data: bytes).map { byte in
            String(byte, radix: 16).count == 1 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }.joined()
        let known = try KnownFailures(path: options.knownFailures)
        if case .simulator(let name) = options.target, TargetCatalogue.entry(name) == nil {
            throw KitError("there is no simulator \(name); there are \(TargetCatalogue.names.joined(separator: ", "))")
        }
        let checks = try selection()
        let (facts, loadFailure) = await describe()
        let results = await withTaskGroup(of: (Int, CheckResult).self) { group in
            var results: [CheckResult?] = Array(repeating: nil, count: checks.count)
            var next = 0
            var told = 0
            var running: Set<String> = []
            func startOne() {
                guard next < checks.count else { return }
                let (index, check) = (next, checks[next])
                next += 1
                running.insert(check.id)
                group.addTask {
                    var outcome = await self.outcome(of: check, facts, loadFailure)
                    known.apply(to: &outcome, check: check)
                    return (
                        index,
                        CheckResult(check: check, outcome: outcome, reproduction: options.reproduction(of: check))
                    )
                }
            }
            for _ in 0..<max(1, options.jobs) { startOne() }
            while let (index, result) = await group.next() {
                results[index] = result
                running.remove(result.check.id)
                startOne()
                while told < checks.count, let ready = results[told] {
                    onResult(ready)
                    told += 1
                }
                let done = results.count { $0 != nil }
                onProgress(done, checks.count, running.sorted().joined(separator: ", "))
            }
            return results.compactMap { $0 }
        }
        return Report(options: options, plugin: facts, results: results, libraryDigest: digest)
    }

    // MARK: One check

    private func outcome(of check: Check, _ facts: PluginFacts?, _ loadFailure: String?) async -> Outcome {
        if let early = early(check, facts, loadFailure) { return early }
        let start = ContinuousClock.now
        let child: KitChild
        do throws(CheckStop) {
            child = try KitChild(
                path: options.program, arguments: options.arguments + ["--run-one", check.id],
                environment: OneCheck.environment())
        } catch {
            return Outcome(.skip, reason: "\(error)")
        }
        let seconds = check.limit + .seconds(extraSeconds(check))
        // On a busy machine everything takes longer; a driver is not to blame for that.
        let limit = seconds * 3
        let watchdog = Task {
            try await Task.sleep(for: limit)
            child.kill()
        }
        var last: Outcome?
        for await line in child.lines {
            if let json = try? JSONParser.parse(line), let outcome = Outcome(json) { last = outcome }
        }
        watchdog.cancel()
        let end = await child.wait(within: .seconds(5))
        var outcome: Outcome
        switch end {
        case .exited(let code):
            outcome =
                last
                ?? Outcome(
                    .crash, expected: "the driver leaves its process alone",
                    seen: "the process ended with status \(code) before the check was over")
        case .died(let signal):
            outcome = Outcome(.crash, expected: "the driver does not crash", seen: "the process died of \(signal)")
        case .killed:
            outcome = Outcome(.hang, expected: "the check ends", seen: "it had not ended after \(limit.text)")
        }
        outcome.seconds = start.duration(to: .now).inSeconds
        let words = child.lastWords
        if !words.isEmpty, outcome.kind != .pass { outcome.output = words }
        return outcome
    }

    private func extraSeconds(_ check: Check) -> Double {
        switch check.id {
        case "soak": options.soakSeconds
        case "fuzz": options.fuzzSeconds
        default: 0
        }
    }

    /// The outcome of a check that is not made.
    private func early(_ check: Check, _ facts: PluginFacts?, _ loadFailure: String?) -> Outcome? {
        let isLibrary = check.places.contains(.library)
        guard let facts else {
            return isLibrary
                ? nil : Outcome(.skip, reason: "the library does not load: \(loadFailure ?? "it cannot be described")")
        }
        if let missing = check.needs.first(where: { !facts.extensions.contains($0) }) {
            return Outcome(.notApplicable, reason: "the plugin does not list \(missing)")
        }
        if isLibrary { return nil }
        let place = options.target.place
        if place == .library { return Outcome(.skip, reason: "no --target was given") }
        guard check.places.contains(place) else {
            return Outcome(
                .notApplicable,
                reason: "it is made against \(check.places.map(\.rawValue).sorted().joined(separator: " or ")) only")
        }
        if case .simulator(let name) = options.target, let entry = TargetCatalogue.entry(name) {
            let missing = check.features.subtracting(entry.features)
            if !missing.isEmpty {
                let names = missing.map(\.rawValue).sorted().joined(separator: ", ")
                return Outcome(.notApplicable, reason: "\(options.target) has no \(names)")
            }
        } else if !check.features.isEmpty {
            let names = check.features.map(\.rawValue).sorted().joined(separator: ", ")
            return Outcome(.notApplicable, reason: "a real device has no \(names) the kit could use")
        } else if check.hazard != .none, !options.allow.contains(check.hazard) {
            return Outcome(
                .skip,
                reason:
                    "it \(check.hazard == .reboots ? "reboots the machine" : "destroys data"); say --allow \(check.hazard.rawValue)"
            )
        }
        return nil
    }

    private func describe() async -> (PluginFacts?, String?) {
        let child: KitChild
        do throws(CheckStop) {
            child = try KitChild(
                path: options.program, arguments: options.arguments + ["--run-one", "describe"],
                environment: OneCheck.environment())
        } catch {
            return (nil, "\(error)")
        }
        let watchdog = Task {
            try await Task.sleep(for: .seconds(60))
            child.kill()
        }
        var last: Outcome?
        for await line in child.lines {
            if let json = try? JSONParser.parse(line), let outcome = Outcome(json) { last = outcome }
        }
        watchdog.cancel()
        let end = await child.wait(within: .seconds(5))
        guard let last, case .exited(0) = end else {
            return (nil, "loading it ended the process (\(end)): \(child.lastWords)")
        }
        guard last.kind == .pass, let value = last.value else { return (nil, last.seen) }
        return (
            PluginFacts(
                id: value["id"]?.string ?? "", name: value["name"]?.string ?? "",
                version: value["version"]?.string ?? "", license: value["license"]?.string ?? "",
                extensions: value["extensions"]?.elements.compactMap(\.string) ?? [],
                loadNanoseconds: value["nanoseconds"]?.integer ?? 0), nil
        )
    }
}

/// Why the kit cannot do what it was asked.
public struct KitError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
