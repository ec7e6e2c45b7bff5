// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Synchronization

/// What a slot does when its workers come and go. Called on the workers' threads.
extension PluginSlot {
    func isReady(_ link: WorkerLink, _ introduction: WorkerIntroduction) {
        let waiters = state.withLock { state -> [OneShot<Wake>]? in
            guard case .starting(let current) = state.condition, current === link else { return nil }
            state.condition = .serving(link)
            state.introduction = introduction
            state.policy.served()
            return Self.takeWaiters(&state)
        }
        guard let waiters else { return link.sayGoodbye() }
        let name = link.pid.map { "worker \($0)" } ?? "a thread of this process"
        tell(.started, link, "plugin \(link.entry.manifest.id): \(name) serves \(link.entry.manifest.version)")
        for waiter in waiters { waiter.settle(.look) }
    }

    func isCondemned(_ link: WorkerLink, _ kind: PluginEvent.Kind, _ story: String) {
        let (waiters, quarantine) = state.withLock { state -> ([OneShot<Wake>], String?) in
            state.lastFailure = story
            guard Self.isCurrent(link, state) else { return ([], nil) }
            state.leaving.append(link)
            // A hang is the matter of one device; only what the plugin does by itself counts as a crash.
            if kind == .hung {
                state.condition = .idle
            } else {
                return (Self.takeWaiters(&state), Self.noteCrash(&state, story))
            }
            return (Self.takeWaiters(&state), nil)
        }
        tell(kind, link, story)
        if let quarantine { tell(.quarantined, link, quarantine) }
        for waiter in waiters { waiter.settle(.look) }
    }

    func isGone(_ link: WorkerLink, _ ending: WorkerLink.Ending, _ words: String?) {
        let id = link.entry.manifest.id
        var events: [(PluginEvent.Kind, String)] = []
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
                if wasCurrent, let quarantine = Self.noteCrash(&state, story) {
                    events.append((.quarantined, quarantine))
                }
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
        for event in events { tell(event.0, link, event.1) }
        for waiter in waiters { waiter.settle(.look) }
        for farewell in farewells { farewell.settle(true) }
    }

    private static func isCurrent(_ link: WorkerLink, _ state: State) -> Bool {
        switch state.condition {
        case .starting(let current), .serving(let current): current === link
        default: false
        }
    }

    /// Counts a crash and sets what follows.
    /// - Returns: the story when it was one too many.
    private static func noteCrash(_ state: inout State, _ story: String) -> String? {
        state.crashes += 1
        switch state.policy.crashed(at: clinux_monotonic_ns()) {
        case .restart(let moment):
            state.condition = .waiting(notBefore: Deadline(at: moment), failure: nil)
            return nil
        case .quarantine:
            let id = state.entry.manifest.id
            let reason =
                "plugin \(id) is quarantined: it crashed \(RestartPolicy.tooMany) times in "
                + "\(RestartPolicy.window / 60_000_000_000) minutes; replace its library to use it again"
            state.condition = .quarantined(reason)
            return "\(reason) (last: \(story))"
        }
    }

    private static func takeWaiters(_ state: inout State) -> [OneShot<Wake>] {
        defer { state.waiters = [] }
        return state.waiters
    }

    private func tell(_ kind: PluginEvent.Kind, _ link: WorkerLink, _ message: String) {
        surroundings.tell(PluginEvent(kind: kind, plugin: link.entry.manifest.id, pid: link.pid, message: message))
    }
}
