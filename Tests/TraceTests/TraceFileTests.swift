// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Trace

@Suite struct TraceFileTests {
    private func file() -> TraceFile {
        var call = TraceEntry(time: 0, call: 1)
        call.function = "power.get"
        var sent = TraceEntry(time: 0.001, call: 1)
        sent.to = "ipmi"
        sent.data = Blob([0x00, 0x01])
        var received = TraceEntry(time: 0.002, call: 1)
        received.from = "ipmi"
        received.data = Blob([0x04, 0x01, 0x00, 0x21])
        var result = TraceEntry(time: 0.003, call: 1)
        result.status = "ok"
        result.out = [2, 0]
        result.emitted = [.init(key: "x", data: Blob(Array("text\n".utf8)))]
        return TraceFile(
            header: .init(
                plugin: "dev.example.x", version: "1", sha256: "00", recorded: "2026-01-01T00:00:00Z",
                configuration: "{}", secrets: ["password"]),
            entries: [call, sent, received, result])
    }

    @Test func comesBackAsItWas() throws {
        let file = file()
        let text = try file.encoded()
        #expect(try TraceFile(text) == file)
        #expect(text.split(separator: 0x0A).count == 5)
        #expect(file.protocols == ["ipmi"])
        let calls = RecordedCall.all(in: file)
        #expect(calls.map(\.status) == ["ok"] && calls.first?.out == [2, 0])
    }

    @Test(arguments: [
        ("", "the trace is empty"), ("x", "line 1 is no header"), ("{}", "line 1 is no header of a trace: "),
        (
            #"{"ingot_trace":2,"plugin":"","version":"","sha256":"","recorded":"","configuration":"","secrets":[]}"#,
            "is 2"
        ),
    ])
    func aWrongHeaderIsNamed(text: String, reason: String) {
        let error = #expect(throws: TraceError.self) { try TraceFile(Data(text.utf8)) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func aWrongLineIsNamed() throws {
        let text = try file().encoded() + Data("{\"t\":1}\n".utf8)
        let error = #expect(throws: TraceError.self) { try TraceFile(text) }
        #expect(error?.message == "line 6: call is missing")
        let odd = try file().encoded() + Data(#"{"t":1,"call":1,"data":{"hex":"abc"}}"#.utf8)
        #expect(throws: TraceError.self) { try TraceFile(odd) }
    }

    /// Random edits of a good trace are read or refused, nothing else.
    @Test func hostileFiles() throws {
        let good = [UInt8](try file().encoded())
        var random = SystemRandomNumberGenerator()
        var refused = 0
        for _ in 0..<5_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do { _ = try TraceFile(Data(bytes)) } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test func aBookAnswersInTurn() {
        var file = file()
        var second = file.entries
        second[2].data = Blob([0x04, 0x01, 0x00, 0x20])
        file.entries += second
        let book = ReplayBook(file, protocolName: "ipmi") { String(decoding: $0.map { $0 + 65 }, as: UTF8.self) }
        #expect(book.unusedRequests == ["AB"])
        #expect(book.answer("AB")?.last == 0x21)
        #expect(book.answer("AB")?.last == 0x20)
        #expect(book.answer("AB")?.last == 0x20)
        #expect(book.answer("ZZ") == nil && book.unknownRequests == ["ZZ"] && book.unusedRequests.isEmpty)
    }
}
