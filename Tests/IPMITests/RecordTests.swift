// SPDX-License-Identifier: GPL-3.0-or-later
import PluginAPI
import PluginKit
import PluginTesting
import Testing

@testable import IPMI

/// A repository that a test plays, with reservations that can be lost and limits to what one answer holds.
private final class PlayedRepository: CommandChannel {
    var records: [[UInt8]]
    var reservationsToLose = 0
    var largest = 255
    var reads = 0
    private var reservation: UInt16 = 1

    init(_ records: [[UInt8]]) {
        self.records = records.enumerated().map { index, record in
            [UInt8(index + 1), 0] + record.dropFirst(2)
        }
    }

    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        switch (command.networkFunction, command.number) {
        case (0x0a, 0x22):
            reservation &+= 1
            return .data(Command.bytes(reservation))
        case (0x0a, 0x23):
            reads += 1
            let asked = UInt16(command.data[0]) | UInt16(command.data[1]) << 8
            if reads % 5 == 4, reservationsToLose > 0 {
                reservationsToLose -= 1
                reservation &+= 1
            }
            guard asked == reservation else { return .refused(CompletionCode(command, 0xc5)) }
            let id = Int(command.data[2])
            let index = max(id, 1) - 1
            guard index < records.count else { return .refused(CompletionCode(command, 0xcb)) }
            let count = Int(command.data[5])
            guard count <= largest else { return .refused(CompletionCode(command, 0xca)) }
            let next: [UInt8] = index + 1 < records.count ? [UInt8(index + 2), 0] : [0xff, 0xff]
            return .data(next + records[index].dropFirst(Int(command.data[4])).prefix(count))
        default: return .refused(CompletionCode(command, 0xc1))
        }
    }
}

@Suite struct RecordTests {
    private static let all = [
        RecordBuilder.full(number: 1, name: "CPU Temp", type: 1, unit: 1),
        RecordBuilder.compact(number: 8, name: "Fan", type: 4, reading: 3, shares: 3),
        RecordBuilder.fruLocator(device: 2, name: "DIMM A1", entity: 0x20),
        RecordBuilder.full(number: 2, name: "A name of sixteen", type: 2, unit: 4),
    ]

    private func read(_ repository: PlayedRepository) throws -> [SensorRecord] {
        try TestCall().run { raw in
            try RepositoryReader(channel: repository, source: .repository).records(Call(raw))
        }
    }

    @Test(arguments: [255, 48, 24, 16, 8]) func recordsAreReadInPiecesOfAnySize(largest: Int) throws {
        let repository = PlayedRepository(Self.all)
        repository.largest = largest
        #expect(try read(repository).map(\.name) == ["CPU Temp", "Fan", "DIMM A1", "A name of sixteen"])
    }

    @Test func aLostReservationBeginsAgain() throws {
        let repository = PlayedRepository(Self.all)
        repository.reservationsToLose = 3
        #expect(try read(repository).count == 4)
        repository.reservationsToLose = 1000
        #expect(throws: PluginError.self) { try read(repository) }
    }

    @Test func anEmptyRepositoryHasNoRecords() throws {
        #expect(try read(PlayedRepository([])).isEmpty)
    }

    @Test func sensorsThatShareARecordHaveNamesOfTheirOwn() throws {
        let record = try #require(SensorRecord(Self.all[1]))
        #expect((0..<3).map { record.name(sharing: $0) } == ["Fan1", "Fan2", "Fan3"])
    }

    @Test func hostileRecordsNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let reading = RawReading([0x40, 0x40, 0xc1, 0x81])
        for round in 0..<50_000 {
            var bytes = Self.all[round % Self.all.count]
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            bytes[3] = [1, 2, 3, 0x11, 0x12].randomElement(using: &generator) ?? 1
            guard let record = SensorRecord(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)).map { $0 })
            else { continue }
            _ = (record.fruDevice, record.entity, record.entityInstance)
            guard record.kind == .full || record.kind == .compact else { continue }
            for share in 0..<record.shareCount {
                let report = SensorReport(
                    record, sharing: share, reading: reading, factors: nil, limits: [0x3f, 1, 2, 3, 4, 5, 6])
                #expect(report.value?.isFinite != false)
            }
        }
    }

    /// Table 43-1, byte 24: the formulas by their numbers.
    @Test(
        arguments: [
            (0, 100.0), (1, 4.605170), (2, 2.0), (3, 6.643856), (7, 0.01), (8, 10_000), (9, 1_000_000),
            (10, 10),
            (11, 4.641589),
        ] as [(UInt8, Double)])
    func everyLinearizationIsTheSpecifications(linearization: UInt8, value: Double) throws {
        let record = RecordBuilder.full(
            number: 1, name: "X", type: 2, unit: 4, linearization: linearization)
        let factors = try #require(ReadingFactors(record: record))
        #expect(abs(try #require(factors.value(100)) - value) < 0.00001)
    }

    @Test func negativeFactorsAndFormatsAreUnderstood() throws {
        let cold = RecordBuilder.full(
            number: 1, name: "X", type: 1, unit: 1, units1: 0x80, multiplier: 5, offset: -20, offsetExponent: 1,
            resultExponent: -1)
        // Two's complement of -10: (5 * -10 + -20 * 10) / 10 = -25.
        #expect(try #require(ReadingFactors(record: cold)).value(0xf6) == -25)
        let fahrenheit = RecordBuilder.full(number: 1, name: "X", type: 1, unit: 2)
        #expect(try #require(ReadingFactors(record: fahrenheit)).value(212) == 100)
    }

    @Test func aSensorThatIsNotLinearIsReadWithItsFactors() throws {
        let record = RecordBuilder.full(number: 1, name: "X", type: 2, unit: 4, linearization: 0x70)
        let factors = try #require(ReadingFactors(record: record))
        #expect(factors.isNonLinear)
        #expect(factors.at([0, 3, 0, 0, 0, 0, 0xf0])?.value(50) == 15)
        #expect(factors.at([0, 3]) == nil)
    }
}
