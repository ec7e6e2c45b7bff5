// SPDX-License-Identifier: Apache-2.0

/// A command of the prompt: how it is used, and how many words it may have, its name included.
struct PMONCommand: Equatable {
    enum Name: String, CaseIterable {
        case h, help, devls, ifaddr, ifconfig, ifup, ping, load, initrd, g, set, env, unset, boot, reboot, poweroff,
            halt
    }

    let name: Name
    let usage: String
    let summary: String
    let words: ClosedRange<Int>

    init(_ name: Name) {
        self.name = name
        (usage, summary, words) =
            switch name {
            case .h, .help: ("[*|cmd..]", "on-line help", 1...99)
            case .devls: ("[-an]", "list devices", 1...99)
            case .ifaddr: ("<interface> <ipaddr>", "Configure Network Interface", 3...3)
            case .ifconfig:
                ("ifname", "ifconfig fx0 [up|down|remove|stat|setmac|readrom|writerom|addr [netmask]", 2...99)
            case .ifup: ("ifname", "ifup fxp0", 2...99)
            case .ping: ("[-c cnt] host", "ping remote host", 2...99)
            case .load: ("[-beastifr][-o offs] path", "load file", 1...99)
            case .initrd: ("initrd/initramfs path", "load initrd/initramfs image", 2...3)
            case .g: ("[-st][-b bpadr][-e adr][-- args]", "start execution (go)", 1...99)
            case .set: ("[[-t] name [value]]", "display/set variable", 1...4)
            case .env: ("[name]", "display variable", 1...2)
            case .unset: ("name...", "unset variable(s)", 2...99)
            case .boot: ("[-bsr][-o offs][-e entry]", "boot", 1...99)
            case .reboot: ("", "reboot system", 1...99)
            case .poweroff, .halt: ("", "power off system", 1...99)
            }
    }

    /// The words of a command; quotes keep blanks together.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let last = word { words.append(last) }
        return words
    }

    /// The commands of a line, which `;` parts; nil and the quote when one is not closed.
    static func parts(_ line: String) -> (parts: [String], unbalanced: Character?) {
        var parts = [""]
        var quote: Character?
        for character in line {
            if quote == nil, character == ";" {
                parts.append("")
                continue
            }
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            }
            parts[parts.count - 1].append(character)
        }
        return (parts, quote)
    }
}
