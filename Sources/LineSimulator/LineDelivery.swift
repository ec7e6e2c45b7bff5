// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// How an answer leaves, by the faults of the way.
enum LineDelivery {
    static func actions(for answer: String, _ faults: FaultInjector) -> [LineAction] {
        var bytes = Array(answer.utf8) + [UInt8(ascii: "\n")]
        var actions: [LineAction] = []
        if let late = faults.strikes("latency") {
            let jitter = late["jitter"] * faults.fraction("latency")
            actions.append(.wait(late.time() + .milliseconds(Int64(max(0, min(jitter, 1e6)) * 1000))))
        }
        if faults.strikes("garbage") != nil {
            bytes = faults.bytes("garbage", count: 48) + [UInt8(ascii: "\n")]
        }
        if faults.strikes("half-close") != nil { return actions + [.closeOutput] }
        if faults.strikes("truncate") != nil { return actions + [.send(Array(bytes.prefix(bytes.count / 2))), .close] }
        if let cut = faults.strikes("reset-mid-body") {
            let count = max(0, min(cut.whole("bytes"), bytes.count - 1))
            // A moment, so that the bytes are read before the reset throws away what is still in the socket.
            return actions + [.send(Array(bytes.prefix(count))), .wait(.milliseconds(20)), .reset]
        }
        if let slow = faults.strikes("slow-bytes") {
            let pace = 1_000_000 / max(1, min(slow.whole("bytes"), 1_000_000))
            return actions + [.trickle(bytes, every: .microseconds(pace))]
        }
        if faults.strikes("slice") != nil { return actions + [.trickle(bytes, every: .milliseconds(1))] }
        return actions + [.send(bytes)]
    }
}
