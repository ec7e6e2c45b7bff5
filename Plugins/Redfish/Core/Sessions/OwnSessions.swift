// SPDX-License-Identifier: Apache-2.0

/// What a client remembers of its sessions beside the one it uses.
struct OwnSessions {
    /// The session of the last login.
    var own = SessionSearch.Own()
    /// Marks of logins whose answer never came.
    var lost: Set<String> = []
    /// What was left behind has been looked for since the last login but one.
    var hasLooked = false
    /// The service takes a login with a mark, as far as it is known.
    var takesMark = true
    /// When HTTP basic, which stands in for sessions that are used up, has served its time.
    var basicEnd: ContinuousClock.Instant?

    /// A client that is cut off again and again remembers no more than this.
    private static let lostLimit = 32

    /// The login may have made a session, and nobody knows its token.
    mutating func loseLast() {
        guard let mark = own.mark, lost.count < Self.lostLimit else { return }
        lost.insert(mark)
    }

    /// Takes what a search has found.
    mutating func take(_ search: SessionSearch) {
        guard search.isAllowed else { return }
        own = search.own ?? own
        hasLooked = true
        if search.isComplete, search.count.left == 0 { lost = [] }
    }
}
