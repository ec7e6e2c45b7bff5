// SPDX-License-Identifier: Apache-2.0

/// What a user may do (IPMI 2.0 section 6.8).
public enum Privilege: UInt8, Sendable, Comparable, CaseIterable {
    case callback = 1
    case user = 2
    case `operator` = 3
    case administrator = 4
    case oem = 5

    public static func < (left: Privilege, right: Privilege) -> Bool { left.rawValue < right.rawValue }
}

/// A command that has come to the BMC.
public struct IPMIRequest: Sendable, Equatable {
    /// The even number of the request.
    public var networkFunction: UInt8
    public var command: UInt8
    public var lun: UInt8
    public var data: [UInt8]
    /// The session's privilege; nil outside any session.
    public var privilege: Privilege?
    /// The session's user; nil outside any session.
    public var user: String?

    public init(
        networkFunction: UInt8, command: UInt8, lun: UInt8 = 0, data: [UInt8] = [], privilege: Privilege? = nil,
        user: String? = nil
    ) {
        self.networkFunction = networkFunction
        self.command = command
        self.lun = lun
        self.data = data
        self.privilege = privilege
        self.user = user
    }
}

/// What the BMC answers to a command.
public struct IPMIResponse: Sendable, Equatable {
    public var completionCode: CompletionCode
    public var data: [UInt8]

    public init(_ completionCode: CompletionCode = .success, data: [UInt8] = []) {
        self.completionCode = completionCode
        self.data = data
    }
}

/// Reads a request's data; running out of it is completion code C7h.
struct RequestData {
    private var reader: ByteReader

    init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

    var remaining: Int { reader.remaining }

    mutating func byte() throws(CompletionCode) -> UInt8 { try need(reader.byte()) }
    mutating func word() throws(CompletionCode) -> UInt16 { try need(reader.word()) }
    mutating func double() throws(CompletionCode) -> UInt32 { try need(reader.double()) }
    mutating func bytes(_ count: Int) throws(CompletionCode) -> [UInt8] { try need(reader.bytes(count)) }
    mutating func rest() -> [UInt8] { reader.rest() }

    private func need<Value>(_ value: Value?) throws(CompletionCode) -> Value {
        guard let value else { throw .dataLength }
        return value
    }
}
