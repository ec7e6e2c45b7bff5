// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Reading from one BMC during one call: a session that is opened when it is first needed, and once more when the BMC has
/// let go of it. Only for commands that may be repeated.
final class Conversation: CommandChannel {
    private let device: IPMIDevice
    private var connection: IPMIDevice.Connection?
    private var reopened = 0

    init(_ device: IPMIDevice) {
        self.device = device
    }

    /// The open session, which is opened if there is none.
    func current(_ call: borrowing Call) throws(PluginError) -> IPMIDevice.Connection {
        if let connection { return connection }
        let opened = try device.connect(call)
        connection = opened
        return opened
    }

    /// Sends a command, again after a second login when the session is gone, and a few times more when the BMC is busy.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        for attempt in 1... {
            let reply = try sendOnce(command, call)
            guard case .refused(let code) = reply, code.code == 0xc0, attempt < 4 else { return reply }
            try call.pause(.milliseconds(100 * attempt))
        }
        throw PluginError(.internal, "\(command.name): not sent")
    }

    private func sendOnce(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        let session = try current(call).session
        do throws(PluginError) {
            return try session.send(command, call)
        } catch {
            // A session from an earlier call that is gone does not count as the one that may be lost.
            guard session.isLost, reopened < 1 || session.wasKept && reopened < 2, !call.isCancelled else {
                throw error
            }
            reopened += session.wasKept ? 0 : 1
            connection = nil
            let another = try device.connect(call, fresh: true)
            connection = another
            return try another.session.send(command, call)
        }
    }
}
