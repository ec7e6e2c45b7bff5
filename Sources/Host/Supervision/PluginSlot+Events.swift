// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import PluginWire
private import Synchronization

/// What a slot does when its workers come and go. Called on the workers' threads.
extension PluginSlot {
    func isReady(_ link: WorkerLink, _ introduction: WorkerIntroduction) {
        noteConfinement(link, introduction)
        if isAccepted(link, introduction) { return }
        let waiters = state.withLock { state -> [OneShot<Wake>]? in
            guard case .starting(let current) = state.condition, current === link else { return nil }
            state.condition = .serving(link)
            state.introduction = introduction
            state.policy.served()
            return Self.takeWaiters(&state)
        }
        guard let waiters else { return link.sayGoodbye() }
        tell(
            .started, link,
            "plugin \(link.entry.manifest.id): \(Self.name(link)) serves \(link.entry.manifest.version)")
        for waiter in waiters { waiter.settle(.look) }
    }

    func isCondemned(_ link: WorkerLink, _ kind: PluginEvent.Kind, _ story: String, _ culprit: CallInFlight?) {
        if isRejected(link, story) { return }
        if culprit != nil { hasConvicts.store(true, ordering: .relaxed) }
        var events: [(PluginEvent.Kind, String)] = [(kind, story)]
        let (waiters, fence) = state.withLock { state -> ([OneShot<Wake>], FenceTable.Fence?) in
            state.lastFailure = story
            guard Self.isCurrent(link, state) else { return ([], nil) }
            state.leaving.append(link)
            // A hang is the matter of one device; only what the plugin does by itself counts as a crash.
            guard kind == .hung else {
                events += Self.noteCrash(&state, link, story, surroundings.limits)
                return (Self.takeWaiters(&state), nil)
            }
            state.condition = .idle
            return (Self.takeWaiters(&state), culprit.flatMap { Self.suspect(&state, $0.label, story) })
        }
        for event in events { tell(event.0, link, event.1, culprit) }
        if let fence, let culprit { tellFence(culprit.label, fence) }
        for waiter in waiters { waiter.settle(.look) }
    }

    /// - Returns: the search for the call that did it, when several were in flight and some can be made again.
    func isGone(
        _ link: WorkerLink, _ ending: WorkerLink.Ending, _ words: String?, _ calls: [CallInFlight]
    ) -> CulpritSearch? {
        let id = link.entry.manifest.id
        let culprit = calls.count == 1 && !ending.isExhaustion ? calls.first : nil
        var events: [(PluginEvent.Kind, String)] = []
        var fence: FenceTable.Fence?
        if case .crashed = ending, culprit != nil { hasConvicts.store(true, ordering: .relaxed) }
        if let reason = ending.rejection, isRejected(link, reason + (words.map { "; last words: \($0)" } ?? "")) {
            return nil
        }
        let (waiters, farewells) = state.withLock { state -> ([OneShot<Wake>], [OneShot<Bool>]) in
            let wasCurrent = Self.isCurrent(link, state)
            state.leaving.removeAll { $0 === link }
            switch ending {
            case .crashed(let how):
                let tail = words.map { "; last words: \($0)" } ?? ""
                let story = "plugin \(id): \(how)"
                events.append((.crashed, story + tail))
                state.lastFailure = story
                state.lastWords = words
                if let culprit { fence = Self.suspect(&state, culprit.label, story) }
                guard wasCurrent else { break }
                events += Self.noteCrash(&state, link, story, surroundings.limits, isExplained: fence != nil)
            case .failed(let reason):
                events.append((.failed, "plugin \(id) cannot be loaded: \(reason)"))
                state.lastFailure = reason
                state.lastWords = words
                if wasCurrent {
                    let moment = Deadline(at: state.policy.failed(at: clinux_monotonic_ns()))
                    state.condition = .waiting(notBefore: moment, failure: reason)
                }
            case .refused(let reason):
                events.append((.refused, "plugin \(id) is refused: \(reason)"))
                if wasCurrent { state.condition = .refused("plugin \(id) is refused: \(reason)") }
            case .condemned: state.lastWords = words ?? state.lastWords
            case .stopped:
                events.append((.stopped, "plugin \(id): its worker ended"))
                if wasCurrent { state.condition = .idle }
            }
            let farewells = state.leaving.isEmpty ? state.farewells : []
            if state.leaving.isEmpty { state.farewells = [] }
            return (Self.takeWaiters(&state), farewells)
        }
        for event in events { tell(event.0, link, event.1, culprit) }
        if let fence, let culprit { tellFence(culprit.label, fence) }
        let search = search(link, ending, calls)
        for waiter in waiters { waiter.settle(.look) }
        for farewell in farewells { farewell.settle(true) }
        return search
    }

    private func search(_ link: WorkerLink, _ ending: WorkerLink.Ending, _ calls: [CallInFlight]) -> CulpritSearch? {
        guard case .crashed(let how) = ending, link.isolation == .process else { return nil }
        let witnesses = calls.count { $0.isWitness }
        // Who meets a limit need not be who ate what was there.
        guard calls.count > 1 || ending.isExhaustion, witnesses > 0 else { return nil }
        let entry = entry
        return CulpritSearch(
            slot: self, entry: entry, story: how, witnesses: witnesses,
            changes: calls.filter { $0.function.isMutating }.map { "\($0.function.name) of \($0.label)" })
    }

    private static func isCurrent(_ link: WorkerLink, _ state: State) -> Bool {
        switch state.condition {
        case .starting(let current), .serving(let current): current === link
        default: false
        }
    }

    /// Counts a crash and sets what follows.
    /// - Parameter isExplained: a device was fenced off for it, so it does not count against the plugin.
    /// - Returns: what is to be told beside the crash.
    private static func noteCrash(
        _ state: inout State, _ link: WorkerLink, _ story: String, _ limits: PluginLimits, isExplained: Bool = false
    ) -> [(PluginEvent.Kind, String)] {
        state.crashes += 1
        if let story = rollBack(&state, link, limits) { return [(.rolledBack, story)] }
        let now = clinux_monotonic_ns()
        guard !isExplained else {
            state.condition = .waiting(notBefore: .after(.milliseconds(200)), failure: nil)
            return []
        }
        switch state.policy.crashed(at: now) {
        case .restart(let moment):
            state.condition = .waiting(notBefore: Deadline(at: moment), failure: nil)
            return []
        case .quarantine:
            let id = state.entry.manifest.id
            let reason =
                "plugin \(id) is quarantined: it crashed \(RestartPolicy.tooMany) times in "
                + "\(RestartPolicy.window / 60_000_000_000) minutes; replace its library to use it again"
            state.condition = .quarantined(reason)
            return [(.quarantined, "\(reason) (last: \(story))")]
        }
    }

    private static func takeWaiters(_ state: inout State) -> [OneShot<Wake>] {
        defer { state.waiters = [] }
        return state.waiters
    }

    /// Tells each gap once for a plugin: whoever relies on a rule must know when it is not there.
    private func noteConfinement(_ link: WorkerLink, _ introduction: WorkerIntroduction) {
        var confinement = introduction.confinement
        if surroundings.isolation == .inProcess {
            confinement.missing = ["everything: the plugin runs in the host's own process"]
        } else if link.grant == nil {
            confinement.missing = ["everything: the host's configuration says so"]
        }
        let isNews = state.withLock { state in
            defer { state.confinement = confinement }
            return state.confinement?.missing != confinement.missing
        }
        guard isNews, !confinement.missing.isEmpty else { return }
        let gaps = confinement.missing.joined(separator: "; ")
        tell(.unconfined, link, "plugin \(link.entry.manifest.id) is not confined in \(gaps)")
    }

    static func name(_ link: WorkerLink) -> String { link.pid.map { "worker \($0)" } ?? "a thread of this process" }

    func tell(_ kind: PluginEvent.Kind, _ link: WorkerLink, _ message: String, _ culprit: CallInFlight? = nil) {
        let label = culprit.map(\.label) ?? ""
        surroundings.tell(
            PluginEvent(
                kind: kind, plugin: link.entry.manifest.id, pid: link.pid, device: label.isEmpty ? device : label,
                function: culprit?.function.name, message: message))
    }
}

extension WorkerLink.Ending {
    /// It ran out of memory or descriptors, which may have gone bit by bit in other calls.
    fileprivate var isExhaustion: Bool {
        guard case .crashed(let how) = self else { return false }
        return WorkerProcess.exhaustions.contains { how.contains($0) }
    }

    /// Why a library that is being tried is not used.
    fileprivate var rejection: String? {
        switch self {
        case .refused(let reason), .failed(let reason), .crashed(let reason): reason
        case .condemned, .stopped: "its worker ended"
        }
    }
}
