// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// An event stream of the service (DSP0266, "Server-sent events"): an answer without end, over a connection of its own.
///
/// It goes on when it is looked at; between, what comes in waits in the connection.
final class EventStream {
    enum State: Equatable {
        /// No answer has come yet.
        case opening
        case live
        /// The service refused it, or the connection has ended.
        case ended
    }

    /// How long the beginning of the answer is waited for.
    private static let opening = Duration.milliseconds(500)

    private(set) var state = State.opening
    private let transfers: Transfers
    private let exchange: Exchange
    private let counter = Counter()

    private final class Counter {
        var parser = EventStreamParser()
        var events = 0
    }

    /// Asks for the stream at a path of the client's service.
    init(_ client: Client, _ path: String, _ call: borrowing Call) throws(PluginError) {
        transfers = try Transfers(connections: 1)
        var request = HTTPRequest(method: .get, path: path)
        request.accept = "text/event-stream"
        exchange = try client.exchange(request, .login, call)
        exchange.makeEndless { [counter] in counter.events += counter.parser.take($0) }
        call.wire(.sent, "http", client.report(exchange))
        try transfers.start(exchange)
        // So that it is there before the log is read, where the service is quick.
        let limit = ContinuousClock.now + Self.opening
        while exchange.response.status == 0, transfers.count > 0, ContinuousClock.now < limit {
            if try !transfers.wait(patience: .milliseconds(20), call).isEmpty || call.isCancelled { break }
        }
        _ = try news(call)
    }

    deinit { transfers.stop(exchange) }

    /// How many events came since the last time; goes on with the stream as far as that takes no waiting.
    func news(_ call: borrowing Call) throws(PluginError) -> Int {
        guard state != .ended else { return 0 }
        let hasEnded = try !transfers.wait(patience: .zero, call).isEmpty || transfers.count == 0
        let isStream = exchange.response["Content-Type"]?.lowercased().hasPrefix("text/event-stream") == true
        if hasEnded || (exchange.response.status != 0 && !(exchange.response.status == 200 && isStream)) {
            state = .ended
            transfers.stop(exchange)
        } else if exchange.response.status == 200, isStream {
            state = .live
        }
        defer { counter.events = 0 }
        return counter.events
    }
}
