// SPDX-License-Identifier: Apache-2.0

/// What the boot server answers, before it is cut to ranges and sent.
struct HTTPReply: Sendable {
    enum Content: Sendable {
        case none
        /// Octets that are sent whole.
        case text([UInt8])
        /// A boot program in memory, ranges apply.
        case program(BootFile)
        /// A file on disk, ranges apply.
        case file(path: String)
    }

    var status: Int
    var headers: [(name: String, value: String)] = []
    var content: Content = .none
    /// What is reported when the answer went out.
    var event: Event?

    enum Event: Sendable {
        case script(PXEEvent.Script)
        case file(name: String)
        case local
        case refused(reason: String)
    }

    static func refusal(_ status: Int, _ reason: String) -> HTTPReply {
        HTTPReply(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")],
            content: .text(Array((reason + "\n").utf8)), event: .refused(reason: reason))
    }
}

/// A boot program held in memory.
struct BootFile: Sendable {
    var bytes: [UInt8]
    /// Quoted, made of the content.
    var entityTag: String

    init(bytes: [UInt8]) {
        self.bytes = bytes
        // FNV-1a, 64 bits: tells one version from another, nothing more.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        entityTag = "\"\(bytes.count)-\(String(hash, radix: 16))\""
    }
}
