// SPDX-License-Identifier: Apache-2.0
import Foundation
public import PXE
public import Store

/// DHCP leases in the store: a lease that was acknowledged survives a power cut.
public struct StoreLeases: LeaseStore {
    private let store: Store

    /// Leases of one data directory.
    public init(store: Store) {
        self.store = store
    }

    /// All saved leases.
    public func leases() async throws -> [DHCPLease] {
        try await store.read { transaction in
            try transaction.leases().map { try JSONDecoder().decode(DHCPLease.self, from: $0) }
        }
    }

    /// Saves leases in one transaction.
    public func save(_ leases: [DHCPLease]) async throws {
        try await store.write { transaction in
            for lease in leases {
                try transaction.putLease(mac: lease.mac.description, body: JSONEncoder().encode(lease))
            }
        }
    }
}
