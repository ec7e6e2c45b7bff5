// SPDX-License-Identifier: GPL-3.0-or-later
@testable import Loongson

/// PMON as far as a dialogue sees it, in virtual time: what it shows at power-on, its line editor, and answers by command.
struct ScriptedPMON {
    /// Bytes that come by themselves, each at its time.
    var shows: [(at: Duration, bytes: [UInt8])] = []
    /// Answers by the beginning of a command.
    var answers: [String: String] = [
        "ifaddr": "",
        "load": "Loading file: tftp://10.0.0.1/vmlinux (elf64)\n0x80200000/5662208\nEntry address is 80a01000\n",
        "initrd": "Loading file: tftp://10.0.0.1/initrd.gz\ndl_offset 84000000\n",
    ]
    var prompt = "PMON> "
    /// The kernel's first output.
    var kernel = "      zero  at\nLinux version 6.1.0-50-loongson-3\n"
    /// Numbers of typed characters that get lost.
    var loses: Set<Int> = []
    /// Pause before each echo.
    var echoDelay: Duration = .zero
    /// A password that is asked for after the autoload was aborted.
    var password: String?
    /// The password is echoed as it is.
    var echoesPassword = false

    private enum State { case booting, password, prompt, started }
    private var state = State.booting
    private var line: [UInt8] = []
    private var count = 0
    private var variables: [String: String] = [:]
    private(set) var commands: [String] = []
    private(set) var aborts: [UInt8] = []

    init() {}

    static func bytes(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    /// Banner, and the countdown to the autoload.
    static func booting() -> ScriptedPMON {
        var pmon = ScriptedPMON()
        pmon.show(.milliseconds(800), "\u{fe}\u{80}\u{0}PMON2000 MIPS Initializing. Standby...\n")
        pmon.show(.seconds(2), "Press <Del> to set BIOS,waiting for 3 seconds here..... \n")
        pmon.show(
            .seconds(5),
            "Press <Enter> to execute loading image:/dev/fs/ext2@wd0/boot/vmlinux\nPress any other key to abort.\n")
        for second in 0..<8 { pmon.show(.seconds(5 + second), "\u{8}\u{8}0\(7 - second)") }
        return pmon
    }

    /// At the prompt for a long time.
    static func waiting() -> ScriptedPMON {
        var pmon = ScriptedPMON()
        pmon.state = .prompt
        return pmon
    }

    mutating func show(_ at: Duration, _ text: String) { shows.append((at, Self.bytes(text))) }

    /// A typed character arrives; what is shown for it.
    mutating func type(_ byte: UInt8, at now: Duration) {
        count += 1
        if loses.contains(count) { return }
        switch state {
        case .booting:
            aborts.append(byte)
            shows.removeAll { $0.at > now }
            state = password == nil ? .prompt : .password
            shows.append((now, Self.bytes(password == nil ? "\n" + prompt : "\n\nPlease input user password:")))
        case .password:
            guard byte == 0x0d else {
                line.append(byte)
                return shows.append((now, [echoesPassword ? byte : UInt8(ascii: "*")]))
            }
            let isRight = String(decoding: line, as: UTF8.self) == password
            line.removeAll()
            if isRight { state = .prompt }
            let answer = isRight ? prompt : "\nPassword error!\nPlease input user password:"
            shows.append((now, Self.bytes(answer)))
        case .prompt: edit(byte, at: now + echoDelay)
        case .started: break
        }
    }

    private mutating func edit(_ byte: UInt8, at time: Duration) {
        switch byte {
        case 0x08, 0x7f:
            guard !line.isEmpty else { return }
            line.removeLast()
            shows.append((time, [0x08, 0x20, 0x08]))
        case 0x0d:
            let command = String(decoding: line.drop { $0 == 0x20 }, as: UTF8.self)
            line.removeAll()
            commands.append(command)
            shows.append((time, Self.bytes("\n")))
            run(command, at: time + .milliseconds(300))
        case 0x20...0x7e:
            line.append(byte)
            shows.append((time, [byte]))
        default: break
        }
    }

    private mutating func run(_ command: String, at time: Duration) {
        let words = command.split(separator: " ", maxSplits: 2).map(String.init)
        var answer = ""
        switch words.first {
        case "g" where answers["g"] == nil:
            state = .started
            return shows.append((time, Self.bytes(kernel)))
        case "set" where words.count == 3:
            variables[words[1]] = answers["keeps"] ?? words[2].replacing("\"", with: "")
        case "set" where words.count == 2:
            let value = variables[words[1]] ?? ""
            answer = "      \(words[1]) = \(value.contains(" ") ? "\"\(value)\"" : value)   \n"
        case let word?: answer = answers[word] ?? "\(word): bad command\n"
        case nil: break
        }
        shows.append((time, Self.bytes(answer + prompt)))
    }
}

/// A dialogue and the other side of its line, in virtual time.
struct LineRun {
    var outcome: PMONDialogue.Outcome?
    var typed: [UInt8] = []
    var elapsed = Duration.zero
    var pmon: ScriptedPMON
    /// What came, and when.
    var received: [(at: Duration, bytes: [UInt8])] = []

    init(
        _ commands: [PMONCommand], _ pmon: ScriptedPMON, from begin: PMONDialogue.Begin = .poweredOn,
        options: PMONDialogue.Options, password: String? = nil, loseLineAt: Duration? = nil
    ) {
        self.pmon = pmon
        var dialogue = PMONDialogue(commands, from: begin, options)
        var now = Duration.zero
        for _ in 0..<200_000 where dialogue.outcome == nil {
            dialogue.advance(to: now)
            for action in dialogue.takeActions() {
                var bytes: [UInt8]
                switch action {
                case .type(let given): bytes = given
                case .typePassword: bytes = Array((password ?? "").utf8) + [0x0d]
                }
                typed += bytes
                for byte in bytes { self.pmon.type(byte, at: now) }
            }
            if let loseLineAt, now >= loseLineAt { dialogue.end(.lineLost("closed")) }
            let next = self.pmon.shows.map(\.at).min()
            let due = min(max(dialogue.wake, now), next ?? .seconds(100_000), loseLineAt ?? .seconds(100_000))
            now = max(now, due)
            let coming = self.pmon.shows.filter { $0.at <= now }.flatMap(\.bytes)
            self.pmon.shows.removeAll { $0.at <= now }
            if !coming.isEmpty {
                received.append((now, coming))
                dialogue.receive(coming, at: now)
            }
        }
        outcome = dialogue.outcome
        elapsed = now
    }

    var failure: PMONFailure? { if case .failed(let failure) = outcome { failure } else { nil } }
}

extension PMONDialogue.Options {
    static func usual(hasPassword: Bool = false) throws -> Self {
        struct NoPattern: Error {}
        guard let prompt = PromptPattern("PMON*>") else { throw NoPattern() }
        return Self(prompt: prompt, hasPassword: hasPassword)
    }
}
