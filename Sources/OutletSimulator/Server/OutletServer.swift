// SPDX-License-Identifier: Apache-2.0
public import BMCModel
public import NIOCore
public import NIOPosix
internal import Synchronization

/// A simulated power distribution unit that is switched over SNMP versions 1 and 2c on a UDP port.
///
/// ```swift
/// let pdu = try await OutletServer.start(.init(), outlets: [5: machine]) { outlet, isOn in … }
/// ```
public final class OutletServer: Sendable {
    /// The UDP port that it listens on.
    public let port: Int
    public let configuration: Configuration
    private let pdu: SharedPDU
    private let channel: any Channel

    /// What goes wrong; may be changed while it runs.
    public var faults: FaultInjector { pdu.faults }

    /// What it has seen and done up to now.
    public var statistics: OutletStatistics { pdu.state.withLock { $0.agent.statistics } }

    /// What hangs on an outlet; nil when there is no such outlet.
    public func machine(at outlet: Int) -> FaultyChassis? {
        pdu.outlets.indices.contains(outlet - 1) ? pdu.outlets[outlet - 1] : nil
    }

    private init(port: Int, _ configuration: Configuration, pdu: SharedPDU, channel: any Channel) {
        self.port = port
        self.configuration = configuration
        self.pdu = pdu
        self.channel = channel
    }

    /// Opens the port and answers on it.
    ///
    /// - Parameters:
    ///   - outlets: machines by the number of their outlet, from 1 on; an outlet without one is off at first. The state
    ///     of the outlet is that of the machine: it starts when power comes.
    ///   - onSwitch: is told when an outlet has got power or lost it, once the time to switch is over. Called on the
    ///     event loop, so it must not block.
    /// - Throws: `OutletServerError` when the address is none, or the port cannot be bound.
    public static func start(
        _ configuration: Configuration, outlets: [Int: SharedChassis] = [:], faults: FaultInjector = FaultInjector(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onSwitch: (@Sendable (_ outlet: Int, _ isOn: Bool) -> Void)? = nil
    ) async throws(OutletServerError) -> OutletServer {
        try await start(
            configuration, machines: outlets.mapValues { FaultyChassis($0, faults: faults) }, faults: faults,
            group: group, onSwitch: onSwitch)
    }

    /// The same for machines that other protocols share, faults included.
    public static func start(
        _ configuration: Configuration, machines: [Int: FaultyChassis], faults: FaultInjector,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onSwitch: (@Sendable (_ outlet: Int, _ isOn: Bool) -> Void)? = nil
    ) async throws(OutletServerError) -> OutletServer {
        let pdu = SharedPDU(configuration, machines: machines, faults: faults, onSwitch: onSwitch)
        let bootstrap = DatagramBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(OutletChannelHandler(pdu))
            }
        }
        do {
            let channel = try await bootstrap.bind(
                to: SocketAddress(ipAddress: configuration.host, port: configuration.port)
            ).get()
            return OutletServer(
                port: channel.localAddress?.port ?? configuration.port, configuration, pdu: pdu, channel: channel)
        } catch {
            throw OutletServerError(host: configuration.host, port: configuration.port, reason: "\(error)")
        }
    }

    /// Closes the port; what was under way is lost.
    public func stop() async {
        try? await channel.close().get()
    }
}

/// Why a PDU cannot be started.
public struct OutletServerError: Error, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    public let reason: String
    public var description: String { "the PDU cannot listen on \(host), port \(port): \(reason)" }
}

/// A PDU's state, shared by its channel and those who ask for its statistics.
final class SharedPDU: Sendable {
    let outlets: [FaultyChassis]
    let faults: FaultInjector
    let onSwitch: (@Sendable (Int, Bool) -> Void)?
    let state: Mutex<OutletEndpoint>
    private let start = ContinuousClock.now

    /// The time since it was made.
    var now: Duration { start.duration(to: .now) }

    init(
        _ configuration: OutletServer.Configuration, machines: [Int: FaultyChassis], faults: FaultInjector,
        onSwitch: (@Sendable (Int, Bool) -> Void)?
    ) {
        let count = min(max(1, configuration.outlets), 64)
        outlets = (1...count).map { number in
            machines[number] ?? FaultyChassis(SharedChassis(Chassis(timing: configuration.timing)), faults: faults)
        }
        self.faults = faults
        self.onSwitch = onSwitch
        state = Mutex(OutletEndpoint(OutletAgent(configuration, outlets: outlets, faults: faults)))
    }
}
