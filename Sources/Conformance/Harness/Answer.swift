// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// A copy of what a plugin's last `set_error` said.
struct CallFailure: Sendable {
    var flags: UInt32 = 0
    var vendorCode: Int32 = 0
    var retryAfterMilliseconds: UInt32 = 0
    var message = ""
    var detail: String?

    var isMaybeApplied: Bool { flags & UInt32(INGOT_ERR_MAYBE_APPLIED) != 0 }
}

/// Everything a plugin said during one call.
struct CallNotes: Sendable {
    struct Wire: Sendable {
        var isReceived: Bool
        var isSensitive: Bool
        var bytes: [UInt8]
    }

    var failure: CallFailure?
    var emitted: [(key: String, bytes: [UInt8])] = []
    var stages: [String] = []
    var secretsAsked: [String] = []
    var wire: [Wire] = []
    /// What the plugin did with the call object and must not do.
    var misuses: [String] = []
}

/// How one call into a plugin ended.
struct Answer: Sendable {
    let operation: String
    let status: Int32
    let notes: CallNotes
    /// Out-integers, in order; nil when the function left them alone.
    var first: Int32?
    var second: Int32?
    /// From the call to its return.
    let took: Duration
    /// From cancel or deadline, whichever came first, to the return; nil when it returned before either.
    let overstayed: Duration?

    var isOK: Bool { status == INGOT_OK }
    var failure: CallFailure? { notes.failure }
    var isMaybeApplied: Bool { !isOK && failure?.isMaybeApplied == true }

    func emitted(_ key: String) -> [[UInt8]] { notes.emitted.filter { $0.key == key }.map(\.bytes) }

    /// The answer in one line, for diagnostics.
    var text: String {
        var text = "\(operation) answered \(Words.status(status))"
        if !isOK, let failure {
            if failure.isMaybeApplied { text += " with MAYBE_APPLIED" }
            if !failure.message.isEmpty { text += " (\(failure.message))" }
        }
        return text + " after \(took.text)"
    }
}
