// SPDX-License-Identifier: Apache-2.0

/// Writes the iPXE scripts that machines are given; the one place where values become script text.
///
/// iPXE splits a line at white space, ends a command at the words `||`, `&&` and `;`, starts a comment at a word that
/// begins with `#`, expands `${…}` and joins a line that ends in a backslash; it has no quoting. A value that could do
/// any of these, or holds anything but printable ASCII, is refused.
public enum IPXEScript {
    /// A value that cannot go into a script.
    public struct ValueError: Error, Hashable, Sendable, CustomStringConvertible {
        /// What the value is, for example `kernel command line`.
        public var field: String
        /// Why it is refused.
        public var reason: String

        /// One line that names the field.
        public var description: String { "\(field): \(reason)" }
    }

    /// The longest value; x86 kernels take command lines below 2,048 octets.
    static let maximumLength = 2047

    /// Starts the kernel of an install directive; on failure asks for a new decision after ten seconds.
    ///
    /// `base` is the boot server's URL without a final slash, `script` the path of this script.
    /// Throws a ``ValueError`` when a value cannot be written safely.
    public static func install(
        _ install: InstallBoot, firmware: Firmware, base: String, script: String
    ) throws(ValueError) -> String {
        let server = try word(base, field: "server URL")
        let token = try word(install.token, field: "boot token")
        let path = try word(script, field: "script path")
        var arguments = try arguments(install.commandLine, field: "kernel command line")
        if firmware == .uefi {
            arguments.insert("initrd=initrd", at: 0)
        }
        let kernel = (["kernel", "--name", "kernel", "\(server)/boot/\(token)/kernel"] + arguments)
            .joined(separator: " ")
        return """
            #!ipxe
            echo Ingot: starting the installer
            imgfree
            \(kernel) || goto failed
            initrd --name initrd \(server)/boot/\(token)/initrd || goto failed
            boot || goto failed
            :failed
            echo Ingot: the installer did not start, asking again in 10 seconds
            sleep 10
            imgfree
            chain --replace --autofree \(server)\(path) || exit 1

            """
    }

    /// Leaves the network so that the firmware goes on to its next boot device.
    ///
    /// `exit 1` makes iPXE report failure: a BIOS then tries the next device, and UEFI's boot manager goes to the next
    /// entry of its boot order, whereas success would make it stop and show its menu (UEFI 2.10 section 3.1.2).
    public static func local(firmware: Firmware) -> String {
        switch firmware {
        case .bios, .uefi:
            """
            #!ipxe
            echo Ingot: booting from the local disk
            exit 1

            """
        }
    }

    /// Checks a value that has to be one word.
    static func word(_ value: String, field: String) throws(ValueError) -> String {
        let words = try arguments(value, field: field)
        guard words.count == 1, words[0].utf8.count == value.utf8.count else {
            throw ValueError(field: field, reason: "has to be one word")
        }
        return value
    }

    /// Splits a value into words and checks that none of them means anything to iPXE.
    static func arguments(_ value: String, field: String) throws(ValueError) -> [String] {
        let octets = Array(value.utf8)
        guard octets.count <= maximumLength else {
            throw ValueError(field: field, reason: "\(octets.count) octets, more than the \(maximumLength) allowed")
        }
        guard octets.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw ValueError(field: field, reason: "holds a character that is not printable ASCII")
        }
        for (first, second) in zip(octets, octets.dropFirst())
        where first == UInt8(ascii: "$") && second == UInt8(ascii: "{") {
            throw ValueError(field: field, reason: "holds ${, which iPXE would expand")
        }
        guard octets.last != UInt8(ascii: "\\") else {
            throw ValueError(field: field, reason: "ends in a backslash, which would join the next line")
        }
        let words = octets.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        for word in words where ["||", "&&", ";"].contains(word) || word.hasPrefix("#") {
            throw ValueError(field: field, reason: "holds the word '\(word)', which would end iPXE's command")
        }
        return words
    }
}
