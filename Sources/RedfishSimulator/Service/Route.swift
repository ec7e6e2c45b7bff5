// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// One request on its way through the service.
struct Exchange: Sendable {
    let request: HTTPRequest
    let target: RequestTarget
    /// What stood at the wildcards of the route.
    let parameters: [String: String]
    let now: Duration
    /// The machine when the request came.
    let machine: Chassis
    var principal: Principal?
    /// The body of a change, when it was JSON.
    var body: JSON?

    var path: String { target.path }
    subscript(_ parameter: String) -> String { parameters[parameter] ?? "" }

    func query(_ name: String) -> String? { target.query.first { $0.name == name }?.value }
}

/// What one path template answers to. A template's segment in braces matches anything.
struct Route: Sendable {
    typealias Represent = @Sendable (inout RedfishService, Exchange) -> JSON?
    typealias Act = @Sendable (inout RedfishService, Exchange) -> HTTPResponse

    let template: String
    /// The resource as JSON; nil when there is none at that path.
    var represent: Represent?
    /// GET of what is no JSON resource.
    var read: Act?
    var change: ResourceChange?
    var post: Act?
    var delete: Act?
    /// GET needs no login.
    var isPublic = false
    var postIsPublic = false
    /// What POST, PATCH and DELETE need.
    var privilege = Privilege.configureComponents
    /// POST reads its body itself, whatever its media type.
    var takesAnyBody = false
    /// POST is an action (DSP0266 section 7.12), not a creation.
    var isAction = false
    /// What GET answers in.
    var mediaType = "application/json"

    init(_ template: String, _ represent: Represent? = nil) {
        self.template = template
        self.represent = represent
    }

    var methods: [String] {
        var methods: [String] = []
        if represent != nil || read != nil { methods += ["GET", "HEAD"] }
        if change != nil { methods.append("PATCH") }
        if post != nil { methods.append("POST") }
        if delete != nil { methods.append("DELETE") }
        return methods
    }

    /// An action at `path`/Actions/`name`.
    static func action(
        _ path: String, _ name: String, privilege: Privilege = .configureComponents, _ act: @escaping Act
    ) -> Route {
        var route = Route("\(path)/Actions/\(name)")
        route.post = act
        route.isAction = true
        route.privilege = privilege
        return route
    }
}

/// Finds the route of a path.
struct Router: Sendable {
    private struct Node: Sendable {
        var route: Int?
        var children: [String: Int] = [:]
        var wildcard: (node: Int, name: String)?
    }

    private var nodes = [Node()]
    private(set) var routes: [Route] = []

    init(_ routes: [Route]) {
        for route in routes { add(route) }
    }

    private mutating func add(_ route: Route) {
        var at = 0
        for segment in route.template.split(separator: "/").map(String.init) {
            if segment.hasPrefix("{") {
                if nodes[at].wildcard == nil {
                    nodes.append(Node())
                    nodes[at].wildcard = (nodes.count - 1, String(segment.dropFirst().dropLast()))
                }
                at = nodes[at].wildcard?.node ?? 0
            } else {
                if nodes[at].children[segment] == nil {
                    nodes.append(Node())
                    nodes[at].children[segment] = nodes.count - 1
                }
                at = nodes[at].children[segment] ?? 0
            }
        }
        // The first route of a template stands: a profile may put its own before the general one.
        guard nodes[at].route == nil else { return }
        routes.append(route)
        nodes[at].route = routes.count - 1
    }

    func find(_ segments: [String]) -> (route: Route, parameters: [String: String])? {
        find(segments[...], 0, [:])
    }

    private func find(
        _ segments: ArraySlice<String>, _ at: Int, _ parameters: [String: String]
    ) -> (Route, [String: String])? {
        guard let segment = segments.first else { return nodes[at].route.map { (routes[$0], parameters) } }
        if let child = nodes[at].children[segment], let found = find(segments.dropFirst(), child, parameters) {
            return found
        }
        guard let wildcard = nodes[at].wildcard else { return nil }
        var parameters = parameters
        parameters[wildcard.name] = segment
        return find(segments.dropFirst(), wildcard.node, parameters)
    }
}
