// SPDX-License-Identifier: Apache-2.0

/// A message of SNMP version 1 (RFC 1157) or 2c (RFC 1901).
struct SNMPMessage: Sendable, Equatable {
    enum Version: Int32, Sendable {
        case v1 = 0
        case v2c = 1
    }

    /// The operations by their tags (RFC 1157 section 4.1, RFC 3416 section 3).
    enum Operation: UInt8, Sendable {
        case get = 0xA0
        case getNext = 0xA1
        case response = 0xA2
        case set = 0xA3
        case getBulk = 0xA5
    }

    struct Binding: Sendable, Equatable {
        var object: SNMPObject
        var value: SNMPValue
    }

    var version: Version
    var community: [UInt8]
    var operation: Operation
    var requestID: Int32
    /// The error-status; of a GetBulk the non-repeaters.
    var status: Int32 = 0
    /// The error-index; of a GetBulk the max-repetitions.
    var index: Int32 = 0
    var bindings: [Binding]

    init(
        _ version: Version, community: [UInt8], _ operation: Operation, requestID: Int32, bindings: [Binding]
    ) {
        self.version = version
        self.community = community
        self.operation = operation
        self.requestID = requestID
        self.bindings = bindings
    }

    init(_ bytes: [UInt8]) throws(BERError) {
        var reader = BERReader(bytes[...])
        var message = BERReader(try reader.content(BERTag.sequence))
        try reader.end()
        guard let version = Version(rawValue: try message.integer()) else { throw .outOfRange }
        self.version = version
        community = Array(try message.content(BERTag.octets))
        let (tag, content) = try message.element()
        try message.end()
        guard let operation = Operation(rawValue: tag) else { throw .wrongTag(tag) }
        self.operation = operation
        var body = BERReader(content)
        requestID = try body.integer()
        status = try body.integer()
        index = try body.integer()
        var list = BERReader(try body.content(BERTag.sequence))
        try body.end()
        bindings = []
        while !list.isAtEnd {
            var binding = BERReader(try list.content(BERTag.sequence))
            let object = try BERReader.object(try binding.content(BERTag.object))
            let value = try binding.element()
            try binding.end()
            bindings.append(Binding(object: object, value: try SNMPValue(tag: value.tag, value.content)))
        }
    }

    var bytes: [UInt8] {
        let list = bindings.flatMap { binding in
            BERWriter.element(BERTag.sequence, BERWriter.object(binding.object) + binding.value.bytes)
        }
        let body =
            BERWriter.integer(requestID) + BERWriter.integer(status) + BERWriter.integer(index)
            + BERWriter.element(BERTag.sequence, list)
        return BERWriter.element(
            BERTag.sequence,
            BERWriter.integer(version.rawValue) + BERWriter.element(BERTag.octets, community)
                + BERWriter.element(operation.rawValue, body))
    }
}
