// SPDX-License-Identifier: Apache-2.0
import BMCModel
import NIOCore
import NIOPosix
import Testing

@testable import LineSimulator

/// The server over real sockets.
@Suite struct ServerTests {
    /// A client that sends what it is given and collects what comes until the peer closes.
    private func talk(_ port: Int, _ pieces: [String], closing: Bool = false) async throws -> String {
        let client = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        guard let client else { return "<reset>" }
        return try await client.executeThenClose { input, output in
            do {
                for piece in pieces { try await output.write(ByteBuffer(string: piece)) }
            } catch {
                // The server has hung up already; what it said before is still there to be read.
            }
            if closing { output.finish() }
            var text = ""
            do { for try await piece in input { text += String(buffer: piece) } } catch { text += "<reset>" }
            return text
        }
    }

    private func server(_ fault: String? = nil) async throws -> LineServer {
        let faults = FaultInjector(try fault.map { [try Fault($0)] } ?? [], seed: 1)
        return try await LineServer.start(.init(), chassis: SharedChassis(Chassis()), faults: faults)
    }

    @Test func aConversationInAnyPieces() async throws {
        let server = try await server()
        let wanted = "ingot-line 1\nok admin\nok off\nok\n"
        #expect(try await talk(server.port, ["login admin secret\npower?\nbye\n"]) == wanted)
        let bytes = "login admin secret\npower?\nbye\n".map(String.init)
        #expect(try await talk(server.port, bytes) == wanted)
        #expect(server.statistics.connections == 2)
        #expect(server.statistics.logins == 2)
        #expect(server.statistics.requests == ["login": 2, "power?": 2, "bye": 2])
        #expect(server.statistics.sessions == 0)
        await server.stop()
    }

    @Test func linesThatNeverEndAreCutOff() async throws {
        let server = try await server()
        let long = String(repeating: "x", count: 511)
        #expect(try await talk(server.port, [long + "\nbye\n"]) == "ingot-line 1\nerror unknown no such request\nok\n")
        #expect(try await talk(server.port, [long + "x"]) == "ingot-line 1\nerror badarg the line is too long\n")
        #expect(
            try await talk(server.port, [String(repeating: "y", count: 100_000)])
                .hasPrefix("ingot-line 1\nerror badarg the line is too long\n"))
        await server.stop()
    }

    @Test func faultsOfTheWayAreSeenByAClient() async throws {
        let wanted = [
            "half-close": "ingot-line 1\n", "truncate": "ingot-line 1\nok a", "refuse": "<reset>",
            "reset-mid-body:bytes=3": "ingot-line 1\nok <reset>", "slice": "ingot-line 1\nok admin\nok\n",
            "slow-bytes:bytes=500": "ingot-line 1\nok admin\nok\n", "latency:0.05": "ingot-line 1\nok admin\nok\n",
            "bmc-restart:after=1": "ingot-line 1\nok admin\n<reset>",
        ]
        for (fault, text) in wanted {
            let server = try await server(fault)
            let seen = try await talk(server.port, ["login admin secret\n", "bye\n"])
            // Whether a client that has sent nothing yet sees a reset or just the end depends on when it looks.
            #expect(seen == text || fault == "refuse" && seen.isEmpty, "\(fault)")
            await server.stop()
        }
    }

    @Test func theEndOfTheServerEndsItsConnections() async throws {
        let server = try await server()
        async let seen = talk(server.port, ["login admin secret\n"])
        while server.statistics.logins == 0 { try await Task.sleep(for: .milliseconds(5)) }
        await server.stop()
        #expect(try await seen == "ingot-line 1\nok admin\n")
        #expect(try await talk(server.port, []) == "<reset>")
    }
}
