// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// An installer profile: knows one kind of operating system image. Its calls are pure and may run at the same time.
public final class Installer: Sendable {
    public let id: String
    private let slot: PluginSlot

    init(id: String, slot: PluginSlot) {
        self.id = id
        self.slot = slot
    }

    /// How sure the profile is that an image is of its kind.
    /// - Returns: 0 to 100, and the profile's JSON about the image.
    public func detect(imagePath: String, deadline: Duration) async throws -> (score: Int, identity: String) {
        let reply = try await perform(
            WorkerCall(function: .installerDetect, deadline: .after(deadline)), imagePath: imagePath)
        let identity = reply.values("identity").last.map { String(decoding: $0, as: UTF8.self) }
        return (Int(min(max(reply.firstOut, 0), 100)), identity ?? "{}")
    }

    /// Makes everything a machine needs to install the image.
    /// - Returns: bytes by key, such as `boot/cmdline` and `answer/user-data`.
    /// - Throws: `DriverError`; `protocol` when the profile emits a key twice.
    public func render(
        imagePath: String, requestJSON: String, deadline: Duration
    ) async throws -> [String: [UInt8]] {
        var call = WorkerCall(function: .installerRender, deadline: .after(deadline))
        call.argument = Array(requestJSON.utf8)
        let reply = try await perform(call, imagePath: imagePath)
        var files: [String: [UInt8]] = [:]
        for (key, data) in reply.emitted {
            guard files.updateValue(data, forKey: key) == nil else {
                throw DriverError(status: .protocol, message: "\(id) rendered \(oneLine(key)) twice")
            }
        }
        return files
    }

    private func perform(_ call: WorkerCall, imagePath: String) async throws -> WorkerReply {
        let file = try SourceFile(path: imagePath, what: "image")
        defer { withExtendedLifetime(file) {} }
        var call = call
        call.descriptor = file.descriptor
        var unavailable: WorkerLink?
        while true {
            let link = try await slot.worker(until: call.deadline, otherThan: unavailable)
            do {
                return try await link.call(call)
            } catch is WorkerLink.Unavailable {
                unavailable = link
            }
        }
    }
}
