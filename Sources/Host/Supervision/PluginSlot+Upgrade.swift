// SPDX-License-Identifier: Apache-2.0
private import Synchronization

/// Another library in the place of the one in use: its worker starts beside the old one, takes the new calls once it
/// serves, and is taken back when it dies early.
extension PluginSlot {
    /// A library whose first calls are still being watched, and the one before it.
    struct Probation {
        let newDigest: String
        let old: CatalogueEntry
        let oldIntroduction: WorkerIntroduction?
        weak var oldLink: WorkerLink?
    }

    /// How an upgrade ended: nil, or why it was not made.
    typealias Outcome = OneShot<String?>

    /// Reads the plugin's directory again.
    /// Looks twice a second at most.
    /// - Returns: whether it holds another library than before, which is used from now on.
    func lookForUpdate() -> Bool {
        let directory = state.withLock { state -> String? in
            guard state.nextLook.hasPassed else { return nil }
            state.nextLook = .after(.milliseconds(500))
            return state.entry.directory
        }
        guard let directory, let entry = try? CatalogueEntry(directory: directory) else { return false }
        return update(entry)
    }

    /// Takes a manifest that was just read. With another library, a worker for it is started beside the one that
    /// serves; without one it is simply used from now on.
    /// - Parameters:
    ///   - isForced: also with the same library, or one that failed before; lifts quarantine and fences.
    ///   - outcome: settled when the new worker serves, or does not.
    /// - Returns: whether anything changes.
    @discardableResult
    func update(_ entry: CatalogueEntry, isForced: Bool = false, outcome: Outcome? = nil) -> Bool {
        for child in children { child.update(entry, isForced: isForced) }
        let (changes, candidate) = state.withLock { state -> (Bool, WorkerLink?) in
            guard Self.wants(entry, isForced, state) else { return (false, nil) }
            if isForced { state.fences = FenceTable() }
            guard case .serving = state.condition else {
                Self.replace(&state, entry)
                return (true, nil)
            }
            let link = makeLink(entry, devices: state.needs, owner: owner())
            state.candidate = link
            if let outcome { state.outcomes.append(outcome) }
            return (true, link)
        }
        guard let candidate else {
            outcome?.settle(nil)
            return changes
        }
        if !candidate.start() { isRejected(candidate, "no thread or descriptor for a worker") }
        return true
    }

    private static func wants(_ entry: CatalogueEntry, _ isForced: Bool, _ state: State) -> Bool {
        if case .shutDown = state.condition { return false }
        guard state.candidate == nil else { return false }
        if isForced { return true }
        if case .refused = state.condition { return true }
        let digest = entry.manifest.sha256
        return digest != state.entry.manifest.sha256 && digest != state.rejected
    }

    /// Nothing serves: what starts next is of this entry.
    private static func replace(_ state: inout State, _ entry: CatalogueEntry) {
        if case .starting(let link) = state.condition {
            state.leaving.append(link)
            link.sayGoodbye()
        }
        state.entry = entry
        state.policy = RestartPolicy()
        state.introduction = nil
        state.probation = nil
        state.rejected = nil
        state.condition = .idle
    }

    /// The new library's worker serves.
    /// - Returns: whether the link was a candidate.
    func isAccepted(_ link: WorkerLink, _ introduction: WorkerIntroduction) -> Bool {
        let change = state.withLock { state -> (old: WorkerLink?, outcomes: [Outcome])? in
            guard state.candidate === link else { return nil }
            state.candidate = nil
            var old: WorkerLink?
            if case .serving(let current) = state.condition { old = current }
            let isOther = link.entry.manifest.sha256 != state.entry.manifest.sha256
            state.probation =
                isOther
                ? Probation(
                    newDigest: link.entry.manifest.sha256, old: state.entry, oldIntroduction: state.introduction,
                    oldLink: old) : nil
            state.entry = link.entry
            state.introduction = introduction
            state.policy = RestartPolicy()
            state.rejected = nil
            state.starts += 1
            state.condition = .serving(link)
            if let old { state.leaving.append(old) }
            defer { state.outcomes = [] }
            return (old, state.outcomes)
        }
        guard let change else { return false }
        let rest = change.old?.pid.map { "; worker \($0) ends after its calls" } ?? ""
        tell(
            .upgraded, link,
            "plugin \(link.entry.manifest.id): \(Self.name(link)) serves \(link.entry.manifest.version)\(rest)")
        for outcome in change.outcomes { outcome.settle(nil) }
        if let old = change.old { drain(old) }
        return true
    }

    /// The new library's worker never served: the old one goes on.
    /// - Returns: whether the link was a candidate.
    @discardableResult
    func isRejected(_ link: WorkerLink, _ reason: String) -> Bool {
        let outcomes = state.withLock { state -> [Outcome]? in
            guard state.candidate === link else { return nil }
            state.candidate = nil
            state.rejected = link.entry.manifest.sha256
            state.lastFailure = reason
            if link.entry.manifest.sha256 != state.entry.manifest.sha256 { state.entry = state.entry.replaced }
            defer { state.outcomes = [] }
            return state.outcomes
        }
        guard let outcomes else { return false }
        let entry = entry
        tell(
            .rolledBack, link,
            "plugin \(entry.manifest.id): \(link.entry.manifest.version) is not used, \(entry.manifest.version) goes "
                + "on: \(reason)")
        for outcome in outcomes { outcome.settle(reason) }
        return true
    }

    /// A worker died in its first calls: if its library is new, the one before is used again.
    /// - Returns: the story, when it is so.
    static func rollBack(_ state: inout State, _ link: WorkerLink, _ limits: PluginLimits) -> String? {
        guard let probation = state.probation, link.entry.manifest.sha256 == probation.newDigest else { return nil }
        state.probation = nil
        let answered = link.answered
        guard answered < limits.probationCalls else { return nil }
        state.rejected = probation.newDigest
        let version = link.entry.manifest.version
        state.entry = probation.old.replaced
        state.policy = RestartPolicy()
        state.introduction = probation.oldIntroduction
        if let old = probation.oldLink, old.isServing, state.leaving.contains(where: { $0 === old }) {
            state.leaving.removeAll { $0 === old }
            state.condition = .serving(old)
        } else {
            state.condition = .idle
        }
        return "plugin \(state.entry.manifest.id): \(version) died after \(answered) calls; "
            + "\(state.entry.manifest.version) is used again"
    }

    /// Lets a worker finish what it has, for a quarter of an hour and as long as consoles are open, and then end.
    func drain(_ link: WorkerLink) {
        let limit = Deadline.after(surroundings.limits.drainTime)
        Task { [weak self] in
            while self?.isLeaving(link) == true, link.hasConsole || !link.isIdle && !limit.hasPassed {
                try? await Task.sleep(for: .milliseconds(200))
            }
            // It may be in use again.
            if self == nil || self?.isLeaving(link) == true { link.sayGoodbye() }
        }
    }

    private func isLeaving(_ link: WorkerLink) -> Bool {
        state.withLock { state in state.leaving.contains { $0 === link } }
    }
}
