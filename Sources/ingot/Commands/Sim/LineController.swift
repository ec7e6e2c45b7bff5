// SPDX-License-Identifier: Apache-2.0
import BMCModel
import LineSimulator

/// `ingot sim bmc --kind line`: the practice BMC.
struct LineController: SimulatedController {
    let server: LineServer
    let machine: FaultyChassis
    let description: SimBMCDescription

    static func start(_ order: SimBMCOrder) async throws -> LineController {
        guard order.behaviours.isEmpty else {
            throw CommandError(.usage, "the line protocol has no behaviours, only faults", field: "--behaviour")
        }
        let configuration = LineServer.Configuration(
            host: order.host, port: order.port, user: order.user, password: order.password)
        do {
            let server = try await LineServer.start(configuration, machine: order.machine)
            return LineController(
                server: server, machine: order.machine,
                description: SimBMCDescription(order, kind: .line, port: server.port))
        } catch {
            throw CommandError(.local, "no BMC on \(order.host) port \(order.port): \(error)")
        }
    }

    func stop() async { await server.stop() }
}
