// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension OutletDriver: Sweeping {
    /// An outlet tells its state and nothing of the machine's health.
    public static var sweepSubjects: [SweepSubject] { [.power] }

    /// So many PDUs are asked at a time, each through a socket of its own.
    private static let window = 256

    /// Reads the outlets of all machines with overlapping requests. A machine without an outlet reads as unknown.
    public func sweep(
        _ devices: [OutletDevice], _ subject: SweepSubject, _ call: borrowing Call
    ) throws(PluginError) {
        var waiting = devices.enumerated().makeIterator()
        var visits: [SweepVisit] = []
        while true {
            var results: [SweepResult] = []
            while visits.count < Self.window, let (index, device) = waiting.next() {
                guard let configuration = device.path.configuration.outlet else {
                    results.append(SweepResult(index: index, value: PowerState.unknown.rawValue))
                    continue
                }
                do throws(PluginError) {
                    visits.append(try SweepVisit(index, Outlets(configuration: configuration), call))
                } catch {
                    results.append(SweepResult(index: index, failure: error.status, vendorCode: error.vendorCode))
                }
            }
            try call.emit(results)
            // What is not told by the deadline reads as TIMEOUT.
            guard let due = visits.map(\.due).min(), call.remaining > .zero else { return }
            try call.checkCancelled()
            let ready = Set(
                call.waitReadable(
                    descriptors: visits.map(\.descriptor), for: max(.zero, ContinuousClock.now.duration(to: due))))
            try go(on: &visits, ready, call)
        }
    }

    /// Takes what has arrived and asks again where the patience is over; what is told or failed is done with.
    private func go(on visits: inout [SweepVisit], _ ready: Set<Int32>, _ call: borrowing Call) throws(PluginError) {
        var results: [SweepResult] = []
        var open: [SweepVisit] = []
        let now = ContinuousClock.now
        for visit in visits {
            do throws(PluginError) {
                if ready.contains(visit.descriptor), let state = try visit.take(call) {
                    results.append(SweepResult(index: visit.index, value: state.rawValue))
                    continue
                }
                if visit.due <= now { try visit.ask(call) }
                open.append(visit)
            } catch {
                results.append(SweepResult(index: visit.index, failure: error.status, vendorCode: error.vendorCode))
            }
        }
        visits = open
        try call.emit(results)
    }
}
