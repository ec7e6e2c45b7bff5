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
        try awaitClosing(call)
        let login = try consoleLogin(call)
        guard let suite = LinkSuite(login.suite) else {
            throw PluginError(
                .unsupported, "console: cipher suite \(login.suite); 3, 8 and 17 carry a console",
                detail: ["field": "cipher_suites"])
        }
        let session = try ConsoleSession(
            login.endpoint, credentials(call), privilege: configuration.privilege.level, suite: suite)
        try session.logIn(call)
        do throws(PluginError) {
            try activate(session, call)
            let (console, descriptor) = try Console.start(session)
            consoles.withLock { $0.append(console) }
            return descriptor
        } catch {
            session.link.close()
            session.flush()
            throw error
        }
    }

    /// Waits for consoles that the host has closed, so that the next one does not find the BMC busy with them.
    private func awaitClosing(_ call: borrowing Call) throws(PluginError) {
        let limit = ContinuousClock.now + .seconds(3)
        while consoles.withLock({ $0.contains { $0.isAbandoned && !$0.hasEnded } }), ContinuousClock.now < limit {
            try call.pause(.milliseconds(10))
        }
        closeConsoles(endedOnly: true)
    }

    /// Ends consoles and waits for their threads.
    func closeConsoles(endedOnly: Bool = false) {
        let ending = consoles.withLock { consoles in
            let ending = consoles.filter { !endedOnly || $0.hasEnded }
            consoles.removeAll { console in ending.contains { $0 === console } }
            return ending
        }
        for console in ending { console.stop() }
    }

    /// Logs in once and out again, so that a wrong password or suite is told as for every other call.
    private func consoleLogin(_ call: borrowing Call) throws(PluginError) -> (endpoint: Endpoint, suite: UInt8) {
        let connection = try connect(call)
        return (connection.endpoint, connection.session.cipherSuite)
    }

    /// Activates the SOL payload and learns the size of its packets (IPMI 2.0, section 24.1).
    private func activate(_ session: ConsoleSession, _ call: borrowing Call) throws(PluginError) {
        let trusting = configuration.quirks.contains(.solNoPayloadCheck)
        if !trusting { try checkPayloadSupport(session, call) }
        var reply = try session.send(.activateSOL, call)
        if case .refused(let code) = reply, code.code == 0x80, try isOurs(session, call) {
            // The answer to a first copy was lost, and with it the sizes.
            _ = try session.send(.deactivateSOL, call)
            reply = try session.send(.activateSOL, call)
        }
        switch reply {
        case .data(let answer):
            guard !trusting else { return }
            let size = answer.count >= 6 ? Int(answer[4]) | Int(answer[5]) << 8 : 0
            guard (5...1024).contains(size) else {
                _ = try? session.send(.deactivateSOL, call)
                throw Self.hinting("Activate Payload: the BMC says that a packet may have \(size) bytes")
            }
            session.channel = SerialChannel(packetSize: size - 4)
        case .refused(let code):
            switch code.code {
            case 0x80, 0x82:
                throw PluginError(
                    .busy, "console: another one is open; vendor method sol.deactivate ends it", retryable: true,
                    retryAfter: .seconds(10), vendorCode: Int32(code.code))
            case 0x81:
                throw PluginError(
                    .unsupported, "console: serial over LAN is disabled", vendorCode: Int32(code.code))
            default: throw code.pluginError
            }
        }
    }

    /// The console that is active is that of this session.
    private func isOurs(_ session: ConsoleSession, _ call: borrowing Call) throws(PluginError) -> Bool {
        guard case .data(let owner) = try session.send(.getSOLInstance, call), owner.count >= 4 else { return false }
        return LinkPacket.number32(owner, 0) == session.link.bmcID
    }

    private func checkPayloadSupport(_ session: ConsoleSession, _ call: borrowing Call) throws(PluginError) {
        switch try session.send(.getChannelPayloadSupport, call) {
        case .data(let types):
            guard let standard = types.first, standard & 0x02 != 0 else {
                throw Self.hinting("Get Channel Payload Support: no serial over LAN on this channel")
            }
        case .refused(let code):
            throw Self.hinting(code.pluginError.message)
        }
    }

    private static func hinting(_ message: String) -> PluginError {
        PluginError(.unsupported, "console: \(message)", detail: ["hint": "quirks: sol_no_payload_check"])
    }
}
