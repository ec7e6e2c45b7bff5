// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the sessions on a BMC that a worker left there when it died, and closes them. Replies go in, commands come out.
///
/// A session is left over when it belongs to our user, comes from our address, and no process on this host has its port. Who
/// sees another port of ours than we have (address translation) tells nothing by it, and closes nothing.
struct LeftOverSessions {
    /// What became of the left-over sessions.
    struct Count: Equatable {
        /// Closed by handle.
        var closed = 0
        /// Found, and left for the BMC's time limit because it refused to close them.
        var left = 0
    }

    private enum Step {
        case own
        case listing(UInt8)
        case closing
    }

    private(set) var count = Count()
    private let port: UInt16
    private let isDead: (UInt16) -> Bool
    private var step = Step.own
    private var own: SessionInfo?
    private var found: [UInt8] = []
    private var remaining = 0

    /// `port` is the local port of the session that asks; `isDead` tells whether no process has a port.
    init(port: UInt16, isDead: @escaping (UInt16) -> Bool) {
        self.port = port
        self.isDead = isDead
    }

    /// The first command.
    static let first = Command.getSessionInfo(0)

    /// What to send next after the answer to the last command; nil at the end.
    mutating func next(after reply: Reply) -> Command? {
        switch step {
        case .own:
            guard let info = Self.info(reply), info.active > 1, info.handle != 0, info.owner?.port == port else {
                return nil
            }
            own = info
            remaining = info.active
            return list(1)
        case .listing(let index):
            if let info = Self.info(reply), info.handle != 0 {
                remaining -= 1
                if isLeftOver(info) { found.append(info.handle) }
            } else if case .refused = reply {
                remaining = 0
            }
            return remaining > 0 && index < 63 ? list(index + 1) : close()
        case .closing:
            // 87h: the session has ended meanwhile.
            switch reply {
            case .data: count.closed += 1
            case .refused(let code) where code.code == 0x87: break
            case .refused: count.left += 1
            }
            return close()
        }
    }

    private func isLeftOver(_ info: SessionInfo) -> Bool {
        guard let mine = own?.owner, let owner = info.owner, info.handle != own?.handle else { return false }
        return owner.user == mine.user && owner.channel == mine.channel && owner.address == mine.address
            && owner.port != mine.port && isDead(owner.port)
    }

    private mutating func list(_ index: UInt8) -> Command {
        step = .listing(index)
        return .getSessionInfo(index)
    }

    private mutating func close() -> Command? {
        step = .closing
        return found.popLast().map { .closeSession(handle: $0) }
    }

    private static func info(_ reply: Reply) -> SessionInfo? {
        guard case .data(let data) = reply else { return nil }
        return SessionInfo(data)
    }
}
