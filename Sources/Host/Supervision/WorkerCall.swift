// SPDX-License-Identifier: Apache-2.0
internal import PluginWire
internal import PluginWorker

/// What the host asks of a worker.
struct WorkerCall: Sendable {
    var function: WireFunction
    var deadline: Deadline
    /// The host's number of the device; 0 for an installer.
    var device: UInt64 = 0
    var operation = ""
    var argument: [UInt8] = []
    var value: Int32 = 0
    var flags: UInt32 = 0
    var secrets: [String: SecretBytes] = [:]
    /// Travels with the call; stays the caller's.
    var descriptor: Int32 = -1

    /// The frames of the call. The first one holds the secrets: wipe it after use.
    /// - Throws: `FrameError.tooLong` when secrets and operation do not fit one frame.
    func frames(id: UInt64) throws(FrameError) -> [[UInt8]] {
        var first = FrameEncoder(.call, flags: [], call: id)
        try encode(into: &first)
        let head = argument.prefix(min(max(0, first.room), Frame.maximumPiece))
        guard head.count < argument.count else {
            try first.append(.argument, head)
            return [first.finish()]
        }
        first = FrameEncoder(.call, flags: .more, call: id, capacity: Frame.maximumSize)
        try encode(into: &first)
        try first.append(.argument, head)
        var frames = [first.finish()]
        let rest = FrameEncoder.pieces(of: Array(argument.dropFirst(head.count)))
        for (index, piece) in rest.enumerated() {
            let isLast = index == rest.count - 1
            var frame = FrameEncoder(.call, flags: isLast ? [] : .more, call: id, capacity: piece.count + 64)
            try frame.append(.argument, piece)
            frames.append(frame.finish())
        }
        return frames
    }

    private func encode(into frame: inout FrameEncoder) throws(FrameError) {
        try frame.append(.function, function.rawValue)
        try frame.append(.deadline, deadline.at)
        try frame.append(.device, device)
        try frame.append(.operation, text: operation, limit: 256)
        try frame.append(.value, value)
        try frame.append(.flags, flags)
        for (name, secret) in secrets {
            try frame.append(.secretName, Array(name.utf8))
            try frame.append(.secretValue, secret.withBytes { Array($0) })
        }
    }
}

/// What a call gave.
struct WorkerReply: Sendable {
    var firstOut: Int32 = 0
    var secondOut: UInt32 = 0
    /// In the order they were emitted.
    var emitted: [(key: String, data: [UInt8])] = []

    /// All that was emitted under one key.
    func values(_ key: String) -> [[UInt8]] { emitted.filter { $0.key == key }.map(\.data) }
}

/// A call the worker has and has not answered.
struct CallInFlight: Sendable {
    let function: WireFunction
    let answer: OneShot<Result<WorkerReply, DriverError>>
    var deadline: Deadline
    /// When the worker counts as hung.
    var hangsAt: Deadline
    var isCancelSent = false
    var reply = WorkerReply()
    var emittedBytes = 0
    var sentBytes = false
}
