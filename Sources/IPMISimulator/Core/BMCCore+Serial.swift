// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// Serial-over-LAN, between the session that has it and the machine's serial line.
extension BMCCore {
    /// How often the built-in console is looked at while somebody watches.
    private static let look = Duration.milliseconds(100)

    private var retryInterval: Duration { .milliseconds(10 * Int64(max(solParameter(4)?.last ?? 10, 1))) }
    private var retries: Int { Int(solParameter(4)?.first ?? 7) & 0x07 }

    /// Takes a packet of the console.
    mutating func serial(_ payload: [UInt8], session id: UInt32, isEncrypted: Bool, at now: Duration) -> [BMCAction] {
        guard sol?.sessionID == id, sol?.isEncrypted == isEncrypted, let packet = SOLPacket(payload),
            let (typed, isBreak) = sol?.receive(packet)
        else { return [] }
        guard console != nil else {
            return (typed.isEmpty ? [] : [.type(typed)]) + (isBreak ? [.makeBreak] : [])
        }
        let machine = chassis.chassis.snapshot
        if let printed = console?.type(typed, machine) { sol?.print(printed) }
        if isBreak { sol?.print(Array("\r\n[break]\r\n".utf8)) }
        return []
    }

    /// Takes what a console outside has printed; nobody hears it while no session has the line.
    mutating func printed(_ bytes: [UInt8], at now: Duration) -> [BMCAction] {
        sol?.print(bytes)
        return consoleOutput(at: now)
    }

    /// All packets that are due on the line.
    mutating func consoleOutput(at now: Duration) -> [BMCAction] {
        guard sol != nil else { return drain() }
        if let fault = faults.present("sol-drop"), let link = sol, now - link.startedAt >= fault.time() {
            endSerial(tellingAllBut: nil)
            return drain()
        }
        let machine = chassis.chassis.snapshot
        if let printed = console?.output(machine) { sol?.print(printed) }
        flood(at: now)
        let (interval, tries) = (retryInterval, retries)
        while let packet = sol?.again(at: now, interval: interval, tries: tries) { sendSerial(packet) }
        while let packet = sol?.next(at: now) { sendSerial(packet) }
        return drain()
    }

    func solWake(after now: Duration) -> Duration? {
        guard let sol else { return nil }
        let retry = sol.pending.map { $0.sentAt + retryInterval }
        return [retry, now + Self.look].compactMap { $0 }.min()
    }

    /// Ends the line; a session that did not ask for it is told.
    mutating func endSerial(tellingAllBut session: UInt32?) {
        guard let link = sol else { return }
        if link.sessionID != session {
            var packet = SOLPacket()
            packet.flags = SOLPacket.deactivating | SOLPacket.transferUnavailable
            sendSerial(packet)
        }
        sol = nil
    }

    private mutating func sendSerial(_ packet: SOLPacket) {
        guard let link = sol, let peer = sessions[link.sessionID]?.peer,
            let bytes = seal(
                packet.encoded, type: PayloadType.sol, isEncrypted: link.isEncrypted, session: link.sessionID)
        else { return }
        outbox.append(.send(bytes, to: peer))
    }

    private mutating func drain() -> [BMCAction] {
        defer { outbox = [] }
        return outbox
    }

    /// What a machine that panics in a loop prints.
    private mutating func flood(at now: Duration) {
        guard let fault = faults.present("sol-flood"), let link = sol else { return }
        let passed = min(now - link.floodedTo, .seconds(1))
        let count = Int(Double(max(fault.whole("bytes"), 0)) * (passed / .seconds(1)))
        guard count > 0 else { return }
        sol?.floodedTo = now
        let line = Array("Kernel panic - not syncing: simulated flood\r\n".utf8)
        let room = min(count, max(0, 65_536 - link.waiting))
        sol?.print((0..<room).map { line[$0 % line.count] })
    }
}
