// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The way of a sweep through one device: which request comes next, and what its answer means.
///
/// A device that was used before needs one request; a new one is logged in and its system found first. Pure: bytes move
/// elsewhere.
struct SweepVisit {
    enum Step {
        case root
        case login(LoginCourse)
        case systems
        case system(String)
    }

    /// What comes after an answer.
    enum Next: Equatable {
        case again
        case value(Int32)
        case failure(PluginError.Status, Int32)
    }

    let device: RedfishDevice
    let subject: SweepSubject
    private(set) var step: Step
    /// When this device has had its time; nil until its first request.
    private(set) var end: ContinuousClock.Instant?
    /// A session that has ended is replaced once.
    private var mayLogInAgain = true

    init(_ device: RedfishDevice, _ subject: SweepSubject) {
        self.device = device
        self.subject = subject
        step = .root
    }

    /// Gives the device so much time for all its requests, unless it has some already.
    mutating func begin(within time: Duration) {
        end = end ?? ContinuousClock.now + time
    }

    /// The part of a sweep's time that one device may take, so that all get their turn although everybody is silent: the
    /// place it takes goes to the device `width` behind it, then to the next, and each of them has as much.
    ///
    /// - Parameter waiting: the device and all behind it.
    static func share(of time: Duration, waiting: Int, width: Int) -> Duration {
        time / max(1, (waiting + width - 1) / width)
    }

    /// Skips what is known already.
    private mutating func settle() throws(PluginError) {
        let client = device.client
        guard client.root != nil else {
            step = .root
            return
        }
        if case .login(let course) = step, !course.isOver { return }
        if let course = try LoginCourse(client) {
            step = .login(course)
        } else if let path = device.systemPath {
            step = .system(path)
        } else {
            step = .systems
        }
    }

    /// Takes an answer. Throws what makes the device unreadable.
    mutating func take(
        _ request: HTTPRequest, _ response: HTTPResponse, _ call: borrowing Call
    ) throws(PluginError) -> Next {
        let client = device.client
        if case .login(var course) = step {
            try course.take(request, response, call)
            step = .login(course)
            return .again
        }
        if response.status == 401, mayLogInAgain, case .session = client.login {
            mayLogInAgain = false
            client.loseSession()
            return .again
        }
        guard response.isSuccess else { throw client.refusal(request, response) }
        switch step {
        case .login: break
        case .root: client.root = try Client.resource(request.path, response)
        case .systems: device.systemPath = try choose(Client.resource(request.path, response))
        case .system: return try value(Client.resource(request.path, response))
        }
        return .again
    }

    private func choose(_ collection: Resource) throws(PluginError) -> String {
        let links = collection["Members"]?.array?.compactMap { $0["@odata.id"]?.text } ?? []
        let wanted = device.configuration.system
        let matching = wanted.map { wanted in links.filter { RedfishDevice.lastPart($0) == wanted } } ?? links
        guard matching.count == 1, let only = matching.first else {
            throw .invalid(field: "system", "does not name one of \(links.count) systems")
        }
        return try device.configuration.origin.path(of: only)
    }

    private func value(_ system: Resource) throws(PluginError) -> Next {
        switch subject {
        case .power: return .value(try RedfishDevice.powerState(of: system).rawValue)
        case .health:
            let status = system["Status"]
            let health: Health =
                switch status?["HealthRollup"]?.text ?? status?["Health"]?.text {
                case "OK": .ok
                case "Warning": .warning
                case "Critical": .critical
                default: .unknown
                }
            return .value(health.rawValue)
        }
    }

    /// The next request and the credentials it takes.
    mutating func request(_ call: borrowing Call) throws(PluginError) -> (HTTPRequest, Client.Credentials) {
        try settle()
        switch step {
        case .root: return (HTTPRequest(method: .get, path: Client.rootPath), .none)
        case .login(let course): return try course.request(call)
        case .systems:
            guard let link = device.client.root?.link("Systems") else {
                throw PluginError(.unsupported, "the service has no systems")
            }
            return (HTTPRequest(method: .get, path: try device.configuration.origin.path(of: link)), .login)
        case .system(let path): return (HTTPRequest(method: .get, path: path), .login)
        }
    }
}
