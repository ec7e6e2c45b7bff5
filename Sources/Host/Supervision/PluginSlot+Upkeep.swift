// SPDX-License-Identifier: Apache-2.0
private import Synchronization

extension PluginSlot {
    /// Ends the plugin's workers and takes no calls any more.
    func shutDown() async {
        for child in children { await child.shutDown() }
        let farewell = OneShot<Bool>()
        let (links, waiters) = state.withLock { state -> ([WorkerLink], [OneShot<Wake>]) in
            switch state.condition {
            case .starting(let link), .serving(let link): state.leaving.append(link)
            default: break
            }
            state.condition = .shutDown
            if let candidate = state.candidate { state.leaving.append(candidate) }
            state.candidate = nil
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
        let children = children
        var status = PluginStatus(
            id: state.entry.manifest.id, directory: state.entry.directory, manifest: state.entry.manifest,
            state: shown, pid: link?.pid, crashes: state.crashes, restarts: max(0, state.starts - 1),
            lastFailure: state.lastFailure, lastWords: state.lastWords)
        status.confinement = state.confinement
        status.workers = ([link].compactMap { $0 } + state.leaving).compactMap { worker in
            worker.pid.map {
                PluginWorkerStatus(
                    pid: $0, version: worker.entry.manifest.version, device: device, isLeaving: worker !== link)
            }
        }
        for child in children.map(\.status) { status.add(child) }
        return status
    }
}

extension PluginStatus {
    /// Takes in what is known of one device's worker.
    fileprivate mutating func add(_ device: PluginStatus) {
        crashes += device.crashes
        restarts += device.restarts
        workers += device.workers
        confinement = confinement ?? device.confinement
        lastFailure = device.lastFailure ?? lastFailure
        lastWords = device.lastWords ?? lastWords
        guard state == .discovered else { return }
        if device.state == .running || device.state == .starting { state = device.state }
        pid = pid ?? device.pid
    }
}
