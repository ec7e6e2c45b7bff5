// SPDX-License-Identifier: Apache-2.0
import PluginWire
import Testing

@Suite struct FrameTests {
    @Test func headerIsAsDocumented() throws {
        var encoder = FrameEncoder(.emit, flags: [.more, .descriptor], call: 0x0102_0304_0506_0708)
        try encoder.append(.permille, UInt32(0x1122_3344))
        let bytes = encoder.finish()
        #expect(
            bytes == [
                0x49, 0x4E, 0x47, 0x54, 1, 0, 4, 0, 3, 0, 0, 0, 8, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1,
                34, 0, 4, 0, 0x44, 0x33, 0x22, 0x11,
            ])
    }

    @Test func fieldsComeBack() throws {
        var encoder = FrameEncoder(.call, call: 9)
        try encoder.append(.function, WireFunction.powerSet.rawValue)
        try encoder.append(.deadline, UInt64.max)
        try encoder.append(.value, Int32(-5))
        try encoder.append(.operation, text: "größer")
        try encoder.append(.secretName, Array("a".utf8))
        try encoder.append(.secretValue, [1, 2])
        try encoder.append(.secretName, Array("b".utf8))
        try encoder.append(.secretValue, [])
        try encoder.append(.interface, text: "x")
        try encoder.append(.interface, text: "y")
        var frame = try Frame(decoding: encoder.finish())
        #expect(frame.type == .call)
        #expect(frame.call == 9)
        #expect(frame.flags == [])
        #expect(frame.uint32(.function) == 17)
        #expect(frame.uint64(.deadline) == .max)
        #expect(frame.int32(.value) == -5)
        #expect(frame.text(.operation) == "größer")
        #expect(frame.texts(.interface) == ["x", "y"])
        #expect(frame.bytes(.data) == nil)
        #expect(frame.uint64(.value) == nil)
        var pairs: [String] = []
        frame.pairs(.secretName, .secretValue) { pairs.append(String(decoding: $0, as: UTF8.self) + "\(Array($1))") }
        #expect(pairs == ["a[1, 2]", "b[]"])
        frame.wipe()
        #expect(frame.bytes(.secretValue).map(Array.init) == [0, 0])
    }

    @Test func eachFaultHasItsError() throws {
        var encoder = FrameEncoder(.log)
        try encoder.append(.message, text: "hi")
        let good = encoder.finish()
        func error(_ change: (inout [UInt8]) -> Void) -> FrameError? {
            var bytes = good
            change(&bytes)
            do throws(FrameError) {
                _ = try Frame(decoding: bytes)
                return nil
            } catch { return error }
        }
        #expect(error { $0 = Array($0.prefix(23)) } == .short(count: 23))
        #expect(error { $0[0] = 0 } == .magic(0x5447_4E00))
        #expect(error { $0[4] = 2 } == .version(2))
        #expect(error { $0[6] = 77 } == .type(77))
        #expect(error { $0[12] = 7 } == .length(declared: 7, actual: 6))
        #expect(error { $0.append(0) } == .length(declared: 6, actual: 7))
        #expect(error { $0[26] = 3 } == .field(offset: 0))
        #expect(
            error {
                $0 += [1]
                $0[12] = 7
            } == .field(offset: 6))
        #expect(error { $0 += [UInt8](repeating: 0, count: 65_536) } == .tooLong(count: 65_566))
        #expect(error { _ in } == nil)
    }

    @Test func textIsCutAtACharacter() throws {
        var encoder = FrameEncoder(.log)
        try encoder.append(.message, text: "aöö", limit: 4)
        #expect(try Frame(decoding: encoder.finish()).text(.message) == "aö")
    }

    @Test func nothingOutgrowsAFrame() throws {
        var encoder = FrameEncoder(.emit)
        try encoder.append(.data, [UInt8](repeating: 1, count: encoder.room))
        #expect(encoder.room == 0)
        #expect(throws: FrameError.self) { try encoder.append(.value, UInt32(1)) }
        let frame = encoder.finish()
        #expect(frame.count == Frame.maximumSize)
        #expect(try Frame(decoding: frame).bytes(.data)?.count == 65_508)
    }
}
