// SPDX-License-Identifier: Apache-2.0
import PluginKit

extension Client {
    /// The path every service has (DSP0266, "Service root").
    static let rootPath = "/redfish/v1/"

    /// Makes sure that there is a login: a session where the service has them, HTTP basic elsewhere.
    func logIn(_ call: borrowing Call) throws(PluginError) {
        guard login == .unknown || sessions.basicEnd != nil else { return }
        _ = try serviceRoot(call)
        guard var course = try LoginCourse(self) else { return }
        while !course.isOver {
            let (request, credentials) = try course.request(call)
            do throws(PluginError) {
                try course.take(request, transmitPatiently(request, credentials, call), call)
            } catch {
                // There is a session; what it was looking for waits for the next.
                guard course.isSearching, !call.isCancelled else { throw error }
                call.log(.debug, "sessions that were left behind are not looked for: \(error.message)")
                return
            }
        }
    }

    /// Sends a request of a login, and again while the service is known to say that it is not ready.
    private func transmitPatiently(
        _ request: HTTPRequest, _ credentials: Credentials, _ call: borrowing Call
    ) throws(PluginError) -> HTTPResponse {
        var response = try transmit(request, credentials, call)
        while quirks.contains(.notReadyRetry), !response.isSuccess, ServiceError(response).isNotReady,
            call.remaining > .seconds(1)
        {
            try call.pause(.milliseconds(400))
            response = try transmit(request, credentials, call)
        }
        return response
    }

    /// Takes the answer to a login. A service that only seemed to have sessions gets HTTP basic; after one that refused the
    /// mark the login is still unknown, and the next has none.
    func takeLogin(_ request: HTTPRequest, _ response: HTTPResponse) throws(PluginError) {
        switch response.status {
        case 200..<300: break
        case 404, 405, 501:
            login = .basic
            return
        case 400 where sessions.own.mark != nil && Self.mayRefuseMark(response):
            sessions.takesMark = false
            return
        default: throw loginRefusal(request, response)
        }
        guard let token = response["X-Auth-Token"], Self.isToken(token) else {
            throw PluginError(.protocol, "\(request.title): the answer has no X-Auth-Token")
        }
        let session = try? JSONReader.read(response.body)
        let link = response["Location"] ?? session?["@odata.id"]?.text
        var path: String?
        if let link { path = try? configuration.origin.path(of: link) }
        sessions.own.path = path
        sessions.own.address = session?["ClientOriginIPAddress"]?.text
        login = .session(token: token, path: path)
    }

    /// The words of services that do not know `Context`; they have not looked at the password.
    private static func mayRefuseMark(_ response: HTTPResponse) -> Bool {
        let keys: Set<String> = [
            "PropertyUnknown", "PropertyNotWritable", "ActionParameterUnknown", "ActionParameterNotSupported",
            "UnrecognizedRequestBody", "MalformedJSON",
        ]
        return ServiceError(response).keys.contains(where: keys.contains)
    }

    /// Ends the session, and what logins that were cut off may have left; whether the service hears it changes nothing
    /// any more.
    func logOut(_ call: borrowing Call) {
        do throws(PluginError) {
            if login == .unknown, !sessions.lost.isEmpty { try logIn(call) }
            if case .session(_, let path) = login {
                guard let path else {
                    call.log(.notice, "the service does not tell which session is ours; it is left to expire")
                    return
                }
                _ = try transmit(HTTPRequest(method: .delete, path: path), .login, call)
            }
        } catch {
            call.log(.notice, "the session is left behind: \(error.message)")
        }
        login = .unknown
    }

    /// The service root, read once. It needs no credentials by the specification; a service that wants some gets them.
    func serviceRoot(_ call: borrowing Call) throws(PluginError) -> Resource {
        if let root { return root }
        let request = HTTPRequest(method: .get, path: Self.rootPath)
        let read = try retrying(call, while: isStarting) {
            call throws(PluginError) in
            var response = try self.transmit(request, .none, call)
            if response.status == 401 { response = try self.transmit(request, .basic, call) }
            guard response.isSuccess else {
                var error = self.refusal(request, response)
                if response.status == 404 {
                    error.message += "; this is no Redfish service"
                }
                throw error
            }
            return try Self.resource(Self.rootPath, response)
        }
        guard read["RedfishVersion"] != nil || read["Systems"] != nil else {
            throw PluginError(.protocol, "GET \(Self.rootPath): the answer is no service root")
        }
        root = read
        return read
    }

    /// Where sessions are made; nil when the service, as its root says, has none.
    func sessionsPath() throws(PluginError) -> String? {
        guard let root, !quirks.contains(.basicOnly) else { return nil }
        if let link = root.link("Links", "Sessions") { return try configuration.origin.path(of: link) }
        guard root.link("SessionService") != nil else { return nil }
        return "/redfish/v1/SessionService/Sessions"
    }

    private func loginRefusal(_ request: HTTPRequest, _ response: HTTPResponse) -> PluginError {
        var error = refusal(request, response)
        if [400, 401, 403].contains(response.status), error.status != .busy {
            error.status = .auth
            error.retryable = false
            error.message = "the login as \(configuration.username) is refused: \(error.message)"
            error.detail["attempts"] = "1"
        }
        return error
    }

    /// The request of a login, with a mark of its own where the service takes one.
    func loginRequest(_ path: String, _ call: borrowing Call) throws(PluginError) -> HTTPRequest {
        let isMarked = sessions.takesMark && !quirks.contains(.noSessionContext)
        sessions.own = SessionSearch.Own(mark: isMarked ? SessionMark().text : nil)
        var members: [String: JSON] = ["UserName": .string(configuration.username)]
        members["Context"] = sessions.own.mark.map { .string($0) }
        let body = SecretBody(members, password: try password(call))
        return HTTPRequest(method: .post, path: path, body: .secret(body), isLogin: true)
    }

    /// Fit for a header field.
    private static func isToken(_ text: String) -> Bool {
        (1...4096).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
