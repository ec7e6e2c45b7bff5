// SPDX-License-Identifier: GPL-3.0-or-later

/// A question outside any session: bytes to send, and how to tell the answer from other packets.
protocol SessionlessRequest {
    associatedtype Answer
    var packet: [UInt8] { get }
    func answer(in packet: [UInt8]) -> Answer?
}

extension PresessionMessage: SessionlessRequest {}

/// An RMCP+ Open Session Request (IPMI 2.0, table 13-9) that is not followed up. It asks a BMC why a login failed where
/// libfreeipmi cannot tell: the BMC forgets such a beginning of a session within a minute.
struct OpenSessionRequest: SessionlessRequest {
    /// What a BMC says to a beginning session.
    enum Answer: Equatable {
        case accepted
        /// It has no such suite, or takes another one.
        case otherCipherSuite
        /// It has no session left.
        case noSessionLeft
        /// Another RMCP+ status code (IPMI 2.0, table 13-15).
        case refused(UInt8)
    }

    var cipherSuite: UInt8
    var privilege: UInt8
    var tag: UInt8
    /// Any number but 0.
    var sessionID: UInt32

    /// Authentication, integrity and confidentiality algorithm of a suite (IPMI 2.0, table 22-20).
    private var algorithms: [UInt8] {
        switch cipherSuite {
        case 17: [3, 4, 1]
        case 12: [2, 3, 1]
        case 8: [2, 2, 1]
        default: [1, 1, 1]
        }
    }

    var packet: [UInt8] {
        let header: [UInt8] = [0x06, 0x00, 0xff, 0x07, 0x06, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0]
        let session = (0..<4).map { UInt8(truncatingIfNeeded: sessionID >> (8 * $0)) }
        var payloads: [UInt8] = []
        for (kind, algorithm) in algorithms.enumerated() {
            payloads += [UInt8(truncatingIfNeeded: kind), 0, 0, 8, algorithm, 0, 0, 0]
        }
        return header + [tag, privilege, 0, 0] + session + payloads
    }

    func answer(in packet: [UInt8]) -> Answer? {
        let header = 16
        guard packet.count >= header + 2, packet[0] == 0x06, packet[3] == 0x07, packet[4] == 0x06,
            packet[5] & 0x3f == 0x11, packet[header] == tag
        else { return nil }
        switch packet[header + 1] {
        case 0x00:
            let payload = Array(packet[header...])
            guard payload.count >= 36 else { return .refused(0x00) }
            let given = [payload[16], payload[24], payload[32]].map { $0 & 0x3f }
            return given == algorithms ? .accepted : .otherCipherSuite
        case 0x04, 0x05, 0x10, 0x11: return .otherCipherSuite
        case 0x01, 0x0b: return .noSessionLeft
        case let code: return .refused(code)
        }
    }
}
