// SPDX-License-Identifier: Apache-2.0
import BMCModel
import OutletSimulator

/// `ingot sim bmc --kind outlet`: a PDU with the machine at outlet 1. The password is the community that may write.
struct OutletController: SimulatedController {
    let server: OutletServer
    let machine: FaultyChassis
    let description: SimBMCDescription

    static func start(_ order: SimBMCOrder) async throws -> OutletController {
        guard order.behaviours.isEmpty else {
            throw CommandError(.usage, "outlets have no behaviours, only faults", field: "--behaviour")
        }
        let name = order.profile ?? OutletModel.all[0].name
        guard let model = OutletModel(named: name) else {
            let known = OutletModel.all.map(\.name).joined(separator: ", ")
            throw CommandError(.usage, "there is no PDU \(name); there are \(known)", field: "--profile")
        }
        let configuration = OutletServer.Configuration(
            host: order.host, port: order.port, model: model, community: order.password, name: order.name)
        do throws(OutletServerError) {
            let server = try await OutletServer.start(
                configuration, machines: [1: order.machine], faults: order.machine.faults)
            var description = SimBMCDescription(order, kind: .outlet, port: server.port)
            description.user = nil
            description.profile = name
            return OutletController(server: server, machine: order.machine, description: description)
        } catch {
            throw CommandError(.local, error.description)
        }
    }

    func stop() async { await server.stop() }
}
