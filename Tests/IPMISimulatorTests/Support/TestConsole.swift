// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Synchronization
import Testing

@testable import IPMISimulator

/// Time that passes when it is told to.
final class ManualClock: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 += duration } }
}

/// A remote console that speaks to a BMC without any socket, on a clock that only the test moves.
final class TestConsole {
    struct Answer: Equatable {
        var sequence: UInt8
        var code: UInt8
        var data: [UInt8]
    }

    let clock: ManualClock
    var endpoint: BMCEndpoint
    var peer = Peer(address: [127, 0, 0, 1], port: 40_000)
    private(set) var keys: SessionKeys?
    private(set) var suite = CipherSuite.three
    private(set) var bmcID: UInt32 = 0
    var consoleID: UInt32 = 0xA0A1_A2A3
    var sequence: UInt32 = 0
    private var messageSequence: UInt8 = 0
    private(set) var lastRAKP3: [UInt8] = []
    /// What came since the last look, as it was on the wire.
    var received: [[UInt8]] = []

    init(
        _ configuration: IPMIServer.Configuration = IPMIServer.Configuration(seed: 7),
        _ chassis: Chassis = Chassis(power: .on), faults: [String] = [], seed: UInt64 = 7
    ) throws {
        let clock = ManualClock()
        self.clock = clock
        let injector = FaultInjector(try faults.map { try Fault($0) }, seed: seed)
        endpoint = BMCEndpoint(
            configuration,
            chassis: FaultyChassis(SharedChassis(chassis) { clock.now }, faults: injector, epoch: 1_700_000_000))
    }

    var machine: Chassis { endpoint.core.chassis.chassis.snapshot }
    var statistics: IPMIStatistics { endpoint.core.statistics }
    func set(_ faults: String...) throws { endpoint.core.faults.set(try faults.map { try Fault($0) }) }

    /// Sends one datagram; what comes back at once.
    @discardableResult
    func send(_ bytes: [UInt8]) -> [[UInt8]] {
        take(endpoint.receive(bytes, from: peer, at: clock.now))
    }

    /// Lets time pass in small steps; what comes meanwhile.
    @discardableResult
    func wait(_ time: Duration) -> [[UInt8]] {
        var all: [[UInt8]] = []
        let end = clock.now + time
        while clock.now < end {
            clock.pass(min(.milliseconds(10), end - clock.now))
            all += take(endpoint.wake(at: clock.now))
        }
        return all
    }

    private func take(_ actions: [BMCAction]) -> [[UInt8]] {
        let sent = actions.compactMap { action -> [UInt8]? in
            if case .send(let bytes, _) = action { bytes } else { nil }
        }
        received += sent
        return sent
    }

    // MARK: Session

    /// The payload of an answer outside any session.
    static func payload(_ bytes: [UInt8]?) -> [UInt8]? {
        guard let bytes, case .plus(let packet)? = RMCPDatagram(bytes) else { return nil }
        return packet.payload
    }

    func openRequest(_ suite: CipherSuite = .three, privilege: UInt8 = 4, tag: UInt8 = 1) -> [UInt8] {
        PlusPacket.encode(
            type: PayloadType.openSessionRequest,
            payload: [tag, privilege, 0, 0] + consoleID.wire + [0, 0, 0, 8, suite.authentication, 0, 0, 0]
                + [1, 0, 0, 8, suite.integrity, 0, 0, 0] + [2, 0, 0, 8, suite.confidentiality, 0, 0, 0])
    }

    /// Opens a session; the RMCP+ status that it ended with, nil when nothing came, or the answer's code was wrong.
    func open(
        _ suite: CipherSuite = .three, user: String = "admin", password: String = "secret", role: UInt8 = 4,
        bmcKey: [UInt8] = []
    ) -> UInt8? {
        self.suite = suite
        guard let opened = Self.payload(send(openRequest(suite, privilege: role)).first), opened.count >= 2 else {
            return nil
        }
        guard opened[1] == 0, opened.count == 36 else { return opened[1] }
        bmcID = opened[8..<12].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        var exchange = KeyExchange(
            consoleSessionID: consoleID, bmcSessionID: bmcID, consoleRandom: (0..<16).map { UInt8($0) }, bmcRandom: [],
            guid: [], role: role | 0x10, userName: Array(user.utf8))
        let first =
            [2, 0, 0, 0] + bmcID.wire + exchange.consoleRandom + [exchange.role, 0, 0, UInt8(user.utf8.count)]
            + Array(user.utf8)
        guard let second = Self.payload(send(PlusPacket.encode(type: PayloadType.rakp1, payload: first)).first),
            second.count >= 2
        else { return nil }
        guard second[1] == 0 else { return second[1] }
        let length = suite == .three ? 20 : 32
        guard second.count == 40 + length else { return nil }
        exchange.bmcRandom = Array(second[8..<24])
        exchange.guid = Array(second[24..<40])
        let key = Array(password.utf8)
        guard exchange.code2(suite.hash, userKey: key) == Array(second[40...]) else { return nil }
        let third = [3, 0, 0, 0] + bmcID.wire + exchange.code3(suite.hash, userKey: key)
        lastRAKP3 = PlusPacket.encode(type: PayloadType.rakp3, payload: third)
        guard let fourth = Self.payload(send(lastRAKP3).first),
            fourth.count >= 2
        else { return nil }
        guard fourth[1] == 0 else { return fourth[1] }
        let sessionKey = exchange.sessionKey(suite.hash, bmcKey: bmcKey.isEmpty ? key : bmcKey)
        guard exchange.code4(suite.hash, sessionKey: sessionKey) == Array(fourth.dropFirst(8)) else { return nil }
        keys = SessionKeys(suite.hash, sessionKey: sessionKey)
        sequence = 0
        return 0
    }

    /// A packet of the session.
    func packet(_ payload: [UInt8], type: UInt8 = PayloadType.ipmi, sequence number: UInt32? = nil) -> [UInt8] {
        guard let keys else { return [] }
        sequence += 1
        let vector = (0..<16).map { UInt8($0) &* 7 }
        let cipher = Confidentiality.encrypt(payload, key: keys.confidentiality, vector: vector) ?? []
        var body = PlusPacket.head(
            type: type, isEncrypted: true, isAuthenticated: true, sessionID: bmcID, sequence: number ?? sequence,
            payload: cipher)
        let pad = (4 - (body.count + 2) % 4) % 4
        body += [UInt8](repeating: 0xFF, count: pad) + [UInt8(pad), 0x07]
        return RMCPDatagram.header + body
            + suite.hash.hmac(key: keys.integrity, body).prefix(suite.hash.checkLength)
    }

    /// A request's message.
    func message(_ function: UInt8, _ command: UInt8, _ data: [UInt8]) -> [UInt8] {
        messageSequence = (messageSequence + 1) & 0x3F
        let head = [0x20, function << 2]
        let body = [0x81, messageSequence << 2, command] + data
        return head + [head.checksum] + body + [body.checksum]
    }

    /// The payload of a packet of the BMC, when its session, check value and padding are right.
    func open(_ bytes: [UInt8]) -> (type: UInt8, payload: [UInt8])? {
        guard let keys, case .plus(let packet)? = RMCPDatagram(bytes), packet.sessionID == consoleID,
            packet.isAuthenticated, packet.isEncrypted
        else { return nil }
        let body = packet.signed.dropLast(suite.hash.checkLength)
        let check = suite.hash.hmac(key: keys.integrity, Array(body)).prefix(suite.hash.checkLength)
        guard check.elementsEqual(packet.signed.suffix(suite.hash.checkLength)) else { return nil }
        return Confidentiality.decrypt(packet.payload, key: keys.confidentiality).map { (packet.payloadType, $0) }
    }

    func answer(_ bytes: [UInt8]) -> Answer? {
        guard let (type, payload) = open(bytes), type == PayloadType.ipmi, let message = LANMessage(payload),
            let code = message.data.first
        else { return nil }
        return Answer(sequence: message.sequence, code: code, data: Array(message.data.dropFirst()))
    }

    /// Sends a command; the first answer that is right in every way, nil when none came at once.
    @discardableResult
    func command(_ function: UInt8, _ command: UInt8, _ data: UInt8...) -> Answer? {
        let sent = messageSequence &+ 1 & 0x3F
        let bytes = packet(message(function, command, data))
        return send(bytes).lazy.compactMap { [self] in answer($0) }.first { $0.sequence == sent }
    }

    /// Opens a session and raises it to administrator.
    static func logged(
        _ suite: CipherSuite = .three, _ configuration: IPMIServer.Configuration = IPMIServer.Configuration(seed: 7),
        _ chassis: Chassis = Chassis(power: .on), faults: [String] = []
    ) throws -> TestConsole {
        let console = try TestConsole(configuration, chassis, faults: faults)
        try #require(console.open(suite) == 0)
        try #require(console.command(0x06, 0x3B, 4)?.code == 0)
        return console
    }
}
