// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Host
import Hummingbird

/// `/v1/machines`.
struct MachineRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("machines") { _, _ in
            try APIJSON.response(try await controller.machines().map(view), status: .ok)
        }
        group.post("machines") { request, context in
            let body = try await request.decode(as: MachineRequest.self, context: context)
            let (machine, job) = try await controller.addMachine(body)
            return try APIJSON.response(AcceptedView(machine: view(machine), job: job.id), status: .accepted)
        }
        group.get("machines/:name") { _, context in
            try APIJSON.response(view(try await controller.machine(context.name)), status: .ok)
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
        group.post("machines/:name/confirm") { request, context in
            let body = try await request.decode(as: ConfirmBody.self, context: context)
            let job = try await controller.confirm(try body.task, machine: try context.name)
            return try APIJSON.response(JobView(job), status: .accepted)
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
            return try APIJSON.response(view(machine), status: .ok)
        }
        group.patch("machines/:name") { request, context in
            let body = try await request.decode(as: MachineChange.self, context: context)
            let (machine, job) = try await controller.changeMachine(try context.name, body)
            return try APIJSON.response(
                AcceptedView(machine: view(machine), job: job?.id), status: job == nil ? .ok : .accepted)
        }
        group.post("machines/:name/probe") { _, context in
            try APIJSON.response(view(try await controller.probe(context.name)), status: .ok)
        }
        group.post("machines/:name/doctor") { _, context in
            try APIJSON.response(try await controller.doctor(context.name), status: .ok)
        }
        addReaders(to: group)
    }

    /// What is read from the BMC when it is asked for.
    private func addReaders(to group: RouterGroup<APIContext>) {
        group.get("machines/:name/inventory") { _, context in
            try APIJSON.response(try await controller.liveInventory(context.name), status: .ok)
        }
        group.get("machines/:name/sensors") { _, context in
            try APIJSON.response(try await controller.sensors(context.name), status: .ok)
        }
        group.get("machines/:name/events") { request, context in
            let query = request.uri.queryParameters
            let limit = try query["limit"].map { text in
                guard let limit = Int(text), (1...10_000).contains(limit) else {
                    throw ControlError(.invalid, "\(text) is not a number from 1 to 10000", field: "limit")
                }
                return limit
            }
            let page = try await controller.eventLog(
                try context.name, after: query["after"].map(String.init), limit: limit)
            return try APIJSON.response(EventLogView(page), status: .ok)
        }
        group.post("machines/:name/events/clear") { _, context in
            try await controller.clearEventLog(context.name)
            return Response(status: .noContent)
        }
    }

    private func view(_ machine: Machine) -> MachineView {
        MachineView(machine, reports: controller.reports(of: machine), expiry: controller.expiry, now: Date())
    }
}

extension APIContext {
    /// The `:name` of the path.
    var name: String { get throws { try parameters.require("name") } }
}
