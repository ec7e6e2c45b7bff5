// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static let service = "/redfish/v1/EventService"

    static func eventRoutes() -> [Route] {
        let all = "\(service)/Subscriptions"
        let test = "\(service)/Actions/EventService.SubmitTestEvent"
        var root = Route(service) { service, _ in
            .resource(
                "EventService", Self.service, name: "Event Service",
                [
                    "ServiceEnabled": true, "Status": ["State": "Enabled", "Health": "OK"],
                    "DeliveryRetryAttempts": .integer(Int64(service.events.retryAttempts)),
                    "DeliveryRetryIntervalSeconds": .integer(Int64(service.events.retrySeconds)),
                    "EventFormatTypes": ["Event"], "RegistryPrefixes": ["Base", "ResourceEvent", "TaskEvent"],
                    "ServerSentEventUri": .string("\(Self.service)/SSE"), "Subscriptions": .link(all),
                    "Actions": ["#EventService.SubmitTestEvent": ["target": .string(test)]],
                ])
        }
        root.privilege = .configureManager
        root.change = ResourceChange([
            PropertyRule("DeliveryRetryAttempts", .whole(0...10)),
            PropertyRule("DeliveryRetryIntervalSeconds", .whole(1...3600)),
        ]) { service, _, values in
            if let attempts = values["DeliveryRetryAttempts"]?.whole { service.events.retryAttempts = Int(attempts) }
            if let time = values["DeliveryRetryIntervalSeconds"]?.whole { service.events.retrySeconds = Int(time) }
            return .done
        }

        var subscriptions = Route(all) { service, _ in
            .collection(
                "EventDestination", all, name: "Event Subscriptions",
                service.events.subscriptions.map { "\(all)/\($0.id)" })
        }
        subscriptions.privilege = .configureManager
        subscriptions.post = { service, exchange in service.subscribe(exchange) }

        var subscription = Route("\(all)/{subscription}") { service, exchange in
            service.events.subscriptions.first { $0.id == exchange["subscription"] }.map { Self.represent($0) }
        }
        subscription.privilege = .configureManager
        subscription.change = ResourceChange([PropertyRule("Context", .text(limit: 256))]) {
            service, exchange, values in
            let index = service.events.subscriptions.firstIndex { $0.id == exchange["subscription"] }
            if let index { service.events.subscriptions[index].context = values["Context"]?.text ?? "" }
            return .done
        }
        subscription.delete = { service, exchange in
            let found = service.events.subscriptions.first { $0.id == exchange["subscription"] }
            guard let found else { return .notFound(exchange.path) }
            service.events.subscriptions.removeAll { $0.id == found.id }
            if let stream = found.stream { service.events.streams.removeAll { $0 == stream } }
            return HTTPResponse(204)
        }

        let submit = Route.action(service, "EventService.SubmitTestEvent", privilege: .configureManager) {
            service, exchange in
            service.tell(
                .init(
                    type: "Alert", id: exchange.body?["MessageId"]?.text ?? "ResourceEvent.1.3.TestMessage",
                    text: exchange.body?["Message"]?.text ?? "This is a test.", origin: Self.service))
            return HTTPResponse(204)
        }

        var stream = Route("\(service)/SSE")
        stream.mediaType = "text/event-stream"
        stream.read = { service, exchange in service.openStream(exchange) }
        return [root, subscriptions, subscription, submit, stream]
    }

    private static func represent(_ subscription: EventState.Subscription) -> JSON {
        .resource(
            "EventDestination", "\(service)/Subscriptions/\(subscription.id)", name: "Event Subscription",
            [
                "Destination": subscription.stream == nil ? .string(subscription.destination) : .null,
                "Context": .string(subscription.context), "Protocol": "Redfish", "EventFormatType": "Event",
                "SubscriptionType": subscription.stream == nil ? "RedfishEvent" : "SSE",
                "RegistryPrefixes": .texts(subscription.registries), "Status": ["State": "Enabled", "Health": "OK"],
            ])
    }

    private mutating func subscribe(_ exchange: Exchange) -> HTTPResponse {
        let body = exchange.body ?? [:]
        for name in ["Destination", "Protocol"] where body[name]?.text == nil {
            return .error(400, Message(.propertyMissing, name, properties: ["#/\(name)"]))
        }
        let destination = body["Destination"]?.text ?? ""
        guard destination.hasPrefix("http://") || destination.hasPrefix("https://"), destination.utf8.count <= 1024
        else {
            return .error(
                400,
                Message(
                    .propertyFormat, String(destination.prefix(100)), "Destination", properties: ["#/Destination"]))
        }
        guard body["Protocol"]?.text == "Redfish" else {
            let given = body["Protocol"]?.text ?? ""
            return .error(400, Message(.propertyNotInList, given, "Protocol", properties: ["#/Protocol"]))
        }
        guard events.subscriptions.count < EventState.subscriptionLimit else {
            return .error(400, Message(.createLimitReached))
        }
        let subscription = EventState.Subscription(
            id: "\(takeNumber())", destination: destination, context: body["Context"]?.text ?? "",
            registries: body["RegistryPrefixes"]?.elements.prefix(16).compactMap(\.text) ?? [])
        events.subscriptions.append(subscription)
        var response = show(Self.represent(subscription), exchange, status: 201)
        response.set("Location", "\(Self.service)/Subscriptions/\(subscription.id)")
        return response
    }

    /// Opens an event stream (DSP0266 section 12.5); the connection is its subscription.
    private mutating func openStream(_ exchange: Exchange) -> HTTPResponse {
        guard events.subscriptions.count < EventState.subscriptionLimit else {
            return .error(503, Message(.createLimitReached))
        }
        let number = takeNumber()
        events.streams.append(number)
        events.subscriptions.append(
            EventState.Subscription(id: "\(number)", destination: "", context: "", stream: number))
        var response = HTTPResponse(
            200, headers: [HTTPField("Content-Type", "text/event-stream;charset=utf-8")],
            body: Array(": stream open\n\n".utf8))
        // A HEAD gets the head alone.
        guard exchange.request.method == "GET" else {
            closeStream(number)
            return response
        }
        response.stream = number
        return response
    }
}
