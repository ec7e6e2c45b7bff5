// SPDX-License-Identifier: Apache-2.0
import PluginAPI

/// How much a log line matters; the numbers are those of `ingot_host.log`.
public enum LogLevel: Int32, Sendable {
    case debug = 0
    case info = 1
    case notice = 2
    case warning = 3
    case error = 4
}

/// The host's log, usable from any thread between start and stop of the plugin.
public enum HostLog {
    /// Writes a line; nothing happens outside start and stop. Never pass a secret.
    public static func write(_ level: LogLevel, _ message: String, _ fields: [String: String] = [:]) {
        guard let host = Registry.host, let log = present(host, size: host.pointee.struct_size, \.log) else { return }
        let fieldText = fields.isEmpty ? nil : try? JSONText.encode(fields)
        PluginError.oneLine(message).withCString { message in
            fieldText.withOptionalCString { log(host, level.rawValue, message, $0) }
        }
    }
}
