// SPDX-License-Identifier: Apache-2.0

extension MachineDevice {
    /// The JSON of each component the device reports.
    public func inventory(deadline: Duration) async throws -> [String] {
        try await perform(.inventory, deadline) { try await $0.inventory(deadline: $1) }
    }

    /// The JSON of each sensor.
    public func sensors(deadline: Duration) async throws -> [String] {
        try await perform(.sensors, deadline) { try await $0.sensors(deadline: $1) }
    }

    /// Reads the event log from a cursor on.
    ///
    /// A cursor belongs to the driver that gave it, so that it is handed out with the driver's id before it; the next
    /// page comes from that driver or fails.
    public func events(after cursor: String? = nil, limit: Int? = nil, deadline: Duration) async throws -> EventPage {
        var only: String?
        var inner: String?
        if let cursor {
            let parts = cursor.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, units.contains(where: { $0.driver == parts[0] }) else {
                throw DriverError(
                    status: .invalid, message: "the cursor is of no driver of \(name)",
                    detailJSON: #"{"field":"after"}"#)
            }
            (only, inner) = (parts[0], parts[1])
        }
        let after = inner
        return try await perform(.readEvents, deadline, only: only) { device, time in
            var page = try await device.events(after: after, limit: limit, deadline: time)
            page.cursor = page.cursor.map { device.driver + "/" + $0 }
            return page
        }
    }

    /// Empties the event log on the device.
    /// - Parameter operation: the same for every retry of one intent.
    public func clearEvents(operation: String, deadline: Duration) async throws {
        try await perform(.clearEvents, deadline) {
            try await $0.clearEvents(operation: operation, deadline: $1)
        }
    }

    /// Opens the serial console.
    /// - Returns: a connected stream socket, which is the caller's to close; closing it ends the console.
    public func console(deadline: Duration) async throws -> Int32 {
        try await perform(.console, deadline) { try await $0.console(deadline: $1) }
    }
}
