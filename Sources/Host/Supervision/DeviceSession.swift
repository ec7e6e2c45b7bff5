// SPDX-License-Identifier: Apache-2.0
private import PluginWire
internal import PluginWorker
private import Synchronization

/// A device as one worker has it open.
struct DeviceSession: Sendable {
    let link: WorkerLink
    /// The host's number of it, never used twice.
    let id: UInt64
    /// The driver said that its session is gone; it must be closed and opened.
    var isLost = false

    private static let next = Atomic<UInt64>(1)

    init(link: WorkerLink) {
        self.link = link
        id = Self.next.add(1, ordering: .relaxed).oldValue
    }

    /// Lets the driver end it; of no interest if that fails.
    func close(secrets: [String: SecretBytes], until deadline: Deadline) async {
        var call = WorkerCall(function: .driverClose, deadline: deadline)
        call.device = id
        call.secrets = secrets
        _ = try? await link.call(call)
    }
}
