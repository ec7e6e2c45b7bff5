// SPDX-License-Identifier: GPL-3.0-or-later

/// A dialogue with PMON on a serial line, as a state machine without a line or a clock: bytes and times go in, bytes to
/// type and an outcome come out. Times count from the dialogue's begin.
///
/// First it reaches the prompt, then it types one command after the other. Lines are looked at when they are complete, the
/// line under way only once it has been quiet, so that it makes no difference how the bytes are cut into pieces.
struct PMONDialogue {
    struct Options: Equatable, Sendable {
        var prompt: PromptPattern
        /// Stops the autoload; anything but Enter, which starts it at once.
        var abortKey: UInt8 = 0x20
        /// Text of a board's own that says a key is awaited.
        var window: String?
        /// Pause between two typed characters: PMON has no flow control.
        var characterDelay: Duration = .milliseconds(20)
        /// The first byte comes within this time after power.
        var start: Duration = .seconds(20)
        /// The prompt comes within this time.
        var promptLimit: Duration = .seconds(120)
        /// The firmware may be given a password.
        var hasPassword = false
    }

    /// Where the machine is at the begin.
    enum Begin: Sendable {
        /// It gets its power now.
        case poweredOn
        /// It has had power for some time: perhaps at the prompt, perhaps in an operating system.
        case running
    }

    enum Action: Equatable {
        case type([UInt8])
        /// The firmware's password, followed by Enter.
        case typePassword
    }

    enum Outcome: Equatable {
        case done
        case failed(PMONFailure)
    }

    private enum Phase: Equatable {
        case reaching
        /// Characters go out one by one; the line is looked at afterwards.
        case typing
        case echo(until: Duration)
        case erasing(until: Duration)
        case answering(until: Duration)
        case starting(until: Duration)
        case ended
    }

    private let options: Options
    private let begin: Begin
    private var commands: [PMONCommand]
    private var phase = Phase.reaching
    private var text = ConsoleText()
    private(set) var transcript = Transcript()
    private(set) var outcome: Outcome?
    private(set) var heardAnything = false
    private var actions: [Action] = []
    private var now = Duration.zero
    private var lastByte = Duration.zero
    /// The line under way has been looked at since its last byte.
    private var isExamined = true
    /// When an abort key or Enter is due, and how many went out.
    private var keyDue: Duration?
    private var keys = 0
    /// The prompt as it stood before the command.
    private var base = ""
    /// Bytes that wait for their turn, the next of them, when it is due, and what follows the last.
    private var queue: [UInt8] = []
    private var next = 0
    private var due = Duration.zero
    private var isErasing = false
    /// A line that never falls silent is not waited for longer.
    private var latestEcho = Duration.zero
    /// A password was typed, and what comes back may repeat it.
    private(set) var isSecret = false
    private var answer: [String] = []
    private var attempts = 0
    /// After erasing, an empty line was entered.
    private var isAsked = false

    /// The line under way counts as shown once nothing came for so long.
    static let quiet: Duration = .milliseconds(120)
    private static let patience: Duration = .seconds(2)
    /// Of one character.
    private static let slowestEcho: Duration = .milliseconds(500)
    private static let keyInterval: Duration = .milliseconds(700)
    private static let mostKeys = 12
    private static let mostAttempts = 3
    private static let mostAnswerLines = 64

    init(_ commands: [PMONCommand], from begin: Begin, _ options: Options) {
        self.commands = commands
        self.begin = begin
        self.options = options
        if begin == .running { keyDue = .zero }
    }

    /// What the dialogue is at, in a word or two.
    var step: String {
        switch phase {
        case .reaching: return heardAnything ? "prompt" : "start"
        case .ended: if case .failed(let failure) = outcome { return failure.step } else { return "done" }
        default: return commands.first?.step ?? "done"
        }
    }

    /// Hands over what is to be typed now.
    mutating func takeActions() -> [Action] {
        defer { actions.removeAll() }
        return actions
    }

    /// When `advance` is wanted next, if no byte comes before.
    var wake: Duration {
        var times = [limit]
        if !isExamined { times.append(lastByte + Self.quiet) }
        if phase == .typing { times.append(due) }
        if case .reaching = phase, let keyDue { times.append(keyDue) }
        return times.min() ?? limit
    }

    private var limit: Duration {
        switch phase {
        case .reaching:
            begin == .poweredOn && !heardAnything ? min(options.start, options.promptLimit) : options.promptLimit
        case .typing: due
        case .echo(let until), .erasing(let until), .answering(let until), .starting(let until): until
        case .ended: now
        }
    }

    /// Takes bytes of the line.
    mutating func receive(_ bytes: some Sequence<UInt8>, at time: Duration) {
        if time > now { advance(to: time) }
        for byte in bytes where outcome == nil {
            heardAnything = true
            lastByte = now
            isExamined = false
            if let line = text.take(byte) { take(line) }
        }
    }

    /// Lets time pass.
    mutating func advance(to time: Duration) {
        now = max(now, time)
        guard outcome == nil else { return }
        if !isExamined, now - lastByte >= Self.quiet {
            isExamined = true
            examine()
        }
        if case .reaching = phase, let due = keyDue, now >= due { pressKey() }
        if phase == .typing, now >= due { typeNext() }
        guard outcome == nil, now >= limit else { return }
        expire()
    }

    /// The line is gone, or the call ends.
    mutating func end(_ reason: PMONFailure.Reason) {
        if outcome == nil { fail(reason) }
    }

    // MARK: Lines

    private mutating func take(_ line: String) {
        guard !isSecret else {
            isSecret = false
            return
        }
        transcript.add(line)
        switch phase {
        case .reaching: lookForWindow(line)
        case .answering, .starting:
            if answer.count == Self.mostAnswerLines { answer.removeFirst() }
            answer.append(line)
            if case .starting = phase, line.contains("Linux version") { finish() }
        default: break
        }
    }

    /// Looks at the line under way, which has been quiet for a moment.
    private mutating func examine() {
        let line = text.text
        switch phase {
        case .reaching:
            if options.prompt.ends(line) {
                promptCame(line)
            } else if line.hasSuffix(":"), line.lowercased().contains("password") {
                givePassword()
            } else {
                lookForWindow(line)
            }
        case .echo:
            let shown = line.hasPrefix(base) ? String(line.dropFirst(base.count).drop { $0 == " " }) : ""
            if let command = commands.first, shown == command.line { enter(command) }
        case .erasing: if options.prompt.ends(line) { promptCame(line) }
        case .answering: if options.prompt.ends(line) { judge(line) }
        case .starting:
            guard options.prompt.ends(line) else { break }
            fail(.refused(answer.last { !$0.isEmpty } ?? "the prompt came back"))
        case .typing, .ended: break
        }
    }

    private mutating func lookForWindow(_ line: String) {
        guard !line.contains("Linux version "), !line.hasSuffix("login:") else { return fail(.pastWindow(line)) }
        let isWindow =
            line.contains("to abort") || line.contains("Press <Enter>")
            || options.window.map { line.contains($0) } == true
        if isWindow, keyDue == nil || keys > 1 {
            keyDue = now
            keys = 0
        }
    }

    // MARK: The way to the prompt

    /// The abort key, again until something else happens. A machine that has been running for some time may be at its
    /// prompt already, with nothing to say; once the abort key has shown that no autoload waits, Enter asks for it.
    private mutating func pressKey() {
        guard keys < Self.mostKeys else {
            keyDue = nil
            if begin == .running { fail(.noPrompt) }
            return
        }
        let isQuestion = begin == .running && keys > 1
        actions.append(.type([isQuestion ? 0x0d : options.abortKey]))
        keys += 1
        keyDue = now + (isQuestion ? Self.keyInterval * 2 : Self.keyInterval)
    }

    private mutating func givePassword() {
        guard options.hasPassword else { return fail(.passwordMissing) }
        guard attempts == 0 else { return fail(.passwordRefused) }
        transcript.add(text.text)
        attempts = 1
        isSecret = true
        keyDue = nil
        actions.append(.typePassword)
    }

    private mutating func promptCame(_ line: String) {
        if phase == .reaching { attempts = 0 }
        isAsked = false
        keyDue = nil
        base = line
        guard let command = commands.first else { return finish() }
        type(Array(command.line.utf8))
    }

    // MARK: Commands

    private mutating func type(_ bytes: [UInt8], erasing: Bool = false) {
        (queue, next, due, isErasing, phase) = (bytes, 0, now, erasing, .typing)
        typeNext()
    }

    private mutating func typeNext() {
        if options.characterDelay == .zero {
            actions.append(.type(queue))
            next = queue.count
        } else if next < queue.count {
            actions.append(.type([queue[next]]))
            next += 1
            due = now + options.characterDelay
        }
        guard next == queue.count else { return }
        latestEcho = now + Self.patience + Self.slowestEcho * queue.count
        phase = isErasing ? .erasing(until: now + Self.patience) : .echo(until: now + Self.patience)
        // All may have come back already.
        isExamined = false
    }

    private mutating func enter(_ command: PMONCommand) {
        actions.append(.type([0x0d]))
        answer.removeAll()
        let until = now + command.limit
        phase = command.check == .starts ? .starting(until: until) : .answering(until: until)
    }

    /// What was typed did not come back. It is erased with backspaces, as many as it could be, until the prompt stands
    /// alone; when something else has been written over it, an empty line has the prompt come again.
    private mutating func repair(_ command: PMONCommand) {
        if case .erasing = phase, !isAsked {
            isAsked = true
            actions.append(.type([0x0d]))
            phase = .erasing(until: now + Self.patience)
            return
        }
        isAsked = false
        attempts += 1
        guard attempts < Self.mostAttempts else { return fail(.echo(shownLine)) }
        type(Array(repeating: 0x08, count: command.line.utf8.count + Self.mostKeys), erasing: true)
    }

    private mutating func judge(_ prompt: String) {
        guard let command = commands.first else { return }
        // The first line is the command itself.
        let lines = Array(answer.drop { $0.hasSuffix(command.line) })
        if let complaint = command.complaint(about: lines) { return fail(.refused(complaint)) }
        attempts = 0
        commands.removeFirst()
        promptCame(prompt)
    }

    private mutating func finish() {
        commands.removeAll()
        phase = .ended
        outcome = .done
    }

    private mutating func expire() {
        switch phase {
        case .reaching: fail(heardAnything ? .noPrompt : .silent)
        case .echo where now - lastByte < Self.patience && now < latestEcho:
            // A slow line is still at it.
            phase = .echo(until: min(lastByte + Self.patience, latestEcho))
        case .echo, .erasing: if let command = commands.first { repair(command) }
        case .answering: fail(.refused("no answer to: \(commands.first?.line ?? "")"))
        case .starting:
            // A kernel that does not tell its version has said something else.
            let line = commands.first?.line ?? ""
            let hasSaid = (answer + [text.text]).contains { !$0.isEmpty && !$0.hasSuffix(line) }
            if hasSaid { finish() } else { fail(.notStarted) }
        case .typing, .ended: break
        }
    }

    private var shownLine: String { isSecret ? "" : text.text }

    private mutating func fail(_ reason: PMONFailure.Reason) {
        let step = self.step
        transcript.add(shownLine)
        phase = .ended
        outcome = .failed(PMONFailure(reason: reason, step: step, transcript: transcript))
    }
}
