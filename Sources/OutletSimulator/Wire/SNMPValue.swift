// SPDX-License-Identifier: Apache-2.0

/// The value of a variable binding.
enum SNMPValue: Sendable, Equatable {
    case integer(Int32)
    case octets([UInt8])
    case null
    case object(SNMPObject)
    /// Hundredths of a second.
    case timeTicks(UInt32)
    case noSuchObject
    case noSuchInstance
    case endOfMibView
    /// Of a type that this agent has no object of.
    case other(tag: UInt8, [UInt8])

    static func text(_ text: String) -> SNMPValue { .octets(Array(text.utf8)) }

    init(tag: UInt8, _ content: ArraySlice<UInt8>) throws(BERError) {
        switch tag {
        case BERTag.integer: self = .integer(try BERReader.integer(content))
        case BERTag.octets: self = .octets(Array(content))
        case BERTag.null where content.isEmpty: self = .null
        case BERTag.object: self = .object(try BERReader.object(content))
        case BERTag.timeTicks:
            guard !content.isEmpty, content.count <= 5 else { throw .outOfRange }
            guard let ticks = UInt32(exactly: content.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) else {
                throw .outOfRange
            }
            self = .timeTicks(ticks)
        case BERTag.noSuchObject: self = .noSuchObject
        case BERTag.noSuchInstance: self = .noSuchInstance
        case BERTag.endOfMibView: self = .endOfMibView
        default: self = .other(tag: tag, Array(content))
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .integer(let value): BERWriter.integer(value)
        case .octets(let octets): BERWriter.element(BERTag.octets, octets)
        case .null: BERWriter.element(BERTag.null, [])
        case .object(let object): BERWriter.object(object)
        case .timeTicks(let ticks): BERWriter.unsigned(BERTag.timeTicks, ticks)
        case .noSuchObject: BERWriter.element(BERTag.noSuchObject, [])
        case .noSuchInstance: BERWriter.element(BERTag.noSuchInstance, [])
        case .endOfMibView: BERWriter.element(BERTag.endOfMibView, [])
        case .other(let tag, let content): BERWriter.element(tag, content)
        }
    }

    /// No value, but a reason for having none (RFC 3416 section 3).
    var isException: Bool { self == .noSuchObject || self == .noSuchInstance || self == .endOfMibView }
}
