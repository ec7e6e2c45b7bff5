// SPDX-License-Identifier: Apache-2.0
import PXE

/// The prompt: lines to commands, and what they print.
extension PMONFirmware {
    enum CommandEnd: Equatable {
        case done
        case failed
        /// It was used wrongly; its usage is shown.
        case misused
        /// It waits for something, or has left the prompt.
        case elsewhere
    }

    mutating func prompt() {
        guard !hangs(at: .prompt) else { return }
        phase = .prompt
        phaseEnds = nil
        queue = []
        editor = PMONLineEditor()
        var text = environment["prompt"] ?? "PMON> "
        if let mark = text.firstIndex(of: "!") { text.replaceSubrange(mark...mark, with: String(lineNumber)) }
        print(text)
    }

    mutating func execute(_ line: String, _ now: Duration) {
        let (parts, unbalanced) = PMONCommand.parts(environment.expanded(line))
        queue = []
        commandsLeft = Self.commandLimit
        if let unbalanced {
            print("unbalanced \(unbalanced)\n")
        } else {
            queue = parts.map { QueuedCommand(text: $0) }
        }
        runQueue(now)
    }

    /// Does the commands that wait, until one has to wait itself; a failure ends the line.
    mutating func runQueue(_ now: Duration) {
        while !queue.isEmpty, commandsLeft > 0 {
            commandsLeft -= 1
            let next = queue.removeFirst()
            if next.isShown { print(next.text + "\n") }
            switch perform(PMONCommand.words(next.text), now) {
            case .done: break
            case .elsewhere: return
            case .failed, .misused: if !next.mayFail { queue = [] }
            }
        }
        prompt()
    }

    /// What a command waited for has come.
    mutating func finish(_ succeeded: Bool, _ now: Duration) {
        if !succeeded { queue = [] }
        runQueue(now)
    }

    private mutating func perform(_ words: [String], _ now: Duration) -> CommandEnd {
        guard let first = words.first else { return .failed }
        guard let name = PMONCommand.Name(rawValue: first) else {
            print("\(first): Command not found. Try 'h' for help!\n")
            return .failed
        }
        let command = PMONCommand(name)
        var end = CommandEnd.misused
        if words.count < command.words.lowerBound {
            print("\(first): not enough arguments\n")
        } else if words.count > command.words.upperBound {
            print("\(first): too many arguments\n")
        } else {
            end = perform(name, Array(words.dropFirst()), now)
        }
        if end == .misused { print("usage: \(first) \(command.usage)\n") }
        return end
    }

    private mutating func perform(_ name: PMONCommand.Name, _ words: [String], _ now: Duration) -> CommandEnd {
        switch name {
        case .h, .help: help(words)
        case .devls: listDevices(words)
        case .ifaddr: configure(words[0], words[1])
        case .ifconfig: interface(words)
        case .ifup: bringUp(words[0], true)
        case .ping: ping(words)
        case .load: load(words)
        case .initrd: loadInitrd(words)
        case .g: go(words)
        case .set, .env: show(words)
        case .unset: unset(words)
        case .boot: boot()
        case .reboot: restart(now)
        case .poweroff, .halt: switchOff()
        }
    }

    // MARK: Help and devices

    private mutating func help(_ words: [String]) -> CommandEnd {
        guard !words.isEmpty, words != ["*"] else {
            for name in PMONCommand.Name.allCases {
                let text = name.rawValue
                print("\(Self.blanks(12 - text.count))\(text)  \(PMONCommand(name).summary)\n")
            }
            return .done
        }
        for word in words {
            guard let name = PMONCommand.Name(rawValue: word) else {
                print("\(word): Command not found. Try 'h' for help!\n")
                return .failed
            }
            let command = PMONCommand(name)
            print("\(Self.blanks(12 - word.count))\(word) \(command.usage)\n\(Self.blanks(13))\(command.summary)\n")
        }
        return .done
    }

    private mutating func listDevices(_ words: [String]) -> CommandEnd {
        var all = false
        for word in words {
            guard word.hasPrefix("-"), word.count > 1, word.dropFirst().allSatisfy({ "an".contains($0) }) else {
                return .misused
            }
            if word.contains("a") { all = true }
        }
        print("Device name  Type\n")
        var rows: [(String, String)] = all ? [("mainbus0", "DULL"), ("cpu0", "CPU")] : []
        rows += settings.interfaces.map { ($0, "IFNET") } + settings.disks.map { ($0, "DISK") }
        for (name, kind) in rows { print("\(name)\(Self.blanks(12 - name.count)) \(kind)\n") }
        return .failed
    }

    // MARK: Environment

    private mutating func show(_ words: [String]) -> CommandEnd {
        var words = words
        let isTemporary = words.first == "-t"
        if isTemporary { words.removeFirst() }
        switch words.count {
        case 0:
            for variable in environment.variables { show(variable.name, variable.value) }
            return .done
        case 1:
            guard let value = environment[words[0]] else {
                print("\(words[0]): not found\n")
                return .failed
            }
            show(words[0], value)
            return .done
        case 2:
            guard environment.set(words[0], words[1]) else {
                print("\(words[0]): cannot set\n")
                return .failed
            }
            if !isTemporary { effects.append(.save(environment)) }
            return .done
        default: return .misused
        }
    }

    private mutating func show(_ name: String, _ value: String) {
        let text = value.contains(" ") ? "\"\(value)\"" : value + Self.blanks(10 - value.count)
        print("\(Self.blanks(10 - name.count))\(name) = \(text)\n")
    }

    private mutating func unset(_ words: [String]) -> CommandEnd {
        for word in words {
            guard environment.unset(word) else {
                print("\(word): no match\n")
                return .failed
            }
            effects.append(.save(environment))
        }
        return .done
    }

    // MARK: Leaving

    private mutating func boot() -> CommandEnd {
        queueAutoload(environment["al1"] ?? "")
        return .done
    }

    private mutating func restart(_ now: Duration) -> CommandEnd {
        print("Rebooting...\n")
        begin(now)
        return .elsewhere
    }

    private mutating func switchOff() -> CommandEnd {
        print("poweroff...\n")
        leave(for: .off)
        effects.append(.powerDown)
        return .elsewhere
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
