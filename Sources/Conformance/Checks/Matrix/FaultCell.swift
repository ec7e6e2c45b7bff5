// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import Glibc
internal import Host
internal import PluginAPI

/// One fault with one operation.
struct FaultCell: Sendable, CustomStringConvertible {
    let run: CheckRun
    let fault: Fault
    let operation: FaultOperation
    let baseline: Baseline

    /// How it went.
    struct Verdict: Sendable {
        /// The status in words.
        var status: String
        /// What is wrong with it; nil when nothing is.
        var complaint: String?
    }

    private static let deadline: Duration = .seconds(4)
    /// A talk with firmware takes its time.
    private static let talk: Duration = .seconds(30)
    /// How far beyond its deadline a call may return while a dozen others share the processor.
    private static let lateness: Duration = .seconds(2)

    var description: String { "\(fault.kind.name) × \(operation)" }

    func verdict() async throws -> Verdict {
        let target = try await run.startTarget { $0.chassis = operation.chassis }
        var device: Device?
        if operation != .open {
            let opened = try await run.open(target)
            device = opened
            try requireOK(await run.touch(opened), "before \(self)")
        }
        let before = target.chassis.snapshot
        target.set(fault)
        let answer: Answer
        if let device { answer = try await call(device) } else { (answer, device) = try await open(target) }
        var complaint = complaint(answer)
        if complaint == nil, changesTheMachine { complaint = try await untruth(answer, target, before) }
        target.clearFaults()
        if complaint == nil { complaint = try await aftermath(device, target) } else { try await device?.close() }
        await target.stop()
        return Verdict(status: Words.status(answer.status), complaint: complaint)
    }

    // MARK: The call

    private func open(_ target: any SimulatedTarget) async throws -> (Answer, Device?) {
        try await run.started().open(run.settings(target.endpoint), .within(Self.deadline))
    }

    private func call(_ device: Device) async throws -> Answer {
        let options = CallOptions.within(Self.deadline)
        switch operation {
        case .open: throw CheckStop.trouble("open takes no device")
        case .probe: return try await device.probe(options)
        case .power: return try await device.power(options)
        case .startOrder:
            let ordered = try await device.setBoot(INGOT_BOOT_PXE, 0, options)
            return ordered.isOK ? try await device.setPower(INGOT_DO_ON, .within(Self.talk)) : ordered
        case .setPower(let action): return try await device.setPower(action, options)
        case .boot: return try await device.boot(options)
        case .setBoot(let target, let flags): return try await device.setBoot(target, flags, options)
        case .read(let reader): return try await device.read(reader, options)
        case .clearEvents: return try await device.clear(.eventlog, options)
        case .console:
            let answer = try await device.openConsole(options)
            if answer.isOK, let descriptor = answer.first { close(descriptor) }
            return answer
        case .begin(let job):
            let request = JSONValue.object([
                ("target", .string("bmc")), ("slot", .string(baseline.slot)),
                ("url", .string("http://127.0.0.1:9/kit.bin")),
            ])
            return try await device.begin(job, request: request.text, options)
        }
    }

    // MARK: What must hold

    /// What is wrong with the answer as such.
    private func complaint(_ answer: Answer) -> String? {
        if let overstayed = answer.overstayed, overstayed > Self.lateness {
            return "it returned \(overstayed.text) after its deadline"
        }
        guard answer.isOK else {
            guard
                (INGOT_E_UNSUPPORTED...INGOT_E_STATE).contains(answer.status)
                    || answer.status == INGOT_E_INTERNAL && fault.kind.name == "status"
            else { return "\(answer.text): no status for what a BMC does" }
            return answer.failure?.message.isEmpty == false ? nil : "\(answer.text): it says no reason"
        }
        switch operation {
        case .power:
            // CHANGING and UNKNOWN hide what is, but are not wrong when that is not told.
            let isRight = answer.first == INGOT_POWER_ON || answer.first == INGOT_POWER_UNKNOWN
            return isRight ? nil : "the machine is on, and it says \(answer.first.map(Words.state) ?? "nothing")"
        case .boot:
            guard baseline.features.contains(.overrides) else { return nil }
            guard !fault.kind.name.hasPrefix("boot-"), fault.kind.name != "missing-property" else { return nil }
            let isRight =
                answer.first == INGOT_BOOT_DISK
                && UInt32(bitPattern: answer.second ?? 0) & UInt32(INGOT_BOOT_PERSISTENT) != 0
            return isRight ? nil : "the override is disk, persistent, and it says \(answer.text)"
        case .read:
            for value in answer.notes.emitted where value.key != "cursor" {
                guard case .object = try? JSONParser.parse(value.bytes) else {
                    return "it emits what is no JSON object"
                }
            }
            guard let usual = baseline.counts[operation], !Self.hidesParts.contains(fault.kind.name) else { return nil }
            let count = answer.notes.emitted.count
            return count >= usual ? nil : "it says OK and tells \(count) of \(usual) things"
        default: return nil
        }
    }

    /// Faults that take parts of a list away in a way no driver can notice.
    private static let hidesParts: Set = ["sensor-missing", "missing-property", "link-cycle", "status"]

    private var changesTheMachine: Bool {
        switch operation {
        case .setPower, .startOrder: baseline.features.contains(.truth)
        case .setBoot: baseline.features.contains(.truth) && baseline.features.contains(.overrides)
        default: false
        }
    }

    /// Where the answer to a change and the machine disagree.
    private func untruth(_ answer: Answer, _ target: any SimulatedTarget, _ before: Chassis) async throws -> String? {
        func isChanged(_ chassis: Chassis) -> Bool {
            switch operation {
            case .setBoot: chassis.bootOverride != before.bootOverride
            default: chassis.counts != before.counts || chassis.power != before.power
            }
        }
        // A BMC that lies about what it does is not the driver's doing.
        let lies = ["power-stuck-on", "power-stuck-off", "boot-ignored", "boot-wrong-readback", "boot-once-sticks"]
        if lies.contains(fault.kind.name) { return nil }
        if answer.isOK, operation == .startOrder, await target.hasStartedSystem() == false {
            return "it answered OK, and what was ordered does not run"
        }
        if answer.isOK {
            let after = try await target.wait(.seconds(6), until: isChanged)
            return isChanged(after) ? nil : "it answered OK, and nothing happened to the machine"
        }
        guard !answer.isMaybeApplied else { return nil }
        try await Task.sleep(for: .milliseconds(300))
        return isChanged(target.chassis.snapshot)
            ? "\(answer.text), without MAYBE_APPLIED, and the change was made" : nil
    }

    /// When the fault is over, the device answers again.
    private func aftermath(_ device: Device?, _ target: any SimulatedTarget) async throws -> String? {
        do {
            let opened: Device
            if let device {
                opened = device
            } else {
                opened = try await run.reopen(target, by: ContinuousClock.now + .seconds(30))
            }
            try await run.recover(opened, target, within: .seconds(30)).close()
            return nil
        } catch CheckStop.failed(_, let seen) {
            return "afterwards it does not recover: \(seen)"
        }
    }
}
