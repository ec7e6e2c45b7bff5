// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The way to a login: a session where the service has them, HTTP basic elsewhere; then the search for sessions that
/// were left behind. Answers go in, requests come out.
///
/// A service whose sessions are used up gets rid of ours that nobody uses, asked over HTTP basic; where that does not help,
/// HTTP basic serves for a while.
struct LoginCourse {
    private enum Step {
        case login
        case search(SessionSearch, HTTPRequest)
        case over
    }

    /// How long HTTP basic serves before a session is tried again, after all were in use.
    static let basicTime = Duration.seconds(60)

    private let client: Client
    private let collection: String
    private var step = Step.login
    /// The refusal that says that there is no session left.
    private var refusal: PluginError?

    /// nil when no request is needed: there is a login, or the service has no sessions.
    ///
    /// The root must have been read.
    init?(_ client: Client) throws(PluginError) {
        if let end = client.sessions.basicEnd, end <= ContinuousClock.now {
            (client.login, client.sessions.basicEnd) = (.unknown, nil)
        }
        guard client.login == .unknown else { return nil }
        guard let path = try client.sessionsPath() else {
            client.login = .basic
            return nil
        }
        self.client = client
        collection = path
    }

    var isOver: Bool { if case .over = step { true } else { false } }

    /// There is a login already, and what comes now may fail.
    var isSearching: Bool { if case .search = step, refusal == nil { true } else { false } }

    /// The next request, and the credentials it takes.
    func request(_ call: borrowing Call) throws(PluginError) -> (HTTPRequest, Client.Credentials) {
        switch step {
        case .search(_, let request): return (request, refusal == nil ? .login : .basic)
        case .login, .over: return (try client.loginRequest(collection, call), .none)
        }
    }

    /// Takes the answer to the last request. Throws what makes a login impossible.
    mutating func take(
        _ request: HTTPRequest, _ response: HTTPResponse, _ call: borrowing Call
    ) throws(PluginError) {
        switch step {
        case .over: break
        case .search(let search, _): takeSearch(search, response, call)
        case .login:
            do throws(PluginError) {
                try client.takeLogin(request, response)
            } catch {
                guard error.isSessionLimit, refusal == nil else { throw error }
                refusal = error
                search()
                return
            }
            refusal = nil
            switch client.login {
            // A login without a mark follows.
            case .unknown: break
            case .basic: step = .over
            case .session(_, let path):
                let isNeeded = !client.sessions.hasLooked || !client.sessions.lost.isEmpty || path == nil
                if isNeeded { search() } else { step = .over }
            }
        }
    }

    private mutating func search() {
        let search = SessionSearch(
            collection, client.configuration.origin, user: client.configuration.username,
            own: refusal == nil ? client.sessions.own : nil, lost: client.sessions.lost)
        step = .search(search, search.first)
    }

    private mutating func takeSearch(_ search: SessionSearch, _ response: HTTPResponse, _ call: borrowing Call) {
        var search = search
        if let next = search.next(after: response) {
            step = .search(search, next)
            return
        }
        client.sessions.take(search)
        if case .session(let token, nil) = client.login {
            client.login = .session(token: token, path: search.own?.path)
        }
        if search.count != SessionSearch.Count() {
            call.log(
                .notice, "\(client.configuration.origin.authority): sessions that were left behind",
                ["closed": String(search.count.closed), "left_to_expire": String(search.count.left)])
        }
        guard refusal != nil else {
            step = .over
            return
        }
        if search.count.closed > 0 || !search.isAllowed {
            // Tried once more; what is thrown then is the service's own word.
            step = .login
        } else {
            call.log(
                .notice, "\(client.configuration.origin.authority): no session is left; HTTP basic is used instead")
            client.login = .basic
            client.sessions.basicEnd = ContinuousClock.now + Self.basicTime
            step = .over
        }
    }
}

extension PluginError {
    /// All sessions of the service are in use.
    var isSessionLimit: Bool {
        ["SessionLimitExceeded", "CreateLimitReachedForResource", "RAC0218"].contains(messageKey)
    }
}
