// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI
internal import Synchronization

/// One check in its own process: everything a body works with.
final class CheckRun: Sendable {
    let check: Check
    let options: CheckOptions
    /// The part of the check this process makes; nil in the process that began it.
    let part: String?
    /// What the process that began the check hands to its part.
    let input: JSONValue
    /// Says a line to the process that began this one.
    let say: @Sendable (JSONValue) -> Void

    private struct State: Sendable {
        var notes: [String] = []
        var subject: Subject?
        var value: JSONValue?
        var latencies: [String: [UInt64]] = [:]
        var targets: [any SimulatedTarget] = []
    }

    private let state = Mutex(State())

    init(
        check: Check, options: CheckOptions, part: String?, input: JSONValue,
        say: @escaping @Sendable (JSONValue) -> Void
    ) {
        self.check = check
        self.options = options
        self.part = part
        self.input = input
        self.say = say
    }

    /// Tells people what was done.
    func note(_ text: String) { state.withLock { $0.notes.append(text) } }

    /// Hands a value to the process that began the check.
    func answer(_ value: JSONValue) { state.withLock { $0.value = value } }

    /// Random numbers of this check; the same for the same seed.
    var random: SeededRandom { SeededRandom(seed: options.seed, name: check.id) }

    // MARK: The driver

    /// Loads the library once.
    func load() throws -> Subject {
        if let subject = state.withLock({ $0.subject }) { return subject }
        let subject: Subject
        do throws(LoadFailure) { subject = try Subject(path: options.library) } catch {
            throw CheckStop.failed(expected: "the library loads as a plugin", seen: error.reason)
        }
        state.withLock { $0.subject = subject }
        return subject
    }

    /// Loads the library and starts the plugin.
    func started() throws -> Subject {
        let subject = try load()
        guard subject.host == nil else { return subject }
        do throws(LoadFailure) { try subject.start() } catch {
            throw CheckStop.failed(expected: "the plugin starts", seen: error.reason)
        }
        return subject
    }

    // MARK: The target

    /// Starts the simulator.
    func startTarget(_ change: (inout TargetOptions) -> Void = { _ in }) async throws -> any SimulatedTarget {
        if case .device(let path) = options.target { return DeviceTarget(name: path) }
        guard case .simulator(let name) = options.target, let entry = TargetCatalogue.entry(name) else {
            throw CheckStop.trouble("no simulator \(options.target)")
        }
        var wishes = TargetOptions()
        wishes.seed = options.seed
        change(&wishes)
        let target = try await entry.start(wishes)
        if target.isProcess { state.withLock { $0.targets.append(target) } }
        return target
    }

    /// Ends the targets that are processes of their own; the others end with this one.
    func endProcesses() async {
        for target in state.withLock({ $0.targets }) { await target.stop() }
    }

    /// The configuration with which the driver reaches an endpoint.
    func settings(_ endpoint: Endpoint) throws -> DeviceSettings {
        try ConfigurationMaker(options: options, schema: schema()).settings(endpoint)
    }

    /// The driver's schema of a device's configuration.
    func schema() throws -> JSONValue {
        let text = try load().descriptor.configSchema
        do throws(JSONError) { return try JSONParser.parse(text) } catch {
            throw CheckStop.failed(expected: "config_schema is JSON", seen: error.description)
        }
    }

    /// The schema as the host checks configurations with it.
    func compiledSchema() throws -> ConfigSchema {
        let json = try schema()
        do throws(SchemaError) { return try ConfigSchema(json) } catch {
            throw CheckStop.failed(expected: "a schema the host can check", seen: error.description)
        }
    }

    /// Starts driver and simulator and opens a device.
    func open(
        _ change: (inout TargetOptions) -> Void = { _ in }
    ) async throws -> (target: any SimulatedTarget, device: Device) {
        let target = try await startTarget(change)
        return (target, try await open(target))
    }

    /// Opens a device on a target.
    func open(_ target: any SimulatedTarget, _ options: CallOptions = .within(.seconds(20))) async throws -> Device {
        let (answer, device) = try await started().open(settings(target.endpoint), options)
        guard let device else {
            throw CheckStop.failed(expected: "driver.open answers OK with the right configuration", seen: answer.text)
        }
        return device
    }

    // MARK: Parts in processes of their own

    /// Makes a part of this check in a process of its own and waits for it.
    func inChild(
        _ part: String, _ input: JSONValue = .object([]), options changed: CheckOptions? = nil,
        environment: [String: String] = [:], limit: Duration? = nil
    ) async throws -> PartResult {
        let child = try startChild(part, input, options: changed, environment: environment)
        var lines: [JSONValue] = []
        let limit = limit ?? check.limit * 2
        let watchdog = Task {
            try await Task.sleep(for: limit)
            child.kill()
        }
        for await line in child.lines {
            if let json = try? JSONParser.parse(line) { lines.append(json) }
        }
        watchdog.cancel()
        let end = await child.wait(within: .seconds(5))
        return PartResult(outcome: lines.last.flatMap(Outcome.init), lines: lines, end: end, output: child.printed)
    }

    /// Starts a part of this check in a process of its own.
    func startChild(
        _ part: String, _ input: JSONValue = .object([]), options changed: CheckOptions? = nil,
        environment: [String: String] = [:]
    ) throws -> KitChild {
        let options = changed ?? options
        let words = options.arguments + ["--run-one", check.id, "--part", part, "--part-input", input.text]
        return try KitChild(
            path: options.program, arguments: words, environment: OneCheck.environment(adding: environment))
    }

    /// The outcome of a body that ended this way, with everything that was noted.
    func outcome(_ kind: Outcome) -> Outcome {
        var outcome = kind
        state.withLock { state in
            outcome.notes = state.notes
            outcome.value = state.value
            if let subject = state.subject, check.group != .faults, check.group != .concurrency {
                outcome.latencies = subject.latencies.withLock { $0 }
            }
        }
        return outcome
    }
}

/// How a part of a check ended.
struct PartResult: Sendable {
    /// Its own words; nil when it ended without any.
    var outcome: Outcome?
    var lines: [JSONValue]
    var end: KitChild.End
    var output: String

    /// The value the part handed over.
    /// - Throws: what the part threw, or a failure when it crashed or hung.
    func value(_ what: String) throws -> JSONValue {
        switch end {
        case .died(let signal):
            throw CheckStop.failed(expected: "\(what) ends well", seen: "the process died of \(signal)\(tail)")
        case .killed: throw CheckStop.hang("\(what) did not end")
        case .exited(let code):
            guard let outcome else {
                throw CheckStop.failed(
                    expected: "\(what) ends well", seen: "the process ended with status \(code)\(tail)")
            }
            switch outcome.kind {
            case .pass: return outcome.value ?? .object([])
            case .fail, .crash:
                throw CheckStop.failed(
                    expected: outcome.expected ?? "\(what) ends well", seen: "\(outcome.seen ?? "it failed") (\(what))")
            case .hang: throw CheckStop.hang(outcome.seen ?? "\(what) did not end")
            case .skip: throw CheckStop.skipped(outcome.reason ?? what)
            case .notApplicable, .knownFail: throw CheckStop.notApplicable(outcome.reason ?? what)
            case .warn: throw CheckStop.warned(expected: outcome.expected ?? what, seen: outcome.seen ?? "")
            }
        }
    }

    private var tail: String {
        let last = output.split(separator: "\n").suffix(3).joined(separator: " / ")
        return last.isEmpty ? "" : "; it printed: \(last)"
    }
}
