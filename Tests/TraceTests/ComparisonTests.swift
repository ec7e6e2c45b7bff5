// SPDX-License-Identifier: Apache-2.0
import Testing
import Trace

@Suite struct ComparisonTests {
    private func call(_ emitted: [(String, String)], status: String = "ok", out: [Int64] = [0, 0]) -> RecordedCall {
        var call = RecordedCall("sensors.read")
        call.status = status
        call.out = out
        call.emitted = emitted.map { .init(key: $0.0, data: Blob(Array($0.1.utf8))) }
        return call
    }

    private func lines(_ left: RecordedCall, _ right: RecordedCall, places: [String] = []) -> [String] {
        Comparison([left], [right], places: places).rows.flatMap(\.differences)
    }

    @Test func theOrderOfMembersAndThePlaceMakeNoDifference() {
        let left = call([("sensor", #"{"id":"1","value":2}"#), ("x", #"{"address":"10.0.0.1:623"}"#)])
        let right = call([("sensor", #"{ "value": 2, "id": "1" }"#), ("x", #"{"address":"127.0.0.1:9"}"#)])
        #expect(lines(left, right, places: ["10.0.0.1:623", "127.0.0.1:9"]).isEmpty)
        #expect(lines(left, right) == [#"x: address: "10.0.0.1:623" became "127.0.0.1:9""#])
    }

    @Test func membersAreNamed() {
        let left = call([("sensor", #"{"id":"1","t":{"max":90,"min":1},"a":1}"#), ("sensor", #"{"id":"2"}"#)])
        let right = call([("sensor", #"{"id":"1","t":{"max":95,"min":1},"b":null}"#), ("sensor", #"{"id":"3"}"#)])
        #expect(
            lines(left, right) == [
                "sensor 1: a gone: 1", "sensor 1: b new: null", "sensor 1: t.max: 90 became 95",
                #"sensor gone: {"id":"2"}"#, #"sensor new: {"id":"3"}"#,
            ])
    }

    @Test func outcomesAndNumbers() {
        #expect(lines(call([]), call([], status: "busy")) == ["ok became busy"])
        #expect(lines(call([], out: [1, 0]), call([], out: [2, 0])) == ["result [1, 0] became [2, 0]"])
        let rows = Comparison([call([]), call([])], [call([])]).rows
        #expect(rows.map(\.differences) == [[], ["only in the first"]])
    }
}
