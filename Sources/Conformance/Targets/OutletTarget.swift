// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import OutletSimulator

/// The simulated PDU as a target: the machine hangs on outlet 1, and the password is the community.
struct OutletTarget: SimulatedTarget {
    let name: String
    /// A wrong community is not answered, and there are no sessions that could be counted.
    static let features: Set<TargetFeature> = [.datagram, .snmp, .faults, .truth, .requests]
    var features: Set<TargetFeature> { Self.features }
    let endpoint: Endpoint
    let chassis: SharedChassis
    let faults: FaultInjector
    private let server: OutletServer

    /// `outlet`, and `outlet-<model>`.
    static func entry(_ name: String) -> TargetCatalogue.Entry? {
        guard name == "outlet" || name.hasPrefix("outlet-"),
            let model = name == "outlet" ? OutletModel.all.first : OutletModel(named: String(name.dropFirst(7)))
        else { return nil }
        return TargetCatalogue.Entry(features: features, start: { try await OutletTarget(name, model, $0) })
    }

    static var names: [String] { ["outlet"] + OutletModel.all.map { "outlet-\($0.name)" } }

    private init(_ name: String, _ model: OutletModel, _ options: TargetOptions) async throws {
        self.name = name
        chassis = SharedChassis(options.chassis)
        faults = FaultInjector(options.faults, seed: options.seed)
        server = try await OutletServer.start(
            OutletServer.Configuration(
                host: options.host, port: options.port, model: model, community: options.password),
            outlets: [1: chassis], faults: faults)
        endpoint = Endpoint(host: options.host, port: server.port, user: options.user, password: options.password)
    }

    func statistics() async -> TargetStatistics {
        let statistics = server.statistics
        return TargetStatistics(loginsFailed: statistics.refused, requests: statistics.datagramsIn)
    }

    func stop() async { await server.stop() }
}
