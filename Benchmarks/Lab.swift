// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Logging
import Synchronization

/// Two plugins of the same bad driver's source, built once: one that is left alone, one that is made to misbehave.
final class Lab: Sendable {
    struct Failure: Error { let text: String }

    static let good = "dev.example.good"
    static let bad = "dev.example.bad"

    let directory: String
    let worker: String
    /// The good plugin's library.
    let library: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .path(percentEncoded: false)
        directory = FileManager.default.temporaryDirectory.appending(path: "ingot-bench-\(getpid())").path
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        worker = URL(filePath: program).deletingLastPathComponent().appending(path: "ingot-worker").path
        library = directory + "/plugins/\(Self.good)/driver.so"
        try FileManager.default.createDirectory(
            atPath: directory + "/plugins", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        for id in [Self.good, Self.bad] {
            let built = directory + "/\(id).so"
            try Self.run(
                "/usr/bin/cc",
                [
                    "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-DPLUGIN_ID=\"\(id)\"",
                    "-I\(root)/Sources/PluginAPI/include", "-o", built, "\(root)/Tests/Plugins/rogue.c",
                ])
            let template = directory + "/template.json"
            try Self.manifest(id).write(toFile: template, atomically: true, encoding: .utf8)
            try Self.run("/bin/sh", [root + "/Plugins/install-plugin.sh", built, template, directory + "/plugins"])
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    func host(
        _ isolation: Isolation = .process, onEvent: @escaping @Sendable (PluginEvent) -> Void = { _ in }
    ) -> PluginHost {
        PluginHost(
            configuration: .init(directories: [directory + "/plugins"], workerPath: worker, isolation: isolation),
            logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() }), onEvent: onEvent)
    }

    static func device(_ host: PluginHost, _ mode: String, of id: String = good, name: String? = nil) throws -> Device {
        try host.device(name: name ?? mode, driver: id, configJSON: #"{"mode":"\#(mode)"}"#)
    }

    static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: "\(program) failed") }
    }

    private static func manifest(_ id: String) -> String {
        """
        {"id": "\(id)", "name": "Rogue", "vendor": "Example", "version": "1.0.0", "license": "Apache-2.0", "abi": 1,
         "library": "driver.so", "sha256": "@SHA256@",
         "extensions": ["ingot.driver/1", "ingot.power/1", "ingot.inventory/1", "ingot.console/1"],
         "config_schema": {"type": "object", "properties": {"mode": {"type": "string"},
            "password": {"type": "string", "writeOnly": true}}}, "network": []}
        """
    }
}
