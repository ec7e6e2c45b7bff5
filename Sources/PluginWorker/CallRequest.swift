// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// A call as the host asked for it.
struct CallRequest: Sendable {
    let id: UInt64
    let function: WireFunction
    let device: UInt64
    let deadline: UInt64
    let operation: String
    let argument: [UInt8]
    let value: Int32
    let flags: UInt32
    let method: String
    let secrets: [String: SecretBytes]

    /// Reads a complete call.
    /// - Returns: nil when a field that every call has is missing.
    init?(_ whole: PieceCollector.Whole) {
        let frame = whole.first
        guard let rawFunction = frame.uint32(.function), let function = WireFunction(rawValue: rawFunction),
            let deadline = frame.uint64(.deadline)
        else { return nil }
        id = frame.call
        self.function = function
        self.deadline = deadline
        device = frame.uint64(.device) ?? 0
        operation = frame.text(.operation) ?? ""
        argument = whole.value
        value = frame.int32(.value) ?? 0
        flags = frame.uint32(.flags) ?? 0
        method = frame.text(.method) ?? ""
        var secrets: [String: SecretBytes] = [:]
        for frame in [frame] + whole.others {
            frame.pairs(.secretName, .secretValue) { name, value in
                secrets[String(decoding: name, as: UTF8.self)] = SecretBytes(value)
            }
        }
        self.secrets = secrets
    }
}

/// How a call ended.
struct CallOutcome: Sendable {
    var status: Int32
    var firstOut: Int32?
    var secondOut: Int32?
    var failure: CallContext.Failure?
    /// Travels with the result, and is closed after that; -1 for none.
    var descriptor: Int32 = -1

    /// The frame that tells the host.
    func frame(call: UInt64) -> [UInt8] {
        var frame = FrameEncoder(.result, flags: descriptor >= 0 ? .descriptor : [], call: call)
        try? frame.append(.status, status)
        if let firstOut { try? frame.append(.firstOut, firstOut) }
        if let secondOut { try? frame.append(.secondOut, secondOut) }
        if let failure {
            try? frame.append(.errorFlags, failure.flags)
            try? frame.append(.vendorCode, failure.vendorCode)
            try? frame.append(.retryAfter, failure.retryAfter)
            try? frame.append(.message, text: failure.message, limit: 4096)
            if let detail = failure.detail { try? frame.append(.detail, text: detail, limit: 16_384) }
        }
        return frame.finish()
    }
}
