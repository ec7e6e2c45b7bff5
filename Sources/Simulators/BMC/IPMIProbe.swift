// SPDX-License-Identifier: Apache-2.0

/// Asks a BMC for its authentication capabilities, which it answers without a session.
struct IPMIProbe: DatagramConversation {
    /// RMCP header, IPMI 1.5 session header without authentication, Get Channel Authentication Capabilities
    /// (IPMI 2.0 section 22.13) for this channel and the administrator.
    private static let request: [UInt8] = [
        0x06, 0x00, 0xFF, 0x07, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x09, 0x20, 0x18, 0xC8, 0x81, 0x00, 0x38, 0x8E, 0x04,
        0xB5,
    ]

    private var remaining: Int

    /// - Parameter attempts: how often to ask, every 50 ms.
    init(attempts: Int) {
        remaining = attempts
    }

    mutating func start() -> DatagramStep<Bool> {
        guard remaining > 0 else { return .done(false) }
        remaining -= 1
        return .send(Self.request, wait: .milliseconds(50))
    }

    mutating func receive(_ bytes: [UInt8]) -> DatagramStep<Bool> {
        bytes.count > 6 && bytes[0] == 0x06 ? .done(true) : .ignore
    }

    mutating func timeout() -> DatagramStep<Bool> {
        start()
    }
}
