// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// Which log a log service shows.
    private enum Source: Sendable { case machine, audit }

    static func logRoutes(_ profile: RedfishProfile) -> [Route] {
        let system = "\(profile.systemPath)/LogServices"
        let manager = "\(profile.managerPath)/LogServices"
        var ofManager = ["\(manager)/\(profile.managerLog)"]
        var routes = logRoutes("\(manager)/\(profile.managerLog)", .audit)
        if profile.logIsManagers {
            ofManager.insert(profile.systemLogPath, at: 0)
        } else {
            routes.append(
                Route(system) { service, _ in
                    .collection("LogService", system, name: "Log Services", [service.profile.systemLogPath])
                })
        }
        let logs = ofManager
        routes.append(Route(manager) { _, _ in .collection("LogService", manager, name: "Log Services", logs) })
        return routes + logRoutes(profile.systemLogPath, .machine)
    }

    private func log(_ source: Source) -> EventLog {
        source == .machine ? machine.chassis.snapshot.eventLog : manager.audit
    }

    private static func logRoutes(_ path: String, _ source: Source) -> [Route] {
        let service = Route(path) { service, _ in
            let log = service.log(source)
            return .resource(
                "LogService", path, name: source == .machine ? "System Event Log" : "Audit Log",
                [
                    "ServiceEnabled": true, "LogEntryType": source == .machine ? "SEL" : "Event",
                    "MaxNumberOfRecords": .integer(Int64(log.capacity)), "OverWritePolicy": "WrapsWhenFull",
                    "DateTime": .string(Calendar.text(service.machine.seconds)), "DateTimeLocalOffset": "+00:00",
                    "Status": ["State": "Enabled", "Health": "OK"], "Entries": .link("\(path)/Entries"),
                    "Actions": [
                        "#LogService.ClearLog": ["target": .string("\(path)/Actions/LogService.ClearLog")]
                    ],
                ])
        }
        let entries = Route("\(path)/Entries") { service, _ in
            .collection(
                "LogEntry", "\(path)/Entries", name: "Log Entries",
                resources: service.log(source).records.map { Self.represent($0, path, source) })
        }
        let entry = Route("\(path)/Entries/{entry}") { service, exchange in
            service.log(source).records.first { "\($0.number)" == exchange["entry"] }
                .map { Self.represent($0, path, source) }
        }
        let clear = Route.action(path, "LogService.ClearLog", privilege: .configureManager) { service, _ in
            let seconds = service.machine.seconds
            if source == .machine {
                service.machine.chassis.withChassis { chassis, _ in chassis.eventLog.clear(seconds: seconds) }
            } else {
                service.manager.audit.clear(seconds: seconds)
            }
            return HTTPResponse(204)
        }
        return [service, entries, entry, clear]
    }

    private static func represent(_ record: EventLog.Record, _ path: String, _ source: Source) -> JSON {
        let severity: JSON =
            switch record.severity {
            case .info: "OK"
            case .warning: "Warning"
            case .critical: "Critical"
            }
        return .resource(
            "LogEntry", "\(path)/Entries/\(record.number)", name: "Log Entry \(record.number)",
            [
                "EntryType": source == .machine ? "SEL" : "Event", "Severity": severity,
                "Created": .string(Calendar.text(record.seconds)), "Message": .string(record.message),
                "EntryCode": source == .machine ? "Assert" : nil,
                "MessageId": source == .machine ? nil : "Ingot.1.0.Audit",
                "MessageArgs": record.source.isEmpty ? nil : [.string(record.source)],
            ])
    }
}
