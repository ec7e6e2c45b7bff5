// SPDX-License-Identifier: Apache-2.0

/// One entry of `@Message.ExtendedInfo`.
struct Message: Sendable, Equatable {
    var id: String
    var text: String
    var arguments: [String]
    var severity: String
    var resolution: String
    /// JSON pointers to the properties it is about, such as `#/Boot/BootSourceOverrideTarget`.
    var properties: [String]

    init(_ base: BaseMessage, _ arguments: String..., properties: [String] = []) {
        id = base.id
        self.arguments = arguments.map { String($0.prefix(256)) }
        text = base.sentence(self.arguments)
        severity = base.severity.rawValue
        resolution = base.resolution
        self.properties = properties
    }

    /// A message of a vendor's own registry, such as `IDRAC.2.8.SYS518`.
    init(vendor id: String, _ text: String, severity: BaseMessage.Severity = .critical) {
        self.id = id
        self.text = text
        arguments = []
        self.severity = severity.rawValue
        resolution = "Repeat the request later."
        properties = []
    }

    var json: JSON {
        [
            "@odata.type": "#Message.v1_2_1.Message", "MessageId": .string(id), "Message": .string(text),
            "MessageArgs": arguments.isEmpty ? nil : .array(arguments.map(JSON.string)),
            "RelatedProperties": properties.isEmpty ? nil : .array(properties.map(JSON.string)),
            "MessageSeverity": .string(severity), "Resolution": .string(resolution),
        ]
    }
}

extension HTTPResponse {
    /// An error body (DSP0266 section 8.6): the first message gives its code unless there are several.
    static func error(_ status: Int, _ messages: Message..., headers: [HTTPField] = []) -> HTTPResponse {
        error(status, messages, headers: headers)
    }

    static func error(_ status: Int, _ messages: [Message], headers: [HTTPField] = []) -> HTTPResponse {
        let lead = messages.count == 1 ? messages[0] : Message(.generalError)
        return HTTPResponse(
            status,
            json: [
                "error": [
                    "code": .string(lead.id), "message": .string(lead.text),
                    "@Message.ExtendedInfo": .array(messages.map(\.json)),
                ]
            ], headers: headers)
    }

    /// A bare success with its message, for what has no resource to show.
    static func success(_ base: BaseMessage = .success) -> HTTPResponse {
        HTTPResponse(200, json: ["@Message.ExtendedInfo": [Message(base).json]])
    }

    static func notFound(_ path: String) -> HTTPResponse { .error(404, Message(.resourceNotFound, path)) }
}
