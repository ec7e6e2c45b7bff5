// SPDX-License-Identifier: Apache-2.0
import Control
import Hummingbird

/// `/v1/instances`.
struct InstanceRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("instances") { _, _ in
            try APIJSON.response(try await controller.instances(), status: .ok)
        }
        group.post("instances") { request, context in
            let body = try await request.decode(as: InstanceRequest.self, context: context)
            let (instance, job) = try await controller.deploy(body)
            return try APIJSON.response(AcceptedView(instance: instance, job: job.id), status: .accepted)
        }
        group.get("instances/:name") { _, context in
            try APIJSON.response(try await controller.instance(context.name), status: .ok)
        }
        group.delete("instances/:name") { request, context in
            let force = request.uri.queryParameters["force"] == "true"
            let job = try await controller.release(try context.name, force: force)
            return try APIJSON.response(AcceptedView(job: job.id), status: .accepted)
        }
    }
}
