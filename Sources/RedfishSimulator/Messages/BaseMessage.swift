// SPDX-License-Identifier: Apache-2.0

/// The messages of the Base registry (DSP8011) that this service uses. The names and their arguments are the
/// registry's; the sentences are this service's own.
enum BaseMessage: String, CaseIterable, Sendable {
    case success = "Success"
    case created = "Created"
    case accountRemoved = "AccountRemoved"
    case noOperation = "NoOperation"
    case generalError = "GeneralError"
    case internalError = "InternalError"
    case malformedJSON = "MalformedJSON"
    case unrecognizedRequestBody = "UnrecognizedRequestBody"
    case emptyJSON = "EmptyJSON"
    case resourceNotFound = "ResourceMissingAtURI"
    case methodNotAllowed = "OperationNotAllowed"
    case actionNotSupported = "ActionNotSupported"
    case actionParameterMissing = "ActionParameterMissing"
    case actionParameterUnknown = "ActionParameterUnknown"
    case actionParameterNotInList = "ActionParameterValueNotInList"
    case actionParameterTypeError = "ActionParameterValueTypeError"
    case actionParameterConflict = "ActionParameterValueConflict"
    case actionParameterFormat = "ActionParameterValueFormatError"
    case propertyUnknown = "PropertyUnknown"
    case propertyNotWritable = "PropertyNotWritable"
    case propertyMissing = "PropertyMissing"
    case propertyTypeError = "PropertyValueTypeError"
    case propertyNotInList = "PropertyValueNotInList"
    case propertyFormat = "PropertyValueFormatError"
    case propertyOutOfRange = "PropertyValueOutOfRange"
    case propertyConflict = "PropertyValueConflict"
    case queryNotSupported = "QueryNotSupported"
    case queryNotSupportedOnResource = "QueryNotSupportedOnResource"
    case queryTypeError = "QueryParameterValueTypeError"
    case queryFormat = "QueryParameterValueFormatError"
    case queryOutOfRange = "QueryParameterOutOfRange"
    case queryUnsupported = "QueryParameterUnsupported"
    case preconditionFailed = "PreconditionFailed"
    case preconditionRequired = "PreconditionRequired"
    case insufficientPrivilege = "InsufficientPrivilege"
    case noValidSession = "NoValidSession"
    case resourceAtUriUnauthorized = "ResourceAtUriUnauthorized"
    case passwordChangeRequired = "PasswordChangeRequired"
    case sessionLimitExceeded = "SessionLimitExceeded"
    case serviceTemporarilyUnavailable = "ServiceTemporarilyUnavailable"
    case serviceShuttingDown = "ServiceShuttingDown"
    case resourceInStandby = "ResourceInStandby"
    case resourceInUse = "ResourceInUse"
    case resourceAlreadyExists = "ResourceAlreadyExists"
    case resourceCannotBeDeleted = "ResourceCannotBeDeleted"
    case createLimitReached = "CreateLimitReachedForResource"
    case headerInvalid = "HeaderInvalid"
    case headerMissing = "HeaderMissing"
    case maximumErrorsExceeded = "MaximumErrorsExceeded"

    enum Severity: String {
        case ok = "OK"
        case warning = "Warning"
        case critical = "Critical"
    }

    /// The registry's name and version in a message identifier.
    static let prefix = "Base.1.18"

    var id: String { "\(Self.prefix).\(rawValue)" }

    /// The sentence, with `%1`, `%2` where the arguments go.
    var template: String {
        switch self {
        case .success: "The request was carried out."
        case .created: "The resource was created."
        case .accountRemoved: "The account was removed."
        case .noOperation: "The request named nothing that could be changed."
        case .generalError: "The request failed; the messages below say why."
        case .internalError: "The service failed in itself."
        case .malformedJSON: "The body of the request is no JSON."
        case .unrecognizedRequestBody: "The body of the request is of a kind that the service does not read."
        case .emptyJSON: "The request needs members and had none."
        case .resourceNotFound: "There is no resource at %1."
        case .methodNotAllowed: "This resource does not take this method."
        case .actionNotSupported: "This resource has no action %1."
        case .actionParameterMissing: "The action %1 needs the parameter %2."
        case .actionParameterUnknown: "The action %1 has no parameter %2."
        case .actionParameterNotInList: "The value %1 of the parameter %2 of the action %3 is not one of the allowed."
        case .actionParameterTypeError: "The value %1 of the parameter %2 of the action %3 has the wrong type."
        case .actionParameterConflict: "The parameter %1 with the value %2 conflicts with the state of the resource."
        case .actionParameterFormat: "The value %1 of the parameter %2 of the action %3 is not well formed."
        case .propertyUnknown: "The resource has no property %1."
        case .propertyNotWritable: "The property %1 can only be read."
        case .propertyMissing: "The property %1 must be given."
        case .propertyTypeError: "The value %1 of the property %2 has the wrong type."
        case .propertyNotInList: "The value %1 of the property %2 is not one of the allowed."
        case .propertyFormat: "The value %1 of the property %2 is not well formed."
        case .propertyOutOfRange: "The value %1 of the property %2 is out of range."
        case .propertyConflict: "The property %1 conflicts with the property %2."
        case .queryNotSupported: "The service does not support this query."
        case .queryNotSupportedOnResource: "This resource does not take a query."
        case .queryTypeError: "The value %1 of the query parameter %2 has the wrong type."
        case .queryFormat: "The value %1 of the query parameter %2 is not well formed."
        case .queryOutOfRange: "The value %1 of the query parameter %2 is outside %3."
        case .queryUnsupported: "The service does not support the query parameter %1."
        case .preconditionFailed: "The ETag of the request is not that of the resource."
        case .preconditionRequired: "The request needs an If-Match header with the resource's ETag."
        case .insufficientPrivilege: "The account lacks the privilege for this."
        case .noValidSession: "The request carries no valid session or credentials."
        case .resourceAtUriUnauthorized: "Access to %1 was refused: %2"
        case .passwordChangeRequired: "The password of the account at %1 must be changed first."
        case .sessionLimitExceeded: "All sessions are in use."
        case .serviceTemporarilyUnavailable: "The service is not available; try again in %1 seconds."
        case .serviceShuttingDown: "The service is restarting."
        case .resourceInStandby: "The machine is off."
        case .resourceInUse: "The resource is in use."
        case .resourceAlreadyExists: "A %1 with the %2 %3 is there already."
        case .resourceCannotBeDeleted: "The resource cannot be deleted."
        case .createLimitReached: "No more resources of this kind can be created."
        case .headerInvalid: "The header %1 is not valid."
        case .headerMissing: "The header %1 is missing."
        case .maximumErrorsExceeded: "There were too many errors to list."
        }
    }

    var severity: Severity {
        switch self {
        case .success, .created, .accountRemoved: .ok
        case .noOperation, .propertyUnknown, .propertyNotWritable, .propertyMissing, .propertyTypeError,
            .propertyNotInList, .propertyFormat, .propertyOutOfRange, .propertyConflict, .actionParameterMissing,
            .actionParameterUnknown, .actionParameterNotInList, .actionParameterTypeError, .actionParameterConflict,
            .actionParameterFormat, .queryNotSupported, .queryNotSupportedOnResource, .queryTypeError, .queryFormat,
            .queryOutOfRange, .queryUnsupported, .resourceInUse, .maximumErrorsExceeded:
            .warning
        default: .critical
        }
    }

    var resolution: String {
        switch self {
        case .success, .created, .accountRemoved, .noOperation: "None."
        case .malformedJSON, .unrecognizedRequestBody, .emptyJSON: "Send a JSON object."
        case .resourceNotFound: "Follow the links of the service."
        case .insufficientPrivilege, .noValidSession, .resourceAtUriUnauthorized: "Log in with another account."
        case .serviceTemporarilyUnavailable, .serviceShuttingDown, .resourceInUse: "Repeat the request later."
        case .preconditionFailed, .preconditionRequired: "Read the resource and repeat with its ETag."
        case .sessionLimitExceeded: "Close a session."
        default: "Correct the request and repeat it."
        }
    }

    var argumentCount: Int { (1...4).filter { template.contains("%\($0)") }.count }

    /// The sentence with its arguments.
    func sentence(_ arguments: [String]) -> String {
        var parts = template[...]
        var text = ""
        while let percent = parts.firstIndex(of: "%") {
            text += parts[..<percent]
            parts = parts[parts.index(after: percent)...]
            if let digit = parts.first?.wholeNumberValue, digit >= 1, digit <= arguments.count {
                text += arguments[digit - 1]
                parts = parts.dropFirst()
            } else {
                text += "%"
            }
        }
        return text + parts
    }
}
