// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// DHCP, TFTP and HTTP boot services for the machines of a ``BootTable``.
///
/// *Isolation*: safe to use from any thread. Callbacks come from the services' own threads and must not block.
public final class PXEServer: Sendable {
    /// Answers requests under `/agent/` and `/hello/`.
    public typealias AgentHandler = @Sendable (AgentRequest) async -> AgentResponse
    /// Takes events, in order for each service.
    public typealias EventHandler = @Sendable (PXEEvent) -> Void

    /// The configuration that the services were made with.
    public let configuration: PXEConfiguration
    let table: BootTable
    let leaseStore: any LeaseStore
    let agentHandler: AgentHandler
    let eventHandler: EventHandler
    private let state = Mutex(State.idle)

    private enum State {
        case idle
        case starting
        case running(PXESockets)
    }

    /// Prepares the services; nothing is opened before ``start()``.
    public init(
        configuration: PXEConfiguration, table: BootTable, leaseStore: any LeaseStore,
        onAgentRequest: @escaping AgentHandler, onEvent: @escaping EventHandler
    ) {
        self.configuration = configuration
        self.table = table
        self.leaseStore = leaseStore
        agentHandler = onAgentRequest
        eventHandler = onEvent
    }

    /// The ports in use; nil while the services do not run.
    public var ports: PXEPorts? { running?.ports }

    /// Where machines find the services; nil while they do not run.
    public var site: BootSite? {
        ports.map { configuration.site(httpPort: $0.http) }
    }

    /// Opens all sockets, or none.
    ///
    /// Throws a ``PXEStartError`` that names the thing at fault and the fix.
    public func start() async throws(PXEStartError) {
        let mayStart = state.withLock { state in
            guard case .idle = state else { return false }
            state = .starting
            return true
        }
        guard mayStart else { throw .alreadyStarted }
        do throws(PXEStartError) {
            let sockets = try await PXESockets.open(for: self)
            state.withLock { $0 = .running(sockets) }
        } catch {
            state.withLock { $0 = .idle }
            throw error
        }
    }

    /// Stops taking requests, lets running HTTP answers end for up to five seconds, and closes everything.
    public func stop() async {
        let sockets = state.withLock { state -> PXESockets? in
            guard case .running(let sockets) = state else { return nil }
            state = .idle
            return sockets
        }
        await sockets?.close()
    }

    /// Ends and forgets a machine's lease, so that its address can go to another machine at once.
    ///
    /// Throws what the lease store throws; the lease then stays. Does nothing while the services do not run.
    public func forgetLease(of mac: MACAddress) async throws {
        guard let running else { return }
        guard var lease = try await running.lease(of: mac) else { return }
        let now = Timestamp.now()
        if lease.expires > now {
            lease.expires = now
            try await leaseStore.save([lease])
        }
        try await running.forget(mac)
    }

    private var running: PXESockets? {
        state.withLock { if case .running(let sockets) = $0 { sockets } else { nil } }
    }
}
