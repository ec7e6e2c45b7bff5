// SPDX-License-Identifier: Apache-2.0

/// The environment in NVRAM. It survives power cycles.
public struct PMONEnvironment: Sendable, Equatable {
    /// Octets that names and values may have together, one more for each.
    public static let capacity = 4_096

    /// In the order in which they were set.
    public private(set) var variables: [(name: String, value: String)]

    /// As it leaves the factory.
    public init() {
        variables = [
            ("FR", "1"), ("al", "/dev/fs/iso9660@cd0/boot/vmlinux"), ("al1", "/dev/fs/ext2@wd0/boot/vmlinux"),
            ("append", "console=tty root=/dev/sda1"), ("bootdelay", "8"), ("ShowBootMenu", "yes"),
            ("prompt", "PMON> "), ("moresz", "10"), ("rptcmd", "trace"),
        ]
    }

    /// Reads what ``text`` wrote; lines that are none are left out.
    public init(text: String) {
        variables = []
        for line in text.split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, !pair[0].isEmpty { _ = set(String(pair[0]), String(pair[1])) }
        }
    }

    /// One line `NAME=VALUE` for each variable.
    public var text: String { variables.map { "\($0.name)=\($0.value)\n" }.joined() }

    public subscript(_ name: String) -> String? { variables.first { $0.name == name }?.value }

    /// Sets a variable; false when there is no room for it or the name is none.
    public mutating func set(_ name: String, _ value: String) -> Bool {
        guard !name.isEmpty, !name.contains("="), !(name + value).utf8.contains(where: { $0 < 0x20 }) else {
            return false
        }
        var changed = variables
        if let index = changed.firstIndex(where: { $0.name == name }) {
            changed[index].value = value
        } else {
            changed.append((name, value))
        }
        let size = changed.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        guard size <= Self.capacity else { return false }
        variables = changed
        return true
    }

    /// Removes a variable; false when it is not there.
    public mutating func unset(_ name: String) -> Bool {
        guard let index = variables.firstIndex(where: { $0.name == name }) else { return false }
        variables.remove(at: index)
        return true
    }

    public static func == (a: PMONEnvironment, b: PMONEnvironment) -> Bool {
        a.variables.elementsEqual(b.variables) { $0 == $1 }
    }

    /// A line with `$name`, `${name}` and `$$` replaced; a variable that is not there is nothing.
    func expanded(_ line: String) -> String {
        var rest = Substring(line)
        var result = ""
        while let character = rest.popFirst() {
            guard character == "$" else {
                result.append(character)
                continue
            }
            if rest.first == "$" {
                rest.removeFirst()
                result.append("$")
            } else if rest.first == "{" {
                rest.removeFirst()
                let name = rest.prefix { $0 != "}" }
                rest = rest.dropFirst(name.count + 1)
                result += self[String(name)] ?? ""
            } else {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
                rest = rest.dropFirst(name.count)
                result += self[String(name)] ?? ""
            }
        }
        return result
    }
}
