// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IPMISimulator
import PluginAPI
import Testing

@testable import IPMI

/// Sessions that a dead worker left on a BMC.
@Suite struct LeftOverTests {
    private static func info(
        _ handle: UInt8, active: UInt8, user: UInt8 = 2, address: [UInt8] = [192, 0, 2, 1], port: UInt16
    ) -> Reply {
        .data(
            [handle, 16, active, user, 4, 0x11] + address + [0, 0, 0, 0, 0, 0]
                + [UInt8(port & 0xff), UInt8(port >> 8)])
    }

    /// The handles that are closed on a BMC with these sessions; the first one asks.
    private static func closed(
        _ sessions: [(handle: UInt8, user: UInt8, address: [UInt8], port: UInt16)], port: UInt16 = 5000,
        refusing: UInt8? = nil
    ) -> (handles: [UInt8], count: LeftOverSessions.Count) {
        var search = LeftOverSessions(port: port) { $0 != 7000 }
        var handles: [UInt8] = []
        var command: Command? = LeftOverSessions.first
        while let next = command {
            var reply: Reply
            if next.number == Command.closeSession {
                handles.append(next.data[4])
                reply = refusing.map { .refused(CompletionCode(next, $0)) } ?? .data([])
            } else {
                let place = max(Int(next.data[0]), 1) - 1
                let one = sessions[place]
                reply = info(
                    one.handle, active: UInt8(sessions.count), user: one.user, address: one.address, port: one.port)
            }
            command = search.next(after: reply)
        }
        return (handles, search.count)
    }

    private static let us: [UInt8] = [192, 0, 2, 1]

    @Test func ownSessionsOfDeadProcessesAreClosed() {
        let outcome = Self.closed([(1, 2, Self.us, 5000), (2, 2, Self.us, 6000), (3, 2, Self.us, 6001)])
        #expect(Set(outcome.handles) == [2, 3])
        #expect(outcome.count == .init(closed: 2, left: 0))
    }

    @Test func othersAreLeftAlone() {
        // Another user, another address, a port that is in use.
        let outcome = Self.closed([
            (1, 2, Self.us, 5000), (2, 3, Self.us, 6000), (3, 2, [192, 0, 2, 9], 6001), (4, 2, Self.us, 7000),
        ])
        #expect(outcome.handles.isEmpty && outcome.count == .init())
    }

    @Test func behindAddressTranslationNothingIsClosed() {
        #expect(Self.closed([(1, 2, Self.us, 4999), (2, 2, Self.us, 6000)]).handles.isEmpty)
    }

    @Test func refusalsAreCounted() {
        let sessions: [(UInt8, UInt8, [UInt8], UInt16)] = [(1, 2, Self.us, 5000), (2, 2, Self.us, 6000)]
        #expect(Self.closed(sessions, refusing: 0xd4).count == .init(closed: 0, left: 1))
        // It has ended meanwhile.
        #expect(Self.closed(sessions, refusing: 0x87).count == .init())
    }

    @Test func aBMCThatDoesNotTellIsAskedOnce() {
        var search = LeftOverSessions(port: 1) { _ in true }
        #expect(search.next(after: .refused(CompletionCode(LeftOverSessions.first, 0xc1))) == nil)
        #expect(search.next(after: .data([])) == nil)
    }

    @Test func aPortInUseIsNotDead() throws {
        let socket = try #require(TestSocket("127.0.0.1", 0))
        #expect(!LivePort.isDead(socket.port, family: AF_INET))
        let port = socket.port
        socket.close()
        #expect(LivePort.isDead(port, family: AF_INET))
        let live = LivePort(port)
        #expect(!LivePort.isDead(port, family: AF_INET))
        _ = live.number
    }

    /// The driver's own sessions in one process do not take each other for dead ones.
    @Test func aSecondDeviceOfTheProcessLeavesTheFirstAlone() async throws {
        try await withBMC { bmc in
            let first = try bmc.driver()
            #expect(await first.powerState().status == INGOT_OK)
            let second = try bmc.driver()
            #expect(await second.powerState().status == INGOT_OK)
            #expect(await first.powerState().status == INGOT_OK)
            #expect(bmc.server.statistics.sessionsClosedByOthers == 0)
            #expect(bmc.server.statistics.sessionsOpened == 2)
        }
    }
}
