// SPDX-License-Identifier: Apache-2.0

/// Runs the subset of iPXE's script language that boot scripts use. Pure: it asks for one thing at a time and is told
/// how it went.
public struct IPXEInterpreter: Sendable {
    /// What the caller has to do before it calls `next` again; the last three end the script.
    public enum Step: Sendable, Equatable {
        /// Load a URL and keep it.
        case load(url: String)
        /// Show a text.
        case echo(String)
        /// Do nothing for some seconds.
        case sleep(Int)
        /// Load another script and, if that works, go on with it in place of this one.
        case chain(url: String)
        /// The script has ended.
        case end(ScriptEnd)
    }

    /// A text that is not an iPXE script.
    public struct SyntaxError: Error, Equatable {
        /// What is wrong.
        public let reason: String
    }

    private struct Command {
        enum Link { case always, onSuccess, onFailure }
        var link: Link
        var words: [String]
    }

    private enum Line {
        case label(String)
        case commands([Command])
    }

    private let lines: [Line]
    private var variables: [String: String]
    private var line = 0
    private var command = 0
    private var succeeded = true
    private var failure = ""
    private var kernel: String?
    private var pendingKernel: String?
    private var budget = 10_000

    /// Reads a script.
    ///
    /// - Parameter variables: settings that `${name}` expands to.
    /// - Throws: `SyntaxError` when the text does not begin with `#!ipxe` or is longer than 64 KiB.
    public init(_ text: String, variables: [String: String] = [:]) throws(SyntaxError) {
        guard text.utf8.count <= 1 << 16 else { throw SyntaxError(reason: "the script has more than 64 KiB") }
        let rows = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard rows.first?.trimmed == "#!ipxe" else {
            throw SyntaxError(reason: "the script does not begin with #!ipxe")
        }
        lines = rows.dropFirst().map { Self.parse($0.trimmed) }
        self.variables = variables
    }

    /// Goes on to the next thing to do.
    ///
    /// - Parameter problem: why the step before failed; nil when it worked.
    public mutating func next(problem: String? = nil) -> Step {
        if let problem {
            (succeeded, failure) = (false, problem)
            pendingKernel = nil
        } else if let started = pendingKernel {
            kernel = started
            pendingKernel = nil
        }
        while line < lines.count {
            budget -= 1
            guard budget > 0 else { return .end(.failed("the script does not end")) }
            guard case .commands(let commands) = lines[line], command < commands.count else {
                if !succeeded { return .end(.failed(failure)) }
                line += 1
                command = 0
                continue
            }
            let current = commands[command]
            command += 1
            switch current.link {
            case .onSuccess where !succeeded, .onFailure where succeeded: continue
            default: break
            }
            succeeded = true
            if let step = run(current.words.map(expanded)) { return step }
        }
        return .end(.exit(0))
    }

    private mutating func run(_ words: [String]) -> Step? {
        guard let name = words.first else { return nil }
        let arguments = Array(words.dropFirst())
        switch name {
        case "echo": return .echo(arguments.joined(separator: " "))
        case "sleep": return .sleep(arguments.first.flatMap(Int.init).map { max(0, min($0, 3_600)) } ?? 0)
        case "set":
            if let variable = arguments.first {
                variables[variable] = arguments.dropFirst().joined(separator: " ")
            }
        case "clear":
            for variable in arguments { variables[variable] = nil }
        case "isset": check(arguments.first.map { !$0.isEmpty } ?? false, "isset: not set")
        case "iseq": check(arguments.count == 2 && arguments[0] == arguments[1], "iseq: not equal")
        case "goto": return goto(arguments.first ?? "")
        case "imgfree": kernel = nil
        case "kernel", "imgselect", "module", "initrd", "imgfetch": return load(name, arguments)
        case "imgargs": if kernel != nil { kernel = arguments.dropFirst().joined(separator: " ") }
        case "dhcp", "ifopen", "ifconf", "ifstat", "imgstat", "route", "login", "prompt": break
        case "boot":
            guard let kernel else {
                check(false, "boot: no kernel was loaded")
                return nil
            }
            return .end(.kernel(commandLine: kernel))
        case "chain":
            guard let url = Self.positional(arguments).first else {
                check(false, "chain: no URL")
                return nil
            }
            return .chain(url: url)
        case "exit": return .end(.exit(arguments.first.flatMap(Int.init) ?? 0))
        case "sanboot": return .end(.localDisk)
        case "reboot": return .end(.reboot)
        case "poweroff": return .end(.powerOff)
        default: check(false, "\(name): command not found")
        }
        return nil
    }

    private mutating func load(_ name: String, _ arguments: [String]) -> Step? {
        let words = Self.positional(arguments)
        guard let url = words.first, url.hasPrefix("http://") else {
            check(false, "\(name): no http URL")
            return nil
        }
        if name == "kernel" || name == "imgselect" { pendingKernel = words.dropFirst().joined(separator: " ") }
        return .load(url: url)
    }

    private mutating func goto(_ label: String) -> Step? {
        let target = lines.firstIndex {
            if case .label(label) = $0 { true } else { false }
        }
        guard let target else {
            check(false, "goto: no label \(label)")
            return nil
        }
        line = target
        command = 0
        return nil
    }

    private mutating func check(_ condition: Bool, _ reason: String) {
        succeeded = condition
        if !condition { failure = reason }
    }

    private func expanded(_ word: String) -> String {
        var result = ""
        var rest = word[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            result += rest[..<start.lowerBound]
            result += variables[String(rest[start.upperBound..<end])] ?? ""
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// The words that are neither options nor options' values.
    private static func positional(_ words: [String]) -> [String] {
        let valued: Set<String> = ["--name", "-n", "--timeout", "-t", "--drive", "-d"]
        var index = 0
        while index < words.count, words[index].hasPrefix("-") {
            index += valued.contains(words[index]) ? 2 : 1
        }
        return Array(words.dropFirst(index))
    }

    private static func parse(_ text: Substring) -> Line {
        if text.hasPrefix(":") { return .label(String(text.dropFirst())) }
        var commands: [Command] = []
        var current = Command(link: .always, words: [])
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            if word.hasPrefix("#") { break }
            let link: Command.Link
            switch word {
            case "||": link = .onFailure
            case "&&": link = .onSuccess
            case ";": link = .always
            default:
                current.words.append(String(word))
                continue
            }
            commands.append(current)
            current = Command(link: link, words: [])
        }
        // `command ||` at the end of a line means: no matter how it went.
        if !current.words.isEmpty || !commands.isEmpty { commands.append(current) }
        return .commands(commands)
    }
}

extension Substring {
    /// The text without blanks and tabs at both ends.
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
