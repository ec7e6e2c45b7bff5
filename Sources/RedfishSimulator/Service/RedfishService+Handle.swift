// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// The longest body that is read as JSON, in bytes.
    static let bodyLimit = 1 << 20

    /// Answers one request. Every request is answered; what it may do wrong ends in a status of 4xx.
    public mutating func handle(_ request: HTTPRequest, now: Duration) -> HTTPResponse {
        answer(request, now: now).response
    }

    /// Answers one request and names the template of the path that it met, for statistics.
    mutating func answer(_ request: HTTPRequest, now: Duration) -> (response: HTTPResponse, template: String) {
        advance(to: now)
        guard request.target.utf8.count <= RequestTarget.lengthLimit else {
            return (finish(.error(414, Message(.queryNotSupported)), nil), "(too long)")
        }
        guard let target = RequestTarget(request.target) else {
            return (finish(.error(400, Message(.unrecognizedRequestBody)), nil), "(malformed)")
        }
        let found = router.find(target.segments)
        let template = found?.route.template ?? "(unknown)"
        if let response = unavailable(target, now: now) { return (finish(response, nil), template) }
        var exchange = Exchange(
            request: request, target: target, parameters: found?.parameters ?? [:], now: now,
            machine: machine.chassis.snapshot)
        let route = found?.route
        var response = respond(&exchange, route)
        if behaves(.acceptIdentity) { response = compressed(response, exchange) }
        response = finish(response, exchange, route)
        return (faulty(response, exchange, route), template)
    }

    private mutating func respond(_ exchange: inout Exchange, _ route: Route?) -> HTTPResponse {
        let request = exchange.request
        if let version = request.header("OData-Version"), version.trimmed != "4.0" {
            return .error(412, Message(.headerInvalid, "OData-Version"))
        }
        if behaves(.noAcceptIdentity), request.header("Accept-Encoding")?.trimmed.lowercased() == "identity" {
            return .error(406, Message(.headerInvalid, "Accept-Encoding"))
        }
        let isRead = request.method == "GET" || request.method == "HEAD"
        let isOpen = request.method == "POST" ? route?.postIsPublic == true : isRead && route?.isPublic == true
        if !isOpen, request.method != "OPTIONS" {
            switch authenticate(exchange) {
            case .success(let principal): exchange.principal = principal
            case .failure(let refusal): return refusal.response
            }
            if let refusal = notReady(exchange) { return refusal }
        }
        guard let route else { return .notFound(exchange.path) }
        switch request.method {
        case "GET", "HEAD":
            guard route.represent != nil || route.read != nil else { return notAllowed(route) }
            return read(exchange, route)
        case "OPTIONS": return HTTPResponse(204, headers: [HTTPField("Allow", allow(route))])
        case "PATCH":
            guard let change = route.change else { return notAllowed(route) }
            return patch(&exchange, route, change)
        case "POST":
            guard let post = route.post else { return notAllowed(route) }
            return self.post(&exchange, route, post)
        case "DELETE":
            guard let delete = route.delete else { return notAllowed(route) }
            if let refusal = forbidden(exchange, route) { return refusal }
            return delete(&self, exchange)
        case "PUT": return notAllowed(route)
        default: return .error(501, Message(.methodNotAllowed))
        }
    }

    // MARK: Reading

    private mutating func read(_ exchange: Exchange, _ route: Route) -> HTTPResponse {
        guard accepts(exchange.request, route.mediaType) else { return .error(406, Message(.headerInvalid, "Accept")) }
        if let refusal = mustChangePassword(exchange, route) { return refusal }
        guard let represent = route.represent else {
            return route.read?(&self, exchange) ?? .notFound(exchange.path)
        }
        guard var resource = represent(&self, exchange) else { return .notFound(exchange.path) }
        switch shape(resource, exchange) {
        case .success(let shaped): resource = shaped
        case .failure(let refusal): return refusal.response
        }
        return show(resource, exchange)
    }

    /// A resource as the body of an answer, with its ETag.
    mutating func show(_ resource: JSON, _ exchange: Exchange, status: Int = 200) -> HTTPResponse {
        guard resource["@odata.id"] != nil else { return HTTPResponse(status, json: resource) }
        let tag = issueTag(of: resource, at: exchange.path)
        var members = resource.members
        let place = members.firstIndex { $0.name == "@odata.id" }.map { $0 + 1 } ?? 0
        members.insert(JSON.Member(name: "@odata.etag", value: .string(tag)), at: place)
        var response = HTTPResponse(status, json: .object(members))
        response.set("ETag", tag)
        if let type = resource["@odata.type"]?.text {
            response.set("Link", "<\(SchemaVersion.address(ofType: type))>; rel=describedby")
        }
        let isRead = exchange.request.method == "GET" || exchange.request.method == "HEAD"
        if isRead, status == 200, let known = exchange.request.header("If-None-Match"), Self.matches(known, tag) {
            response.status = 304
            response.body = []
        }
        return response
    }

    /// The resource at a path, for `$expand` and for the answer to a change.
    mutating func resource(at path: String, _ exchange: Exchange) -> JSON? {
        guard let target = RequestTarget(path), let found = router.find(target.segments),
            let represent = found.route.represent
        else { return nil }
        return represent(
            &self,
            Exchange(
                request: exchange.request, target: target, parameters: found.parameters, now: exchange.now,
                machine: machine.chassis.snapshot, principal: exchange.principal))
    }

    private func accepts(_ request: HTTPRequest, _ mediaType: String) -> Bool {
        guard let accept = request.header("Accept") else { return true }
        return accept.split(separator: ",").contains { range in
            let range = range.split(separator: ";").first.map { String($0).trimmed.lowercased() } ?? ""
            return range == "*/*" || range == mediaType
                || range.hasSuffix("/*") && mediaType.hasPrefix(range.dropLast())
        }
    }

    // MARK: Changing

    /// Why this sender may not change that.
    private func forbidden(_ exchange: Exchange, _ route: Route) -> HTTPResponse? {
        guard let principal = exchange.principal, !route.postIsPublic || exchange.request.method != "POST" else {
            return nil
        }
        if let refusal = mustChangePassword(exchange, route) { return refusal }
        guard principal.has(route.privilege) else { return .error(403, Message(.insufficientPrivilege)) }
        return nil
    }

    private mutating func patch(
        _ exchange: inout Exchange, _ route: Route, _ change: ResourceChange
    ) -> HTTPResponse {
        if let refusal = forbidden(exchange, route) { return refusal }
        if let refusal = readBody(&exchange, mayBeEmpty: false) { return refusal }
        guard let represent = route.represent, let current = represent(&self, exchange) else {
            return .notFound(exchange.path)
        }
        if let refusal = precondition(exchange, current) { return refusal }
        let body = exchange.body ?? [:]
        let rules = change.rules(self, exchange)
        let (accepted, refused) = ResourceChange.sort(body, by: rules, resource: current)
        var notes = refused
        // A boot override is taken whole or not at all; of other changes, what can be made is made.
        if accepted.isEmpty || refused.contains(where: { $0.properties.contains { $0.hasPrefix("#/Boot/") } }) {
            return .error(400, refused.isEmpty ? [Message(.noOperation)] : refused)
        }
        switch change.apply(&self, exchange, accepted) {
        case .done: break
        case .partly(let messages): notes += messages
        case .refused(let response): return response
        }
        noteChange(at: exchange.path)
        if notes.isEmpty, !profile.patchShowsResource { return HTTPResponse(204) }
        guard var resource = resource(at: exchange.path, exchange) else { return HTTPResponse(204) }
        if !notes.isEmpty { resource["@Message.ExtendedInfo"] = .array(notes.map(\.json)) }
        return show(resource, exchange)
    }

    private mutating func post(_ exchange: inout Exchange, _ route: Route, _ post: Route.Act) -> HTTPResponse {
        if let refusal = forbidden(exchange, route) { return refusal }
        if route.isAction, exchange.request.header("If-Match") != nil,
            behaves(.etagNotOnActions) || faults.present("etag-refused") != nil
        {
            return .error(412, Message(.preconditionFailed))
        }
        if route.isAction, let refusal = jobRunning(exchange) { return refusal }
        if !route.takesAnyBody, let refusal = readBody(&exchange, mayBeEmpty: route.isAction) { return refusal }
        return post(&self, exchange)
    }

    private func readBody(_ exchange: inout Exchange, mayBeEmpty: Bool) -> HTTPResponse? {
        let request = exchange.request
        guard request.body.count <= Self.bodyLimit else { return .error(413, Message(.unrecognizedRequestBody)) }
        if request.body.isEmpty {
            exchange.body = nil
            return mayBeEmpty ? nil : .error(400, Message(.malformedJSON))
        }
        let type = (request.header("Content-Type") ?? "application/json").split(separator: ";").first.map(String.init)
        guard type?.trimmed.lowercased() == "application/json" else {
            return .error(415, Message(.unrecognizedRequestBody))
        }
        guard let body = try? JSON(parsing: request.body) else { return .error(400, Message(.malformedJSON)) }
        guard body.isObject else { return .error(400, Message(.unrecognizedRequestBody)) }
        exchange.body = body
        return nil
    }

    private func allow(_ route: Route) -> String { (route.methods + ["OPTIONS"]).joined(separator: ", ") }

    private func notAllowed(_ route: Route) -> HTTPResponse {
        .error(405, Message(.methodNotAllowed), headers: [HTTPField("Allow", allow(route))])
    }

    // MARK: Every answer

    /// Adds the headers that every answer has (DSP0266 section 8.1).
    private func finish(_ response: HTTPResponse, _ exchange: Exchange?, _ route: Route? = nil) -> HTTPResponse {
        var response = response
        response.set("OData-Version", "4.0")
        if response.header("Cache-Control") == nil { response.set("Cache-Control", "no-cache") }
        response.set("X-Content-Type-Options", "nosniff")
        if response.status == 401 { response.set("WWW-Authenticate", "Basic realm=\"Redfish\"") }
        guard let exchange else { return response }
        let isRead = exchange.request.method == "GET" || exchange.request.method == "HEAD"
        if isRead, let route, response.header("Allow") == nil { response.set("Allow", allow(route)) }
        if exchange.request.method == "HEAD" { response.isHeadOnly = true }
        return response
    }
}

/// A refusal on its way out of a step.
struct Refusal: Error {
    var response: HTTPResponse
}

extension StringProtocol {
    /// Without white space at its ends.
    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
        return String(rest)
    }
}
