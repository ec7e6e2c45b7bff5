// SPDX-License-Identifier: Apache-2.0
internal import PluginWire
internal import Synchronization

/// One device behind a driver. Opened by its first call, and again when its worker was replaced or its session lost.
///
/// Calls wait for the one before, unless the driver lets them overlap; a call's deadline covers that wait. Every call
/// throws `DriverError`. Cancelling the task of a call cancels the call.
public final class Device: Sendable {
    public let name: String
    let slot: PluginSlot
    let configuration: DeviceConfiguration
    let gate = CallGate()
    private let session = Mutex<DeviceSession?>(nil)

    init(name: String, slot: PluginSlot, configuration: DeviceConfiguration) {
        self.name = name
        self.slot = slot
        self.configuration = configuration
    }

    deinit {
        guard let session = session.withLock({ $0 }) else { return }
        Task { await session.close(secrets: [:], until: .after(.seconds(5))) }
    }

    /// The driver's id.
    public var driver: String { slot.entry.manifest.id }

    /// The number of its present session, never used twice; nil while it is not open.
    var sessionNumber: UInt64? { session.withLock { $0?.id } }

    /// What the device can do today, as the driver's JSON.
    public func probe(deadline: Duration) async throws -> String {
        let reply = try await perform(.init(function: .driverProbe, deadline: .after(deadline)))
        guard let capabilities = reply.values("capabilities").last else { return "{}" }
        return String(decoding: capabilities, as: UTF8.self)
    }

    /// Reads the power state from the device.
    public func powerState(deadline: Duration) async throws -> PowerState {
        let reply = try await perform(.init(function: .powerGet, deadline: .after(deadline)))
        return PowerState(rawValue: reply.firstOut) ?? .unknown
    }

    /// Asks for a power action. Returning means the device took it, not that it is done.
    /// - Parameter operation: the same for every retry of one intent.
    public func setPower(_ action: PowerAction, operation: String, deadline: Duration) async throws {
        _ = try await perform(
            .init(function: .powerSet, deadline: .after(deadline), operation: operation, value: action.rawValue))
    }

    /// Reads the boot override back from the device.
    public func bootSetting(deadline: Duration) async throws -> BootSetting {
        let reply = try await perform(.init(function: .bootGet, deadline: .after(deadline)))
        return BootSetting(target: reply.firstOut, flags: reply.secondOut)
    }

    /// Sets the boot override.
    /// - Parameter operation: the same for every retry of one intent.
    public func setBoot(_ setting: BootSetting, operation: String, deadline: Duration) async throws {
        _ = try await perform(
            .init(
                function: .bootSet, deadline: .after(deadline), operation: operation, value: setting.target.rawValue,
                flags: setting.flags))
    }

    /// Ends the device's session after the calls before it. A later call opens the device again.
    public func close() async {
        let deadline = Deadline.after(.seconds(10))
        guard await gate.enter(.exclusive, until: deadline) == .granted else { return }
        defer { gate.leave() }
        await dropSession(until: .after(.seconds(5)))
    }

    // MARK: - One call

    /// Makes a call in the plugin's worker, on an open session.
    func perform(_ call: WorkerCall) async throws -> WorkerReply {
        try slot.checkFence(name)
        var call = call
        call.secrets = configuration.secrets
        call.label = name
        call.isWitness = call.function.isReplayable
        var unavailable: WorkerLink?
        var hasReopened = false
        while true {
            let link = try await slot.worker(until: call.deadline, otherThan: unavailable)
            do {
                let reply = try await perform(call, on: link)
                slot.noteAnswer(name)
                return reply
            } catch is WorkerLink.Unavailable {
                unavailable = link
            } catch let witness as CulpritSearch.Witness {
                if let reply = try await testify(witness, call) { return reply }
            } catch let error as DriverError where error.sessionLost {
                // A read may simply be made again; a change is the caller's decision.
                guard !call.function.isMutating, !hasReopened, !call.deadline.hasPassed else { throw error }
                hasReopened = true
            }
        }
    }

    private func perform(_ call: WorkerCall, on link: WorkerLink) async throws -> WorkerReply {
        let mayShare = slot.isConcurrent
        if mayShare {
            try await enter(.shared, call)
            if let session = session.withLock({ $0 }), session.link === link, !session.isLost {
                defer { gate.leave() }
                return try await invoke(call, session)
            }
            gate.leave()
        }
        try await enter(.exclusive, call)
        defer { gate.leave() }
        return try await invoke(call, try await open(on: link, until: call.deadline, isWitness: true))
    }

    func enter(_ mode: CallGate.Mode, _ call: WorkerCall) async throws {
        switch await gate.enter(mode, until: call.deadline) {
        case .granted: return
        case .late:
            throw DriverError(
                status: .timeout, message: "\(name): the deadline passed while an earlier call was running",
                retryable: true)
        case .cancelled: throw DriverError(status: .cancelled, message: "\(name): cancelled before it began")
        }
    }

    private func invoke(_ call: WorkerCall, _ session: DeviceSession) async throws -> WorkerReply {
        var call = call
        call.device = session.id
        do {
            return try await session.link.call(call)
        } catch let error as DriverError where error.sessionLost {
            self.session.withLock { if $0?.id == session.id { $0?.isLost = true } }
            throw error
        }
    }

    /// The session in this worker; opens one, and closes one that is lost, if need be. Only inside the gate.
    func open(
        on link: WorkerLink, until deadline: Deadline, isWitness: Bool = false
    ) async throws -> DeviceSession {
        if let current = session.withLock({ $0 }) {
            guard current.link !== link || current.isLost else { return current }
            // A worker that is being replaced keeps the session while somebody has a console open on it.
            if current.link === link || !current.link.hasConsole { await dropSession(until: deadline) }
        }
        let made = DeviceSession(link: link)
        var call = opening(until: deadline)
        call.device = made.id
        call.isWitness = isWitness
        _ = try await link.call(call)
        session.withLock { $0 = made }
        return made
    }

    /// The call that opens the device.
    func opening(until deadline: Deadline) -> WorkerCall {
        var call = WorkerCall(function: .driverOpen, deadline: deadline)
        call.argument = Array(configuration.json.utf8)
        call.secrets = configuration.secrets
        call.label = name
        return call
    }

    private func dropSession(until deadline: Deadline) async {
        let old = session.withLock { session in
            defer { session = nil }
            return session
        }
        await old?.close(secrets: configuration.secrets, until: deadline)
    }
}
