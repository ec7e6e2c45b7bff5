// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What was said between a driver and a device: lines of JSON, the first of which tells what the rest is about.
public struct TraceFile: Sendable, Equatable {
    public struct Header: Sendable, Equatable, Codable {
        /// Version of the format.
        public var ingotTrace = 1
        /// The plugin's id, version and SHA-256.
        public var plugin: String
        public var version: String
        public var sha256: String
        /// RFC 3339, UTC.
        public var recorded: String
        /// The device's configuration without its secrets.
        public var configuration: String
        /// The names of the secrets it had.
        public var secrets: [String]
        /// What the device said it is; an object of docs/driver-json.md.
        public var identity: String?

        private enum CodingKeys: String, CodingKey {
            case plugin, version, sha256, recorded, configuration, secrets, identity
            case ingotTrace = "ingot_trace"
        }

        public init(
            plugin: String, version: String, sha256: String, recorded: String, configuration: String, secrets: [String]
        ) {
            self.plugin = plugin
            self.version = version
            self.sha256 = sha256
            self.recorded = recorded
            self.configuration = configuration
            self.secrets = secrets
        }
    }

    public var header: Header
    public var entries: [TraceEntry]

    /// Bytes of the longest trace that is read.
    public static let limit = 256 << 20

    public init(header: Header, entries: [TraceEntry]) {
        self.header = header
        self.entries = entries
    }

    /// Reads a trace.
    /// - Throws: `TraceError` that names the line.
    public init(_ text: Data) throws(TraceError) {
        guard text.count <= Self.limit else { throw TraceError(message: "a trace of more than \(Self.limit) bytes") }
        let lines = text.split(separator: 0x0A)
        let decoder = JSONDecoder()
        guard let first = lines.first else { throw TraceError(message: "the trace is empty") }
        do { header = try decoder.decode(Header.self, from: first) } catch {
            throw TraceError(message: "line 1 is no header of a trace: \(Self.reason(error))")
        }
        guard header.ingotTrace == 1 else {
            throw TraceError(message: "ingot_trace is \(header.ingotTrace); this version reads 1")
        }
        entries = []
        entries.reserveCapacity(lines.count)
        for (number, line) in lines.enumerated().dropFirst() {
            do { entries.append(try decoder.decode(TraceEntry.self, from: line)) } catch {
                throw TraceError(message: "line \(number + 1): \(Self.reason(error))")
            }
        }
    }

    /// The trace as it stands in a file.
    public func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text = try encoder.encode(header)
        for entry in entries {
            text.append(0x0A)
            text.append(try encoder.encode(entry))
        }
        text.append(0x0A)
        return text
    }

    /// The protocols of its messages, each once.
    public var protocols: [String] { Set(entries.compactMap { $0.to ?? $0.from }).sorted() }

    private static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
        case .dataCorrupted(let context): context.debugDescription
        default: "\(error)"
        }
    }
}

/// Why a trace cannot be read, recorded or replayed.
public struct TraceError: Error, Sendable, CustomStringConvertible {
    public let message: String

    public init(message: String) { self.message = message }

    public var description: String { message }
}
