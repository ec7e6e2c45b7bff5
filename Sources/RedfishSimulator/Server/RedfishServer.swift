// SPDX-License-Identifier: Apache-2.0
public import BMCModel
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A Redfish service on a socket: the shell around `RedfishService` that does HTTP, TLS and the faults of bytes.
public final class RedfishServer: Sendable {
    private struct State {
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var streams: [Int: any Channel] = [:]
        var pump: RepeatedTask?
        var statistics = Statistics()
        var isStopped = false
        var isRefusing = false
    }

    public let configuration: Configuration
    public let port: Int
    /// The faults; they may be changed while the server runs.
    public let faults: FaultInjector
    /// The machine behind the service.
    public let machine: FaultyChassis

    private let service: Mutex<RedfishService>
    private let contexts: TLSContexts?
    private let group: any EventLoopGroup
    private let state: Mutex<State>

    // MARK: Life

    /// Starts a service for a machine.
    /// - Throws: what the system says when the address cannot be had, or the certificate cannot be read.
    public static func start(
        _ configuration: Configuration, chassis: SharedChassis, faults: FaultInjector = FaultInjector()
    ) async throws -> RedfishServer {
        try await start(configuration, machine: FaultyChassis(chassis, faults: faults))
    }

    /// Starts a service for a machine that other protocols may speak for too.
    public static func start(_ configuration: Configuration, machine: FaultyChassis) async throws -> RedfishServer {
        let contexts: TLSContexts? =
            switch configuration.tls {
            case .off: nil
            case .generated: try TLSContexts(ServerCertificate.make())
            case .files(let certificate, let key):
                try TLSContexts(
                    ServerCertificate(
                        certificate: String(contentsOfFile: certificate, encoding: .utf8),
                        key: String(contentsOfFile: key, encoding: .utf8)))
            }
        let group = MultiThreadedEventLoopGroup.singleton
        // The port must be known to the server, and the server to the connections.
        let owner = Mutex<RedfishServer?>(nil)
        let box = Owner(owner)
        let listener = try await listen(configuration, group, port: configuration.port) { box.server }
        let server = RedfishServer(
            configuration, machine, contexts, group, port: listener.localAddress?.port ?? configuration.port)
        box.set(server)
        server.state.withLock { $0.listener = listener }
        if let fault = machine.faults.present("refuse"), fault.whole("after") == 0 {
            server.refuse()
            try? await listener.closeFuture.get()
        }
        return server
    }

    private init(
        _ configuration: Configuration, _ machine: FaultyChassis, _ contexts: TLSContexts?, _ group: any EventLoopGroup,
        port: Int
    ) {
        self.configuration = configuration
        self.machine = machine
        self.contexts = contexts
        self.group = group
        self.port = port
        faults = machine.faults
        var service = RedfishService(
            profile: configuration.profile, chassis: machine, options: configuration.options)
        if let contexts {
            service.manager.serverCertificate = contexts.certificatePEM
            service.installCertificate = { contexts.replace($0) }
        }
        self.service = Mutex(service)
        state = Mutex(State())
    }

    private static func listen(
        _ configuration: Configuration, _ group: any EventLoopGroup, port: Int,
        _ server: @escaping @Sendable () -> RedfishServer?
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard let server = server() else { return channel.close() }
                return server.admit(channel)
            }
            .bind(host: configuration.host, port: port).get()
    }

    /// Ends the service and its connections.
    public func stop() async {
        let (listener, connections, pump) = state.withLock { state in
            state.isStopped = true
            defer { (state.listener, state.pump) = (nil, nil) }
            return (state.listener, Array(state.connections.values), state.pump)
        }
        pump?.cancel()
        try? await listener?.close()
        for connection in connections { try? await connection.close() }
    }

    // MARK: What others see

    /// Such as `https://127.0.0.1:8443`.
    public var baseURL: String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(contexts == nil ? "http" : "https")://\(host):\(port)"
    }

    /// What the service does differently from the specification.
    public var behaviours: Set<RedfishBehaviour> {
        configuration.options.behaviours ?? configuration.profile.behaviours
    }

    /// The certificate of the service in PEM; nil without TLS.
    public var certificatePEM: String? { contexts?.certificatePEM }

    public var statistics: Statistics {
        let (counts, open, restarts) = service.withLock { ($0.counts, $0.sessions.count, $0.availability.restarts) }
        return state.withLock { state in
            var statistics = state.statistics
            statistics.sessionsOpen = open
            statistics.sessionsOpened = counts.opened
            statistics.sessionsPeak = counts.peak
            statistics.sessionsDeleted = counts.deleted
            statistics.sessionsDeletedByOthers = counts.deletedByOthers
            statistics.sessionsExpired = counts.expired
            statistics.loginsFailed = counts.failures
            statistics.restarts = restarts
            return statistics
        }
    }

    // MARK: Connections

    private func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        if let fault = faults.present("refuse"), fault.whole("after") == 0 {
            refuse()
            return channel.close()
        }
        let isWelcome = state.withLock { state in
            guard !state.isStopped, state.connections.count < configuration.connectionLimit else { return false }
            state.connections[ObjectIdentifier(channel)] = channel
            state.statistics.connections += 1
            return true
        }
        guard isWelcome else { return channel.close() }
        channel.closeFuture.whenComplete { _ in self.forget(channel) }
        return channel.eventLoop.makeCompletedFuture {
            if let contexts = self.contexts {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: contexts.next(self.faults)))
            }
            try channel.pipeline.syncOperations.addHandler(
                ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes), maximumBufferSize: 1 << 18))
            // A client that has said nothing for two minutes is not coming back.
            try channel.pipeline.syncOperations.addHandler(IdleStateHandler(readTimeout: .seconds(120)))
            try channel.pipeline.syncOperations.addHandler(ConnectionHandler(self))
        }
    }

    private func forget(_ channel: any Channel) {
        let gone = state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = nil
            let gone = state.streams.filter { $0.value === channel }.map(\.key)
            for stream in gone { state.streams[stream] = nil }
            return gone
        }
        for stream in gone { service.withLock { $0.closeStream(stream) } }
    }

    // MARK: Requests

    /// The answer to a request, and how its bytes go out.
    func answer(_ request: HTTPRequest, keepsAlive: Bool) -> (response: HTTPResponse, steps: [DeliveryStep]) {
        if let fault = faults.present("refuse"), fault.whole("after") > 0, faults.strikes("refuse") != nil {
            refuse()
            return (HTTPResponse(503), [.reset])
        }
        var response: HTTPResponse
        let template: String
        if let replayed = configuration.requestOverride?(request) {
            (response, template) = (replayed, "(override)")
            response.isHeadOnly = request.method == "HEAD"
        } else {
            let now = machine.chassis.now
            (response, template) = service.withLock { $0.answer(request, now: now) }
        }
        state.withLock { $0.statistics.requests["\(Self.known(request.method)) \(template)", default: 0] += 1 }
        switch response.ending {
        case .reset: return (response, [.reset])
        case .silence: return (response, [.silence])
        case .answer:
            let head = response.head(keepsAlive: keepsAlive && response.stream == nil)
            return (response, StreamFaults(faults: faults).plan(head: head, body: response.sentBody))
        }
    }

    /// A method by its name, so that a hostile client cannot fill the statistics.
    private static func known(_ method: String) -> String {
        ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"].contains(method) ? method : "(other)"
    }

    // MARK: Refusing

    /// Stops listening until the fault is lifted.
    private func refuse() {
        let taken: (listener: any Channel, connections: [any Channel])? = state.withLock { state in
            guard !state.isRefusing, let listener = state.listener else { return nil }
            state.isRefusing = true
            state.listener = nil
            return (listener, Array(state.connections.values))
        }
        guard let taken else { return }
        taken.listener.close(promise: nil)
        for connection in taken.connections {
            connection.pipeline.fireUserInboundEventTriggered(ConnectionHandler.Drop())
        }
        Task { [self] in
            while faults.present("refuse") != nil, !state.withLock({ $0.isStopped }) {
                try? await Task.sleep(for: .milliseconds(50))
            }
            while !state.withLock({ $0.isStopped }) {
                let box = Owner(Mutex(self))
                guard let listener = try? await Self.listen(configuration, group, port: port, { box.server }) else {
                    try? await Task.sleep(for: .milliseconds(50))
                    continue
                }
                let isLate = state.withLock { state in
                    state.isRefusing = false
                    if !state.isStopped { state.listener = listener }
                    return state.isStopped
                }
                if isLate { try? await listener.close() }
                return
            }
        }
    }

    // MARK: Events

    /// Opens a stream on a connection.
    func register(stream: Int, _ channel: any Channel) {
        state.withLock { $0.streams[stream] = channel }
    }

    /// Sends what waits, and keeps doing so while anyone listens.
    func pump() {
        let now = machine.chassis.now
        let (outgoing, open, isNeeded) = service.withLock { service in
            (service.takeOutbox(now: now), Set(service.events.streams), service.hasListeners)
        }
        let streams = state.withLock { $0.streams }
        for event in outgoing {
            if let stream = event.stream {
                guard let channel = streams[stream] else { continue }
                channel.writeAndFlush(ByteBuffer(bytes: event.body), promise: nil)
            } else {
                EventPush.send(event.body, to: event.destination, group)
            }
        }
        for (stream, channel) in streams where !open.contains(stream) { channel.close(promise: nil) }
        state.withLock { state in
            if isNeeded, state.pump == nil, !state.isStopped {
                state.pump = group.next().scheduleRepeatedTask(
                    initialDelay: .milliseconds(50), delay: .milliseconds(50)
                ) { [weak self] _ in self?.pump() }
            } else if !isNeeded {
                state.pump?.cancel()
                state.pump = nil
            }
        }
    }
}

/// The server that connections of a listener belong to; known a moment after the listener.
private final class Owner: Sendable {
    private let held: Mutex<RedfishServer?>

    init(_ held: consuming Mutex<RedfishServer?>) { self.held = held }

    var server: RedfishServer? { held.withLock { $0 } }
    func set(_ server: RedfishServer) { held.withLock { $0 = server } }
}
