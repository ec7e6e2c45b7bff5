// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// Work that goes on after its request was answered.
struct UpdateTask: Sendable, Equatable {
    enum State: String, Sendable {
        case new = "New"
        case running = "Running"
        case completed = "Completed"
        case exception = "Exception"
    }

    /// Which firmware is replaced by which version.
    struct Firmware: Sendable, Equatable {
        var target: String
        var version: String
    }

    var id: String
    var name: String
    /// Seconds since 1970.
    var startTime: Int64
    var endTime: Int64?
    var started: Duration
    var length: Duration
    var state = State.new
    var percent = 0
    var firmware: Firmware?
    /// How it fails, if it does.
    var failure: String?
    /// The owner deletes it, or reads its result once.
    var isMonitorGone = false

    var isOver: Bool { state == .completed || state == .exception }
}

extension RedfishService {
    /// How many tasks are kept.
    static let taskLimit = 100

    mutating func startTask(
        _ name: String, firmware: UpdateTask.Firmware?, failure: String? = nil, now: Duration
    ) -> UpdateTask {
        let task = UpdateTask(
            id: "\(takeNumber())", name: name, startTime: machine.seconds, started: now, length: options.taskTime,
            firmware: firmware, failure: failure)
        tasks.append(task)
        if tasks.count > Self.taskLimit { tasks.removeFirst(tasks.count - Self.taskLimit) }
        return task
    }

    /// Brings the tasks to this moment, and the firmware that they replaced.
    mutating func advanceTasks(to now: Duration) {
        let endless = faults.present("task-never-ends") != nil
        for index in tasks.indices where !tasks[index].isOver {
            let passed = now - tasks[index].started
            let share = tasks[index].length > .zero ? passed / tasks[index].length : 1
            tasks[index].percent = min(max(Int(min(share, 1) * 100), 0), 99)
            tasks[index].state = passed > .zero ? .running : .new
            guard share >= 1, !endless else { continue }
            tasks[index].percent = 100
            tasks[index].endTime = machine.seconds
            tasks[index].state = tasks[index].failure == nil ? .completed : .exception
            if tasks[index].failure == nil, let firmware = tasks[index].firmware { install(firmware) }
            tell(
                .init(
                    type: "StatusChange", id: "TaskEvent.1.0.TaskCompleted", text: "Task \(tasks[index].id) has ended.",
                    origin: "/redfish/v1/TaskService/Tasks/\(tasks[index].id)"))
        }
    }

    private func install(_ firmware: UpdateTask.Firmware) {
        machine.chassis.withChassis { chassis, _ in
            if firmware.target == "BIOS" {
                chassis.identity.biosVersion = firmware.version
            } else {
                chassis.identity.bmcFirmware = firmware.version
            }
        }
    }
}
