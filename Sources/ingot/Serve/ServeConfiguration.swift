// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import PXE
import Yams

/// What `ingot serve --config FILE` reads (YAML). Every member has a default except the deployment server's address.
struct ServeConfiguration: Decodable, Sendable {
    /// The REST API.
    struct API: Decodable, Sendable {
        /// `ADDRESS:PORT`; port 0 picks a free one.
        var listen: String?
    }

    /// The deployment network and its boot services.
    struct Deployment: Decodable, Sendable {
        var interface: String?
        var address: String
        var subnet: String
        var router: String?
        var dns: [String]?
        var dhcpPort: Int?
        var tftpPort: Int?
        var httpPort: Int?
        var bootPrograms: String?
        /// Paths of files that machines may load, by name.
        var files: [String: String]?
        /// Names of boot programs in `files`, by `BootArchitecture`.
        var bootFiles: [String: String]?
        var leaseSeconds: UInt32?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case interface, address, subnet, router, dns, files
            case dhcpPort = "dhcp_port"
            case tftpPort = "tftp_port"
            case httpPort = "http_port"
            case bootPrograms = "boot_programs"
            case bootFiles = "boot_files"
            case leaseSeconds = "lease_seconds"
        }
    }

    /// The in-band agent's files.
    struct Agent: Decodable, Sendable {
        var kernel: String?
        var initrd: String?
    }

    var data: String?
    var plugins: [String]?
    /// Directories with a site's own quirk rows.
    var quirks: [String]?
    /// The directory of the rows that come with Ingot, where it is not found by itself.
    var builtinQuirks: String?
    var worker: String?
    var isolation: String?
    var logLevel: String?
    var api: API?
    var deployment: Deployment
    var agent: Agent?
    var timeouts: Timeouts?
    var layers: Layers?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case data, plugins, quirks, worker, isolation, api, deployment, agent, timeouts, layers
        case logLevel = "log_level"
        case builtinQuirks = "builtin_quirks"
    }

    /// Reads and checks a configuration file of at most 1 MiB.
    ///
    /// - Throws: `ConfigurationError` naming file and member.
    static func load(path: String) throws -> ServeConfiguration {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(path: path, reason: "cannot be read")
        }
        guard bytes.count <= 1 << 20 else { throw ConfigurationError(path: path, reason: "is larger than 1 MiB") }
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            let node = try Yams.compose(yaml: text)
            try rejectUnknown(node, known: CodingKeys.allCases.map(\.rawValue), at: "")
            let parts = [
                ("deployment", Deployment.CodingKeys.allCases.map(\.rawValue)), ("api", ["listen"]),
                ("agent", ["kernel", "initrd"]), ("timeouts", Timeouts.names), ("layers", Layers.names),
            ]
            for (part, known) in parts { try rejectUnknown(node?.mapping?[part], known: known, at: part + ".") }
            let configuration = try YAMLDecoder().decode(ServeConfiguration.self, from: text)
            try configuration.check()
            return configuration
        } catch let error as DecodingError {
            throw ConfigurationError(path: path, reason: describe(error))
        } catch let error as ConfigurationError {
            throw ConfigurationError(path: path, reason: error.reason)
        } catch {
            throw ConfigurationError(path: path, reason: "\(error)")
        }
    }

    /// Numbers that would make a clock or a URL meaningless.
    private func check() throws {
        for (name, seconds) in timeouts?.all ?? [] where !(1...604_800).contains(seconds) {
            throw ConfigurationError(path: "", reason: "timeouts.\(name): \(seconds) is not 1 to 604800 seconds")
        }
        if deployment.httpPort == 0 {
            throw ConfigurationError(
                path: "", reason: "deployment.http_port: machines are told this port, so it is not 0")
        }
    }

    /// A misspelt member is an error, not a silent default.
    private static func rejectUnknown(_ node: Node?, known: [String], at prefix: String) throws {
        guard let mapping = node?.mapping else { return }
        for (key, _) in mapping {
            let name = key.string ?? "?"
            guard known.contains(name) else {
                throw ConfigurationError(
                    path: "",
                    reason: "\(prefix)\(name): no such member; there are \(known.sorted().joined(separator: ", "))")
            }
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath.map(\.stringValue) + [key?.stringValue].compactMap { $0 }).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context, key)): missing"
        case .typeMismatch(let type, let context): "\(path(context)): is not a \(type)"
        case .valueNotFound(_, let context): "\(path(context)): has no value"
        case .dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

/// A configuration file that cannot be used.
struct ConfigurationError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "configuration \(path): \(reason)" }
}

extension ServeConfiguration.Deployment {
    /// The boot services' configuration.
    ///
    /// - Throws: `ConfigurationError` naming the member.
    func pxe() throws -> PXEConfiguration {
        func parse<T>(_ text: String, _ field: String, _ make: (String) -> T?) throws -> T {
            guard let value = make(text) else {
                throw ConfigurationError(path: "", reason: "deployment.\(field): '\(text)' is not of the right form")
            }
            return value
        }
        var programs: [BootArchitecture: String] = [:]
        for (architecture, name) in bootFiles ?? [:] {
            guard let family = BootArchitecture(rawValue: architecture) else {
                let known = BootArchitecture.allCases.map(\.rawValue).sorted().joined(separator: ", ")
                throw ConfigurationError(
                    path: "", reason: "deployment.boot_files.\(architecture): no such member; there are \(known)")
            }
            programs[family] = name
        }
        return PXEConfiguration(
            interface: interface, serverAddress: try parse(address, "address", IPv4Address.init),
            subnet: try parse(subnet, "subnet", IPv4Subnet.init),
            router: try router.map { try parse($0, "router", IPv4Address.init) },
            domainNameServers: try (dns ?? []).map { try parse($0, "dns", IPv4Address.init) },
            dhcpPort: dhcpPort ?? 67, tftpPort: tftpPort ?? 69, httpPort: httpPort ?? 7481,
            bootProgramDirectory: bootPrograms ?? "/usr/lib/ipxe", files: files ?? [:], bootFiles: programs,
            leaseSeconds: leaseSeconds ?? 3600)
    }
}
