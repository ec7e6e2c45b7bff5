// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
public import PluginKit
import Synchronization

extension IPMIDevice: SerialConsole {
    /// A console that somebody else has is left alone.
    public static var consoleTakesOver: Bool { false }

    /// Opens serial over LAN in a session of its own, which lasts until the socket is closed, the BMC ends it or the device
    /// is closed. Throws `busy` while another console is open.
    public func openConsole(_ call: borrowing Call) throws(PluginError) -> Int32 {
        consoles.withLock { $0.removeAll { $0.hasEnded } }
        let credentials = try credentials(call)
        let login = try consoleLogin(call)
        let console = try Console(
            login.endpoint, credentials, privilege: configuration.privilege.level, cipherSuite: login.suite,
            quirks: configuration.quirks)
        let descriptor = try console.open(call)
        consoles.withLock { $0.append(console) }
        return descriptor
    }

    /// Ends the consoles that are still open.
    func closeConsoles() {
        consoles.withLock { $0.removeAll() }
    }

    /// Logs in once and out again, so that a wrong password or suite is told as for every other call.
    private func consoleLogin(_ call: borrowing Call) throws(PluginError) -> (endpoint: Endpoint, suite: UInt8) {
        let connection = try connect(call)
        return (connection.endpoint, connection.session.cipherSuite)
    }
}
