// SPDX-License-Identifier: Apache-2.0
import PluginWire
import Testing

@Suite struct PieceTests {
    private func frames(_ value: [UInt8], call: UInt64) throws -> [Frame] {
        let pieces = FrameEncoder.pieces(of: value)
        return try pieces.enumerated().map { index, piece in
            var encoder = FrameEncoder(.emit, flags: index == pieces.count - 1 ? [] : .more, call: call)
            if index == 0 { try encoder.append(.key, text: "k\(call)") }
            try encoder.append(.data, piece)
            return try Frame(decoding: encoder.finish())
        }
    }

    @Test(arguments: [0, 1, 59_999, 60_000, 60_001, 1 << 20])
    func valueComesBackWhole(count: Int) throws {
        let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var collector = PieceCollector(tag: .data, limit: 1 << 20)
        let frames = try frames(value, call: 3)
        #expect(frames.count == max(1, (count + 59_999) / 60_000))
        for frame in frames.dropLast() { #expect(try collector.take(frame)?.value == nil) }
        let whole = try #require(try frames.last.map { try collector.take($0) } ?? nil)
        #expect(whole.value == value)
        #expect(whole.first.text(.key) == "k3")
    }

    @Test func callsInterleave() throws {
        let left = [UInt8](repeating: 1, count: 150_000)
        let right = [UInt8](repeating: 2, count: 150_000)
        var collector = PieceCollector(tag: .data, limit: 1 << 20)
        var done: [UInt64: Int] = [:]
        for (one, two) in zip(try frames(left, call: 1), try frames(right, call: 2)) {
            for frame in [one, two] {
                guard let whole = try collector.take(frame) else { continue }
                done[frame.call] = whole.value.count
                #expect(Set(whole.value) == [UInt8(frame.call)])
            }
        }
        #expect(done == [1: 150_000, 2: 150_000])
    }

    @Test func tooMuchIsRefusedAndForgotten() throws {
        var collector = PieceCollector(tag: .data, limit: 100_000)
        let frames = try frames([UInt8](repeating: 1, count: 150_000), call: 1)
        #expect(try collector.take(frames[0])?.value == nil)
        #expect(throws: FrameError.accumulated(limit: 100_000)) { try collector.take(frames[1]) }
        #expect(try collector.take(frames[2])?.value.count == 30_000)
    }

    @Test func emptyBeginningsAndDroppedCalls() throws {
        func frame(_ flags: FrameFlags) throws -> Frame {
            var encoder = FrameEncoder(.emit, flags: flags, call: 5)
            return try Frame(decoding: encoder.finish())
        }
        var collector = PieceCollector(tag: .data, limit: 10)
        #expect(try collector.take(frame(.more))?.value == nil)
        #expect(try collector.take(frame([]))?.value == [])
        #expect(try collector.take(frame(.more))?.value == nil)
        collector.drop(call: 5)
        #expect(try collector.take(frame([]))?.first.flags == [])
    }
}
