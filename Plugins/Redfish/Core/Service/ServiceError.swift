// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A refusal: the status of an answer and what its body says (DSP0266, "Error responses").
struct ServiceError: Equatable {
    struct Message: Equatable {
        /// Such as `Base.1.13.PropertyValueNotInList`.
        var id: String
        var text: String
    }

    var status: Int
    var messages: [Message]
    var retryAfter: Duration?

    init(_ response: HTTPResponse) {
        status = response.status
        retryAfter = response["Retry-After"].flatMap(Self.time)
        messages = (try? JSONReader.read(response.body)).map(Self.messages) ?? []
    }

    private static func messages(_ body: JSON) -> [Message] {
        let error = body["error"] ?? body
        let info = error["@Message.ExtendedInfo"]
        let list = info?.array ?? info.map { [$0] } ?? []
        var messages = list.prefix(16).map {
            Message(id: $0["MessageId"]?.text ?? "", text: $0["Message"]?.text ?? "")
        }
        if let code = error["code"]?.text {
            messages.append(Message(id: code, text: error["message"]?.text ?? ""))
        }
        return messages.map { Message(id: String($0.id.prefix(200)), text: String($0.text.prefix(300))) }
    }

    /// Seconds; a date needs a clock that agrees with the service's and is read as a minute.
    private static func time(_ field: String) -> Duration? {
        if let seconds = Int(field.filter { $0 != " " }) { return .seconds(min(max(seconds, 0), 86_400)) }
        return field.isEmpty ? nil : .seconds(60)
    }

    /// The last part of a message id says what it is, whatever the registry and its version.
    static func key(_ id: String) -> String { id.split(separator: ".").last.map(String.init) ?? "" }

    var keys: [String] { messages.map { Self.key($0.id) } }

    /// A message of the service says that it has not finished starting.
    var isNotReady: Bool {
        keys.contains { $0 == "SYS518" || $0 == "ServiceInUnknownState" || $0 == "NotReady" }
            || messages.contains { $0.text.lowercased().contains("not ready") }
    }

    /// The most telling message: the first that is not the general one.
    private var best: Message? {
        messages.first { !["GeneralError", "Success", "ExtendedInfo", ""].contains(Self.key($0.id)) } ?? messages.first
    }

    /// The refusal of a request in the terms of the plugin interface.
    func pluginError(_ title: String, _ quirks: Set<Quirk>) -> PluginError {
        var text = "\(title): HTTP \(status)"
        if let best, !best.text.isEmpty || !best.id.isEmpty {
            text += " " + [Self.key(best.id), best.text].filter { !$0.isEmpty }.joined(separator: ": ")
        }
        var detail: [String: String] = [:]
        if let id = best?.id, !id.isEmpty { detail["message_id"] = id }
        let verdict = keys.lazy.compactMap { Self.byMessage[$0] }.first ?? byStatus
        var result = PluginError(
            verdict.status, text, detail: detail, retryable: verdict.retryable, vendorCode: Int32(clamping: status))
        if quirks.contains(.jobRunningBusy), keys.contains(where: Self.jobMessages.contains) {
            (result.status, result.retryable, result.retryAfter) = (.busy, true, retryAfter ?? .seconds(30))
        }
        if quirks.contains(.notReadyRetry), isNotReady { (result.status, result.retryable) = (.busy, true) }
        if result.status == .busy { result.retryAfter = result.retryAfter ?? retryAfter ?? .seconds(10) }
        if status == 428 { result.detail["hint"] = "quirks: etag_required" }
        if status == 412 { result.detail["hint"] = "quirks: etag_fresh, etag_strong_only or etag_never" }
        return result
    }

    /// Dell's words for a job that has to end first.
    static let jobMessages: Set<String> = ["LC068", "RAC0679", "RAC0680", "SWC0283", "JobRunning"]

    private typealias Verdict = (status: PluginError.Status, retryable: Bool)

    /// Messages that say more than the status they come with.
    private static let byMessage: [String: Verdict] = [
        "ActionNotSupported": (.unsupported, false), "ActionParameterNotSupported": (.unsupported, false),
        "ActionParameterUnknown": (.unsupported, false), "ActionParameterValueNotInList": (.unsupported, false),
        "PropertyUnknown": (.unsupported, false), "PropertyNotWritable": (.unsupported, false),
        "PropertyValueNotInList": (.unsupported, false), "OperationNotAllowed": (.unsupported, false),
        "QueryNotSupported": (.unsupported, false), "QueryNotSupportedOnResource": (.unsupported, false),
        "LicenseNotInstalled": (.unsupported, false), "LicenseKeyRequired": (.unsupported, false),
        "ResourceInUse": (.busy, true), "ResourceInStandby": (.state, true), "ServiceInUnknownState": (.busy, true),
        "ServiceTemporarilyUnavailable": (.busy, true), "ServiceShuttingDown": (.busy, true),
        "SessionLimitExceeded": (.busy, true), "RAC0218": (.busy, true), "SessionTerminated": (.auth, true),
        "CreateLimitReachedForResource": (.busy, true), "CouldNotEstablishConnection": (.invalid, false),
        "InsufficientPrivilege": (.forbidden, false), "ResourceAtUriUnauthorized": (.forbidden, false),
        "PasswordChangeRequired": (.auth, false), "ActionParameterValueConflict": (.state, true),
        "InvalidOperationForSystemState": (.state, true), "UnableToModifyDuringSystemPOST": (.state, true),
        "PowerStateNotCompatible": (.state, true), "ResetRequired": (.state, false), "NoValidSession": (.auth, true),
    ]

    private var byStatus: Verdict {
        switch status {
        case 401: (.auth, false)
        case 403: (.forbidden, false)
        case 404, 405, 501: (.unsupported, false)
        case 409, 410: (.state, true)
        case 412: (.state, true)
        case 408, 429, 502, 503, 504: (.busy, true)
        case 413, 415: (.invalid, false)
        case 507: (.state, false)
        case 500...: (.internal, true)
        default: (.protocol, false)
        }
    }
}
