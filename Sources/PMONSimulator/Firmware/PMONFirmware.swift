// SPDX-License-Identifier: Apache-2.0
import BMCModel
import PXE

/// PMON on its serial line, byte by byte: what happens and the time go in, what is to be done comes out. Pure.
///
/// Written from what the firmware shows. Times are `Duration`s since the simulation began; when ``nextDeadline`` has
/// come, ``PMONInput/tick`` is due. All buffers are bounded: what the firmware does not read in time is lost, as on a
/// serial line without flow control.
struct PMONFirmware: Sendable {
    /// Characters that wait to be read.
    static let inputCapacity = 128
    /// Commands that one line may lead to; an `autocmd` that says `boot` would never end.
    static let commandLimit = 64

    /// May be changed at any time; faults strike from then on.
    var settings: PMONSettings
    var environment: PMONEnvironment

    var phase = Phase.off
    var effects: [PMONEffect] = []
    /// When the phase goes on by itself.
    var phaseEnds: Duration?
    /// Commands that follow the one that runs.
    var queue: [QueuedCommand] = []
    var commandsLeft = 0
    var editor = PMONLineEditor()
    /// Number of the line at the prompt, for a `!` in it.
    var lineNumber = 1
    var kernel: [UInt8]?
    var entry: UInt64 = 0
    var initrd: [UInt8]?
    var addresses: [String: NetworkAddress] = [:]
    /// The number of the last fetch or ping.
    var lastNumber = 0
    private var input: [UInt8] = []
    /// With a slow echo: when the next character is read.
    private var readsAgain: Duration?
    private var random: SeededRandom

    enum Phase: Equatable {
        case off
        case selfTest
        case setupWindow
        /// The menu behind Del.
        case setup
        case password([UInt8])
        case countdown(image: String, left: Int)
        case prompt
        /// A command waits for the fetch or ping with this number.
        case waiting(Int, Wait)
        /// A started kernel has the line.
        case system
        /// A system from disk is up and shows its login prompt.
        case login
        case hung
    }

    enum Wait: Equatable {
        case load(path: String, isRaw: Bool)
        case initrd(path: String)
        case ping
    }

    struct QueuedCommand: Equatable {
        var text: String
        /// Shown before it is done, as the autoload shows its `g`.
        var isShown = false
        /// What follows is done even when this fails.
        var mayFail = false
    }

    struct NetworkAddress: Equatable {
        var address: IPv4Address
        var mask: IPv4Address
        var isUp = true
    }

    init(settings: PMONSettings = PMONSettings(), environment: PMONEnvironment = PMONEnvironment()) {
        self.settings = settings
        self.environment = environment
        random = SeededRandom(seed: settings.seed, name: "pmon")
    }

    // MARK: What others see

    /// Whether the board has power and has not switched itself off.
    var isOn: Bool { phase != .off }

    /// Whether a kernel that was started has the line.
    var hasStartedSystem: Bool { phase == .system }

    /// Whether a system from disk is up.
    var isAtLogin: Bool { phase == .login }

    /// When a tick is due; nil when nothing happens by itself.
    var nextDeadline: Duration? {
        [phaseEnds, input.isEmpty || !readsInput ? nil : readsAgain].compactMap { $0 }.min()
    }

    /// Takes what happened; the effects are to be carried out in order.
    mutating func handle(_ event: PMONInput, at now: Duration) -> [PMONEffect] {
        effects = []
        run(now)
        switch event {
        case .powerOn: if phase == .off { begin(now) }
        case .powerOff: leave(for: .off)
        case .reset: if phase != .off { begin(now) }
        case .typed(let bytes): for byte in bytes { receive(byte, now) }
        case .tick: break
        case .fetched(let number, let result): fetched(number, result, now)
        case .pinged(let number, let lines, let isAnswered):
            if phase == .waiting(number, .ping) {
                for line in lines.prefix(64) { print(String(line.prefix(160)) + "\n") }
                finish(isAnswered, now)
            }
        case .systemPrinted(let bytes): if phase == .system { send(bytes) }
        case .systemEnded(let restarts): systemEnded(restarts, now)
        }
        run(now)
        return takeEffects()
    }

    private mutating func takeEffects() -> [PMONEffect] {
        defer { effects = [] }
        var joined: [PMONEffect] = []
        for effect in effects {
            switch (joined.last, effect) {
            case (.print(let before)?, .print(let bytes)): joined[joined.count - 1] = .print(before + bytes)
            case (.type(let before)?, .type(let bytes)): joined[joined.count - 1] = .type(before + bytes)
            default: joined.append(effect)
            }
        }
        return joined
    }

    // MARK: Time and input

    private var readsInput: Bool {
        switch phase {
        case .setup, .password, .countdown, .prompt, .login: true
        case .off, .selfTest, .setupWindow, .waiting, .system, .hung: false
        }
    }

    private mutating func run(_ now: Duration) {
        while true {
            if let ends = phaseEnds, ends <= now {
                phaseEnds = nil
                phaseEnded(ends)
            } else if readsInput, !input.isEmpty, (readsAgain ?? now) <= now {
                let byte = input.removeFirst()
                readsAgain = settings.faults.echoDelay > .zero ? now + settings.faults.echoDelay : nil
                read(byte, now)
            } else {
                return
            }
        }
    }

    /// A byte comes in on the line.
    private mutating func receive(_ byte: UInt8, _ now: Duration) {
        guard phase != .off, phase != .hung, !settings.faults.isSilent else { return }
        if settings.faults.dropRate > 0, random.happens(settings.faults.dropRate) { return }
        if phase == .system { return effects.append(.type([byte])) }
        if case .waiting(let number, _) = phase, byte == 0x03 {
            effects.append(.cancel(number))
            return interrupt(now)
        }
        guard input.count < Self.inputCapacity else { return }
        input.append(byte)
        if phase == .setupWindow, input.suffix(3) == [0x1B, UInt8(ascii: "["), UInt8(ascii: "G")] {
            input.removeLast(3)
            enterSetup()
        }
        run(now)
    }

    /// The firmware reads a byte.
    private mutating func read(_ byte: UInt8, _ now: Duration) {
        switch phase {
        case .setup:
            // Esc leaves the menu, and the board starts anew.
            if byte == 0x1B { begin(now) }
        case .password(let typed): readPassword(typed, byte, now)
        case .countdown(let image, _): readKey(byte, image, now)
        case .prompt:
            switch editor.take(byte) {
            case .echo(let bytes): send(bytes)
            case .interrupt: interrupt(now)
            case .line(let line):
                print("\n")
                lineNumber &+= 1
                execute(line, now)
            }
        case .login: readLogin(byte)
        case .off, .selfTest, .setupWindow, .waiting, .system, .hung: break
        }
    }

    /// Forgets what was typed and not read.
    mutating func flushInput() { input = [] }

    /// ^C: whatever runs is given up.
    private mutating func interrupt(_ now: Duration) {
        queue = []
        flushInput()
        print(" break!\n")
        prompt()
    }

    // MARK: Output

    /// Prints text; a newline is sent as carriage return and line feed.
    mutating func print(_ text: String) {
        send(text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
    }

    mutating func send(_ bytes: [UInt8]) {
        guard !settings.faults.isSilent, !bytes.isEmpty else { return }
        guard settings.faults.noiseRate > 0 else { return effects.append(.print(bytes)) }
        var noisy: [UInt8] = []
        for byte in bytes {
            if random.happens(settings.faults.noiseRate) { noisy.append(UInt8(truncatingIfNeeded: random.next())) }
            noisy.append(byte)
        }
        effects.append(.print(noisy))
    }

    mutating func sendGarbage() {
        send((0..<max(0, min(settings.powerOnGarbage, 4_096))).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    // MARK: Where it is

    /// Whether the firmware hangs at this step; it does then.
    mutating func hangs(at step: PMONStep) -> Bool {
        guard settings.faults.hangsAt == step else { return false }
        phase = .hung
        phaseEnds = nil
        queue = []
        return true
    }

    /// Gives up what runs, forgets what is in memory, and goes on in that phase.
    mutating func leave(for next: Phase) {
        if case .waiting(let number, _) = phase { effects.append(.cancel(number)) }
        if phase == .system { effects.append(.stopSystem) }
        phase = next
        phaseEnds = nil
        queue = []
        input = []
        readsAgain = nil
        editor = PMONLineEditor()
        kernel = nil
        initrd = nil
        addresses = [:]
        lineNumber = 1
    }

    private mutating func systemEnded(_ restarts: Bool, _ now: Duration) {
        guard phase == .system else { return }
        if restarts { return begin(now) }
        leave(for: .off)
        effects.append(.powerDown)
    }
}
