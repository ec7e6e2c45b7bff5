// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// Long work on a device, which another worker can carry on with from its token.
public enum DeviceJob: Sendable {
    /// Virtual media: begin inserts, end ejects.
    case media
    /// A firmware update: end aborts.
    case firmware

    var begin: WireFunction { self == .media ? .mediaBegin : .firmwareBegin }
    var poll: WireFunction { self == .media ? .mediaPoll : .firmwarePoll }
    var end: WireFunction { self == .media ? .mediaEnd : .firmwareEnd }
}

extension Device {
    /// Begins long work.
    /// - Parameters:
    ///   - requestJSON: see docs/driver-json.md.
    ///   - sourcePath: a file whose bytes the driver may read.
    ///   - operation: the same for every retry of one intent.
    /// - Returns: the token that stands for the work.
    public func begin(
        _ job: DeviceJob, requestJSON: String, sourcePath: String? = nil, operation: String, deadline: Duration
    ) async throws -> String {
        var call = WorkerCall(function: job.begin, deadline: .after(deadline), operation: operation)
        call.argument = Array(requestJSON.utf8)
        let file = try sourcePath.map { try SourceFile(path: $0, what: "source") }
        if let file { call.descriptor = file.descriptor }
        let reply = try await perform(call)
        withExtendedLifetime(file) {}
        guard let token = reply.texts("token").last, !token.isEmpty else {
            throw DriverError(
                status: .protocol, message: "\(driver) began \(job.begin.name) and gave no token", maybeApplied: true)
        }
        return token
    }

    /// Whether the work has ended well; throws when it has failed.
    public func isDone(_ job: DeviceJob, token: String, deadline: Duration) async throws -> Bool {
        let call = WorkerCall(function: job.poll, deadline: .after(deadline), argument: Array(token.utf8))
        return try await perform(call).firstOut != 0
    }

    /// Aborts the work, or ejects the medium.
    public func end(_ job: DeviceJob, token: String, operation: String, deadline: Duration) async throws {
        _ = try await perform(
            .init(
                function: job.end, deadline: .after(deadline), operation: operation, argument: Array(token.utf8)))
    }

    /// Sends a message that only this vendor knows.
    /// - Returns: the bytes of the driver's reply.
    public func invoke(
        method: String, body: [UInt8], operation: String, deadline: Duration
    ) async throws -> [UInt8] {
        var call = WorkerCall(function: .vendorInvoke, deadline: .after(deadline), operation: operation)
        call.argument = body
        call.method = method
        return try await perform(call).values("reply").reduce([], +)
    }
}
