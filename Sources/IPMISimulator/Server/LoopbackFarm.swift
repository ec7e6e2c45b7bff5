// SPDX-License-Identifier: Apache-2.0
public import BMCModel
internal import CLinux
internal import Glibc
internal import Synchronization

/// Tens of thousands of BMCs behind one UDP socket and one thread, each at a loopback address of its own.
///
/// The socket hears the interface `lo` and no other one. A BMC costs its own state, and neither a descriptor nor a port.
public final class LoopbackFarm: Sendable {
    /// The most BMCs there may be.
    public static let most = 65_000

    /// The UDP port, the same for all.
    public let port: Int
    private let endpoints: [SharedEndpoint]
    private let descriptor: Int32
    private let stopping = Atomic(false)
    private let ended = Mutex(false)
    /// The same beginning for every machine.
    private let began = ContinuousClock.now

    private init(port: UInt16, endpoints: [SharedEndpoint], descriptor: Int32) {
        self.port = Int(port)
        self.endpoints = endpoints
        self.descriptor = descriptor
    }

    /// Starts so many BMCs.
    ///
    /// - Parameters:
    ///   - count: at most `most`.
    ///   - configuration: of each; its port counts for all, its host for none, and a console outside is left out.
    ///   - chassis: the machine of each, by its place from 0 on.
    ///   - faults: the faults of each.
    /// - Throws: `IPMIServerError` when the socket cannot be had.
    public static func start(
        count: Int, _ configuration: IPMIServer.Configuration = IPMIServer.Configuration(),
        chassis: (Int) -> SharedChassis = { SharedChassis(Chassis(identity: Identity(serial: "SIM\($0)"))) },
        faults: (Int) -> FaultInjector = { _ in FaultInjector() }
    ) throws(IPMIServerError) -> LoopbackFarm {
        guard 0...most ~= count else {
            throw IPMIServerError(host: "lo", port: configuration.port, reason: "0 to \(most) BMCs, not \(count)")
        }
        var port = UInt16(clamping: configuration.port)
        let descriptor = clinux_loopback_open(&port)
        guard descriptor >= 0 else {
            throw IPMIServerError(
                host: "lo", port: configuration.port, reason: String(cString: strerror(-descriptor)))
        }
        let endpoints = (0..<count).map { index in
            var one = configuration
            one.seed = configuration.seed.map { $0 &+ UInt64(index) }
            if case .backend = one.console { one.console = .bootLog }
            let endpoint = SharedEndpoint(one, machine: FaultyChassis(chassis(index), faults: faults(index)))
            endpoint.state.withLock { $0.core.port = port }
            return endpoint
        }
        let farm = LoopbackFarm(port: port, endpoints: endpoints, descriptor: descriptor)
        guard farm.run() else {
            close(descriptor)
            throw IPMIServerError(host: "lo", port: Int(port), reason: "no thread")
        }
        return farm
    }

    /// The number of BMCs.
    public var count: Int { endpoints.count }

    /// The address of a BMC: 127.64.0.1 of the first one.
    public static func address(_ index: Int) -> String {
        let number = number(index)
        return "127.\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)"
    }

    /// What a BMC has seen and done up to now.
    public func statistics(_ index: Int) -> IPMIStatistics {
        let endpoint = endpoints[index]
        let now = endpoint.machine.chassis.now
        return endpoint.state.withLock { state in
            state.core.expireSessions(at: now)
            return state.core.statistics
        }
    }

    /// The machine behind a BMC, with its faults.
    public func machine(_ index: Int) -> FaultyChassis { endpoints[index].machine }

    /// Stops answering; back when the socket is closed.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        // Within one pause of the thread.
        while !ended.withLock({ $0 }) { usleep(2_000) }
    }

    // MARK: Addresses

    /// 250 addresses in each of the networks 127.64.0.0/24, 127.64.1.0/24 and on.
    private static func number(_ index: Int) -> UInt32 {
        127 << 24 | 64 << 16 + UInt32(index / 250) << 8 | UInt32(index % 250 + 1)
    }

    private func index(of address: UInt32) -> Int? {
        guard address >= Self.number(0) else { return nil }
        let (network, host) = ((address - Self.number(0)) >> 8, address & 0xFF)
        guard 1...250 ~= host else { return nil }
        let index = Int(network) * 250 + Int(host) - 1
        return index < endpoints.count ? index : nil
    }

    // MARK: The thread

    private func run() -> Bool {
        var thread = pthread_t()
        let farm = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<LoopbackFarm>.fromOpaque(pointer).takeRetainedValue().work()
                return nil
            }, farm.toOpaque())
        guard status == 0 else {
            farm.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func work() {
        var traffic = LoopbackTraffic(descriptor)
        var wakes = WakeList()
        while !stopping.load(ordering: .acquiring) {
            let wait = wakes.next.map { max(0, min(50, ($0 - began.duration(to: .now)) / .milliseconds(1))) } ?? 50
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if !traffic.isBusy { _ = poll(&polled, 1, Int32(wait.rounded(.up))) }
            traffic.receive { bytes, local, peer in
                guard let index = index(of: local) else { return [] }
                return step(index, &wakes) { $0.receive(bytes, from: peer, at: $1) }
            }
            let now = began.duration(to: .now)
            while let index = wakes.take(at: now) {
                traffic.send(step(index, &wakes) { $0.wake(at: $1) }, from: Self.number(index))
            }
            traffic.flush()
        }
        close(descriptor)
        ended.withLock { $0 = true }
    }

    /// Lets a BMC work; what it sends is the answer.
    private func step(
        _ index: Int, _ wakes: inout WakeList, _ body: (inout BMCEndpoint, Duration) -> [BMCAction]
    ) -> [BMCAction] {
        let endpoint = endpoints[index]
        let now = endpoint.machine.chassis.now
        let (actions, next) = endpoint.state.withLock { state in
            let actions = body(&state, now)
            return (actions, state.nextWake(after: now))
        }
        // The machine's clock may be another one.
        wakes.set(index, at: next.map { began.duration(to: .now) + max(.milliseconds(1), $0 - now) })
        return actions
    }
}

/// Datagrams of the farm's socket, in and out in batches.
private struct LoopbackTraffic {
    private static let slot = 1_088
    private let descriptor: Int32
    private var room = [UInt8](repeating: 0, count: slot * Int(CLINUX_LOOPBACK_MOST))
    private var arrived = [clinux_loopback_datagram](
        repeating: clinux_loopback_datagram(), count: Int(CLINUX_LOOPBACK_MOST))
    private var leaving: [UInt8] = []
    private var departures: [clinux_loopback_datagram] = []
    /// The last batch was full, so that more may be there.
    private(set) var isBusy = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Hands every datagram of a batch, its local address and its sender over, and sends the answers.
    mutating func receive(_ body: ([UInt8], UInt32, Peer) -> [BMCAction]) {
        let most = UInt32(arrived.count)
        let count = clinux_loopback_receive(descriptor, &room, UInt32(Self.slot), &arrived, most)
        isBusy = count == most
        for datagram in arrived.prefix(max(0, Int(count))) {
            let begin = Int(datagram.offset)
            let address = datagram.remote
            let peer = Peer(
                address: [
                    UInt8(truncatingIfNeeded: address >> 24), UInt8(truncatingIfNeeded: address >> 16),
                    UInt8(truncatingIfNeeded: address >> 8), UInt8(truncatingIfNeeded: address),
                ], port: datagram.remote_port)
            send(body(Array(room[begin..<begin + Int(datagram.count)]), datagram.local, peer), from: datagram.local)
        }
        flush()
    }

    /// Puts what a BMC sends into the next batch. A console outside is not there.
    mutating func send(_ actions: [BMCAction], from local: UInt32) {
        for case .send(let bytes, let peer) in actions where peer.address.count == 4 {
            departures.append(
                clinux_loopback_datagram(
                    offset: UInt32(leaving.count), count: UInt32(bytes.count), local: local,
                    remote: peer.address.reduce(0) { $0 << 8 | UInt32($1) }, remote_port: peer.port))
            leaving += bytes
            if departures.count == arrived.count { flush() }
        }
    }

    /// Sends the batch. What the kernel has no room for is lost, as on any network.
    mutating func flush() {
        var first = 0
        while first < departures.count {
            let sent = departures.withUnsafeBufferPointer { all in
                clinux_loopback_send(
                    descriptor, leaving, all.baseAddress.map { $0 + first }, UInt32(all.count - first))
            }
            first += max(1, Int(sent))
        }
        departures.removeAll(keepingCapacity: true)
        leaving.removeAll(keepingCapacity: true)
    }
}
