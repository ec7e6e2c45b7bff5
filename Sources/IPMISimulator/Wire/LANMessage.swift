// SPDX-License-Identifier: Apache-2.0

/// An IPMI message between a remote console and the BMC (IPMI 2.0 table 13-8).
struct LANMessage: Equatable {
    var responder: UInt8
    var networkFunction: UInt8
    var responderLUN: UInt8
    var requester: UInt8
    var sequence: UInt8
    var requesterLUN: UInt8
    var command: UInt8
    var data: [UInt8]

    /// Reads a request; nil when it is too short or a checksum is wrong.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 7, bytes[0...2].reduce(0, &+) == 0, bytes[3...].reduce(0, &+) == 0 else { return nil }
        responder = bytes[0]
        networkFunction = bytes[1] >> 2
        responderLUN = bytes[1] & 3
        requester = bytes[3]
        sequence = bytes[4] >> 2
        requesterLUN = bytes[4] & 3
        command = bytes[5]
        data = Array(bytes[6..<bytes.count - 1])
    }

    /// The answer to this request.
    func answer(_ response: IPMIResponse, sequence: UInt8? = nil) -> [UInt8] {
        let head = [requester, (networkFunction | 1) << 2 | requesterLUN]
        let body =
            [responder, (sequence ?? self.sequence) << 2 | responderLUN, command, response.completionCode.rawValue]
            + response.data
        return head + [head.checksum] + body + [body.checksum]
    }
}
