// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Carries out a check written as text.
struct ScriptRunner {
    let script: CheckScript
    let run: CheckRun

    private struct State {
        var device: Device?
        var last: Answer?
        var counts = EffectCounts.none
        var requests = 0
    }

    func make() async throws {
        let target = try await run.startTarget { options in
            options.chassis = Chassis(power: script.start["power"] == "on" ? .on : .off)
        }
        var state = State()
        for step in script.steps {
            switch step.kind {
            case .perform(let operation, let words, let options):
                try await perform(operation, words, options, step.line, target, &state)
            case .expect(let conditions, let within):
                try await expect(conditions, within ?? .zero, step.line, target, &state)
            case .fault(let names): target.faults.set(try names.map { try fault($0) })
            case .clear: target.clearFaults()
            case .wait(let time): try await Task.sleep(for: time)
            case .mark:
                state.counts = target.chassis.snapshot.counts
                state.requests = await target.statistics().requests
            }
        }
        target.clearFaults()
        try await state.device?.close(.within(.seconds(5)))
    }

    private func perform(
        _ operation: String, _ words: [String], _ options: [String: String], _ line: Int,
        _ target: any SimulatedTarget, _ state: inout State
    ) async throws {
        var callOptions = CallOptions.within(.seconds(30))
        if let text = options["deadline"] { callOptions.deadline = try CheckScript.duration(text, line) }
        if let text = options["cancel"] { callOptions.cancelAfter = try CheckScript.duration(text, line) }
        if operation == "open" {
            try await state.device?.close()
            var endpoint = target.endpoint
            if let password = options["password"] { endpoint.password = password }
            (state.last, state.device) = try await run.started().open(run.settings(endpoint), callOptions)
            return
        }
        guard let device = state.device else {
            throw CheckStop.failed(
                expected: "line \(line): a device is open", seen: state.last?.text ?? "no line `do open` came before")
        }
        let first = words.first ?? ""
        switch operation {
        case "close":
            state.last = try await device.close(callOptions)
            state.device = nil
        case "probe": state.last = try await device.probe(callOptions)
        case "power.get": state.last = try await device.power(callOptions)
        case "power.set":
            let action = Words.actions.first { $0.name == first }?.value ?? Int32(first) ?? 0
            state.last = try await device.setPower(action, callOptions)
        case "boot.get": state.last = try await device.boot(callOptions)
        case "boot.set":
            let number = Words.targets.first { $0.name == first }?.value ?? Int32(first) ?? -1
            var flags: UInt32 = 0
            for word in words.dropFirst() {
                switch word {
                case "persistent": flags |= UInt32(INGOT_BOOT_PERSISTENT)
                case "uefi": flags |= UInt32(INGOT_BOOT_UEFI)
                case "legacy": flags |= UInt32(INGOT_BOOT_LEGACY)
                default: break
                }
            }
            state.last = try await device.setBoot(number, flags, callOptions)
        case "eventlog.clear": state.last = try await device.clear(.eventlog, callOptions)
        case "vendor.invoke":
            state.last = try await device.invoke(first, body: Array((words.dropFirst().first ?? "").utf8), callOptions)
        default:
            guard let reader = Device.Reader(rawValue: String(operation.prefix { $0 != "." })) else { return }
            state.last = try await device.read(reader, query: first.isEmpty ? "{}" : first, callOptions)
        }
    }

    private func expect(
        _ conditions: [CheckScript.Condition], _ within: Duration, _ line: Int, _ target: any SimulatedTarget,
        _ state: inout State
    ) async throws {
        let end = ContinuousClock.now + within
        while true {
            var failed: (CheckScript.Condition, String)?
            for condition in conditions {
                let seen = try await value(of: condition.name, target, state)
                let isMet =
                    condition.sign == .contains
                    ? seen.localizedContains(condition.value)
                    : condition.value.split(separator: "|").contains { seen == $0 }
                if !isMet {
                    failed = (condition, seen)
                    break
                }
            }
            guard let (condition, seen) = failed else { break }
            guard ContinuousClock.now < end else {
                throw CheckStop.failed(
                    expected: "line \(line): \(condition.name)\(condition.sign.rawValue)\(condition.value)",
                    seen: "\(condition.name) is \(seen)" + (state.last.map { "; \($0.text)" } ?? ""))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        // For what the driver answered, `within` is about how long it took.
        if within > .zero, let last = state.last, conditions.contains(where: { $0.name == "status" }) {
            try require(last.took <= within, "line \(line): \(last.operation) takes \(within.text) at most", last.text)
        }
    }

    private func value(of name: String, _ target: any SimulatedTarget, _ state: State) async throws -> String {
        let last = state.last
        switch name {
        case "status": return last.map { Words.status($0.status).lowercased() } ?? "none"
        case "state": return last?.first.map(Words.state) ?? "none"
        case "target": return last?.first.map(Words.target) ?? "none"
        case "flags": return Words.bootFlags(UInt32(bitPattern: last?.second ?? 0))
        case "error": return last?.failure?.message ?? ""
        case "maybe_applied": return last?.isMaybeApplied == true ? "yes" : "no"
        case "truth.power": return target.chassis.snapshot.power.rawValue
        case "truth.boot": return target.chassis.snapshot.bootOverride.target.rawValue
        case "truth.resets": return "\(target.chassis.snapshot.counts.resets - state.counts.resets)"
        case "truth.power_ons": return "\(target.chassis.snapshot.counts.powerOns - state.counts.powerOns)"
        case "truth.power_offs": return "\(target.chassis.snapshot.counts.powerOffs - state.counts.powerOffs)"
        case "truth.nmis": return "\(target.chassis.snapshot.counts.nmis - state.counts.nmis)"
        case "requests": return "\(await target.statistics().requests - state.requests)"
        case "sessions": return "\(await target.statistics().openSessions)"
        default: return "\(last?.emitted(String(name.dropFirst(8))).count ?? 0)"
        }
    }
}

extension String {
    /// Whether the text occurs, without regard to upper and lower case.
    fileprivate func localizedContains(_ other: String) -> Bool { lowercased().contains(other.lowercased()) }
}
