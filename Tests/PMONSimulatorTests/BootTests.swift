// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import PMONSimulator

/// From power to the prompt.
@Suite struct BootTests {
    @Test func countsDownAndBootsFromDisk() {
        var board = Board()
        board.handle(.powerOn)
        board.wait(.seconds(3.5))
        #expect(board.text.contains("Press <Del> to set BIOS,waiting for 3 seconds here..... \n"))
        #expect(
            board.text.hasSuffix(
                "Press <Enter> to execute loading image:/dev/fs/ext2@wd0/boot/vmlinux\nPress any other key to abort.\n"
                    + "\u{8}\u{8}07"))
        board.wait(.seconds(2))
        #expect(board.text.hasSuffix("\u{8}\u{8}07\u{8}\u{8}06\u{8}\u{8}05"))
        #expect(board.effects.isEmpty)
        board.wait(.seconds(6))
        let source = PMONFetch.Source.disk(path: "/dev/fs/ext2@wd0/boot/vmlinux")
        #expect(board.effects == [.fetch(PMONFetch(number: 1, source: source))])
        #expect(
            board.fetched(.success(SmallKernel.bytes))
                == "Loading file: /dev/fs/ext2@wd0/boot/vmlinux (elf)\n0x80200000/16 \u{8} + 0x80200010/16(z) \n"
                + "Entry address is 80200000\ng console=tty root=/dev/sda1\n")
        let launch = PMONLaunch(
            kernel: SmallKernel.bytes, initrd: nil, commandLine: "console=tty root=/dev/sda1")
        #expect(board.effects.last == .start(launch))
        #expect(board.firmware.hasStartedSystem)
    }

    @Test func enterBootsNowAndAnyOtherKeyStops() {
        var board = Board()
        board.handle(.powerOn)
        board.wait(.seconds(5))
        board.type("\r")
        #expect(board.effects.count == 1)
        for key in ["x", " ", "\u{1B}", "\u{3}"] {
            var board = Board()
            board.handle(.powerOn)
            board.wait(.seconds(5))
            board.type(key)
            #expect(board.effects.isEmpty && board.text.hasSuffix("\nPMON> "), "\(key.utf8.first ?? 0)")
        }
    }

    @Test func keysBeforeTheCountdownAreThrownAwayByTheBootMenu() {
        var board = Board()
        board.handle(.powerOn)
        board.wait(.seconds(1))
        board.type("xx")
        board.wait(.seconds(3))
        #expect(board.text.hasSuffix("07"))
        var environment = PMONEnvironment()
        let isSet = environment.set("ShowBootMenu", "no")
        #expect(isSet)
        board = Board(environment: environment)
        board.handle(.powerOn)
        board.wait(.seconds(1))
        board.type("x")
        board.wait(.seconds(3))
        #expect(board.text.hasSuffix("\u{8}\u{8}07\nPMON> "))
    }

    @Test func delOpensTheSetup() {
        var board = Board()
        board.handle(.powerOn)
        board.wait(.seconds(1))
        board.type("\u{1B}[G")
        board.wait(.seconds(60))
        #expect(board.text.contains("BIOS SETUP") && !board.text.contains("Press <Enter>"))
        board.type("\u{1B}")
        board.wait(.seconds(4))
        #expect(board.text.contains("Press <Enter>"))
    }

    @Test func asksForThePassword() {
        var board = Board { $0.userPassword = "geheim" }
        board.handle(.powerOn)
        board.wait(.seconds(30))
        #expect(board.text.hasSuffix("\nPlease input user password:"))
        board.type("falsch\r")
        #expect(board.text.hasSuffix("password:******\nPassword error!\nPlease input user password:"))
        board.type("geheim\r")
        #expect(board.text.contains("Press <Enter>") && !board.text.contains("geheim"))
    }

    @Test func anAutoloadThatFailsEndsAtThePrompt() {
        var board = Board()
        board.handle(.powerOn)
        board.wait(.seconds(20))
        #expect(
            board.fetched(.failure(.notOpened("No such file or directory")))
                == "/dev/fs/ext2@wd0/boot/vmlinux: No such file or directory\nPMON> ")
    }

    @Test func theSystemHasTheLineUntilItEnds() {
        var board = Board.atPrompt()
        _ = board.command("load /dev/fs/ext2@wd0/k")
        _ = board.fetched(.success(SmallKernel.bytes))
        _ = board.command("g console=ttyS0,115200")
        board.type("ls\r")
        #expect(board.effects.last == .type(Array("ls\r".utf8)))
        board.handle(.systemPrinted(Array("hello".utf8)))
        #expect(board.text.hasSuffix("hello"))
        board.handle(.systemEnded(restarts: true))
        board.wait(.seconds(1))
        #expect(board.text.contains("hello\n * PMON2000") && board.firmware.isOn)
        board.wait(.seconds(3))
        board.type("x")
        _ = board.command("load /dev/fs/ext2@wd0/k")
        _ = board.fetched(.success(SmallKernel.bytes))
        _ = board.command("g")
        board.handle(.systemEnded(restarts: false))
        #expect(!board.firmware.isOn && board.effects.last == .powerDown)
    }

    @Test func noPowerEndsEverything() {
        var board = Board.atPrompt()
        _ = board.command("load /dev/fs/ext2@wd0/k")
        board.handle(.powerOff)
        #expect(board.effects.last == .cancel(1) && board.firmware.nextDeadline == nil)
        let length = board.output.count
        board.type("abc\r")
        board.handle(.fetched(1, .success(SmallKernel.bytes)))
        board.wait(.seconds(60))
        #expect(board.output.count == length)
    }

    @Test func faultsHaveNames() throws {
        let names = [
            "line-silent", "line-noise:0.5", "line-loss:0.25", "echo-slow:0.3", "firmware-hang:4", "firmware-past",
            "firmware-password", "file-wrong", "file-missing",
        ]
        #expect(names.count == FaultKind.all.count { $0.scope == .firmware })
        let faults = PMONFaults(FaultInjector(try names.map { try Fault($0) }))
        var all = PMONFaults()
        (all.isSilent, all.noiseRate, all.dropRate, all.echoDelay) = (true, 0.5, 0.25, .milliseconds(300))
        (all.hangsAt, all.isPastWindow, all.asksPassword) = (.load, true, true)
        (all.loadsWrongFile, all.findsNoFile) = (true, true)
        #expect(faults == all)
        #expect(PMONFaults(FaultInjector()) == PMONFaults())
        #expect(PMONFaults(FaultInjector([try Fault("firmware-hang:99")])) == PMONFaults())
    }

    @Test func aPasswordThatNobodyKnows() {
        var board = Board { $0.faults.asksPassword = true }
        board.handle(.powerOn)
        board.wait(.seconds(5))
        for word in ["", "admin", "secret"] { board.type(word + "\r") }
        #expect(board.text.hasSuffix("Password error!\nPlease input user password:"))
    }

    @Test func faults() {
        var board = Board { $0.faults.isSilent = true }
        board.handle(.powerOn)
        board.wait(.seconds(60))
        #expect(board.output.isEmpty && board.firmware.isOn)
        board = Board { $0.faults.isPastWindow = true }
        board.handle(.powerOn)
        board.wait(.seconds(1))
        board.type("x")
        #expect(board.text.hasSuffix("loongson login: x"))
        for step in PMONStep.allCases {
            board = Board { $0.faults.hangsAt = step }
            board.handle(.powerOn)
            board.wait(.seconds(5))
            board.type("x")
            _ = board.command("initrd /dev/fs/ext2@wd0/i")
            _ = board.fetched(.success([1]))
            _ = board.command("load /dev/fs/ext2@wd0/k")
            _ = board.fetched(.success(SmallKernel.bytes))
            _ = board.command("g")
            #expect(!board.firmware.hasStartedSystem, "\(step)")
            let length = board.output.count
            board.type("abc\r\u{3}")
            board.wait(.seconds(60))
            #expect(board.output.count == length, "\(step)")
            board.firmware.settings.faults.hangsAt = nil
            board.handle(.reset)
            board.wait(.seconds(5))
            #expect(board.text.contains("Press <Enter>"), "\(step)")
        }
        board = Board.atPrompt()
        board.firmware.settings.faults.loadsWrongFile = true
        _ = board.command("load /dev/fs/ext2@wd0/k")
        #expect(board.fetched(.success(SmallKernel.bytes)).contains("k: invalid file format\nPMON> "))
    }
}
