// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// A connection to a machine's serial port, telnet's part of it hidden.
struct ConsoleLink {
    let connection: TCPConnection
    private(set) var telnet: TelnetCodec?

    /// How long a console server may take to set its port.
    private static let patience: Duration = .seconds(5)
    /// The most bytes taken at once.
    static let chunk = 4096

    /// A link without telnet on an open connection.
    init(_ connection: TCPConnection) {
        self.connection = connection
    }

    /// Connects, and with RFC 2217 sets the port and has it acknowledged. What the console says meanwhile is lost: it is
    /// a greeting of the console server, or came before anybody listened.
    /// - Throws: `unreachable`; `unsupported` when the server does not speak RFC 2217; `protocol` when it keeps another
    ///   setting than it was told; `timeout`, `cancelled`.
    init(_ address: ConsoleAddress, _ settings: SerialSettings, _ call: borrowing Call) throws(PluginError) {
        do throws(PluginError) {
            connection = try TCPConnection.open(host: address.host, port: address.port, call)
            guard address.kind != .tcp else { return }
            telnet = TelnetCodec(address.kind == .rfc2217 ? settings : nil)
            try flush(call)
            if address.kind == .rfc2217 { try awaitSettings(call) }
        } catch {
            var error = error
            error.message = "console \(address.name): \(error.message)"
            throw error
        }
    }

    private mutating func awaitSettings(_ call: borrowing Call) throws(PluginError) {
        let limit = ContinuousClock.now + Self.patience
        while telnet?.port?.isComplete == false {
            let left = ContinuousClock.now.duration(to: limit)
            guard telnet?.refusesPort == false, left > .zero else {
                let missing = telnet?.port?.missing.map(\.name).joined(separator: ", ") ?? ""
                throw PluginError(
                    .unsupported, "the console server does not set the port by RFC 2217 (not acknowledged: \(missing))",
                    detail: ["field": "console"])
            }
            _ = try receive(within: left, call)
        }
        guard let (setting, wanted, kept) = telnet?.port?.difference else { return }
        throw PluginError(
            .protocol, "\(setting.name) was set to \(wanted) and the console server keeps \(kept)",
            detail: ["field": setting.name])
    }

    /// Types bytes.
    mutating func send(_ bytes: [UInt8], _ call: borrowing Call) throws(PluginError) {
        try connection.send(telnet?.encoded(bytes) ?? bytes, call)
    }

    /// Types a secret, which must be printable ASCII, without making a copy of it.
    mutating func send(_ secret: borrowing SecretBuffer, _ call: borrowing Call) throws(PluginError) {
        try connection.send(secret, call)
    }

    /// What the console shows within the time; nil when nothing came.
    /// - Throws: `unreachable` when the console server has ended the connection, `timeout`, `cancelled`.
    mutating func receive(within duration: Duration, _ call: borrowing Call) throws(PluginError) -> [UInt8]? {
        guard let bytes = try connection.receive(upTo: Self.chunk, within: duration, call) else { return nil }
        guard !bytes.isEmpty else {
            throw PluginError(.unreachable, "the console server ended the connection", retryable: true)
        }
        guard telnet != nil else { return bytes }
        let data = telnet?.receive(bytes) ?? []
        try flush(call)
        return data
    }

    /// Throws away what has come so far.
    mutating func drain(_ call: borrowing Call) throws(PluginError) {
        // A console that never falls silent is not waited for.
        for _ in 0..<256 { guard try receive(within: .zero, call) != nil else { return } }
    }

    private mutating func flush(_ call: borrowing Call) throws(PluginError) {
        let bytes = telnet?.takeOutput() ?? []
        if !bytes.isEmpty { try connection.send(bytes, call) }
    }
}
