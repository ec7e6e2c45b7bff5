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
    let state = Mutex(State.idle)

    enum State {
        case idle
        case starting
        case stopped
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
    public var ports: PXEPorts? { nil }

    /// Opens all sockets, or none.
    ///
    /// Throws a ``PXEStartError`` that names the thing at fault and the fix.
    public func start() async throws(PXEStartError) {
    }

    /// Stops taking requests, lets running HTTP answers end for up to five seconds, and closes everything.
    public func stop() async {
    }

    /// Forgets a machine's lease, so that its address can go to another machine before the lease ends.
    ///
    /// Throws what the lease store throws; the lease then stays.
    public func forgetLease(of mac: MACAddress) async throws {
    }
}
