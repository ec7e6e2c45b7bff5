// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import Logging
internal import PluginWire
internal import PluginWorker
internal import Synchronization

/// One worker and the thread that listens to it. Lives from the decision to start a worker until it is gone.
final class WorkerLink: Sendable {
    /// How a worker came to its end.
    enum Ending: Sendable {
        /// The library or its directory is not acceptable any more.
        case refused(String)
        /// No process, or the library cannot be loaded.
        case failed(String)
        /// It died by itself.
        case crashed(String)
        /// It was replaced, for the reason told before.
        case condemned
        /// The host asked it to end.
        case stopped
    }

    /// What a link tells its owner, from the link's own thread.
    struct Owner: Sendable {
        var isReady: @Sendable (WorkerLink, WorkerIntroduction) -> Void
        var isCondemned: @Sendable (WorkerLink, PluginEvent.Kind, String, _ culprit: CallInFlight?) -> Void
        /// With the calls that were in flight; answers the search for the one that did it, if there is to be one.
        var isGone: @Sendable (WorkerLink, Ending, _ lastWords: String?, [CallInFlight]) -> CulpritSearch?
    }

    /// The worker cannot take calls; this one was not sent.
    struct Unavailable: Error {}

    enum Phase {
        case starting
        case serving
        /// Ends after its calls, or when it is killed at this moment.
        case leaving(killAt: Deadline)
        case gone
    }

    struct State {
        var phase = Phase.starting
        var channel: FrameChannel?
        var process: WorkerProcess?
        var calls: [UInt64: CallInFlight] = [:]
        var nextCall: UInt64 = 1
        /// Frames that did not fit the socket yet, each with its own copy of a descriptor to send along, or -1.
        var outbox: [(frame: [UInt8], descriptor: Int32)] = []
        var armed: Deadline?
        var greetBy: Deadline
        var hasServed = false
        var isCondemned = false
        /// What is told to calls that end with this worker.
        var reason: String?
        /// Why the library cannot be used, once that is known.
        var loadFailure: String?
        /// What the worker did that its exit status does not tell.
        var endedBy: String?
        var redactor = Redactor()
        /// Calls the plugin returned from.
        var answered = 0
        var consoles: [OpenConsole] = []
    }

    /// How long after its deadline a call may take to return.
    static let grace = Duration.seconds(1)
    /// How long a cancelled call may take to return, before the grace.
    static let cancelTime = Duration.seconds(4)
    /// Between SIGTERM and SIGKILL.
    static let killTime = Duration.seconds(1)

    let entry: CatalogueEntry
    let workerPath: String
    let isolation: Isolation
    let limits: PluginLimits
    let logger: Logger
    let owner: Owner
    let tracer: (@Sendable (CallTrace) -> Void)?
    /// What the worker keeps the plugin to; nil for nothing.
    let grant: WorkerGrant?
    let wake: Int32
    let timer: Int32
    let state: Mutex<State>

    init(
        entry: CatalogueEntry, workerPath: String, isolation: Isolation, limits: PluginLimits, logger: Logger,
        owner: Owner, tracer: (@Sendable (CallTrace) -> Void)? = nil, grant: WorkerGrant? = nil
    ) {
        self.entry = entry
        self.workerPath = workerPath
        self.isolation = isolation
        self.limits = limits
        self.logger = logger
        self.owner = owner
        self.tracer = tracer
        self.grant = grant
        wake = clinux_eventfd()
        timer = clinux_timerfd()
        state = Mutex(State(greetBy: .after(limits.startTime)))
    }

    deinit {
        close(wake)
        close(timer)
    }

    /// Starts the thread that starts the worker.
    /// - Returns: false when there is no thread or descriptor left; nothing is told to the owner then.
    func start() -> Bool {
        guard wake >= 0, timer >= 0 else { return false }
        return WorkerThread.start(name: "ingot-host") { self.run() }
    }

    var pid: Int32? { state.withLock { $0.process?.pid } }

    /// Makes a call and waits for its end. A cancelled task cancels the call.
    /// - Throws: `DriverError`, or `Unavailable` when the call was not sent.
    func call(_ call: WorkerCall) async throws -> WorkerReply {
        let answer = OneShot<Result<WorkerReply, any Error>>()
        let id = try send(call, answer)
        return try await withTaskCancellationHandler {
            try await answer.value().get()
        } onCancel: {
            cancel(id)
        }
    }

    private func send(_ call: WorkerCall, _ answer: OneShot<Result<WorkerReply, any Error>>) throws -> UInt64 {
        try state.withLock { state in
            guard case .serving = state.phase else { throw Unavailable() }
            let id = state.nextCall
            var frames: [[UInt8]]
            do throws(FrameError) { frames = try call.frames(id: id) } catch {
                throw DriverError(status: .invalid, message: "secrets and operation id are too long for one call")
            }
            state.nextCall += 1
            state.redactor.learn(call.secrets.values)
            state.calls[id] = CallInFlight(
                function: call.function, device: call.device, answer: answer, label: call.label,
                isWitness: call.isWitness, deadline: call.deadline, hangsAt: call.deadline + Self.grace)
            for index in frames.indices {
                post(&frames[index], passing: index == 0 ? call.descriptor : -1, &state)
            }
            arm(call.deadline, &state)
            trace(call, id)
            return id
        }
    }

    /// Tells the worker to give a call up.
    private func cancel(_ id: UInt64) {
        state.withLock { state in
            guard var call = state.calls[id], !call.isCancelSent else { return }
            call.isCancelSent = true
            call.hangsAt = min(call.hangsAt, .after(Self.cancelTime + Self.grace))
            state.calls[id] = call
            var frame = FrameEncoder(.cancel, call: id)
            var bytes = frame.finish()
            post(&bytes, passing: -1, &state)
            arm(call.hangsAt, &state)
        }
    }

    /// Asks the worker to close everything and end. Calls in flight are cancelled.
    func sayGoodbye() {
        state.withLock { state in
            guard case .serving = state.phase else {
                if case .starting = state.phase {
                    state.phase = .leaving(killAt: .now)
                    clinux_eventfd_signal(wake)
                }
                return
            }
            let killAt = Deadline.after(.seconds(4))
            state.phase = .leaving(killAt: killAt)
            state.reason = "the host ends the worker"
            var frame = FrameEncoder(.goodbye)
            var bytes = frame.finish()
            post(&bytes, passing: -1, &state)
            arm(killAt, &state)
        }
    }

    /// Whether no call is in flight.
    var isIdle: Bool { state.withLock { $0.calls.isEmpty } }

    /// Whether it takes calls.
    var isServing: Bool {
        state.withLock { state in
            if case .serving = state.phase { true } else { false }
        }
    }

    /// Calls the plugin returned from.
    var answered: Int { state.withLock { $0.answered } }

    /// Whether somebody has a console open that the plugin serves.
    var hasConsole: Bool {
        state.withLock { state in
            state.consoles.removeAll { !$0.isOpen }
            return !state.consoles.isEmpty
        }
    }

    /// Sends a frame now, or leaves it to the thread when the socket is full. Overwrites it once it is sent.
    func post(_ frame: inout [UInt8], passing descriptor: Int32, _ state: inout State) {
        if state.outbox.isEmpty, let channel = state.channel {
            let error = channel.send(frame, passing: descriptor, nonblocking: true)
            // Any other error means that the worker is gone, which the thread is about to see.
            guard error == EAGAIN else {
                for index in frame.indices { frame[index] = 0 }
                return
            }
        }
        state.outbox.append((frame, descriptor >= 0 ? clinux_duplicate(descriptor) : -1))
        clinux_eventfd_signal(wake)
    }

    /// Sees to it that the thread wakes up at a moment, if it would not before.
    func arm(_ moment: Deadline, _ state: inout State) {
        if let armed = state.armed, armed <= moment { return }
        state.armed = moment
        _ = clinux_timerfd_set(timer, max(1, moment.at))
    }
}
