// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import LineSimulator

/// The practice BMC as a target.
struct LineTarget: SimulatedTarget {
    let name = "line"
    let features = Self.entry.features
    let endpoint: Endpoint
    let chassis: SharedChassis
    let faults: FaultInjector
    private let server: LineServer

    static let entry = TargetCatalogue.Entry(
        features: [.stream, .line, .faults, .truth, .boots, .sessions, .requests, .openMode],
        start: { try await LineTarget($0) })

    private init(_ options: TargetOptions) async throws {
        chassis = SharedChassis(options.chassis)
        faults = FaultInjector(options.faults, seed: options.seed)
        server = try await LineServer.start(
            LineServer.Configuration(
                host: options.host, port: options.port, user: options.user, password: options.password),
            chassis: chassis, faults: faults)
        endpoint = Endpoint(
            host: options.host, port: server.port, user: options.user, password: options.password)
    }

    func statistics() async -> TargetStatistics {
        let statistics = server.statistics
        return TargetStatistics(
            openSessions: statistics.sessions, sessionsOpened: statistics.logins,
            loginsFailed: statistics.refusedLogins,
            requests: statistics.requests.values.reduce(statistics.malformed, +) + statistics.connections)
    }

    func stop() async { await server.stop() }
}
