// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import Foundation
private import RedfishSimulator

/// The Redfish simulator as a target.
struct RedfishTarget: SimulatedTarget {
    let name: String
    let features: Set<TargetFeature>
    let endpoint: Endpoint
    let chassis: SharedChassis
    let faults: FaultInjector
    private let server: RedfishServer

    /// `redfish`, `redfish-<profile>`, and either with `-plain` at the end for HTTP without TLS.
    static func entry(_ name: String) -> TargetCatalogue.Entry? {
        guard name.hasPrefix("redfish") else { return nil }
        let isPlain = name.hasSuffix("-plain")
        let words = isPlain ? name.dropLast(6) : name[...]
        let profileName = words == "redfish" ? "generic" : String(words.dropFirst(8))
        guard let profile = RedfishProfile(named: profileName) else { return nil }
        let common: Set<TargetFeature> = [.stream, .redfish, .faults, .truth, .boots, .sessions, .requests, .openMode]
        let features = isPlain ? common : common.union([.tls])
        return TargetCatalogue.Entry(
            features: features, start: { try await RedfishTarget(name, features, profile, isPlain, $0) })
    }

    static var names: [String] { RedfishProfile.all.map { "redfish-\($0.name)" } }

    private init(
        _ name: String, _ features: Set<TargetFeature>, _ profile: RedfishProfile, _ isPlain: Bool,
        _ options: TargetOptions
    ) async throws {
        self.name = name
        self.features = features
        var machine = options.chassis
        machine.identity = profile.identity
        chassis = SharedChassis(machine)
        faults = FaultInjector(options.faults, seed: options.seed)
        server = try await RedfishServer.start(
            RedfishServer.Configuration(
                host: options.host, port: options.port, tls: isPlain ? .off : .generated, profile: profile,
                user: options.user, password: options.password),
            chassis: chassis, faults: faults)
        var certificateFile: String?
        if let pem = server.certificatePEM {
            let file = FileManager.default.temporaryDirectory.appending(path: "ingot-kit-\(UUID().uuidString).pem")
            try Data(pem.utf8).write(to: file)
            certificateFile = file.path(percentEncoded: false)
        }
        endpoint = Endpoint(
            host: options.host, port: server.port, user: options.user, password: options.password,
            scheme: isPlain ? "http" : "https", certificateFile: certificateFile)
    }

    func statistics() async -> TargetStatistics {
        let statistics = server.statistics
        return TargetStatistics(
            openSessions: statistics.sessionsOpen, sessionsOpened: statistics.sessionsOpened,
            loginsFailed: statistics.loginsFailed, requests: statistics.total)
    }

    func stop() async {
        await server.stop()
        if let file = endpoint.certificateFile { try? FileManager.default.removeItem(atPath: file) }
    }
}
