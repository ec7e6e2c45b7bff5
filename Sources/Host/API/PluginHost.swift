// SPDX-License-Identifier: Apache-2.0
public import Logging
private import Synchronization

/// The plugins of this process: found by their manifests, loaded when first needed, each in a worker of its own.
public final class PluginHost: Sendable {
    public struct Configuration: Sendable {
        /// Each holds one directory per plugin, named by its id. The first plugin of an id wins.
        public var directories: [String]
        /// The executable `ingot-worker`.
        public var workerPath: String
        public var isolation: Isolation
        public var limits: PluginLimits
        /// Gets every call with every byte on the wire; nil leaves the bytes in the workers. Called on the threads of
        /// workers and callers, must not block, and must not call the host.
        public var tracer: (@Sendable (CallTrace) -> Void)?

        public init(
            directories: [String], workerPath: String, isolation: Isolation = .process,
            limits: PluginLimits = PluginLimits(), tracer: (@Sendable (CallTrace) -> Void)? = nil
        ) {
            self.directories = directories
            self.workerPath = workerPath
            self.isolation = isolation
            self.limits = limits
            self.tracer = tracer
        }
    }

    private struct State {
        var slots: [String: PluginSlot] = [:]
        var refused: [PluginStatus] = []
        var isShutDown = false
    }

    private let configuration: Configuration
    private let surroundings: PluginSlot.Surroundings
    private let state = Mutex(State())

    /// Finds the plugins; loads nothing and starts nothing.
    /// - Parameter onEvent: called on the threads of workers; must not block.
    public init(
        configuration: Configuration, logger: Logger, onEvent: @escaping @Sendable (PluginEvent) -> Void
    ) {
        self.configuration = configuration
        surroundings = PluginSlot.Surroundings(
            workerPath: configuration.workerPath, isolation: configuration.isolation, limits: configuration.limits,
            logger: logger, tracer: configuration.tracer,
            tell: { event in
                logger.log(level: event.kind.level, "\(event.message)")
                onEvent(event)
            })
        rescan()
    }

    /// Looks through the directories again. A plugin whose library was replaced moves to a new worker; its old one
    /// finishes the calls it has.
    public func rescan() {
        let findings = Catalogue.scan(configuration.directories)
        var known = state.withLock { $0.slots }
        var refused: [PluginStatus] = []
        for finding in findings {
            switch finding.result {
            case .success(let entry):
                if let slot = known[entry.manifest.id] {
                    slot.update(entry)
                } else {
                    known[entry.manifest.id] = PluginSlot(entry: entry, surroundings: surroundings)
                }
            case .failure(let refusal):
                refused.append(
                    PluginStatus(
                        id: finding.id, directory: finding.directory, manifest: nil,
                        state: .refused(reason: refusal.reason), pid: nil, crashes: 0, restarts: 0, lastFailure: nil,
                        lastWords: nil))
            }
        }
        let news = state.withLock { state -> [PluginStatus] in
            for (id, slot) in known where state.slots[id] == nil { state.slots[id] = slot }
            let told = Set(state.refused.map { "\($0.directory)\n\($0.state.reason ?? "")" })
            state.refused = refused
            return refused.filter { !told.contains("\($0.directory)\n\($0.state.reason ?? "")") }
        }
        for status in news {
            let message = "plugin \(status.id) is refused: \(status.state.reason ?? "")"
            surroundings.tell(PluginEvent(kind: .refused, plugin: status.id, pid: nil, message: message))
        }
    }

    /// Every plugin directory there is, in the order of ids: those in use and those refused, with the exact reason.
    public var plugins: [PluginStatus] {
        let (slots, refused) = state.withLock { (Array($0.slots.values), $0.refused) }
        return (slots.map(\.status) + refused).sorted { ($0.id, $0.directory) < ($1.id, $1.directory) }
    }

    /// A device of a driver. Checks the configuration against the driver's schema; does no I/O.
    /// - Parameters:
    ///   - name: for messages.
    ///   - driver: id of the plugin.
    ///   - configJSON: an object; members the schema marks writeOnly are taken out of it and treated as secrets.
    ///   - secrets: further secrets by name; they win over those in `configJSON`.
    /// - Throws: `DriverError` that names the plugin's trouble, or the JSON path of what is wrong.
    public func device(
        name: String, driver: String, configJSON: String, secrets: [String: Secret] = [:]
    ) throws -> Device {
        let slot = try slot(driver, for: "ingot.driver/1")
        let configuration = try DeviceConfiguration(text: configJSON, secrets: secrets, schema: slot.entry.schema)
        let own = slot.slot(forDevice: name)
        own.admit(configuration.needs)
        return Device(name: name, slot: own, configuration: configuration)
    }

    /// An installer profile by the id of its plugin.
    /// - Throws: `DriverError` that names the plugin's trouble.
    public func installer(_ id: String) throws -> Installer {
        Installer(id: id, slot: try slot(id, for: "ingot.installer/1"))
    }

    /// Reads a plugin's directory again and moves its devices to a new worker, also when its library is the same. Lifts
    /// a quarantine. Calls that run, and open consoles, stay with the old worker until they are over.
    /// - Throws: `DriverError` with the reason when the plugin is not acceptable or its new worker does not serve; the
    ///   old one goes on then.
    public func reload(_ id: String) async throws -> PluginStatus {
        let slot = try slot(id)
        let entry: CatalogueEntry
        do { entry = try CatalogueEntry(directory: slot.entry.directory) } catch {
            throw DriverError(status: .invalid, message: "plugin \(id) is refused: \(error)")
        }
        let outcome = PluginSlot.Outcome()
        guard slot.update(entry, isForced: true, outcome: outcome) else {
            throw DriverError(status: .state, message: "plugin \(id) is being replaced already", retryable: true)
        }
        if let reason = await outcome.value() {
            throw DriverError(status: .internal, message: "plugin \(id) goes on as it was: \(reason)")
        }
        return slot.status
    }

    /// Ends every worker, after it closed its devices, and refuses calls from now on.
    public func shutdown() async {
        let slots = state.withLock { state in
            state.isShutDown = true
            return Array(state.slots.values)
        }
        await withTaskGroup(of: Void.self) { group in
            for slot in slots { group.addTask { await slot.shutDown() } }
        }
    }

    private func slot(_ id: String, for interface: String) throws(DriverError) -> PluginSlot {
        let slot = try slot(id)
        guard slot.entry.manifest.extensions.contains(interface) else {
            throw DriverError(
                status: .invalid, message: "plugin \(id) has no \(interface)", detailJSON: #"{"field":"driver"}"#)
        }
        return slot
    }

    private func slot(_ id: String) throws(DriverError) -> PluginSlot {
        let (slot, refused, isShutDown) = state.withLock { state in
            (state.slots[id], state.refused.first { $0.id == id }, state.isShutDown)
        }
        guard !isShutDown else { throw DriverError(status: .state, message: "the plugin host is shut down") }
        guard let slot else {
            let why = refused?.state.reason.map { "plugin \(id) is refused: \($0)" }
            throw DriverError(
                status: .invalid, message: why ?? "there is no plugin \(id)", detailJSON: #"{"field":"driver"}"#)
        }
        return slot
    }
}

extension PluginEvent.Kind {
    fileprivate var level: Logger.Level {
        switch self {
        case .started, .stopped, .upgraded: .info
        case .refused, .hung, .unconfined: .warning
        case .failed, .crashed, .flooded, .quarantined, .culprit, .fenced, .rolledBack: .error
        }
    }
}
