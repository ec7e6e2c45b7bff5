// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// Who sent the request, by token or HTTP basic.
    mutating func authenticate(_ exchange: Exchange) -> Result<Principal, Refusal> {
        let request = exchange.request
        let nobody = Refusal(response: .error(401, Message(.noValidSession)))
        if let token = request.header("X-Auth-Token") {
            guard let index = sessions.firstIndex(where: { $0.token == token }),
                let account = accounts.first(where: { $0.id == sessions[index].accountID }), account.isEnabled
            else { return .failure(nobody) }
            sessions[index].lastUsed = exchange.now
            return .success(principal(account, session: sessions[index].id))
        }
        guard let header = request.header("Authorization") else { return .failure(nobody) }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let bytes = Base64.decode(parts[1].trimmed),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return .failure(nobody) }
        let user = String(decoding: bytes[..<colon], as: UTF8.self)
        let password = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        guard let account = check(user, password) else { return .failure(nobody) }
        return .success(principal(account, session: nil))
    }

    private func principal(_ account: Account, session: String?) -> Principal {
        Principal(
            accountID: account.id, user: account.user,
            role: faults.present("low-privilege") == nil ? account.role : .readOnly, sessionID: session,
            mustChangePassword: account.mustChangePassword)
    }

    /// The account of that name with that password; counts what goes wrong, and locks.
    mutating func check(_ user: String, _ password: String) -> Account? {
        guard let index = accounts.firstIndex(where: { $0.user == user && !user.isEmpty }) else {
            counts.failures += 1
            return nil
        }
        let account = accounts[index]
        if account.isLocked, faults.present("auth-lockout") != nil || lockoutThreshold > 0 {
            counts.failures += 1
            return nil
        }
        guard account.password == password, account.isEnabled else {
            counts.failures += 1
            accounts[index].failures += 1
            let threshold = faults.present("auth-lockout")?.whole("count") ?? lockoutThreshold
            accounts[index].isLocked = threshold > 0 && accounts[index].failures >= threshold
            return nil
        }
        accounts[index].failures = 0
        accounts[index].isLocked = false
        return account
    }

    /// An account whose password must be changed may do that and nothing else.
    func mustChangePassword(_ exchange: Exchange, _ route: Route) -> HTTPResponse? {
        guard let principal = exchange.principal, principal.mustChangePassword else { return nil }
        let own = "/redfish/v1/AccountService/Accounts/\(principal.accountID)"
        if exchange.path == own { return nil }
        return .error(403, Message(.passwordChangeRequired, own))
    }

    /// Forgets the sessions whose time is over.
    mutating func expireSessions(at now: Duration) {
        let limit = Duration.seconds(sessionTimeout)
        let before = sessions.count
        sessions.removeAll { now - $0.lastUsed > limit || $0.ends.map { $0 <= now } == true }
        counts.expired += before - sessions.count
    }

    mutating func openSession(for account: Account, context: String? = nil, now: Duration) -> Session {
        let number = takeNumber()
        let token = (0..<16).map { _ in
            let text = String(random.next() & 0xFF, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        let session = Session(
            id: "\(number)", accountID: account.id, user: account.user, token: token, context: context,
            created: machine.seconds, lastUsed: now, ends: faults.strikes("session-expiry").map { now + $0.time() })
        sessions.append(session)
        counts.opened += 1
        counts.peak = max(counts.peak, sessions.count)
        return session
    }
}
