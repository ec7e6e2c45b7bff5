// SPDX-License-Identifier: Apache-2.0
import PluginAPI

extension Call {
    /// Which way a message on the wire goes.
    public enum Direction: Int32, Sendable {
        case sent = 0
        case received = 1
    }

    /// Hands one result to the host. Throws when the host does not take it.
    public func emit(_ key: String, _ bytes: [UInt8]) throws(PluginError) {
        guard let emit = function(\.emit) else {
            throw PluginError(.internal, "the host takes no results")
        }
        let status = key.withCString { key in
            bytes.withUnsafeBytes { emit(raw, key, $0.baseAddress, $0.count) }
        }
        if let error = PluginError(hostStatus: status, doing: "the result '\(key)'") { throw error }
    }

    /// Hands one text result to the host.
    public func emit(_ key: String, _ text: String) throws(PluginError) {
        try emit(key, Array(text.utf8))
    }

    /// Hands one result to the host as JSON with sorted members in snake_case.
    public func emit(_ key: String, json value: some Encodable) throws(PluginError) {
        try emit(key, JSONText.encode(value))
    }

    /// Says how far the work is, in thousandths, and which stage it is in.
    public func progress(_ permille: UInt32, _ stage: String) {
        guard let progress = function(\.progress) else { return }
        stage.withCString { progress(raw, min(permille, 1000), $0) }
    }

    /// Reports that a request is about to leave or an answer came, which is how the host tells a call that failed
    /// from one that may have been applied. Bytes that hold anything secret are marked `sensitive`.
    public func wire(_ direction: Direction, _ protocolName: String, _ bytes: [UInt8] = [], sensitive: Bool = false) {
        guard let wire = function(\.wire) else { return }
        let flags: UInt32 = sensitive ? UInt32(INGOT_WIRE_SENSITIVE) : 0
        protocolName.withCString { name in
            bytes.withUnsafeBytes { wire(raw, direction.rawValue, name, flags, $0.baseAddress, $0.count) }
        }
    }

    /// Writes a line to the host's log; `fields` go along as JSON. Never pass a secret.
    public func log(_ level: LogLevel, _ message: String, _ fields: [String: String] = [:]) {
        HostLog.write(level, message, fields)
    }
}
