// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Host

/// The whole life of a process that makes one check.
public enum OneCheck {
    /// Makes the check and tells the outcome on descriptor 3, then ends the process.
    public static func run(_ id: String, part: String?, input: String, options: CheckOptions) async -> Never {
        _ = clinux_install_interrupt()
        _ = clinux_raise_descriptor_limit()
        signal(SIGPIPE, SIG_IGN)
        // The runtime's own timer and descriptors are made now, not while a check counts.
        try? await Task.sleep(for: .milliseconds(2))
        ProcessFacts.keepBaseline()
        let outcome: Outcome
        if id == "describe" {
            outcome = describe(options)
        } else if let check = CheckTable.named(id) ?? ScriptChecks.load(options.scripts).first(where: { $0.id == id }) {
            let json = (try? JSONParser.parse(input)) ?? .object([])
            let run = CheckRun(check: check, options: options, part: part, input: json) { tell($0) }
            outcome = await make(run)
            await run.endProcesses()
        } else {
            outcome = Outcome(.skip, reason: "there is no check \(id)")
        }
        tell(outcome.json)
        // No destructors: the driver's threads and libraries stay as they are.
        _exit(0)
    }

    /// The environment of a process that makes a check.
    static func environment(adding added: [String: String] = [:]) -> [String] {
        var variables: [String: String] = [:]
        var at = environ
        while let entry = at.pointee {
            let text = String(cString: entry)
            if let split = text.firstIndex(of: "=") {
                variables[String(text[..<split])] = String(text[text.index(after: split)...])
            }
            at += 1
        }
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables.merge(added) { $1 }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static func make(_ run: CheckRun) async -> Outcome {
        do {
            try await run.check.body(run)
            return run.outcome(Outcome(.pass))
        } catch let stop as CheckStop {
            return run.outcome(outcome(of: stop, level: run.check.level))
        } catch {
            return run.outcome(Outcome(.skip, reason: "the kit failed: \(error)"))
        }
    }

    private static func outcome(of stop: CheckStop, level: Check.Level) -> Outcome {
        switch stop {
        case .failed(let expected, let seen):
            Outcome(level == .must ? .fail : .warn, expected: expected, seen: seen)
        case .hang(let seen): Outcome(.hang, expected: "every function returns", seen: seen)
        case .notApplicable(let reason): Outcome(.notApplicable, reason: reason)
        case .skipped(let reason): Outcome(.skip, reason: reason)
        case .warned(let expected, let seen): Outcome(.warn, expected: expected, seen: seen)
        case .trouble(let reason): Outcome(.skip, reason: "the kit failed: \(reason)")
        }
    }

    /// What the plugin says about itself, for the kit to plan with.
    private static func describe(_ options: CheckOptions) -> Outcome {
        let start = clinux_monotonic_ns()
        do throws(LoadFailure) {
            let subject = try Subject(path: options.library)
            let took = clinux_monotonic_ns() - start
            let descriptor = subject.descriptor
            var outcome = Outcome(.pass)
            outcome.value = .object([
                ("id", .string(descriptor.id)), ("name", .string(descriptor.name)),
                ("version", .string(descriptor.version)), ("license", .string(descriptor.license)),
                ("minor", .number(Int(descriptor.minor))),
                ("extensions", .array(descriptor.extensions.map { .string($0) })), ("nanoseconds", .number(took)),
            ])
            return outcome
        } catch {
            return Outcome(.fail, expected: "the library loads as a plugin", seen: error.reason)
        }
    }

    private static func tell(_ json: JSONValue) {
        var bytes = Array((json.text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(3, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
