// SPDX-License-Identifier: Apache-2.0
private import Foundation
public import Host
public import Logging

/// Makes calls of one driver on one device in a worker, and keeps what was said.
public struct DriverRun: Sendable {
    public var plugin: StagedPlugin
    /// The executable `ingot-worker`.
    public var workerPath: String
    /// The device's configuration, JSON.
    public var configuration: String
    public var secrets: [String: Secret]
    /// Time for each call.
    public var deadline: Duration
    public var logger: Logger

    public init(
        plugin: StagedPlugin, workerPath: String, configuration: String, secrets: [String: Secret],
        deadline: Duration = .seconds(30), logger: Logger
    ) {
        self.plugin = plugin
        self.workerPath = workerPath
        self.configuration = configuration
        self.secrets = secrets
        self.deadline = deadline
        self.logger = logger
    }

    /// The calls that look at a device and change nothing.
    public static let tour: [RecordedCall] = [
        "driver.probe", "power.get", "boot.get", "inventory.read", "sensors.read", "eventlog.read",
    ].map { RecordedCall($0) }

    /// Makes the calls one after the other; one that fails does not keep the next from being made.
    /// - Parameter onCall: told of each call before it is made.
    /// - Throws: `DriverError` when the plugin or the configuration cannot be used; `TraceError` for an unknown call.
    public func record(
        _ calls: [RecordedCall], onCall: (RecordedCall) -> Void = { _ in }
    ) async throws -> TraceFile {
        let known = secrets.values.map { $0.withBytes { Array($0) } }
        let scrubber = Scrubber(secrets: known)
        let recorder = Recorder(scrubber: scrubber)
        let host = PluginHost(
            configuration: .init(directories: [plugin.directory], workerPath: workerPath, tracer: recorder.tracer),
            logger: logger, onEvent: { _ in })
        do {
            let device = try host.device(name: "device", driver: plugin.id, configJSON: configuration, secrets: secrets)
            for call in calls where call.isReplayed {
                onCall(call)
                do { try await call.perform(on: device, deadline: deadline) } catch is DriverError {
                    // It is in the recording, with its reason.
                }
            }
            await device.close()
        } catch {
            await host.shutdown()
            throw error
        }
        await host.shutdown()
        var header = TraceFile.Header(
            plugin: plugin.id, version: plugin.version, sha256: plugin.sha256,
            recorded: Date.now.formatted(.iso8601), configuration: scrubber.clean(configuration),
            secrets: secrets.keys.sorted())
        let entries = recorder.entries
        header.identity = Self.identity(entries)
        if recorder.isFull { throw TraceError(message: "the device said more than a trace keeps") }
        return TraceFile(header: header, entries: entries)
    }

    /// Makes the calls of a trace again, against a device that answers as the recorded one did.
    public static func replay(
        _ trace: TraceFile, plugin: StagedPlugin, workerPath: String, deadline: Duration = .seconds(30), logger: Logger
    ) async throws -> Replay {
        var configuration = try ReplayConfiguration(trace.header.configuration)
        let target = try await ReplayTarget.start(trace, user: configuration.user ?? "admin")
        let recordedPlaces = configuration.places
        configuration.point(to: target)
        let places = recordedPlaces + configuration.places
        let secrets = trace.header.secrets.map { ($0, Secret(ReplayTarget.secret)) }
        let run = DriverRun(
            plugin: plugin, workerPath: workerPath, configuration: configuration.text,
            secrets: Dictionary(secrets, uniquingKeysWith: { first, _ in first }), deadline: deadline, logger: logger)
        let calls = RecordedCall.all(in: trace)
        do {
            let second = try await run.record(calls)
            await target.stop()
            return Replay(
                trace: second, comparison: Comparison(calls, RecordedCall.all(in: second), places: places),
                unknownRequests: target.unknownRequests, unusedRequests: target.unusedRequests)
        } catch {
            await target.stop()
            throw error
        }
    }

    private static func identity(_ entries: [TraceEntry]) -> String? {
        for entry in entries {
            for value in entry.emitted ?? [] where value.key == "capabilities" {
                guard let bytes = value.data.content,
                    let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
                    let identity = object["identity"],
                    let data = try? JSONSerialization.data(withJSONObject: identity, options: .sortedKeys)
                else { continue }
                return String(decoding: data, as: UTF8.self)
            }
        }
        return nil
    }
}

/// What came of a replay.
public struct Replay: Sendable {
    /// What was said this time.
    public let trace: TraceFile
    /// The recorded calls beside those of the replay.
    public let comparison: Comparison
    /// Requests the recorded device never got.
    public let unknownRequests: [String]
    /// Recorded requests that were not made.
    public let unusedRequests: [String]
}
