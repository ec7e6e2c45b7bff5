// SPDX-License-Identifier: Apache-2.0
import CCurl
import PluginKit

/// Transfers that run side by side on the thread that asks, over connections that are kept between them.
///
/// Not thread-safe: one call at a time uses it.
final class Transfers {
    private let multi: UnsafeMutableRawPointer
    private var running: [UnsafeMutableRawPointer: Exchange] = [:]

    /// A transfer that is over; `failure` is nil when there is an answer.
    struct Finished {
        var exchange: Exchange
        var failure: PluginError?
    }

    /// - Parameter connections: how many are kept open.
    init(connections: Int) throws(PluginError) {
        guard let multi = curl_multi_init() else { throw PluginError(.internal, "libcurl has no handle left") }
        self.multi = multi
        _ = ingot_curl_set_multi_number(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    deinit {
        for exchange in running.values { curl_multi_remove_handle(multi, exchange.handle) }
        curl_multi_cleanup(multi)
    }

    var count: Int { running.count }

    func start(_ exchange: Exchange) throws(PluginError) {
        guard curl_multi_add_handle(multi, exchange.handle) == CURLM_OK else {
            throw PluginError(.internal, "libcurl does not take the transfer")
        }
        running[exchange.handle] = exchange
    }

    /// Ends a transfer that is under way, and its connection with it.
    func stop(_ exchange: Exchange) {
        guard running.removeValue(forKey: exchange.handle) != nil else { return }
        curl_multi_remove_handle(multi, exchange.handle)
    }

    /// Goes on with all transfers until at least one is over or the call is; empty when the call is over, or nothing
    /// happened for `patience`.
    func wait(patience: Duration = .seconds(1), _ call: borrowing Call) throws(PluginError) -> [Finished] {
        let end = ContinuousClock.now + patience
        while !call.isCancelled {
            let finished = try perform()
            if !finished.isEmpty || running.isEmpty { return finished }
            let time = min(ContinuousClock.now.duration(to: end), call.remaining)
            guard time > .zero else { return [] }
            poll(time, beside: call.cancelDescriptor)
        }
        return []
    }

    /// Goes on with one transfer, the only one, whatever became of the call; true when its answer has come.
    func finish(_ exchange: Exchange, within time: Duration) throws(PluginError) -> Bool {
        let end = ContinuousClock.now + time
        while running.count == 1, running[exchange.handle] != nil {
            if let finished = try perform().first { return finished.failure == nil }
            let time = ContinuousClock.now.duration(to: end)
            guard time > .zero else { return false }
            poll(time, beside: -1)
        }
        return false
    }

    private func perform() throws(PluginError) -> [Finished] {
        var left: Int32 = 0
        guard curl_multi_perform(multi, &left) == CURLM_OK else {
            throw PluginError(.internal, "libcurl cannot go on with a transfer")
        }
        return takeFinished()
    }

    /// Waits for a socket of the transfers, or for the descriptor where it is one.
    private func poll(_ time: Duration, beside descriptor: Int32) {
        let (seconds, attoseconds) = time.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        var extra = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        _ = curl_multi_poll(multi, &extra, descriptor >= 0 ? 1 : 0, milliseconds, nil)
    }

    private func takeFinished() -> [Finished] {
        var finished: [Finished] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            guard let exchange = running.removeValue(forKey: handle) else { continue }
            finished.append(
                Finished(exchange: exchange, failure: code == CURLE_OK ? nil : exchange.failure(code)))
            curl_multi_remove_handle(multi, handle)
        }
        return finished
    }
}
