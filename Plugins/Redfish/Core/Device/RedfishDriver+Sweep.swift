// SPDX-License-Identifier: Apache-2.0
public import PluginKit
import Synchronization

extension RedfishDriver: Sweeping {
    public static var sweepSubjects: [SweepSubject] { [.power, .health] }

    /// Reads every device over one libcurl multi handle, whose connections are kept for the next sweep.
    public func sweep(
        _ devices: [RedfishDevice], _ subject: SweepSubject, _ call: borrowing Call
    ) throws(PluginError) {
        let transfers = try pool.take()
        defer { pool.give(transfers) }
        var sweep = Sweep(transfers, devices, subject)
        defer { sweep.end() }
        do throws(PluginError) {
            try sweep.run(call)
        } catch {
            // At the deadline the sweep is over: a device without a result reads as TIMEOUT.
            if error.status != .timeout { throw error }
        }
    }
}

/// The transfers of sweeps between sweeps; two sweeps at once have one each, and one is kept.
final class SweepPool: Sendable {
    private struct Kept: @unchecked Sendable { var transfers: Transfers? }
    private let kept = Mutex(Kept())

    func take() throws(PluginError) -> Transfers {
        let transfers = kept.withLock { kept -> Kept in
            defer { kept.transfers = nil }
            return kept
        }
        if let transfers = transfers.transfers { return transfers }
        return try Transfers(connections: Sweep.width)
    }

    func give(_ transfers: Transfers) {
        let back = Kept(transfers: transfers)
        kept.withLock { if $0.transfers == nil { $0 = back } }
    }

    func empty() { kept.withLock { $0.transfers = nil } }
}

/// One sweep under way.
private struct Sweep {
    /// How many devices are asked at the same time; each takes a descriptor.
    static let width = 256

    private let transfers: Transfers
    private var visits: [SweepVisit]
    private var running: [ObjectIdentifier: (index: Int, exchange: Exchange)] = [:]
    private var results: [SweepResult] = []

    init(_ transfers: Transfers, _ devices: [RedfishDevice], _ subject: SweepSubject) {
        self.transfers = transfers
        visits = devices.map { SweepVisit($0, subject) }
    }

    mutating func run(_ call: borrowing Call) throws(PluginError) {
        var next = 0
        while next < visits.count || !running.isEmpty {
            while next < visits.count, running.count < Self.width {
                begin(next, call)
                next += 1
            }
            for finished in try transfers.wait(call) { take(finished, call) }
            try call.emit(results)
            results = []
            try call.checkCancelled()
        }
    }

    /// Leaves nothing of this sweep in the transfers.
    mutating func end() {
        for (index, exchange) in running.values {
            visits[index].device.client.noteLost(exchange)
            transfers.stop(exchange)
        }
        for visit in visits { visit.device.client.secretPrefix = "" }
    }

    private mutating func begin(_ index: Int, _ call: borrowing Call) {
        do throws(PluginError) {
            let client = visits[index].device.client
            client.secretPrefix = "\(index)."
            let (request, credentials) = try visits[index].request(call)
            visits[index].begin(
                within: SweepVisit.share(of: call.remaining, waiting: visits.count - index, width: Self.width))
            let exchange = try client.exchange(request, credentials, call)
            if let end = visits[index].end { exchange.setTime(ContinuousClock.now.duration(to: end)) }
            call.wire(.sent, "http", client.report(exchange))
            try transfers.start(exchange)
            running[ObjectIdentifier(exchange)] = (index, exchange)
        } catch {
            fail(index, error)
        }
    }

    private mutating func take(_ finished: Transfers.Finished, _ call: borrowing Call) {
        guard let (index, exchange) = running.removeValue(forKey: ObjectIdentifier(finished.exchange)) else { return }
        do throws(PluginError) {
            if let failure = finished.failure {
                visits[index].device.client.noteLost(exchange)
                throw failure
            }
            call.wire(.received, "http", WireText.text(of: exchange.response))
            switch try visits[index].take(exchange.request, exchange.response, call) {
            case .again: begin(index, call)
            case .value(let value): results.append(SweepResult(index: index, value: value))
            case .failure(let status, let code):
                results.append(SweepResult(index: index, failure: status, vendorCode: code))
            }
        } catch {
            fail(index, error)
        }
    }

    private mutating func fail(_ index: Int, _ error: PluginError) {
        results.append(SweepResult(index: index, failure: error.status, vendorCode: error.vendorCode))
    }
}
