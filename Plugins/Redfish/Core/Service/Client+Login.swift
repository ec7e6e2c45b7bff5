// SPDX-License-Identifier: Apache-2.0
import PluginKit

extension Client {
    /// The path every service has (DSP0266, "Service root").
    static let rootPath = "/redfish/v1/"

    /// Makes sure that there is a login: a session where the service has them, HTTP basic elsewhere.
    func logIn(_ call: borrowing Call) throws(PluginError) {
        guard login == .unknown else { return }
        _ = try serviceRoot(call)
        guard let sessions = try sessionsPath() else {
            login = .basic
            return
        }
        let request = try loginRequest(sessions, call)
        var response = try transmit(request, .none, call)
        if quirks.contains(.notReadyRetry) {
            while ServiceError(response).isNotReady, !response.isSuccess, call.remaining > .seconds(1) {
                try call.pause(.milliseconds(400))
                response = try transmit(request, .none, call)
            }
        }
        if [404, 405, 501].contains(response.status) {
            call.log(.debug, "\(request.title): HTTP \(response.status); HTTP basic is used instead")
        }
        try takeLogin(request, response)
    }

    /// Takes the answer to a login. A service that only seemed to have sessions gets HTTP basic.
    func takeLogin(_ request: HTTPRequest, _ response: HTTPResponse) throws(PluginError) {
        switch response.status {
        case 200..<300: break
        case 404, 405, 501:
            login = .basic
            return
        default: throw loginRefusal(request, response)
        }
        guard let token = response["X-Auth-Token"], Self.isToken(token) else {
            throw PluginError(.protocol, "\(request.title): the answer has no X-Auth-Token")
        }
        let link = response["Location"] ?? (try? JSONReader.read(response.body))?["@odata.id"]?.text
        var path: String?
        if let link { path = try? configuration.origin.path(of: link) }
        login = .session(token: token, path: path)
    }

    /// Ends the session; whether the service hears it changes nothing any more.
    func logOut(_ call: borrowing Call) {
        guard case .session(_, let path?) = login else { return }
        do throws(PluginError) {
            _ = try transmit(HTTPRequest(method: .delete, path: path), .login, call)
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

    /// The request of a login.
    func loginRequest(_ path: String, _ call: borrowing Call) throws(PluginError) -> HTTPRequest {
        let body = SecretBody(username: configuration.username, password: try password(call))
        return HTTPRequest(method: .post, path: path, body: .login(body))
    }

    /// Fit for a header field.
    private static func isToken(_ text: String) -> Bool {
        (1...4096).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
