// SPDX-License-Identifier: Apache-2.0
import PluginWire
import Testing

/// Bytes from a broken worker must never do more than raise an error.
@Suite struct FrameFuzzTests {
    /// A small generator with a seed, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Reads everything a frame offers.
    private func read(_ frame: Frame, _ collector: inout PieceCollector) {
        for raw in UInt16(0)..<64 {
            let tag = FieldTag(rawValue: raw)
            _ = frame.bytes(tag)
            _ = frame.text(tag)
            _ = frame.texts(tag)
            _ = frame.uint32(tag)
            _ = frame.int32(tag)
            _ = frame.uint64(tag)
        }
        frame.pairs(.secretName, .secretValue) { _, _ in }
        _ = try? collector.take(frame)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func randomBytes(seed: UInt64) {
        var generator = Generator(state: seed)
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...80, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if (try? Frame(decoding: bytes)) != nil { accepted += 1 }
        }
        #expect(accepted == 0)
    }

    @Test(arguments: [5, 6, 7, 8] as [UInt64])
    func randomBodies(seed: UInt64) {
        var generator = Generator(state: seed)
        var collector = PieceCollector(tag: .data, limit: 1000)
        var accepted = 0
        for _ in 0..<5000 {
            let count = Int.random(in: 0...60, using: &generator)
            var bytes: [UInt8] = [0x49, 0x4E, 0x47, 0x54, 1, 0, UInt8.random(in: 1...9, using: &generator), 0]
            bytes += [UInt8.random(in: 0...3, using: &generator), 0, 0, 0, UInt8(count), 0, 0, 0]
            bytes += [UInt8.random(in: 0...3, using: &generator), 0, 0, 0, 0, 0, 0, 0]
            // Small numbers make plausible tags and lengths.
            bytes += (0..<count).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &generator) ? 3 : 40), using: &generator)
            }
            guard let frame = try? Frame(decoding: bytes) else { continue }
            accepted += 1
            read(frame, &collector)
        }
        #expect(accepted > 0)
        #expect(accepted < 5000)
    }

    @Test(arguments: [9, 10, 11, 12] as [UInt64])
    func mutatedFrames(seed: UInt64) throws {
        var generator = Generator(state: seed)
        var collector = PieceCollector(tag: .argument, limit: 100_000)
        var encoder = FrameEncoder(.call, call: 1)
        try encoder.append(.function, WireFunction.driverOpen.rawValue)
        try encoder.append(.deadline, UInt64(12))
        try encoder.append(.secretName, Array("password".utf8))
        try encoder.append(.secretValue, Array("hunter2".utf8))
        try encoder.append(.argument, Array(#"{"host":"::1"}"#.utf8))
        let good = encoder.finish()
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch UInt8.random(in: 0...3, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                case 2: bytes = Array(bytes[..<max(1, at)])
                default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
                }
            }
            // A header that tells the truth lets the fields be reached.
            if bytes.count > 24, Bool.random(using: &generator) {
                let length = bytes.count - 24
                bytes[12] = UInt8(truncatingIfNeeded: length)
                bytes[13] = UInt8(truncatingIfNeeded: length >> 8)
            }
            if let frame = try? Frame(decoding: bytes) { read(frame, &collector) }
        }
        #expect(try Frame(decoding: good).text(.argument) == #"{"host":"::1"}"#)
    }
}
