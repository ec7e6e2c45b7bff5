// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static let service = "/redfish/v1/TaskService"

    static func taskRoutes(_ behaviours: Set<RedfishBehaviour>) -> [Route] {
        let tasks = "\(service)/Tasks"
        let root = Route(service) { service, _ in
            .resource(
                "TaskService", Self.service, name: "Task Service",
                [
                    "ServiceEnabled": true, "DateTime": .string(Calendar.text(service.machine.seconds)),
                    "CompletedTaskOverWritePolicy": "Oldest", "LifeCycleEventOnTaskStateChange": true,
                    "Status": ["State": "Enabled", "Health": "OK"], "Tasks": .link(tasks),
                ])
        }
        let all = Route(tasks) { service, _ in
            .collection("Task", tasks, name: "Tasks", service.tasks.map { "\(tasks)/\($0.id)" })
        }
        var one = Route("\(tasks)/{task}") { service, exchange in
            service.tasks.first { $0.id == exchange["task"] }.map { service.represent($0) }
        }
        one.privilege = .configureManager
        one.delete = { service, exchange in
            guard let index = service.tasks.firstIndex(where: { $0.id == exchange["task"] }) else {
                return .notFound(exchange.path)
            }
            service.tasks.remove(at: index)
            return HTTPResponse(204)
        }
        let suffixed = behaviours.contains(.taskMonitorSuffix)
        var monitor = Route(suffixed ? "\(tasks)/{task}/Monitor" : "\(service)/TaskMonitors/{task}")
        monitor.read = { service, exchange in
            guard let task = service.tasks.first(where: { $0.id == exchange["task"] }), !task.isMonitorGone else {
                return .notFound(exchange.path)
            }
            return service.monitor(task)
        }
        return [root, all, one, monitor]
    }

    private func monitorPath(_ task: UpdateTask) -> String {
        behaves(.taskMonitorSuffix)
            ? "\(Self.service)/Tasks/\(task.id)/Monitor" : "\(Self.service)/TaskMonitors/\(task.id)"
    }

    /// 202 with the task, and where its end can be waited for.
    func accepted(_ task: UpdateTask) -> HTTPResponse {
        HTTPResponse(
            202, json: represent(task),
            headers: [HTTPField("Location", monitorPath(task)), HTTPField("Retry-After", "1")])
    }

    private func monitor(_ task: UpdateTask) -> HTTPResponse {
        guard !task.isOver else {
            if let failure = task.failure {
                return .error(400, Message(vendor: "Update.1.1.VerificationFailed", failure))
            }
            return HTTPResponse(200, json: represent(task))
        }
        guard behaves(.taskMonitorSuffix) else { return accepted(task) }
        let headers = [HTTPField("Location", monitorPath(task)), HTTPField("Retry-After", "1")]
        guard task.percent >= 50 else { return HTTPResponse(202, headers: headers) }
        return HTTPResponse(202, json: ["Id": .string(task.id), "Name": .string(task.name)], headers: headers)
    }

    private func represent(_ task: UpdateTask) -> JSON {
        let message =
            switch task.state {
            case .completed: Message(.success)
            case .exception: Message(vendor: "Update.1.1.VerificationFailed", task.failure ?? "")
            default: Message(vendor: "TaskEvent.1.0.TaskProgressChanged", "The task runs.", severity: .ok)
            }
        return .resource(
            "Task", "\(Self.service)/Tasks/\(task.id)", name: task.name,
            [
                "TaskState": .string(task.state.rawValue),
                "TaskStatus": task.state == .exception ? "Critical" : "OK",
                "StartTime": .string(Calendar.text(task.startTime)),
                "EndTime": task.endTime.map { .string(Calendar.text($0)) },
                "PercentComplete": .integer(Int64(task.percent)), "TaskMonitor": .string(monitorPath(task)),
                "Messages": [message.json],
            ])
    }
}
