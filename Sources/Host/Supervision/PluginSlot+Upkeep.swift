// SPDX-License-Identifier: Apache-2.0
private import Synchronization

extension PluginSlot {
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

    /// Takes a new manifest. With another library, new calls go to a new worker; the old one ends its calls first.
    @discardableResult
    func update(_ entry: CatalogueEntry) -> Bool {
        let (isNew, retired) = state.withLock { state -> (Bool, WorkerLink?) in
            let wasRefused = if case .refused = state.condition { true } else { false }
            let isSame = state.entry.manifest.sha256 == entry.manifest.sha256
            guard !isSame || wasRefused else { return (false, nil) }
            if case .shutDown = state.condition { return (false, nil) }
            state.entry = entry
            state.policy = RestartPolicy()
            state.introduction = nil
            var retired: WorkerLink?
            switch state.condition {
            case .starting(let link), .serving(let link):
                retired = link
                state.leaving.append(link)
            default: break
            }
            state.condition = .idle
            return (true, retired)
        }
        if let retired { drain(retired) }
        return isNew
    }

    /// Lets a worker finish what it has, for at most a quarter of an hour, and then end.
    private func drain(_ link: WorkerLink) {
        Task {
            let limit = Deadline.after(.seconds(900))
            while !link.isIdle, !limit.hasPassed { try? await Task.sleep(for: .milliseconds(200)) }
            link.sayGoodbye()
        }
    }

    /// Ends the plugin's workers and takes no calls any more.
    func shutDown() async {
        let farewell = OneShot<Bool>()
        let (links, waiters) = state.withLock { state -> ([WorkerLink], [OneShot<Wake>]) in
            switch state.condition {
            case .starting(let link), .serving(let link): state.leaving.append(link)
            default: break
            }
            state.condition = .shutDown
            if state.leaving.isEmpty { farewell.settle(true) } else { state.farewells.append(farewell) }
            defer { state.waiters = [] }
            return (state.leaving, state.waiters)
        }
        for waiter in waiters { waiter.settle(.look) }
        for link in links { link.sayGoodbye() }
        _ = await farewell.value()
    }

    /// How the plugin is now.
    var status: PluginStatus {
        let (state, link) = state.withLock { state -> (State, WorkerLink?) in
            switch state.condition {
            case .starting(let link), .serving(let link): (state, link)
            default: (state, nil)
            }
        }
        let shown: PluginStatus.State =
            switch state.condition {
            case .idle, .shutDown: .discovered
            case .starting: .starting
            case .serving: .running
            case .waiting(let moment, nil): .restarting(milliseconds: Int(moment.remaining.nanoseconds / 1_000_000))
            case .waiting(_, let failure?): .failed(reason: failure)
            case .quarantined(let reason): .quarantined(reason: reason)
            case .refused(let reason): .refused(reason: reason)
            }
        return PluginStatus(
            id: state.entry.manifest.id, directory: state.entry.directory, manifest: state.entry.manifest,
            state: shown, pid: link?.pid, crashes: state.crashes, restarts: max(0, state.starts - 1),
            lastFailure: state.lastFailure, lastWords: state.lastWords)
    }
}
