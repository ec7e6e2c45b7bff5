// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator
import Synchronization
import Testing

@testable import Host

extension HostTests {
    /// What workers of the IPMI driver leave on BMCs when they are killed.
    @Suite(.serialized) struct KilledWorkerTests {
        private static let kills = 1000
        private static let bmcs = 40

        static var isBuilt: Bool { PluginLab.isBuilt("ipmi") }

        /// Sessions of BMCs, added up.
        private struct Total: CustomStringConvertible {
            var opened = 0
            var closed = 0
            var takenOver = 0
            var expired = 0
            var halfOpenExpired = 0
            var open = 0
            var activePeak = 0

            init(_ farm: IPMIFarm) {
                for one in farm.servers.map(\.statistics) {
                    opened += one.sessionsOpened
                    closed += one.sessionsClosed
                    takenOver += one.sessionsClosedByOthers
                    expired += one.sessionsLost
                    halfOpenExpired += one.loginsExpired
                    open += one.sessionsOpen
                    activePeak = max(activePeak, one.sessionsActivePeak)
                }
            }

            var description: String {
                "opened \(opened), closed \(closed) (\(takenOver) of them taken over), expired \(expired), "
                    + "half-open expired \(halfOpenExpired), open \(open), at most \(activePeak) a BMC"
            }
        }

        /// Sessions do not expire while workers die; the log-ins they were in the middle of do, when the clock is put forward.
        @Test(.enabled(if: isBuilt)) func nothingIsLeftAfterAThousandKills() async throws {
            let clock = Clock()
            let farm = try await IPMIFarm.start(
                count: Self.bmcs, IPMIServer.Configuration(sessionLimit: 63, inactivity: .seconds(3600)),
                chassis: { _ in SharedChassis(Chassis(), clock: { clock.now }) })
            let lab = try PluginLab()
            try lab.installDriver("ipmi", from: "IPMI")
            let begin = ContinuousClock.now
            await WorkerKill.inHalves(Self.kills, farm.servers) { await Self.killOnce($0, $1, lab) }
            let killed = Total(farm)
            print("after \(Self.kills) kills in \(ContinuousClock.now - begin): \(killed)")
            #expect(killed.takenOver > 0)
            // The dying one and the one that closes it, and a few where workers died before they came to close.
            #expect(killed.activePeak <= 10)
            // One more worker looks at every machine, and ends as it should.
            let host = lab.host()
            for server in farm.servers {
                let device = try Self.device(host, server)
                #expect(try await device.powerState(deadline: .seconds(10)) == .off)
                let now = server.statistics
                #expect(now.sessionsOpened - now.sessionsClosed - now.sessionsLost == 1)
                await device.close()
            }
            await host.shutdown()
            clock.advance(.seconds(30))
            let end = Total(farm)
            print("at the end: \(end)")
            #expect(end.open == 0)
            #expect(end.opened == end.closed && end.expired == 0, "\(end)")
            await farm.stop()
        }

        /// Starts a worker, lets it work on four of the machines, and kills it in the middle of that.
        private static func killOnce(_ round: Int, _ servers: [IPMIServer], _ lab: PluginLab) async {
            let some = (0..<4).map { servers[(round * 4 + $0) % servers.count] }
            let wanted = some.map(\.statistics.datagramsIn).reduce(0, +) + Int.random(in: 1...40)
            let host = lab.host()
            let devices = some.compactMap { try? device(host, $0) }
            await WorkerKill.reading(devices, host) { some.map(\.statistics.datagramsIn).reduce(0, +) >= wanted }
        }

        private static func device(_ host: PluginHost, _ server: IPMIServer) throws -> Device {
            try host.device(
                name: "m\(server.port)", driver: "dev.ingot.ipmi",
                configJSON: #"{"host":"127.0.0.1","port":\#(server.port),"username":"admin"}"#,
                secrets: ["password": Secret("secret")])
        }

        /// The time of the simulated machines, which can be put forward.
        private final class Clock: Sendable {
            private let begin = ContinuousClock.now
            private let ahead = Mutex(Duration.zero)
            var now: Duration { ContinuousClock.now - begin + ahead.withLock { $0 } }
            func advance(_ time: Duration) { ahead.withLock { $0 += time } }
        }
    }
}
