// SPDX-License-Identifier: Apache-2.0
private import Synchronization

/// A driver's own object. What may be done with it at the same time is the host's care.
struct DeviceHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// The devices a worker has open, by the host's numbers.
final class DeviceTable: Sendable {
    private struct Entry {
        let device: DeviceHandle
        var users = 0
    }

    private let entries = Mutex<[UInt64: Entry]>([:])

    var isEmpty: Bool { entries.withLock { $0.isEmpty } }

    func contains(_ id: UInt64) -> Bool { entries.withLock { $0[id] != nil } }

    func add(_ id: UInt64, _ device: DeviceHandle) {
        entries.withLock { $0[id] = Entry(device: device) }
    }

    /// Takes the device for one call.
    func use(_ id: UInt64) -> DeviceHandle? {
        entries.withLock { entries in
            entries[id]?.users += 1
            return entries[id]?.device
        }
    }

    /// Gives it back.
    func release(_ id: UInt64) { entries.withLock { $0[id]?.users -= 1 } }

    /// Takes a device that no call uses out of the table.
    func remove(_ id: UInt64) -> DeviceHandle? {
        entries.withLock { entries in
            guard let entry = entries[id], entry.users == 0 else { return nil }
            entries[id] = nil
            return entry.device
        }
    }

    /// Takes all devices that no call uses out of the table.
    func removeIdle() -> [DeviceHandle] {
        entries.withLock { entries in
            let idle = entries.filter { $0.value.users == 0 }
            for id in idle.keys { entries[id] = nil }
            return idle.values.map(\.device)
        }
    }
}
