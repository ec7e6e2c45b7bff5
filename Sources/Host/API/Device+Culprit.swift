// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// A device's part in the search for the call that killed a worker.
extension Device {
    /// Makes the call that was in flight again, alone.
    /// - Returns: its answer; nil when only the open before the call was in flight, and is not to blame.
    /// - Throws: `DriverError`.
    func testify(_ witness: CulpritSearch.Witness, _ call: WorkerCall) async throws -> WorkerReply? {
        do { try await enter(.exclusive, call) } catch {
            witness.search.dismiss()
            throw witness.error
        }
        defer { gate.leave() }
        let wasOpening = witness.function == .driverOpen
        return try await witness.search.hear(
            name, open: opening(until: call.deadline), call: wasOpening ? nil : call, error: witness.error)
    }
}

extension WireFunction {
    /// Whether a call that was lost may simply be made again in another worker, on a session of its own.
    var isReplayable: Bool {
        switch self {
        case .driverProbe, .powerGet, .bootGet, .inventoryRead, .sensorsRead, .eventLogRead, .mediaPoll, .firmwarePoll:
            true
        default: false
        }
    }
}
