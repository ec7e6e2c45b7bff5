// SPDX-License-Identifier: Apache-2.0
public import BMCModel
public import NIOCore
public import NIOPosix
internal import Synchronization

/// A simulated BMC that speaks IPMI 2.0 over RMCP+ on a UDP port.
public final class IPMIServer: Sendable {
    /// The UDP port that it listens on.
    public let port: Int
    public let configuration: Configuration
    /// The machine behind it, with its faults.
    public let machine: FaultyChassis
    private let endpoint: SharedEndpoint
    private let channel: any Channel

    /// What goes wrong; may be changed while it runs.
    public var faults: FaultInjector { machine.faults }

    /// What it has seen and done up to now.
    public var statistics: IPMIStatistics {
        endpoint.state.withLock { state in
            state.core.expireSessions(at: machine.chassis.now)
            return state.core.statistics
        }
    }

    private init(port: Int, _ configuration: Configuration, endpoint: SharedEndpoint, channel: any Channel) {
        self.port = port
        self.configuration = configuration
        self.endpoint = endpoint
        self.channel = channel
        machine = endpoint.machine
    }

    /// Opens the port and answers on it.
    ///
    /// - Throws: `IPMIServerError` when the address is none, or the port cannot be bound.
    public static func start(
        _ configuration: Configuration, chassis: SharedChassis, faults: FaultInjector = FaultInjector(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(IPMIServerError) -> IPMIServer {
        try await start(configuration, machine: FaultyChassis(chassis, faults: faults), group: group)
    }

    /// The same for a machine that other protocols share, faults included.
    public static func start(
        _ configuration: Configuration, machine: FaultyChassis,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(IPMIServerError) -> IPMIServer {
        let endpoint = SharedEndpoint(configuration, machine: machine)
        let channel = try await open(configuration, endpoint: endpoint, group: group)
        let port = channel.localAddress?.port ?? configuration.port
        endpoint.state.withLock { $0.core.port = UInt16(clamping: port) }
        return IPMIServer(port: port, configuration, endpoint: endpoint, channel: channel)
    }

    /// Where free ports are looked for first: libipmiconsole takes no port above 32767.
    private static let freePorts = 10_000...32_767

    private static func open(
        _ configuration: Configuration, endpoint: SharedEndpoint, group: any EventLoopGroup
    ) async throws(IPMIServerError) -> any Channel {
        let bootstrap = DatagramBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(IPMIChannelHandler(endpoint))
            }
        }
        if configuration.port == 0 {
            for _ in 0..<64 {
                guard
                    let address = try? SocketAddress(
                        ipAddress: configuration.host, port: Int.random(in: freePorts)),
                    let channel = try? await bootstrap.bind(to: address).get()
                else { continue }
                return channel
            }
        }
        do {
            return try await bootstrap.bind(
                to: SocketAddress(ipAddress: configuration.host, port: configuration.port)
            ).get()
        } catch {
            throw IPMIServerError(host: configuration.host, port: configuration.port, reason: "\(error)")
        }
    }

    /// Closes the port; what was under way is lost.
    public func stop() async {
        try? await channel.close().get()
    }

    /// Stops listening as a BMC does that has lost its power: at once, and without anybody waiting for it.
    public func vanish() { channel.close(promise: nil) }
}

/// Why a BMC cannot be started.
public struct IPMIServerError: Error, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    public let reason: String
    public var description: String { "the BMC cannot listen on \(host), port \(port): \(reason)" }
}

/// A BMC's state, shared by its channel and those who ask for its statistics.
final class SharedEndpoint: Sendable {
    let machine: FaultyChassis
    let backend: (any ConsoleBackend)?
    let state: Mutex<BMCEndpoint>

    init(_ configuration: IPMIServer.Configuration, machine: FaultyChassis) {
        self.machine = machine
        if case .backend(let backend) = configuration.console { self.backend = backend } else { backend = nil }
        state = Mutex(BMCEndpoint(configuration, chassis: machine))
    }
}
