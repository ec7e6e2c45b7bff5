// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Logging
import Trace

/// What the commands about traces share.
enum DriverTraces {
    static var workerPath: String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().appending(path: "ingot-worker").path
    }

    /// Warnings and errors of the plugin go to standard error.
    static var logger: Logger {
        var logger = Logger(label: "ingot.driver") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    static func stage(_ plugin: String) throws -> StagedPlugin {
        let (library, manifest) = try PluginPath.resolve(plugin)
        guard let manifest else { throw CommandError(.local, "there is no plugin.json beside \(library)") }
        return try translating { try StagedPlugin(library: library, manifest: manifest) }
    }

    static func manifest(_ plugin: String) throws -> Data {
        guard let manifest = try PluginPath.resolve(plugin).manifest else { return Data() }
        return try LocalFile.bytes(manifest, limit: 1 << 20, purpose: "manifest")
    }

    static func write(_ data: Data, to path: String) throws {
        do { try data.write(to: URL(filePath: path), options: .atomic) } catch {
            throw CommandError(.local, "cannot write \(path): \(error.localizedDescription)")
        }
    }

    /// Calls with how they ended.
    static func table(_ calls: [RecordedCall]) -> String {
        var table = Table(["CALL", "STATUS", "RESULT"])
        for call in calls where call.isReplayed {
            let results = call.emitted.count
            let result =
                call.status != "ok" ? call.message : results > 0 ? "\(results) results" : "\(call.out.first ?? 0)"
            table.add([call.title, call.status, result])
        }
        return table.rendered()
    }

    static func translating<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as TraceError { throw CommandError(.local, error.message) }
    }

    static func translatingAsync<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let error as TraceError {
            throw CommandError(.local, error.message)
        } catch let error as DriverError {
            throw CommandError(.failed, "\(error)")
        }
    }
}
