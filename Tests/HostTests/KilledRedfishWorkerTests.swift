// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import RedfishSimulator
import Testing

@testable import Host

extension HostTests {
    /// What workers of the Redfish driver leave at services when they are killed.
    @Suite(.serialized) struct KilledRedfishWorkerTests {
        private static let kills = 1000
        private static let services = 40

        static var isBuilt: Bool { PluginLab.isBuilt("redfish") }

        /// Sessions of services, added up.
        private struct Total: CustomStringConvertible {
            var opened = 0
            var deleted = 0
            var takenOver = 0
            var expired = 0
            var open = 0
            var peak = 0

            init(_ servers: [RedfishServer]) {
                for one in servers.map(\.statistics) {
                    opened += one.sessionsOpened
                    deleted += one.sessionsDeleted
                    takenOver += one.sessionsDeletedByOthers
                    expired += one.sessionsExpired
                    open += one.sessionsOpen
                    peak = max(peak, one.sessionsPeak)
                }
            }

            var description: String {
                "opened \(opened), deleted \(deleted) (\(takenOver) of them by another), expired \(expired), "
                    + "open \(open), at most \(peak) a service"
            }
        }

        /// Sessions do not expire meanwhile: whatever is gone at the end was deleted.
        @Test(.enabled(if: isBuilt)) func nothingIsLeftAfterAThousandKills() async throws {
            var servers: [RedfishServer] = []
            for _ in 0..<Self.services {
                servers.append(
                    try await RedfishServer.start(
                        RedfishServer.Configuration(tls: .off), chassis: SharedChassis(Chassis())))
            }
            let lab = try PluginLab()
            try lab.installDriver("redfish", from: "Redfish")
            let begin = ContinuousClock.now
            await WorkerKill.inHalves(Self.kills, servers) { await Self.killOnce($0, $1, lab) }
            let killed = Total(servers)
            print("after \(Self.kills) kills in \(ContinuousClock.now - begin): \(killed)")
            #expect(killed.takenOver > 0)
            // The dying one and the one that deletes it, and a few where workers died before they came to that.
            #expect(killed.peak <= 10)
            // One more worker looks at every machine, and ends as it should.
            let host = lab.host()
            for server in servers {
                let device = try Self.device(host, server)
                #expect(try await device.powerState(deadline: .seconds(10)) == .off)
                #expect(server.statistics.sessionsOpen == 1)
                await device.close()
            }
            await host.shutdown()
            let end = Total(servers)
            print("at the end: \(end)")
            #expect(end.open == 0)
            #expect(end.opened == end.deleted && end.expired == 0, "\(end)")
            for server in servers { await server.stop() }
        }

        /// Starts a worker, lets it work on two of the machines, and kills it in the middle of that.
        private static func killOnce(_ round: Int, _ servers: [RedfishServer], _ lab: PluginLab) async {
            let some = (0..<2).map { servers[(round * 2 + $0) % servers.count] }
            let wanted = some.map(\.statistics.total).reduce(0, +) + Int.random(in: 1...20)
            let host = lab.host()
            let devices = some.compactMap { try? device(host, $0) }
            await WorkerKill.reading(devices, host) { some.map(\.statistics.total).reduce(0, +) >= wanted }
        }

        private static func device(_ host: PluginHost, _ server: RedfishServer) throws -> Device {
            try host.device(
                name: "r\(server.port)", driver: "dev.ingot.redfish",
                configJSON: #"{"address":"\#(server.baseURL)","username":"admin"}"#,
                secrets: ["password": Secret("secret")])
        }
    }
}
