// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import OutletSimulator

/// Messages to bytes and back, and bytes that are no messages.
struct CodecTests {
    private static let request: [UInt8] = [
        // SEQUENCE, version 2c, community "public"
        0x30, 0x29, 0x02, 0x01, 0x01, 0x04, 0x06, 0x70, 0x75, 0x62, 0x6C, 0x69, 0x63,
        // GetRequest, request-id 0x12345678, no error
        0xA0, 0x1C, 0x02, 0x04, 0x12, 0x34, 0x56, 0x78, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00,
        // 1.3.6.1.2.1.1.3.0 with NULL
        0x30, 0x0E, 0x30, 0x0C, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x05, 0x00,
    ]

    @Test func readsAndWritesWhatTheStandardSays() throws {
        let message = try SNMPMessage(Self.request)
        #expect(message.version == .v2c && message.community == Array("public".utf8))
        #expect(message.operation == .get && message.requestID == 0x1234_5678)
        #expect(message.bindings == [.init(object: SNMPObject("1.3.6.1.2.1.1.3.0"), value: .null)])
        #expect(message.bytes == Self.request)
    }

    @Test(arguments: [0, 1, -1, 127, 128, -128, -129, 255, 256, 65_535, Int32.max, Int32.min])
    func integersComeBack(_ value: Int32) throws {
        let bytes = BERWriter.integer(value)
        var reader = BERReader(bytes[...])
        #expect(try reader.integer() == value)
        #expect(reader.isAtEnd && bytes.count == Int(bytes[1]) + 2)
    }

    @Test(arguments: [
        "0.0", "1.3", "2.5", "2.999.3", "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.5", "1.3.4294967295.0.128.16384",
        "2.4294967215",
    ])
    func objectsComeBack(_ text: String) throws {
        let bytes = BERWriter.object(SNMPObject(text))
        var reader = BERReader(bytes[...])
        #expect(try BERReader.object(reader.content(BERTag.object)).description == text)
    }

    @Test func valuesComeBack() throws {
        let values: [SNMPValue] = [
            .integer(-7), .text(String(repeating: "x", count: 300)), .null, .object(SNMPObject("1.3.6")),
            .timeTicks(.max), .noSuchObject, .noSuchInstance, .endOfMibView, .other(tag: 0x46, [1, 2]),
        ]
        var message = try SNMPMessage(Self.request)
        message.bindings = values.map { .init(object: SNMPObject("1.3.6.1"), value: $0) }
        #expect(try SNMPMessage(message.bytes) == message)
    }

    @Test(
        arguments: [
            ([], BERError.truncated), ([0x30], .truncated), ([0x30, 0x80, 0, 0], .badLength),
            ([0x30, 0x85, 0, 0, 0, 0, 1, 0], .badLength), ([0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0x31, 0x00], .wrongTag(0x31)), ([0x30, 0x03, 0x02, 0x01, 0x03], .outOfRange),
            ([0x30, 0x03, 0x02, 0x01, 0x01, 0xFF], .trailingBytes),
            ([0x30, 0x08, 0x02, 0x06, 1, 2, 3, 4, 5, 6], .outOfRange),
        ] as [([UInt8], BERError)])
    func whatIsWrongIsTold(_ bytes: [UInt8], _ error: BERError) {
        #expect(throws: error) { try SNMPMessage(bytes) }
    }

    /// What is read at all is written and read as the same; nothing traps.
    @Test func randomAndMutatedBytesDoNoHarm() throws {
        var random = SeededRandom(seed: 5)
        var (read, refused) = (0, 0)
        for round in 0..<200_000 {
            var bytes = Self.request
            switch round % 4 {
            case 0:
                bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            case 1: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            default:
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            guard let message = try? SNMPMessage(bytes) else {
                refused += 1
                continue
            }
            read += 1
            #expect(try SNMPMessage(message.bytes) == message)
        }
        #expect(read > 1_000 && refused > 1_000)
    }
}
