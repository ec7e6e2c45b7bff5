// SPDX-License-Identifier: Apache-2.0
import Control
import Hummingbird

/// `/v1/jobs`.
struct JobRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("jobs") { request, _ in
            let machine = request.uri.queryParameters["machine"].map(String.init)
            return try APIJSON.response(try await controller.jobs(machine: machine).map(JobView.init), status: .ok)
        }
        group.get("jobs/:name") { _, context in
            try APIJSON.response(JobView(try await controller.job(context.name)), status: .ok)
        }
        group.get("jobs/:name/events") { request, context in
            let query = request.uri.queryParameters
            let after = try number(query["after"].map(String.init), field: "after", in: 0...Int64.max)
            let wait = try number(query["wait"].map(String.init), field: "wait", in: 0...60)
            let (job, entries) = try await controller.events(
                job: try context.name, after: after, wait: .seconds(wait))
            return try APIJSON.response(
                EventsView(events: entries.map(EventView.init), job: JobView(job)), status: .ok)
        }
        group.post("jobs/:name/retry") { _, context in
            try APIJSON.response(JobView(try await controller.retry(job: context.name)), status: .accepted)
        }
        group.post("jobs/:name/abort") { _, context in
            try APIJSON.response(JobView(try await controller.abort(job: context.name)), status: .accepted)
        }
    }

    private func number(_ text: String?, field: String, in range: ClosedRange<Int64>) throws -> Int64 {
        guard let text else { return 0 }
        guard let value = Int64(text), range.contains(value) else {
            throw ControlError(
                .invalid, "\(text) is not a number from \(range.lowerBound) to \(range.upperBound)", field: field)
        }
        return value
    }
}
