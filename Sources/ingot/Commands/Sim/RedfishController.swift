// SPDX-License-Identifier: Apache-2.0
import BMCModel
import RedfishSimulator

/// `ingot sim bmc --kind redfish`.
struct RedfishController: SimulatedController {
    let server: RedfishServer
    let description: SimBMCDescription

    var machine: FaultyChassis { server.machine }

    static func start(_ order: SimBMCOrder) async throws -> RedfishController {
        let configuration = try configuration(order)
        do {
            let server = try await RedfishServer.start(configuration, machine: order.machine)
            var description = SimBMCDescription(order, kind: .redfish, port: server.port, url: server.baseURL)
            description.profile = configuration.profile.name
            description.quirks = server.behaviours.map(\.rawValue).sorted()
            description.certificate = server.certificatePEM
            return RedfishController(server: server, description: description)
        } catch {
            throw CommandError(.local, "the Redfish service cannot start: \(error)")
        }
    }

    private static func configuration(_ order: SimBMCOrder) throws -> RedfishServer.Configuration {
        guard let profile = RedfishProfile(named: order.profile ?? RedfishProfile.generic.name) else {
            let known = RedfishProfile.all.map(\.name).joined(separator: ", ")
            throw CommandError(
                .usage, "there is no profile \(order.profile ?? ""); there are \(known)", field: "--profile")
        }
        let behaviours = try order.behaviours.map { name in
            guard let behaviour = RedfishBehaviour(rawValue: name) else {
                let known = RedfishBehaviour.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError(.usage, "Redfish has no behaviour \(name); it has \(known)", field: "--behaviour")
            }
            return behaviour
        }
        let tls: RedfishServer.TLS
        switch (order.certificate, order.key, order.isPlain) {
        case (let certificate?, let key?, false): tls = .files(certificate: certificate, key: key)
        case (nil, nil, let isPlain): tls = isPlain ? .off : .generated
        case (_, _, true): throw CommandError(.usage, "--http needs no certificate", field: "--http")
        default: throw CommandError(.usage, "--certificate and --key go together", field: "--certificate")
        }
        var configuration = RedfishServer.Configuration(
            host: order.host, port: order.port, tls: tls, profile: profile, user: order.user, password: order.password,
            behaviours: behaviours.isEmpty ? nil : profile.behaviours.union(behaviours))
        configuration.options.seed = order.seed
        return configuration
    }

    func stop() async { await server.stop() }
}
