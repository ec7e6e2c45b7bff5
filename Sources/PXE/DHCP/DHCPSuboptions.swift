// SPDX-License-Identifier: Apache-2.0

/// Reads the encapsulated options of option 82 (no pad or end codes, RFC 3046) or of iPXE's option 175 (with them).
struct DHCPSuboptions {
    private var rest: ArraySlice<UInt8>
    private let code: DHCPOptionCode

    init(_ data: ArraySlice<UInt8>, of code: DHCPOptionCode) {
        rest = data
        self.code = code
    }

    /// The next sub-option, nil at the end.
    mutating func next() throws(DHCPError) -> (code: UInt8, data: ArraySlice<UInt8>)? {
        while let sub = rest.first {
            if code != .relayAgentInformation {
                if sub == DHCPOptionCode.end.rawValue { return nil }
                if sub == DHCPOptionCode.pad.rawValue {
                    rest = rest.dropFirst()
                    continue
                }
            }
            guard let length = rest.dropFirst().first, rest.count - 2 >= Int(length) else {
                throw DHCPError(field: .suboption(code, sub), problem: .truncated(length: max(0, rest.count - 2)))
            }
            let data = rest.dropFirst(2).prefix(Int(length))
            rest = rest.dropFirst(2 + Int(length))
            return (sub, data)
        }
        return nil
    }

    /// The first sub-option with this code; nil when there is none or the data is malformed.
    static func find(_ wanted: UInt8, in data: ArraySlice<UInt8>?, of code: DHCPOptionCode) -> ArraySlice<UInt8>? {
        guard let data else { return nil }
        var reader = DHCPSuboptions(data, of: code)
        while let (sub, value) = try? reader.next() {
            if sub == wanted { return value }
        }
        return nil
    }
}
