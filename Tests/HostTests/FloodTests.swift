// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

extension HostTests {
    /// A driver that sends more than it may, or more than usual, or what nobody knows.
    @Suite(.serialized) struct FloodTests {
        private func rogue(_ host: PluginHost, _ mode: String) throws -> Device {
            try host.device(name: mode, driver: "dev.example.rogue", configJSON: #"{"mode":"\#(mode)"}"#)
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func emittingTooMuchReplacesTheWorker(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let error = await failure { try await rogue(host, "flood-emit").powerState(deadline: .seconds(9)) }
            #expect(error?.status == .internal)
            #expect(
                error?.message.contains("emitted more than 33554432 bytes in one call of power.get and is replaced")
                    == true)
            #expect(lab.events.all(.flooded).map(\.message) == [error?.message])
            #expect(try await rogue(host, "fine").powerState(deadline: .seconds(9)) == .on)
            #expect(host.plugins.first?.crashes == 1)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func loggingTooMuchReplacesTheWorker(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let error = await failure { try await rogue(host, "flood-log").powerState(deadline: .seconds(9)) }
            #expect(error?.message.contains("sent more than 2000 log lines and reports in a second") == true)
            #expect(lab.lines.all.filter { $0.contains("again") }.count <= 2000)
            #expect(try await rogue(host, "fine").powerState(deadline: .seconds(9)) == .on)
            await host.shutdown()
        }

        @Test func writingTooMuchReplacesTheWorker() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let error = await failure { try await rogue(host, "flood-stdout").powerState(deadline: .seconds(9)) }
            #expect(error?.message.contains("wrote more than 4194304 bytes a second to its output") == true)
            #expect(try await rogue(host, "fine").powerState(deadline: .seconds(9)) == .on)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func oneMebibyteComesWhole(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let components = try await rogue(host, "fine").inventory(deadline: .seconds(9))
            #expect(components.count == 2)
            #expect(components.first?.utf8.count == 1 << 20)
            let expected = (0..<1 << 20).map { UInt8(97 + $0 % 23) }
            #expect(components.first.map { Array($0.utf8) } == expected)
            await host.shutdown()
        }

        @Test func chatterOnStandardOutputHurtsNothing() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let device = try rogue(host, "chatter")
            for _ in 0..<20 { #expect(try await device.powerState(deadline: .seconds(9)) == .unknown) }
            await host.shutdown()
            #expect(lab.events.all.map(\.kind) == [.started, .stopped])
        }

        @Test func chatterIsKeptAsLastWords() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            _ = try await rogue(host, "chatter").powerState(deadline: .seconds(9))
            _ = await failure { try await rogue(host, "exit").powerState(deadline: .seconds(9)) }
            let words = try #require(host.plugins.first?.lastWords)
            #expect(words.hasSuffix("driver chatter 98 | driver chatter 99"))
            #expect(words.utf8.count <= 400)
            await host.shutdown()
        }

        @Test func leakedDescriptorsCostAWorkerNotTheHost() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue("FEW_DESCRIPTORS"))
            let host = lab.host()
            let device = try rogue(host, "leak")
            var failures: [DriverError] = []
            for _ in 0..<150 {
                if let error = await failure({ try await device.powerState(deadline: .seconds(9)) }) {
                    failures.append(error)
                }
            }
            // About every sixtieth call finds the worker full, which is then replaced.
            #expect((1...12).contains(failures.count), "\(failures.map(\.message)) \(lab.events.all.map(\.message))")
            #expect(failures.allSatisfy { $0.status == .internal }, "\(failures.last.debugDescription)")
            #expect((1...4).contains(lab.events.all(.crashed).count))
            #expect(lab.events.all(.crashed).first?.message.contains("the plugin leaks them") == true)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func errorsKeepWhatTheDriverSaid(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            func error(_ mode: String) async throws -> DriverError? {
                await failure { try await rogue(host, mode).setPower(.on, operation: "o", deadline: .seconds(9)) }
            }
            #expect(
                try await error("busy")
                    == DriverError(
                        status: .busy, message: "no session free | next line",
                        detailJSON: #"{"field":"$.mode"}"#, retryable: true, retryAfter: .milliseconds(1500),
                        vendorCode: 0xC0))
            for (mode, code) in [("status-99", 99), ("status-minus", -1)] {
                let unknown = try await error(mode)
                #expect(unknown?.status == .internal)
                #expect(unknown?.message.contains("unknown status \(code)") == true)
            }
            #expect(try await error("doubt")?.maybeApplied == true)
            #expect(try await error("wire-timeout")?.maybeApplied == true)
            #expect(try await error("open-null")?.message == "open gave no device")
            let unknown = await failure { try await rogue(host, "fine").probe(deadline: .seconds(9)) }
            #expect(unknown?.status == .unsupported)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func lostSessionsAreReopened(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let before = try await opened(host)
            let device = try rogue(host, "session")
            // The driver's first call of a session works, the second one finds it gone; a read is made again.
            for _ in 0..<4 { #expect(try await device.powerState(deadline: .seconds(9)) == .unknown) }
            #expect(try await opened(host) == before + 5)
            // A change is not: that is for the caller to decide.
            let error = await failure { try await device.setPower(.on, operation: "o", deadline: .seconds(9)) }
            #expect(error?.sessionLost == true)
            try await device.setPower(.on, operation: "o", deadline: .seconds(9))
            await host.shutdown()
        }

        /// How often the driver opened a device, this one included.
        private func opened(_ host: PluginHost) async throws -> Int {
            let count = try await rogue(host, "fine").inventory(deadline: .seconds(9)).last
            return try #require(count.flatMap { Int($0) })
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func olderTablesLackWhatCameLater(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue("OLD_TABLE"))
            let host = lab.host(isolation)
            let device = try rogue(host, "fine")
            #expect(try await device.powerState(deadline: .seconds(9)) == .on)
            let error = await failure { try await device.setPower(.on, operation: "o", deadline: .seconds(9)) }
            #expect(error?.status == .unsupported)
            await host.shutdown()
        }
    }
}
