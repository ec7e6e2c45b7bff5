// SPDX-License-Identifier: Apache-2.0
public import BMCModel
import NIOCore
import NIOPosix
import Synchronization

/// The practice BMC: a machine behind the line protocol of `docs/line-protocol.md`, over TCP.
public final class LineServer: Sendable {
    /// Where it listens, and whom and what it allows.
    public struct Configuration: Sendable {
        public var host: String
        /// 0 takes any free port.
        public var port: Int
        public var user: String
        public var password: String
        public var privilege: LinePrivilege
        /// Sessions at a time; more are answered busy.
        public var sessionLimit: Int
        /// The power actions this machine has.
        public var actions: [PowerAction]
        /// The boot targets this machine has.
        public var targets: [BootTarget]
        /// Answers instead of the BMC: given a request, the answer without its newline; nil leaves it to the BMC.
        public var requestOverride: (@Sendable (String) -> String?)?

        public init(
            host: String = "127.0.0.1", port: Int = 0, user: String = "admin", password: String = "secret",
            privilege: LinePrivilege = .admin, sessionLimit: Int = 4, actions: [PowerAction] = PowerAction.allCases,
            targets: [BootTarget] = [.none, .pxe, .disk, .cd, .setup, .http, .usb],
            requestOverride: (@Sendable (String) -> String?)? = nil
        ) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
            self.privilege = privilege
            self.sessionLimit = sessionLimit
            self.actions = actions
            self.targets = targets
            self.requestOverride = requestOverride
        }
    }

    /// The port it listens on.
    public let port: Int
    private let bmc: LineBMC
    private let listener: any Channel

    private init(_ bmc: LineBMC, _ listener: any Channel, port: Int) {
        self.bmc = bmc
        self.listener = listener
        self.port = port
    }

    /// Listens for connections.
    /// - Throws: the error of the socket when host or port cannot be had.
    public static func start(
        _ configuration: Configuration, chassis: SharedChassis, faults: FaultInjector = FaultInjector()
    ) async throws -> LineServer {
        try await start(configuration, machine: FaultyChassis(chassis, faults: faults))
    }

    /// Listens for connections to a BMC that may speak other protocols too.
    /// - Throws: the error of the socket when host or port cannot be had.
    public static func start(_ configuration: Configuration, machine: FaultyChassis) async throws -> LineServer {
        let bmc = LineBMC(configuration, machine)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineConnection(LineSession(bmc)))
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
        return LineServer(bmc, listener, port: listener.localAddress?.port ?? configuration.port)
    }

    /// What clients have done so far.
    public var statistics: LineStatistics { bmc.statistics }

    /// What goes wrong; may be changed while it runs.
    public var faults: FaultInjector { bmc.faults }

    /// The machine behind it.
    public var chassis: SharedChassis { bmc.machine.chassis }

    /// Gives up the port and ends every connection.
    public func stop() async {
        try? await listener.close().get()
        await bmc.connections.closeAll()
    }
}
