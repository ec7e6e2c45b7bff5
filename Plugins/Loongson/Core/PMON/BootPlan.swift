// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// What PMON is to load and start: member `network_boot` or `disk_boot` of a configuration.
struct BootPlan: Equatable, Sendable {
    /// PMON's name of the network interface, such as `syn0` or `eth0`; with `address`.
    var interface: String?
    /// IPv4 address the firmware gives itself.
    var address: String?
    /// `tftp://…`, `http://…` or a path such as `/dev/fs/ext2@wd0/boot/vmlinux`.
    var kernel: String
    var initrd: String?
    /// The kernel's command line.
    var arguments: String?

    /// The commands that boot once.
    func bootOnce(loading limit: Duration, starting: Duration) -> [PMONCommand] {
        var commands: [PMONCommand] = []
        if let interface, let address {
            commands.append(
                PMONCommand(step: "ifaddr", line: "ifaddr \(interface) \(address)", check: .noComplaint))
        }
        commands.append(PMONCommand(step: "load", line: "load \(kernel)", check: .entryAddress, limit: limit))
        if let initrd {
            commands.append(PMONCommand(step: "initrd", line: "initrd \(initrd)", check: .noComplaint, limit: limit))
        }
        let go = (["g"] + [arguments].compactMap { $0 }).joined(separator: " ")
        commands.append(PMONCommand(step: "g", line: go, check: .starts, limit: starting))
        return commands
    }

    /// The commands that make it what PMON loads by itself, each read back: `al1` is the kernel that PMON tries first,
    /// `rd` its initial ramdisk, `append` its command line, `ifconfig` the address set before.
    func persist() -> [PMONCommand] {
        var variables: [(String, String)] = []
        if let interface, let address { variables.append(("ifconfig", "\(interface):\(address)")) }
        variables.append(("al1", kernel))
        if let arguments { variables.append(("append", arguments)) }
        if let initrd { variables.append(("rd", initrd)) }
        var commands = variables.flatMap { name, value in
            let quoted = value.contains(" ") ? "\"\(value)\"" : value
            return [
                PMONCommand(step: "set \(name)", line: "set \(name) \(quoted)", check: .noComplaint),
                PMONCommand(step: "read \(name)", line: "set \(name)", check: .variable(name, is: value)),
            ]
        }
        // A ramdisk left from another plan would be given to this kernel. PMON grumbles when there is none.
        if initrd == nil { commands.append(PMONCommand(step: "unset rd", line: "unset rd", check: .anything)) }
        return commands
    }

    /// All that would ever be typed.
    var lines: [String] { (bootOnce(loading: .zero, starting: .zero) + persist()).map(\.line) }
}

extension BootPlan: Decodable {
    private enum CodingKeys: CodingKey {
        case interface, address, kernel, initrd, arguments
    }

    /// Reads the members. Throws `invalid` naming the one that PMON could not be told.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let path = decoder.codingPath.map(\.stringValue).joined(separator: ".")
        func text(_ key: CodingKeys, blanks: Bool = false) throws -> String? {
            guard let text = try values.decodeIfPresent(String.self, forKey: key) else { return nil }
            let lowest: UInt8 = blanks ? 0x20 : 0x21
            // `!` is PMON's history, quotes and `;` end a word or a command.
            let isTypable = text.utf8.allSatisfy { (lowest...0x7e).contains($0) && !"!\"'`;\\".utf8.contains($0) }
            guard !text.isEmpty, isTypable, text.utf8.first != 0x20, text.utf8.last != 0x20 else {
                throw PluginError.invalid(field: "\(path).\(key.stringValue)", "has characters that PMON does not take")
            }
            return text
        }
        interface = try text(.interface)
        address = try text(.address)
        guard (interface == nil) == (address == nil) else {
            let missing = interface == nil ? "interface" : "address"
            throw PluginError.invalid(
                field: "\(path).\(missing)", "is missing beside the other of interface and address")
        }
        guard let kernel = try text(.kernel) else {
            throw PluginError.invalid(field: "\(path).kernel", "is missing")
        }
        self.kernel = kernel
        initrd = try text(.initrd)
        arguments = try text(.arguments, blanks: true)
        if let long = lines.first(where: { $0.utf8.count > PMONCommand.longestLine }) {
            throw PluginError.invalid(
                field: path, "needs a line of \(long.utf8.count) characters, PMON takes \(PMONCommand.longestLine)")
        }
    }
}
