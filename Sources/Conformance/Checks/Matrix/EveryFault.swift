// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI

/// Check 77: every fault that the target's wire and machine know, with every operation that the driver has.
///
/// Each pair is tried on a simulator of its own. The device is opened while all is well, then the fault strikes, then
/// the operation is called. What comes out must be true, or an error of the ABI that hides nothing.
enum EveryFault {
    /// Pairs tried at the same time; most of them wait.
    private static let lanes = 12
    /// What all answers together may cost in memory.
    private static let memory = 400 << 20

    static func everyFault(_ run: CheckRun) async throws {
        let baseline = try await Baseline(run)
        let pairs = pairs(run, baseline)
        let before = ProcessFacts.now().resident
        var tally: [String: Int] = [:]
        var complaints: [String] = []
        try await withThrowingTaskGroup(of: (FaultCell, FaultCell.Verdict).self) { group in
            var next = pairs.makeIterator()
            func begin() {
                guard let (fault, operation) = next.next() else { return }
                let cell = FaultCell(run: run, fault: fault, operation: operation, baseline: baseline)
                group.addTask { (cell, try await cell.verdict()) }
            }
            for _ in 0..<lanes { begin() }
            while let (cell, verdict) = try await group.next() {
                tally[verdict.status, default: 0] += 1
                if let complaint = verdict.complaint { complaints.append("\(cell): \(complaint)") }
                begin()
            }
        }
        let counts = tally.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        run.note("\(pairs.count) pairs of \(Set(pairs.map(\.0.kind.name)).count) faults and operations: \(counts)")
        for complaint in complaints.sorted() { run.note(complaint) }
        try require(
            complaints.isEmpty, "every operation under every fault gives what is true, or an error that says so",
            "\(complaints.count) of \(pairs.count) do not: \(complaints.sorted().prefix(5).joined(separator: "; "))")
        let grown = ProcessFacts.now().resident - before
        try require(grown < memory, "no answer is kept: less than \(memory >> 20) MiB more", "\(grown >> 20) MiB more")
    }

    /// Every pair, or with `--fast` four operations for each fault.
    private static func pairs(_ run: CheckRun, _ baseline: Baseline) -> [(Fault, FaultOperation)] {
        var random = run.random
        return faults(of: baseline.features).flatMap { fault in
            var operations = baseline.operations
            if run.options.isFast {
                operations.sort { "\($0)" < "\($1)" }
                operations = (0..<min(4, operations.count)).map { _ in
                    operations.remove(at: Int(random.next() % UInt64(operations.count)))
                }
            }
            return operations.map { (fault, $0) }
        }
    }

    /// The faults that can strike on a target, with arguments short enough for the deadline of a pair.
    private static func faults(of features: Set<TargetFeature>) -> [Fault] {
        let shorter = [
            "bmc-restart": "bmc-restart:after=0,seconds=1", "power-slow": "power-slow:seconds=2",
            "session-limit": "session-limit:count=1", "latency": "latency:seconds=1",
        ]
        return FaultKind.all.filter { kind in
            switch kind.scope {
            case .any: true
            case .chassis: features.contains(.truth)
            case .datagram: features.contains(.datagram)
            case .stream: features.contains(.stream)
            case .ipmi: features.contains(.ipmi)
            case .redfish: features.contains(.redfish)
            case .snmp: features.contains(.snmp)
            case .firmware: features.contains(.firmware)
            }
        }.compactMap { try? Fault(shorter[$0.name] ?? $0.name) }
    }
}

/// What the driver does on a target that has no fault: with which operations, and how much its readers tell.
struct Baseline: Sendable {
    let features: Set<TargetFeature>
    let operations: [FaultOperation]
    /// Emitted values of each reader.
    private(set) var counts: [FaultOperation: Int] = [:]
    /// A slot for virtual media.
    let slot: String

    init(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        let capabilities = try await run.capabilities(device)
        slot = capabilities?.json["media"]?["slots"]?.elements.compactMap(\.string).first ?? "cd"
        features = target.features
        operations = FaultOperation.all(of: device.subject, capabilities)
        for reader in Device.Reader.allCases where operations.contains(.read(reader)) {
            let answer = try requireOK(await device.read(reader, .within(.seconds(20))), "without any fault")
            counts[.read(reader)] = answer.notes.emitted.count
        }
        try await device.close()
        await target.stop()
    }
}
