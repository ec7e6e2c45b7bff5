// SPDX-License-Identifier: Apache-2.0

/// A fault with its arguments, written `NAME`, `NAME:VALUE` or `NAME:key=value,key=value`.
public struct Fault: Sendable, Equatable, CustomStringConvertible {
    public let kind: FaultKind
    private let values: [String: Double]

    public init(_ kind: FaultKind, _ values: [String: Double] = [:]) {
        self.kind = kind
        self.values = values
    }

    /// Reads a fault from the command line. A value may end in `%` or `s`, or be hexadecimal with `0x`.
    /// - Throws: `FaultError` that names what is wrong.
    public init(_ text: String) throws(FaultError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, let kind = FaultKind(named: name) else {
            throw FaultError(message: "there is no fault \(parts.first ?? text)")
        }
        var values: [String: Double] = [:]
        for (index, argument) in (parts.count > 1 ? parts[1] : "").split(separator: ",").enumerated() {
            let pair = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let key = pair.count == 2 ? pair[0] : index < kind.parameters.count ? kind.parameters[index].name : ""
            guard kind.parameters.contains(where: { $0.name == key }) else {
                let known = kind.parameters.map(\.name).joined(separator: ", ")
                throw FaultError(
                    message: known.isEmpty
                        ? "\(name) takes no arguments" : "\(name) has no argument \(argument); it has \(known)")
            }
            guard let value = Self.number(pair[pair.count - 1]) else {
                throw FaultError(message: "\(name): \(key) is no number: \(pair[pair.count - 1])")
            }
            values[key] = value
        }
        self.init(kind, values)
    }

    /// The argument of that name; its standard value when it was not given.
    public subscript(_ parameter: String) -> Double {
        values[parameter] ?? kind.parameters.first { $0.name == parameter }?.standard ?? 0
    }

    /// The argument as a whole number, held within what an Int32 can be.
    public func whole(_ parameter: String) -> Int { Int(min(max(self[parameter], -2_147_483_648), 2_147_483_647)) }

    /// The argument as a time.
    public func time(_ parameter: String = "seconds") -> Duration {
        .milliseconds(Int64(min(max(self[parameter], -1e9), 1e9) * 1000))
    }

    public var description: String {
        let arguments = kind.parameters.compactMap { parameter in
            values[parameter.name].map { "\(parameter.name)=\($0)" }
        }
        return arguments.isEmpty ? kind.name : "\(kind.name):\(arguments.joined(separator: ","))"
    }

    private static func number(_ text: String) -> Double? {
        let value: Double?
        if text.hasPrefix("0x") {
            value = Int32(text.dropFirst(2), radix: 16).map(Double.init)
        } else if text.hasSuffix("%") {
            value = Double(text.dropLast()).map { $0 / 100 }
        } else {
            value = Double(text.hasSuffix("s") ? String(text.dropLast()) : text)
        }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }
}

/// Why a fault cannot be used.
public struct FaultError: Error, Sendable, CustomStringConvertible {
    public let message: String
    public var description: String { message }
}
