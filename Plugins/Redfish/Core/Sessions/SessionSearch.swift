// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// Goes through the sessions of a service and deletes those of ours that nobody uses: of a process that died, or of a
/// login whose answer never came. Answers go in, requests come out.
///
/// A session is deleted for its mark alone; one without a mark, or marked by another host, is left to the service's time
/// limit.
struct SessionSearch {
    /// What became of the sessions that were found.
    struct Count: Equatable, Sendable {
        var closed = 0
        /// Found, and kept by a service that refused to delete them.
        var left = 0
    }

    /// The session that searches, as far as there is one.
    struct Own: Equatable {
        /// Its mark's text.
        var mark: String?
        var path: String?
        /// The address the service sees us come from.
        var address: String?
    }

    private enum Step {
        case listing
        case reading(String)
        case deleting
    }

    /// Sessions and pages that are looked at.
    private static let limits = (sessions: 128, pages: 4)

    private(set) var count = Count()
    /// The path is filled in when the search comes across it.
    private(set) var own: Own?
    /// The service showed its sessions.
    private(set) var isAllowed = false
    private let origin: Origin
    private let user: String
    private let lost: Set<String>
    private let isDead: (SessionMark) -> Bool
    private var step = Step.listing
    private var pages = 1
    private var nextPage: String?
    private var unread: [String] = []
    private var found: [String] = []
    private var sameUser: Set<String> = []
    private(set) var isComplete = true
    /// The first request.
    let first: HTTPRequest

    /// - Parameters:
    ///   - user: whose sessions ours are.
    ///   - own: nil when HTTP basic searches.
    ///   - lost: marks of logins of this process that have no owner.
    init(
        _ collection: String, _ origin: Origin, user: String, own: Own?, lost: Set<String>,
        isDead: @escaping (SessionMark) -> Bool = { $0.isDead }
    ) {
        first = HTTPRequest(method: .get, path: collection)
        self.origin = origin
        self.user = user
        self.own = own
        self.lost = lost
        self.isDead = isDead
    }

    /// What to send after the answer to the last request; nil at the end.
    mutating func next(after response: HTTPResponse) -> HTTPRequest? {
        switch step {
        case .listing: list(response)
        case .reading(let path):
            if let session = Self.json(response) { judge(path, session) } else { isComplete = false }
        case .deleting:
            // 404: it has ended meanwhile.
            if response.isSuccess { count.closed += 1 } else if response.status != 404 { count.left += 1 }
        }
        if let page = nextPage {
            (nextPage, step, pages) = (nil, .listing, pages + 1)
            return HTTPRequest(method: .get, path: page)
        }
        if let path = unread.popLast() {
            step = .reading(path)
            return HTTPRequest(method: .get, path: path)
        }
        // Ours is among them; where it is the only one of our user, it is that one.
        if own != nil, own?.path == nil, isComplete, sameUser.count == 1 { own?.path = sameUser.first }
        step = .deleting
        return found.popLast().map { HTTPRequest(method: .delete, path: $0) }
    }

    private mutating func list(_ response: HTTPResponse) {
        guard let page = Self.json(response), let members = page["Members"]?.array else {
            isComplete = false
            return
        }
        isAllowed = true
        for member in members {
            guard let link = member["@odata.id"]?.text, let path = try? origin.path(of: link) else { continue }
            guard unread.count < Self.limits.sessions else {
                isComplete = false
                break
            }
            if member["UserName"] != nil { judge(path, member) } else { unread.append(path) }
        }
        guard let link = page["Members@odata.nextLink"]?.text else { return }
        if pages < Self.limits.pages, let path = try? origin.path(of: link) {
            nextPage = path
        } else {
            isComplete = false
        }
    }

    private mutating func judge(_ path: String, _ session: JSON) {
        guard session["UserName"]?.text == user else { return }
        sameUser.insert(path)
        guard path != own?.path, let text = session["Context"]?.text, let mark = SessionMark(text) else { return }
        if text == own?.mark {
            own?.path = path
            return
        }
        if let address = session["ClientOriginIPAddress"]?.text, let ours = own?.address, address != ours { return }
        if lost.contains(text) || isDead(mark), found.count < Self.limits.sessions { found.append(path) }
    }

    private static func json(_ response: HTTPResponse) -> JSON? {
        guard response.isSuccess, let json = try? JSONReader.read(response.body), json.object != nil else { return nil }
        return json
    }
}
