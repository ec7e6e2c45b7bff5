// SPDX-License-Identifier: Apache-2.0

/// Why a DHCP packet could not be read or written: the field and what is wrong with it.
public struct DHCPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field at fault.
    public var field: Field
    /// What is wrong with the field.
    public var problem: Problem

    /// Describes an error.
    public init(field: Field, problem: Problem) {
        self.field = field
        self.problem = problem
    }

    /// A part of the packet (RFC 2131 figure 1) or an option.
    public enum Field: Hashable, Sendable {
        /// The packet as a whole.
        case packet
        /// `op`, the message op code.
        case op
        /// `htype` and `hlen`, the kind of hardware address.
        case hardwareType
        /// `chaddr`, the client's hardware address.
        case chaddr
        /// `giaddr`, the relay agent's address.
        case giaddr
        /// `ciaddr`, the client's address.
        case ciaddr
        /// `sname`, the server name, also used for overloaded options.
        case sname
        /// `file`, the boot file name, also used for overloaded options.
        case file
        /// The four octets 99, 130, 83, 99 before the options.
        case magicCookie
        /// The options area.
        case options
        /// One option by its code.
        case option(DHCPOptionCode)
        /// One sub-option by the codes of the option and the sub-option.
        case suboption(DHCPOptionCode, UInt8)
    }

    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// The data ends before the field does; `length` octets are there.
        case truncated(length: Int)
        /// The field has more octets than allowed.
        case tooLong(length: Int, maximum: Int)
        /// The field's length fits none of the allowed ones.
        case wrongLength(length: Int, expected: String)
        /// The field's value is not allowed here.
        case invalid(String)
        /// The field has to be there and is not.
        case missing
    }

    /// One line that names the field and the problem.
    public var description: String {
        switch problem {
        case .truncated(let length): "DHCP \(field.name): cut off after \(length) octets"
        case .tooLong(let length, let maximum): "DHCP \(field.name): \(length) octets, more than the \(maximum) allowed"
        case .wrongLength(let length, let expected): "DHCP \(field.name): \(length) octets instead of \(expected)"
        case .invalid(let reason): "DHCP \(field.name): \(reason)"
        case .missing: "DHCP \(field.name): missing"
        }
    }
}

extension DHCPError.Field {
    /// The field's name as the RFCs write it.
    public var name: String {
        switch self {
        case .packet: "packet"
        case .op: "op"
        case .hardwareType: "htype/hlen"
        case .chaddr: "chaddr"
        case .giaddr: "giaddr"
        case .ciaddr: "ciaddr"
        case .sname: "sname"
        case .file: "file"
        case .magicCookie: "magic cookie"
        case .options: "options"
        case .option(let code): "option \(code)"
        case .suboption(let code, let sub): "option \(code) sub-option \(sub)"
        }
    }
}
