// SPDX-License-Identifier: Apache-2.0
import BMCModel
import IPMISimulator

/// `ingot sim bmc --kind ipmi`.
struct IPMIController: SimulatedController {
    let server: IPMIServer
    let description: SimBMCDescription

    var machine: FaultyChassis { server.machine }

    static func start(_ order: SimBMCOrder) async throws -> IPMIController {
        var behaviours: Set<Behaviour> = []
        for name in order.behaviours {
            guard let behaviour = Behaviour(rawValue: name) else {
                let known = Behaviour.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError(.usage, "IPMI has no behaviour \(name); it has \(known)", field: "--behaviour")
            }
            behaviours.insert(behaviour)
        }
        let name = order.profile ?? "generic"
        guard let profile = IPMIProfile(named: name) else {
            let known = IPMIProfile.all.map(\.name).joined(separator: ", ")
            throw CommandError(.usage, "IPMI has no profile \(name); it has \(known)", field: "--profile")
        }
        var configuration = IPMIServer.Configuration(
            host: order.host, port: order.port, user: order.user, password: order.password, behaviours: behaviours,
            seed: order.seed)
        configuration = order.machine.chassis.withChassis { [configuration] chassis, _ in
            var configuration = configuration
            profile.apply(to: &configuration, identity: &chassis.identity)
            return configuration
        }
        do throws(IPMIServerError) {
            let server = try await IPMIServer.start(configuration, machine: order.machine)
            var description = SimBMCDescription(order, kind: .ipmi, port: server.port)
            description.profile = order.profile
            description.quirks = configuration.behaviours.map(\.rawValue).sorted()
            return IPMIController(server: server, description: description)
        } catch {
            throw CommandError(.local, error.description)
        }
    }

    func stop() async { await server.stop() }
}
