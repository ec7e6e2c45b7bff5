// SPDX-License-Identifier: Apache-2.0

/// How a command ended (IPMI 2.0 table 5-2).
public struct CompletionCode: RawRepresentable, Sendable, Hashable, Error {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public init(_ rawValue: UInt8) { self.init(rawValue: rawValue) }

    public static let success = CompletionCode(rawValue: 0x00)
    public static let nodeBusy = CompletionCode(rawValue: 0xC0)
    public static let invalidCommand = CompletionCode(rawValue: 0xC1)
    public static let invalidForLUN = CompletionCode(rawValue: 0xC2)
    public static let outOfSpace = CompletionCode(rawValue: 0xC4)
    public static let reservationCancelled = CompletionCode(rawValue: 0xC5)
    public static let dataTruncated = CompletionCode(rawValue: 0xC6)
    public static let dataLength = CompletionCode(rawValue: 0xC7)
    public static let parameterOutOfRange = CompletionCode(rawValue: 0xC9)
    public static let cannotReturnBytes = CompletionCode(rawValue: 0xCA)
    public static let notPresent = CompletionCode(rawValue: 0xCB)
    public static let invalidField = CompletionCode(rawValue: 0xCC)
    public static let updateMode = CompletionCode(rawValue: 0xD1)
    public static let privilege = CompletionCode(rawValue: 0xD4)
    public static let wrongState = CompletionCode(rawValue: 0xD5)
    public static let unspecified = CompletionCode(rawValue: 0xFF)

    /// A code that one command has for itself, 80h to BEh.
    static func specific(_ value: UInt8) -> CompletionCode { CompletionCode(rawValue: value) }
}
