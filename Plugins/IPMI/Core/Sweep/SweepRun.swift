// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit

/// One sweep: a state machine for each BMC, one thread, one socket for each address family.
///
/// Sessions of earlier calls are used; others are opened and kept in the devices. Only so many packets are under way at a
/// time that the socket's buffer holds their answers (`SendWindow`). BMCs that gave no answer the last time are asked after
/// all others, so that dead and slow ones do not hold up the healthy.
final class SweepRun {
    private typealias Instant = ContinuousClock.Instant

    private let subject: SweepSubject
    private var items: [SweepItem?]
    private var byID: [UInt32: Int] = [:]
    /// Made when a packet or refusal comes that no session tells the BMC of.
    private lazy var byAddress = addresses()
    private var traffic: [SweepTraffic] = []
    private var waiting: [Int] = []
    private var nextWaiting = 0
    private var active: Set<Int> = []
    private var window = SendWindow()
    private var results: [SweepResult] = []
    private var resultsSince: Instant?

    /// Whoever takes longer over an answer is asked last the next time.
    private static let slow: Duration = .milliseconds(500)
    private static let timerStep: Duration = .milliseconds(20)

    init(_ subject: SweepSubject, count: Int) {
        self.subject = subject
        items = [SweepItem?](repeating: nil, count: count)
    }

    /// Sweeps all devices and emits their results. Throws when the call is cancelled or nobody takes results.
    func run(_ devices: [IPMIDevice], _ call: borrowing Call) throws(PluginError) {
        prepare(devices, call)
        defer {
            for way in traffic {
                way.flush()
                SweepSocket.put(way.socket)
            }
        }
        var lastTimers = ContinuousClock.now
        do throws(PluginError) {
            while !active.isEmpty || nextWaiting < waiting.count {
                let now = ContinuousClock.now
                if call.remaining < .milliseconds(60) { break }
                if call.isCancelled { throw call.stopReason }
                window.lapse(now)
                while window.hasRoom, nextWaiting < waiting.count {
                    start(waiting[nextWaiting], now, call)
                    nextWaiting += 1
                }
                if lastTimers.duration(to: now) >= Self.timerStep {
                    lastTimers = now
                    runTimers(now, call)
                }
                for way in traffic { way.flush() }
                // Once all are asked, what is known does not wait for those who keep silent.
                let isAllAsked = nextWaiting >= waiting.count
                let wait: Duration = !isAllAsked ? .milliseconds(1) : results.isEmpty ? .milliseconds(10) : .zero
                let ready = call.waitReadable(descriptors: traffic.map(\.socket.descriptor), for: wait)
                for way in traffic where ready.contains(way.socket.descriptor) { receive(way, call) }
                if isAllAsked, ready.isEmpty { try emitResults(call) } else { try emitIfDue(call) }
            }
        } catch {
            abandon(.cancelled)
            throw error
        }
        abandon(.timeout)
        try emitResults(call)
    }

    // MARK: Beginning

    private func prepare(_ devices: [IPMIDevice], _ call: borrowing Call) {
        var silent: [Int] = []
        for (index, device) in devices.enumerated() {
            do throws(PluginError) {
                let suites = device.sweepSuites
                guard !suites.isEmpty else { throw PluginError(.unsupported, "no suite that a sweep speaks") }
                let endpoint = try device.sweepEndpoint(call)
                if way(endpoint.family) == nil {
                    guard let socket = SweepSocket.take(endpoint.family) else {
                        throw PluginError(.internal, "no socket", vendorCode: errno)
                    }
                    traffic.append(SweepTraffic(socket))
                }
                let item = SweepItem(index: index, device: device, endpoint: endpoint, suites: suites)
                items[index] = item
                if item.wasSilent { silent.append(index) } else { waiting.append(index) }
            } catch {
                finish(SweepResult(index: index, failure: error.status, vendorCode: error.vendorCode))
            }
        }
        waiting += silent
    }

    private func way(_ family: Int32) -> SweepTraffic? { traffic.first { $0.socket.family == family } }

    private func addresses() -> [[UInt8]: Int] {
        var all: [[UInt8]: Int] = [:]
        for item in items.lazy.compactMap({ $0 }) { all[Self.key(item.endpoint.socketAddress)] = item.index }
        return all
    }

    /// Family, port and address of a socket address, without what the kernel fills in.
    private static func key(_ address: [UInt8]) -> [UInt8] {
        address.count >= 28 ? Array(address[0..<4] + address[8..<24]) : Array(address.prefix(8))
    }

    private func start(_ index: Int, _ now: Instant, _ call: borrowing Call) {
        guard let item = items[index] else { return }
        active.insert(index)
        if let kept = item.device.takeKept() {
            if kept.endpoint == item.endpoint {
                item.link = kept.link
                item.isKept = true
                byID[kept.link.consoleID] = index
                ask(item, now)
                return
            }
            kept.end()
        }
        logIn(item, now, call)
    }

    private func logIn(_ item: SweepItem, _ now: Instant, _ call: borrowing Call) {
        do throws(PluginError) {
            guard let suite = item.suites.first else { throw LinkFailure.otherSuite.pluginError }
            let credentials = try item.device.credentials(call, prefix: "\(item.index).")
            let configuration = item.device.configuration
            let link = Link(
                LinkCredentials(credentials), suite: suite, privilege: configuration.privilege.level, raising: false)
            link.asksForPrivilege = configuration.quirks.contains(.openSessionPrivilege)
            link.checksMessages = !configuration.quirks.contains(.noChecksumCheck)
            link.livePort = way(item.endpoint.family)?.socket.livePort
            item.link = link
            item.isKept = false
            byID[link.consoleID] = item.index
            link.open(now)
            flush(item, now)
        } catch {
            finish(item, SweepResult(index: item.index, failure: error.status, vendorCode: error.vendorCode))
        }
    }

    private func ask(_ item: SweepItem, _ now: Instant) {
        guard let link = item.link else { return }
        // A kept session that a slow BMC still knows is worth the wait.
        link.patience = item.isKept ? max(.seconds(2), (link.roundTrip ?? .zero) * 2) : .seconds(8)
        link.interval = link.usualInterval
        link.send(.getChassisStatus, now)
        flush(item, now)
    }

    // MARK: What happens

    private func receive(_ way: SweepTraffic, _ call: borrowing Call) {
        // A few batches at a time, so that a flood of packets does not hold up the timers.
        for _ in 0..<8 {
            let now = ContinuousClock.now
            var arrivals: [SweepSocket.Arrival] = []
            let isMore = way.receive { arrivals.append($0) }
            for arrival in arrivals { take(arrival, now, call) }
            guard isMore else { return }
        }
    }

    private func take(_ arrival: SweepSocket.Arrival, _ now: Instant, _ call: borrowing Call) {
        switch arrival {
        case .packet(let packet, let address):
            guard let item = item(for: packet, address), let link = item.link else { return }
            let events = link.receive(packet, now)
            if !events.isEmpty || !link.output.isEmpty { window.answer(item.index, now) }
            flush(item, now)
            take(events, item, now, call)
        case .refusal(let address, let code):
            guard let index = byAddress[Self.key(address)], let item = items[index], !item.isDone else { return }
            finish(item, SweepResult(index: index, failure: .unreachable, vendorCode: code))
        }
    }

    /// The BMC a packet belongs to: by the session id in it, else by its address.
    private func item(for packet: [UInt8], _ address: [UInt8]) -> SweepItem? {
        guard packet.count >= 16 else { return nil }
        var id = LinkPacket.number32(packet, 6)
        if id == 0, packet.count >= 24 { id = LinkPacket.number32(packet, 20) }
        guard let index = byID[id] ?? byAddress[Self.key(address)], let item = items[index], !item.isDone else {
            return nil
        }
        return item
    }

    private func take(
        _ events: [Link.Event], _ item: SweepItem, _ now: Instant, _ call: borrowing Call
    ) {
        for event in events {
            switch event {
            case .ready:
                let suite = item.link?.suite
                item.device.learn { ($0.endpoint, $0.cipherSuite) = (item.endpoint, suite) }
                ask(item, now)
            case .answer(let command, let reply): answered(command, reply, item, now, call)
            case .failed(let failure): failed(failure, item, now, call)
            case .serial: break
            }
        }
    }

    private func answered(
        _ command: Command, _ reply: Reply, _ item: SweepItem, _ now: Instant, _ call: borrowing Call
    ) {
        guard item.isAnswered else {
            let result = result(reply, item.index)
            guard !item.isKept, !item.device.knowledge.hasLookedForLeftOvers, let link = item.link,
                let port = link.livePort?.number
            else { return finish(item, result) }
            finish(result)
            item.isAnswered = true
            let family = item.endpoint.family
            item.search = LeftOverSessions(port: port) { LivePort.isDead($0, family: family) }
            return send(LeftOverSessions.first, item, now)
        }
        // Closing needs the session's privilege; what is sent after it says whether it was granted.
        let next = item.isRaising ? item.nextCommand : item.search?.next(after: reply)
        guard let next else {
            if let count = item.search?.count { item.device.record(count, item.endpoint, call) }
            return conclude(item)
        }
        item.isRaising = next.number == Command.closeSession && item.link?.isRaised == false && !item.isRaising
        item.nextCommand = next
        if item.isRaising, let privilege = item.link?.privilege {
            send(.setSessionPrivilege(privilege), item, now)
        } else {
            send(next, item, now)
        }
    }

    private func send(_ command: Command, _ item: SweepItem, _ now: Instant) {
        item.link?.send(command, now)
        flush(item, now)
    }

    private func failed(
        _ failure: LinkFailure, _ item: SweepItem, _ now: Instant, _ call: borrowing Call
    ) {
        window.forget(item.index)
        drop(item)
        if item.isAnswered { return conclude(item) }
        if item.isKept {
            item.device.learn { $0.hasLookedForLeftOvers = false }
            return logIn(item, now, call)
        }
        if failure.isAboutSuite, item.suites.count > 1 {
            item.suites.removeFirst()
            return logIn(item, now, call)
        }
        let error = failure.pluginError
        finish(item, SweepResult(index: item.index, failure: error.status, vendorCode: error.vendorCode))
    }

    private func result(_ reply: Reply, _ index: Int) -> SweepResult {
        do throws(PluginError) {
            let status = try reply.chassisStatus
            let value = subject == .power ? status.power.rawValue : status.health.sweepValue
            return SweepResult(index: index, value: value)
        } catch {
            return SweepResult(index: index, failure: error.status, vendorCode: error.vendorCode)
        }
    }

    private func runTimers(_ now: Instant, _ call: borrowing Call) {
        for index in active {
            guard let item = items[index], let link = item.link, let timer = link.timer, timer <= now else { continue }
            let events = link.tick(now)
            send(link.output, of: item)
            link.output.removeAll(keepingCapacity: true)
            take(events, item, now, call)
        }
    }

    // MARK: Sending

    private func flush(_ item: SweepItem, _ now: Instant) {
        guard let link = item.link, !link.output.isEmpty else { return }
        send(link.output, of: item)
        link.output.removeAll(keepingCapacity: true)
        window.send(item.index, now)
    }

    private func send(_ packets: [[UInt8]], of item: SweepItem) {
        guard let way = way(item.endpoint.family) else { return }
        for packet in packets { way.send(packet, to: item.endpoint.socketAddress) }
    }

    // MARK: Ending

    private func drop(_ item: SweepItem) {
        guard let link = item.link else { return }
        byID[link.consoleID] = nil
        link.close()
        send(link.output, of: item)
        link.output = []
        item.link = nil
    }

    private func finish(_ item: SweepItem, _ result: SweepResult) {
        guard !item.isDone else { return }
        if result.failure == .timeout || result.failure == .unreachable { item.isSilent = true }
        if !item.isAnswered { finish(result) }
        conclude(item)
    }

    /// Keeps the session of a BMC that nothing more is wanted of, or closes it.
    private func conclude(_ item: SweepItem) {
        item.isDone = true
        active.remove(item.index)
        window.forget(item.index)
        let isSilent = item.isSilent || (item.link?.roundTrip ?? .zero) > Self.slow
        if isSilent != item.wasSilent { item.device.learn { $0.wasSilent = isSilent } }
        if let link = item.link, link.isIdle {
            byID[link.consoleID] = nil
            item.device.keeper(item.endpoint)(link)
            item.link = nil
        } else {
            drop(item)
        }
        items[item.index] = nil
    }

    private func finish(_ result: SweepResult) {
        if results.isEmpty { resultsSince = .now }
        results.append(result)
    }

    /// Ends what is not done.
    private func abandon(_ status: PluginError.Status) {
        for index in Array(active) + waiting[nextWaiting...] {
            guard let item = items[index] else { continue }
            finish(item, SweepResult(index: index, failure: status))
        }
        nextWaiting = waiting.count
    }

    private func emitIfDue(_ call: borrowing Call) throws(PluginError) {
        guard let since = resultsSince, !results.isEmpty else { return }
        guard results.count >= 256 || since.duration(to: .now) >= .milliseconds(20) else { return }
        try emitResults(call)
    }

    private func emitResults(_ call: borrowing Call) throws(PluginError) {
        guard !results.isEmpty else { return }
        let batch = results
        results.removeAll(keepingCapacity: true)
        resultsSince = nil
        try call.emit(batch)
    }
}

extension SensorHealth {
    /// The number of the sweep's contract.
    var sweepValue: Int32 {
        switch self {
        case .unknown: Health.unknown.rawValue
        case .ok: Health.ok.rawValue
        case .warning: Health.warning.rawValue
        case .critical: Health.critical.rawValue
        }
    }
}
