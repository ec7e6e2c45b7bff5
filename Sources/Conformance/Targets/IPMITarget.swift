// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import IPMISimulator

/// The IPMI simulator as a target.
struct IPMITarget: SimulatedTarget {
    let name: String
    let features: Set<TargetFeature>
    let endpoint: Endpoint
    let chassis: SharedChassis
    let faults: FaultInjector
    private let server: IPMIServer

    /// `ipmi`, and `ipmi-c3` and `ipmi-c17`, which offer one cipher suite each.
    static func entry(_ name: String) -> TargetCatalogue.Entry? {
        let suites: [UInt8]
        switch name {
        case "ipmi": suites = [3, 17]
        case "ipmi-c3": suites = [3]
        case "ipmi-c17": suites = [17]
        default: return nil
        }
        let features: Set<TargetFeature> = [.datagram, .ipmi, .faults, .truth, .boots, .sessions, .requests, .console]
        return TargetCatalogue.Entry(
            features: features, start: { try await IPMITarget(name, features, suites, $0) })
    }

    private init(
        _ name: String, _ features: Set<TargetFeature>, _ suites: [UInt8], _ options: TargetOptions
    ) async throws {
        self.name = name
        self.features = features
        chassis = SharedChassis(options.chassis)
        faults = FaultInjector(options.faults, seed: options.seed)
        server = try await IPMIServer.start(
            IPMIServer.Configuration(
                host: options.host, port: options.port, user: options.user, password: options.password,
                cipherSuites: suites, console: options.echoes ? .echo : .bootLog),
            chassis: chassis, faults: faults)
        endpoint = Endpoint(host: options.host, port: server.port, user: options.user, password: options.password)
    }

    func statistics() async -> TargetStatistics {
        let statistics = server.statistics
        return TargetStatistics(
            openSessions: statistics.sessionsOpen, sessionsOpened: statistics.sessionsOpened,
            loginsFailed: max(statistics.loginsFailed, statistics.loginsTried - statistics.sessionsOpened),
            requests: statistics.datagramsIn)
    }

    func stop() async { await server.stop() }
}
