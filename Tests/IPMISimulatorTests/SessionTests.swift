// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// Sessions, privileges and boot options by the book, in virtual time.
struct SessionTests {
    @Test(arguments: CipherSuite.allCases)
    func aSessionOpensAndCloses(suite: CipherSuite) throws {
        let console = try TestConsole.logged(suite)
        let id = console.bmcID.wire
        #expect(console.command(0x06, 0x3D, 0)?.data[0] == 1)
        #expect(console.command(0x06, 0x3C, id[0], id[1], id[2], id[3])?.code == 0)
        #expect(console.command(0x00, 0x01) == nil)
        #expect(console.statistics.sessionsOpen == 0 && console.statistics.sessionsClosed == 1)
    }

    @Test func onlyOfferedSuitesAreTaken() throws {
        let console = try TestConsole(.init(cipherSuites: [17], seed: 7))
        #expect(console.open(.three) == RAKPStatus.noCipherSuiteMatch)
        #expect(console.open(.seventeen) == 0)
        // Suite 0: no authentication, no integrity, no confidentiality.
        let none = try TestConsole()
        let payload =
            [1, 4, 0, 0, 1, 0, 0, 0] + [0, 0, 0, 8, 0, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 2, 0, 0, 8, 0, 0, 0, 0]
        let answer = none.send(
            PlusPacket.encode(type: PayloadType.openSessionRequest, payload: payload.map { UInt8($0) }))
        #expect(TestConsole.payload(answer.first)?[1] == RAKPStatus.noCipherSuiteMatch)
    }

    @Test func namesPasswordsAndRolesAreChecked() throws {
        let users = [IPMIServer.User(name: "viewer", password: "look", privilege: .user)]
        let console = try TestConsole(.init(otherUsers: users, seed: 7))
        #expect(console.open(user: "nobody") == RAKPStatus.unauthorisedName)
        #expect(console.open(user: "viewer", password: "look") == RAKPStatus.unauthorisedRole)
        #expect(console.open(password: "wrong") == nil)
        #expect(console.open(user: "viewer", password: "look", role: 2) == 0)
        #expect(console.command(0x00, 0x01)?.code == 0)
        #expect(console.command(0x00, 0x02, 0)?.code == 0xD4)
        #expect(console.command(0x06, 0x3B, 4)?.code == 0x81)
        #expect(console.statistics.loginsTried == 4 && console.statistics.loginsFailed == 2)
        console.wait(.seconds(11))
        #expect(console.statistics.loginsFailed == 3, "the client that gave up after the challenge")
    }

    @Test func theBMCKeyCounts() throws {
        let key = [UInt8]("a key of the BMC".utf8)
        let console = try TestConsole(.init(bmcKey: key, seed: 7))
        #expect(console.open() == nil)
        console.consoleID += 1
        #expect(console.open(bmcKey: key) == 0)
        #expect(console.command(0x00, 0x01)?.code == 0)
    }

    @Test func aSessionBeginsAsUser() throws {
        let console = try TestConsole()
        #expect(console.open() == 0)
        #expect(console.command(0x06, 0x3B, 0)?.data == [2])
        #expect(console.command(0x00, 0x02, 3)?.code == 0xD4)
        #expect(console.command(0x06, 0x3B, 3)?.data == [3])
        #expect(console.command(0x00, 0x02, 3)?.code == 0)
        #expect(console.command(0x06, 0x02)?.code == 0xD4)
    }

    @Test func outsideASessionLittleIsAnswered() throws {
        let console = try TestConsole()
        func ask(_ function: UInt8, _ command: UInt8, _ data: [UInt8]) -> UInt8? {
            let message = console.message(function, command, data)
            let bytes = console.send(PlainPacket.encode(message: message)).first ?? []
            guard case .plain(let packet)? = RMCPDatagram(bytes) else { return nil }
            return LANMessage(packet.message)?.data.first
        }
        #expect(ask(0x06, 0x38, [0x8E, 4]) == 0)
        #expect(ask(0x06, 0x54, [0x0E, 0, 0x80]) == 0)
        #expect(ask(0x00, 0x01, []) == 0xD4)
        #expect(ask(0x00, 0x02, [0]) == 0xD4)
        #expect(ask(0x06, 0x39, [2] + [UInt8](repeating: 0, count: 16)) == 0xC1)
        #expect(console.machine.power == .on)
    }

    @Test func aReplayedOrForgedPacketDoesNothing() throws {
        let console = try TestConsole.logged()
        let reset = console.packet(console.message(0x00, 0x02, [3]))
        #expect(console.send(reset).count == 1)
        #expect(console.send(reset).isEmpty)
        for index in reset.indices.dropFirst(4) {
            var forged = console.packet(console.message(0x00, 0x02, [3]))
            forged[index] ^= 0x01
            console.send(forged)
            console.sequence -= 1
        }
        #expect(console.machine.counts.resets == 1)
        #expect(console.command(0x00, 0x01)?.code == 0)
    }

    @Test func idleSessionsEnd() throws {
        let console = try TestConsole.logged()
        console.wait(.seconds(59))
        #expect(console.command(0x00, 0x01)?.code == 0)
        console.wait(.seconds(61))
        #expect(console.command(0x00, 0x01) == nil)
        #expect(console.statistics.sessionsLost == 1)
    }

    @Test func aLostRAKP4IsSentAgain() throws {
        let console = try TestConsole()
        #expect(console.open() == 0)
        let third = console.lastRAKP3
        let fourth = console.received.last
        #expect(console.send(third) == [fourth])
        #expect(console.statistics.sessionsOpened == 1 && console.command(0x00, 0x01)?.code == 0)
    }

    // MARK: Boot options

    @Test func bootFlagsLapseUnlessTheyAreToldNotTo() throws {
        let console = try TestConsole.logged()
        func isValid() -> Bool { (console.command(0x00, 0x09, 5, 0, 0)?.data[2] ?? 0) & 0x80 != 0 }
        func set() { #expect(console.command(0x00, 0x08, 5, 0x80, 0x04, 0, 0, 0)?.code == 0) }
        set()
        console.wait(.seconds(50))
        #expect(isValid())
        console.wait(.seconds(11))
        #expect(!isValid())
        #expect(console.command(0x00, 0x08, 3, 0x08)?.code == 0)
        set()
        console.wait(.seconds(50))
        #expect(isValid())
        console.wait(.seconds(50))
        #expect(isValid())
    }

    @Test func unrelatedBootBitsAreKept() throws {
        let console = try TestConsole.logged()
        #expect(console.command(0x00, 0x08, 5, 0xE0, 0x0A, 0x42, 0x03, 0x05)?.code == 0)
        #expect(console.command(0x00, 0x09, 5, 0, 0)?.data == [0x01, 0x05, 0xE0, 0x0A, 0x42, 0x03, 0x05])
        #expect(console.command(0x00, 0x08, 0x85)?.code == 0)
        #expect(console.command(0x00, 0x09, 5, 0, 0)?.data[1] == 0x85)
        #expect(console.command(0x00, 0x08, 0, 1)?.code == 0)
        #expect(console.command(0x00, 0x08, 0, 1)?.code == 0x81)
        #expect(console.command(0x00, 0x08, 0, 0)?.code == 0)
        #expect(console.command(0x00, 0x08, 8, 0)?.code == 0x80)
        #expect(console.command(0x00, 0x08, 7, 1, 1, 2, 3)?.code == 0)
        #expect(console.command(0x00, 0x09, 7, 1, 0)?.data.prefix(6) == [0x01, 0x07, 1, 1, 2, 3])
    }

    // MARK: Watchdog and restart

    @Test func theWatchdogBites() throws {
        let console = try TestConsole.logged()
        #expect(console.command(0x06, 0x22)?.code == 0x80)
        #expect(console.command(0x06, 0x24, 0x04, 0x01, 0, 0, 50, 0)?.code == 0)
        #expect(console.command(0x06, 0x22)?.code == 0)
        console.wait(.seconds(4))
        #expect(console.machine.counts.resets == 0)
        #expect(console.command(0x06, 0x22)?.code == 0)
        console.wait(.milliseconds(5_010))
        #expect(console.machine.counts.resets == 1)
        #expect(console.command(0x06, 0x25)?.data[3] == 0x10)
    }

    @Test func aColdResetTakesTheBMCAway() throws {
        let console = try TestConsole.logged()
        #expect(console.command(0x06, 0x02)?.code == 0)
        #expect(console.command(0x00, 0x01) == nil)
        console.wait(.milliseconds(500))
        #expect(console.open() == nil)
        console.wait(.milliseconds(600))
        #expect(console.open() == 0)
        #expect(console.machine.power == .on, "the machine goes on")
    }

    @Test func commandsCanBeAnsweredFromOutside() throws {
        let configuration = IPMIServer.Configuration(seed: 7) { request in
            request.command == 0x01 && request.networkFunction == 0x06 ? IPMIResponse(data: [1, 2, 3]) : nil
        }
        let console = try TestConsole.logged(.three, configuration)
        #expect(console.command(0x06, 0x01)?.data == [1, 2, 3])
        #expect(console.command(0x00, 0x01)?.data.count == 4)
    }
}
