// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static let service = "/redfish/v1/SessionService"
    private static let collection = "/redfish/v1/SessionService/Sessions"

    static func sessionRoutes() -> [Route] {
        var root = Route(service) { service, _ in
            .resource(
                "SessionService", Self.service, name: "Session Service",
                [
                    "ServiceEnabled": true, "SessionTimeout": .integer(Int64(service.sessionTimeout)),
                    "Status": ["State": "Enabled", "Health": "OK"], "Sessions": .link(Self.collection),
                ])
        }
        root.privilege = .configureManager
        root.change = ResourceChange([PropertyRule("SessionTimeout", .whole(30...86_400))]) { service, _, values in
            service.sessionTimeout = Int(values["SessionTimeout"]?.whole ?? 1800)
            return .done
        }

        var sessions = Route(collection) { service, _ in
            .collection(
                "Session", Self.collection, name: "Session Collection",
                service.sessions.map { "\(Self.collection)/\($0.id)" })
        }
        sessions.postIsPublic = true
        sessions.post = { service, exchange in service.logIn(exchange) }

        // DSP0266 section 7.9.1: a collection takes a POST at its Members property too.
        var members = Route("\(collection)/Members")
        members.postIsPublic = true
        members.post = { service, exchange in service.logIn(exchange) }

        var session = Route("\(collection)/{session}") { service, exchange in
            service.sessions.first { $0.id == exchange["session"] }.map { service.represent($0) }
        }
        session.privilege = .configureSelf
        session.delete = { service, exchange in
            guard let index = service.sessions.firstIndex(where: { $0.id == exchange["session"] }) else {
                return .notFound(exchange.path)
            }
            let isOwn = service.sessions[index].accountID == exchange.principal?.accountID
            guard isOwn || exchange.principal?.has(.configureManager) == true else {
                return .error(403, Message(.insufficientPrivilege))
            }
            if service.faults.strikes("session-leak") == nil {
                let session = service.sessions.remove(at: index)
                service.counts.deleted += 1
                if exchange.principal?.sessionID != session.id { service.counts.deletedByOthers += 1 }
            }
            return HTTPResponse(204)
        }
        return [root, sessions, members, session]
    }

    private func represent(_ session: Session) -> JSON {
        .resource(
            "Session", "\(Self.collection)/\(session.id)", name: "User Session",
            [
                "UserName": .string(session.user), "Password": .null,
                "Context": session.context.map(JSON.string) ?? .null,
                "CreatedTime": .string(Calendar.text(session.created)), "SessionType": "Redfish",
            ])
    }

    /// Opens a session for the user and password of the body.
    private mutating func logIn(_ exchange: Exchange) -> HTTPResponse {
        for name in ["UserName", "Password"] where exchange.body?[name] == nil {
            return .error(400, Message(.propertyMissing, name, properties: ["#/\(name)"]))
        }
        guard let user = exchange.body?["UserName"]?.text, let password = exchange.body?["Password"]?.text else {
            return .error(400, Message(.propertyTypeError, "(hidden)", "UserName", properties: ["#/UserName"]))
        }
        if let context = exchange.body?["Context"] {
            guard !behaves(.noSessionContext) else {
                return .error(400, Message(.propertyUnknown, "Context", properties: ["#/Context"]))
            }
            guard let text = context.text, text.utf8.count <= 256 else {
                return .error(400, Message(.propertyTypeError, "(hidden)", "Context", properties: ["#/Context"]))
            }
        }
        guard let account = check(user, password) else {
            return .error(
                401, Message(.resourceAtUriUnauthorized, Self.collection, "the user name or the password is wrong."))
        }
        let limit = faults.present("session-limit").map { min($0.whole("count"), options.sessionLimit) }
        guard sessions.count < limit ?? options.sessionLimit else {
            return .error(503, Message(.sessionLimitExceeded))
        }
        let session = openSession(for: account, context: exchange.body?["Context"]?.text, now: exchange.now)
        manager.audit.add("\(account.user) logged in", source: "Redfish", seconds: machine.seconds)
        var body = represent(session)
        if account.mustChangePassword {
            let own = "/redfish/v1/AccountService/Accounts/\(account.id)"
            body["@Message.ExtendedInfo"] = [Message(.passwordChangeRequired, own).json]
        }
        var response = show(body, exchange, status: 201)
        response.set("Location", "\(Self.collection)/\(session.id)")
        response.set("X-Auth-Token", session.token)
        return response
    }
}
