// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit
import Testing

@testable import Loongson

@Suite("PMON dialogue")
struct DialogueTests {
    static let plan = BootPlan(
        interface: "syn0", address: "10.0.0.12", kernel: "tftp://10.0.0.1/vmlinux", initrd: "tftp://10.0.0.1/initrd.gz",
        arguments: "console=ttyS0,115200 rdinit=/bin/sh")
    static let once = plan.bootOnce(loading: .seconds(60), starting: .seconds(20))

    @Test func bootsOnceOverTheNetwork() throws {
        let run = LineRun(Self.once, .booting(), options: try .usual())
        #expect(run.outcome == .done)
        #expect(run.pmon.aborts == [0x20], "Enter would have started the autoload")
        #expect(
            run.pmon.commands == [
                "ifaddr syn0 10.0.0.12", "load tftp://10.0.0.1/vmlinux", "initrd tftp://10.0.0.1/initrd.gz",
                "g console=ttyS0,115200 rdinit=/bin/sh",
            ])
    }

    @Test func theAbortKeyIsConfigured() throws {
        var options = try PMONDialogue.Options.usual()
        options.abortKey = 0x1b
        #expect(LineRun(Self.once, .booting(), options: options).pmon.aborts == [0x1b])
    }

    @Test func aBoardsOwnWindowIsRecognised() throws {
        var pmon = ScriptedPMON()
        pmon.show(.seconds(1), "Hit something within 3 s\n")
        var options = try PMONDialogue.Options.usual()
        #expect(LineRun(Self.once, pmon, options: options).failure?.reason == .noPrompt)
        options.window = "Hit something"
        #expect(LineRun(Self.once, pmon, options: options).outcome == .done)
    }

    @Test func keepsVariablesAndReadsThemBack() throws {
        let run = LineRun(Self.plan.persist(), .waiting(), from: .running, options: try .usual())
        #expect(run.outcome == .done)
        #expect(run.pmon.commands.contains("set al1 tftp://10.0.0.1/vmlinux"))
        #expect(run.pmon.commands.contains("set append \"console=ttyS0,115200 rdinit=/bin/sh\""))
        #expect(run.pmon.commands.contains("set ifconfig syn0:10.0.0.12"))
        var liar = ScriptedPMON.waiting()
        liar.answers["keeps"] = "tftp://10.0.0.1/other"
        let lied = LineRun(Self.plan.persist(), liar, from: .running, options: try .usual())
        #expect(lied.failure?.step == "read ifconfig")
    }

    @Test func aLostCharacterIsTypedAgain() throws {
        // The 1st typed character is the abort key.
        for lost in [2, 9, 40] {
            var pmon = ScriptedPMON.booting()
            pmon.loses = [lost]
            let run = LineRun(Self.once, pmon, options: try .usual())
            #expect(run.outcome == .done, "\(lost)")
            #expect(run.pmon.commands.last == "g console=ttyS0,115200 rdinit=/bin/sh")
            #expect(run.pmon.commands.allSatisfy { Self.once.map(\.line).contains($0) || $0.isEmpty }, "\(lost)")
        }
    }

    @Test func aLineThatAlwaysLosesIsGivenUp() throws {
        var pmon = ScriptedPMON.booting()
        pmon.loses = Set(stride(from: 3, to: 5000, by: 7))
        let run = LineRun(Self.once, pmon, options: try .usual())
        guard case .echo(let shown) = run.failure?.reason else {
            Issue.record("\(String(describing: run.outcome))")
            return
        }
        #expect(shown.contains("PMON>"))
        #expect(!run.pmon.commands.contains { $0.hasPrefix("g") })
    }

    @Test func aSlowEchoIsWaitedFor() throws {
        var pmon = ScriptedPMON.booting()
        pmon.echoDelay = .milliseconds(1500)
        #expect(LineRun(Self.once, pmon, options: try .usual()).outcome == .done)
    }

    @Test func thePasswordIsGivenAndNotKept() throws {
        for echoes in [false, true] {
            var pmon = ScriptedPMON.booting()
            pmon.password = "geheim-4711"
            pmon.echoesPassword = echoes
            let run = LineRun(Self.once, pmon, options: try .usual(hasPassword: true), password: "geheim-4711")
            #expect(run.outcome == .done)
            let wrong = LineRun(Self.once, pmon, options: try .usual(hasPassword: true), password: "geheim-4712")
            #expect(wrong.failure?.reason == .passwordRefused)
            #expect(wrong.failure?.transcript.tail(99).contains("4712") == false)
            #expect(wrong.failure?.pluginError.status == .auth)
            let missing = LineRun(Self.once, pmon, options: try .usual())
            #expect(missing.failure?.reason == .passwordMissing)
            #expect(missing.failure?.pluginError.field == "firmware_password")
        }
    }

    @Test func aMachinePastItsWindowIsTold() throws {
        var pmon = ScriptedPMON()
        pmon.show(.seconds(1), "Debian GNU/Linux 12 loongson ttyS0\n\nloongson login: ")
        let run = LineRun(Self.once, pmon, options: try .usual())
        #expect(run.failure?.reason == .pastWindow("loongson login:"))
        #expect(run.failure?.pluginError.status == .state)
        #expect(run.typed.isEmpty)
    }

    @Test func aSilentMachineIsNoRunningMachine() throws {
        let run = LineRun(Self.once, ScriptedPMON(), options: try .usual())
        #expect(run.failure?.reason == .silent)
        #expect(run.elapsed == .seconds(20))
    }

    @Test func anAbsentFileIsToldWithTheTranscript() throws {
        var pmon = ScriptedPMON.booting()
        pmon.answers["load"] = "Loading file: tftp://10.0.0.1/vmlinux \ntftp://10.0.0.1/vmlinux: boot failed\n"
        let run = LineRun(Self.once, pmon, options: try .usual())
        #expect(run.failure?.reason == .refused("tftp://10.0.0.1/vmlinux: boot failed"))
        let error = run.failure?.pluginError
        #expect(error?.detail["step"] == "load")
        #expect(error?.detail["transcript"]?.contains("PMON> load tftp://10.0.0.1/vmlinux") == true)
    }

    @Test func aKernelThatSaysNothingIsNotStarted() throws {
        var pmon = ScriptedPMON.booting()
        pmon.kernel = ""
        #expect(LineRun(Self.once, pmon, options: try .usual()).failure?.reason == .notStarted)
        pmon.answers["g"] = "no program loaded\n"
        #expect(LineRun(Self.once, pmon, options: try .usual()).failure?.reason == .refused("no program loaded"))
    }

    @Test func aHangAndALostLineAreTold() throws {
        var pmon = ScriptedPMON.booting()
        pmon.answers["load"] = nil
        pmon.prompt = "PMON> "
        pmon.loses = Set(60...5000)
        #expect(LineRun(Self.once, pmon, options: try .usual()).failure != nil)
        let lost = LineRun(Self.once, .booting(), options: try .usual(), loseLineAt: .seconds(3))
        #expect(lost.failure?.reason == .lineLost("closed"))
        #expect(lost.failure?.step == "prompt")
        #expect(lost.failure?.pluginError.status == .unreachable)
    }

    @Test func itMakesNoDifferenceHowBytesAreCut() throws {
        var random = SystemRandomNumberGenerator()
        let whole = LineRun(Self.once, .booting(), options: try .usual())
        for _ in 0..<200 {
            var dialogue = PMONDialogue(Self.once, from: .poweredOn, try .usual())
            var typed: [UInt8] = []
            var coming = whole.received[...]
            var now = Duration.zero
            while dialogue.outcome == nil {
                dialogue.advance(to: now)
                for case .type(let bytes) in dialogue.takeActions() { typed += bytes }
                guard dialogue.outcome == nil else { break }
                let due = max(dialogue.wake, now)
                guard let first = coming.first, first.at <= due else {
                    now = due
                    continue
                }
                now = first.at
                var bytes = first.bytes[...]
                while !bytes.isEmpty {
                    let count = Int.random(in: 1...bytes.count, using: &random)
                    dialogue.receive(bytes.prefix(count), at: now)
                    bytes = bytes.dropFirst(count)
                }
                coming = coming.dropFirst()
            }
            #expect(dialogue.outcome == .done)
            #expect(typed == whole.typed)
        }
    }

    @Test func garbageEndsInTime() throws {
        var random = SystemRandomNumberGenerator()
        let words = [
            "PMON> ", "PMON", "\n", "\u{1b}[", "to abort", "assword:", "Entry address is ", "\u{8}", "\u{1b}]",
        ]
        for round in 0..<60 {
            var dialogue = PMONDialogue(
                Self.plan.persist() + Self.once, from: round % 2 == 0 ? .poweredOn : .running,
                try .usual(hasPassword: round % 3 == 0))
            var now = Duration.zero
            var actions = 0
            while dialogue.outcome == nil, now < .seconds(1500) {
                var bytes = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: 0...255, using: &random) }
                if Bool.random() { bytes += Array((words.randomElement(using: &random) ?? "").utf8) }
                dialogue.receive(bytes, at: now)
                now += .milliseconds(Int.random(in: 0...700, using: &random))
                dialogue.advance(to: now)
                actions += dialogue.takeActions().count
            }
            #expect(dialogue.outcome != nil)
            #expect(actions < 20_000)
            #expect(dialogue.transcript.tail(.max).utf8.count <= Transcript.limit + ConsoleText.longestLine)
        }
    }

    @Test func theLineUnderWayIsWhatATerminalShows() {
        func shown(_ text: String) -> String {
            var terminal = ConsoleText()
            for byte in text.utf8 { _ = terminal.take(byte) }
            return terminal.text
        }
        #expect(shown("\u{8}\u{8}07\u{8}\u{8}06") == "06")
        #expect(shown("PMON> loab\u{8} \u{8}d x") == "PMON> load x")
        #expect(shown("\u{1b}[1;31mPMON\u{1b}[0m>\u{1b}[K \u{1b}]0;title\u{7}") == "PMON>")
        #expect(shown("old text\rnew\u{1b}[K") == "new")
        #expect(shown("\u{0}a\u{7}b") == "ab")
    }

    @Test func promptsHaveWildcards() throws {
        let numbered = try #require(PromptPattern("PMON*>"))
        #expect(numbered.ends("PMON>") && numbered.ends("noise PMON 12>"))
        #expect(!numbered.ends("PMON> load") && !numbered.ends(">") && !numbered.ends(""))
        #expect(PromptPattern("*") == nil)
        #expect(PromptPattern("a\u{7}") == nil)
    }
}
