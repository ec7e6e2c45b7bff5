// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// One connection to a practice BMC: lines in, actions out.
struct LineSession {
    let bmc: LineBMC
    /// The number of the session after a login.
    private(set) var session: Int?
    private(set) var isOver = false

    init(_ bmc: LineBMC) {
        self.bmc = bmc
    }

    var machine: FaultyChassis { bmc.machine }

    /// The connection was made.
    mutating func begin() -> [LineAction] {
        guard bmc.admit() else {
            isOver = true
            return [.reset]
        }
        return bmc.hangs ? [] : [.send(Array((LineProtocol.greeting + "\n").utf8))]
    }

    /// The connection has ended.
    mutating func end() {
        isOver = true
        if let session { bmc.logOut(session) }
        session = nil
    }

    /// A line longer than allowed is coming in.
    mutating func receiveOversize() -> [LineAction] {
        bmc.count(nil)
        end()
        return [.send(Array((LineReply.error(.badarg, "the line is too long").text + "\n").utf8)), .close]
    }

    /// One line, without its newline.
    mutating func receive(_ bytes: [UInt8]) -> [LineAction] {
        guard !isOver else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        if let answer = bmc.configuration.requestOverride?(text) {
            bmc.count(String(text.prefix { $0 != " " }))
            return LineDelivery.actions(for: answer, bmc.faults)
        }
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }), let request = LineRequest(text) else {
            bmc.count(nil)
            return LineDelivery.actions(for: LineReply.error(.unknown, "no such request").text, bmc.faults)
        }
        bmc.count(request.verb)
        switch (bmc.gate(), request) {
        case (.silent, _): return []
        case (.restart, _):
            end()
            return [.resetAll]
        case (_, .bye):
            end()
            return LineDelivery.actions(for: LineReply.ok.text, bmc.faults) + [.close]
        case (.busy(let text), _): return LineDelivery.actions(for: LineReply.error(.busy, text).text, bmc.faults)
        case (.pass, _): break
        }
        let answer = reply(to: request)
        if case .ok = answer, request.isChange {
            if case .power = request, bmc.faults.strikes("power-drop") != nil {
                end()
                return [.reset]
            }
            if bmc.faults.strikes("reply-lost") != nil { return [] }
        }
        return LineDelivery.actions(for: answer.text, bmc.faults)
    }

    private mutating func reply(to request: LineRequest) -> LineReply {
        if case .login(let user, let password) = request {
            guard session == nil else { return .error(.state, "this connection has logged in already") }
            switch bmc.logIn(user: user, password: password) {
            case .success(let session):
                self.session = session
                return .ok([(bmc.privilege(of: session) ?? .user).rawValue])
            case .failure(let refusal): return .error(refusal.code, refusal.text)
            }
        }
        guard let session else { return .error(.denied, "log in first") }
        guard let privilege = bmc.privilege(of: session) else {
            self.session = nil
            return .error(.expired, "the session has ended")
        }
        guard privilege == .admin || !request.isChange else { return .error(.forbidden, "this user may only read") }
        return perform(request)
    }
}
