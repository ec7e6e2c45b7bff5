// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

@Suite struct TFTPCodecTests {
    @Test func readsRequestsWithOptions() throws {
        let bytes = [0, 1] + Array("ipxe.efi\0OCTET\0BLKSIZE\01432\0tsize\00\0".utf8)
        guard case .readRequest(let request) = try TFTPPacket(parsing: bytes) else {
            Issue.record("not a read request")
            return
        }
        #expect(request.filename == "ipxe.efi" && request.mode == "octet")
        #expect(request.options == [TFTPOption("blksize", "1432"), TFTPOption("tsize", "0")])
    }

    @Test(arguments: [
        TFTPPacket.readRequest(TFTPRequest(filename: "a/b", options: [TFTPOption("windowsize", "4")])),
        .writeRequest(TFTPRequest(filename: "x", mode: "netascii")), .data(block: 0xFFFF, payload: [1, 2, 3]),
        .data(block: 1, payload: []), .acknowledge(block: 0x0102), .error(code: 99, message: "why"),
        .optionAcknowledge([TFTPOption("blksize", "8")]),
    ])
    func roundTrips(packet: TFTPPacket) throws {
        #expect(try TFTPPacket(parsing: packet.encoded()) == packet)
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var bytes: [UInt8]
        var field: TFTPError.Field
        var testDescription: String { field.rawValue }
    }

    @Test(arguments: [
        Malformed(bytes: [], field: .opcode), Malformed(bytes: [0], field: .opcode),
        Malformed(bytes: [0, 0], field: .opcode), Malformed(bytes: [0, 7], field: .opcode),
        Malformed(bytes: [1, 1, 0x61, 0], field: .opcode), Malformed(bytes: [0, 1], field: .filename),
        Malformed(bytes: [0, 1] + Array("abc".utf8), field: .filename),
        Malformed(bytes: [0, 1] + Array("\0octet\0".utf8), field: .filename),
        Malformed(bytes: [0, 1] + Array("a\nb\0octet\0".utf8), field: .filename),
        Malformed(bytes: [0, 1] + [UInt8](repeating: 0x61, count: 300) + [0], field: .filename),
        Malformed(bytes: [0, 1] + [UInt8](repeating: 0x61, count: 3000), field: .filename),
        Malformed(bytes: [0, 1] + Array("a\0octet".utf8), field: .mode),
        Malformed(bytes: [0, 1] + Array("a\0weird\0".utf8), field: .mode),
        Malformed(bytes: [0, 1] + Array("a\0octet\0blksize".utf8), field: .optionName),
        Malformed(bytes: [0, 1] + Array("a\0octet\0blksize\0".utf8), field: .optionValue),
        Malformed(bytes: [0, 1] + Array("a\0octet\0\01\0".utf8), field: .optionName),
        Malformed(
            bytes: [0, 1] + Array(("a\0octet\0" + String(repeating: "o\01\0", count: 17)).utf8), field: .optionName),
        Malformed(bytes: [0, 3, 1], field: .block), Malformed(bytes: [0, 4], field: .block),
        Malformed(bytes: [0, 3, 0, 1] + [UInt8](repeating: 0, count: 65465), field: .data),
        Malformed(bytes: [0, 5, 0], field: .errorCode),
    ])
    func malformedPacketsNameTheField(malformed: Malformed) {
        let error = #expect(throws: TFTPError.self) { try TFTPPacket(parsing: malformed.bytes) }
        #expect(error?.field == malformed.field)
    }
}

@Suite struct TFTPServerTests {
    static let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    private let client = Fixture.client(.local)

    private func request(_ name: String, mode: String = "octet", _ options: [TFTPOption] = []) -> [UInt8] {
        TFTPPacket.readRequest(TFTPRequest(filename: name, mode: mode, options: options)).encoded()
    }

    private func decide(_ bytes: [UInt8], from client: EnrolledClient?) -> TFTPServer.Decision {
        var server = TFTPServer(files: ["ipxe.efi": Self.content])
        return server.receive(bytes, from: Fixture.address, client: client, now: Fixture.start)
    }

    private func refusal(_ bytes: [UInt8]) -> UInt16? {
        switch decide(bytes, from: client) {
        case .refuse(.error(let code, _), _), .reply(.error(let code, _)): code
        default: nil
        }
    }

    @Test(arguments: ["ipxe.efi", "/ipxe.efi", "\\ipxe.efi", "//ipxe.efi"])
    func namesMapToTheTable(name: String) {
        guard case .begin(_, let found) = decide(request(name), from: client) else {
            Issue.record("not served")
            return
        }
        #expect(found == "ipxe.efi")
    }

    @Test(arguments: ["../ipxe.efi", "etc/passwd", "/etc/passwd", "ipxe.efi/", "IPXE.EFI", "./ipxe.efi", "*"])
    func otherNamesAreNotFound(name: String) {
        #expect(refusal(request(name)) == TFTPErrorCode.fileNotFound.rawValue)
    }

    @Test func refusesWhatItDoesNotDo() {
        let write = TFTPPacket.writeRequest(TFTPRequest(filename: "x")).encoded()
        #expect(refusal(write) == TFTPErrorCode.accessViolation.rawValue)
        #expect(refusal(request("ipxe.efi", mode: "netascii")) == TFTPErrorCode.undefined.rawValue)
        #expect(refusal(request("ipxe.efi", mode: "mail")) == TFTPErrorCode.undefined.rawValue)
        let twice = [TFTPOption("blksize", "512"), TFTPOption("BLKSIZE", "1024")]
        #expect(refusal(request("ipxe.efi", twice)) == TFTPErrorCode.optionsRefused.rawValue)
        #expect(refusal([0, 9]) == TFTPErrorCode.illegalOperation.rawValue)
        #expect(refusal(TFTPPacket.acknowledge(block: 1).encoded()) == TFTPErrorCode.unknownTransfer.rawValue)
    }

    @Test func errorsAreNeverAnswered() {
        guard case .silence = decide(TFTPPacket.error(.undefined, "x").encoded(), from: client) else {
            Issue.record("an error was answered")
            return
        }
    }

    @Test(arguments: [EnrolledClient?.none, Fixture.client(.ignore)])
    func strangersAndHeldMachinesGetNothing(client: EnrolledClient?) {
        for bytes in [request("ipxe.efi"), request("nothing"), [0, 9], TFTPPacket.acknowledge(block: 1).encoded()] {
            switch decide(bytes, from: client) {
            case .silence, .report: break
            default: Issue.record("a stranger was answered")
            }
        }
    }

    @Test func optionsAreNegotiatedWithinLimits() throws {
        let options = [
            TFTPOption("blksize", "65464"), TFTPOption("windowsize", "65535"), TFTPOption("timeout", "3"),
            TFTPOption("tsize", "0"), TFTPOption("multicast", ""),
        ]
        var transfer = try TFTPServerTransfer(
            TFTPRequest(filename: "f", options: options), content: Self.content, limits: .init())
        #expect(transfer.parameters.blockSize == 1468 && transfer.parameters.windowSize == 64)
        #expect(transfer.retryDelay == .seconds(3))
        let expected = [
            TFTPOption("blksize", "1468"), TFTPOption("windowsize", "64"), TFTPOption("timeout", "3"),
            TFTPOption("tsize", "5000"),
        ]
        #expect(transfer.start() == [.send(.optionAcknowledge(expected))])
    }

    @Test(arguments: [
        ("blksize", "7"), ("blksize", "65465"), ("blksize", "-1"), ("blksize", "1e3"), ("blksize", ""),
        ("windowsize", "0"), ("windowsize", "65536"), ("timeout", "0"), ("timeout", "256"),
        ("blksize", "99999999999999999999"),
    ])
    func senselessOptionsAreLeftOut(name: String, value: String) throws {
        var transfer = try TFTPServerTransfer(
            TFTPRequest(filename: "f", options: [TFTPOption(name, value)]), content: Self.content)
        guard case .send(.data(let block, let payload))? = transfer.start().first else {
            Issue.record("expected the first block")
            return
        }
        #expect(block == 1 && payload.count == 512)
    }
}

/// Client and server cores against each other over a lossy wire, and the server's timing rules.
@Suite struct TFTPTransferTests {
    /// Sends every packet through a wire that loses, doubles and swaps some of them.
    private func download(
        size: Int, options: TFTPClientTransfer.Options, loss: Int, seed: UInt64 = 1
    ) throws -> (received: [UInt8], content: [UInt8], sent: Int) {
        var random = SplitMix(state: seed)
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        var client = TFTPClientTransfer(filename: "f", options: options)
        var server: TFTPServerTransfer?
        var toServer: [[UInt8]] = []
        var toClient: [[UInt8]] = []
        var received: [UInt8] = []
        var sent = 0
        func transmit(_ bytes: [UInt8], _ queue: inout [[UInt8]]) {
            sent += 1
            guard Int.random(in: 0..<100, using: &random) >= loss else { return }
            queue.append(bytes)
            if Int.random(in: 0..<100, using: &random) < loss { queue.append(bytes) }
            if Int.random(in: 0..<100, using: &random) < loss, queue.count > 1 {
                queue.swapAt(queue.count - 1, queue.count - 2)
            }
        }
        func serve(_ actions: [TFTPServerTransfer.Action]) {
            for case .send(let packet) in actions { transmit(packet.encoded(), &toClient) }
        }
        func take(_ actions: [TFTPClientTransfer.Action]) throws {
            for action in actions {
                switch action {
                case .send(let bytes, _): transmit(bytes, &toServer)
                case .deliver(let bytes): received += bytes
                case .finished: break
                case .failed(let error): throw error
                }
            }
        }
        try take(client.start())
        var rounds = 0
        while !client.isOver {
            rounds += 1
            try #require(rounds < 2_000_000)
            if !toServer.isEmpty {
                let packet = try TFTPPacket(parsing: toServer.removeFirst())
                if case .readRequest(let request) = packet {
                    if server == nil {
                        var fresh = try TFTPServerTransfer(
                            request, content: content, limits: .init(blockSize: 65464, retries: 1000))
                        serve(fresh.start())
                        server = fresh
                    }
                } else {
                    serve(server?.receive(packet) ?? [])
                }
            } else if !toClient.isEmpty {
                try take(client.receive(toClient.removeFirst(), port: 2000))
            } else if Bool.random(using: &random) {
                serve(server?.timeout() ?? [])
            } else {
                try take(client.timeout())
            }
        }
        return (received, content, sent)
    }

    @Test(arguments: [0, 1, 511, 512, 513, 1024, 100_000], [1, 4, 16])
    func deliversEverySize(size: Int, window: Int) throws {
        let result = try download(size: size, options: .init(blockSize: 512, windowSize: window), loss: 0)
        #expect(result.received == result.content)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64], [1, 4, 16])
    func survivesLossDoublesAndSwaps(seed: UInt64, window: Int) throws {
        let options = TFTPClientTransfer.Options(blockSize: 64, windowSize: window)
        let result = try download(size: 20_000, options: options, loss: 5, seed: seed)
        #expect(result.received == result.content)
    }

    @Test func worksWithoutOptions() throws {
        let options = TFTPClientTransfer.Options(blockSize: nil, wantsSize: false)
        let result = try download(size: 3000, options: options, loss: 0)
        #expect(result.received == result.content)
    }

    @Test(arguments: [1, 8])
    func blockNumbersRollOver(window: Int) throws {
        // 8 octets in a block: 600,000 octets are 75,001 blocks, more than 65,535.
        let options = TFTPClientTransfer.Options(blockSize: 8, windowSize: window)
        let result = try download(size: 600_000, options: options, loss: 0)
        #expect(result.received == result.content)
    }

    /// RFC 1123 section 4.2.3.1: doubling every packet must not double the data that is sent.
    @Test func doubledAcknowledgementsDoNotMultiplyTraffic() throws {
        var server = try TFTPServerTransfer(TFTPRequest(filename: "f"), content: TFTPServerTests.content)
        var sent = server.start().count
        for block in 1...9 {
            for _ in 0..<2 {
                sent += server.receive(.acknowledge(block: UInt16(block))).count { action in
                    if case .send(.data) = action { true } else { false }
                }
            }
        }
        #expect(sent == 10)
    }

    @Test func silentClientsAreGivenUpWithBackOff() throws {
        var server = try TFTPServerTransfer(TFTPRequest(filename: "f"), content: TFTPServerTests.content)
        _ = server.start()
        var delays: [Duration] = [server.retryDelay]
        var actions = server.timeout()
        while !server.isOver {
            #expect(actions.count == 1)
            delays.append(server.retryDelay)
            actions = server.timeout()
        }
        #expect(delays == [1, 2, 4, 8, 8, 8, 8].map { .seconds($0) })
        guard case .failed(let reason)? = actions.first else {
            Issue.record("expected failure")
            return
        }
        #expect(reason.contains("silent"))
        #expect(server.timeout().isEmpty && server.receive(.acknowledge(block: 1)).isEmpty)
    }

    @Test func acknowledgementsOfTheFutureAreIgnored() throws {
        var server = try TFTPServerTransfer(TFTPRequest(filename: "f"), content: TFTPServerTests.content)
        _ = server.start()
        #expect(server.receive(.acknowledge(block: 2)).isEmpty)
        #expect(server.receive(.acknowledge(block: 0xFFFF)).isEmpty)
        #expect(server.receive(.acknowledge(block: 1)).count == 1)
    }

    @Test func clientErrorsAndNonsenseEndTheTransfer() throws {
        var server = try TFTPServerTransfer(TFTPRequest(filename: "f"), content: TFTPServerTests.content)
        _ = server.start()
        let actions = server.receive(.error(code: 8, message: "no"))
        guard case .failed(let reason)? = actions.first, actions.count == 1 else {
            Issue.record("expected one failure, got \(actions)")
            return
        }
        #expect(reason.contains("8") && server.isOver)
        var other = try TFTPServerTransfer(TFTPRequest(filename: "f"), content: TFTPServerTests.content)
        _ = other.start()
        #expect(other.receive(.data(block: 1, payload: [])).count == 2 && other.isOver)
    }

    @Test func clientRefusesStrangersAndLargerFiles() throws {
        var client = TFTPClientTransfer(filename: "f", options: .init(maximumBytes: 100))
        _ = client.start()
        let first = TFTPPacket.optionAcknowledge([TFTPOption("blksize", "64")]).encoded()
        #expect(client.receive(first, port: 2000).count == 1)
        let data = TFTPPacket.data(block: 1, payload: ArraySlice([UInt8](repeating: 1, count: 64)))
        guard case .send(let bytes, let port)? = client.receive(data.encoded(), port: 2001).first else {
            Issue.record("expected error 5")
            return
        }
        #expect(port == 2001)
        #expect(try TFTPPacket(parsing: bytes) == .error(.unknownTransfer, "unknown transfer ID"))
        #expect(client.receive(data.encoded(), port: 2000).count == 2)
        let next = TFTPPacket.data(block: 2, payload: ArraySlice([UInt8](repeating: 1, count: 64)))
        #expect(client.receive(next.encoded(), port: 2000).contains(.failed(.tooLarge(limit: 100))))
    }

    @Test(arguments: [
        [TFTPOption("blksize", "2000")], [TFTPOption("windowsize", "2")], [TFTPOption("surprise", "1")],
        [TFTPOption("blksize", "4")], [TFTPOption("tsize", "999999999")],
    ])
    func clientRefusesOptionsItDidNotAskFor(options: [TFTPOption]) throws {
        var client = TFTPClientTransfer(filename: "f", options: .init(blockSize: 1432))
        _ = client.start()
        let actions = client.receive(TFTPPacket.optionAcknowledge(options).encoded(), port: 2000)
        guard case .failed(.protocolViolation)? = actions.last else {
            Issue.record("accepted \(options)")
            return
        }
    }
}
