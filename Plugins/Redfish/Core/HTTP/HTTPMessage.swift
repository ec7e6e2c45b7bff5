// SPDX-License-Identifier: Apache-2.0

/// A request to the service.
struct HTTPRequest {
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    enum Body {
        case none
        case json(JSON)
        /// JSON with a password in it.
        case secret(SecretBody)
        /// Bytes that come from somewhere else while they are sent.
        case upload(any Upload)
    }

    var method: Method
    /// Path and query.
    var path: String
    var headers: [HTTPField] = []
    var body: Body = .none
    /// The media type that is asked for.
    var accept = "application/json"

    /// The request makes a session.
    var isLogin = false

    /// The request changes something, so that nobody may send it twice.
    var isChange: Bool { method != .get }

    /// Such as `PATCH /redfish/v1/Systems/1`.
    var title: String { "\(method.rawValue) \(path)" }
}

/// One line of a message's head.
struct HTTPField: Equatable, Sendable {
    var name: String
    var value: String
}

/// An answer of the service, whole.
struct HTTPResponse: Equatable, Sendable {
    var status = 0
    var headers: [HTTPField] = []
    var body: [UInt8] = []

    /// The first field of that name, whatever its case.
    subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    var isSuccess: Bool { (200..<300).contains(status) }
}
