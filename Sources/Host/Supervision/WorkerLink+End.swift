// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginWire
private import Synchronization

/// Deadlines, replacement and the end of a worker.
extension WorkerLink {
    /// Does what is due: cancels late calls, gives a hung worker up, kills what should have ended.
    func keepTime() {
        let now = Deadline.now
        var hung: [CallInFlight] = []
        var isMute = false
        state.withLock { state in
            for (id, call) in state.calls {
                if now >= call.hangsAt {
                    hung.append(call)
                    state.calls[id] = nil
                } else if now >= call.deadline, !call.isCancelSent {
                    state.calls[id]?.isCancelSent = true
                    var frame = FrameEncoder(.cancel, call: id)
                    var bytes = frame.finish()
                    post(&bytes, passing: -1, &state)
                }
            }
            if case .starting = state.phase { isMute = now >= state.greetBy }
            if case .leaving(let killAt) = state.phase, now >= killAt { state.process?.signal(SIGKILL) }
        }
        if isMute { giveUp("the library took more than \(limits.startTime) to load") }
        if let first = hung.first {
            condemn(.hung, "did not return from \(first.function.name) in time", culprit: first)
            for call in hung { call.answer.settle(.failure(lateness(call))) }
        }
        rearm()
    }

    private func rearm() {
        state.withLock { state in
            var next: Deadline?
            func consider(_ moment: Deadline) { next = min(next ?? moment, moment) }
            for call in state.calls.values {
                consider(call.isCancelSent ? call.hangsAt : min(call.deadline, call.hangsAt))
            }
            switch state.phase {
            case .starting: consider(state.greetBy)
            case .leaving(let killAt): if !killAt.hasPassed { consider(killAt) }
            case .serving, .gone: break
            }
            state.armed = next
            _ = clinux_timerfd_set(timer, next.map { max(1, $0.at) } ?? 0)
        }
    }

    private func lateness(_ call: CallInFlight) -> DriverError {
        let wasCancelled = !call.deadline.hasPassed
        return DriverError(
            status: wasCancelled ? .cancelled : .timeout,
            message: "\(entry.manifest.id) did not return from \(call.function.name); its worker is replaced",
            retryable: !call.function.isMutating, maybeApplied: call.function.isMutating)
    }

    /// Replaces the worker: the owner sends no more calls here. A hung one gets a second to let its other calls end;
    /// one that floods is killed at once, and its calls fail.
    func condemn(_ kind: PluginEvent.Kind, _ what: String, culprit: CallInFlight? = nil) {
        let name = state.withLock { $0.process.map { "worker \($0.pid)" } ?? "its thread" }
        let story = "plugin \(entry.manifest.id): \(name) \(what) and is replaced"
        let failed = state.withLock { state -> [CallInFlight]? in
            if case .gone = state.phase { return nil }
            guard !state.isCondemned else { return nil }
            state.isCondemned = true
            state.reason = story
            let isPatient = kind == .hung
            state.phase = .leaving(killAt: isPatient ? .after(Self.killTime) : .now)
            state.process?.signal(isPatient ? SIGTERM : SIGKILL)
            defer { if !isPatient { state.calls = [:] } }
            return isPatient ? [] : Array(state.calls.values)
        }
        guard let failed else { return }
        clinux_eventfd_signal(wake)
        owner.isCondemned(self, kind, story, culprit)
        for call in failed { call.answer.settle(.failure(loss(call, story))) }
    }

    /// The library cannot be used.
    func giveUp(_ reason: String) {
        state.withLock { state in
            state.loadFailure = reason
            state.phase = .leaving(killAt: .now)
            state.process?.signal(SIGKILL)
        }
        clinux_eventfd_signal(wake)
    }

    /// The worker is to be gone by then.
    func leave(by moment: Deadline) {
        state.withLock { state in
            if case .leaving = state.phase { return }
            if state.endedBy == nil { state.endedBy = "closed its channel" }
            state.phase = .leaving(killAt: moment)
            arm(moment, &state)
        }
    }

    /// Judges how it came to the end.
    /// - Parameter exit: how the process ended, such as `died of SIGSEGV`.
    func ending(_ exit: String?) -> Ending {
        state.withLock { state in
            if let failure = state.loadFailure { return .failed(failure) }
            if state.isCondemned { return .condemned }
            if case .leaving = state.phase, state.endedBy == nil { return .stopped }
            let name = state.process.map { "worker \($0.pid)" } ?? "its thread"
            let functions = Set(state.calls.values.map(\.function.name)).sorted().prefix(4).joined(separator: ", ")
            var during = functions.isEmpty ? "while idle" : "during \(functions)"
            if !state.hasServed { during = "while loading" }
            return .crashed("\(name) \(exit ?? state.endedBy ?? "ended") \(during)")
        }
    }

    /// Tells the owner, and then everybody who still waits.
    func finish(_ ending: Ending, _ words: LastWords) {
        let (calls, descriptors, reason, line) = state.withLock { state in
            defer {
                state.calls = [:]
                state.outbox = []
                state.phase = .gone
            }
            let line = words.line.map { state.redactor.clean($0) }
            return (Array(state.calls.values), state.outbox.map(\.descriptor), state.reason, line)
        }
        for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
        let search = owner.isGone(self, ending, line, calls)
        var story = reason ?? "plugin \(entry.manifest.id): the worker ended"
        if case .crashed(let how) = ending { story = "plugin \(entry.manifest.id): \(how)" }
        for call in calls {
            let error = loss(call, story)
            guard let search, call.isWitness else {
                call.answer.settle(.failure(error))
                continue
            }
            call.answer.settle(.failure(CulpritSearch.Witness(search: search, function: call.function, error: error)))
        }
        state.withLock { $0.process = nil }
    }

    /// What a call gets whose worker is gone. A change is in doubt when the driver said that bytes were about to leave.
    private func loss(_ call: CallInFlight, _ story: String) -> DriverError {
        DriverError(
            status: .internal, message: story, retryable: !call.function.isMutating,
            maybeApplied: call.function.isMutating && call.sentBytes)
    }
}
