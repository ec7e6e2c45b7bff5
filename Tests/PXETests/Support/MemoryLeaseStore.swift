// SPDX-License-Identifier: Apache-2.0
import PXE

/// Keeps leases in memory; can be told to fail or to take its time.
actor MemoryLeaseStore: LeaseStore {
    struct Full: Error, CustomStringConvertible {
        var description: String { "no space left" }
    }

    private(set) var saved: [DHCPLease] = []
    private var byMAC: [MACAddress: DHCPLease] = [:]
    private var failure: (any Error)?
    private var gate: CheckedContinuation<Void, Never>?
    private var isHeld = false

    func leases() -> [DHCPLease] { Array(byMAC.values) }

    func save(_ leases: [DHCPLease]) async throws {
        if isHeld { await withCheckedContinuation { gate = $0 } }
        if let failure { throw failure }
        saved += leases
        for lease in leases { byMAC[lease.mac] = lease }
    }

    func fail(_ error: (any Error)?) { failure = error }

    func hold() { isHeld = true }

    func release() {
        isHeld = false
        gate?.resume()
        gate = nil
    }

    var isWaiting: Bool { gate != nil }
}
