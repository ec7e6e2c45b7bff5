// SPDX-License-Identifier: Apache-2.0
private import BMCModel
private import IPMISimulator
private import LineSimulator
private import RedfishSimulator

/// A recorded device that answers again: the protocol is spoken by a simulator, the answers come from the trace.
public final class ReplayTarget: Sendable {
    /// The secret that stands for each recorded one.
    public static let secret = "replay-secret-1"
    public static let host = "127.0.0.1"

    public let port: Int
    /// `http` when the device is reached by a URL.
    public let scheme: String?
    private let book: ReplayBook
    private let end: @Sendable () async -> Void

    private init(port: Int, scheme: String?, book: ReplayBook, end: @escaping @Sendable () async -> Void) {
        self.port = port
        self.scheme = scheme
        self.book = book
        self.end = end
    }

    /// Starts the one that speaks the trace's protocol.
    /// - Throws: `TraceError` for a trace without messages, with several protocols, or with an unknown one.
    public static func start(_ trace: TraceFile, user: String) async throws -> ReplayTarget {
        let protocols = trace.protocols
        guard let name = protocols.first, protocols.count == 1 else {
            throw TraceError(
                message: protocols.isEmpty
                    ? "the trace has no messages: its driver reports none with call->wire"
                    : "the trace has messages of several protocols: \(protocols.joined(separator: ", "))")
        }
        let chassis = SharedChassis(Chassis())
        switch name {
        case "ipmi":
            let book = ReplayBook(trace, protocolName: name, key: IPMIMessage.key)
            var configuration = IPMIServer.Configuration(user: user, password: secret)
            configuration.commandOverride = { IPMIMessage.answer($0, from: book) }
            let server = try await IPMIServer.start(configuration, chassis: chassis, faults: FaultInjector())
            return ReplayTarget(port: server.port, scheme: nil, book: book) { await server.stop() }
        case "http":
            let book = ReplayBook(trace, protocolName: name, key: HTTPMessage.key)
            var configuration = RedfishServer.Configuration(tls: .off, user: user, password: secret)
            configuration.requestOverride = { HTTPMessage.answer($0, from: book) }
            let server = try await RedfishServer.start(configuration, chassis: chassis, faults: FaultInjector())
            return ReplayTarget(port: server.port, scheme: "http", book: book) { await server.stop() }
        case "line":
            let book = ReplayBook(trace, protocolName: name, key: LineMessage.key)
            var configuration = LineServer.Configuration(user: user, password: secret)
            configuration.requestOverride = { LineMessage.answer($0, from: book) }
            let server = try await LineServer.start(configuration, chassis: chassis)
            return ReplayTarget(port: server.port, scheme: nil, book: book) { await server.stop() }
        default:
            throw TraceError(message: "no replayer speaks \(name); ipmi, http and line are known")
        }
    }

    /// Requests the recorded device never got.
    public var unknownRequests: [String] { book.unknownRequests }

    /// Recorded requests that were not made.
    public var unusedRequests: [String] { book.unusedRequests }

    public func stop() async { await end() }
}
