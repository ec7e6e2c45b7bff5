// SPDX-License-Identifier: Apache-2.0

/// The error-status of a response (RFC 3416 section 3), as far as this agent uses it.
enum SNMPStatus: Int32, Sendable {
    case noError = 0
    case tooBig = 1
    case noSuchName = 2
    case badValue = 3
    case genErr = 5
    case noAccess = 6
    case wrongType = 7
    case wrongValue = 10
    case noCreation = 11
    case resourceUnavailable = 13
    case notWritable = 17

    /// What version 1 has for it (RFC 3584 section 4.3).
    var inVersion1: SNMPStatus {
        switch self {
        case .wrongType, .wrongValue: .badValue
        case .noAccess, .noCreation, .notWritable: .noSuchName
        case .resourceUnavailable: .genErr
        case .noError, .tooBig, .noSuchName, .badValue, .genErr: self
        }
    }
}
