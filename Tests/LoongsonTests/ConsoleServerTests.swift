// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Host
import PMONSimulator
import PluginTesting
import Testing

@testable import Loongson

/// ser2net as the console server between the driver and the board's serial port.
@Suite(
    "Console server", .serialized, .timeLimit(.minutes(3)),
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/sbin/ser2net"), "ser2net is not installed"))
struct ConsoleServerTests {
    /// A free port; another process may take it until it is used.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Runs the body with a ser2net whose serial port is the board's.
    private static func serve(
        _ room: MachineRoom, _ accepter: String, _ body: (Int) async throws -> Void
    ) async throws {
        let tty = room.folder + "/tty"
        let port = try freePort()
        let socat = try PeerProcess(
            "socat", ["PTY,link=\(tty),raw,echo=0", "TCP:127.0.0.1:\(room.machine.consolePort)"],
            output: room.folder + "/socat.log")
        defer { socat.stop() }
        let file = room.folder + "/ser2net.yaml"
        try """
        connection: &board
          accepter: \(accepter),127.0.0.1,\(port)
          connector: serialdev,\(tty),9600n81,local
        """.write(toFile: file, atomically: true, encoding: .utf8)
        while !FileManager.default.fileExists(atPath: tty) { try await Task.sleep(for: .milliseconds(20)) }
        let server = try PeerProcess(
            "/usr/sbin/ser2net", ["-n", "-d", "-c", file], output: room.folder + "/ser2net.log")
        defer { server.stop() }
        let end = ContinuousClock.now + .seconds(10)
        while try await !accepts(port), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(50)) }
        // It lets go of its serial port a moment after the last client.
        try await Task.sleep(for: .milliseconds(300))
        try await body(port)
    }

    private static func accepts(_ port: Int) async throws -> Bool {
        await onOwnThread {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            address.sin_port = UInt16(port).bigEndian
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    @Test(arguments: [("rfc2217", "telnet(rfc2217),tcp"), ("telnet", "telnet,tcp"), ("tcp", "tcp")])
    func theDialogueGoesThroughSer2net(_ scheme: String, _ accepter: String) async throws {
        try await MachineRoom.run { room in
            try await Self.serve(room, accepter) { port in
                let device = try room.device(
                    console: "\(scheme)://127.0.0.1:\(port)", ["network_boot": ["kernel": "tftp://127.0.0.1/nothing"]])
                try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
                let error = try await room.failure {
                    try await device.setPower(.on, operation: "2", deadline: .seconds(60))
                }
                #expect(error.message.contains("step load"), "\(error)")
                #expect(error.detailJSON?.contains("nothing: ") == true, "\(error.detailJSON ?? "")")
            }
        }
    }

    @Test func aServerWithoutRFC2217IsTold() async throws {
        try await MachineRoom.run { room in
            try await Self.serve(room, "telnet,tcp") { port in
                let device = try room.device(console: "rfc2217://127.0.0.1:\(port)")
                try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
                let error = try await room.failure {
                    try await device.setPower(.on, operation: "2", deadline: .seconds(60))
                }
                #expect(error.status == .unsupported && error.message.contains("RFC 2217"), "\(error)")
                #expect(!room.machine.status.hasOutletPower, "the console is opened before the power is switched")
            }
        }
    }
}

@Suite("Telnet")
struct TelnetTests {
    @Test func dataIsTakenOutOfTheStreamHoweverItIsCut() {
        let stream: [UInt8] =
            [
                0x41, 255, 255, 0x42, 255, 251, 1, 0x0d, 0, 0x43, 255, 250, 24, 1, 255, 255, 2, 255, 240, 0x44, 255,
                253, 31,
            ]
        var whole = TelnetCodec()
        let data = whole.receive(stream)
        #expect(data == [0x41, 255, 0x42, 0x0d, 0x43, 0x44])
        let answers = whole.takeOutput()
        for cut in 0...stream.count {
            var codec = TelnetCodec()
            #expect(codec.receive(Array(stream[..<cut])) + codec.receive(Array(stream[cut...])) == data)
            #expect(codec.takeOutput() == answers)
        }
        // ECHO is taken, window size is not.
        #expect(answers.suffix(6) == [255, 253, 1, 255, 252, 31])
    }

    @Test func optionsDoNotGoRoundInCircles() {
        var codec = TelnetCodec()
        _ = codec.takeOutput()
        _ = codec.receive([255, 253, 0, 255, 251, 0, 255, 253, 3, 255, 251, 3])
        #expect(codec.takeOutput().isEmpty)
        _ = codec.receive([255, 251, 1, 255, 251, 1, 255, 251, 1])
        #expect(codec.takeOutput() == [255, 253, 1])
        #expect(codec.encoded([0x0d, 255]) == [0x0d, 255, 255], "the way is binary")
        #expect(TelnetCodec().encoded([0x0d]) == [0x0d, 0])
    }

    @Test func thePortIsSetOnceTheServerAgrees() throws {
        var codec = TelnetCodec(SerialSettings())
        let first = codec.takeOutput()
        #expect(first.count == 15 && Array(first[6...8]) == [255, 251, 44])
        _ = codec.receive([255, 253, 44])
        let requests = codec.takeOutput()
        #expect(requests.starts(with: [255, 250, 44, 1, 0, 1, 0xc2, 0, 255, 240, 255, 250, 44, 2, 8, 255, 240]))
        _ = codec.receive([255, 250, 44, 101, 0, 1, 0xc2, 0, 255, 240, 255, 250, 44, 102, 8, 255, 240])
        #expect(codec.port?.isComplete == false)
        _ = codec.receive(
            [255, 250, 44, 103, 1, 255, 240, 255, 250, 44, 104, 1, 255, 240, 255, 250, 44, 105, 1, 255, 240])
        #expect(codec.port?.isComplete == true && codec.port?.difference == nil)
        _ = codec.receive([255, 250, 44, 101, 0, 0, 0x25, 0x80, 255, 240])
        #expect(codec.port?.difference?.kept == 9600)
    }

    @Test func garbageIsBorneAndAnswersAreBounded() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var codec = TelnetCodec(SerialSettings())
            var answered = 0
            for _ in 0..<50 {
                let bytes = (0..<64).map { _ in
                    Bool.random(using: &random) ? UInt8.random(in: 240...255) : UInt8.random(in: 0...255)
                }
                _ = codec.receive(bytes)
                answered += codec.takeOutput().count
            }
            #expect(answered < 50 * 64 * 20)
        }
    }
}
