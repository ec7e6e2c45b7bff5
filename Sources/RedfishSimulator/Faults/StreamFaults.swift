// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// How the bytes of an answer go out, step by step.
enum DeliveryStep: Sendable, Equatable {
    case wait(Duration)
    case bytes([UInt8])
    /// So many bytes at a time, with a pause before each.
    case trickle(ArraySlice<UInt8>, chunk: Int, every: Duration)
    /// The sending side is closed.
    case halfClose
    /// The connection ends.
    case close
    /// The connection is reset.
    case reset
    /// Nothing more comes, and the connection stays.
    case silence
}

/// The faults of a byte stream: an answer in, steps out. The same seed and the same answers give the same steps.
struct StreamFaults: Sendable {
    let faults: FaultInjector

    /// How much of an answer is cut into single bytes; the rest follows in one piece.
    static let sliceLimit = 16_384

    func plan(head: [UInt8], body: [UInt8]) -> [DeliveryStep] {
        if faults.strikes("hang") != nil { return [.silence] }
        var steps: [DeliveryStep] = []
        if let late = faults.strikes("latency") {
            let jitter = late["jitter"] * faults.fraction("latency")
            steps.append(.wait(late.time() + .milliseconds(Int64(min(max(jitter, 0), 1e6) * 1000))))
        }
        if faults.strikes("half-close") != nil { return steps + [.halfClose] }
        if faults.strikes("garbage") != nil {
            return steps + [.bytes(faults.bytes("garbage", count: 200)), .close]
        }
        let whole = head + body
        if faults.strikes("truncate") != nil { return steps + [.bytes(Array(whole.prefix(whole.count / 2))), .close] }
        if !body.isEmpty, let fault = faults.strikes("reset-mid-body") {
            let part = body.prefix(min(max(0, fault.whole("bytes")), body.count - 1))
            // The pause lets the bytes arrive before the reset discards what waits.
            return steps + [.bytes(head + part), .wait(.milliseconds(20)), .reset]
        }
        if let slow = faults.strikes("slow-bytes") {
            let rate = min(max(1, slow.whole("bytes")), 1_000_000_000)
            let perTick = max(1, rate / 20)
            let tick = Duration.microseconds(1_000_000 * perTick / rate)
            return steps + [.trickle(whole[...], chunk: perTick, every: tick)]
        }
        if faults.strikes("slice") != nil {
            let rest = whole.dropFirst(Self.sliceLimit)
            steps.append(.trickle(whole.prefix(Self.sliceLimit), chunk: 1, every: .zero))
            return rest.isEmpty ? steps : steps + [.bytes(Array(rest))]
        }
        return steps + [.bytes(whole)]
    }
}
