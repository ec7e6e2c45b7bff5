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
    /// Of a vendor's message.
    var method = ""
    var secrets: [String: SecretBytes] = [:]
    /// Travels with the call; stays the caller's.
    var descriptor: Int32 = -1
    /// Who is asked, for people.
    var label = ""
    /// When the worker dies, whoever made the call wants to find out whether it was this call.
    var isWitness = false

    /// The frames of the call. They hold the secrets: wipe them after use.
    /// - Throws: `FrameError.tooLong` when one secret, or the operation, does not fit a frame.
    func frames(id: UInt64) throws(FrameError) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var frame = FrameEncoder(.call, call: id)
        func turnPage() {
            frame.mark(.more)
            frames.append(frame.finish())
            frame = FrameEncoder(.call, call: id, capacity: Frame.maximumSize)
        }
        try frame.append(.function, function.rawValue)
        try frame.append(.deadline, deadline.at)
        try frame.append(.device, device)
        try frame.append(.operation, text: operation, limit: 256)
        try frame.append(.value, value)
        try frame.append(.flags, flags)
        if !method.isEmpty { try frame.append(.method, text: method, limit: 256) }
        for (name, secret) in secrets {
            if name.utf8.count + secret.count + 4 > frame.room { turnPage() }
            try frame.append(.secretName, Array(name.utf8))
            try frame.append(.secretValue, secret.withBytes { Array($0) })
        }
        var rest = argument[...]
        repeat {
            if frame.room < min(rest.count, 256) { turnPage() }
            let piece = rest.prefix(min(frame.room, Frame.maximumPiece))
            try frame.append(.argument, piece)
            rest = rest.dropFirst(piece.count)
            if !rest.isEmpty { turnPage() }
        } while !rest.isEmpty
        frames.append(frame.finish())
        return frames
    }
}

/// What a call gave.
struct WorkerReply: Sendable {
    var firstOut: Int32 = 0
    var secondOut: UInt32 = 0
    /// In the order they were emitted.
    var emitted: [(key: String, data: [UInt8])] = []
    /// A descriptor the plugin gave away.
    var descriptor: OwnedDescriptor?

    /// All that was emitted under one key.
    func values(_ key: String) -> [[UInt8]] { emitted.filter { $0.key == key }.map(\.data) }

    /// All that was emitted under one key, as text.
    func texts(_ key: String) -> [String] { values(key).map { String(decoding: $0, as: UTF8.self) } }
}

/// A call the worker has and has not answered.
struct CallInFlight: Sendable {
    let function: WireFunction
    let device: UInt64
    let answer: OneShot<Result<WorkerReply, any Error>>
    let label: String
    let isWitness: Bool
    var deadline: Deadline
    /// When the worker counts as hung.
    var hangsAt: Deadline
    var isCancelSent = false
    var reply = WorkerReply()
    var emittedBytes = 0
    var sentBytes = false
}
