// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Logging
import Synchronization

/// A directory of plugins built for one test, and a host over it.
final class PluginLab: Sendable {
    struct Failure: Error {
        let text: String
    }

    /// The package's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)
    /// The worker that was built along with the tests.
    static let workerPath: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().appending(path: "ingot-worker").path
    }()

    let directory: String
    let events = EventLog()
    let lines = LineLog()

    var plugins: String { directory + "/plugins" }

    init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "ingot-host-\(UUID().uuidString)")
        directory = base.path
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.createDirectory(
            atPath: directory + "/plugins", withIntermediateDirectories: true, attributes: mode)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Compiles a plugin, unless it is compiled already, and installs it with the project's own script.
    func install(_ plugin: TestPlugin, library: String? = nil) throws {
        let library = try library ?? Self.build(plugin, in: directory)
        let template = directory + "/template.json"
        try plugin.manifest.write(toFile: template, atomically: true, encoding: .utf8)
        try Self.run("/bin/sh", [Self.root + "/Plugins/install-plugin.sh", library, template, plugins])
    }

    /// The library of one of Ingot's own drivers, such as `ipmi`, as it was built along with the tests.
    static func driverLibrary(_ name: String) -> String {
        workerPath.replacingOccurrences(of: "ingot-worker", with: "libingot-\(name).so")
    }

    static func isBuilt(_ name: String) -> Bool { FileManager.default.fileExists(atPath: driverLibrary(name)) }

    /// Installs one of Ingot's own drivers, with the manifest in `Plugins/FOLDER`.
    func installDriver(_ name: String, from folder: String) throws {
        try Self.run(
            "/bin/sh",
            [
                Self.root + "/Plugins/install-plugin.sh", Self.driverLibrary(name),
                Self.root + "/Plugins/\(folder)/plugin.json.in", plugins,
            ])
    }

    /// Compiles a plugin; each kind once in a run.
    static func build(_ plugin: TestPlugin, in directory: String) throws -> String {
        let library = directory + "/" + UUID().uuidString + ".so"
        var arguments = ["-O1", "-std=gnu17", "-fPIC", "-shared", "-fvisibility=hidden"]
        arguments += ["-I", root + "/Sources/PluginAPI/include", "-DPLUGIN_ID=\"\(plugin.id)\""]
        arguments += plugin.macros.map { "-D" + $0 } + [root + "/Tests/Plugins/" + plugin.source]
        let key = arguments.joined(separator: "\n")
        if let bytes = built.withLock({ $0[key] }) {
            try bytes.write(to: URL(filePath: library))
            return library
        }
        try run("/usr/bin/cc", arguments + ["-o", library])
        let bytes = try Data(contentsOf: URL(filePath: library))
        built.withLock { $0[key] = bytes }
        return library
    }

    private static let built = Mutex<[String: Data]>([:])

    /// A device of the rogue driver.
    static func rogue(
        _ host: PluginHost, _ mode: String, name: String? = nil, id: String = "dev.example.rogue", more: String = ""
    ) throws -> Device {
        try host.device(name: name ?? mode, driver: id, configJSON: #"{"mode":"\#(mode)"\#(more)}"#)
    }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: "\(program): \(text)") }
        return text
    }

    func host(
        _ isolation: Isolation = .process, limits: PluginLimits = PluginLimits(), worker: String = workerPath,
        tracer: (@Sendable (CallTrace) -> Void)? = nil
    ) -> PluginHost {
        var logger = Logger(label: "test", factory: { [lines] _ in LineLogHandler(log: lines) })
        logger.logLevel = .trace
        return PluginHost(
            configuration: .init(
                directories: [plugins], workerPath: worker, isolation: isolation, limits: limits, tracer: tracer),
            logger: logger, onEvent: { [events] in events.add($0) })
    }

    /// Worker processes that have this lab's plugins loaded.
    var workersAlive: Int {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.count { process in
            guard Int32(process) != nil else { return false }
            return (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8))?.contains(plugins) == true
        }
    }

    /// A machine of the relay driver: off, no boot override.
    func machine(_ name: String) throws -> String {
        let path = directory + "/" + name
        try "0A".write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}

/// A source file under Tests/Plugins with the macros that make it what it is.
struct TestPlugin: Sendable {
    var source: String
    var id: String
    var macros: [String] = []
    var name: String
    var extensions: [String]
    var schema: String
    var version = "1.0.0"
    var isolation = "plugin"
    /// Further members of the manifest, as JSON.
    var members = #""network": ["udp/623"]"#
    /// Lets the plugin keep its machines in files of a lab.
    static let labFiles = #""network": ["udp/623"], "files": ["\#(FileManager.default.temporaryDirectory.path)"]"#

    static let relay = TestPlugin(
        source: "relay.c", id: "dev.example.relay", name: "Relay",
        extensions: ["ingot.driver/1", "ingot.power/1", "ingot.boot/1", "ingot.inventory/1", "ingot.installer/1"],
        schema: """
            {"type": "object", "required": ["path"], "additionalProperties": false, "properties": {
                "path": {"type": "string", "minLength": 1}, "password": {"type": "string", "writeOnly": true}}}
            """,
        members: labFiles)

    /// The same plugin as another build, which calls itself by this version.
    func versioned(_ version: String, _ macros: String...) -> TestPlugin {
        var other = self
        other.version = version
        other.macros += macros + ["PLUGIN_VERSION=\"\(version)\""]
        return other
    }

    /// Every interface of ABI 1.0, over machines in memory.
    static let allround = TestPlugin(
        source: "../ABI/1.0/driver.c", id: "dev.example.allround", macros: ["_GNU_SOURCE"], name: "Allround",
        extensions: [
            "ingot.driver/1", "ingot.power/1", "ingot.boot/1", "ingot.inventory/1", "ingot.sensors/1",
            "ingot.eventlog/1", "ingot.console/1", "ingot.media/1", "ingot.firmware/1", "ingot.vendor/1",
            "ingot.sweep/1", "ingot.installer/1",
        ],
        schema: """
            {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 63},
                "password": {"type": "string", "writeOnly": true}}}
            """)

    static func rogue(_ macros: String..., id: String = "dev.example.rogue") -> TestPlugin {
        TestPlugin(
            source: "rogue.c", id: id, macros: macros, name: "Rogue",
            extensions: ["ingot.driver/1", "ingot.power/1", "ingot.inventory/1", "ingot.console/1"],
            schema: """
                {"type": "object", "properties": {
                    "mode": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}}
                """)
    }

    var manifest: String {
        """
        {
          "id": "\(id)",
          "name": "\(name)",
          "vendor": "Example",
          "version": "\(version)",
          "license": "Apache-2.0",
          "abi": 1,
          "library": "driver.so",
          "sha256": "@SHA256@",
          "extensions": [\(extensions.map { "\"\($0)\"" }.joined(separator: ", "))],
          "config_schema": \(schema),
          \(members),
          "isolation": "\(isolation)"
        }
        """
    }
}

/// The events of a host, in order.
final class EventLog: Sendable {
    private let events = Mutex<[PluginEvent]>([])

    func add(_ event: PluginEvent) { events.withLock { $0.append(event) } }

    var all: [PluginEvent] { events.withLock { $0 } }

    func all(_ kind: PluginEvent.Kind) -> [PluginEvent] { all.filter { $0.kind == kind } }
}

/// Everything a logger was told, fields included.
final class LineLog: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}

struct LineLogHandler: LogHandler {
    let log: LineLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
    }
}

/// Asks again and again until it is so, at most for ten seconds.
func eventually(_ condition: @Sendable () async throws -> Bool) async rethrows -> Bool {
    let limit = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < limit {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// The error of a call that must fail.
func failure<T>(_ call: () async throws -> T) async -> DriverError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? DriverError
    }
}
