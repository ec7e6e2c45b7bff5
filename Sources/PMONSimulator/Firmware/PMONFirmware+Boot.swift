// SPDX-License-Identifier: Apache-2.0
import PXE

/// From power to the prompt or to a system.
extension PMONFirmware {
    mutating func begin(_ now: Duration) {
        leave(for: .selfTest)
        sendGarbage()
        guard !hangs(at: .selfTest) else { return }
        phaseEnds = now + settings.timing.selfTest
    }

    /// The phase's time is over.
    mutating func phaseEnded(_ now: Duration) {
        switch phase {
        case .selfTest:
            printBanner()
            guard !hangs(at: .banner) else { return }
            if settings.faults.isPastWindow { return startFromDisk() }
            print("Press <Del> to set BIOS,waiting for 3 seconds here..... \n")
            phase = .setupWindow
            phaseEnds = now + settings.timing.setupWindow
        case .setupWindow:
            print("devconfig done.\n")
            configureNetwork()
            if settings.userPassword == nil, !settings.faults.asksPassword { return beginCountdown(now) }
            print("\nPlease input user password:")
            phase = .password([])
        case .countdown(let image, let left): count(image, left, now)
        case .off, .setup, .password, .prompt, .waiting, .system, .login, .hung: break
        }
    }

    private mutating func printBanner() {
        print("\n * PMON2000 Professional *")
        print("\nConfiguration [\(settings.board),EL,NET,SCSI,IDE]\nVersion: PMON2000 2.1.\n")
        print("Supported loaders [txt srec elf bin]\n")
        print("Supported filesystems [mtd sdcard net usbwm fat fs disk iso9660 ram socket tty]\n")
        print("This software may be redistributed under the BSD copyright.\n")
        print("CPU Loongson-3 R0 @ 1000.00 MHz / Bus @ 400 MHz\nMemory size \(settings.memoryMiB) MB .\n\n")
    }

    mutating func enterSetup() {
        phase = .setup
        phaseEnds = nil
        print("\u{1B}[2J\u{1B}[H        PMON BIOS SETUP\n\n  Esc: leave and restart\n")
    }

    /// `ifconfig` in the environment names an interface and its address: `eth0:192.168.1.2`.
    private mutating func configureNetwork() {
        guard let text = environment["ifconfig"] else { return }
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count >= 2 else { return }
        _ = configure(parts[0], parts[1])
    }

    // MARK: Password

    mutating func readPassword(_ typed: [UInt8], _ byte: UInt8, _ now: Duration) {
        guard byte == 0x0A || byte == 0x0D else {
            print("*")
            // A line is over after 50 characters.
            guard typed.count < 49 else { return checkPassword(typed + [byte], now) }
            phase = .password(typed + [byte])
            return
        }
        checkPassword(typed, now)
    }

    private mutating func checkPassword(_ typed: [UInt8], _ now: Duration) {
        let isRight = settings.userPassword.map { typed == Array($0.utf8) } ?? !settings.faults.asksPassword
        if isRight, !settings.faults.asksPassword { return beginCountdown(now) }
        print("\nPassword error!\nPlease input user password:")
        phase = .password([])
    }

    // MARK: Autoload

    private mutating func beginCountdown(_ now: Duration) {
        // The boot menu throws away what was typed before it.
        if environment["ShowBootMenu"] != "no" { flushInput() }
        guard let image = environment["al1"], !image.isEmpty else { return prompt() }
        let delay = environment["bootdelay"].flatMap { Int($0) }.flatMap { (0...99).contains($0) ? $0 : nil } ?? 8
        print("Press <Enter> to execute loading image:\(image)\nPress any other key to abort.\n")
        guard !hangs(at: .countdown) else { return }
        phase = .countdown(image: image, left: delay)
        if delay == 0 { phaseEnds = now } else { count(image, delay, now) }
    }

    private mutating func count(_ image: String, _ left: Int, _ now: Duration) {
        guard left > 0 else {
            print("\n")
            return autoload(image, now)
        }
        let next = left - 1
        print("\u{8}\u{8}" + (next < 10 ? "0" : "") + String(next))
        phase = .countdown(image: image, left: next)
        phaseEnds = now + settings.timing.countdownStep
    }

    /// A key in the countdown: Enter boots at once, any other stops it.
    mutating func readKey(_ byte: UInt8, _ image: String, _ now: Duration) {
        phaseEnds = nil
        print("\n")
        if byte == 0x0A || byte == 0x0D { return autoload(image, now) }
        prompt()
    }

    /// What the firmware does by itself.
    private mutating func autoload(_ image: String, _ now: Duration) {
        commandsLeft = Self.commandLimit
        queueAutoload(image)
        runQueue(now)
    }

    mutating func queueAutoload(_ image: String) {
        queue = []
        if let command = environment["autocmd"] { queue.append(QueuedCommand(text: command, mayFail: true)) }
        if let path = environment["rd"] { queue.append(QueuedCommand(text: "initrd \(path)")) }
        queue.append(QueuedCommand(text: "load \(image)"))
        let arguments = environment["append"] ?? environment["karg"]
        let standard = "root=/dev/\(environment["dev"] ?? "hda1") console=ttyS0,115200 init=/bin/sh rw"
        queue.append(QueuedCommand(text: "g \(arguments ?? standard)", isShown: true))
    }

    // MARK: A system from disk

    private mutating func startFromDisk() {
        phase = .login
        print("\nDebian GNU/Linux 12 loongson ttyS0\n\nloongson login: ")
    }

    /// Nobody has an account here.
    mutating func readLogin(_ byte: UInt8) {
        switch byte {
        case 0x0A, 0x0D: print("\nPassword: \n\nLogin incorrect\nloongson login: ")
        case 0x20...0x7E: send([byte])
        default: break
        }
    }
}
