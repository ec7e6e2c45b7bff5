// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// How far a task is (Task schema), as its resource or its monitor answered.
enum TaskReport: Equatable {
    case running(percent: Int64?, stage: String)
    case done
    case failed(String)

    /// What an answer of 200 to 299 says of a task.
    ///
    /// A monitor answers 202 while the task runs and with the operation's own answer when it has ended (DSP0266,
    /// "Asynchronous operations"). The body of a 202 has to be the task, unless the service is known to leave it out.
    init(_ response: HTTPResponse, _ quirks: Set<Quirk>) throws(PluginError) {
        let isMonitor = response.status == 202
        guard let json = try? JSONReader.read(response.body), json.object != nil else {
            if isMonitor, !quirks.contains(.taskMonitorSuffix) {
                throw PluginError(
                    .protocol, "the task's monitor answers 202 without the task",
                    detail: ["hint": "quirks: task_monitor_suffix"])
            }
            self = isMonitor ? .running(percent: nil, stage: "running") : .done
            return
        }
        guard let state = json["TaskState"]?.text else {
            if isMonitor, !quirks.contains(.taskMonitorSuffix) {
                throw PluginError(
                    .protocol, "the task's monitor answers 202 with half a task",
                    detail: ["hint": "quirks: task_monitor_suffix"])
            }
            self = isMonitor ? .running(percent: json["PercentComplete"]?.integer, stage: "running") : .done
            return
        }
        switch state {
        case "Completed":
            let status = json["TaskStatus"]?.text ?? "OK"
            self = status == "Critical" ? .failed(Self.words(json, state)) : .done
        case "Exception", "Killed", "Cancelled", "Cancelling", "Interrupted", "Suspended":
            self = .failed(Self.words(json, state))
        default: self = .running(percent: json["PercentComplete"]?.integer, stage: state)
        }
    }

    private static func words(_ task: JSON, _ state: String) -> String {
        let message = task["Messages"]?.array?.last?["Message"]?.text ?? task["TaskStatus"]?.text ?? ""
        return message.isEmpty ? state : "\(state): \(message.prefix(300))"
    }
}
