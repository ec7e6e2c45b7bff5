// SPDX-License-Identifier: Apache-2.0
public import BMCModel
public import NIOCore
public import NIOPosix

/// Many BMCs in one process, on shared event loops.
public final class IPMIFarm: Sendable {
    public let servers: [IPMIServer]

    private init(_ servers: [IPMIServer]) { self.servers = servers }

    /// Starts so many BMCs, all or none.
    ///
    /// - Parameters:
    ///   - configuration: of each; with a port, that of the first one, the others follow it. A seed is told apart for
    ///     each.
    ///   - chassis: the machine of each, by its place from 0 on.
    ///   - faults: the faults of each.
    public static func start(
        count: Int, _ configuration: IPMIServer.Configuration = IPMIServer.Configuration(),
        chassis: (Int) -> SharedChassis = { SharedChassis(Chassis(identity: Identity(serial: "SIM\($0)"))) },
        faults: (Int) -> FaultInjector = { _ in FaultInjector() },
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(IPMIServerError) -> IPMIFarm {
        var servers: [IPMIServer] = []
        for index in 0..<max(0, count) {
            var one = configuration
            if one.port != 0 { one.port += index }
            one.seed = configuration.seed.map { $0 &+ UInt64(index) }
            do throws(IPMIServerError) {
                servers.append(
                    try await IPMIServer.start(one, chassis: chassis(index), faults: faults(index), group: group))
            } catch {
                for server in servers { await server.stop() }
                throw error
            }
        }
        return IPMIFarm(servers)
    }

    public func stop() async {
        for server in servers { await server.stop() }
    }
}
