// SPDX-License-Identifier: Apache-2.0
import Control
import Host
import Hummingbird

/// `/v1/machines`.
struct MachineRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("machines") { _, _ in
            try APIJSON.response(try await controller.machines().map(MachineView.init), status: .ok)
        }
        group.post("machines") { request, context in
            let body = try await request.decode(as: MachineRequest.self, context: context)
            let (machine, job) = try await controller.addMachine(body)
            return try APIJSON.response(AcceptedView(machine: MachineView(machine), job: job.id), status: .accepted)
        }
        group.get("machines/:name") { _, context in
            try APIJSON.response(MachineView(try await controller.machine(context.name)), status: .ok)
        }
        group.delete("machines/:name") { request, context in
            let force = request.uri.queryParameters["force"] == "true"
            try await controller.deleteMachine(try context.name, force: force)
            return Response(status: .noContent)
        }
        group.get("machines/:name/power") { _, context in
            try APIJSON.response(PowerView(state: "\(try await controller.livePower(context.name))"), status: .ok)
        }
        group.post("machines/:name/power") { request, context in
            let body = try await request.decode(as: PowerBody.self, context: context)
            let job = try await controller.orderPower(try body.powerAction, machine: try context.name)
            return try APIJSON.response(AcceptedView(job: job.id), status: .accepted)
        }
        group.get("machines/:name/boot") { _, context in
            try APIJSON.response(BootView(try await controller.liveBoot(context.name)), status: .ok)
        }
        group.post("machines/:name/boot") { request, context in
            let body = try await request.decode(as: BootView.self, context: context)
            let job = try await controller.orderBoot(try body.setting, machine: try context.name)
            return try APIJSON.response(AcceptedView(job: job.id), status: .accepted)
        }
        group.post("machines/:name/inspect") { _, context in
            let job = try await controller.orderInspect(machine: try context.name)
            return try APIJSON.response(AcceptedView(job: job.id), status: .accepted)
        }
        group.post("machines/:name/hold") { request, context in
            let body = try await request.decode(as: HoldBody.self, context: context)
            let machine = try await controller.setHold(body.hold, machine: try context.name)
            return try APIJSON.response(MachineView(machine), status: .ok)
        }
    }
}

extension APIContext {
    /// The `:name` of the path.
    var name: String { get throws { try parameters.require("name") } }
}
