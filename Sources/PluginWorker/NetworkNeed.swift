// SPDX-License-Identifier: Apache-2.0

/// One thing a plugin connects to, as its manifest says it: `udp/623`, `tcp/*`, `unix/*`.
package struct NetworkNeed: Hashable, Sendable, CustomStringConvertible {
    package enum Transport: String, Sendable {
        case udp
        case tcp
        case unix
    }

    package let transport: Transport
    /// nil is every port.
    package let port: UInt16?

    package init(transport: Transport, port: UInt16?) {
        self.transport = transport
        self.port = port
    }

    /// Reads a need; nil when the text is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let transport = Transport(rawValue: String(parts[0])) else { return nil }
        guard parts[1] != "*" else {
            self.init(transport: transport, port: nil)
            return
        }
        guard transport != .unix, let port = UInt16(parts[1]), port > 0, parts[1].first != "+" else { return nil }
        self.init(transport: transport, port: port)
    }

    package var description: String { "\(transport.rawValue)/\(port.map { String($0) } ?? "*")" }
}
