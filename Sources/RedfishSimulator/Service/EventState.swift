// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// Who hears of events, and what waits to be sent.
struct EventState: Sendable {
    struct Subscription: Sendable, Equatable {
        var id: String
        /// Empty for an event stream.
        var destination: String
        var context: String
        var registries: [String] = []
        /// The stream it belongs to (SSE).
        var stream: Int?
    }

    /// Bytes on their way to a listener.
    struct Outgoing: Sendable, Equatable {
        /// The stream they are for; nil for a POST to `destination`.
        var stream: Int?
        var destination: String
        var body: [UInt8]
    }

    var subscriptions: [Subscription] = []
    var streams: [Int] = []
    var outbox: [Outgoing] = []
    var lastID = 0
    var retryAttempts = 3
    var retrySeconds = 30

    static let subscriptionLimit = 32
    static let outboxLimit = 1000
}

extension RedfishService {
    /// One thing that happened.
    struct Happening: Sendable {
        var type: String
        var id: String
        var text: String
        var severity = BaseMessage.Severity.ok
        var origin: String
    }

    /// Puts an event into the outbox for every subscription.
    mutating func tell(_ happening: Happening) {
        guard !events.subscriptions.isEmpty else { return }
        events.lastID += 1
        let number = "\(events.lastID)"
        for subscription in events.subscriptions where events.outbox.count < EventState.outboxLimit {
            let prefix = happening.id.split(separator: ".").first.map(String.init) ?? ""
            guard subscription.registries.isEmpty || subscription.registries.contains(prefix) else { continue }
            let payload: JSON = [
                "@odata.type": SchemaVersion.type("Event"), "Id": .string(number), "Name": "Event",
                "Context": .string(subscription.context),
                "Events": [
                    [
                        "EventType": .string(happening.type), "EventId": .string(number), "MemberId": "0",
                        "EventTimestamp": .string(Calendar.text(machine.seconds)),
                        "MessageId": .string(happening.id), "Message": .string(happening.text),
                        "MessageSeverity": .string(happening.severity.rawValue),
                        "OriginOfCondition": .link(happening.origin),
                    ]
                ],
            ]
            if let stream = subscription.stream {
                let text = "id: \(number)\ndata: " + String(decoding: payload.bytes, as: UTF8.self) + "\n\n"
                events.outbox.append(.init(stream: stream, destination: "", body: Array(text.utf8)))
            } else {
                events.outbox.append(
                    .init(stream: nil, destination: subscription.destination, body: payload.bytes))
            }
        }
    }

    /// Brings tasks, sessions and events to this moment.
    mutating func advance(to now: Duration) {
        expireSessions(at: now)
        advanceTasks(to: now)
        let machine = machine.chassis.snapshot
        if machine.power != system.lastPower {
            system.lastPower = machine.power
            if machine.power == .on || machine.power == .off {
                tell(
                    .init(
                        type: "StatusChange", id: "ResourceEvent.1.3.ResourceStateChanged",
                        text: "The machine is \(machine.power == .on ? "on" : "off").", origin: profile.systemPath))
            }
        }
        if machine.eventLog.lastNumber > system.lastRecord, profile.hasLogs {
            tell(
                .init(
                    type: "ResourceAdded", id: "ResourceEvent.1.3.ResourceCreated",
                    text: "The event log has \(machine.eventLog.lastNumber - system.lastRecord) new entries.",
                    origin: profile.systemLogPath))
        }
        system.lastRecord = machine.eventLog.lastNumber
        let boots = machine.counts.powerOns + machine.counts.resets
        if boots != system.bootsSeen {
            system.bootsSeen = boots
            for (name, value) in system.pendingBios { system.bios[name] = value }
            system.pendingBios = [:]
        }
    }

    /// What is to be sent since the last call.
    mutating func takeOutbox(now: Duration) -> [EventState.Outgoing] {
        advance(to: now)
        defer { events.outbox = [] }
        return events.outbox
    }

    /// The listener of a stream has gone.
    mutating func closeStream(_ stream: Int) {
        events.streams.removeAll { $0 == stream }
        events.subscriptions.removeAll { $0.stream == stream }
    }

    /// Whether anyone listens.
    var hasListeners: Bool { !events.subscriptions.isEmpty }
}
