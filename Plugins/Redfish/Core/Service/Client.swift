// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The way to one service: connections, login and the rules every request follows.
///
/// The host makes the calls on one device one after another, so nothing here is locked.
final class Client {
    let configuration: Configuration
    var quirks: Set<Quirk> { configuration.quirks }
    private let transfers: Transfers
    /// How requests prove who sends them.
    var login = Login.unknown
    /// What is known of our sessions at the service.
    var sessions = OwnSessions()
    /// The service root as it was read first.
    var root: Resource?
    /// What stands before the names of secrets in a sweep.
    var secretPrefix = ""

    /// What is known of the login.
    enum Login: Equatable {
        case unknown
        case basic
        /// A session (DSP0266, "Redfish session login authentication").
        case session(token: String, path: String?)
    }

    /// Whether a request carries credentials.
    enum Credentials {
        case none
        case login
        case basic
    }

    init(_ configuration: Configuration) throws(PluginError) {
        self.configuration = configuration
        transfers = try Transfers(connections: 2)
    }

    // MARK: Requests

    /// Reads a resource.
    func get(_ link: String, _ call: borrowing Call) throws(PluginError) -> Resource {
        let path = try configuration.origin.path(of: link)
        let response = try send(HTTPRequest(method: .get, path: path), call)
        return try Self.resource(path, response)
    }

    /// Reads a resource that may be missing or refused: nil then. What makes all further requests senseless is thrown.
    func optional(_ link: String?, _ call: borrowing Call) throws(PluginError) -> Resource? {
        guard let link else { return nil }
        do throws(PluginError) {
            return try get(link, call)
        } catch {
            switch error.status {
            case .unsupported, .forbidden, .protocol, .internal, .state, .invalid:
                call.log(.debug, error.message)
                return nil
            default: throw error
            }
        }
    }

    /// Changes a resource; `seen` is the resource as it was read for this change.
    @discardableResult
    func patch(
        _ link: String, _ body: JSON, seen: Resource?, _ call: borrowing Call
    ) throws(PluginError) -> HTTPResponse {
        try patch(link, .json(body), seen: seen, call)
    }

    /// The same, with a body that may hold a password.
    @discardableResult
    func patch(
        _ link: String, _ body: HTTPRequest.Body, seen: Resource?, _ call: borrowing Call
    ) throws(PluginError) -> HTTPResponse {
        let path = try configuration.origin.path(of: link)
        var known = seen?.path == path ? seen : nil
        var attempts = 0
        while true {
            if quirks.contains(.etagFresh) || (known == nil && quirks.contains(.etagRequired)) {
                known = try get(path, call)
            }
            var request = HTTPRequest(method: .patch, path: path, body: body)
            if let tag = EntityTag.ifMatch(known?.etag, quirks) {
                request.headers.append(HTTPField(name: "If-Match", value: tag))
            }
            attempts += 1
            do throws(PluginError) {
                return try send(request, call)
            } catch {
                // The resource may have changed since it was read, as a system does whose power goes on.
                guard error.vendorCode == 412, attempts < (quirks.contains(.etagFresh) ? 4 : 2) else { throw error }
                known = try get(path, call)
            }
        }
    }

    /// Invokes an action, or creates something. No If-Match goes with it: an action does not depend on what was read.
    @discardableResult
    func post(_ link: String, _ body: JSON?, _ call: borrowing Call) throws(PluginError) -> HTTPResponse {
        try post(link, body.map { .json($0) } ?? HTTPRequest.Body.none, call)
    }

    /// The same, with a body that may hold a password.
    @discardableResult
    func post(_ link: String, _ body: HTTPRequest.Body, _ call: borrowing Call) throws(PluginError) -> HTTPResponse {
        let path = try configuration.origin.path(of: link)
        return try send(HTTPRequest(method: .post, path: path, body: body), call)
    }

    /// Sends a request with credentials and returns an answer of the 200 family; everything else is thrown.
    func send(_ request: HTTPRequest, _ call: borrowing Call) throws(PluginError) -> HTTPResponse {
        try retrying(call, while: isStarting) {
            call throws(PluginError) in
            var response = try self.authenticated(request, call)
            if response.status == 401, case .session = self.login {
                // The session has ended; a request that was refused had no effect.
                self.loseSession()
                response = try self.authenticated(request, call)
            }
            guard response.isSuccess else { throw self.refusal(request, response) }
            return response
        }
    }

    /// The service has forgotten our session; what was left behind is looked for at the next login again.
    func loseSession() {
        login = .unknown
        sessions.hasLooked = false
    }

    private func authenticated(_ request: HTTPRequest, _ call: borrowing Call) throws(PluginError) -> HTTPResponse {
        try logIn(call)
        return try transmit(request, .login, call)
    }

    /// The refusal of a request as an error.
    func refusal(_ request: HTTPRequest, _ response: HTTPResponse) -> PluginError {
        let error = ServiceError(response)
        var result = error.pluginError(request.title, quirks)
        if error.isNotReady { result.detail["not_ready"] = "true" }
        if response.status == 401, login == .basic { result.detail["attempts"] = "1" }
        return result
    }

    static func resource(_ path: String, _ response: HTTPResponse) throws(PluginError) -> Resource {
        let json: JSON
        do throws(JSONReader.Failure) {
            json = try JSONReader.read(response.body)
        } catch {
            throw PluginError(.protocol, "GET \(path): the answer's JSON \(error.reason)")
        }
        guard json.object != nil else { throw PluginError(.protocol, "GET \(path): the answer is no JSON object") }
        return Resource(path: path, json: json, etag: response["ETag"])
    }

    // MARK: Transmission

    /// Sends one request and waits for its answer, whatever its status. Redirects of a GET are followed within the
    /// service; a GET whose connection broke is sent once more.
    func transmit(
        _ request: HTTPRequest, _ credentials: Credentials, _ call: borrowing Call
    ) throws(PluginError) -> HTTPResponse {
        var request = request
        var redirects = 0
        var repetitions = 0
        while true {
            let response: HTTPResponse
            do throws(PluginError) {
                response = try transmitOnce(request, credentials, call)
            } catch {
                let isBroken = error.status == .unreachable && error.detail.isEmpty || error.status == .protocol
                guard !request.isChange, isBroken, error.retryable, repetitions == 0 else { throw error }
                repetitions += 1
                try call.pause(.milliseconds(100))
                continue
            }
            guard [301, 302, 303, 307, 308].contains(response.status) else { return response }
            guard !request.isChange, redirects < 3, let location = response["Location"] else {
                throw PluginError(
                    .protocol, "\(request.title): redirected, which is not followed",
                    vendorCode: Int32(clamping: response.status))
            }
            redirects += 1
            request.path = try configuration.origin.path(of: location)
        }
    }

    private func transmitOnce(
        _ request: HTTPRequest, _ credentials: Credentials, _ call: borrowing Call
    ) throws(PluginError) -> HTTPResponse {
        try call.checkCancelled()
        let exchange = try exchange(request, credentials, call)
        call.wire(.sent, "http", report(exchange))
        try transfers.start(exchange)
        while true {
            if let finished = try transfers.wait(call).first {
                if let failure = finished.failure {
                    noteLost(exchange)
                    try checkCancelled(exchange, call)
                    throw failure
                }
                return received(exchange, call)
            }
            guard call.isCancelled else { continue }
            // A session whose token came too late for this call serves the next one, or is deleted.
            if exchange.isLogin, exchange.hasLeft, try transfers.finish(exchange, within: Exchange.loginGrace) {
                return received(exchange, call)
            }
            noteLost(exchange)
            let hasLeft = exchange.hasLeft
            transfers.stop(exchange)
            throw stopped(request, hasLeft, call)
        }
    }

    private func received(_ exchange: Exchange, _ call: borrowing Call) -> HTTPResponse {
        call.wire(.received, "http", WireText.text(of: exchange.response))
        return exchange.response
    }

    /// Remembers a login that went out and got no answer.
    func noteLost(_ exchange: Exchange) {
        if exchange.isLogin, exchange.hasLeft { sessions.loseLast() }
    }

    /// A prepared transfer with credentials.
    func exchange(
        _ request: HTTPRequest, _ credentials: Credentials, _ call: borrowing Call
    ) throws(PluginError) -> Exchange {
        var token: String?
        if case .login = credentials, case .session(let sessionToken, _) = login { token = sessionToken }
        let exchange = try Exchange(
            request, to: configuration.origin, configuration.trust, quirks, token: token)
        exchange.setTime(call.remaining + (exchange.isLogin ? Exchange.loginGrace : .zero))
        switch credentials {
        case .basic: try useBasic(exchange, call)
        case .login where login == .basic: try useBasic(exchange, call)
        default: break
        }
        return exchange
    }

    /// The request as the trace gets it.
    func report(_ exchange: Exchange) -> [UInt8] {
        WireText.text(of: exchange.request, host: configuration.origin.authority, headers: exchange.headers)
    }

    private func useBasic(_ exchange: Exchange, _ call: borrowing Call) throws(PluginError) {
        exchange.useBasic(configuration.username, try password(call))
    }

    func password(_ call: borrowing Call) throws(PluginError) -> SecretBuffer {
        guard let password = try call.secret(secretPrefix + "password") else {
            throw .invalid(field: "password", "is missing")
        }
        return password
    }

    private func checkCancelled(_ exchange: Exchange, _ call: borrowing Call) throws(PluginError) {
        guard call.isCancelled else { return }
        throw stopped(exchange.request, exchange.hasLeft, call)
    }

    private func stopped(_ request: HTTPRequest, _ hasLeft: Bool, _ call: borrowing Call) -> PluginError {
        var reason = call.stopReason
        reason.message = "\(request.title): \(reason.message)"
        reason.maybeApplied = request.isChange && hasLeft
        return reason
    }
}

extension PluginError {
    /// The service said that it is still starting.
    var isNotReady: Bool { detail["not_ready"] != nil }

    /// The service's own name for the refusal, without registry and version.
    var messageKey: String { detail["message_id"].map(ServiceError.key) ?? "" }
}
